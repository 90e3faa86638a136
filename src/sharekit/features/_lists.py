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
from typing import Final, NamedTuple

import attrs

from sharekit.codec.folding import fold
from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.errors import InvalidInputError, InvalidTokenError
from sharekit.features._access_facts import client_facts, member_of, reader_of, scope_of, settings_of
from sharekit.features._document_facts import facts_of_documents
from sharekit.features._facts import chain_of, rights_on
from sharekit.features._unit import Unit, Wiring
from sharekit.features._visible import Line, VisibleThings
from sharekit.ids import deterministic_id
from sharekit.policies.access import Viewer, knows_of
from sharekit.ports import AllOf, Condition, Contains, Eq, KeyValue, OrderBy, Position
from sharekit.ports.evaluate import micros_of, time_of
from sharekit.records import checks
from sharekit.records.catalog import CatalogEntry, EntryKeys, ResourceRef
from sharekit.records.lists import Order, Page, PortalItem
from sharekit.records.parties import Contact, Organization, Principal, Reference, Right, Staff, System
from sharekit.records.scopes import PortalScope
from sharekit.records.settings import PortalSettings
from sharekit.tokens import Purpose

__all__ = ["ListRequest", "list_for", "list_for_organization", "list_for_staff"]

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


class _Listed(NamedTuple):
    """
    A thing on a page.

    Attributes:
        item: What its reader is told.
        value: By what it is sorted.
        id: Which entry it is.
    """

    item: PortalItem
    value: KeyValue
    id: str


@attrs.frozen
class _Place:
    """Where a page begins, and in which direction it goes from there."""

    position: Position | None = None
    backwards: bool = False


def list_for(wiring: Wiring, unit: Unit, reader: object, request: ListRequest) -> Page:
    """Return a page of the things that whoever reads may view: none for the holder of a link."""
    if not isinstance(reader, Principal):
        raise InvalidInputError("principal", "needs a Principal")
    if isinstance(reader, Contact):
        return _list_for_client(wiring, unit, reader, request)
    if isinstance(reader, Staff | System):
        return list_for_staff(wiring, unit, reader, request)
    return Page(items=())


def list_for_organization(wiring: Wiring, unit: Unit, organization: Organization, request: ListRequest) -> Page:
    """Return a page of the things that somebody may view who belongs to an organisation and was given nothing else."""
    settings = settings_of(unit)
    known = settings, member_of(wiring, unit, organization, settings)
    return _list_for_viewer(wiring, unit, organization, known, request)


def _list_for_client(wiring: Wiring, unit: Unit, contact: Contact, request: ListRequest) -> Page:
    """Return a page of the things that a client may view."""
    return _list_for_viewer(wiring, unit, contact, reader_of(wiring, unit, contact), request)


def _list_for_viewer(
    wiring: Wiring,
    unit: Unit,
    reader: Contact | Organization,
    known: tuple[PortalSettings, Viewer | None],
    request: ListRequest,
) -> Page:
    settings, viewer = known
    key = _CLIENT_KEYS[request.order]
    place = _place(wiring, reader, request)
    scope = scope_of(wiring, settings)
    if viewer is None or not _may_look_into(wiring, unit, scope, viewer, request.container):
        return Page(items=(), total=0 if request.count else None)
    things = VisibleThings(wiring, unit, scope, viewer)
    narrowed = _narrowed(request, EntryKeys.CLIENT_NAME)
    order = OrderBy(key, descending=request.descending is not place.backwards)
    lines = things.lines(narrowed, order=order, after=place.position, limit=request.limit + 1)
    listed = _for_client(wiring, lines, request.locale)
    page = _with_facts(unit, _page(wiring, reader, request, place, listed), viewer.contact)
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
        position = Position(CATALOG_ENTRY.keys(some[-1])[key], some[-1].id)
    listed = _for_staff(wiring, found[: request.limit + 1], request)
    return _with_facts(unit, _page(wiring, by, request, place, listed, named=named), by)


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


def _page(
    wiring: Wiring,
    reader: Reference,
    request: ListRequest,
    place: _Place,
    found: list[_Listed],
    *,
    named: Sequence[str] = (),
) -> Page:
    more, listed = len(found) > request.limit, found[: request.limit]
    if place.backwards:
        listed.reverse()
    follows = place.backwards or more
    precedes = more if place.backwards else place.position is not None
    last = _cursor(wiring, reader, request, listed[-1], named) if listed and follows else None
    first = _cursor(wiring, reader, request, listed[0], named, backwards=True) if listed and precedes else None
    return Page(items=tuple([each.item for each in listed]), next=last, previous=first)


def _with_facts(unit: Unit, page: Page, reader: Principal) -> Page:
    facts = facts_of_documents(unit, [item.ref for item in page.items], reader)
    if not facts:
        return page
    return attrs.evolve(page, items=tuple(attrs.evolve(item, document=facts.get(item.ref)) for item in page.items))


def _for_client(wiring: Wiring, lines: Sequence[Line], locale: str | None) -> list[_Listed]:
    titles = {name: kind.title_in(locale) for name, kind in wiring.kinds.items()}
    listed: list[_Listed] = []
    for id_, title, activity, created_at, value in lines:
        ref = _ref_of(id_)
        kind_title = titles.get(ref.kind, ref.kind)
        item = PortalItem(
            ref=ref,
            kind_title=kind_title,
            title=title or kind_title,
            container=None,
            activity=activity,
            created_at=created_at,
        )
        listed.append(_Listed(item, value, id_))
    return listed


def _for_staff(wiring: Wiring, entries: Sequence[CatalogEntry], request: ListRequest) -> list[_Listed]:
    key = _STAFF_KEYS[request.order]
    return [
        _Listed(_staff_item(wiring, entry, request.locale), CATALOG_ENTRY.keys(entry)[key], entry.id)
        for entry in entries
    ]


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
    listed: _Listed,
    named: Sequence[str],
    *,
    backwards: bool = False,
) -> str:
    value = micros_of(listed.value) if isinstance(listed.value, datetime) else listed.value
    place = [_list_name(wiring, reader, request, named), backwards, value, listed.id]
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
