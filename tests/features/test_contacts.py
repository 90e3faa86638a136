"""Contacts of the built-in directory: what is known of them, their addresses and their tags."""

from typing import Any

import pytest

from sharekit import Contact, ContactProfile, LinkHolder, Organization, signals
from sharekit.errors import (
    DuplicateContactError,
    InvalidInputError,
    MergedContactError,
    NotAllowedError,
    NotFoundError,
)
from sharekit.records.events import ContactUpdated, Event
from tests.features.conftest import Agency, opens


# Any: each story passes other options, good and bad.
def add(agency: Agency, name: str = "Ana", **options: Any) -> ContactProfile:  # noqa: ANN401
    """Add a contact whose address follows from the name."""
    chosen: dict[str, Any] = {"email": f"{name.lower()}@acme.test", "by": agency.maria} | options
    return agency.kit.people.add_contact(name, **chosen)


def actions(agency: Agency) -> list[str]:
    """Return what the audit trail says was done."""
    return [entry.action for entry in agency.kit.audit.entries(limit=1000)]


def test_a_contact_is_added_with_everything_at_once(agency: Agency) -> None:
    """Organisation, tags, language, telephone and messaging come with the contact, in one transaction."""
    people = agency.kit.people
    acme = people.add_organization("Acme", by=agency.maria)
    ana = add(
        agency, organization=acme, tags={"VIP", "Key  account"}, locale="es", phone="+34 600 123 456", messaging=False
    )
    known = people.get(ana)

    assert ("es", "+34 600 123 456", False) == (known.locale, known.phone, known.messaging)
    assert {"VIP", "Key account"} == people.tags_of(ana)
    assert [acme] == [membership.organization for membership in people.organizations_of(ana)]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"phone": "none"}, "phone"),
        ({"phone": "1" * 41}, "phone"),
        ({"phone": ""}, "phone"),
        ({"messaging": "yes"}, "messaging"),
        ({"tags": "vip"}, "tags"),
        ({"tags": {""}}, "tags"),
        ({"tags": {"x" * 61}}, "tags"),
        ({"tags": {"a\0b"}}, "tags"),
        ({"tags": {"\u0301"}}, "tags"),
        ({"tags": [str(number) for number in range(51)]}, "tags"),
        ({"organization": "acme"}, "organization"),
        ({"organization": Contact("c")}, "organization"),
    ],
)
def test_bad_details_are_refused(agency: Agency, options: dict[str, Any], field: str) -> None:
    """The argument at fault is named, and nothing is written."""
    before = agency.everything()

    with pytest.raises(InvalidInputError) as refused:
        add(agency, **options)

    assert field == refused.value.field
    assert before == agency.everything()


def test_nobody_is_added_to_an_organization_that_is_not_there(agency: Agency) -> None:
    """The contact is not kept either."""
    before = agency.everything()

    with pytest.raises(NotFoundError):
        add(agency, organization=Organization("nothing"))

    assert before == agency.everything()


def test_what_is_not_named_stays_as_it_is(agency: Agency) -> None:
    """An update changes the fields it names, says which, and is silent when nothing changed."""
    people = agency.kit.people
    ana = add(agency, locale="es", phone="1", tags={"a"})
    heard: list[Event] = []
    with signals.contact_updated.connected(heard.append):
        people.update(ana, by=agency.maria, name="Ana María", phone=None)
        people.update(ana, by=agency.maria, name="Ana María", add_tags={"a"})
        people.update(ana, by=agency.maria, messaging=False, add_tags={"b"})
    after = people.get(ana)

    assert ("Ana María", "ana@acme.test", "es", None, False) == (
        after.name,
        after.email,
        after.locale,
        after.phone,
        after.messaging,
    )
    changes = [event.changed for event in heard if isinstance(event, ContactUpdated)]
    assert [{"name", "phone"}, {"messaging", "tags"}] == changes
    assert 2 == actions(agency).count("contact-updated")


