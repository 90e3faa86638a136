"""
How a list of shared things is asked for in an address, and what the page of a list is given.
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

import attrs

from sharekit.records.catalog import ResourceRef
from sharekit.records.documents import DocumentFile, DocumentItem
from sharekit.records.files import ScanState
from sharekit.records.lists import Order, Page, PortalItem
from sharekit.web.formats import Formats
from sharekit.web.routes import DOWNLOAD, HOME, ITEM, ZIP

__all__ = [
    "DocumentEntry",
    "ListEntry",
    "ListQuery",
    "ListSort",
    "ListView",
    "SectionEntry",
    "file_entry",
    "item_path",
    "list_view",
    "section_entry",
]

_MAX_FIELDS: Final = 20
_MAX_SEARCH: Final = 200
_NEWEST_FIRST: Final = frozenset({Order.ACTIVITY, Order.CREATED})


def item_path(ref: ResourceRef) -> str:
    """Return the path of a thing's page below the portal."""
    return ITEM.fill(kind=ref.kind, id=quote(ref.id, safe=""))


@attrs.frozen(kw_only=True)
class ListQuery:
    """
    What a reader wants of a list. What cannot be understood is passed over: an address is typed, cut and kept.

    Attributes:
        order: What it is sorted by.
        descending: Whether it begins at the end.
        search: What is looked for, or an empty text.
        after: Where the page begins, sealed, or None for the first page.
    """

    order: Order = Order.NAME
    descending: bool = False
    search: str = ""
    after: str | None = None

    @classmethod
    def read(cls, query: str) -> "ListQuery":
        """Return what stands behind the question mark of an address."""
        try:
            given = dict(reversed(parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_FIELDS)))
        except ValueError:
            return cls()
        sort = given.get("sort", "")
        order = Order(sort) if sort in set(Order) else Order.NAME
        turned = given.get("dir", "")
        return cls(
            order=order,
            descending=turned == "desc" if turned in {"asc", "desc"} else order in _NEWEST_FIRST,
            search=given.get("q", "").strip()[:_MAX_SEARCH],
            after=given.get("after") or None,
        )

    @property
    def fields(self) -> Mapping[str, str]:
        """The fields that say the same, but for the place and for what is the rule anyway."""
        fields: dict[str, str] = {}
        if self.order is not Order.NAME:
            fields["sort"] = self.order
        if self.descending is not (self.order in _NEWEST_FIRST):
            fields["dir"] = "desc" if self.descending else "asc"
        if self.search:
            fields["q"] = self.search
        return fields

    def address(self, path: str) -> str:
        """Return a path with this behind it."""
        fields = dict(self.fields)
        if self.after is not None:
            fields["after"] = self.after
        return f"{path}?{urlencode(fields)}" if fields else path

    def first(self) -> "ListQuery":
        """Return the same from its beginning."""
        return attrs.evolve(self, after=None)

    def sorted_by(self, order: Order) -> "ListQuery":
        """Return the same in another order, or turned round when it is in that order already."""
        descending = not self.descending if order is self.order else order in _NEWEST_FIRST
        return ListQuery(order=order, descending=descending, search=self.search)


@attrs.frozen(kw_only=True)
class DocumentEntry:
    """
    What a list, or the page of a document, says of its bytes.

    Attributes:
        id: The id of the document.
        size: How many they are, as the reader says it.
        download_url: Where they are; None while nobody gets them.
        uploaded: Whether the reader uploaded it.
        type: Its type by its name, such as ``"PDF"``; on its own page alone.
        added: The day on which the present version came, as the reader writes it; on its own page alone.
        added_machine: The same for programs.
    """

    id: str
    size: str
    download_url: str | None
    uploaded: bool = False
    type: str = ""
    added: str = ""
    added_machine: str = ""


@attrs.frozen(kw_only=True)
class SectionEntry:
    """
    One document in a section that lists documents.

    Attributes:
        name: Its file name.
        size: How large it is, as the reader says it.
        day: The day of the last activity, as the reader writes it.
        day_machine: The same instant for machines.
        download_url: Where its bytes are; None in a preview, and while nobody gets them.
        checking: Whether it waits for a scanner.
    """

    name: str
    size: str
    day: str
    day_machine: str
    download_url: str | None
    checking: bool


@attrs.frozen(kw_only=True)
class ListEntry:
    """
    One thing in a list.

    Attributes:
        url: Its page.
        title: Its title for clients.
        kind: What such a thing is called, in the reader's language.
        activity: The day of the last activity, as the reader writes it.
        activity_machine: The same instant for machines.
        created: The day since when it is there.
        created_machine: The same instant for machines.
        document: What is said of a document; None of anything else.
    """

    url: str
    title: str
    kind: str
    activity: str
    activity_machine: str
    created: str
    created_machine: str
    document: DocumentEntry | None = None


