"""
Brings the catalog in step with the rows of the host, a chunk at a time.

The host's rows go on changing meanwhile. What was read while walking is only a hint at what to look
at: whether an entry is wrong is judged again in the transaction that changes it, by what the host
says then. The entry is read first and the row after it, so whoever changes both in between makes
the transaction begin again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, TypeVar

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.errors import InvalidInputError, NotAllowedError, NotFoundError
from sharekit.features._facts import MAX_DEPTH, require_active
from sharekit.features._unit import Unit, Wiring
from sharekit.ports import AllOf, CatalogSource, Eq, Position, Range
from sharekit.records.catalog import CatalogEntry, CatalogItem, EntryKeys, ResourceRef
from sharekit.records.parties import Principal, Staff
from sharekit.records.syncs import Drift, DriftKind, SyncReport
from sharekit.records.unset import UNSET, Unset

__all__ = ["Mending", "Syncing"]

T = TypeVar("T")

_AT_ONCE: Final = 500
_NAMED: Final = 100
_REFUSALS: Final = (InvalidInputError, NotFoundError, NotAllowedError)


@attrs.frozen(kw_only=True)
class Mending:
    """The verbs of the catalog, inside a unit."""

    put: Callable[[Unit, CatalogItem], object]
    move: Callable[[Unit, ResourceRef, ResourceRef | None], object]
    remove: Callable[[Unit, ResourceRef], object]


@attrs.define
class _Found:
    """What one transaction has come upon."""

    drift: list[Drift] = attrs.field(factory=list[Drift])
    waiting: list[ResourceRef] = attrs.field(factory=list[ResourceRef])


class Syncing:
    """One run over the things of one kind."""

    def __init__(
        self, wiring: Wiring, kind: str, source: CatalogSource, *, by: Principal, mending: Mending | None
    ) -> None:
        self._wiring = wiring
        self._kind = kind
        self._source = source
        self._by = by
        self._mending = mending
        self._counted: Counter[DriftKind] = Counter()
        self._named: list[Drift] = []
        self._walked = 0

    def run(self) -> SyncReport:
        """Walk over the rows of the host, and then over the entries."""
        with self._wiring.reading() as unit:
            require_active(unit, self._by)
        self._walk_rows()
        self._walk_entries()
        return SyncReport(
            kind=self._kind,
            checked=self._mending is None,
            walked=self._walked,
            missing=self._counted[DriftKind.MISSING],
            differing=self._counted[DriftKind.DIFFERS],
            gone=self._counted[DriftKind.GONE],
            failed=self._counted[DriftKind.FAILED],
            drift=tuple(self._named),
        )

    def _walk_rows(self) -> None:
        # What lies in something that comes later waits for the next round.
        left: list[ResourceRef] = []
        waiting = 0
        for _ in range(MAX_DEPTH):
            before, self._walked = self._counted[DriftKind.MISSING], 0
            left, waiting = [], 0
            self._forget_failures()
            for chunk in _chunks(self._items(self._source.items())):
                self._walked += len(chunk)
                found = self._settle([item.ref for item in self._suspects(chunk)])
                waiting += len(found)
                left += found[: _NAMED - len(left)]
            if not waiting or self._counted[DriftKind.MISSING] == before:
                break
        for ref in left:
            self._note(Drift(ref=ref, kind=DriftKind.FAILED, reason="its container is not in the catalog"))
        self._counted[DriftKind.FAILED] += waiting - len(left)

    def _walk_entries(self) -> None:
        after: Position | None = None
        of_kind = Range("id", at_least=f"{self._kind}:", below=f"{self._kind};")  # ";" follows ":"
        living = AllOf([of_kind, Eq(EntryKeys.REMOVED, value=False)])
        while True:
            with self._wiring.reading() as unit:
                refs = [entry.ref for entry in unit.find(CATALOG_ENTRY, living, after=after, limit=_AT_ONCE)]
            if not refs:
                return
            rows = self._looked_up(refs)
            self._settle([ref for ref in refs if ref not in rows])
            after = Position(refs[-1].key, refs[-1].key)

    def _suspects(self, items: Sequence[CatalogItem]) -> list[CatalogItem]:
        with self._wiring.reading() as unit:
            entries, containers = _entries(unit, [item.ref for item in items]), _containers(unit, items)
        return [item for item in items if _drift(item.ref, item, entries.get(item.ref), containers) is not None]

    def _settle(self, refs: Sequence[ResourceRef]) -> list[ResourceRef]:
        """Judge these again, and mend what is wrong; return those that wait for their container."""
        if not refs:
            return []
        try:
            found = self._settled(refs)
        except _REFUSALS as error:
            if len(refs) > 1:
                return [waiting for ref in refs for waiting in self._settle([ref])]
            found = _Found([Drift(ref=refs[0], kind=DriftKind.FAILED, reason=str(error))])
        for drift in found.drift:
            self._note(drift)
        return found.waiting

    def _settled(self, refs: Sequence[ResourceRef]) -> _Found:
        mending = self._mending
        if mending is not None:
            return self._wiring.write(lambda unit: self._mended(unit, refs, mending))
        with self._wiring.reading() as unit:
            return _Found([drift for drift, _ in self._judged(unit, refs)])

    def _mended(self, unit: Unit, refs: Sequence[ResourceRef], mending: Mending) -> _Found:
        found = _Found()
        for drift, item in self._judged(unit, refs):
            if item is None:
                mending.remove(unit, drift.ref)
            elif not _is_there(unit, item.container):
                found.waiting.append(drift.ref)
                continue
            else:
                self._put(unit, drift, item, mending)
            found.drift.append(drift)
        return found

    def _put(self, unit: Unit, drift: Drift, item: CatalogItem, mending: Mending) -> None:
        if drift.kind is DriftKind.MISSING:
            mending.put(unit, item)
            return
        if "container" in drift.fields and not isinstance(item.container, Unset):
            mending.move(unit, item.ref, item.container)
        if set(drift.fields) - {"container"}:
            mending.put(unit, attrs.evolve(item, container=UNSET))

    def _judged(self, unit: Unit, refs: Sequence[ResourceRef]) -> Iterator[tuple[Drift, CatalogItem | None]]:
        entries = _entries(unit, refs)
        rows = self._looked_up(refs)
        containers = _containers(unit, rows.values())
        for ref in refs:
            drift = _drift(ref, rows.get(ref), entries.get(ref), containers)
            if drift is not None:
                yield drift, rows.get(ref)

    def _looked_up(self, refs: Sequence[ResourceRef]) -> dict[ResourceRef, CatalogItem]:
        return {item.ref: item for item in self._items(self._source.look_up([ref.id for ref in refs]))}

    def _items(self, given: Iterable[object]) -> Iterator[CatalogItem]:
        for item in given:
            if not isinstance(item, CatalogItem) or item.ref.kind != self._kind:
                raise InvalidInputError("source", f"gives CatalogItems of the kind {self._kind!r}, and nothing else")
            yield item

    def _forget_failures(self) -> None:
        self._counted[DriftKind.FAILED] = 0
        self._named = [drift for drift in self._named if drift.kind is not DriftKind.FAILED]

    def _note(self, drift: Drift) -> None:
        self._counted[drift.kind] += 1
        if len(self._named) < _NAMED:
            self._named.append(drift)


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    walking = iter(items)
    while chunk := list(islice(walking, _AT_ONCE)):
        yield chunk


def _entries(unit: Unit, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, CatalogEntry]:
    found = unit.get_many(CATALOG_ENTRY, [ref.key for ref in refs])
    return {entry.ref: entry for entry in found if entry.removed_at is None}


def _containers(unit: Unit, items: Iterable[CatalogItem]) -> Mapping[ResourceRef, CatalogEntry]:
    return _entries(unit, list({item.container for item in items if isinstance(item.container, ResourceRef)}))


def _is_there(unit: Unit, container: ResourceRef | None | Unset) -> bool:
    return not isinstance(container, ResourceRef) or bool(_entries(unit, [container]))


def _drift(
    ref: ResourceRef,
    item: CatalogItem | None,
    entry: CatalogEntry | None,
    containers: Mapping[ResourceRef, CatalogEntry],
) -> Drift | None:
    """Say in what way an entry is not what the host's row says, or None."""
    if item is None:
        return None if entry is None else Drift(ref=ref, kind=DriftKind.GONE)
    if entry is None:
        return Drift(ref=ref, kind=DriftKind.MISSING)
    wanted: dict[str, object] = {
        "title": item.title,
        "client_title": item.client_title,
        "container": item.container,
        "owner": item.owner.key if isinstance(item.owner, Staff) else item.owner,
        "requester": item.requester,
        "visibility": item.visibility,
        "new_children": item.new_children,
    }
    fields = [name for name, value in wanted.items() if value is not UNSET and value != getattr(entry, name)]
    if "container" not in fields and isinstance(item.container, ResourceRef):
        above = containers.get(item.container)
        # What lay in something that was removed lies in nothing, also when that was put again.
        if above is not None and above.incarnation != entry.container_incarnation:
            fields.append("container")
    return Drift(ref=ref, kind=DriftKind.DIFFERS, fields=tuple(fields)) if fields else None
