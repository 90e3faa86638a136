"""
The kinds: how each record of the house is kept. Slugs and key names are never reused for something else.
"""

import sys
import unicodedata
from typing import Any, Final

from sharekit.codec.folding import fold, words
from sharekit.codec.kind import RecordKind
from sharekit.codec.kinds_of_conversations import ALL_OF_CONVERSATIONS
from sharekit.codec.kinds_of_documents import ALL_OF_DOCUMENTS
from sharekit.codec.kinds_of_mail import ALL_OF_MAIL
from sharekit.codec.kinds_of_notices import ALL_OF_NOTICES
from sharekit.codec.kinds_of_people import ALL_OF_PEOPLE
from sharekit.codec.kinds_of_requests import ALL_OF_REQUESTS
from sharekit.codec.kinds_of_sharing import ALL_OF_SHARING
from sharekit.ids import deterministic_id
from sharekit.ports import Bool, Int, KeyValue, KindSpec, Ref, Text, Time
from sharekit.records.audit import AuditEntry, AuditKeys, AuditSeal, AuditSealKeys
from sharekit.records.catalog import AncestorKeys, Ancestry, CatalogEntry, EntryKeys
from sharekit.records.links import ReadLink, ReadLinkKeys
from sharekit.records.moves import UnsettledContent, UnsettledKeys
from sharekit.records.parties import ContactKeys, ContactProfile, EmailClaim, EmailClaimKeys, StaffProfile

__all__ = [
    "ALL",
    "ANCESTRY",
    "AUDIT_ENTRY",
    "AUDIT_SEAL",
    "CATALOG_ENTRY",
    "CONTACT",
    "EMAIL_CLAIM",
    "READ_LINK",
    "STAFF",
    "UNSETTLED",
    "ancestry_id",
    "email_claim_id",
]

# What has no title for clients is shown to them as its kind, and comes after everything that has one.
_UNTITLED: Final = chr(sys.maxunicode)


def email_claim_id(email: str) -> str:
    """Return the id of the `EmailClaim` for an address, the same for every spelling of its case."""
    return deterministic_id("contact-email", unicodedata.normalize("NFC", email).casefold())


def ancestry_id(ancestry: Ancestry) -> str:
    """Return the id of the one row that says so."""
    return deterministic_id("ancestor", ancestry.entry, ancestry.ancestor)


def _entry_keys(entry: CatalogEntry) -> dict[str, KeyValue]:
    return {
        EntryKeys.KIND: entry.ref.kind,
        EntryKeys.NODE: entry.node,
        EntryKeys.CONTAINER: entry.container.key if entry.container else None,
        EntryKeys.OWNER: entry.owner,
        EntryKeys.REQUESTER: None if entry.requester is None else entry.requester.id,
        EntryKeys.SHOWN: entry.shown,
        EntryKeys.NAME: fold(entry.title),
        EntryKeys.CLIENT_NAME: _UNTITLED if entry.client_title is None else fold(entry.client_title),
        EntryKeys.CLIENT_TITLE: entry.client_title,
        EntryKeys.ACTIVITY: entry.activity or entry.created_at,
        EntryKeys.CLIENT_ACTIVITY: entry.client_activity or entry.created_at,
        EntryKeys.CREATED_AT: entry.created_at,
        EntryKeys.REMOVED: entry.removed_at is not None,
    }


def _link_keys(link: ReadLink) -> dict[str, KeyValue]:
    return {
        ReadLinkKeys.RESOURCE: link.ref.key,
        ReadLinkKeys.CREATED_AT: link.created_at,
        ReadLinkKeys.CREATED_BY: link.created_by,
        ReadLinkKeys.RECIPIENT: link.recipient.key if link.recipient else None,
    }


def _audit_keys(entry: AuditEntry) -> dict[str, KeyValue]:
    return {
        AuditKeys.ACTOR: entry.actor,
        AuditKeys.ACTION: entry.action,
        AuditKeys.RESOURCE: entry.resource,
        AuditKeys.SEAL: entry.seal,
    }


def _contact_keys(contact: ContactProfile) -> dict[str, KeyValue]:
    return {
        ContactKeys.NAME: fold(contact.name),
        ContactKeys.EMAIL: fold(contact.email),
        ContactKeys.WORDS: words(contact.name),
        ContactKeys.ACTIVE: contact.active,
    }


