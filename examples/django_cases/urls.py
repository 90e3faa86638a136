"""
The addresses of the project.
"""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from django_cases.office.pages import cases, links

urlpatterns = [
    path("", cases.index, name="cases"),
    path("cases/new/", cases.open_new, name="open-case"),
    path("cases/<int:case_id>/", cases.file, name="case"),
    path("cases/<int:case_id>/time/", cases.add_time, name="add-time"),
    path("cases/<int:case_id>/close/", cases.close, name="close-case"),
    path("cases/<int:case_id>/links/new/", links.create, name="create-link"),
    path("cases/<int:case_id>/links/<str:link_id>/deactivate/", links.deactivate, name="deactivate-link"),
    path("sign-in/", LoginView.as_view(template_name="office/sign_in.html"), name="sign-in"),
    path("sign-out/", LogoutView.as_view(next_page="sign-in"), name="sign-out"),
    path("", include("django_cases.office.pages.people")),
    path("", include("django_cases.office.pages.papers")),
    path("", include("django_cases.office.pages.talks")),
    path("admin/", admin.site.urls),
    path("share/", include("sharekit.adapters.django.urls")),
]
