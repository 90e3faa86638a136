"""
Merging two contacts who turned out to be one: what belongs to the one becomes the other's.

Each kind of row that names a contact has a mover here, and `MOVERS` lists them. A feature whose
rows name contacts adds its own.
"""

from collections.abc import Callable
from typing import Final

import attrs

from sharekit.codec import fold
from sharekit.codec.kinds import EMAIL_CLAIM, READ_LINK
from sharekit.codec.kinds_of_mail import REPLY_ADDRESS
from sharekit.codec.kinds_of_people import CONTACT_TAG, MEMBERSHIP, contact_tag_id
from sharekit.features._memberships import joined, left
from sharekit.features._merging_documents import move_uploads
from sharekit.features._merging_notices import move_notices, move_preferences
from sharekit.features._merging_shares import move_follows, move_grants, move_requesters, move_requests
from sharekit.features._request_rules import move_recipients
from sharekit.features._taking_part import move_participants
from sharekit.features._unit import Unit
from sharekit.ids import ContactId
from sharekit.ports import Eq
from sharekit.records.held_mail import ReplyAddressKeys
from sharekit.records.links import ReadLinkKeys
from sharekit.records.parties import Contact, ContactProfile, EmailClaimKeys, Principal
from sharekit.records.people import MembershipKeys, TagKeys, membership_id

__all__ = ["MOVERS", "Mover"]

Mover = Callable[[Unit, ContactProfile, ContactProfile, Principal], None]
"""Moves the rows of one kind from the first contact to the second, on behalf of the principal."""


def _move_memberships(unit: Unit, contact: ContactProfile, into: ContactProfile, by: Principal) -> None:
    for membership in unit.find(MEMBERSHIP, Eq(MembershipKeys.CONTACT, contact.id)):
        left(unit, contact, membership.organization, by)
        if unit.get(MEMBERSHIP, membership_id(into, membership.organization)) is None:
            joined(unit, into, membership.organization, membership.role, by, sees_shared=membership.sees_shared)


def _move_tags(unit: Unit, contact: ContactProfile, into: ContactProfile, _: Principal) -> None:
    present = {fold(tag.label) for tag in unit.find(CONTACT_TAG, Eq(TagKeys.CONTACT, into.id))}
    for tag in unit.find(CONTACT_TAG, Eq(TagKeys.CONTACT, contact.id)):
        unit.delete(CONTACT_TAG, contact_tag_id(contact, tag.label))
        if fold(tag.label) not in present:
            unit.put(CONTACT_TAG, attrs.evolve(tag, contact=Contact(into.id)))


def _move_addresses(unit: Unit, contact: ContactProfile, into: ContactProfile, _: Principal) -> None:
    # Those too that came to the contact when another one was merged into them.
    for claim in unit.find(EMAIL_CLAIM, Eq(EmailClaimKeys.CONTACT, contact.id)):
        unit.put(EMAIL_CLAIM, attrs.evolve(claim, contact=ContactId(into.id)))


def _move_links(unit: Unit, contact: ContactProfile, into: ContactProfile, _: Principal) -> None:
    for link in unit.find_readable(READ_LINK, Eq(ReadLinkKeys.RECIPIENT, contact.key)):
        unit.put(READ_LINK, attrs.evolve(link, recipient=Contact(into.id)))


def _move_reply_addresses(unit: Unit, contact: ContactProfile, into: ContactProfile, _: Principal) -> None:
    for address in unit.find(REPLY_ADDRESS, Eq(ReplyAddressKeys.PARTY, contact.key)):
        unit.put(REPLY_ADDRESS, attrs.evolve(address, party=into.key))


MOVERS: Final[tuple[Mover, ...]] = (
    _move_memberships,
    _move_tags,
    _move_addresses,
    _move_links,
    _move_reply_addresses,
    move_grants,
    move_follows,
    move_requests,
    move_requesters,
    move_recipients,
    move_uploads,
    move_participants,
    move_notices,
    move_preferences,
)