def test_an_address_is_freed_when_it_changes(agency: Agency) -> None:
    """The old address can be another's, the new one cannot."""
    people = agency.kit.people
    ana = add(agency)
    people.update(ana, by=agency.maria, email="Ana@Elsewhere.test")
    eva = add(agency, "Eva", email="ana@acme.test")

    assert ana == people.find("ANA@elsewhere.TEST")
    assert eva == people.find("ana@acme.test")
    assert people.find("nobody@acme.test") is None
    with pytest.raises(DuplicateContactError) as refused:
        people.update(eva, by=agency.maria, email="ana@ELSEWHERE.test")
    assert ana == Contact(refused.value.existing)
    assert "ana@acme.test" == people.get(eva).email


def test_another_spelling_of_the_same_address_is_no_conflict(agency: Agency) -> None:
    """A contact may change the case of their own address."""
    ana = add(agency)
    changed = agency.kit.people.update(ana, by=agency.maria, email="ANA@acme.test")

    assert "ANA@acme.test" == changed.email
    assert changed == agency.kit.people.find("ana@acme.test")


def test_tags_that_read_alike_are_one(agency: Agency) -> None:
    """Case and accents do not make another tag; the last spelling is shown."""
    people = agency.kit.people
    ana = add(agency, tags={"Crème", "old"})
    people.update(ana, by=agency.maria, add_tags={"creme"}, remove_tags={"OLD", "never"})
    first = people.tags_of(ana)
    people.update(ana, by=agency.maria, tags={"New", "CREME"})
    second = people.tags_of(ana)
    people.update(ana, by=agency.maria, tags=())

    assert {"creme"} == first
    assert {"New", "CREME"} == second
    assert frozenset() == people.tags_of(ana)


def test_all_tags_and_some_tags_are_not_named_together(agency: Agency) -> None:
    """It would not be clear what is meant."""
    ana = add(agency, tags={"a"})

    with pytest.raises(InvalidInputError) as refused:
        agency.kit.people.update(ana, by=agency.maria, tags={"b"}, add_tags={"c"})

    assert "tags" == refused.value.field
    assert {"a"} == agency.kit.people.tags_of(ana)


def test_a_contact_wears_so_many_tags_and_no_more(agency: Agency) -> None:
    """Adding one by one meets the same limit as adding all at once."""
    ana = add(agency, tags=[f"tag {number}" for number in range(50)])

    with pytest.raises(InvalidInputError) as refused:
        agency.kit.people.update(ana, by=agency.maria, add_tags={"one more"})

    assert "add_tags" == refused.value.field
    assert 50 == len(agency.kit.people.tags_of(ana))


def test_who_was_deactivated_can_come_back(agency: Agency) -> None:
    """Links to them open again, and each turn is told once."""
    people = agency.kit.people
    ana = add(agency)
    token = agency.token(recipient=ana)
    people.deactivate(ana, by=agency.maria)
    people.reactivate(ana, by=agency.maria)
    people.reactivate(ana, by=agency.maria)

    assert people.get(ana).active
    assert opens(agency.kit, token)
    assert ["party-deactivated", "party-reactivated"] == actions(agency)[-2:]


def test_only_staff_work_with_people(agency: Agency) -> None:
    """Clients, holders of links and staff who were deactivated can do nothing, and write nothing."""
    people = agency.kit.people
    ana, eva = add(agency), add(agency, "Eva")
    acme = people.add_organization("Acme", by=agency.maria)
    people.deactivate(agency.ben, by=agency.root)
    before = agency.everything()

    for by in (Contact(ana.id), LinkHolder("x" * 28), agency.ben):
        for verb in (
            lambda by=by: people.add_contact("X", "x@x.test", by=by),
            lambda by=by: people.update(ana, by=by, name="X"),
            lambda by=by: people.update(ana, by=by, tags={"x"}),
            lambda by=by: people.deactivate(ana, by=by),
            lambda by=by: people.reactivate(ana, by=by),
            lambda by=by: people.merge(ana, into=eva, by=by),
            lambda by=by: people.add_organization("X", by=by),
            lambda by=by: people.update_organization(acme, name="X", by=by),
            lambda by=by: people.deactivate(acme, by=by),
            lambda by=by: people.reactivate(acme, by=by),
            lambda by=by: people.join(ana, acme, by=by),
            lambda by=by: people.leave(ana, acme, by=by),
            lambda by=by: people.invite(ana, by=by),
            lambda by=by: people.withdraw(ana, by=by),
        ):
            with pytest.raises(NotAllowedError):
                verb()

    assert before == agency.everything()


