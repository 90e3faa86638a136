from collections.abc import Callable

import pytest

from sharekit import Contact, ContactProfile, ReadLink, ResourceRef, Right, Sharekit, Staff, errors
from sharekit.testing import kit
from tests.features.conftest import KEY, Agency, opens


def test_a_contact_can_be_passed_as_it_was_added(agency: Agency) -> None:
    """What add_contact returns is a Contact, equal to any other reference to the same person."""
    ana = agency.kit.people.add_contact("Ana", "ana@acme.test", by=agency.maria, locale="es")

    assert Contact(ana.id) == ana
    assert ana == agency.kit.people.get(Contact(ana.id))
    assert ("Ana", "ana@acme.test", "es", True) == (ana.name, ana.email, ana.locale, ana.active)


@pytest.mark.parametrize("email", ["ana@acme.test", "ANA@ACME.TEST"])
def test_one_address_is_one_contact(agency: Agency, email: str) -> None:
    """The second is refused, and the first is named."""
    ana = agency.kit.people.add_contact("Ana", "ana@acme.test", by=agency.maria)
    before = agency.everything()

    with pytest.raises(errors.DuplicateContactError) as refused:
        agency.kit.people.add_contact("Another", email, by=agency.maria)

    assert ana == Contact(refused.value.existing)
    assert before == agency.everything()


@pytest.mark.parametrize(
    ("name", "email", "locale", "field"),
    [
        ("", "a@b.test", None, "name"),
        ("A", "", None, "email"),
        ("A", "a b@c.test", None, "email"),
        ("A", "a@b.test\nBcc: x@y.test", None, "email"),
        ("A", "a@b.test, c@d.test", None, "email"),
        ("A", "x" * 300 + "@b.test", None, "email"),
        ("A", "a@b.test", "nl_NL; drop", "locale"),
    ],
)
def test_bad_contacts_are_refused(agency: Agency, name: str, email: str, locale: str | None, field: str) -> None:
    """The field at fault is named, and nothing is written."""
    before = agency.everything()

    with pytest.raises(errors.InvalidInputError) as refused:
        agency.kit.people.add_contact(name, email, locale=locale, by=agency.maria)

    assert field == refused.value.field
    assert before == agency.everything()


def test_only_admins_describe_and_deactivate_staff(agency: Agency) -> None:
    """Staff cannot give themselves a role; the host's machinery and admins can."""
    with pytest.raises(errors.NotAllowedError) as refused:
        agency.kit.people.add_staff(agency.ben, name="Ben", roles={"admin"}, by=agency.ben)
    agency.kit.people.add_staff(agency.ben, name="Ben", roles={"admin"}, by=agency.root)
    agency.kit.people.deactivate(agency.maria, by=agency.ben)

    assert "needs-admin" == refused.value.reason
    with pytest.raises(errors.NotAllowedError):
        agency.link()


def test_a_deactivated_admin_has_no_rights(agency: Agency) -> None:
    """Being deactivated beats every role, for the verbs of the directory too."""
    agency.kit.people.add_staff(agency.ben, name="Ben", roles={"admin"}, by=agency.root)
    agency.kit.people.deactivate(agency.ben, by=agency.root)

    with pytest.raises(errors.NotAllowedError):
        agency.kit.people.deactivate(agency.maria, by=agency.ben)
    with pytest.raises(errors.NotAllowedError):
        agency.kit.links.create(agency.relaunch, by=agency.ben, sections=set())


def verbs_of(own: Sharekit, agency: Agency, link: ReadLink) -> list[Callable[[], object]]:
    """Return what a member of staff could do with this kit."""
    return [
        lambda: own.people.add_contact("Ana", "ana@acme.test", by=agency.maria),
        lambda: own.catalog.put(ResourceRef("project", "new"), title="x", by=agency.maria),
        lambda: own.catalog.put(agency.relaunch, title="x", by=agency.maria),
        lambda: own.catalog.remove(agency.relaunch, by=agency.maria),
        lambda: own.links.create(agency.relaunch, by=agency.maria, sections=set()),
        lambda: own.links.update(link.id, by=agency.maria, expires_at=None),
        lambda: own.links.revoke(link.id, by=agency.maria),
        lambda: own.links.revoke_all(agency.relaunch, by=agency.maria),
    ]


def test_whoever_was_deactivated_can_do_nothing(agency: Agency) -> None:
    """No verb works for them any more, not even on what they own; the same where the host has a directory."""

    class Generous:
        def rights(self, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
            return frozenset(Right)

    link = agency.link()
    agency.kit.people.deactivate(agency.maria, by=agency.root)
    hosted = kit(records=agency.records, secret_keys=[KEY], directory=Generous(), clock=agency.clock)
    before = agency.everything()

    for own in (agency.kit, hosted):
        for verb in verbs_of(own, agency, link):
            with pytest.raises(errors.NotAllowedError):
                verb()
        assert not opens(own, agency.kit.links.token(link))

    assert before == agency.everything()


def test_unknown_contacts_are_not_found(agency: Agency) -> None:
    """Reading or deactivating somebody unknown says so."""
    for verb in (
        lambda: agency.kit.people.get(Contact("nobody")),
        lambda: agency.kit.people.deactivate(Contact("nobody"), by=agency.maria),
        lambda: agency.link(recipient=Contact("nobody")),
    ):
        with pytest.raises(errors.NotFoundError):
            verb()


def test_references_are_equal_by_who_they_name() -> None:
    """A profile and a plain reference to the same person are equal and hash alike; kinds never mix."""
    from sharekit.ids import TenantId

    profile = ContactProfile(id="1", tenant=TenantId("default"), name="Ana", email="a@b.test")

    assert {Contact("1")} == {profile, Contact("1")}
    assert Staff("1") != Contact("1")
