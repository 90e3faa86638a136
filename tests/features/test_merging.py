"""Two contacts who turn out to be one."""

import pytest

from sharekit import AccessState, Contact, ContactProfile, errors, signals
from sharekit.records.events import ContactMerged
from tests.features.conftest import Agency, opens


def contact(agency: Agency, name: str, email: str, **options: object) -> ContactProfile:
    """Add a contact."""
    return agency.kit.people.add_contact(name, email, by=agency.maria, **options)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # options of any kind


def test_everything_moves_to_the_one_who_stays(agency: Agency) -> None:
    """Memberships, tags, addresses and links become theirs, and the other one says whose."""
    people = agency.kit.people
    acme, beta = people.add_organization("Acme", by=agency.maria), people.add_organization("Beta", by=agency.maria)
    double = contact(agency, "A. Cruz", "a.cruz@mail.test", organization=acme, tags={"VIP", "old"})
    ana = contact(agency, "Ana Cruz", "ana@acme.test", organization=acme, tags={"vip"})
    people.join(double, beta, role="manager", by=agency.maria)
    token = agency.token(recipient=double)
    heard: list[ContactMerged] = []
    with signals.contact_merged.connected(heard.append):
        kept = people.merge(double, into=ana, by=agency.maria)
    gone = people.get(double)

    assert ana == kept == gone.merged_into
    assert not gone.active
    assert ana == people.find("A.CRUZ@mail.test") == people.find("ana@acme.test")
    assert {"vip", "old"} == people.tags_of(ana)
    assert frozenset() == people.tags_of(double)
    assert {(acme, None), (beta, "manager")} == {(own.organization, own.role) for own in people.organizations_of(ana)}
    assert [] == people.organizations_of(double)
    assert [(double.key, ana.key)] == [(event.party, event.into) for event in heard]
    assert opens(agency.kit, token)
    assert [] != agency.kit.links.revoke_all(ana, by=agency.maria)
    assert not opens(agency.kit, token)


def test_links_die_with_the_one_who_stays(agency: Agency) -> None:
    """A moved link asks for its new recipient, at once."""
    people = agency.kit.people
    double, ana = contact(agency, "A", "a@mail.test"), contact(agency, "Ana", "ana@acme.test")
    token = agency.token(recipient=double)
    opened = opens(agency.kit, token)
    people.merge(double, into=ana, by=agency.maria)
    moved = opens(agency.kit, token)
    people.deactivate(ana, by=agency.maria)

    assert (True, True, False) == (opened, moved, opens(agency.kit, token))


def test_an_address_moves_on_with_each_merge(agency: Agency) -> None:
    """Who was merged into somebody that was merged is found at the end of the chain."""
    people = agency.kit.people
    one, two, three = (contact(agency, f"N{number}", f"{number}@mail.test") for number in range(3))
    people.merge(one, into=two, by=agency.maria)
    people.merge(two, into=three, by=agency.maria)

    assert [three] * 3 == [people.find(f"{number}@mail.test") for number in range(3)]
    assert three == people.update(three, by=agency.maria, email="0@mail.test")
    with pytest.raises(errors.DuplicateContactError) as refused:
        contact(agency, "New", "1@mail.test")
    assert three == Contact(refused.value.existing)


def test_access_to_the_portal_does_not_move(agency: Agency) -> None:
    """The session of the one who is gone ends, and the one who stays has to be invited."""
    people = agency.kit.people
    double, ana = contact(agency, "A", "a@mail.test"), contact(agency, "Ana", "ana@acme.test")
    session = people.enter(people.invitation_token(people.invite(double, by=agency.maria)))
    people.merge(double, into=ana, by=agency.maria)

    with pytest.raises(errors.PortalSessionEndedError):
        people.session(session.ticket)
    assert (AccessState.WITHDRAWN, AccessState.NONE) == (people.access_of(double).state, people.access_of(ana).state)


def test_a_merge_that_makes_no_sense_is_refused(agency: Agency) -> None:
    """Nothing is written when both are one, one is gone already, or the one to stay is not active."""
    people = agency.kit.people
    one, two, three, four = (contact(agency, f"N{number}", f"{number}@mail.test") for number in range(4))
    people.merge(one, into=two, by=agency.maria)
    people.deactivate(four, by=agency.maria)
    before = agency.everything()

    for gone, into, error in (
        (three, three, errors.InvalidInputError),
        (one, three, errors.MergedContactError),
        (three, one, errors.MergedContactError),
        (three, four, errors.NotFoundError),
        (three, Contact("nobody"), errors.NotFoundError),
        (Contact("nobody"), three, errors.NotFoundError),
    ):
        with pytest.raises(error):
            people.merge(gone, into=into, by=agency.maria)

    assert before == agency.everything()
    assert people.merge(four, into=three, by=agency.maria) == three