CATALOG_ENTRY: Final = RecordKind(
    KindSpec(
        "catalog-entry",
        {
            EntryKeys.KIND: Ref,
            EntryKeys.NODE: Ref,
            EntryKeys.CONTAINER: Ref,
            EntryKeys.OWNER: Ref,
            EntryKeys.REQUESTER: Ref,
            EntryKeys.SHOWN: Bool,
            EntryKeys.NAME: Text,
            EntryKeys.CLIENT_NAME: Text,
            EntryKeys.CLIENT_TITLE: Text,
            EntryKeys.ACTIVITY: Time,
            EntryKeys.CLIENT_ACTIVITY: Time,
            EntryKeys.CREATED_AT: Time,
            EntryKeys.CHILDREN: Int,
            EntryKeys.REMOVED: Bool,
        },
        indexes=[
            (EntryKeys.NODE,),
            (EntryKeys.CONTAINER,),
            (EntryKeys.OWNER,),
            (EntryKeys.REQUESTER,),
            (EntryKeys.NAME,),
            (EntryKeys.ACTIVITY,),
            (EntryKeys.CREATED_AT,),
            # Clients' lists hold only what may be shown.
            (EntryKeys.SHOWN, EntryKeys.CLIENT_NAME),
            (EntryKeys.SHOWN, EntryKeys.CLIENT_ACTIVITY),
            (EntryKeys.SHOWN, EntryKeys.CREATED_AT),
        ],
        # All that such a list asks of an entry, and all that it says of one.
        carried=[
            EntryKeys.SHOWN,
            EntryKeys.CLIENT_NAME,
            EntryKeys.CLIENT_TITLE,
            EntryKeys.CLIENT_ACTIVITY,
            EntryKeys.CREATED_AT,
            EntryKeys.NODE,
            EntryKeys.KIND,
            EntryKeys.CONTAINER,
            EntryKeys.REQUESTER,
        ],
    ),
    CatalogEntry,
    id_of=lambda entry: entry.ref.key,
    keys_of=_entry_keys,
    counters=[EntryKeys.CHILDREN],
    remembers=4096,
)

ANCESTRY: Final = RecordKind(
    KindSpec(
        AncestorKeys.KIND,
        {AncestorKeys.ENTRY: Ref, AncestorKeys.ANCESTOR: Ref},
        indexes=[(AncestorKeys.ENTRY, AncestorKeys.ANCESTOR), (AncestorKeys.ANCESTOR, AncestorKeys.ENTRY)],
    ),
    Ancestry,
    id_of=ancestry_id,
    keys_of=lambda ancestry: {AncestorKeys.ENTRY: ancestry.entry, AncestorKeys.ANCESTOR: ancestry.ancestor},
)

UNSETTLED: Final = RecordKind(
    KindSpec(UnsettledKeys.KIND, {UnsettledKeys.MOVED: Ref}, indexes=[(UnsettledKeys.MOVED,)]),
    UnsettledContent,
    id_of=lambda unsettled: unsettled.id,
    keys_of=lambda unsettled: {UnsettledKeys.MOVED: unsettled.moved.key},
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
        {AuditKeys.ACTOR: Ref, AuditKeys.ACTION: Ref, AuditKeys.RESOURCE: Ref, AuditKeys.SEAL: Int},
        indexes=[(AuditKeys.RESOURCE,), (AuditKeys.ACTOR,), (AuditKeys.SEAL,)],
    ),
    AuditEntry,
    id_of=lambda entry: entry.id,
    keys_of=_audit_keys,
)

AUDIT_SEAL: Final = RecordKind(
    KindSpec("audit-seal", {AuditSealKeys.NUMBER: Int}, indexes=[(AuditSealKeys.NUMBER,)]),
    AuditSeal,
    id_of=lambda seal: seal.id,
    keys_of=lambda seal: {AuditSealKeys.NUMBER: seal.number},
)

CONTACT: Final = RecordKind(
    KindSpec(
        "contact",
        {ContactKeys.NAME: Text, ContactKeys.EMAIL: Text, ContactKeys.WORDS: Text, ContactKeys.ACTIVE: Bool},
        indexes=[(ContactKeys.NAME,), (ContactKeys.EMAIL,)],
    ),
    ContactProfile,
    id_of=lambda contact: contact.id,
    keys_of=_contact_keys,
    remembers=1024,
)

EMAIL_CLAIM: Final = RecordKind(
    KindSpec("email-claim", {EmailClaimKeys.CONTACT: Ref}, indexes=[(EmailClaimKeys.CONTACT,)]),
    EmailClaim,
    id_of=lambda claim: claim.id,
    keys_of=lambda claim: {EmailClaimKeys.CONTACT: claim.contact},
)

STAFF: Final = RecordKind(KindSpec("staff"), StaffProfile, id_of=lambda staff: staff.id, keys_of=lambda _: {})

ALL: Final[tuple[RecordKind[Any], ...]] = (  # of every record class
    CATALOG_ENTRY,
    READ_LINK,
    AUDIT_ENTRY,
    AUDIT_SEAL,
    CONTACT,
    EMAIL_CLAIM,
    STAFF,
    ANCESTRY,
    UNSETTLED,
    *ALL_OF_SHARING,
    *ALL_OF_PEOPLE,
    *ALL_OF_REQUESTS,
    *ALL_OF_DOCUMENTS,
    *ALL_OF_CONVERSATIONS,
    *ALL_OF_NOTICES,
    *ALL_OF_MAIL,
)