def test_other_tenants_people_are_unknown(agency: Agency) -> None:
    """Their ids find nothing here, with every verb, and their addresses are free (R-TEN-1)."""
    ana = add(agency)
    acme = agency.kit.people.add_organization("Acme", by=agency.maria)
    agency.kit.people.join(ana, acme, by=agency.maria)
    other = agency.kit.for_tenant("other").people
    eva, beta = other.add_contact("Eva", "eva@b.test", by=agency.maria), other.add_organization("Beta", by=agency.maria)

    for verb in (
        lambda: other.get(ana),
        lambda: other.tags_of(ana),
        lambda: other.organizations_of(ana),
        lambda: other.update(ana, by=agency.maria, name="X"),
        lambda: other.deactivate(ana, by=agency.maria),
        lambda: other.reactivate(ana, by=agency.maria),
        lambda: other.merge(ana, into=eva, by=agency.maria),
        lambda: other.merge(eva, into=ana, by=agency.maria),
        lambda: other.invite(ana, by=agency.maria),
        lambda: other.withdraw(ana, by=agency.maria),
        lambda: other.access_of(ana),
        lambda: other.join(ana, beta, by=agency.maria),
        lambda: other.join(eva, acme, by=agency.maria),
        lambda: other.leave(ana, acme, by=agency.maria),
        lambda: other.members(acme),
        lambda: other.get_organization(acme),
        lambda: other.update_organization(acme, name="X", by=agency.maria),
        lambda: other.deactivate(acme, by=agency.maria),
    ):
        with pytest.raises(NotFoundError):
            verb()

    assert other.find("ana@acme.test") is None
    assert [] == other.search("ana")
    assert ana != other.add_contact("Ana", "ana@acme.test", by=agency.maria)
    assert acme != other.add_organization("Acme", by=agency.maria)


def test_what_is_no_contact_is_refused_as_such(agency: Agency) -> None:
    """A wrong type is an input to be fixed, whatever it is."""
    people = agency.kit.people
    ana = add(agency)
    wrong: Any = "ana"  # what a host may pass by mistake

    for verb in (
        lambda: people.get(wrong),
        lambda: people.get(Organization(ana.id)),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # refused at run time too
        lambda: people.tags_of(wrong),
        lambda: people.update(wrong, by=agency.maria),
        lambda: people.merge(ana, into=wrong, by=agency.maria),
        lambda: people.deactivate(wrong, by=agency.maria),
        lambda: people.reactivate(wrong, by=agency.maria),
        lambda: people.find(7),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # refused at run time too
        lambda: people.get_organization(wrong),
        lambda: people.join(ana, wrong, by=agency.maria),
        lambda: people.invite(wrong, by=agency.maria),
        lambda: people.invitation_token(wrong),
    ):
        with pytest.raises(InvalidInputError):
            verb()


def test_a_merged_contact_cannot_be_changed(agency: Agency) -> None:
    """The error names the one to use instead."""
    people = agency.kit.people
    ana, eva = add(agency), add(agency, "Eva")
    people.merge(ana, into=eva, by=agency.maria)

    for verb in (
        lambda: people.update(ana, by=agency.maria, name="X"),
        lambda: people.reactivate(ana, by=agency.maria),
        lambda: people.invite(ana, by=agency.maria),
        lambda: people.join(ana, people.add_organization("Acme", by=agency.maria), by=agency.maria),
    ):
        with pytest.raises(MergedContactError) as refused:
            verb()
        assert eva == Contact(refused.value.into)
