"""
The verbs about contacts of the built-in directory: what is known of them, their address and their tags.
"""

from collections.abc import Collection
from typing import TypeVar

import attrs

from sharekit.codec import fold
from sharekit.codec.kinds import CONTACT, EMAIL_CLAIM, email_claim_id
from sharekit.codec.kinds_of_people import CONTACT_TAG, contact_tag_id
from sharekit.errors import DuplicateContactError, InvalidInputError, MergedContactError
from sharekit.features._facts import require_active
from sharekit.features._memberships import joined
from sharekit.features._parties import (
    active_organization,
    ask,
    contact_from,
    contact_of,
    contacts_of_host,
    known_contact,
    require_own_contacts,
    require_own_organizations,
)
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import ContactId, random_id
from sharekit.ports import Eq
from sharekit.records import checks, events
from sharekit.records.parties import Contact, ContactProfile, EmailClaim, Organization, Principal
from sharekit.records.people import ContactTag, TagKeys
from sharekit.records.unset import UNSET, Unset

__all__ = ["Contacts"]

T = TypeVar("T")

_FIELDS = ("name", "email", "locale", "phone", "messaging")
_MAX_TAGS = 50
_MAX_ASKED = 100


class Contacts:
    """The contacts of one tenant."""

    _wiring: Wiring

    def add_contact(
        self,
        name: str,
        email: str,
        *,
        by: Principal,
        organization: Organization | None = None,
        tags: Collection[str] = (),
        locale: str | None = None,
        phone: str | None = None,
        messaging: bool = True,
    ) -> ContactProfile:
        """
        Add a person outside.

        Args:
            name: As pages and mails show it.
            email: One address; unique in the tenant without regard to case.
            by: Any active staff.
            organization: What the person belongs to.
            tags: Labels for staff to find the person by; clients never read them.
            locale: The language of pages and mails for this person, such as ``"nl"``.
            phone: A number as people write it.
            messaging: Whether the person takes messages here.

        Returns:
            The contact; it can be passed wherever a `Contact` is wanted.

        Raises:
            DuplicateContactError: Another contact has this address; ``existing`` names it.
            NotFoundError: There is no such organization, or it is not active.
            NotAllowedError: *by* may not, or contacts are the host's.
            InvalidInputError: An argument cannot be used.
        """
        labels = _labels(tags)

        def work(unit: Unit) -> ContactProfile:
            require_active(unit, by)
            require_own_contacts(self._wiring)
            contact = ContactProfile(
                id=random_id(),
                tenant=unit.tenant,
                name=name,
                email=email,
                locale=locale,
                phone=phone,
                messaging=messaging,
            )
            _claim(unit, contact)
            unit.put(CONTACT, contact)
            unit.emit(events.ContactAdded(tenant=unit.tenant, at=unit.now, by=by, party=contact.key))
            for label in labels.values():
                unit.put(CONTACT_TAG, ContactTag(tenant=unit.tenant, contact=Contact(contact.id), label=label))
            if organization is not None:
                require_own_organizations(self._wiring)
                joined(unit, contact, active_organization(self._wiring, unit, organization), None, by)
            return contact

        return self._wiring.write(work)

    def get(self, contact: Contact) -> ContactProfile:
        """
        Return what sharekit knows of a contact; one that was merged names the other in ``merged_into``.

        Raises:
            NotFoundError: There is no such contact in this tenant.
        """
        with self._wiring.reading() as unit:
            return known_contact(self._wiring, unit, contact)

    def find(self, email: str) -> ContactProfile | None:
        """Return the contact that an address belongs to, without regard to case, or None."""
        checks.text("email", email)
        claimed = email_claim_id(email)
        host = contacts_of_host(self._wiring)
        if host is not None:
            answer = ask(lambda: list(host.search_contacts(email, _MAX_ASKED)))
            found = [contact_from(self._wiring.tenant, info) for info in answer]
            return next((contact for contact in found if email_claim_id(contact.email) == claimed), None)
        with self._wiring.reading() as unit:
            claim = unit.get(EMAIL_CLAIM, claimed)
            return None if claim is None else contact_of(self._wiring, unit, claim.contact)

    def tags_of(self, contact: Contact) -> frozenset[str]:
        """
        Return the tags of a contact, as they are shown to staff.

        Raises:
            NotFoundError: There is no such contact in this tenant.
        """
        with self._wiring.reading() as unit:
            known_contact(self._wiring, unit, contact)
            return frozenset(tag.label for tag in _tags(unit, contact))

    def update(
        self,
        contact: Contact,
        *,
        by: Principal,
        name: str | Unset = UNSET,
        email: str | Unset = UNSET,
        locale: str | None | Unset = UNSET,
        phone: str | None | Unset = UNSET,
        messaging: bool | Unset = UNSET,
        tags: Collection[str] | Unset = UNSET,
        add_tags: Collection[str] = (),
        remove_tags: Collection[str] = (),
    ) -> ContactProfile:
        """
        Change what is known of a contact; what is not named stays as it is.

        Args:
            contact: Who.
            by: Any active staff.
            name: As pages and mails show it.
            email: The new address; an invitation that was sent to the old one opens nothing any more.
            locale: The language of pages and mails, or None to negotiate.
            phone: A number, or None for none.
            messaging: Whether the person takes messages here.
            tags: All the tags from now on; not together with the next two.
            add_tags: Tags to have besides.
            remove_tags: Tags to have no more.

        Raises:
            DuplicateContactError: Another contact has this address; ``existing`` names it.
            MergedContactError: The contact was merged; ``into`` names the other.
            NotFoundError: There is no such contact in this tenant.
            NotAllowedError: *by* may not, or contacts are the host's.
            InvalidInputError: An argument cannot be used.
        """
        added, removed = _labels(add_tags, "add_tags"), _labels(remove_tags, "remove_tags")
        wanted = None if isinstance(tags, Unset) else _labels(tags)
        if wanted is not None and (added or removed):
            raise InvalidInputError("tags", "names all tags; give either it, or add_tags and remove_tags")

        def work(unit: Unit) -> ContactProfile:
            require_active(unit, by)
            before = self._own(unit, contact)
            after = attrs.evolve(
                before,
                name=_given(name, before.name),
                email=_given(email, before.email),
                locale=_given(locale, before.locale),
                phone=_given(phone, before.phone),
                messaging=_given(messaging, before.messaging),
            )
            changed = {field for field in _FIELDS if getattr(before, field) != getattr(after, field)}
            if changed:
                _claim(unit, after, instead_of=before)
                unit.put(CONTACT, after)
            if _retagged(unit, after, wanted, added, removed):
                changed.add("tags")
            if changed:
                fields = frozenset(changed)
                unit.emit(
                    events.ContactUpdated(tenant=unit.tenant, at=unit.now, by=by, party=after.key, changed=fields)
                )
            return after

        return self._wiring.write(work)

    def _own(self, unit: Unit, contact: Contact) -> ContactProfile:
        """Return a contact of ours that was not merged."""
        require_own_contacts(self._wiring)
        found = known_contact(self._wiring, unit, contact)
        if found.merged_into is not None:
            raise MergedContactError(found.merged_into.id)
        return found


