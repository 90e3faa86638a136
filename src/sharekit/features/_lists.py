"""
Lists of things for one reader, a page at a time.

A page is continued from a place, not from a number: the value of the order's key and the id of
its last item, sealed together with what the list is and whose it is.
"""

import json
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final, Generic, TypeVar

import attrs

from sharekit.codec.folding import fold
from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.errors import InvalidInputError, InvalidTokenError
from sharekit.features._access_facts import ListReader, client_facts, list_reader, member_of, scope_of, settings_of
from sharekit.features._document_facts import facts_of_documents
from sharekit.features._facts import chain_of, rights_on
from sharekit.features._unit import Unit, Wiring
from sharekit.features._visible import Line, VisibleThings
from sharekit.ids import deterministic_id
from sharekit.policies.access import Viewer, knows_of
from sharekit.ports import AllOf, Condition, Contains, Eq, OrderBy, Position
from sharekit.ports.evaluate import micros_of, time_of
from sharekit.records import checks
from sharekit.records.catalog import CatalogEntry, EntryKeys, ResourceRef
from sharekit.records.drafts import directly
from sharekit.records.lists import Order, Page, PortalItem
from sharekit.records.parties import Contact, Organization, Principal, Reference, Right, Staff, System
from sharekit.records.scopes import PortalScope
from sharekit.tokens import Purpose

__all__ = ["ListRequest", "list_for", "list_for_client", "list_for_organization", "list_for_staff"]

T = TypeVar("T")

_MAX_LIMIT = 200
_MAX_SEARCH = 200
_MAX_COUNT = 1000
_STAFF_CHUNK = 200

_CLIENT_KEYS: Final = {
    Order.NAME: EntryKeys.CLIENT_NAME,
    Order.ACTIVITY: EntryKeys.CLIENT_ACTIVITY,
    Order.CREATED: EntryKeys.CREATED_AT,
}
_STAFF_KEYS: Final = {
    Order.NAME: EntryKeys.NAME,
    Order.ACTIVITY: EntryKeys.ACTIVITY,
    Order.CREATED: EntryKeys.CREATED_AT,
}


@attrs.frozen(kw_only=True)
class ListRequest:
    """What is asked of a list; see `Access.visible`."""

    kind: str | None = None
    container: ResourceRef | None = None
    order: Order
    descending: bool = False
    search: str | None = None
    after: str | None
    limit: int
    count: bool = False
    locale: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.kind is not None:
            checks.slug("kind", self.kind)
        if self.container is not None and not isinstance(self.container, ResourceRef):
            raise InvalidInputError("container", "needs a ResourceRef, or None")
        if not isinstance(self.order, Order):
            raise InvalidInputError("order", "needs an Order")
        checks.flag("descending", self.descending)
        checks.flag("count", self.count)
        checks.optional_text("locale", self.locale)
        checks.optional_text("search", self.search)
        if self.search is not None and len(self.search) > _MAX_SEARCH:
            raise InvalidInputError("search", f"needs at most {_MAX_SEARCH} characters")
        if self.search is not None and not _is_plain(self.search):
            raise InvalidInputError("search", "may not hold control characters")
        checks.whole("limit", self.limit, 1, _MAX_LIMIT)


def _is_plain(text: str) -> bool:
    # Cs: half of a character, which no store keeps.
    return not any(unicodedata.category(char) in {"Cc", "Cs"} for char in text)


_ref_of = lru_cache(maxsize=8192)(ResourceRef.parse)
_item = directly(PortalItem)


@attrs.frozen
class _Place:
    """Where a page begins, and in which direction it goes from there."""

    position: Position | None = None
    backwards: bool = False


@attrs.frozen
class _Shown(Generic[T]):
    """
    What stands on a page.

    Attributes:
        things: In the order of the list.
        follows: Whether there is a page after it.
        precedes: Whether there is one before it.
    """

    things: list[T]
    follows: bool
    precedes: bool

    @classmethod
    def of(cls, found: list[T], request: ListRequest, place: _Place) -> "_Shown[T]":
        """Return the page of what was found, which is one more than it may hold where there are more."""
        more, things = len(found) > request.limit, found[: request.limit]
        if place.backwards:
            things.reverse()
        precedes = more if place.backwards else place.position is not None
        return cls(things, bool(things) and (place.backwards or more), bool(things) and precedes)


