"""
The panel of the documents that lie in a thing: all of them, and a form that adds more.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import attrs

from sharekit.errors import InvalidInputError, KeyReusedError, NotAllowedError, UploadRefusedError
from sharekit.ids import deterministic_id
from sharekit.records.catalog import ResourceRef, Visibility
from sharekit.records.decisions import Action
from sharekit.records.documents import DocumentItem, DocumentPage, Upload
from sharekit.records.lists import Order
from sharekit.records.parties import Contact
from sharekit.web.listing import ListQuery
from sharekit.web.pages import Markup
from sharekit.web.refusals import sentence_for
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.people import name_of
from sharekit.web.staff.reveals import listed_names

__all__ = ["DocumentLine", "DocumentsPanel", "SortLine", "show_documents_of"]

_OK: Final = 200
_REFUSED: Final = 403
_WRONG: Final = 422
_MOST_FILES: Final = 100
_PAGE: Final = 50


@attrs.frozen(kw_only=True)
class DocumentLine:
    """
    One document in a list for staff.

    Attributes:
        name: Its file name.
        ending: The last part of the name, in capitals; at most five letters of it.
        type: What its type is called: ``"Document"``, or ``"Document (Portal)"`` for a client's upload.
        size: How large it is, in words.
        version: The number of the version that readers get.
        added: The day when it was added.
        changed: The day of the last activity.
        uploader: The name of the contact who uploaded it, or None.
        people: Those of the contacts asked for whom it concerns, by name.
        internal: Whether clients never see it.
        scan: What a scanner said, as a slug.
        url: The host's page about it, or None.
        download: Where its bytes are, or None.
    """

    name: str
    ending: str
    type: str
    size: str
    version: int
    added: str
    changed: str
    uploader: str | None
    people: tuple[str, ...]
    internal: bool
    scan: str
    url: str | None
    download: str | None


@attrs.frozen(kw_only=True)
class SortLine:
    """
    One way to sort a list.

    Attributes:
        title: What it is called.
        url: The list sorted so, or turned round when it is sorted so already.
        current: Whether it is.
        descending: Whether it begins at the end.
    """

    title: str
    url: str
    current: bool
    descending: bool


@attrs.frozen(kw_only=True)
class _Outcome:
    """What became of the files of a form."""

    added: list[str] = attrs.field(factory=list[str])
    refused: list[tuple[str, str]] = attrs.field(factory=list[tuple[str, str]])


@attrs.frozen(kw_only=True)
class DocumentsPanel:
    """
    The panel, for one thing.

    Attributes:
        desk: Who looks.
        container: What the documents lie in.
        query: What stands behind the question mark of the page's address.
        obstacle: Why nothing can be added here, in the host's words; None for the kit's own rule.
    """

    desk: Desk
    container: ResourceRef
    query: str
    obstacle: str | None

    def show(self) -> PanelAnswer:
        """Return the panel with an empty form."""
        return self._answer(_OK)

    def answer(self, fields: Fields, files: Sequence[Upload]) -> PanelAnswer:
        """Add the files of the form."""
        if fields.one("do") != "add":
            return self._answer(_OK)
        against = self._reason_against()
        if against is not None:
            return self._answer(_REFUSED, problem=against)
        chosen = [file for file in files if file.name]
        if not chosen:
            return self._answer(_WRONG, problem=self.desk.gettext("Choose at least one file."))
        if len(chosen) > _MOST_FILES:
            return self._answer(_WRONG, problem=self.desk.gettext("These are too many files at once."))
        internal = fields.one("visibility") == Visibility.INTERNAL
        outcome = self._added(chosen, fields.one("once"), Visibility.INTERNAL if internal else Visibility.CLIENT)
        if outcome.refused:
            return self._answer(_WRONG, outcome=outcome, internal=internal)
        return PanelAnswer(html=self._answer(_OK).html, done=self._said(outcome.added))

    def _added(self, files: Sequence[Upload], once: str, visibility: Visibility) -> _Outcome:
        outcome = _Outcome()
        for number, file in enumerate(files):
            try:
                outcome.added.append(self._add(file, f"{once}:{number}", visibility))
            except UploadRefusedError as error:
                outcome.refused.append((file.name, sentence_for(error, self.desk.formats)))
            except NotAllowedError:
                outcome.refused.append((file.name, self.desk.gettext("You may look at this, but not change it.")))
            except KeyReusedError:
                # The form was sent before with another file of this name, and this one has been read now.
                outcome.refused.append((file.name, self.desk.gettext("Choose this file once more, and add it again.")))
            except InvalidInputError as error:
                outcome.refused.append((file.name, sentence_for(error, self.desk.formats)))
        return outcome

    def _add(self, file: Upload, key: str, visibility: Visibility) -> str:
        """Add a file, once however often the form is sent, and return its name."""
        added = self.desk.kit.documents.add(
            self.container,
            file.name,
            file.stream,
            by=self.desk.by,
            visibility=visibility,
            idempotency_key=deterministic_id("staff-form", key, file.name),
        )
        return added.name

    def _said(self, names: list[str]) -> str:
        return self.desk.gettext("Added: %(names)s.", names=listed_names(self.desk, names))

    def _reason_against(self) -> str | None:
        if self.obstacle:
            return self.obstacle
        if self.desk.kit.access.can(self.desk.by, Action.EDIT, self.container):
            return None
        return self.desk.gettext("You may look at this, but not change it.")

    def _answer(
        self, status: int, *, problem: str | None = None, outcome: _Outcome | None = None, internal: bool = False
    ) -> PanelAnswer:
        desk, query = self.desk, ListQuery.read(self.query)
        page = self._page(query)
        html = desk.render(
            "documents",
            lines=[_line(desk, item) for item in page.items],
            sorts=_sort_lines(desk, query),
            query=query,
            next_url=None if page.next is None else attrs.evolve(query, after=page.next).address(""),
            previous_url=None if page.previous is None else attrs.evolve(query, after=page.previous).address(""),
            against=self._reason_against(),
            problem=problem,
            outcome=outcome,
            internal=internal,
            client_title=desk.kit.catalog.get(self.container).client_title,
            once=secrets.token_urlsafe(12),
            action=desk.urls.documents(self.container),
        )
        return PanelAnswer(html=html, status=status)

    def _page(self, query: ListQuery) -> DocumentPage:
        def listed(after: str | None) -> DocumentPage:
            return self.desk.kit.documents.visible(
                self.desk.by,
                container=self.container,
                order=query.order,
                descending=query.descending,
                search=query.search or None,
                after=after,
                limit=_PAGE,
            )

        return _at_place(listed, query)


def _line(desk: Desk, item: DocumentItem) -> DocumentLine:
    uploader = None
    if item.uploaded:
        known = None if item.uploader is None else name_of(desk.kit, item.uploader)
        uploader = known or desk.gettext("Somebody")
    formats = desk.formats
    return DocumentLine(
        name=item.name,
        ending=item.name.rpartition(".")[2][:5].upper(),
        type=desk.gettext("Document (Portal)") if item.uploaded else desk.gettext("Document"),
        size=formats.size(item.size),
        version=item.version,
        added=formats.day(formats.local(item.created_at).date()),
        changed=formats.day(formats.local(item.activity).date()),
        uploader=uploader,
        people=tuple(name_of(desk.kit, contact) or desk.gettext("Somebody") for contact in item.contacts),
        internal=item.visibility is Visibility.INTERNAL,
        scan=item.scan.value,
        url=desk.urls.document(item.ref),
        download=desk.urls.download(item.ref, None) if item.scan.lets_read else None,
    )


def show_documents_of(desk: Desk, contacts: Contact | Iterable[Contact], asked: str) -> Markup:
    """Return what contacts can see and what they uploaded, in one list that names them."""
    query, chosen = ListQuery.read(asked), [contacts] if isinstance(contacts, Contact) else list(contacts)

    def listed(after: str | None) -> DocumentPage:
        return desk.kit.documents.of_contacts(
            chosen,
            by=desk.by,
            order=query.order,
            descending=query.descending,
            search=query.search or None,
            after=after,
            limit=_PAGE,
        )

    page = _at_place(listed, query)
    lines = [_line(desk, item) for item in page.items]
    if len(chosen) == 1:
        lines = [attrs.evolve(line, people=()) for line in lines]
    return desk.render(
        "documents-of",
        lines=lines,
        sorts=_sort_lines(desk, query),
        query=query,
        next_url=None if page.next is None else attrs.evolve(query, after=page.next).address(""),
        previous_url=None if page.previous is None else attrs.evolve(query, after=page.previous).address(""),
    )


def _at_place(listed: Callable[[str | None], DocumentPage], query: ListQuery) -> DocumentPage:
    """Return a page of a list, or its first one when the place in it is none of this reader's."""
    try:
        return listed(query.after)
    except InvalidInputError as error:
        if error.field != "after":
            raise
        return listed(None)


def _sort_lines(desk: Desk, query: ListQuery) -> list[SortLine]:
    titles = {
        Order.NAME: desk.gettext("Name"),
        Order.ACTIVITY: desk.gettext("Last activity"),
        Order.CREATED: desk.gettext("Date added"),
    }
    return [
        SortLine(
            title=title,
            url=query.sorted_by(order).address("") or "?",
            current=order is query.order,
            descending=query.descending,
        )
        for order, title in titles.items()
    ]
