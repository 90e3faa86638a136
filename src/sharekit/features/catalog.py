"""
The catalog: tells sharekit which of the host's things exist, what they are called, and where they lie.
"""

from collections.abc import Iterable

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.errors import InvalidInputError, NotFoundError
from sharekit.features._facts import MAX_DEPTH, chain_of, require, require_staff
from sharekit.features._moving import bring_along, bring_the_rest, is_moving, lies_deeper
from sharekit.features._putting import entered_in, put_item
from sharekit.features._syncing import Mending, Syncing
from sharekit.features._tree import held, keep_entry, settled
from sharekit.features._unit import Unit, Wiring
from sharekit.ports import CatalogSource
from sharekit.records import events
from sharekit.records.catalog import (
    Audience,
    CatalogEntry,
    CatalogItem,
    Inheritance,
    NewChildren,
    ResourceRef,
    Visibility,
)
from sharekit.records.documents import DOCUMENT
from sharekit.records.parties import Contact, Principal, Right, Staff
from sharekit.records.syncs import SyncReport
from sharekit.records.unset import UNSET, Unset

__all__ = ["Catalog"]

_MAX_ITEMS = 10_000


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
        requester: Contact | None | Unset = UNSET,
        visibility: Visibility | Unset = UNSET,
        new_children: NewChildren | Unset = UNSET,
    ) -> CatalogEntry:
        """
        Enter a thing of the host, or bring its entry up to date; what is not named stays as it is.

        Putting an id that was removed enters a new thing: links to the old one stay dead. Making a
        thing internal takes back the links to it, and to what lies in it.

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
            requester: The active contact who asked for it. That gives no access by itself.
            visibility: Whether clients may ever see it, and what lies in it; CLIENT for a new thing,
                unless its container hides new children.
            new_children: What becomes of things that are put into it from now on.

        Raises:
            InvalidInputError: An argument cannot be used; ``field`` names it.
            NotAllowedError: *by* may not do this.
            NotFoundError: The container is not in the catalog, or the requester is unknown or inactive.
            MergedContactError: The requester was merged; ``into`` names the other.
        """
        item = CatalogItem(
            ref,
            title=title,
            client_title=client_title,
            container=container,
            owner=owner,
            requester=requester,
            visibility=visibility,
            new_children=new_children,
        )
        return self.put_many([item], by=by)[0]

    def put_many(self, items: Iterable[CatalogItem], *, by: Principal) -> list[CatalogEntry]:
        """
        Enter many things, or bring their entries up to date, all or nothing; each as by `put`.

        A container that is new itself comes before what lies in it.

        Args:
            items: At most 10 000, of different things.
            by: As for `put`.

        Raises:
            InvalidInputError: An argument cannot be used, or one thing comes twice; ``field`` names it.
            NotAllowedError: *by* may not do this.
            NotFoundError: A container is not in the catalog, or a requester is unknown or inactive.
        """
        require_staff(by)
        wanted = _items(items)
        for item in wanted:
            self._wiring.kind_of(item.ref)
        return self._wiring.write(lambda unit: [put_item(self._wiring, unit, item, by) for item in wanted])

    def get(self, ref: ResourceRef) -> CatalogEntry:
        """
        Return the entry of a thing that is in the catalog.

        Raises:
            NotFoundError: It was never entered, or it was removed.
        """
        self._wiring.kind_of(ref)
        with self._wiring.reading() as unit:
            return _present(unit.get(CATALOG_ENTRY, ref.key), ref)

    def move(self, ref: ResourceRef, container: ResourceRef | None, *, by: Principal) -> CatalogEntry:
        """
        Move a thing, with all that lies in it, into another container or out of any.

        At most 500 entries are brought along in the transaction that moves the thing; of a larger one
        the rest follows before this returns, in transactions of as many each. Meanwhile clients see of
        what was not reached yet only what both the old place and the new one let them see. Where that
        breaks off, the thing has moved all the same, and the rest follows with the next move, or with
        `Sharekit.sweep`. Inside a transaction of the host all of it belongs to that transaction.

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

        def work(unit: Unit) -> tuple[CatalogEntry, bool]:
            return self._moved(unit, ref, container, by), is_moving(unit)

        moved, more = self._wiring.write(work)
        if more:
            bring_the_rest(self._wiring)
        return moved

    def _moved(self, unit: Unit, ref: ResourceRef, container: ResourceRef | None, by: Principal) -> CatalogEntry:
        held(unit, container)
        chain = chain_of(unit, ref)
        before = _present(chain[0] if chain else None, ref)
        require(self._wiring, unit, by, Right.MANAGE, ref, chain=chain)
        above = entered_in(self._wiring, unit, container, by)
        if ref in {entry.ref for entry in above}:
            raise InvalidInputError("container", "lies in the thing that moves")
        if len(above) > MAX_DEPTH or (above and lies_deeper(unit, ref, MAX_DEPTH - len(above))):
            raise InvalidInputError("container", f"would make it lie deeper than {MAX_DEPTH} containers")
        was_dead = chain[-1].container is not None
        after = attrs.evolve(
            before,
            container=container,
            container_incarnation=above[0].incarnation if above else 0,
            # What lay in something that was removed is dead, and what was shared of it stays so.
            incarnation=before.incarnation + was_dead,
            revived_at=unit.now if was_dead else before.revived_at,
        )
        after = settled(after, above[0] if above else None)
        if after != before:
            bring_along(unit, before, after, by)
            # Unchanged, but so that two moves at once never put two things into each other.
            for entry in above[1:]:
                unit.put(CATALOG_ENTRY, entry)
            unit.emit(events.ResourceMoved(tenant=unit.tenant, at=unit.now, by=by, ref=ref, container=container))
        return after

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
        if ref.kind == DOCUMENT:
            raise InvalidInputError("ref", "is a document; use documents.remove()")

        self._wiring.write(lambda unit: self._removed(unit, ref, by))

    def _removed(self, unit: Unit, ref: ResourceRef, by: Principal) -> None:
        chain = chain_of(unit, ref)
        if not chain:
            raise NotFoundError("resource", ref.key)
        require(self._wiring, unit, by, Right.MANAGE, ref, chain=chain)
        if chain[0].removed_at is None:
            keep_entry(unit, chain[0], attrs.evolve(chain[0], removed_at=unit.now))
            unit.emit(events.ResourceRemoved(tenant=unit.tenant, at=unit.now, by=by, ref=ref))

    def sync(self, kind: str, source: CatalogSource, *, by: Principal, check: bool = False) -> SyncReport:
        """
        Bring the catalog in step with the host's own rows of one kind.

        Rows without an entry get one, entries that say something else are put right and moved, and
        those without a row are removed. Each 500 are a transaction of their own, so a run that was
        stopped goes on by running again, and none of them is held in memory for long. What
        others change meanwhile stays: each entry is judged anew in the transaction that changes it.

        Args:
            kind: The name of the kind. Kinds that others lie in come first.
            source: The host's rows.
            by: Who does it, usually a `System`; somebody with the rights that `put`, `move` and `remove` need.
            check: Whether to change nothing, and only to say what is apart.

        Raises:
            InvalidInputError: The kind is unknown, or the source gives something else.
            NotAllowedError: *by* may not do this at all.
        """
        require_staff(by)
        if kind not in self._wiring.kinds:
            raise InvalidInputError("kind", "is not among the kinds that the kit was given")
        mending = Mending(
            put=lambda unit, item: put_item(self._wiring, unit, item, by),
            move=lambda unit, ref, container: self._moved(unit, ref, container, by),
            remove=lambda unit, ref: self._removed(unit, ref, by),
        )
        report = Syncing(self._wiring, kind, source, by=by, mending=None if check else mending).run()
        if not check:
            bring_the_rest(self._wiring)
        return report

    def touch(self, ref: ResourceRef, *, audience: Audience, by: Principal) -> CatalogEntry:
        """
        Note that something happened to a thing, which moves it up in lists that are sorted by activity.

        Args:
            ref: What it happened to.
            audience: CLIENT when clients may know of it; what is INTERNAL never moves a client's list.
            by: Any active staff with the right VIEW.

        Raises:
            InvalidInputError: The audience is missing or no `Audience`.
            NotAllowedError: *by* may not do this.
            NotFoundError: It is not in the catalog.
        """
        require_staff(by)
        self._wiring.kind_of(ref)
        if not isinstance(audience, Audience):
            raise InvalidInputError("audience", "needs an Audience")

        def work(unit: Unit) -> CatalogEntry:
            chain = chain_of(unit, ref)
            before = _present(chain[0] if chain else None, ref)
            require(self._wiring, unit, by, Right.VIEW, ref, chain=chain)
            seen = unit.now if audience is Audience.CLIENT else before.client_activity
            after = attrs.evolve(before, activity=unit.now, client_activity=seen)
            unit.put(CATALOG_ENTRY, after)
            return after

        return self._wiring.write(work)

    def restrict(self, ref: ResourceRef, *, by: Principal) -> CatalogEntry:
        """
        Keep what is granted on the containers of a thing from reaching it, and what lies in it.

        What is granted on the thing itself goes on.

        Raises:
            NotAllowedError: *by* lacks the right SHARE.
            NotFoundError: It is not in the catalog.
        """
        return self._inherit(ref, Inheritance.CLOSED, by)

    def unrestrict(self, ref: ResourceRef, *, by: Principal) -> CatalogEntry:
        """
        Let what is granted on the containers of a thing reach it; it may have been restricted, or have waited for this.

        Raises:
            NotAllowedError: *by* lacks the right SHARE.
            NotFoundError: It is not in the catalog.
        """
        return self._inherit(ref, Inheritance.OPEN, by)

    def _inherit(self, ref: ResourceRef, inherits: Inheritance, by: Principal) -> CatalogEntry:
        require_staff(by)
        self._wiring.kind_of(ref)

        def work(unit: Unit) -> CatalogEntry:
            chain = chain_of(unit, ref)
            before = _present(chain[0] if chain else None, ref)
            require(self._wiring, unit, by, Right.SHARE, ref, chain=chain)
            above = chain[1] if len(chain) > 1 else None
            after = settled(attrs.evolve(before, inherits=inherits), above)
            if after != before:
                keep_entry(unit, before, after)
                unit.emit(events.ResourceRestricted(tenant=unit.tenant, at=unit.now, by=by, ref=ref, inherits=inherits))
            return after

        return self._wiring.write(work)


def _items(given: object) -> list[CatalogItem]:
    everything: list[object] = list(given) if isinstance(given, Iterable) else []
    items = [item for item in everything if isinstance(item, CatalogItem)]
    if not 1 <= len(items) <= _MAX_ITEMS or len(items) < len(everything):
        raise InvalidInputError("items", f"needs 1 to {_MAX_ITEMS} CatalogItems")
    if len({item.ref for item in items}) < len(items):
        raise InvalidInputError("items", "names a thing twice")
    return items


def _present(entry: CatalogEntry | None, ref: ResourceRef) -> CatalogEntry:
    if entry is None or entry.removed_at is not None:
        raise NotFoundError("resource", ref.key)
    return entry
