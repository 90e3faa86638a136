"""Where the host mounts the portal."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("share/", include("sharekit.adapters.django.urls")),
    path("admin/", admin.site.urls),
]
