"""
The catalog: tells sharekit which of the host's things exist, what they are called, and where they lie.
"""

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.errors import InvalidInputError, NotFoundError
from sharekit.features._facts import MAX_DEPTH, chain_of, require, require_staff
from sharekit.features._unit import Unit, Wiring
from sharekit.ports import In
from sharekit.records import events
from sharekit.records.catalog import CatalogEntry, EntryKeys, ResourceRef, Visibility
from sharekit.records.parties import Principal, Right, Staff
from sharekit.records.unset import UNSET, Unset

__all__ = ["Catalog"]

_IDS_AT_ONCE = 500


class Catalog:
    """The catalog of one tenant."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def put(
        self,
        ref: ResourceRef,
        *,
        by: Principal,
        title: str,
        client_title: str | None | Unset = UNSET,
        container: ResourceRef | None = None,
        owner: Staff | None | Unset = UNSET,
        visibility: Visibility | Unset = UNSET,
    ) -> CatalogEntry:
        """
        Enter a thing of the host, or bring its entry up to date; what is not named stays as it is.

        Putting an id that was removed enters a new thing: links to the old one stay dead.

        Args:
            ref: What it is; its kind is one that the kit was given.
            by: Who does it: any active staff for a new thing (with the right VIEW, where the host
                has a directory), who becomes its owner unless another is named; later somebody with
                the right EDIT.
            title: As staff call it. Clients never read it unless that is accepted on a link.
            client_title: As clients may read it.
            container: What a new thing lies in; `move` changes it later. Needs EDIT on it.
            owner: Who answers for it, with all rights on it and on what it contains. Changing it
                needs MANAGE.
            visibility: Whether clients may ever see it; CLIENT for a new thing.

        Raises:
            InvalidInputError: An argument cannot be used; ``field`` names it.
            NotAllowedError: *by* may not do this.
            NotFoundError: The container is not in the catalog.
        """
        require_staff(by)
        self._wiring.kind_of(ref)
        _check_arguments(owner, visibility)

        def work(unit: Unit) -> CatalogEntry:
            before = unit.get(CATALOG_ENTRY, ref.key)
            if before is None or before.removed_at is not None:
                life = 1 if before is None else before.incarnation + 1
                draft = self._new(unit, ref, title=title, container=container, incarnation=life, by=by)
            else:
                draft = self._edited(unit, before, title, container, by)
                if owner is not UNSET and _owner_key(owner) != before.owner:
                    require(self._wiring, unit, by, Right.MANAGE, ref, chain=chain_of(unit, ref))
            after = attrs.evolve(
                draft,
                client_title=draft.client_title if client_title is UNSET else client_title,
                owner=draft.owner if owner is UNSET else _owner_key(owner),
                visibility=draft.visibility if visibility is UNSET else visibility,
            )
            changed = _changed(before, after)
            if changed:
                unit.put(CATALOG_ENTRY, after)
                unit.emit(
                    events.ResourcePut(
                        tenant=unit.tenant,
                        at=unit.now,
                        by=by,
                        ref=ref,
                        created=before is None or before.removed_at is not None,
                        changed=changed,
                        visibility=after.visibility,
                    )
                )
            return after

        return self._wiring.write(work)

    def get(self, ref: ResourceRef) -> CatalogEntry:
        """
        Return the entry of a thing that is in the catalog.

        Raises:
            NotFoundError: It was never entered, or it was removed.
        """
        self._wiring.kind_of(ref)
        with self._wiring.reading() as unit:
            return _present(unit.get(CATALOG_ENTRY, ref.key))

    def move(self, ref: ResourceRef, container: ResourceRef | None, *, by: Principal) -> CatalogEntry:
        """
        Move a thing, with all that lies in it, into another container or out of any.

        Args:
            ref: What moves.
            container: Where it goes; None for the top.
            by: Somebody with MANAGE on the thing and EDIT on the container.

        Raises:
            InvalidInputError: It would lie in itself, or deeper than 16 containers.
            NotAllowedError: *by* may not do this.
            NotFoundError: One of the two is not in the catalog.
        """
        require_staff(by)
        self._wiring.kind_of(ref)

        def work(unit: Unit) -> CatalogEntry:
            chain = chain_of(unit, ref)
            before = _present(chain[0] if chain else None)
            require(self._wiring, unit, by, Right.MANAGE, ref, chain=chain)
            above = self._container(unit, container, by)
            if ref in {entry.ref for entry in above}:
                raise InvalidInputError("container", "lies in the thing that moves")
            if above and len(above) + _height(unit, ref) - 1 > MAX_DEPTH:
                raise InvalidInputError("container", f"would make it lie deeper than {MAX_DEPTH} containers")
            after = attrs.evolve(
                before,
                container=container,
                container_incarnation=above[0].incarnation if above else 0,
                # What lay in something that was removed is dead, and what was shared of it stays so.
                incarnation=before.incarnation + (chain[-1].container is not None),
            )
            if after != before:
                unit.put(CATALOG_ENTRY, after)
                unit.emit(events.ResourceMoved(tenant=unit.tenant, at=unit.now, by=by, ref=ref, container=container))
            return after

        return self._wiring.write(work)

    def remove(self, ref: ResourceRef, *, by: Principal) -> None:
        """
        Take a thing out of the catalog; what was shared of it, or of what lies in it, is dead for good.

        Removing again changes nothing.

        Raises:
            NotAllowedError: *by* lacks the right MANAGE.
            NotFoundError: It was never entered.
        """
        require_staff(by)
        self._wiring.kind_of(ref)

        def work(unit: Unit) -> None:
            chain = chain_of(unit, ref)
            if not chain:
                raise NotFoundError("resource")
            require(self._wiring, unit, by, Right.MANAGE, ref, chain=chain)
            if chain[0].removed_at is None:
                unit.put(CATALOG_ENTRY, attrs.evolve(chain[0], removed_at=unit.now))
                unit.emit(events.ResourceRemoved(tenant=unit.tenant, at=unit.now, by=by, ref=ref))

        self._wiring.write(work)

    def _new(
        self,
        unit: Unit,
        ref: ResourceRef,
        *,
        title: str,
        container: ResourceRef | None,
        incarnation: int,
        by: Principal,
    ) -> CatalogEntry:
        require(self._wiring, unit, by, Right.VIEW, ref, chain=())
        above = self._container(unit, container, by)
        if ref in {entry.ref for entry in above}:
            raise InvalidInputError("container", "is the thing itself")
        if len(above) > MAX_DEPTH:
            raise InvalidInputError("container", f"lies {MAX_DEPTH} containers deep, which is the limit")
        return CatalogEntry(
            tenant=unit.tenant,
            ref=ref,
            title=title,
            container=container,
            container_incarnation=above[0].incarnation if above else 0,
            owner=by.key if isinstance(by, Staff) else None,
            incarnation=incarnation,
            created_at=unit.now,
        )

    def _edited(
        self, unit: Unit, before: CatalogEntry, title: str, container: ResourceRef | None, by: Principal
    ) -> CatalogEntry:
        require(self._wiring, unit, by, Right.EDIT, before.ref, chain=chain_of(unit, before.ref))
        if container is not None and container != before.container:
            raise InvalidInputError("container", "is another one than before; use move()")
        return attrs.evolve(before, title=title)

    def _container(self, unit: Unit, container: ResourceRef | None, by: Principal) -> tuple[CatalogEntry, ...]:
        if container is None:
            return ()
        self._wiring.kind_of(container)
        above = chain_of(unit, container)
        if not above or above[0].removed_at is not None:
            raise NotFoundError("container")
        require(self._wiring, unit, by, Right.EDIT, container, chain=above)
        return above


def _check_arguments(owner: object, visibility: object) -> None:
    if owner is not UNSET and owner is not None and not isinstance(owner, Staff):
        raise InvalidInputError("owner", "needs a Staff or None")
    if visibility is not UNSET and not isinstance(visibility, Visibility):
        raise InvalidInputError("visibility", "needs a Visibility")


def _owner_key(owner: Staff | None | Unset) -> str | None:
    return owner.key if isinstance(owner, Staff) else None


def _present(entry: CatalogEntry | None) -> CatalogEntry:
    if entry is None or entry.removed_at is not None:
        raise NotFoundError("resource")
    return entry


def _changed(before: CatalogEntry | None, after: CatalogEntry) -> frozenset[str]:
    if before is None:
        return frozenset({"title"})
    names = ("title", "client_title", "container", "owner", "visibility", "incarnation", "removed_at")
    return frozenset(name for name in names if getattr(before, name) != getattr(after, name))


def _height(unit: Unit, ref: ResourceRef) -> int:
    """Return how many levels of things lie in *ref*, itself counted; stops counting beyond the limit."""
    height, level = 0, [ref.key]
    while level and height <= MAX_DEPTH:
        height += 1
        level = [
            child.ref.key
            for start in range(0, len(level), _IDS_AT_ONCE)
            for child in unit.find(CATALOG_ENTRY, In(EntryKeys.CONTAINER, level[start : start + _IDS_AT_ONCE]))
        ]
    return height
