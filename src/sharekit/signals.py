"""
Typed signals: in-process news of what was committed.

A receiver gets one event, is held strongly until it is disconnected, and runs after the commit.
When it raises, that is logged, and neither the operation nor the other receivers notice.
News is best effort; what must not be lost belongs to a durable promise, not here.

    @signals.link_revoked.connect
    def forget(event: LinkRevoked) -> None: ...
"""

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final, Generic, TypeVar

from blinker import ANY, NamedSignal

from sharekit.records import events

__all__ = [
    "EventSignal",
    "access_answered",
    "access_requested",
    "announce",
    "attachment_opened",
    "automatic_reply_set",
    "contact_added",
    "contact_invited",
    "contact_merged",
    "contact_updated",
    "conversation_closed",
    "conversation_read",
    "conversation_reopened",
    "conversation_started",
    "delivery_dismissed",
    "document_added",
    "document_damaged",
    "document_opened",
    "document_removed",
    "document_renamed",
    "document_replaced",
    "document_scanned",
    "document_unshared",
    "event_dismissed",
    "held_mail_accepted",
    "held_mail_discarded",
    "invitation_refused",
    "link_created",
    "link_fetched",
    "link_redeemed",
    "link_refused",
    "link_revoked",
    "link_updated",
    "link_viewed",
    "mail_bounced",
    "mail_held",
    "member_joined",
    "member_left",
    "member_role_changed",
    "message_posted",
    "message_promoted",
    "message_undone",
    "organization_added",
    "organization_updated",
    "participant_added",
    "participant_removed",
    "party_deactivated",
    "party_reactivated",
    "portal_access_withdrawn",
    "portal_configured",
    "portal_entered",
    "request_accepted",
    "request_cancelled",
    "request_closed",
    "request_created",
    "request_reminded",
    "request_sent_back",
    "request_submitted",
    "request_template_saved",
    "resource_followed",
    "resource_handed_over",
    "resource_moved",
    "resource_put",
    "resource_removed",
    "resource_restricted",
    "resource_shared",
    "resource_unfollowed",
    "share_declined",
    "share_revoked",
    "staff_added",
    "submission_infected",
    "submission_received",
    "submission_refused",
    "subscription_asked",
    "subscription_confirmed",
    "upload_refused",
]

E = TypeVar("E", bound=events.Event)
Receiver = Callable[[E], object]

_log = logging.getLogger(__name__)


class EventSignal(Generic[E]):
    """
    The signal of one class of events.

    Attributes:
        name: The event's name.
    """

    def __init__(self, event: type[E]) -> None:
        self.name: str = event.name
        self._signal = NamedSignal(event.name)

    def __bool__(self) -> bool:
        """Say whether anybody listens; an event that nobody hears need not be made."""
        return bool(self._signal.receivers)

    def connect(self, receiver: Receiver[E]) -> Receiver[E]:
        """Have *receiver* called with each event; returns it, so this can stand as a decorator."""
        return self._signal.connect(receiver, weak=False)

    def disconnect(self, receiver: Receiver[E]) -> None:
        """Stop calling *receiver*; nothing happens when it was not connected."""
        self._signal.disconnect(receiver)

    @contextmanager
    def connected(self, receiver: Receiver[E]) -> Generator[None]:
        """Have *receiver* called within a ``with`` block only."""
        self.connect(receiver)
        try:
            yield
        finally:
            self.disconnect(receiver)

    def send(self, event: E) -> None:
        """Call every receiver; log those that raise."""
        if not self._signal.receivers:
            return
        for receiver in list(self._signal.receivers_for(ANY)):
            try:
                receiver(event)
            except Exception:  # noqa: BLE001  # whatever a receiver raises is its own affair
                _log.exception("a receiver of %s failed", self.name)


