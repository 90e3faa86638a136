"""
What Django's admin shows of sharekit's rows: to read, never to change, and no secrets.

Staff need the permission to view, such as ``sharekit.view_readlink``. It shows every tenant's rows.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from sharekit.adapters.django._process import database
from sharekit.adapters.django.models import MODELS
from sharekit.backends.django.tables import Table
from sharekit.codec import Kept, RecordKind
from sharekit.codec.kinds import AUDIT_ENTRY, CATALOG_ENTRY, CONTACT, READ_LINK
from sharekit.errors import IntegrityError
from sharekit.records.audit import AuditEntry
from sharekit.records.catalog import CatalogEntry
from sharekit.records.links import ReadLink
from sharekit.records.parties import ContactProfile

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Model]
else:
    _ModelAdmin = admin.ModelAdmin

__all__ = ["AuditEntryAdmin", "CatalogEntryAdmin", "ContactAdmin", "ReadLinkAdmin"]

R = TypeVar("R", bound=Kept)

_DAMAGED = "(damaged)"


class _ReadOnly(_ModelAdmin):
    """Rows that only sharekit changes, told by what their records say."""

    shown: tuple[str, ...] = ()
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """Return the rows of the database that the setting names."""
        return super().get_queryset(request).using(database())

    def get_list_display(self, request: HttpRequest) -> Any:  # Any: Django takes names and functions
        """Return the columns of the list."""
        return self.shown

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # Any: as above
        """Return what a row's page shows."""
        return self.shown

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # Any: as above
        """Return the same: nothing can be changed."""
        return self.shown

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Say no."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Say no."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Say no."""
        return False


def _record(kind: RecordKind[R], row: Model) -> R | None:
    """Return the record that a row keeps, or None when it is damaged."""
    try:
        return kind.load(Table(kind.spec, type(row)).of_instance(row))
    except IntegrityError:
        return None


def _column(kind: RecordKind[R], label: str, tell: Callable[[R], object]) -> Callable[[_ReadOnly, Model], object]:
    """Return a column that tells something of the record."""

    @admin.display(description=label, empty_value="-")
    def column(_: _ReadOnly, row: Model) -> object:
        record = _record(kind, row)
        return _DAMAGED if record is None else tell(record)

    return column


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _of_link(label: str, tell: Callable[[ReadLink], object]) -> Callable[[_ReadOnly, Model], object]:
    return _column(READ_LINK, label, tell)


class ReadLinkAdmin(_ReadOnly):
    """Read links: what they show, until when, and how often they were used. Their passwords never show."""

    shown = (
        "resource", "title", "state", "sections", "ends", "used", "viewed", "password", "recipient",
        "created", "created_by", "revoked", "tenant",
    )  # fmt: skip
    ordering = ("-created_at",)
    search_fields = ("resource", "created_by", "recipient")

    title = _of_link("title for the client", lambda link: link.client_title or link.accepted_title)
    state = _of_link("state", lambda link: link.state_at(datetime.now(UTC)))
    sections = _of_link("sections", lambda link: _listed(link.sections))
    ends = _of_link("ends", lambda link: link.expires_at)
    used = _of_link("uses", lambda link: f"{link.uses} of {link.max_uses}" if link.max_uses else link.uses)
    viewed = _of_link("views", lambda link: link.views)
    password = _of_link("password", lambda link: "yes" if link.has_password else "no")
    created = _of_link("created", lambda link: link.created_at)
    revoked = _of_link("revoked", lambda link: link.revoked_at)


def _of_entry(label: str, tell: Callable[[CatalogEntry], object]) -> Callable[[_ReadOnly, Model], object]:
    return _column(CATALOG_ENTRY, label, tell)


class CatalogEntryAdmin(_ReadOnly):
    """What the project has put into the catalog."""

    shown = ("reference", "title", "client_title", "visibility", "container", "owner", "tenant")
    list_filter = ("kind",)
    search_fields = ("container", "owner")

    reference = _of_entry("resource", lambda entry: entry.ref.key)
    title = _of_entry("title", lambda entry: entry.title)
    client_title = _of_entry("title for the client", lambda entry: entry.client_title)
    visibility = _of_entry("visibility", lambda entry: entry.visibility.value)


def _of_contact(label: str, tell: Callable[[ContactProfile], object]) -> Callable[[_ReadOnly, Model], object]:
    return _column(CONTACT, label, tell)


class ContactAdmin(_ReadOnly):
    """People outside."""

    shown = ("full_name", "address", "locale", "active", "tenant")
    ordering = ("name",)
    search_fields = ("name", "email")

    full_name = _of_contact("name", lambda contact: contact.name)
    address = _of_contact("e-mail", lambda contact: contact.email)
    locale = _of_contact("language", lambda contact: contact.locale)
    active = _of_contact("active", lambda contact: "yes" if contact.active else "no")


def _of_audit(label: str, tell: Callable[[AuditEntry], object]) -> Callable[[_ReadOnly, Model], object]:
    return _column(AUDIT_ENTRY, label, tell)


class AuditEntryAdmin(_ReadOnly):
    """What was done."""

    shown = ("at", "actor", "action", "resource", "details", "tenant")
    ordering = ("-id",)
    list_filter = ("action",)
    search_fields = ("actor", "resource")

    at = _of_audit("at", lambda entry: entry.at)
    details = _of_audit("details", lambda entry: _listed(f"{name}: {told}" for name, told in entry.details.items()))


for _kind, _admin in (
    (READ_LINK, ReadLinkAdmin),
    (CATALOG_ENTRY, CatalogEntryAdmin),
    (CONTACT, ContactAdmin),
    (AUDIT_ENTRY, AuditEntryAdmin),
):
    admin.site.register(MODELS[_kind.name], _admin)