def _claim(unit: Unit, contact: ContactProfile, *, instead_of: ContactProfile | None = None) -> None:
    """Have the contact's address be theirs, in place of the one before; refuse one that is another's."""
    claim_id = email_claim_id(contact.email)
    claimed = unit.get(EMAIL_CLAIM, claim_id)
    if claimed is None:
        unit.put(EMAIL_CLAIM, EmailClaim(tenant=unit.tenant, id=claim_id, contact=ContactId(contact.id)))
    elif claimed.contact != contact.id:
        raise DuplicateContactError(claimed.contact)
    if instead_of is None or email_claim_id(instead_of.email) == claim_id:
        return
    before = unit.get(EMAIL_CLAIM, email_claim_id(instead_of.email))
    if before is not None and before.contact == contact.id:
        unit.delete(EMAIL_CLAIM, before.id)


def _labels(tags: Collection[str], field: str = "tags") -> dict[str, str]:
    """Return the labels by what makes two of them the same."""
    checks.names(field, tags)
    labels: dict[str, str] = {}
    for tag in tags:
        label = " ".join(tag.split())
        checks.tag(field, label)
        if not fold(label):
            raise InvalidInputError(field, "needs labels that can be read")
        labels[fold(label)] = label
    if len(labels) > _MAX_TAGS:
        raise InvalidInputError(field, f"needs at most {_MAX_TAGS} tags")
    return labels


def _tags(unit: Unit, contact: Contact) -> list[ContactTag]:
    return unit.find(CONTACT_TAG, Eq(TagKeys.CONTACT, contact.id))


def _retagged(
    unit: Unit, contact: Contact, wanted: dict[str, str] | None, added: dict[str, str], removed: dict[str, str]
) -> bool:
    """Have the contact wear these tags, and say whether that changed anything."""
    if wanted is None and not added and not removed:
        return False
    present = {fold(tag.label): tag.label for tag in _tags(unit, contact)}
    after = {key: label for key, label in {**present, **added}.items() if key not in removed}
    after = after if wanted is None else wanted
    if len(after) > _MAX_TAGS:
        raise InvalidInputError("add_tags", f"would make more than {_MAX_TAGS} tags")
    for key in present.keys() - after.keys():
        unit.delete(CONTACT_TAG, contact_tag_id(contact, key))
    for key, label in after.items():
        if present.get(key) != label:
            unit.put(CONTACT_TAG, ContactTag(tenant=unit.tenant, contact=Contact(contact.id), label=label))
    return after != present


def _given(value: T | Unset, before: T) -> T:
    return before if isinstance(value, Unset) else value
