"""
The access review: staff look at what may have outlived its reason, and keep it, take it back or extend it in bulk.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

import attrs

from sharekit.codec.kinds import READ_LINK
from sharekit.codec.kinds_of_sharing import GRANT
from sharekit.errors import InvalidInputError
from sharekit.features._facts import chain_of, require, require_active, require_staff
from sharekit.features._grants import said, take
from sharekit.features._link_rules import changed_fields, take_back
from sharekit.features._reviewing import Limits, stale_grants, stale_links
from sharekit.features._unit import Unit, Wiring
from sharekit.records import checks, events
from sharekit.records.grants import Grant
from sharekit.records.instants import utc
from sharekit.records.links import ReadLink
from sharekit.records.parties import Principal, Right
from sharekit.records.reviews import ReviewItem

__all__ = ["Reviews"]

_LONGEST: Final = timedelta(days=3650)
_MAX_ITEMS: Final = 1000
_IDLE: Final = timedelta(days=90)
_EXPIRING: Final = timedelta(days=14)

Subject = Grant | ReadLink


class Reviews:
    """The part of `Access` that is about reviews."""

    _wiring: Wiring

    def review(
        self, *, idle: timedelta = _IDLE, expiring: timedelta = _EXPIRING, by: Principal | None = None
    ) -> Iterator[ReviewItem]:
        """
        Yield the grants, then the links, that may have outlived their reason; for staff.

        That are those of people who left and of things that were removed, those that expired or
        soon will, and those that went unused. Each hundred are read in a transaction of their own.

        Args:
            idle: How long a link may go without a look at it, and a grant without anything new for
                clients, before it counts as unused.
            expiring: How far ahead an end counts as soon.
            by: Who asks: active staff, who find only what is on things on which they have the right VIEW;
                None for the host's own code.

        Raises:
            InvalidInputError: A length of time is not above nothing, or above ten years.
            NotAllowedError: *by* may not ask.
        """
        for field, value in (("idle", idle), ("expiring", expiring)):
            checks.duration(field, value, _LONGEST)
        if by is not None:
            require_staff(by)
            with self._wiring.reading() as unit:
                require_active(unit, by)
        limits = Limits(idle, expiring)

        def found() -> Iterator[ReviewItem]:
            yield from stale_grants(self._wiring, limits, by)
            yield from stale_links(self._wiring, limits, by)

        return found()

    def keep(self, items: Iterable[ReviewItem], *, by: Principal) -> list[Subject]:
        """
        Note that grants and links are still wanted: they count as used from now on.

        Args:
            items: At most 1 000; what was revoked or declined since is left as it is.
            by: Somebody with the right SHARE on each thing.

        Returns:
            The grants and links as they are now, those that were left out missing.

        Raises:
            InvalidInputError: *items* is something else.
            NotAllowedError: *by* may not; nothing was changed.
        """
        return self._each(items, by, lambda unit, subject: _changed(unit, by, subject, reviewed_at=unit.now))

    def revoke(self, items: Iterable[ReviewItem], *, by: Principal) -> list[Subject]:
        """
        Take grants and links back, all or nothing; otherwise as `keep`.

        Raises:
            InvalidInputError: *items* is something else.
            NotAllowedError: *by* may not; nothing was changed.
        """
        return self._each(
            items,
            by,
            lambda unit, subject: (
                take(unit, subject, by) if isinstance(subject, Grant) else take_back(unit, subject, by)
            ),
        )

    def extend(self, items: Iterable[ReviewItem], *, expires_at: datetime, by: Principal) -> list[Subject]:
        """
        Have grants and links end at another instant, all or nothing; otherwise as `keep`.

        Args:
            items: As for `keep`. One that expired gives access again.
            expires_at: An aware time that is not over.
            by: As for `keep`.

        Raises:
            InvalidInputError: An argument cannot be used.
            NotAllowedError: *by* may not; nothing was changed.
        """
        ends = utc("expires_at", expires_at)
        if ends <= self._wiring.clock.now():
            raise InvalidInputError("expires_at", "is over already; use revoke() to end access now")

        def extended(unit: Unit, subject: Subject) -> Subject:
            return _changed(unit, by, subject, reviewed_at=unit.now, expires_at=ends)

        return self._each(items, by, extended)

    def _each(
        self, items: Iterable[ReviewItem], by: Principal, act: Callable[[Unit, Subject], Subject]
    ) -> list[Subject]:
        require_staff(by)
        wanted = _items(items)
        if any(item.subject.tenant != self._wiring.tenant for item in wanted):
            raise InvalidInputError("items", "belongs to another tenant")

        def work(unit: Unit) -> list[Subject]:
            require_active(unit, by)
            subjects = [found for item in wanted if (found := _current(unit, item.subject)) is not None]
            for subject in subjects:
                chain = chain_of(unit, subject.ref)
                require(self._wiring, unit, by, Right.SHARE, subject.ref, chain=chain)
            # Read again: to take one back may have taken another.
            return [act(unit, now) for each in subjects if (now := _current(unit, each)) is not None]

        return self._wiring.write(work)


def _items(given: object) -> list[ReviewItem]:
    everything: list[object] = list(given) if isinstance(given, Iterable) else [given]
    items = [item for item in everything if isinstance(item, ReviewItem)]
    if len(items) < len(everything) or len(items) > _MAX_ITEMS:
        raise InvalidInputError("items", f"needs at most {_MAX_ITEMS} ReviewItems")
    return list({item.subject.id: item for item in items}.values())


def _current(unit: Unit, subject: Subject) -> Subject | None:
    if isinstance(subject, Grant):
        grant = unit.get(GRANT, subject.id)
        return grant if grant is not None and grant.live else None
    link = unit.get(READ_LINK, subject.id)
    return link if link is not None and link.revoked_at is None else None


def _changed(unit: Unit, by: Principal, subject: Subject, **changes: datetime) -> Subject:
    after = attrs.evolve(subject, **changes)  # type: ignore[arg-type]  # both have these fields
    if isinstance(after, Grant):
        if after.expires_at != subject.expires_at:
            after = attrs.evolve(after, generation=after.generation + 1)
            said(unit, after, by)
        unit.put(GRANT, after)
        return after
    unit.put(READ_LINK, after)
    if isinstance(subject, ReadLink) and (changed := changed_fields(subject, after)):
        unit.emit(
            events.LinkUpdated(
                tenant=unit.tenant,
                at=unit.now,
                by=by,
                ref=after.ref,
                link=after.id,
                changed=changed,
                sections=after.sections,
                added_sections=frozenset(),
                expires_at=after.expires_at,
            )
        )
    return attrs.evolve(after, as_of=unit.now)
