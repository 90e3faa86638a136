"""
What sharekit may ask of its host: who may do what, what time it is, and how often is too often.
"""

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from sharekit.ids import TenantId
from sharekit.records.catalog import ResourceRef
from sharekit.records.parties import Right, Staff

__all__ = ["Clock", "Directory", "RateLimiter", "SupportsTenants"]


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
