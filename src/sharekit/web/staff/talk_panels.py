"""
The panels of conversations, for one member of staff and one request.
"""

from collections.abc import Iterable, Mapping, Sequence

import attrs

from sharekit.errors import NotAllowedError
from sharekit.ids import ConversationId
from sharekit.records.catalog import ResourceRef
from sharekit.records.conversations import Conversation
from sharekit.records.decisions import Action
from sharekit.records.documents import Upload
from sharekit.records.parties import Organization
from sharekit.web.pages import Markup
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.inbox import show_inbox, show_talks_about
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
            if not self._desk.kit.access.can(self._desk.by, Action.VIEW, about):
                raise NotAllowedError("no-right")
        panel = StartPanel(desk=self._desk, about=about, organization=organization)
        return panel.show() if form is None else panel.answer(Fields(form), list(files))


def _id(conversation: Conversation | ConversationId) -> ConversationId:
    return conversation.id if isinstance(conversation, Conversation) else conversation
