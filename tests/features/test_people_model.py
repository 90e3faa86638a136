"""The people of a tenant against an independent model of who has which address, tags and memberships."""

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from sharekit import AccessState, Contact, ContactProfile, PortalSession, Staff, errors
from sharekit.testing import FrozenClock, kit
from tests.features.conftest import party_keys

MARIA = Staff("maria")
ADDRESSES = [f"{letter}@acme.test" for letter in "abcd"]
TAGS = ["vip", "old", "new"]


@attrs.define
class Person:
    """What should be true of one contact, written down without looking at the library."""

    contact: ContactProfile
    address: str
    tags: set[str]
    companies: set[str]
    active: bool = True
    access: AccessState = AccessState.NONE
    merged_into: "Person | None" = None


class PeopleLives(RuleBasedStateMachine):
    """Staff and clients do anything in any order."""

    people = Bundle("people")

    @initialize()
    def begin(self) -> None:
        """Start with two organizations and nobody."""
        self.kit = kit(clock=FrozenClock())
        self.verbs = self.kit.people
        self.companies = {name: self.verbs.add_organization(name, by=MARIA) for name in ("Acme", "Beta")}
        self.closed: set[str] = set()
        self.claimed: dict[str, Person] = {}
        self.persons: list[Person] = []
        self.sessions: list[tuple[Person, PortalSession]] = []
        self.ended: list[PortalSession] = []

    @rule(target=people, address=st.sampled_from(ADDRESSES), tags=st.sets(st.sampled_from(TAGS)))
    def add(self, address: str, tags: set[str]) -> Person | None:
        """Add a contact, unless the address is taken."""
        holder = self.claimed.get(address)
        taken: Contact | None = None
        contact: ContactProfile | None = None
        try:
            contact = self.verbs.add_contact("N", address.upper(), tags=tags, by=MARIA)
        except errors.DuplicateContactError as error:
            taken = Contact(error.existing)
        assert (None if holder is None else holder.contact) == taken
        if contact is None:
            return None
        person = Person(contact, address, tags, set())
        self.claimed[address] = person
        self.persons.append(person)
        return person

    @rule(person=people, address=st.sampled_from(ADDRESSES))
    def move(self, person: Person | None, address: str) -> None:
        """Change an address, unless it is taken."""
        if person is None:
            return
        holder = self.claimed.get(address)
        try:
            self.verbs.update(person.contact, email=address, by=MARIA)
        except errors.DuplicateContactError as error:
            taken = Contact(error.existing)
            assert holder is not None
            assert (True, holder.contact) == (holder is not person, taken)
        except errors.MergedContactError:
            assert person.merged_into is not None
        else:
            if person.address != address:
                del self.claimed[person.address]
                person.address = address
            self.claimed[address] = person

    @rule(person=people, tags=st.sets(st.sampled_from(TAGS)), added=st.booleans())
    def tag(self, person: Person | None, tags: set[str], added: bool) -> None:  # drawn by hypothesis
        """Add or take away some tags."""
        if person is None or person.merged_into is not None:
            return
        if added:
            self.verbs.update(person.contact, add_tags=tags, by=MARIA)
            person.tags |= tags
        else:
            self.verbs.update(person.contact, remove_tags=tags, by=MARIA)
            person.tags -= tags

    @rule(person=people, name=st.sampled_from(["Acme", "Beta"]))
    def join(self, person: Person | None, name: str) -> None:
        """Belong to an organization, when both are active."""
        if person is None:
            return
        try:
            self.verbs.join(person.contact, self.companies[name], by=MARIA)
        except (errors.NotFoundError, errors.MergedContactError):
            assert not person.active or name in self.closed
        else:
            assert person.active
            person.companies.add(name)

    @rule(person=people, name=st.sampled_from(["Acme", "Beta"]))
    def leave(self, person: Person | None, name: str) -> None:
        """Belong to it no more."""
        if person is not None:
            self.verbs.leave(person.contact, self.companies[name], by=MARIA)
            person.companies.discard(name)

    @rule(name=st.sampled_from(["Acme", "Beta"]))
    def turn_company(self, name: str) -> None:
        """Close an organization, or open it again."""
        if name in self.closed:
            self.verbs.reactivate(self.companies[name], by=MARIA)
        else:
            self.verbs.deactivate(self.companies[name], by=MARIA)
        self.closed ^= {name}

    @rule(person=people)
    def turn_person(self, person: Person | None) -> None:
        """Deactivate a contact, or reactivate them."""
        if person is None or person.merged_into is not None:
            return
        if person.active:
            self.verbs.deactivate(person.contact, by=MARIA)
            self.end(person)
        else:
            self.verbs.reactivate(person.contact, by=MARIA)
        person.active = not person.active

    @rule(person=people)
    def invite_and_enter(self, person: Person | None) -> None:
        """Come in, when active."""
        if person is None:
            return
        try:
            token = self.verbs.invitation_token(self.verbs.invite(person.contact, by=MARIA))
        except (errors.NotFoundError, errors.MergedContactError):
            assert not person.active
            return
        assert person.active
        self.sessions.append((person, self.verbs.enter(token)))
        person.access = AccessState.ACTIVE

    @rule(person=people)
    def withdraw(self, person: Person | None) -> None:
        """Take access back."""
        if person is not None:
            self.verbs.withdraw(person.contact, by=MARIA)
            self.end(person)

    @rule(gone=people, kept=people)
    def merge(self, gone: Person | None, kept: Person | None) -> None:
        """Merge two, when that makes sense."""
        if gone is None or kept is None:
            return
        try:
            self.verbs.merge(gone.contact, into=kept.contact, by=MARIA)
        except (errors.NotFoundError, errors.InvalidInputError):
            assert gone is kept or not kept.active or gone.merged_into is not None
            return
        assert gone is not kept
        for address, holder in self.claimed.items():
            if holder is gone:
                self.claimed[address] = kept
        kept.tags |= gone.tags
        kept.companies |= gone.companies
        gone.tags, gone.companies, gone.active, gone.merged_into = set(), set(), False, kept
        self.end(gone)

    def end(self, person: Person) -> None:
        """Write down that access ended, for somebody who had any."""
        if person.access is AccessState.ACTIVE:
            person.access = AccessState.WITHDRAWN
        self.ended += [session for owner, session in self.sessions if owner is person]
        self.sessions = [(owner, session) for owner, session in self.sessions if owner is not person]

    @invariant()
    def addresses_are_whose_they_are(self) -> None:
        """Each address finds the one who has it."""
        for address in ADDRESSES:
            holder, found = self.claimed.get(address), self.verbs.find(address)
            assert (None if holder is None else holder.contact) == found

    @invariant()
    def everybody_is_as_written_down(self) -> None:
        """Profiles, tags, access, and what they belong to."""
        for person in self.persons:
            profile = self.verbs.get(person.contact)
            assert person.active == profile.active
            assert person.address == profile.email.lower()
            assert (None if person.merged_into is None else person.merged_into.contact) == profile.merged_into
            assert person.tags == self.verbs.tags_of(person.contact)
            assert person.access == self.verbs.access_of(person.contact).state
            belongs = {self.companies[name].key for name in person.companies - self.closed}
            keys = set(party_keys(self.kit, person.contact))
            assert ({person.contact.key, *belongs} if person.active else set()) == keys

    @invariant()
    def sessions_go_on_until_they_end(self) -> None:
        """Each session that nothing ended is good, and one that ended never is again."""
        for session in self.ended:
            with pytest.raises(errors.PortalSessionEndedError):
                self.verbs.session(session.ticket)
        for person, session in self.sessions:
            assert person.contact == self.verbs.session(session.ticket).contact


TestPeopleLives = PeopleLives.TestCase
# Everybody is compared after every step, so a deep run takes fewer lives than elsewhere.
TestPeopleLives.settings = settings(max_examples=min(500, settings().max_examples))