@attrs.frozen(kw_only=True)
class ListSort:
    """
    One way to sort a list.

    Attributes:
        order: ``"name"``, ``"activity"`` or ``"created"``.
        url: The list sorted so, or turned round when it is sorted so already.
        current: Whether it is.
        descending: Whether it begins at the end.
    """

    order: str
    url: str
    current: bool
    descending: bool


@attrs.frozen(kw_only=True)
class ListView:
    """
    A page of a list, as templates get it.

    Attributes:
        entries: What is on the page.
        sorts: The ways to sort.
        search: What was looked for, or an empty text.
        kept: The fields that a search keeps.
        url: Where a search is sent.
        whole_url: The same list without the search.
        zip_url: The documents on this page as one ZIP; None where fewer than two can be had.
        zip_path: Where a form asks for those that were chosen; None as well then.
        next_url: What follows, or None.
        previous_url: What comes before, or None.
    """

    entries: Sequence[ListEntry]
    sorts: Sequence[ListSort]
    search: str
    kept: Mapping[str, str]
    url: str
    whole_url: str
    zip_url: str | None
    zip_path: str | None
    next_url: str | None
    previous_url: str | None


def list_view(page: Page, query: ListQuery, *, root: str, formats: Formats, path: str = HOME.path) -> ListView:
    """
    Return what a template is given of a page.

    Args:
        page: The page.
        query: What was asked for.
        root: Where the portal is mounted.
        formats: How the reader writes values.
        path: Where the list is, below the root.
    """
    url, zip_url = root + path, _zip_url(page, root)
    return ListView(
        entries=[_entry(item, root, formats) for item in page.items],
        sorts=[_sort(order, query, url) for order in Order],
        search=query.search,
        kept={name: value for name, value in query.fields.items() if name != "q"},
        url=url,
        whole_url=attrs.evolve(query.first(), search="").address(url),
        zip_url=zip_url,
        zip_path=None if zip_url is None else root + ZIP.path,
        next_url=None if page.next is None else attrs.evolve(query, after=page.next).address(url),
        previous_url=None if page.previous is None else attrs.evolve(query, after=page.previous).address(url),
    )


def _document_entry(ref: ResourceRef, size: int, scan: ScanState, *, root: str, formats: Formats) -> DocumentEntry:
    """Return what is said of the bytes of a document."""
    url = root + DOWNLOAD.fill(id=quote(ref.id, safe="")) if scan.lets_read else None
    return DocumentEntry(id=ref.id, size=formats.size(size), download_url=url)


def file_entry(file: DocumentFile, *, root: str, formats: Formats) -> DocumentEntry:
    """Return what the page of a document says of its bytes."""
    return attrs.evolve(
        _document_entry(file.ref, file.size, file.scan, root=root, formats=formats),
        type=PurePosixPath(file.name).suffix[1:].upper(),
        added=formats.day(formats.local(file.added_at).date()),
        added_machine=file.added_at.isoformat(timespec="seconds"),
    )


def section_entry(item: DocumentItem, place: str | None, formats: Formats) -> SectionEntry:
    """Return what a section says of a document, whose bytes are at *place* by its id; None for nowhere."""
    gives = place is not None and item.scan.lets_read
    return SectionEntry(
        name=item.name,
        size=formats.size(item.size),
        day=formats.day(formats.local(item.activity).date()),
        day_machine=item.activity.isoformat(timespec="seconds"),
        download_url=f"{place}{quote(item.ref.id, safe='')}" if gives else None,
        checking=not item.scan.lets_read,
    )


def _zip_url(page: Page, root: str) -> str | None:
    ids = [item.ref.id for item in page.items if item.document is not None and item.document.scan.lets_read]
    return root + ZIP.path + "?" + urlencode([("document", id_) for id_ in ids]) if len(ids) > 1 else None


def _entry(item: PortalItem, root: str, formats: Formats) -> ListEntry:
    facts, document = item.document, None
    if facts is not None:
        document = _document_entry(item.ref, facts.size, facts.scan, root=root, formats=formats)
        document = attrs.evolve(document, uploaded=facts.uploaded)
    return ListEntry(
        url=root + item_path(item.ref),
        title=item.title,
        kind=item.kind_title,
        activity=formats.day(formats.local(item.activity).date()),
        activity_machine=item.activity.isoformat(timespec="seconds"),
        created=formats.day(formats.local(item.created_at).date()),
        created_machine=item.created_at.isoformat(timespec="seconds"),
        document=document,
    )


def _sort(order: Order, query: ListQuery, url: str) -> ListSort:
    return ListSort(
        order=order.value,
        url=query.sorted_by(order).address(url),
        current=order is query.order,
        descending=query.descending,
    )
