"""Organizations and who belongs to them, asked at the moment of reading."""

from typing import Any

import pytest

from sharekit import Contact, ContactProfile, Member, Organization, errors
from sharekit.features._parties import memberships_of
from sharekit.features._unit import Unit
from sharekit.ports import Transaction
from tests.features.conftest import Agency, party_keys


def contact(agency: Agency, name: str) -> ContactProfile:
    """Add a contact."""
    return agency.kit.people.add_contact(name, f"{name.lower()}@acme.test", by=agency.maria)


def keys(agency: Agency, of: Contact) -> tuple[str, ...]:
    """Return what other features see of a contact at this moment."""
    return party_keys(agency.kit, of)


def test_an_organization_can_be_passed_as_it_was_added(agency: Agency) -> None:
    """What add_organization returns is an Organization, equal to any other reference to the same, and no principal."""
    acme = agency.kit.people.add_organization("Acme", by=agency.maria)

    assert Organization(acme.id) == acme
    assert f"organization:{acme.id}" == acme.key
    assert ("Acme", True) == (agency.kit.people.get_organization(acme).name, acme.active)
    assert Contact(acme.id) != acme
    with pytest.raises(errors.InvalidInputError):
        agency.kit.people.add_organization("X", by=Organization("acme"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # it never acts


@pytest.mark.parametrize("name", ["Acme", "ACME", "  acme "])
def test_one_name_is_one_organization(agency: Agency, name: str) -> None:
    """The second is refused, and the first is named, also once it is not active."""
    people = agency.kit.people
    acme = people.add_organization("Acme", by=agency.maria)
    people.deactivate(acme, by=agency.maria)

    with pytest.raises(errors.DuplicateOrganizationError) as refused:
        people.add_organization(name, by=agency.maria)

    assert acme == Organization(refused.value.existing)


def test_a_name_is_freed_when_it_changes(agency: Agency) -> None:
    """The old name can be another's; the new one cannot; another spelling of one's own is no conflict."""
    people = agency.kit.people
    acme = people.add_organization("Acme", by=agency.maria)
    people.update_organization(acme, name="Acme Group", by=agency.maria)
    people.update_organization(acme, name="ACME Group", by=agency.maria)
    people.update_organization(acme, name="ACME Group", by=agency.maria)
    other = people.add_organization("Acme", by=agency.maria)

    with pytest.raises(errors.DuplicateOrganizationError):
        people.update_organization(other, name="acme group", by=agency.maria)
    assert 2 == len(agency.kit.audit.entries(action="organization-updated"))
    assert "ACME Group" == people.get_organization(acme).name
    assert "Acme" == people.get_organization(other).name


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "a\nb", 7])
def test_bad_names_are_refused(agency: Agency, name: Any) -> None:  # noqa: ANN401  # good and bad ones
    """The field is named, and nothing is written."""
    before = agency.everything()

    with pytest.raises(errors.InvalidInputError) as refused:
        agency.kit.people.add_organization(name, by=agency.maria)

    assert "name" == refused.value.field
    assert before == agency.everything()


def test_leaving_counts_at_the_next_call(agency: Agency) -> None:
    """Membership is read when it is asked for, never copied (R-AUTH-4)."""
    people = agency.kit.people
    ana, acme = contact(agency, "Ana"), people.add_organization("Acme", by=agency.maria)
    before = keys(agency, ana)
    people.join(ana, acme, by=agency.maria)
    during = keys(agency, ana)
    people.leave(ana, acme, by=agency.maria)
    people.leave(ana, acme, by=agency.maria)

    assert (ana.key,) == before == keys(agency, ana)
    assert (ana.key, acme.key) == during
    assert ["member-joined", "member-left"] == [
        entry.action for entry in agency.kit.audit.entries() if entry.action.startswith("member")
    ]


def test_an_organization_that_is_not_active_lends_nothing(agency: Agency) -> None:
    """Its members are themselves alone, until it is active again."""
    people = agency.kit.people
    ana = contact(agency, "Ana")
    acme, beta = people.add_organization("Acme", by=agency.maria), people.add_organization("Beta", by=agency.maria)
    people.join(ana, acme, by=agency.maria)
    people.join(ana, beta, by=agency.maria)
    people.deactivate(acme, by=agency.maria)
    without = keys(agency, ana)
    listed = people.organizations_of(ana)
    people.reactivate(acme, by=agency.maria)

    assert (ana.key, beta.key) == without
    assert [beta] == [membership.organization for membership in listed]
    assert {ana.key, acme.key, beta.key} == set(keys(agency, ana))


def test_nothing_is_shared_with_whoever_is_not_active(agency: Agency) -> None:
    """A contact who was deactivated, or is unknown, has no keys at all."""
    people = agency.kit.people
    ana, acme = contact(agency, "Ana"), people.add_organization("Acme", by=agency.maria)
    people.join(ana, acme, by=agency.maria)
    people.deactivate(ana, by=agency.maria)

    assert () == keys(agency, ana)
    assert () == keys(agency, Contact("nobody"))


