"""
The kinds: how each record of the house is kept. Slugs and key names are never reused for something else.
"""

import unicodedata
from typing import Any, Final

from sharekit.codec.folding import fold
from sharekit.codec.kind import RecordKind
from sharekit.ids import deterministic_id
from sharekit.ports import Int, KeyValue, KindSpec, Ref, Text, Time
from sharekit.records.audit import AuditEntry, AuditKeys
from sharekit.records.catalog import CatalogEntry, EntryKeys
from sharekit.records.links import ReadLink, ReadLinkKeys
from sharekit.records.parties import ContactKeys, ContactProfile, EmailClaim, StaffProfile

__all__ = ["ALL", "AUDIT_ENTRY", "CATALOG_ENTRY", "CONTACT", "EMAIL_CLAIM", "READ_LINK", "STAFF", "email_claim_id"]


def email_claim_id(email: str) -> str:
    """Return the id of the `EmailClaim` for an address, the same for every spelling of its case."""
    return deterministic_id("contact-email", unicodedata.normalize("NFC", email).casefold())


def _entry_keys(entry: CatalogEntry) -> dict[str, KeyValue]:
    return {
        EntryKeys.KIND: entry.ref.kind,
        EntryKeys.CONTAINER: entry.container.key if entry.container else None,
        EntryKeys.OWNER: entry.owner,
    }


def _link_keys(link: ReadLink) -> dict[str, KeyValue]:
    return {
        ReadLinkKeys.RESOURCE: link.ref.key,
        ReadLinkKeys.CREATED_AT: link.created_at,
        ReadLinkKeys.CREATED_BY: link.created_by,
        ReadLinkKeys.RECIPIENT: link.recipient.key if link.recipient else None,
    }


def _audit_keys(entry: AuditEntry) -> dict[str, KeyValue]:
    return {AuditKeys.ACTOR: entry.actor, AuditKeys.ACTION: entry.action, AuditKeys.RESOURCE: entry.resource}


def _contact_keys(contact: ContactProfile) -> dict[str, KeyValue]:
    return {ContactKeys.NAME: fold(contact.name), ContactKeys.EMAIL: fold(contact.email)}


CATALOG_ENTRY: Final = RecordKind(
    KindSpec(
        "catalog-entry",
        {EntryKeys.KIND: Ref, EntryKeys.CONTAINER: Ref, EntryKeys.OWNER: Ref},
        indexes=[(EntryKeys.CONTAINER,)],
    ),
    CatalogEntry,
    id_of=lambda entry: entry.id,
    keys_of=_entry_keys,
)

READ_LINK: Final = RecordKind(
    KindSpec(
        "read-link",
        {
            ReadLinkKeys.RESOURCE: Ref,
            ReadLinkKeys.CREATED_AT: Time,
            ReadLinkKeys.CREATED_BY: Ref,
            ReadLinkKeys.RECIPIENT: Ref,
            ReadLinkKeys.USES: Int,
        },
        indexes=[
            (ReadLinkKeys.RESOURCE, ReadLinkKeys.CREATED_AT),
            (ReadLinkKeys.CREATED_BY,),
            (ReadLinkKeys.RECIPIENT,),
        ],
    ),
    ReadLink,
    id_of=lambda link: link.id,
    keys_of=_link_keys,
    counters=[ReadLinkKeys.USES],
    unstored=["as_of"],
)

AUDIT_ENTRY: Final = RecordKind(
    KindSpec(
        "audit-entry",
        {AuditKeys.ACTOR: Ref, AuditKeys.ACTION: Ref, AuditKeys.RESOURCE: Ref},
        indexes=[(AuditKeys.RESOURCE,), (AuditKeys.ACTOR,)],
    ),
    AuditEntry,
    id_of=lambda entry: entry.id,
    keys_of=_audit_keys,
)

CONTACT: Final = RecordKind(
    KindSpec(
        "contact",
        {ContactKeys.NAME: Text, ContactKeys.EMAIL: Text},
        indexes=[(ContactKeys.NAME,), (ContactKeys.EMAIL,)],
    ),
    ContactProfile,
    id_of=lambda contact: contact.id,
    keys_of=_contact_keys,
)

EMAIL_CLAIM: Final = RecordKind(KindSpec("email-claim"), EmailClaim, id_of=lambda claim: claim.id, keys_of=lambda _: {})

STAFF: Final = RecordKind(KindSpec("staff"), StaffProfile, id_of=lambda staff: staff.id, keys_of=lambda _: {})

ALL: Final[tuple[RecordKind[Any], ...]] = (  # of every record class
    CATALOG_ENTRY,
    READ_LINK,
    AUDIT_ENTRY,
    CONTACT,
    EMAIL_CLAIM,
    STAFF,
)