access_answered: Final = EventSignal(events.AccessAnswered)
access_requested: Final = EventSignal(events.AccessRequested)
attachment_opened: Final = EventSignal(events.AttachmentOpened)
automatic_reply_set: Final = EventSignal(events.AutomaticReplySet)
contact_added: Final = EventSignal(events.ContactAdded)
contact_invited: Final = EventSignal(events.ContactInvited)
contact_merged: Final = EventSignal(events.ContactMerged)
contact_updated: Final = EventSignal(events.ContactUpdated)
conversation_closed: Final = EventSignal(events.ConversationClosed)
conversation_read: Final = EventSignal(events.ConversationRead)
conversation_reopened: Final = EventSignal(events.ConversationReopened)
conversation_started: Final = EventSignal(events.ConversationStarted)
delivery_dismissed: Final = EventSignal(events.DeliveryDismissed)
document_added: Final = EventSignal(events.DocumentAdded)
document_damaged: Final = EventSignal(events.DocumentDamaged)
document_opened: Final = EventSignal(events.DocumentOpened)
document_removed: Final = EventSignal(events.DocumentRemoved)
document_renamed: Final = EventSignal(events.DocumentRenamed)
document_replaced: Final = EventSignal(events.DocumentReplaced)
document_scanned: Final = EventSignal(events.DocumentScanned)
document_unshared: Final = EventSignal(events.DocumentUnshared)
event_dismissed: Final = EventSignal(events.EventDismissed)
held_mail_accepted: Final = EventSignal(events.HeldMailAccepted)
held_mail_discarded: Final = EventSignal(events.HeldMailDiscarded)
invitation_refused: Final = EventSignal(events.InvitationRefused)
link_created: Final = EventSignal(events.LinkCreated)
link_fetched: Final = EventSignal(events.LinkFetched)
link_redeemed: Final = EventSignal(events.LinkRedeemed)
link_refused: Final = EventSignal(events.LinkRefused)
link_revoked: Final = EventSignal(events.LinkRevoked)
link_updated: Final = EventSignal(events.LinkUpdated)
link_viewed: Final = EventSignal(events.LinkViewed)
mail_bounced: Final = EventSignal(events.MailBounced)
mail_held: Final = EventSignal(events.MailHeld)
member_joined: Final = EventSignal(events.MemberJoined)
member_left: Final = EventSignal(events.MemberLeft)
member_role_changed: Final = EventSignal(events.MemberRoleChanged)
message_posted: Final = EventSignal(events.MessagePosted)
message_promoted: Final = EventSignal(events.MessagePromoted)
message_undone: Final = EventSignal(events.MessageUndone)
organization_added: Final = EventSignal(events.OrganizationAdded)
organization_updated: Final = EventSignal(events.OrganizationUpdated)
participant_added: Final = EventSignal(events.ParticipantAdded)
participant_removed: Final = EventSignal(events.ParticipantRemoved)
party_deactivated: Final = EventSignal(events.PartyDeactivated)
party_reactivated: Final = EventSignal(events.PartyReactivated)
portal_access_withdrawn: Final = EventSignal(events.PortalAccessWithdrawn)
portal_configured: Final = EventSignal(events.PortalConfigured)
portal_entered: Final = EventSignal(events.PortalEntered)
request_accepted: Final = EventSignal(events.RequestAccepted)
request_cancelled: Final = EventSignal(events.RequestCancelled)
request_closed: Final = EventSignal(events.RequestClosed)
request_created: Final = EventSignal(events.RequestCreated)
request_reminded: Final = EventSignal(events.RequestReminded)
request_sent_back: Final = EventSignal(events.RequestSentBack)
request_submitted: Final = EventSignal(events.RequestSubmitted)
request_template_saved: Final = EventSignal(events.RequestTemplateSaved)
resource_followed: Final = EventSignal(events.ResourceFollowed)
resource_handed_over: Final = EventSignal(events.ResourceHandedOver)
resource_moved: Final = EventSignal(events.ResourceMoved)
resource_put: Final = EventSignal(events.ResourcePut)
resource_removed: Final = EventSignal(events.ResourceRemoved)
resource_restricted: Final = EventSignal(events.ResourceRestricted)
resource_shared: Final = EventSignal(events.ResourceShared)
resource_unfollowed: Final = EventSignal(events.ResourceUnfollowed)
share_declined: Final = EventSignal(events.ShareDeclined)
share_revoked: Final = EventSignal(events.ShareRevoked)
staff_added: Final = EventSignal(events.StaffAdded)
submission_infected: Final = EventSignal(events.SubmissionInfected)
submission_received: Final = EventSignal(events.SubmissionReceived)
submission_refused: Final = EventSignal(events.SubmissionRefused)
subscription_asked: Final = EventSignal(events.SubscriptionAsked)
subscription_confirmed: Final = EventSignal(events.SubscriptionConfirmed)
upload_refused: Final = EventSignal(events.UploadRefused)

_BY_NAME: Final = {found.name: found for found in list(globals().values()) if isinstance(found, EventSignal)}


def announce(event: events.Event) -> None:
    """Send the signal of this event's class."""
    _BY_NAME[event.name].send(event)