class Counting:
    """A transaction that writes down what it is asked."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever a transaction has
        self.asked.append(name)
        return getattr(self.tx, name)


def test_what_somebody_belongs_to_takes_one_question(agency: Agency) -> None:
    """However many organizations there are, other features ask the store once."""
    people = agency.kit.people
    ana = contact(agency, "Ana")
    for number in range(5):
        people.join(ana, people.add_organization(f"Acme {number}", by=agency.maria), by=agency.maria)
    wiring = agency.kit._wiring
    with wiring.reading() as unit:
        counting: Any = Counting(unit.tx)  # it stands in for the transaction
        counted = Unit(counting, unit.tenant, unit.now)
        found = memberships_of(wiring, counted, ana)

    assert len(found) == 5
    assert len(keys(agency, ana)) == 6
    assert ["find"] == counting.asked


def test_joining_again_changes_a_role_that_is_given(agency: Agency) -> None:
    """Without a role the present one stays; None takes it away."""
    people = agency.kit.people
    ana, acme = contact(agency, "Ana"), people.add_organization("Acme", by=agency.maria)
    roles = [
        people.join(ana, acme, by=agency.maria).role,
        people.join(ana, acme, role="manager", by=agency.maria).role,
        people.join(ana, acme, by=agency.maria).role,
        people.join(ana, acme, role=None, by=agency.maria).role,
    ]

    assert [None, "manager", "manager", None] == roles
    assert 1 == len(people.organizations_of(ana))
    assert 2 == sum(entry.action == "member-role-changed" for entry in agency.kit.audit.entries())
    with pytest.raises(errors.InvalidInputError):
        people.join(ana, acme, role="The Boss", by=agency.maria)


def test_nobody_joins_who_or_what_is_not_active(agency: Agency) -> None:
    """Both are refused as not found; leaving stays possible."""
    people = agency.kit.people
    ana, eva = contact(agency, "Ana"), contact(agency, "Eva")
    acme, beta = people.add_organization("Acme", by=agency.maria), people.add_organization("Beta", by=agency.maria)
    people.join(ana, acme, by=agency.maria)
    people.deactivate(ana, by=agency.maria)
    people.deactivate(acme, by=agency.maria)

    for one, other in ((ana, beta), (eva, acme)):
        with pytest.raises(errors.NotFoundError):
            people.join(one, other, by=agency.maria)
    people.leave(ana, acme, by=agency.maria)
    assert [] == people.members(acme)


def test_members_are_chosen_all_or_nothing(agency: Agency) -> None:
    """Who sees what is shared with an organization is said of its members alone, and of nobody twice."""
    people, ana, bo, cy = agency.kit.people, *(contact(agency, name) for name in ("Ana", "Bo", "Cy"))
    acme = people.add_organization("Acme", by=agency.maria)
    for member in (ana, bo):
        people.join(member, acme, role="boss", by=agency.maria)
    (first,) = people.choose(acme, seeing=[ana], by=agency.maria)
    before = agency.everything()
    refused: list[tuple[dict[str, Any], type[errors.SharekitError]]] = [
        ({"seeing": [bo, cy]}, errors.NotFoundError),
        ({"seeing": [bo, Contact("nobody")]}, errors.NotFoundError),
        ({"seeing": [bo], "not_seeing": [bo]}, errors.InvalidInputError),
        ({"seeing": [bo, "ana"]}, errors.InvalidInputError),
        ({"seeing": [acme]}, errors.InvalidInputError),
        ({"seeing": [bo], "by": ana}, errors.NotAllowedError),
    ]
    for options, error in refused:
        with pytest.raises(error):
            people.choose(acme, **{"by": agency.maria, **options})
    with pytest.raises(errors.NotFoundError):
        people.choose(Organization("nobody"), by=agency.maria)
    unchanged = agency.everything()
    people.choose(acme, seeing=[bo], not_seeing=[ana], by=agency.maria)

    assert (first.sees_shared, first.role) == (True, "boss")
    assert before == unchanged
    assert [(each.contact.name, each.sees_shared, each.role) for each in people.members(acme)] == [
        ("Ana", False, "boss"),
        ("Bo", True, "boss"),
    ]
    assert people.choose(acme, by=agency.maria) == []


def test_members_come_in_pages_by_name(agency: Agency) -> None:
    """Following the last of each page meets everybody once, in the order of names, with their roles."""
    people = agency.kit.people
    acme = people.add_organization("Acme", by=agency.maria)
    names = ["Zoë", "ana", "Łukasz", "Ben", "Émile", "ana"]
    for number, name in enumerate(names):
        one = people.add_contact(name, f"{number}@acme.test", by=agency.maria)
        people.join(one, acme, role="manager" if name == "Ben" else None, by=agency.maria)
    contact(agency, "Stranger")

    seen: list[Member] = []
    after = None
    while page := people.members(acme, after=after, limit=2):
        seen += page
        after = page[-1].contact

    assert ["ana", "ana", "Ben", "Émile", "Łukasz", "Zoë"] == [member.contact.name for member in seen]
    assert len(names) == len({member.contact for member in seen})
    assert [None, None, "manager", None, None, None] == [member.role for member in seen]
    with pytest.raises(errors.NotFoundError):
        people.members(acme, after=Contact("nobody"))
    with pytest.raises(errors.InvalidInputError):
        people.members(acme, after="ana")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # refused at run time too
    for wrong in (0, 1001, True, "2"):
        with pytest.raises(errors.InvalidInputError):
            people.members(acme, limit=wrong)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # refused at run time too
