"""
What happens to requests for documents.
"""

from datetime import datetime
from typing import ClassVar

import attrs

from sharekit.ids import RequestId, SubmissionId
from sharekit.records.events._event import Event, ResourceEvent

__all__ = [
    "RequestAccepted",
    "RequestCancelled",
    "RequestClosed",
    "RequestCreated",
    "RequestReminded",
    "RequestSentBack",
    "RequestSubmitted",
    "RequestTemplateSaved",
    "SubmissionInfected",
    "SubmissionReceived",
    "SubmissionRefused",
]


@attrs.frozen(kw_only=True)
class RequestEvent(ResourceEvent):
    """
    Something that happened to a request, which is about the resource.

    Attributes:
        request: The id of the request.
    """

    request: RequestId


@attrs.frozen(kw_only=True)
class RequestCreated(RequestEvent):
    """
    Contacts were asked for documents.

    Attributes:
        parties: The keys of the contacts.
        items: How many items it has.
        due: Until when it is wanted, or None.
        expires_at: From when on nothing is taken.
    """

    name: ClassVar[str] = "request-created"
    heard: ClassVar[bool] = True
    parties: frozenset[str]
    items: int
    due: datetime | None
    expires_at: datetime


@attrs.frozen(kw_only=True)
class ContactRequestEvent(RequestEvent):
    """
    Something that happened to the request of one contact.

    Attributes:
        party: The key of the contact.
    """

    party: str


@attrs.frozen(kw_only=True)
class SubmissionReceived(ContactRequestEvent):
    """
    A contact sent a file.

    Attributes:
        submission: The id of the submission.
        item: The key of the item.
        document: The key of the document that it became.
        size: In bytes.
        sha256: The digest of its bytes, in hex.
        notify: The keys of the staff who hear of it.
    """

    name: ClassVar[str] = "submission-received"
    heard: ClassVar[bool] = True
    submission: SubmissionId
    item: str
    document: str
    size: int
    sha256: str
    notify: frozenset[str]


@attrs.frozen(kw_only=True)
class SubmissionInfected(ContactRequestEvent):
    """
    A scanner found something in a file that a contact sent; it does not count, and its bytes go.

    Attributes:
        submission: The id of the submission.
        item: The key of the item.
        document: The key of the document that it became.
        state: How far the contact has come without it.
        missing: Whether something is missing that was needed, so that the contact is asked again.
        notify: The keys of the staff who hear of it.
    """

    name: ClassVar[str] = "submission-infected"
    submission: SubmissionId
    item: str
    document: str
    state: str
    missing: bool
    notify: frozenset[str]


@attrs.frozen(kw_only=True)
class SubmissionRefused(ContactRequestEvent):
    """
    A file was refused; a signal only.

    Attributes:
        item: The key of the item.
        reason: Why, as a stable slug.
    """

    name: ClassVar[str] = "submission-refused"
    item: str
    reason: str


@attrs.frozen(kw_only=True)
class RequestSubmitted(ContactRequestEvent):
    """
    Everything that was asked for came, or the contact said that this is all; once for each batch.

    Attributes:
        files: How many files count.
        complete: Whether nothing that was needed is missing.
        notify: The keys of the staff who hear of it.
    """

    name: ClassVar[str] = "request-submitted"
    heard: ClassVar[bool] = True
    files: int
    complete: bool
    notify: frozenset[str]


@attrs.frozen(kw_only=True)
class RequestAccepted(ContactRequestEvent):
    """Staff were content with all that a contact sent."""

    name: ClassVar[str] = "request-accepted"
    heard: ClassVar[bool] = True


@attrs.frozen(kw_only=True)
class RequestSentBack(ContactRequestEvent):
    """
    Staff want something else.

    Attributes:
        submissions: The ids of what was sent back.
    """

    name: ClassVar[str] = "request-sent-back"
    heard: ClassVar[bool] = True
    submissions: frozenset[str]


@attrs.frozen(kw_only=True)
class RequestClosed(ContactRequestEvent):
    """Staff want nothing more of a contact."""

    name: ClassVar[str] = "request-closed"


@attrs.frozen(kw_only=True)
class RequestCancelled(ContactRequestEvent):
    """Staff took the request back from a contact."""

    name: ClassVar[str] = "request-cancelled"


@attrs.frozen(kw_only=True)
class RequestReminded(ContactRequestEvent):
    """
    A contact is to be reminded.

    Attributes:
        times: How often that makes.
    """

    name: ClassVar[str] = "request-reminded"
    heard: ClassVar[bool] = True
    times: int


@attrs.frozen(kw_only=True)
class RequestTemplateSaved(Event):
    """
    A template was saved, or removed.

    Attributes:
        template: Its name.
        removed: Whether it was removed.
    """

    name: ClassVar[str] = "request-template-saved"
    template: str
    removed: bool
