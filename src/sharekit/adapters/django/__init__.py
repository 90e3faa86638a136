"""
The portal in a Django project. Needs the extra ``django``.

    INSTALLED_APPS = [..., "sharekit.adapters.django"]
    SHAREKIT = {"SECRET_KEYS": [key], "KINDS": "cases.sharing.KINDS"}
    urlpatterns = [..., path("share/", include("sharekit.adapters.django.urls"))]

Then ``kit()`` is the kit, made from the setting when it is first asked for, and ``link_url(link,
request)`` the address of a link. Records are kept in the project's own database: what a view does
inside `django.db.transaction.atomic` is committed or rolled back with it.
"""

from typing import TYPE_CHECKING

from sharekit.errors import MissingExtraError

try:
    import django  # noqa: F401  # says early what is missing
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("django", "django") from _missing

if TYPE_CHECKING:
    from django.http import HttpRequest

    from sharekit.kit import Sharekit
    from sharekit.records.invitations import Invitation
    from sharekit.records.links import ReadLink
    from sharekit.web import Portal

__all__ = ["invitation_url", "kit", "link_url", "portal"]


def kit() -> "Sharekit":
    """
    Return the kit of this process, made from the setting ``SHAREKIT`` when it is first asked for.

    Raises:
        ConfigurationError: The setting cannot work; ``manage.py check`` says so earlier.
    """
    from sharekit.adapters.django._process import parts

    return parts().kit


def portal() -> "Portal":
    """Return the portal of this process, made with the `kit`."""
    from sharekit.adapters.django._process import parts

    return parts().portal


def link_url(link: "ReadLink", request: "HttpRequest | None" = None) -> str:
    """
    Return the whole address of a link's page, to be handed to the client; the same at every call.

    Args:
        link: The link, of any tenant.
        request: The request that is being answered, whose host the address has; without one it is
            the setting's ``ORIGIN``.

    Raises:
        ConfigurationError: The portal is mounted nowhere, or neither request nor origin is known.
    """
    from sharekit.adapters.django._process import address_of

    return address_of(link, request)


def invitation_url(invitation: "Invitation", request: "HttpRequest | None" = None) -> str:
    """
    Return the whole address of an invitation's page, to be sent to the contact; the same at every call.

    Args:
        invitation: The invitation, of any tenant.
        request: As for `link_url`.

    Raises:
        ConfigurationError: The portal is mounted nowhere, or neither request nor origin is known.
    """
    from sharekit.adapters.django._process import address_of

    return address_of(invitation, request)
