"""
Finding people while somebody types: by the words of a name, by address, by tag.
"""

import unicodedata
from collections.abc import Callable, Collection, Sequence
from typing import Final, Literal, TypeVar

import attrs

from sharekit.codec import Kept, RecordKind, fold, words
from sharekit.codec.kinds import CONTACT
from sharekit.codec.kinds_of_people import CONTACT_TAG, MEMBERSHIP, ORGANIZATION, PORTAL_ACCESS
from sharekit.errors import InvalidInputError
from sharekit.features._parties import (
    ask,
    contact_from,
    contacts_of_host,
    organization_from,
    organizations_of_host,
    require_own_organizations,
)
from sharekit.features._unit import Unit, Wiring
from sharekit.ports import (
    AllOf,
    AnyOf,
    Condition,
    Contains,
    Eq,
    In,
    InSelect,
    Not,
    OrderBy,
    Prefix,
    Select,
    SupportsContacts,
    SupportsOrganizations,
)
from sharekit.records import checks
from sharekit.records.invitations import AccessState, PortalAccessKeys
from sharekit.records.parties import Contact, ContactKeys, ContactProfile, Organization
from sharekit.records.people import MembershipKeys, OrganizationKeys, OrganizationProfile, PersonFound, TagKeys

__all__ = ["Sort", "Wanted", "search"]

R = TypeVar("R", bound=Kept)
Sort = Literal["contact", "organization"]

_SORTS: Final = frozenset({"contact", "organization"})
_MAX_TEXT: Final = 200
_MAX_LIMIT: Final = 100
_ASKED_OF_HOST: Final = 1000  # of which the filters choose
_LET_IN: Final = In(PortalAccessKeys.STATE, [str(AccessState.INVITED), str(AccessState.ACTIVE)])


@attrs.frozen(kw_only=True)
class Wanted:
    """
    What is searched for.

    Attributes:
        text: What was typed so far.
        limit: At most so many.
        kinds: Whether contacts, organizations, or both.
        organization: Only the members of this one.
        with_access: Only who was given access to the portal, or only who was not.
        active: Only who is active, or only who is not.
    """

    text: str
    limit: int
    kinds: Collection[Sort]
    organization: Organization | None
    with_access: bool | None
    active: bool | None

    def __attrs_post_init__(self) -> None:
        checks.text("text", self.text)
        if len(self.text) > _MAX_TEXT:
            raise InvalidInputError("text", f"needs at most {_MAX_TEXT} characters")
        if any(unicodedata.category(char) in {"Cc", "Cs"} for char in self.start):
            raise InvalidInputError("text", "may not hold control characters")
        checks.whole("limit", self.limit, 1, _MAX_LIMIT)
        checks.names("kinds", self.kinds)
        if not self.kinds or not _SORTS.issuperset(self.kinds):
            raise InvalidInputError("kinds", "needs 'contact', 'organization', or both")
        if self.organization is not None and not isinstance(self.organization, Organization):
            raise InvalidInputError("organization", "needs an Organization, or None")
        for field, value in (("with_access", self.with_access), ("active", self.active)):
            if value is not None:
                checks.flag(field, value)

    @property
    def only_contacts(self) -> bool:
        """Whether a filter was given that no organization can pass."""
        return self.organization is not None or self.with_access is not None

    @property
    def start(self) -> str:
        """What the names that come first begin with."""
        return " ".join(fold(self.text).split())


def search(wiring: Wiring, unit: Unit, wanted: Wanted) -> list[PersonFound]:
    """Return whom the text finds: names that begin with it first, then by name."""
    found: list[PersonFound] = []
    if "contact" in wanted.kinds:
        if wanted.organization is not None:
            require_own_organizations(wiring)
        keeper = contacts_of_host(wiring)
        found += _contacts(unit, wanted) if keeper is None else _contacts_of_host(keeper, unit, wanted)
    if "organization" in wanted.kinds and not wanted.only_contacts:
        host = organizations_of_host(wiring)
        found += _organizations(unit, wanted) if host is None else _organizations_of_host(host, unit, wanted)
    start = wanted.start
    found.sort(key=lambda person: (not fold(person.name).startswith(start), fold(person.name), person.party.key))
    return found[: wanted.limit]


