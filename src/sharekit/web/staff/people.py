"""
The people whom staff choose among: how a form names them, and what is shown of them.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final, Literal

import attrs

from sharekit.errors import InvalidInputError, NotAllowedError, NotFoundError
from sharekit.kit import Sharekit
from sharekit.records import checks
from sharekit.records.grants import parse_grantee
from sharekit.records.parties import Contact, Organization, Principal, Staff, System, parse_party
from sharekit.records.people import PersonFound
from sharekit.web.staff.desk import Desk

__all__ = [
    "NewContact",
    "PartyLine",
    "entered",
    "find",
    "line_of",
    "name_of",
    "organizations",
    "party_of",
    "sender_name",
]

_SHOWN: Final = 8
_LONGEST_SEARCH: Final = 200
_MAX_ORGANIZATIONS: Final = 100
_CONTACTS: Final[Sequence[Literal["contact", "organization"]]] = ("contact",)
_ALL: Final[Sequence[Literal["contact", "organization"]]] = ("contact", "organization")


def _check_name(_: object, __: object, value: str) -> None:
    checks.title("name", value)


def _check_email(_: object, __: object, value: str) -> None:
    checks.email("email", value)


def _check_tags(_: object, __: object, value: Iterable[str]) -> None:
    for tag in value:
        checks.tag("tags", tag)


@attrs.frozen(kw_only=True)
class NewContact:
    """
    Somebody whom staff add on the spot, checked as far as that can be done without looking.

    Attributes:
        name: As pages show it.
        email: Their address.
        locale: The language of their pages.
        tags: Labels for staff to find them by.
        organization: What they belong to, or None.

    Raises:
        InvalidInputError: One of them cannot be; ``field`` names it.
    """

    name: str = attrs.field(validator=_check_name)
    email: str = attrs.field(validator=_check_email)
    locale: str
    tags: frozenset[str] = attrs.field(default=frozenset(), validator=_check_tags)
    organization: Organization | None = None


@attrs.frozen(kw_only=True)
class PartyLine:
    """
    A contact or an organization in a list.

    Attributes:
        key: What a form sends for it.
        party: Who it is.
        name: Its name.
        email: The address of a contact; None for an organization.
        tags: The labels of a contact, in order.
        active: False once deactivated.
    """

    key: str
    party: Contact | Organization
    name: str
    email: str | None = None
    tags: tuple[str, ...] = ()
    active: bool = True

    @property
    def sort(self) -> Literal["contact", "organization"]:
        """Which of the two it is."""
        return "organization" if isinstance(self.party, Organization) else "contact"


def entered(kit: Sharekit, new: NewContact, by: Principal) -> Contact:
    """Enter somebody new into the directory of a kit."""
    added = kit.people.add_contact(
        new.name, new.email, locale=new.locale, tags=new.tags, organization=new.organization, by=by
    )
    return Contact(added.id)


def party_of(key: str) -> Contact | Organization | None:
    """Return whom a form names, or None for a text that names nobody."""
    try:
        return parse_grantee(key)
    except InvalidInputError:
        return None


def line_of(kit: Sharekit, party: Contact | Organization) -> PartyLine | None:
    """Return what is shown of somebody, or None when they are not known."""
    try:
        if isinstance(party, Organization):
            company = kit.people.get_organization(party)
            return PartyLine(key=party.key, party=party, name=company.name, active=company.active)
        person = kit.people.get(party)
        return PartyLine(
            key=party.key,
            party=Contact(person.id),
            name=person.name,
            email=person.email,
            tags=tuple(sorted(kit.people.tags_of(party))),
            active=person.active,
        )
    except NotFoundError:
        return None


def name_of(kit: Sharekit, party: Contact | Organization) -> str | None:
    """Return the name of somebody, or None when they are not known."""
    line = line_of(kit, party)
    return None if line is None else line.name


def sender_name(desk: Desk, key: str | None) -> str:
    """Return the name of whoever did something, by the key of the party: of staff as the host calls them."""
    try:
        party = None if key is None else parse_party(key)
    except InvalidInputError:
        party = None
    found: str | None = None
    if isinstance(party, Contact):
        found = name_of(desk.kit, party)
    elif isinstance(party, Staff):
        found = desk.staff_name(party) or desk.kit.people.staff_name(party) or party.id
    elif isinstance(party, System):
        found = party.id
    return found or desk.gettext("Somebody")


def find(
    kit: Sharekit,
    text: str,
    without: Collection[str],
    near: Organization | None = None,
    *,
    only_contacts: bool = False,
) -> list[PartyLine]:
    """
    Return the first whose name, address or tag begins so, but for those who were chosen already.

    Args:
        kit: The kit.
        text: What was typed so far.
        without: Who was chosen, as forms name them.
        near: The organization whose people are shown while nothing is typed.
        only_contacts: Whether organizations are left out.
    """
    limit = _SHOWN + min(len(without), 50)
    try:
        if near is not None and not text:
            company = kit.people.get_organization(near)
            found = [PersonFound(party=near, name=company.name)] if company.active and not only_contacts else []
            found += kit.people.search("", limit=limit, kinds=["contact"], organization=near)
        else:
            found = kit.people.search(text[:_LONGEST_SEARCH], limit=limit, kinds=_CONTACTS if only_contacts else _ALL)
    except (InvalidInputError, NotFoundError):  # control characters and their like are in no name
        return []
    lines = [_line(kit, each) for each in found if each.party.key not in without]
    return lines[:_SHOWN]


def organizations(kit: Sharekit) -> list[PersonFound]:
    """Return the organizations that somebody new may belong to: the first by name."""
    return kit.people.search("", kinds=["organization"], limit=_MAX_ORGANIZATIONS)


def _line(kit: Sharekit, found: PersonFound) -> PartyLine:
    tags: Collection[str] = ()
    if isinstance(found.party, Contact):
        try:
            tags = kit.people.tags_of(found.party)
        except (NotFoundError, NotAllowedError):  # gone in the meantime
            tags = ()
    return PartyLine(
        key=found.party.key, party=found.party, name=found.name, email=found.email, tags=tuple(sorted(tags))
    )
