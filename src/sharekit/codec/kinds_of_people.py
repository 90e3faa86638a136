"""
The kinds about people: organizations, memberships, tags, and access to the portal.
"""

import unicodedata
from typing import Any, Final

from sharekit.codec.folding import fold, words
from sharekit.codec.kind import RecordKind
from sharekit.ids import deterministic_id
from sharekit.ports import Bool, Int, KeyValue, KindSpec, Ref, Text, Time
from sharekit.records.invitations import Invitation, InvitationKeys, PortalAccess, PortalAccessKeys
from sharekit.records.parties import Contact
from sharekit.records.people import (
    ContactTag,
    Membership,
    MembershipKeys,
    NameClaim,
    OrganizationKeys,
    OrganizationProfile,
    TagKeys,
)

__all__ = [
    "ALL_OF_PEOPLE",
    "CONTACT_TAG",
    "INVITATION",
    "MEMBERSHIP",
    "NAME_CLAIM",
    "ORGANIZATION",
    "PORTAL_ACCESS",
    "contact_tag_id",
    "name_claim_id",
]


def name_claim_id(name: str) -> str:
    """Return the id of the `NameClaim` for a name, the same for every spelling of its case and its spaces."""
    plain = " ".join(name.split())
    return deterministic_id("organization-name", unicodedata.normalize("NFC", plain).casefold())


def contact_tag_id(contact: Contact, label: str) -> str:
    """Return the id of the one tag of this label on this contact."""
    return deterministic_id("contact-tag", contact.id, fold(label))


def _organization_keys(organization: OrganizationProfile) -> dict[str, KeyValue]:
    return {
        OrganizationKeys.NAME: fold(organization.name),
        OrganizationKeys.WORDS: words(organization.name),
        OrganizationKeys.ACTIVE: organization.active,
    }


def _membership_keys(membership: Membership) -> dict[str, KeyValue]:
    return {MembershipKeys.CONTACT: membership.contact.id, MembershipKeys.ORGANIZATION: membership.organization.id}


def _tag_keys(tag: ContactTag) -> dict[str, KeyValue]:
    return {TagKeys.CONTACT: tag.contact.id, TagKeys.LABEL: fold(tag.label), TagKeys.WORDS: words(tag.label)}


def _access_keys(access: PortalAccess) -> dict[str, KeyValue]:
    return {
        PortalAccessKeys.CONTACT: access.contact.id,
        PortalAccessKeys.HANDLE: access.handle,
        PortalAccessKeys.STATE: str(access.state),
    }


def _invitation_keys(invitation: Invitation) -> dict[str, KeyValue]:
    return {InvitationKeys.CONTACT: invitation.contact.id, InvitationKeys.CREATED_AT: invitation.created_at}


ORGANIZATION: Final = RecordKind(
    KindSpec(
        "organization",
        {OrganizationKeys.NAME: Text, OrganizationKeys.WORDS: Text, OrganizationKeys.ACTIVE: Bool},
        indexes=[(OrganizationKeys.NAME,)],
    ),
    OrganizationProfile,
    id_of=lambda organization: organization.id,
    keys_of=_organization_keys,
    remembers=1024,
)

NAME_CLAIM: Final = RecordKind(
    KindSpec("organization-name"), NameClaim, id_of=lambda claim: claim.id, keys_of=lambda _: {}
)

MEMBERSHIP: Final = RecordKind(
    KindSpec(
        "membership",
        {MembershipKeys.CONTACT: Ref, MembershipKeys.ORGANIZATION: Ref},
        # The first two find rows in the order of their ids, the others answer sub-selects without a row being read.
        indexes=[
            (MembershipKeys.CONTACT,),
            (MembershipKeys.ORGANIZATION,),
            (MembershipKeys.CONTACT, MembershipKeys.ORGANIZATION),
            (MembershipKeys.ORGANIZATION, MembershipKeys.CONTACT),
        ],
    ),
    Membership,
    id_of=lambda membership: membership.id,
    keys_of=_membership_keys,
    remembers=4096,
)

CONTACT_TAG: Final = RecordKind(
    KindSpec(
        "contact-tag",
        {TagKeys.CONTACT: Ref, TagKeys.LABEL: Text, TagKeys.WORDS: Text},
        indexes=[(TagKeys.CONTACT,), (TagKeys.LABEL,)],
    ),
    ContactTag,
    id_of=lambda tag: contact_tag_id(tag.contact, tag.label),
    keys_of=_tag_keys,
)

PORTAL_ACCESS: Final = RecordKind(
    KindSpec(
        "portal-access",
        {PortalAccessKeys.CONTACT: Ref, PortalAccessKeys.HANDLE: Ref, PortalAccessKeys.STATE: Ref},
        indexes=[(PortalAccessKeys.HANDLE,), (PortalAccessKeys.STATE, PortalAccessKeys.CONTACT)],
    ),
    PortalAccess,
    id_of=lambda access: access.id,
    keys_of=_access_keys,
)

INVITATION: Final = RecordKind(
    KindSpec(
        "invitation",
        {InvitationKeys.CONTACT: Ref, InvitationKeys.CREATED_AT: Time, InvitationKeys.USES: Int},
        indexes=[(InvitationKeys.CONTACT,)],
    ),
    Invitation,
    id_of=lambda invitation: invitation.id,
    keys_of=_invitation_keys,
    counters=[InvitationKeys.USES],
    unstored=["as_of"],
)

ALL_OF_PEOPLE: Final[tuple[RecordKind[Any], ...]] = (  # of every record class
    ORGANIZATION,
    NAME_CLAIM,
    MEMBERSHIP,
    CONTACT_TAG,
    PORTAL_ACCESS,
    INVITATION,
)