def list_for(wiring: Wiring, unit: Unit, reader: object, request: ListRequest) -> Page:
    """Return a page of the things that whoever reads may view: none for the holder of a link."""
    if not isinstance(reader, Principal):
        raise InvalidInputError("principal", "needs a Principal")
    if isinstance(reader, Contact):
        return list_for_client(wiring, unit, reader, request, list_reader(wiring, unit, reader))
    if isinstance(reader, Staff | System):
        return list_for_staff(wiring, unit, reader, request)
    return Page(items=())


def list_for_organization(wiring: Wiring, unit: Unit, organization: Organization, request: ListRequest) -> Page:
    """Return a page of the things that somebody may view who belongs to an organisation and was given nothing else."""
    settings = settings_of(unit)
    known = ListReader(settings, member_of(wiring, unit, organization, settings))
    return list_for_client(wiring, unit, organization, request, known)


def list_for_client(
    wiring: Wiring, unit: Unit, client: Contact | Organization, request: ListRequest, reader: ListReader
) -> Page:
    """Return a page of the things that a client may view, of whom this is known."""
    key = _CLIENT_KEYS[request.order]
    place = _place(wiring, client, request)
    scope, viewer = scope_of(wiring, reader.settings), reader.viewer
    if viewer is None or not _may_look_into(wiring, unit, scope, viewer, request.container):
        return Page(items=(), total=0 if request.count else None)
    things = VisibleThings(wiring, unit, scope, viewer)
    narrowed = _narrowed(request, EntryKeys.CLIENT_NAME)
    order = OrderBy(key, descending=request.descending is not place.backwards)
    lines = things.lines(narrowed, order=order, after=place.position, limit=request.limit + 1)
    shown = _Shown.of(lines, request, place)
    items = _client_items(wiring, shown.things, request.locale)
    page = Page(
        items=_with_facts(unit, items, viewer.contact),
        next=_cursor(wiring, client, request, _end_of(shown.things[-1])) if shown.follows else None,
        previous=_cursor(wiring, client, request, _end_of(shown.things[0]), backwards=True) if shown.precedes else None,
    )
    if not request.count:
        return page
    total = things.count(narrowed, _MAX_COUNT)
    return attrs.evolve(page, total=total, total_is_capped=total >= _MAX_COUNT)


def _may_look_into(
    wiring: Wiring, unit: Unit, scope: PortalScope, viewer: Viewer, container: ResourceRef | None
) -> bool:
    """Say whether a client may ask what lies in a container: not in one of which they may not even know."""
    if container is None:
        return True
    return knows_of(scope, client_facts(wiring, unit, scope, viewer, unit.get(CATALOG_ENTRY, container.key)))


def list_for_staff(
    wiring: Wiring,
    unit: Unit,
    by: Principal,
    request: ListRequest,
    *,
    also: Condition | None = None,
    named: Sequence[str] = (),
) -> Page:
    """
    Return a page of the things that a member of staff may view; rights are asked for one by one.

    Args:
        wiring: Where.
        unit: The transaction to read in.
        by: Who reads.
        request: What is asked.
        also: A condition that narrows the list further.
        named: What tells that condition from every other one, so that a place in one list is none in another.
    """
    key = _STAFF_KEYS[request.order]
    place = _place(wiring, by, request, named)
    further = () if also is None else (also,)
    where = AllOf((Eq(EntryKeys.REMOVED, value=False), *_narrowed(request, EntryKeys.NAME), *further))
    order = OrderBy(key, descending=request.descending is not place.backwards)
    found: list[CatalogEntry] = []
    position = place.position
    while len(found) <= request.limit:
        some = unit.find(CATALOG_ENTRY, where, order=order, after=position, limit=_STAFF_CHUNK)
        found += [entry for entry in some if _may_view(wiring, unit, by, entry)]
        if len(some) < _STAFF_CHUNK:
            break
        position = _position(some[-1], key)
    shown = _Shown.of(found[: request.limit + 1], request, place)
    last = _position(shown.things[-1], key) if shown.follows else None
    first = _position(shown.things[0], key) if shown.precedes else None
    return Page(
        items=_with_facts(unit, [_staff_item(wiring, entry, request.locale) for entry in shown.things], by),
        next=None if last is None else _cursor(wiring, by, request, last, named=named),
        previous=None if first is None else _cursor(wiring, by, request, first, named=named, backwards=True),
    )