def _contacts(unit: Unit, wanted: Wanted) -> list[PersonFound]:
    filters: list[Condition] = []
    if wanted.active is not None:
        filters.append(_is_active(ContactKeys.ACTIVE, active=wanted.active))
    if wanted.organization is not None:
        belongs = Eq(MembershipKeys.ORGANIZATION, wanted.organization.id)
        filters.append(InSelect("id", Select(MEMBERSHIP.name, MembershipKeys.CONTACT, belongs)))
    if wanted.with_access is not None:
        let_in = InSelect("id", Select(PORTAL_ACCESS.name, PortalAccessKeys.CONTACT, _LET_IN))
        filters.append(let_in if wanted.with_access else Not(let_in))
    return [
        _contact(found) for found in _found(unit, CONTACT, wanted, filters, name=ContactKeys.NAME, finds=_finds_contact)
    ]


def _organizations(unit: Unit, wanted: Wanted) -> list[PersonFound]:
    filters = [] if wanted.active is None else [_is_active(OrganizationKeys.ACTIVE, active=wanted.active)]
    found = _found(unit, ORGANIZATION, wanted, filters, name=OrganizationKeys.NAME, finds=_finds_organization)
    return [_organization(organization) for organization in found]


def _found(
    unit: Unit,
    kind: RecordKind[R],
    wanted: Wanted,
    filters: Sequence[Condition],
    *,
    name: str,
    finds: Callable[[str], Condition],
) -> list[R]:
    """Return whose name begins with the text, by name, then whom each word of it finds, by name."""
    order = OrderBy(name)
    begins = Prefix(name, wanted.start)
    first = unit.find(kind, AllOf([*filters, begins]), order=order, limit=wanted.limit)
    missing = wanted.limit - len(first)
    if not wanted.start or not missing:
        return first
    terms = [finds(term) for term in _terms(wanted.start)]
    return first + unit.find(kind, AllOf([*filters, Not(begins), *terms]), order=order, limit=missing)


def _terms(start: str) -> list[str]:
    """Return the words of a text, without those that a longer one stands for."""
    terms = dict.fromkeys(start.split())
    return [term for term in terms if not any(other != term and other.startswith(term) for other in terms)]


def _finds_contact(term: str) -> Condition:
    beginnings = words(term)
    tagged = Select(CONTACT_TAG.name, TagKeys.CONTACT, Contains(TagKeys.WORDS, beginnings))
    return AnyOf(
        [
            Contains(ContactKeys.WORDS, beginnings),
            Prefix(ContactKeys.EMAIL, term),
            Contains(ContactKeys.EMAIL, f"@{term}"),
            InSelect("id", tagged),
        ]
    )


def _finds_organization(term: str) -> Condition:
    return Contains(OrganizationKeys.WORDS, words(term))


def _is_active(key: str, *, active: bool) -> Condition:
    # Rows that were kept before this key was declared have none, and are active.
    inactive = Eq(key=key, value=False)
    return Not(inactive) if active else inactive


def _contacts_of_host(host: SupportsContacts, unit: Unit, wanted: Wanted) -> list[PersonFound]:
    asked = _ASKED_OF_HOST if wanted.only_contacts or wanted.active is not None else wanted.limit
    answer = ask(lambda: list(host.search_contacts(wanted.text, asked)))
    people = [contact_from(unit.tenant, info) for info in answer]
    people = [contact for contact in people if wanted.active in {None, contact.active}]
    if wanted.organization is not None:
        belongs = AllOf(
            [Eq(MembershipKeys.ORGANIZATION, wanted.organization.id), _one_of(MembershipKeys.CONTACT, people)]
        )
        members = {membership.contact.id for membership in unit.find(MEMBERSHIP, belongs)}
        people = [contact for contact in people if contact.id in members]
    if wanted.with_access is not None:
        let_in = AllOf([_LET_IN, _one_of(PortalAccessKeys.CONTACT, people)])
        with_access = {access.contact.id for access in unit.find(PORTAL_ACCESS, let_in)}
        people = [contact for contact in people if (contact.id in with_access) is wanted.with_access]
    return [_contact(contact) for contact in people]


def _organizations_of_host(host: SupportsOrganizations, unit: Unit, wanted: Wanted) -> list[PersonFound]:
    asked = wanted.limit if wanted.active is None else _ASKED_OF_HOST
    answer = ask(lambda: list(host.search_organizations(wanted.text, asked)))
    organizations = [organization_from(unit.tenant, info) for info in answer]
    return [_organization(found) for found in organizations if wanted.active in {None, found.active}]


def _one_of(key: str, people: Sequence[Contact]) -> Condition:
    return In(key, [contact.id for contact in people])


def _contact(found: ContactProfile) -> PersonFound:
    return PersonFound(party=Contact(found.id), name=found.name, email=found.email, active=found.active)


def _organization(found: OrganizationProfile) -> PersonFound:
    return PersonFound(party=Organization(found.id), name=found.name, active=found.active)
