"""A host that keeps its people itself: sharekit asks it at every use, and keeps nothing."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from sharekit import Contact, Organization, ResourceRef, Right, Sharekit, Staff, System, errors
from sharekit.codec.kinds import CONTACT
from sharekit.codec.kinds_of_people import MEMBERSHIP, ORGANIZATION
from sharekit.ports import Query, RecordStore
from sharekit.records.people import ContactInfo, MembershipInfo, OrganizationInfo
from sharekit.records.reviews import ReviewReason
from sharekit.testing import FrozenClock, kit
from tests.features.conftest import KEY, opens, party_keys

MARIA, SETUP = Staff("maria"), System("setup")
ANA, EVA = Contact("1"), Contact("2")
ACME = Organization("acme")
REF = ResourceRef("project", "42")


class Rights:
    """A directory that lets staff do everything."""

    def rights(self, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
        """Return every right."""
        return frozenset(Right)


@attrs.define
class OwnContacts(Rights):
    """A host with contacts of its own."""

    people: dict[str, ContactInfo] = attrs.field(
        factory=lambda: {
            "1": ContactInfo(id="1", name="Ana", email="ana@acme.test", locale="es"),
            "2": ContactInfo(id="2", name="Eva", email="eva@acme.test"),
        }
    )

    def contact(self, id: str) -> ContactInfo | None:
        """Look one up."""
        return self.people.get(id)

    def search_contacts(self, text: str, limit: int) -> list[ContactInfo]:
        """Look for a part of a name or address."""
        found = [one for one in self.people.values() if text.lower() in f"{one.name} {one.email}".lower()]
        return found[:limit]


@attrs.define
class OwnPeople(OwnContacts):
    """A host with contacts and organizations of its own."""

    companies: dict[str, OrganizationInfo] = attrs.field(
        factory=lambda: {"acme": OrganizationInfo(id="acme", name="Acme")}
    )
    belongs: dict[str, list[MembershipInfo]] = attrs.field(
        factory=lambda: {"1": [MembershipInfo(organization="acme", role="manager")]}
    )

    def organization(self, id: str) -> OrganizationInfo | None:
        """Look one up."""
        return self.companies.get(id)

    def organizations_of(self, contact_id: str) -> list[MembershipInfo]:
        """Say what somebody belongs to."""
        return self.belongs.get(contact_id, [])

    def members_of(self, organization_id: str) -> list[str]:
        """Say who belongs to something."""
        return [id_ for id_, all_ in self.belongs.items() if organization_id in {each.organization for each in all_}]

    def search_organizations(self, text: str, limit: int) -> list[OrganizationInfo]:
        """Look for a part of a name."""
        return [one for one in self.companies.values() if text.lower() in one.name.lower()][:limit]


def hosted(records: RecordStore, directory: Rights) -> Sharekit:
    """Make a kit for a host with this directory, with one project."""
    own = kit(records=records, directory=directory, secret_keys=[KEY], clock=FrozenClock())
    own.catalog.put(REF, title="Internal", client_title="Yours", by=MARIA)
    return own


def keys(own: Sharekit, contact: Contact) -> tuple[str, ...]:
    """Return what other features see of a contact at this moment."""
    return party_keys(own, contact)


def test_people_are_the_hosts(records: RecordStore) -> None:
    """What is known of them, what they belong to and what a search finds comes from the host, and none is kept."""
    own = hosted(records, OwnPeople())
    people = own.people
    found = people.search("a", limit=10)

    assert ("Ana", "es", True) == (people.get(ANA).name, people.get(ANA).locale, people.get(ANA).active)
    assert ANA == people.find("ANA@acme.test")
    assert people.find("a") is None
    assert "Acme" == people.get_organization(ACME).name
    assert [(ACME, "manager")] == [(one.organization, one.role) for one in people.organizations_of(ANA)]
    assert ["Acme", "Ana", "Eva"] == [person.name for person in found]
    assert (ANA.key, ACME.key) == keys(own, ANA)
    with records.transaction(own.tenant) as tx:
        assert [0, 0, 0] == [tx.count(Query(kind.name)) for kind in (CONTACT, ORGANIZATION, MEMBERSHIP)]


def test_the_host_is_asked_each_time(records: RecordStore) -> None:
    """Whoever leaves a company, or the host, has lost it at the next call (R-AUTH-4)."""
    directory = OwnPeople()
    own = hosted(records, directory)
    link = own.links.create(REF, by=MARIA, sections={"progress"}, recipient=ANA)
    token = own.links.token(link)
    session = own.people.enter(own.people.invitation_token(own.people.invite(ANA, by=MARIA)))
    first = (keys(own, ANA), own.links.open(token).locale)
    directory.belongs.clear()
    second = keys(own, ANA)
    directory.people["1"] = attrs.evolve(directory.people["1"], active=False)

    assert ((ANA.key, ACME.key), "es") == first
    assert (ANA.key,) == second
    assert () == keys(own, ANA)
    assert not opens(own, token)
    assert "recipient-inactive" == own.links.problem(link)
    with pytest.raises(errors.PortalSessionEndedError):
        own.people.session(session.ticket)
    directory.people["1"] = attrs.evolve(directory.people["1"], active=True, locale="pl")
    assert "pl" == own.links.open(token).locale
    del directory.people["1"]
    assert not opens(own, token)


def test_an_invitation_asks_the_host(records: RecordStore) -> None:
    """While they are not active nobody gets in by it, and that uses nothing up."""
    directory = OwnPeople()
    own = hosted(records, directory)
    token = own.people.invitation_token(own.people.invite(ANA, by=MARIA))
    ana = directory.people["1"]
    for now in (attrs.evolve(ana, active=False), attrs.evolve(ana, email="ana@other.test"), None):
        directory.people.pop("1", None)
        if now is not None:
            directory.people["1"] = now
        for verb in (own.people.view_invitation, own.people.enter):
            with pytest.raises(errors.InvitationUnavailableError):
                verb(token)
    directory.people["1"] = ana

    assert ANA == own.people.enter(token).contact


def test_what_the_host_does_not_know_is_not_found(records: RecordStore) -> None:
    """A contact or an organization that it has no answer for is nobody and nothing."""
    own = hosted(records, OwnPeople())
    verbs: list[Callable[[], object]] = [
        lambda: own.people.get(Contact("nobody")),
        lambda: own.people.get_organization(Organization("nothing")),
        lambda: own.people.access_of(Contact("nobody")),
    ]

    for verb in verbs:
        with pytest.raises(errors.NotFoundError):
            verb()


def test_links_that_are_redeemed_ask_too(records: RecordStore) -> None:
    """A visit dies with its recipient, in the transaction that counts as well."""
    directory = OwnContacts()
    own = hosted(records, directory)
    token = own.links.token(own.links.create(REF, by=MARIA, sections=set(), recipient=ANA, max_uses=5))
    ticket = own.links.redeem(token).ticket
    assert ticket is not None
    directory.people.clear()

    verbs: list[Callable[[], object]] = [lambda: own.links.redeem(token), lambda: own.links.view(ticket)]
    for verb in verbs:
        with pytest.raises(errors.LinkUnavailableError):
            verb()


def test_what_staff_are_told_of_a_link_asks_too(records: RecordStore) -> None:
    """A link whose recipient is gone from the host lets nobody in, is to be reviewed, and ends by no change."""
    directory = OwnContacts()
    own = hosted(records, directory)
    link = own.links.create(REF, by=MARIA, sections=set(), recipient=ANA)

    def told() -> tuple[list[object], list[object], tuple[object, ...]]:
        plan = own.access.plan(lambda rehearsal: rehearsal.catalog.remove(REF, by=MARIA))
        reviewed = [reason for item in own.access.review() for reason in item.reasons]
        return [each.id for each in own.access.who_can_see(REF).links], list(reviewed), plan.ended_links

    before = told()
    directory.people["1"] = attrs.evolve(directory.people["1"], active=False)

    assert before == ([link.id], [], (link.id,))
    assert told() == ([], [ReviewReason.LEFT], ())


def test_a_link_is_for_somebody_the_host_knows(records: RecordStore) -> None:
    """Somebody unknown, or not active, is refused as a recipient and as a guest."""
    directory = OwnContacts()
    directory.people["2"] = attrs.evolve(directory.people["2"], active=False)
    own = hosted(records, directory)

    for who in (Contact("nobody"), EVA):
        with pytest.raises(errors.NotFoundError):
            own.links.create(REF, by=MARIA, sections=set(), recipient=who)
        with pytest.raises(errors.NotFoundError):
            own.people.invite(who, by=MARIA)


def test_the_hosts_people_are_not_changed_here(records: RecordStore) -> None:
    """Each verb that would is refused with one reason, and nothing is written."""
    own = hosted(records, OwnPeople())
    people = own.people
    before = len(own.audit.entries(limit=1000))
    verbs: list[Callable[[], object]] = [
        lambda: people.add_contact("X", "x@x.test", by=MARIA),
        lambda: people.update(ANA, by=MARIA, name="X"),
        lambda: people.deactivate(ANA, by=MARIA),
        lambda: people.reactivate(ANA, by=MARIA),
        lambda: people.merge(ANA, into=EVA, by=MARIA),
        lambda: people.add_organization("X", by=MARIA),
        lambda: people.update_organization(ACME, name="X", by=MARIA),
        lambda: people.deactivate(ACME, by=MARIA),
        lambda: people.join(ANA, ACME, by=MARIA),
        lambda: people.leave(ANA, ACME, by=MARIA),
        lambda: people.members(ACME),
        lambda: people.search("", organization=ACME),
    ]

    for verb in verbs:
        with pytest.raises(errors.NotAllowedError) as refused:
            verb()
        assert "people-of-the-host" == refused.value.reason
    assert before == len(own.audit.entries(limit=1000))


def test_a_host_may_keep_contacts_alone(records: RecordStore) -> None:
    """Organizations, and who belongs to them, are ours then."""
    own = hosted(records, OwnContacts())
    people = own.people
    acme = people.add_organization("Acme", by=MARIA)
    for who in (EVA, ANA):
        people.join(who, acme, by=MARIA)

    assert (ANA.key, acme.key) == keys(own, ANA)
    assert [ANA, EVA] == [member.contact for member in people.members(acme)]
    assert [EVA] == [member.contact for member in people.members(acme, after=ANA)]
    people.leave(EVA, acme, by=MARIA)
    assert ["Ana"] == [person.name for person in people.search("", organization=acme)]
    with pytest.raises(errors.NotFoundError):
        people.join(Contact("nobody"), acme, by=MARIA)


def test_a_search_among_the_hosts_people_can_be_narrowed(records: RecordStore) -> None:
    """By access, which we know, and by being active, which the host says."""
    directory = OwnPeople()
    own = hosted(records, directory)
    own.people.invite(ANA, by=MARIA)
    directory.people["2"] = attrs.evolve(directory.people["2"], active=False)
    directory.companies["old"] = OrganizationInfo(id="old", name="Acme Old", active=False)

    def names(**options: Any) -> list[str]:  # noqa: ANN401  # any option of a search
        return [person.name for person in own.people.search("a", **options)]

    assert ["Ana"] == names(with_access=True)
    assert [] == names(with_access=False)
    assert ["Acme", "Ana"] == names()
    assert ["Acme Old", "Eva"] == names(active=False)
    assert ["Eva"] == names(with_access=False, active=None)
    assert ["Acme", "Acme Old", "Ana", "Eva"] == names(active=None)


class Broken(OwnPeople):
    """A directory that fails, or answers something else."""

    def __init__(self, answer: object) -> None:
        super().__init__()
        self.answer = answer

    def _answered(self) -> Any:  # noqa: ANN401  # wrong on purpose
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def contact(self, id: str) -> Any:  # noqa: ANN401  # wrong on purpose
        """Answer something."""
        return self._answered()

    def search_contacts(self, text: str, limit: int) -> Any:  # noqa: ANN401  # wrong on purpose
        """Answer something."""
        return self._answered()

    def organization(self, id: str) -> Any:  # noqa: ANN401  # wrong on purpose
        """Answer something."""
        return self._answered()

    def organizations_of(self, contact_id: str) -> Any:  # noqa: ANN401  # wrong on purpose
        """Answer something."""
        return self._answered()

    def members_of(self, organization_id: str) -> Any:  # noqa: ANN401  # wrong on purpose
        """Answer something."""
        return self._answered()

    def search_organizations(self, text: str, limit: int) -> Any:  # noqa: ANN401  # wrong on purpose
        """Answer something."""
        return self._answered()


@pytest.mark.parametrize(
    "answer",
    [
        KeyError("the host's own"),
        errors.NotFoundError("contact"),
        7,
        {"name": "Ana"},
        [7],
        ContactInfo(id="another", name="Ana", email="ana@acme.test"),
        [ContactInfo(id="1", name="", email="ana@acme.test")],
        ContactInfo(id="1", name="Ana", email="no address"),
        ContactInfo(id="1", name="Ana", email="a@b.test", active="yes"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # wrong on purpose
        OrganizationInfo(id="another", name="Acme"),
        OrganizationInfo(id="acme", name=""),
        [MembershipInfo(organization="")],
        [MembershipInfo(organization="acme", role="The Boss")],
    ],
    ids=repr,
)
def test_a_directory_that_fails_is_not_taken_for_an_answer(answer: object) -> None:
    """Its failure is one error, with the cause where there is one, and nobody gets in by it."""
    own = kit(directory=Broken(answer))

    for verb in (
        lambda: own.people.get(ANA),
        lambda: own.people.get_organization(ACME),
        lambda: own.people.invite(ANA, by=MARIA),
        lambda: keys(own, ANA),
        lambda: own.people.search("", kinds={"contact"}),
        lambda: own.people.search("", kinds={"organization"}),
        lambda: own.people.find("ana@acme.test"),
    ):
        with pytest.raises(errors.DirectoryError):
            verb()


def test_what_a_contact_belongs_to_is_checked(records: RecordStore) -> None:
    """A membership that cannot be is no membership of nothing."""
    directory = OwnPeople()
    own = hosted(records, directory)
    answers: list[Any] = [[MembershipInfo(organization="")], [MembershipInfo(organization="x" * 300)], ["acme"], 7]
    for wrong in answers:
        directory.belongs["1"] = wrong
        with pytest.raises(errors.DirectoryError):
            keys(own, ANA)
