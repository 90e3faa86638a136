"""
The panel of one document: where it came from, its versions, who may see it, and what staff do with it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs

from sharekit.errors import InvalidInputError, NotAllowedError, NotFoundError, UploadRefusedError
from sharekit.records.catalog import CatalogEntry, Inheritance, ResourceRef, Visibility
from sharekit.records.decisions import Action
from sharekit.records.documents import Document, DocumentVersion, Provenance, Source, Upload
from sharekit.web.refusals import sentence_for
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.people import sender_name

__all__ = ["DocumentPanel", "VersionLine"]

_OK: Final = 200
_REFUSED: Final = 403
_WRONG: Final = 422
_ROUNDED: Final = 1000  # from here on a size in words is not exact

EVERYONE, NAMED, INTERNAL = "everyone", "named", "internal"


@attrs.frozen(kw_only=True)
class VersionLine:
    """
    One version of a document.

    Attributes:
        number: 1 for the first.
        current: Whether it is the one that readers get.
        name: The file name that it came under.
        size: How large it is, in words.
        bytes: How many bytes it has, where the size in words does not say so.
        sha256: The digest of its bytes.
        media_type: What the bytes were found to be.
        at: When it came.
        at_machine: The same for machines.
        sender: Who sent the bytes.
        scan: What a scanner said, as a slug.
        download: Where its bytes are, or None.
    """

    number: int
    current: bool
    name: str
    size: str
    bytes: str
    sha256: str
    media_type: str
    at: str
    at_machine: str
    sender: str
    scan: str
    download: str | None


@attrs.define(kw_only=True)
class _Form:
    """What was typed, and what is wrong with it."""

    name: str = ""
    problems: dict[str, str] = attrs.field(factory=dict[str, str])


@attrs.frozen(kw_only=True)
class DocumentPanel:
    """
    The panel.

    Attributes:
        desk: Who looks.
        ref: The document.
        obstacle: Why nothing can be changed here, in the host's words; None for the kit's own rule.
    """

    desk: Desk
    ref: ResourceRef
    obstacle: str | None

    def show(self) -> PanelAnswer:
        """Return the panel."""
        return self._answer(_Form())

    def answer(self, fields: Fields, files: Sequence[Upload]) -> PanelAnswer:
        """Do what a form asks."""
        doing: Mapping[str, Callable[[Fields, Sequence[Upload]], PanelAnswer]] = {
            "rename": self._rename,
            "replace": self._replace,
            "see": self._see,
            "unshare": self._unshare,
            "remove": self._remove,
        }
        act = doing.get(fields.one("do"))
        if act is None:
            return self.show()
        if self.obstacle:
            return self._answer(_Form(problems={"all": self.obstacle}), _REFUSED)
        try:
            return act(fields, files)
        except NotAllowedError:
            said = self.desk.gettext("You may look at this, but not change it.")
            return self._answer(_Form(problems={"all": said}), _REFUSED)

    def _rename(self, fields: Fields, _: Sequence[Upload]) -> PanelAnswer:
        name = fields.one("name")
        try:
            renamed = self.desk.kit.documents.rename(self.ref, name, by=self.desk.by)
        except InvalidInputError:
            said = self.desk.gettext("Write a file name with the same ending as before.")
            return self._answer(_Form(name=name, problems={"name": said}), _WRONG)
        return self._done(self.desk.gettext("It is called “%(name)s” now.", name=renamed.name))

    def _replace(self, _: Fields, files: Sequence[Upload]) -> PanelAnswer:
        chosen = next((file for file in files if file.name), None)
        problem = self.desk.gettext("Choose the file of the new version.")
        if chosen is not None:
            documents, by = self.desk.kit.documents, self.desk.by
            # It goes on being called as it was, unless it is of another type now.
            same = _ending(documents.get(self.ref, by=by).name) == _ending(chosen.name)
            try:
                replaced = documents.replace(self.ref, chosen.stream, by=by, name=None if same else chosen.name)
                said = self.desk.gettext("Version %(number)s is added. Whoever sees the document gets it from now on.")
                return self._done(said % {"number": replaced.latest})
            except (UploadRefusedError, InvalidInputError) as error:
                problem = sentence_for(error, self.desk.formats)
        return self._answer(_Form(problems={"file": problem}), _WRONG)

    def _see(self, fields: Fields, _: Sequence[Upload]) -> PanelAnswer:
        wanted = fields.one("visibility")
        if wanted not in {EVERYONE, NAMED, INTERNAL}:
            return self._answer(_Form(problems={"visibility": self.desk.gettext("Choose one of these.")}), _WRONG)
        catalog, by = self.desk.kit.catalog, self.desk.by
        entry = catalog.get(self.ref)
        visibility = Visibility.INTERNAL if wanted == INTERNAL else Visibility.CLIENT
        # What narrows comes first, so that nobody sees it in between who shall not.
        if wanted == NAMED and entry.inherits is not Inheritance.CLOSED:
            catalog.restrict(self.ref, by=by)
        if entry.visibility is not visibility:
            catalog.put(self.ref, title=entry.title, visibility=visibility, by=by)
        if wanted == EVERYONE and entry.inherits is not Inheritance.OPEN:
            catalog.unrestrict(self.ref, by=by)
        return self._done(self.desk.gettext("It is set who sees it."))

    def _unshare(self, _: Fields, __: Sequence[Upload]) -> PanelAnswer:
        self.desk.kit.documents.unshare(self.ref, by=self.desk.by)
        return self._done(self.desk.gettext("It is gone from every portal, and stays here."))

    def _remove(self, _: Fields, __: Sequence[Upload]) -> PanelAnswer:
        desk = self.desk
        document, container = desk.kit.documents.get(self.ref, by=desk.by), desk.kit.catalog.get(self.ref).container
        desk.kit.documents.remove(self.ref, by=desk.by)
        leads_to = None if container is None else desk.urls.documents(container)
        said = desk.gettext("“%(name)s” is removed for good.", name=document.name)
        return PanelAnswer(html=desk.render("gone"), done=said, leads_to=leads_to)

    def _done(self, said: str) -> PanelAnswer:
        return attrs.evolve(self._answer(_Form()), done=said)

    def _answer(self, form: _Form, status: int = _OK) -> PanelAnswer:
        desk = self.desk
        document = desk.kit.documents.get(self.ref, by=desk.by)
        versions = desk.kit.documents.versions(self.ref, by=desk.by)
        entry = desk.kit.catalog.get(self.ref)
        lines = [self._version(document, version) for version in reversed(versions)]

        def may(action: Action) -> bool:
            return self.obstacle is None and desk.kit.access.can(desk.by, action, self.ref)

        html = desk.render(
            "document",
            form=form,
            name=form.name or document.name,
            document=document,
            lines=lines,
            current=next(line for line in lines if line.current),
            origin=self._origin(document.provenance),
            answers=None if document.creator is None else sender_name(desk, document.creator),
            sees=_sees(entry),
            container=self._container(entry),
            may_edit=may(Action.EDIT),
            may_share=may(Action.SHARE),
            may_remove=may(Action.MANAGE),
            share_url=desk.urls.thing(self.ref),
            action=desk.urls.document(self.ref),
        )
        return PanelAnswer(html=html, status=status)

    def _version(self, document: Document, version: DocumentVersion) -> VersionLine:
        formats = self.desk.formats
        return VersionLine(
            number=version.number,
            current=version.number == document.version,
            name=version.name,
            size=formats.size(version.size),
            bytes=formats.number(version.size) if version.size >= _ROUNDED else "",
            sha256=version.sha256,
            media_type=version.media_type,
            at=formats.instant(version.added_at),
            at_machine=version.added_at.isoformat(timespec="seconds"),
            sender=sender_name(self.desk, version.provenance.sender),
            scan=version.scan.value,
            download=self.desk.urls.download(self.ref, version.number) if version.scan.lets_read else None,
        )

    def _origin(self, provenance: Provenance) -> dict[str, str | None]:
        """Return what is said of where it came from."""
        desk = self.desk
        copied = provenance.copied_from
        asked = None
        if provenance.request is not None:
            about = desk.kit.catalog.get(self.ref).container
            asked = None if about is None else desk.urls.requests(about)
        return {
            "type": desk.gettext("Document (Portal)")
            if provenance.source is Source.PORTAL
            else desk.gettext("Document"),
            "source": {
                Source.PORTAL: desk.gettext("Client portal"),
                Source.STAFF: desk.gettext("Added by staff"),
                Source.LIBRARY: desk.gettext("Copy of another document"),
            }[provenance.source],
            "sender": sender_name(desk, provenance.sender),
            "copied_url": None if copied is None else desk.urls.document(copied),
            "request_url": asked,
        }

    def _container(self, entry: CatalogEntry) -> tuple[str, str | None] | None:
        """Return the title of what it lies in, and the page that lists what lies there."""
        if entry.container is None:
            return None
        try:
            title = self.desk.kit.catalog.get(entry.container).title
        except NotFoundError:
            return None
        return title, self.desk.urls.documents(entry.container)


def _ending(name: str) -> str:
    return name.rpartition(".")[2].casefold()


def _sees(entry: CatalogEntry) -> str:
    if entry.visibility is not Visibility.CLIENT:
        return INTERNAL
    return EVERYONE if entry.inherits is Inheritance.OPEN else NAMED
