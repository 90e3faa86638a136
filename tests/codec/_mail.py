"""Records about mail that comes in, as small and as full as they come."""

from datetime import UTC, datetime
from typing import Any

from sharekit import Audience
from sharekit.codec import RecordKind
from sharekit.codec.kinds_of_mail import HELD_MAIL, REPLY_ADDRESS
from sharekit.ids import ConversationId, FileId, MessageId, ReplyAddressId, TenantId
from sharekit.records.held_mail import HeldMail, HeldState, ReplyAddress
from sharekit.records.mail import ReplyReason

T = TenantId("default")
AT = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
TALK = ConversationId("t" * 28)
ADDRESS = ReplyAddressId("a" * 26)

# A record's class goes with its kind, which no type of a dictionary says.
SMALL: dict[RecordKind[Any], Any] = {
    REPLY_ADDRESS: ReplyAddress(
        tenant=T,
        id=ADDRESS,
        party="contact:c",
        conversation=None,
        audience=Audience.CLIENT,
        created_at=AT,
        expires_at=AT,
    ),
    HELD_MAIL: HeldMail(
        tenant=T,
        address=ADDRESS,
        digest="d" * 64,
        conversation=TALK,
        party="contact:c",
        audience=Audience.CLIENT,
        reason=ReplyReason.UNCLEAR_SENDER,
        sender=None,
        sender_name="",
        subject="",
        text="",
        mail_id="<m@acme.test>",
        original=FileId("f" * 28),
        received_at=AT,
    ),
}
FULL: dict[RecordKind[Any], Any] = {
    REPLY_ADDRESS: ReplyAddress(
        tenant=T,
        id=ADDRESS,
        party="staff:m",
        conversation=TALK,
        audience=Audience.INTERNAL,
        created_at=AT,
        expires_at=AT,
        revoked_at=AT,
    ),
    HELD_MAIL: HeldMail(
        tenant=T,
        address=ADDRESS,
        digest="d" * 64,
        conversation=TALK,
        party="contact:c",
        audience=Audience.CLIENT,
        reason=ReplyReason.OTHER_SENDER,
        sender="Zoë@acme.test",
        sender_name="Zoë",
        subject="Re: Paint",
        text="Blue, please",
        files=("wall.png",),
        mail_id="<m@acme.test>",
        original=FileId("f" * 28),
        received_at=AT,
        state=HeldState.ACCEPTED,
        settled_at=AT,
        settled_by="staff:m",
        message=MessageId("m" * 28),
    ),
}
