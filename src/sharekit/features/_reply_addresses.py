"""
Addresses to which people reply: given out with letters, and taken back.

The relay asks for one in the transaction in which it takes a letter, and writes it into ``Reply-To`` and the sender
of the envelope: ``reply_address(code, domain)``.
"""

from collections.abc import Sequence

import attrs

from sharekit.codec.kinds_of_mail import REPLY_ADDRESS
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import ConversationId, ReplyAddressId, reply_id
from sharekit.ports import AllOf, Eq, IsNull
from sharekit.records.catalog import Audience
from sharekit.records.held_mail import REPLY_TIME, ReplyAddress, ReplyAddressKeys

__all__ = ["addresses_of", "reply_code", "take_back"]


def reply_code(
    wiring: Wiring,
    unit: Unit,
    *,
    party: str,
    conversation: ConversationId | None,
    audience: Audience = Audience.CLIENT,
) -> str:
    """
    Return the code of the address to which somebody replies, and have it work for 30 days from now.

    The same person gets the same address for the same conversation and audience, until it is taken back.

    Args:
        wiring: Where.
        unit: A transaction that writes.
        party: The key of the contact or member of staff to whom a letter goes.
        conversation: Where the answer is posted; None for an address that only hears that the letter came back.
        audience: Whom the answer is for: INTERNAL as soon as the letter tells of a note.
    """
    expires_at = unit.now + REPLY_TIME
    known = next(
        (
            each
            for each in addresses_of(unit, party, conversation)
            if each.revoked_at is None and each.audience is audience
        ),
        None,
    )
    if known is None:
        known = ReplyAddress(
            tenant=unit.tenant,
            id=ReplyAddressId(reply_id()),
            party=party,
            conversation=conversation,
            audience=audience,
            created_at=unit.now,
            expires_at=expires_at,
        )
        unit.put(REPLY_ADDRESS, known)
    elif known.expires_at < expires_at:
        unit.put(REPLY_ADDRESS, attrs.evolve(known, expires_at=expires_at))
    return wiring.seals.seal_reply(unit.tenant, known.id)


def addresses_of(unit: Unit, party: str, conversation: ConversationId | None) -> Sequence[ReplyAddress]:
    """Return the addresses of a person for one conversation, or for none."""
    key = ReplyAddressKeys.CONVERSATION
    there = IsNull(key) if conversation is None else Eq(key, conversation)
    return unit.find(REPLY_ADDRESS, AllOf((Eq(ReplyAddressKeys.PARTY, party), there)))


def take_back(unit: Unit, party: str, conversation: ConversationId | None = None) -> int:
    """Have the addresses of a person take no more answers, in one conversation or in all; return how many."""
    where = [Eq(ReplyAddressKeys.PARTY, party)]
    if conversation is not None:
        where.append(Eq(ReplyAddressKeys.CONVERSATION, conversation))
    open_ones = [each for each in unit.find(REPLY_ADDRESS, AllOf(where)) if each.revoked_at is None]
    for each in open_ones:
        unit.put(REPLY_ADDRESS, attrs.evolve(each, revoked_at=unit.now))
    return len(open_ones)
