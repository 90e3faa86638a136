"""
What follows what in the life of a request, and whether an upload page is there.
"""

import enum
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sharekit.errors import RequestStateError
from sharekit.policies.links import LinkRefusal, judge_resource
from sharekit.records.catalog import CatalogEntry
from sharekit.records.invitations import AccessState, PortalAccess
from sharekit.records.parties import ContactProfile
from sharekit.records.requests import DocumentRequest, RequestItem, RequestRecipient, RequestState
from sharekit.records.submissions import Submission

__all__ = [
    "TRANSITIONS",
    "RequestRefusal",
    "RequestStep",
    "after",
    "counted",
    "epoch_of",
    "is_admitted",
    "is_complete",
    "judge_request",
]


class RequestStep(enum.StrEnum):
    """What can happen to a request of one contact."""

    RECEIVE_SOME = "receive-some"
    """A file came, and something is missing still."""
    RECEIVE_ALL = "receive-all"
    """A file came, and nothing is missing."""
    FINISH = "finish"
    """The contact says that this is all."""
    ACCEPT = "accept"
    SEND_BACK = "send-back"
    LOSE = "lose"
    """A file turned out to be infected, and something is missing now."""
    CLOSE = "close"
    CANCEL = "cancel"


_IN = RequestState
_BY = RequestStep

# The one table (R-REQ-1): what is not in it is refused.
TRANSITIONS: Final[Mapping[tuple[RequestState, RequestStep], RequestState]] = MappingProxyType(
    {
        (_IN.OPEN, _BY.RECEIVE_SOME): _IN.PARTIAL,
        (_IN.OPEN, _BY.RECEIVE_ALL): _IN.SUBMITTED,
        (_IN.OPEN, _BY.LOSE): _IN.OPEN,
        (_IN.OPEN, _BY.CLOSE): _IN.CLOSED,
        (_IN.OPEN, _BY.CANCEL): _IN.CANCELLED,
        (_IN.PARTIAL, _BY.RECEIVE_SOME): _IN.PARTIAL,
        (_IN.PARTIAL, _BY.RECEIVE_ALL): _IN.SUBMITTED,
        (_IN.PARTIAL, _BY.FINISH): _IN.SUBMITTED,
        (_IN.PARTIAL, _BY.ACCEPT): _IN.ACCEPTED,
        (_IN.PARTIAL, _BY.SEND_BACK): _IN.SENT_BACK,
        (_IN.PARTIAL, _BY.LOSE): _IN.PARTIAL,
        (_IN.PARTIAL, _BY.CLOSE): _IN.CLOSED,
        (_IN.PARTIAL, _BY.CANCEL): _IN.CANCELLED,
        (_IN.SUBMITTED, _BY.RECEIVE_SOME): _IN.SUBMITTED,
        (_IN.SUBMITTED, _BY.RECEIVE_ALL): _IN.SUBMITTED,
        (_IN.SUBMITTED, _BY.FINISH): _IN.SUBMITTED,
        (_IN.SUBMITTED, _BY.ACCEPT): _IN.ACCEPTED,
        (_IN.SUBMITTED, _BY.SEND_BACK): _IN.SENT_BACK,
        (_IN.SUBMITTED, _BY.LOSE): _IN.PARTIAL,
        (_IN.SUBMITTED, _BY.CLOSE): _IN.CLOSED,
        (_IN.SUBMITTED, _BY.CANCEL): _IN.CANCELLED,
        (_IN.SENT_BACK, _BY.RECEIVE_SOME): _IN.PARTIAL,
        (_IN.SENT_BACK, _BY.RECEIVE_ALL): _IN.SUBMITTED,
        (_IN.SENT_BACK, _BY.ACCEPT): _IN.ACCEPTED,
        (_IN.SENT_BACK, _BY.SEND_BACK): _IN.SENT_BACK,
        (_IN.SENT_BACK, _BY.LOSE): _IN.SENT_BACK,
        (_IN.SENT_BACK, _BY.CLOSE): _IN.CLOSED,
        (_IN.SENT_BACK, _BY.CANCEL): _IN.CANCELLED,
        (_IN.ACCEPTED, _BY.ACCEPT): _IN.ACCEPTED,
        (_IN.ACCEPTED, _BY.SEND_BACK): _IN.SENT_BACK,
        # Whoever accepted it could not read it yet; its bytes are gone.
        (_IN.ACCEPTED, _BY.LOSE): _IN.PARTIAL,
        (_IN.ACCEPTED, _BY.CLOSE): _IN.CLOSED,
        (_IN.CLOSED, _BY.LOSE): _IN.CLOSED,
        (_IN.CLOSED, _BY.CLOSE): _IN.CLOSED,
        (_IN.CANCELLED, _BY.LOSE): _IN.CANCELLED,
        (_IN.CANCELLED, _BY.CANCEL): _IN.CANCELLED,
    }
)


