"""
The panels of conversations, for one member of staff and one request.
"""

from collections.abc import Iterable, Mapping, Sequence

import attrs

from sharekit.errors import InvalidInputError, NotAllowedError
from sharekit.ids import ConversationId
from sharekit.records.catalog import ResourceRef
from sharekit.records.conversations import Conversation
from sharekit.records.decisions import Action
from sharekit.records.documents import Upload
from sharekit.records.parties import Organization, Staff
from sharekit.web.pages import Markup
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.held import HeldPanel
from sharekit.web.staff.inbox import show_inbox, show_talks_about
from sharekit.web.staff.joining import JoiningPanel
from sharekit.web.staff.letters import LettersPanel
from sharekit.web.staff.notices import PreferencesPanel, ThingNoticesPanel
from sharekit.web.staff.starting import StartPanel
from sharekit.web.staff.thread import ThreadPanel

__all__ = ["TalkPanels"]

Form = Mapping[str, Sequence[str]]


@attrs.frozen
class TalkPanels:
    """The part of `StaffPanels` that is about conversations."""

    _desk: Desk

    def inbox(self, *, query: str = "", things: Iterable[ResourceRef] = ()) -> Markup:
        """
        List all conversations that whoever works here may read, the latest first.

        Args:
            query: What stands behind the question mark of the page's address: what is looked for, whether only
                unread ones are wanted, about what, and the place in the list.
            things: What the list can be narrowed to, such as the projects of the host.

        Raises:
            NotAllowedError: The member of staff was deactivated.
        """
        return show_inbox(self._desk, query, list(things))

    def conversations_about(self, ref: ResourceRef) -> Markup:
        """Return the latest conversations about a thing, to stand beside it."""
        return show_talks_about(self._desk, ref)

    def conversation(
        self,
        conversation: Conversation | ConversationId,
        form: Form | None = None,
        files: Iterable[Upload] = (),
        *,
        query: str = "",
    ) -> PanelAnswer:
        """
        Show a conversation, which is then read, and answer clients, or keep a note for staff, in it.

        Args:
            conversation: Which.
            form: The form that was sent, each field with all its values; None to show it alone.
            files: The files of the form, in order: name and stream of each field ``file``.
            query: What stands behind the question mark of the page's address: the place in a long one.

        Raises:
            NotAllowedError: The member of staff lacks the right VIEW on what it is about.
            NotFoundError: There is none.
        """
        panel = ThreadPanel(desk=self._desk, id=_id(conversation), query=query)
        self._desk.kit.conversations.get(panel.id, by=self._desk.by)
        return panel.show() if form is None else panel.answer(Fields(form), list(files))

    def start_conversation(
        self,
        form: Form | None = None,
        files: Iterable[Upload] = (),
        *,
        about: ResourceRef | None = None,
        organization: Organization | None = None,
    ) -> PanelAnswer:
        """
        Start a conversation, after a look at how a message reaches everybody.

        Args:
            form: As for `conversation`.
            files: As for `conversation`; they go with the first message.
            about: What it is about: any thing in the catalog, or nothing.
            organization: Whose people are offered first.

        Raises:
            NotAllowedError: The member of staff lacks the right VIEW on the thing.
            NotFoundError: The thing is not in the catalog.
        """
        if about is not None:
            self._desk.kit.catalog.get(about)
            self._require_view(about)
        panel = StartPanel(desk=self._desk, about=about, organization=organization)
        return panel.show() if form is None else panel.answer(Fields(form), list(files))

    def participants(
        self,
        conversation: Conversation | ConversationId,
        form: Form | None = None,
        *,
        organization: Organization | None = None,
    ) -> PanelAnswer:
        """
        Tell who takes part in a conversation, add somebody after a look at what that reveals, or take them out.

        Args:
            conversation: Which.
            form: As for `conversation`.
            organization: Whose people are offered first.

        Raises:
            NotAllowedError: The member of staff lacks the right VIEW on what it is about.
            NotFoundError: There is none.
        """
        panel = JoiningPanel(desk=self._desk, id=_id(conversation), organization=organization)
        return panel.show() if form is None else panel.answer(Fields(form))

    def held_mails(
        self, form: Form | None = None, *, conversation: Conversation | ConversationId | None = None
    ) -> PanelAnswer:
        """
        Show mails that wait for staff; post one as what its person says, or discard it.

        Args:
            form: As for `conversation`.
            conversation: Only those for this one.

        Raises:
            NotAllowedError: The member of staff was deactivated, or may not read that conversation.
        """
        panel = HeldPanel(desk=self._desk, conversation=None if conversation is None else _id(conversation))
        return panel.show() if form is None else panel.answer(Fields(form))

    def dead_letters(self, form: Form | None = None) -> PanelAnswer:
        """Show letters that were given up, and events of which nobody could be told, and have them tried again."""
        panel = LettersPanel(desk=self._desk)
        return panel.show() if form is None else panel.answer(Fields(form))

    def preferences(self, form: Form | None = None) -> PanelAnswer:
        """
        Show and change how the member of staff wants to hear of news by mail.

        Raises:
            InvalidInputError: The panels were made for a `System`, which has no mail.
        """
        if not isinstance(self._desk.by, Staff):
            raise InvalidInputError("staff", "needs a Staff, who has preferences")
        panel = PreferencesPanel(desk=self._desk, who=self._desk.by)
        return panel.show() if form is None else panel.answer(Fields(form))

    def notices_about(self, ref: ResourceRef, form: Form | None = None) -> PanelAnswer:
        """
        Show and change whether letters about a thing come to the member of staff, and its automatic reply.

        Raises:
            NotAllowedError: The member of staff lacks the right VIEW on it.
            NotFoundError: The thing is not in the catalog.
        """
        self._desk.kit.catalog.get(ref)
        self._require_view(ref)
        who = self._desk.by if isinstance(self._desk.by, Staff) else None
        panel = ThingNoticesPanel(desk=self._desk, who=who, ref=ref)
        return panel.show() if form is None else panel.answer(Fields(form))

    def _require_view(self, ref: ResourceRef) -> None:
        if not self._desk.kit.access.can(self._desk.by, Action.VIEW, ref):
            raise NotAllowedError("no-right")


def _id(conversation: Conversation | ConversationId) -> ConversationId:
    return conversation.id if isinstance(conversation, Conversation) else conversation
