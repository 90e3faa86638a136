"""The firm's own parts: who may do what, what time it is, how often is too often."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from sharekit import ResourceRef, Right, Staff, TenantId
from sharekit.ports import Clock, Directory, RateLimiter, SupportsTenants


class Partners:
    """The directory of one office."""

    def __init__(self, office: str = "default") -> None:
        self._office = office

    def rights(self, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
        """Partners may everything, others look."""
        return frozenset(Right) if staff.id.startswith("partner-") else frozenset({Right.VIEW})

    def for_tenant(self, tenant: TenantId) -> "Partners":
        """Return the directory of another office."""
        return Partners(tenant)


class CourtClock:
    """The time of the court."""

    def now(self) -> datetime:
        """Return the present instant."""
        return datetime.now(UTC)


class SharedLimiter:
    """Counts attempts where all processes see them."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def acquire(self, key: str, *, limit: int, window: timedelta) -> float | None:
        """Count one attempt."""
        self._counts[key] += 1
        return None if self._counts[key] <= limit else window.total_seconds()

    def release(self, key: str) -> None:
        """Take one back."""
        self._counts[key] -= 1


directory: Directory = Partners()
by_tenant: SupportsTenants = Partners()
clock: Clock = CourtClock()
limiter: RateLimiter = SharedLimiter()
