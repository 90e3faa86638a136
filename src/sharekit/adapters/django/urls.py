"""
The addresses of the portal in Django: ``path("share/", include("sharekit.adapters.django.urls"))``.

One pattern takes them all: which of them exist, and which methods they know, the portal says.
"""

from collections.abc import Callable
from typing import Any

from sharekit.adapters.django import portal
from sharekit.adapters.django.views import portal_view
from sharekit.errors import MissingExtraError
from sharekit.web import Portal

try:
    from django.urls import re_path
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("django", "django") from _missing

__all__ = ["urlpatterns", "urlpatterns_for"]

app_name = "sharekit"


# Any: a URLPattern, which has no type where Django's stubs are not installed.
def urlpatterns_for(portal_of: Callable[[], Portal]) -> list[Any]:
    """
    Return the pattern of a portal, to be included where the host wants it: ``path("share/", include(...))``.

    Args:
        portal_of: Returns the portal; it is asked at each request.
    """
    return [re_path(r"^(?P<path>[\s\S]*)$", portal_view(portal_of), name="portal")]


urlpatterns = urlpatterns_for(portal)
