"""
What sharekit may ask of its host: who may do what, what time it is, and how often is too often.
"""

from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from sharekit.ids import TenantId
from sharekit.records.catalog import CatalogItem, ResourceRef
from sharekit.records.decisions import Decision
from sharekit.records.parties import Right, Staff
from sharekit.records.people import ContactInfo, MembershipInfo, OrganizationInfo, StaffInfo

__all__ = [
    "CatalogSource",
    "Clock",
    "Directory",
    "PlanAllows",
    "RateLimiter",
    "SupportsContacts",
    "SupportsOrganizations",
    "SupportsStaff",
    "SupportsTenants",
]


class Clock(Protocol):
    """
    The source of time.

    Laws:

    - C1: `now` is aware and in UTC.
    """

    def now(self) -> datetime:
        """Return the present instant."""
        ...


class Directory(Protocol):
    """
    The host's own knowledge of its staff. Without one, sharekit uses its built-in rule.

    Laws:

    - D1: a person who left, or who was never there, has no rights.
    - D2: the answer is the present one; sharekit asks at every use and keeps nothing.
    - D3: it does not call the kit.
    """

    def rights(self, staff: Staff, ref: ResourceRef) -> AbstractSet[Right]:
        """Return what this person may do with this resource now."""
        ...


@runtime_checkable
class SupportsTenants(Protocol):
    """
    The ability of a directory to answer for each tenant by itself, where ids mean something else in each.

    Laws:

    - D4: `for_tenant` is cheap, and what it returns keeps the laws of `Directory` for that tenant.
    """

    def for_tenant(self, tenant: TenantId) -> Directory:
        """Return the directory of one tenant."""
        ...


@runtime_checkable
class SupportsContacts(Protocol):
    """
    The ability of a directory to answer for the people outside, whom the host keeps itself.

    sharekit then keeps no contacts of its own, and asks at every use.

    Laws:

    - D5: `contact` answers for any text; with None for whom it does not know, and with
      ``active=False`` for who may not come in any more.
    - D6: `search_contacts` finds by what staff have typed so far, and an empty text gives the first
      ones; it takes any text literally. sharekit shows the answer by name.
    - D7: the laws D1 to D3 hold for these answers too.
    """

    def contact(self, id: str) -> ContactInfo | None:
        """Return what is known of one person now."""
        ...

    def search_contacts(self, text: str, limit: int) -> Sequence[ContactInfo]:
        """Return at most so many people, for a list that is shown while somebody types."""
        ...


@runtime_checkable
class SupportsOrganizations(Protocol):
    """
    The ability of a directory to answer for organizations outside, and who belongs to them.

    Laws:

    - D8: `organization` answers for any text, with None for what it does not know.
    - D9: `organizations_of` names each organization of a contact once, and none after they left.
    - D10: `search_organizations` keeps D6, and the laws D1 to D3 hold for these answers too.
    - D11: `members_of` names exactly the contacts for whom `organizations_of` names the organization.
    """

    def organization(self, id: str) -> OrganizationInfo | None:
        """Return what is known of one organization now."""
        ...

    def organizations_of(self, contact_id: str) -> Collection[MembershipInfo]:
        """Return what a contact belongs to now, organizations that are not active left out."""
        ...

    def members_of(self, organization_id: str) -> Collection[str]:
        """Return the ids of the contacts that belong to an organization now."""
        ...

    def search_organizations(self, text: str, limit: int) -> Sequence[OrganizationInfo]:
        """Return at most so many organizations, for a list that is shown while somebody types."""
        ...


@runtime_checkable
class SupportsStaff(Protocol):
    """
    The ability of a directory to say where letters to the host's own people go.

    Laws:

    - D12: `staff_info` answers for any text; with None for whom it does not know. The laws D1 to D3 hold.
    """

    def staff_info(self, id: str) -> StaffInfo | None:
        """Return what is known of one person now."""
        ...


class CatalogSource(Protocol):
    """
    The host's own rows of one kind, as the catalog should have them; for `Catalog.sync`.

    Laws:

    - G1: `items` gives each row once, in any order, without holding all of them; it is called again
      when things lie in things of the same kind that came later.
    - G2: `look_up` gives those of these rows that are there at that moment, as they are then, and
      leaves the others out. It is called inside a transaction of the store, maybe several times.
    - G3: neither calls the kit.
    """

    def items(self) -> Iterable[CatalogItem]:
        """Return every row."""
        ...

    def look_up(self, ids: Sequence[str]) -> Iterable[CatalogItem]:
        """Return the rows of at most 500 ids that are there now."""
        ...


class PlanAllows(Protocol):
    """
    What the host's plan includes, for a tenant and a feature such as ``"messaging"``.

    Laws:

    - P1: the answer is the present one; sharekit asks at every use and keeps nothing.
    - P2: the reason of a `Decision` that refuses is a sentence that staff may read.
    - P3: it does not call the kit.
    """

    def __call__(self, tenant: TenantId, feature: str, /) -> bool | Decision:
        """Say whether a tenant may use a feature now."""
        ...


class RateLimiter(Protocol):
    """
    A counter of attempts.

    Laws:

    - R1: at most *limit* `acquire` calls with the same key return None within one *window*.
    - R2: a refusal returns the seconds, above 0, after which an attempt can succeed.
    - R3: `release` gives back the most recent attempt of the key.
    - R4: different keys do not influence one another.
    """

    def acquire(self, key: str, *, limit: int, window: timedelta) -> float | None:
        """Count one attempt; return None when it may go on, else the seconds to wait."""
        ...

    def release(self, key: str) -> None:
        """Take back one attempt, because it was a good one."""
        ...