def _may_view(wiring: Wiring, unit: Unit, by: Principal, entry: CatalogEntry) -> bool:
    chain = chain_of(unit, entry.ref)
    if not chain or chain[-1].container is not None:
        return False
    return Right.VIEW in rights_on(wiring, unit, by, entry.ref, chain)


def _narrowed(request: ListRequest, name: str) -> list[Condition]:
    conditions: list[Condition] = []
    if request.kind is not None:
        conditions.append(Eq(EntryKeys.KIND, request.kind))
    if request.container is not None:
        conditions.append(Eq(EntryKeys.CONTAINER, request.container.key))
    if wanted := fold(request.search or "").strip():
        conditions.append(Contains(name, wanted))
    return conditions


def _with_facts(unit: Unit, items: Sequence[PortalItem], reader: Principal) -> tuple[PortalItem, ...]:
    facts = facts_of_documents(unit, [item.ref for item in items], reader)
    if not facts:
        return tuple(items)
    return tuple(attrs.evolve(item, document=facts.get(item.ref)) for item in items)


def _client_items(wiring: Wiring, lines: Sequence[Line], locale: str | None) -> list[PortalItem]:
    titles = {name: kind.title_in(locale) for name, kind in wiring.kinds.items()}
    items: list[PortalItem] = []
    for id_, title, activity, created_at, *_ in lines:
        ref = _ref_of(id_)
        kind_title = titles.get(ref.kind, ref.kind)
        items.append(
            _item(
                ref=ref,
                kind_title=kind_title,
                title=title or kind_title,
                container=None,
                activity=activity,
                created_at=created_at,
            )
        )
    return items


def _staff_item(wiring: Wiring, entry: CatalogEntry, locale: str | None) -> PortalItem:
    kind = wiring.kinds.get(entry.ref.kind)
    return PortalItem(
        ref=entry.ref,
        kind_title=entry.ref.kind if kind is None else kind.title_in(locale),
        title=entry.title,
        container=entry.container,
        activity=entry.activity or entry.created_at,
        created_at=entry.created_at,
    )


def _position(entry: CatalogEntry, key: str) -> Position:
    return Position(CATALOG_ENTRY.keys(entry)[key], entry.id)


def _end_of(line: Line) -> Position:
    id_, _, _, _, value, *_ = line
    return Position(value, id_)


def _list_name(wiring: Wiring, reader: Reference, request: ListRequest, named: Sequence[str]) -> str:
    """Return what tells this list from every other one, and its reader from every other reader."""
    container = "" if request.container is None else request.container.key
    direction = "down" if request.descending else "up"
    wanted = (request.kind or "", container, request.order, direction, request.search or "")
    return deterministic_id(wiring.tenant, reader.key, *wanted, *named)


def _cursor(
    wiring: Wiring,
    reader: Reference,
    request: ListRequest,
    end: Position,
    *,
    named: Sequence[str] = (),
    backwards: bool = False,
) -> str:
    value = micros_of(end.value) if isinstance(end.value, datetime) else end.value
    place = [_list_name(wiring, reader, request, named), backwards, value, end.id]
    text = json.dumps(place, ensure_ascii=False, separators=(",", ":"))
    return wiring.seals.seal_text(Purpose.CURSOR, text)


def _place(wiring: Wiring, reader: Reference, request: ListRequest, named: Sequence[str] = ()) -> _Place:
    if request.after is None:
        return _Place()
    try:
        name, backwards, value, id_ = json.loads(wiring.seals.unseal_text(Purpose.CURSOR, request.after))
    except (InvalidTokenError, ValueError):
        raise InvalidInputError("after", "is no place in a list of this kit") from None
    if name != _list_name(wiring, reader, request, named):
        raise InvalidInputError("after", "is a place in another list, or of another reader")
    return _Place(Position(value if request.order is Order.NAME else time_of(value), id_), backwards)