def after(state: RequestState, step: RequestStep) -> RequestState:
    """Return where a step leads, or raise `RequestStateError` where it leads nowhere."""
    try:
        return TRANSITIONS[state, step]
    except KeyError:
        raise RequestStateError(state, step) from None


def counted(item: RequestItem, submissions: Iterable[Submission]) -> int:
    """Return how many files count for an item: those that were not sent back."""
    return sum(1 for each in submissions if each.item == item.key and each.counts)


def is_complete(items: Iterable[RequestItem], submissions: Sequence[Submission]) -> bool:
    """Say whether something came, and nothing that is needed is missing."""
    return any(each.counts for each in submissions) and all(counted(item, submissions) >= item.min for item in items)


class RequestRefusal(enum.StrEnum):
    """Why an upload page is not there. Staff and logs are told; a client never is, but for the end of its time."""

    ABSENT = "absent"
    OVER = "over"
    OUTDATED = "outdated"
    REMOVED = "resource-removed"
    INTERNAL = "resource-internal"
    CREATOR = "creator-may-not-share"
    CONTACT = "contact-inactive"
    WITHDRAWN = "access-withdrawn"
    EXPIRED = "expired"


def epoch_of(access: PortalAccess | None) -> int:
    """Return the epoch of a contact's access; that of one who was never invited is the first."""
    return 1 if access is None else access.epoch


def is_admitted(access: PortalAccess | None, epoch: int) -> bool:
    """Say whether access was never withdrawn since that epoch; never to have been invited is no withdrawal."""
    return epoch_of(access) == epoch and (access is None or access.state is not AccessState.WITHDRAWN)


def judge_request(
    request: DocumentRequest,
    recipient: RequestRecipient,
    *,
    chain: Sequence[CatalogEntry],
    contact: ContactProfile | None,
    access: PortalAccess | None,
    maker_may_share: bool,
    generation: int,
    now: datetime,
) -> RequestRefusal | None:
    """
    Say why the upload page of a contact is not there for a token of this generation, or None when it is.

    The end of its time comes last: a client may be told of that, so only of a page that would be there otherwise.

    Args:
        request: The request as the store has it now.
        recipient: How far this contact has come.
        chain: The entry of what it is about, then each container above it.
        contact: The profile of the contact; None when they are gone.
        access: Where they stand with the portal; None when they were never invited.
        maker_may_share: Whether who made the request may still share what it is about.
        generation: The generation that the token says.
        now: The instant of reading.
    """
    if recipient.state.is_over:
        return RequestRefusal.OVER
    if recipient.generation != generation:
        return RequestRefusal.OUTDATED
    hidden = judge_resource(chain)
    if hidden is not None:
        return RequestRefusal.INTERNAL if hidden is LinkRefusal.INTERNAL else RequestRefusal.REMOVED
    if chain[0].incarnation != request.incarnation:
        return RequestRefusal.REMOVED
    if not maker_may_share:
        return RequestRefusal.CREATOR
    if contact is None or not contact.active:
        return RequestRefusal.CONTACT
    if not is_admitted(access, recipient.access_epoch):
        return RequestRefusal.WITHDRAWN
    return RequestRefusal.EXPIRED if now >= request.expires_at else None
