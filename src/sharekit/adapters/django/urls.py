"""
The addresses of the portal: ``path("share/", include("sharekit.adapters.django.urls"))``.
"""

from django.urls import re_path

from sharekit.adapters.django.views import serve

__all__ = ["urlpatterns"]

app_name = "sharekit"

urlpatterns = [re_path(r"^(?P<path>[\s\S]*)\Z", serve, name="portal")]
