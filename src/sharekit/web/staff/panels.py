"""
The panels for staff, for one member of staff and one request.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs

from sharekit.records.catalog import ResourceRef
from sharekit.records.documents import Document, Upload
from sharekit.records.parties import Contact, Organization, Staff
from sharekit.web.pages import Markup
from sharekit.web.preview import preview_for
from sharekit.web.staff.asking import AskPanel
from sharekit.web.staff.desk import Fields, PanelAnswer
from sharekit.web.staff.document import DocumentPanel
from sharekit.web.staff.documents import DocumentsPanel, show_documents_of
from sharekit.web.staff.handing_over import HandingOverPanel
from sharekit.web.staff.members import MembersPanel
from sharekit.web.staff.onlookers import OnlookerPanel
from sharekit.web.staff.outstanding import show_outstanding
from sharekit.web.staff.overview import show_preview, show_seen
from sharekit.web.staff.people import NewContact
from sharekit.web.staff.requests import RequestsPanel
from sharekit.web.staff.settings import SettingsPanel
from sharekit.web.staff.sharing import SharePanel
from sharekit.web.staff.talk_panels import TalkPanels

__all__ = ["StaffPanels"]

Form = Mapping[str, Sequence[str]]


@attrs.frozen
class StaffPanels(TalkPanels):
    """
    Pieces for a host's own pages, made by `Portal.staff_panels`; each is html that can be put in as it is.

    They work without a script. The host's page links ``static/staff.css`` below the portal, and
    ``static/staff.js``, which looks people up while somebody types.
    Forms are sent to the address of the page that they stand on. A panel that answers a form says
    with `PanelAnswer` what to do next.
    """

    def share(
        self,
        refs: ResourceRef | Iterable[ResourceRef],
        form: Form | None = None,
        *,
        add_contact: Callable[[NewContact], Contact] | None = None,
        organization: Organization | None = None,
        obstacle: str | None = None,
    ) -> PanelAnswer:
        """
        Share one or several things with people and organizations, after a look at what that reveals.

        Args:
            refs: What is shared.
            form: The form that was sent, each field with all its values; None to show it empty.
            add_contact: Makes somebody new known to the host, and to the kit; by default the
                built-in directory alone.
            organization: Whose people are offered first, and what somebody new belongs to unless
                another one is chosen.
            obstacle: Why nothing can be shared here, in the host's words.

        Raises:
            NotAllowedError: The member of staff lacks the right VIEW on a single thing.
            NotFoundError: A thing is not in the catalog.
        """
        wanted = [refs] if isinstance(refs, ResourceRef) else list(refs)
        for ref in wanted:
            self._desk.kit.catalog.get(ref)
        panel = SharePanel(
            desk=self._desk, refs=wanted, add_contact=add_contact, organization=organization, obstacle=obstacle
        )
        if len(wanted) > 1:
            return panel.show() if form is None else panel.answer(Fields(form))
        onlookers = OnlookerPanel(desk=self._desk, ref=wanted[0], obstacle=obstacle)
        fields = None if form is None else Fields(form)
        if fields is not None and fields.one("do") == "revoke":
            return attrs.evolve(onlookers.take_back(fields), html=panel.show().html)
        if fields is not None and fields.one("do") in {"approve", "dismiss"}:
            return attrs.evolve(onlookers.answer_request(fields), html=panel.show().html)
        answer = panel.show() if fields is None else panel.answer(fields)
        return answer if answer.partial else attrs.evolve(answer, seen=onlookers.show())

    def who_can_see(self, ref: ResourceRef, *, obstacle: str | None = None) -> Markup:
        """
        Return everybody who can see a thing and why, with ways to take it back for those who may, and who asks for it.

        Its forms are sent to `StaffUrls.thing`, whose page gives them to `share`.

        Raises:
            NotAllowedError: The member of staff lacks the right VIEW on it.
        """
        return OnlookerPanel(desk=self._desk, ref=ref, obstacle=obstacle).show()

    def what_can_see(self, party: Contact | Organization, *, after: str | None = None) -> Markup:
        """
        Return everything that a contact sees, or whoever belongs to an organisation, and why.

        Args:
            party: Who.
            after: The field ``after`` of the page's address, which its links bring along.

        Raises:
            NotAllowedError: The member of staff was deactivated.
            NotFoundError: There is no such contact or organisation.
        """
        return show_seen(self._desk, party, after)

    def preview_as(self, contact: Contact, ref: ResourceRef) -> Markup:
        """
        Return a thing as a contact sees it, in their language; nothing is counted.

        Raises:
            NotAllowedError: The member of staff lacks the right VIEW on it.
            NotFoundError: There is no such contact, or they may not see this.
        """
        desk = self._desk
        return show_preview(desk, preview_for(desk.kit, desk.pages, contact, ref, desk.language, by=desk.by))

    def documents(
        self,
        container: ResourceRef,
        form: Form | None = None,
        files: Iterable[Upload] = (),
        *,
        query: str = "",
        obstacle: str | None = None,
    ) -> PanelAnswer:
        """
        List the documents that lie in a thing, and add more.

        Args:
            container: What they lie in.
            form: The form that was sent, each field with all its values; None to show the list alone.
            files: The files of the form, in order: name and stream of each field ``file``.
            query: What stands behind the question mark of the page's address: what is looked for, the
                order, and the place in the list.
            obstacle: Why nothing can be added here, in the host's words.

        Raises:
            NotFoundError: The thing is not in the catalog.
            ConfigurationError: The kit has no store for bytes.
        """
        self._desk.kit.catalog.get(container)
        panel = DocumentsPanel(desk=self._desk, container=container, query=query, obstacle=obstacle)
        return panel.show() if form is None else panel.answer(Fields(form), list(files))

    def document(
        self,
        document: Document | ResourceRef,
        form: Form | None = None,
        files: Iterable[Upload] = (),
        *,
        obstacle: str | None = None,
    ) -> PanelAnswer:
        """
        Show where a document came from, with all its versions, and rename, replace, hide or remove it.

        Args:
            document: The document.
            form: As for `documents`.
            files: As for `documents`; the first is the new version.
            obstacle: Why nothing can be changed here, in the host's words.

        Raises:
            NotFoundError: There is no such document, or whoever works here may not view it.
        """
        ref = document if isinstance(document, ResourceRef) else document.ref
        panel = DocumentPanel(desk=self._desk, ref=ref, obstacle=obstacle)
        self._desk.kit.documents.get(ref, by=self._desk.by)
        return panel.show() if form is None else panel.answer(Fields(form), list(files))

    def documents_of(self, contacts: Contact | Iterable[Contact], *, query: str = "") -> Markup:
        """
        Return what one or several contacts can see and what they uploaded, in one list that names them.

        Args:
            contacts: 1 to 50 contacts.
            query: As for `documents`.

        Raises:
            NotFoundError: A contact is unknown.
        """
        return show_documents_of(self._desk, contacts, query)

    def requests(self, about: ResourceRef, form: Form | None = None, *, obstacle: str | None = None) -> PanelAnswer:
        """
        Show what is asked for about a thing, and accept, send back, remind, close or cancel.

        Args:
            about: What it is about.
            form: The form that was sent, each field with all its values; None to show it alone.
            obstacle: Why nothing can be done here, in the host's words.

        Raises:
            NotFoundError: The thing is not in the catalog.
        """
        self._desk.kit.catalog.get(about)
        panel = RequestsPanel(desk=self._desk, about=about, obstacle=obstacle)
        return panel.show() if form is None else panel.answer(Fields(form))

    def ask(
        self,
        about: ResourceRef,
        form: Form | None = None,
        *,
        case_type: str | None = None,
        add_contact: Callable[[NewContact], Contact] | None = None,
        organization: Organization | None = None,
        obstacle: str | None = None,
    ) -> PanelAnswer:
        """
        Ask contacts for documents, after a look at what they would read.

        Args:
            about: What it is about.
            form: As for `requests`.
            case_type: The type of case that it is, in the host's own words: its templates are offered, and
                those for every type.
            add_contact: As for `share`.
            organization: Whose people are offered first, and what somebody new belongs to unless another one
                is chosen.
            obstacle: Why nothing can be asked here, in the host's words.

        Raises:
            NotFoundError: The thing is not in the catalog.
        """
        self._desk.kit.catalog.get(about)
        panel = AskPanel(
            desk=self._desk,
            about=about,
            case_type=case_type,
            add_contact=add_contact,
            organization=organization,
            obstacle=obstacle,
        )
        return panel.show() if form is None else panel.answer(Fields(form))

    def outstanding(self, contact: Contact) -> Markup:
        """
        Return what is still wanted of a contact, over all things, what is due first first.

        Raises:
            NotFoundError: The contact is unknown.
        """
        return show_outstanding(self._desk, contact)

    def members(self, organization: Organization, form: Form | None = None, *, after: str | None = None) -> PanelAnswer:
        """
        Choose which members of an organization see what is shared with it, after a look at what that reveals.

        It counts where the settings say that members are chosen one by one; until they do, the panel says so.

        Args:
            organization: Which.
            form: The form that was sent, each field with all its values; None to show it empty.
            after: The field ``after`` of the page's address, which its links bring along.

        Raises:
            NotFoundError: There is no such organization.
        """
        panel = MembersPanel(desk=self._desk, organization=organization, after=after)
        return panel.show() if form is None else panel.answer(Fields(form))

    def handover(
        self,
        form: Form | None = None,
        *,
        owners: Iterable[Staff] = (),
        hand_over: Callable[[Staff, Staff], object] | None = None,
    ) -> PanelAnswer:
        """
        Hand over everything that somebody answers for to a colleague, after a look at what it is.

        Args:
            form: The form that was sent, each field with all its values; None to show it with nothing chosen.
            owners: Whose things can be handed over besides one's own and those of the host's colleagues: those
                of somebody who left, say.
            hand_over: Does it for both in this order, in the host's own records and by `Shares.handover`; by default
                that alone.
        """
        panel = HandingOverPanel(desk=self._desk, owners=tuple(owners), hand_over=hand_over)
        return panel.show() if form is None else panel.answer(Fields(form))

    def settings(self, form: Form | None = None) -> PanelAnswer:
        """Show and change what the portal shows, after a look at what that reveals."""
        panel = SettingsPanel(desk=self._desk)
        return panel.show() if form is None else panel.answer(Fields(form))
