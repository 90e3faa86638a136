"""
Erasing what says who a contact is. Everything else names them by a random id alone, the sealed audit trail too.
"""

from typing import Final

import attrs

from sharekit.codec import fold
from sharekit.codec.kinds import CONTACT, EMAIL_CLAIM, email_claim_id
from sharekit.codec.kinds_of_conversations import ADDRESS_BOUNCE
from sharekit.codec.kinds_of_people import CONTACT_TAG, contact_tag_id
from sharekit.features._facts import require_admin
from sharekit.features._parties import known_contact, require_own_contacts
from sharekit.features._portal_access import end_access
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import ContactId, deterministic_id
from sharekit.ports import Eq
from sharekit.records import checks, events
from sharekit.records.parties import Contact, EmailClaim, Principal
from sharekit.records.people import TagKeys
from sharekit.records.reach import bounce_id

__all__ = ["erase"]

_FIELDS: Final = frozenset({"name", "email", "locale", "phone", "tags"})


def erase(wiring: Wiring, contact: Contact, by: Principal, name: str) -> None:
    """Erase who a contact is; see `Audit.erase`."""
    checks.title("name", name)

    def work(unit: Unit) -> None:
        require_admin(unit, by)
        require_own_contacts(wiring)
        before = known_contact(wiring, unit, contact)
        nowhere = f"{deterministic_id('erased', unit.tenant, before.id)[:32]}@erased.invalid"  # RFC 2606
        if before.email == nowhere:
            return
        after = attrs.evolve(before, name=name, email=nowhere, locale=None, phone=None, messaging=False, active=False)
        unit.put(CONTACT, after)
        end_access(unit, after, by)
        _forget(unit, before.email, before.id)
        claim = EmailClaim(tenant=unit.tenant, id=email_claim_id(nowhere), contact=ContactId(before.id))
        unit.put(EMAIL_CLAIM, claim)
        for tag in unit.find(CONTACT_TAG, Eq(TagKeys.CONTACT, before.id)):
            unit.delete(CONTACT_TAG, contact_tag_id(before, fold(tag.label)))
        if before.active:
            unit.emit(events.PartyDeactivated(tenant=unit.tenant, at=unit.now, by=by, party=before.key))
        unit.emit(events.ContactUpdated(tenant=unit.tenant, at=unit.now, by=by, party=before.key, changed=_FIELDS))

    wiring.write(work)


def _forget(unit: Unit, email: str, contact: str) -> None:
    """Delete what stands for an address: by a digest of it, somebody who knows it could look it up."""
    claim = unit.get(EMAIL_CLAIM, email_claim_id(email))
    if claim is not None and claim.contact == contact:
        unit.delete(EMAIL_CLAIM, claim.id)
    if unit.get(ADDRESS_BOUNCE, bounce_id(email)) is not None:
        unit.delete(ADDRESS_BOUNCE, bounce_id(email))
