"""What the stories of conversations share."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sharekit import Audience, Contact, Staff, System
from sharekit.records.conversations import Conversation, Message
from sharekit.records.documents import Upload
from sharekit.testing import kit, project_kind
from tests.features.conftest import KEY, Agency

__all__ = ["WINDOW", "MiB", "note", "reply", "talk", "texts", "unhurried"]

MiB = 1024 * 1024
WINDOW = timedelta(seconds=10)


# Any: each story passes other options, good and bad.
def talk(agency: Agency, *with_: Any, **options: Any) -> Conversation:  # noqa: ANN401
    """Start a conversation about the project, unless told otherwise."""
    chosen: dict[str, Any] = {"subject": "Colours", "about": agency.relaunch, "by": agency.maria} | options
    return agency.kit.conversations.start(with_=with_, **chosen)


def reply(
    agency: Agency,
    conversation: Conversation,
    text: str,
    by: Staff | Contact | System | None = None,
    files: Sequence[Upload] = (),
    **options: Any,  # noqa: ANN401  # as above
) -> Message:
    """Write a message for clients; Maria does by default."""
    chosen: dict[str, Any] = {"audience": Audience.CLIENT, "by": by or agency.maria, "attachments": files} | options
    return agency.kit.conversations.post(conversation, text, **chosen)


def note(agency: Agency, conversation: Conversation, text: str, by: Staff | None = None, **options: Any) -> Message:  # noqa: ANN401  # as above
    """Write a note; Maria does by default."""
    chosen: dict[str, Any] = {"audience": Audience.INTERNAL, "by": by or agency.maria} | options
    return agency.kit.conversations.post(conversation, text, **chosen)


def texts(agency: Agency, conversation: Conversation, by: Staff | Contact | System) -> list[str]:
    """Return what somebody reads in a conversation, in order."""
    return [message.text for message in agency.kit.conversations.thread(conversation, by=by).messages]


def unhurried(agency: Agency) -> Agency:
    """Return the same agency with a kit in which messages may be taken back for ten seconds."""
    slow = kit(
        records=agency.records,
        clock=agency.clock,
        kinds=[project_kind(agency.loads)],
        secret_keys=[KEY],
        undo_window=WINDOW,
    )
    return Agency(kit=slow, records=agency.records, clock=agency.clock, loads=agency.loads)
