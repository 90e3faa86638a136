"""
The kinds about mail that comes in: addresses to which somebody replies, and mails that wait for staff.
"""

from typing import Any, Final

from sharekit.codec.kind import RecordKind
from sharekit.ports import KindSpec, Ref, Time
from sharekit.records.addresses import folded_address
from sharekit.records.held_mail import HeldMail, HeldMailKeys, ReplyAddress, ReplyAddressKeys

__all__ = ["ALL_OF_MAIL", "HELD_MAIL", "REPLY_ADDRESS", "sender_key"]

_MOST: Final = 255


def sender_key(sender: str | None) -> str:
    """Return what a sender is counted by: the address as it is compared; all without one are counted together."""
    return "" if sender is None else folded_address(sender)[:_MOST]


REPLY_ADDRESS: Final = RecordKind(
    KindSpec(
        "reply-address",
        {ReplyAddressKeys.PARTY: Ref, ReplyAddressKeys.CONVERSATION: Ref},
        indexes=[(ReplyAddressKeys.PARTY, ReplyAddressKeys.CONVERSATION), (ReplyAddressKeys.CONVERSATION,)],
    ),
    ReplyAddress,
    id_of=lambda address: address.id,
    keys_of=lambda address: {
        ReplyAddressKeys.PARTY: address.party,
        ReplyAddressKeys.CONVERSATION: address.conversation,
    },
)

HELD_MAIL: Final = RecordKind(
    KindSpec(
        "held-mail",
        {
            HeldMailKeys.CONVERSATION: Ref,
            HeldMailKeys.STATE: Ref,
            HeldMailKeys.SENDER: Ref,
            HeldMailKeys.RECEIVED_AT: Time,
        },
        indexes=[
            (HeldMailKeys.STATE, HeldMailKeys.RECEIVED_AT),
            (HeldMailKeys.CONVERSATION, HeldMailKeys.STATE, HeldMailKeys.RECEIVED_AT),
            (HeldMailKeys.SENDER, HeldMailKeys.RECEIVED_AT),
            (HeldMailKeys.RECEIVED_AT,),
        ],
    ),
    HeldMail,
    id_of=lambda held: held.id,
    keys_of=lambda held: {
        HeldMailKeys.CONVERSATION: held.conversation,
        HeldMailKeys.STATE: str(held.state),
        HeldMailKeys.SENDER: sender_key(held.sender),
        HeldMailKeys.RECEIVED_AT: held.received_at,
    },
)

ALL_OF_MAIL: Final[tuple[RecordKind[Any], ...]] = (REPLY_ADDRESS, HELD_MAIL)  # of every record class
