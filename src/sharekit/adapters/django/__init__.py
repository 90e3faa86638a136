"""
The portal in a Django project. Needs the extra ``django``.

    INSTALLED_APPS = [..., "sharekit.adapters.django"]
    SHAREKIT = {"SECRET_KEYS": [key], "KINDS": "cases.sharing.KINDS"}
    urlpatterns = [..., path("share/", include("sharekit.adapters.django.urls"))]

Then ``kit()`` is the kit, made from the setting when it is first asked for, and ``link_url(link,
request)`` the address of a link. Records are kept in the project's own database: what a view does
inside `django.db.transaction.atomic` is committed or rolled back with it.
"""

from typing import TYPE_CHECKING, TypeVar

from sharekit.errors import MissingExtraError

try:
    import django  # noqa: F401  # says early what is missing
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("django", "django") from _missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from sharekit.kit import Sharekit
    from sharekit.records.catalog import ResourceRef, Visibility
    from sharekit.records.documents import Document
    from sharekit.records.invitations import Invitation
    from sharekit.records.links import ReadLink
    from sharekit.records.parties import Contact, Principal, Staff
    from sharekit.records.requests import DocumentRequest
    from sharekit.web import Portal

__all__ = [
    "invitation_url",
    "kit",
    "link_url",
    "portal",
    "ref_of",
    "register",
    "send_document",
    "unregister",
    "upload_url",
]

M = TypeVar("M", bound="Model")


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


def register(
    model: "type[M]",
    *,
    kind: str | None = None,
    title: "Callable[[M], str]" = str,
    client_title: "Callable[[M], str | None] | None" = None,
    container: "Callable[[M], ResourceRef | None] | None" = None,
    owner: "Callable[[M], Staff | None] | None" = None,
    requester: "Callable[[M], Contact | None] | None" = None,
    visibility: "Callable[[M], Visibility] | None" = None,
    rows: "Callable[[], QuerySet[M]] | None" = None,
) -> None:
    """
    Keep the rows of a model in the catalog: what is saved is entered or brought up to date, what is deleted removed.

    Call it in ``ready`` of the host's `AppConfig`. Inside ``atomic()`` row and entry are committed or
    rolled back together. Signals do not tell of ``bulk_create``, ``bulk_update``, ``update()``, fixtures
    and SQL: ``manage.py sharekit sync`` brings those in step, and ``sync --check`` says whether it must.

    Each function is given a row; what has no function is left as it is in the catalog.

    Args:
        model: The model; its primary key is the id of the thing.
        kind: The name of the kind; that of the model by default.
        title: As staff call it.
        client_title: As clients may read it; an empty text is none.
        container: What it lies in; None for nothing.
        owner: Who answers for it.
        requester: The active contact who asked for it.
        visibility: Whether clients may ever see it.
        rows: The rows that are in the catalog, where those are not all of them, or with what the
            functions need beside them: ``lambda: Case.objects.select_related("lead")``.

    Raises:
        ConfigurationError: The model has no table of its own, or it or the kind is registered already.
    """
    from sharekit.adapters.django.registration import Registration, take_in

    take_in(
        Registration(
            model=model,
            kind=kind or str(model._meta.model_name),
            title=title,
            client_title=client_title,
            container=container,
            owner=owner,
            requester=requester,
            visibility=visibility,
            rows=rows,
        )
    )


def unregister(model: "type[Model]") -> None:
    """Let the rows of a model go their own ways; what is in the catalog stays there."""
    from sharekit.adapters.django.registration import take_out

    take_out(model)


def ref_of(instance: "Model") -> "ResourceRef":
    """
    Return what sharekit calls a row of a registered model.

    Raises:
        ConfigurationError: Its model is not registered.
    """
    from sharekit.adapters.django.registration import find

    return find(instance).ref_of(instance)


def send_document(
    request: "HttpRequest", document: "Document | ResourceRef", *, by: "Principal", version: int | None = None
) -> "HttpResponseBase":
    """
    Return the bytes of a document for a view of the project's own, such as one for staff; see `Portal.document`.

    Range and conditions of the request are heeded, and the headers that keep the bytes harmless are set.
    """
    from sharekit.adapters.django.views import document_answer

    return document_answer(portal(), request, document, by=by, version=version)


def upload_url(asked: "DocumentRequest", contact: "Contact", request: "HttpRequest | None" = None) -> str:
    """
    Return the whole address of a contact's upload page, to be sent to them; the same at every call.

    Args:
        asked: What was asked for, of any tenant.
        contact: Who was asked.
        request: As for `link_url`.

    Raises:
        ConfigurationError: The portal is mounted nowhere, or neither request nor origin is known.
    """
    from sharekit.adapters.django._process import address_below, parts

    return address_below(parts().portal.upload_path_below(asked, contact), request)
