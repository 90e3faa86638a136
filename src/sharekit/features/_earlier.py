"""
What somebody who came later reads of what was written before, with the first message that they hear of (B3).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sharekit.codec.kinds_of_conversations import MESSAGE
from sharekit.features._unit import Unit
from sharekit.policies.conversations import Standing, readable
from sharekit.ports import AllOf, OrderBy, Range
from sharekit.records.conversations import Conversation, Message, MessageKeys

__all__ = ["MOST_EARLIER", "earlier_messages"]

MOST_EARLIER: Final = 20
"""So many earlier messages stand in a letter."""


def earlier_messages(
    unit: Unit, standing: Standing, conversation: Conversation, message: Message
) -> tuple[Sequence[Message], bool]:
    """
    Return what a client may read that was written before they took part, and whether there is more of it.

    None when they heard of a message before this one, since then they have had it.

    Args:
        unit: Where.
        standing: What decides about the client now.
        conversation: Which.
        message: The message that they are told of.

    Returns:
        At most `MOST_EARLIER` messages, the oldest first.
    """
    number = message.client_number
    if standing.staff or number is None or number == 1 or _was_there(standing, conversation.created_at):
        return (), False
    where = AllOf((readable(standing), Range(MessageKeys.CLIENT_NUMBER, below=number)))
    order = OrderBy(MessageKeys.CLIENT_NUMBER, descending=True)
    found = unit.find(MESSAGE, where, order=order, limit=MOST_EARLIER + 1)
    if any(each.author != standing.party and _was_there(standing, each.at) for each in found):
        return (), False
    return found[:MOST_EARLIER][::-1], len(found) > MOST_EARLIER


def _was_there(standing: Standing, moment: datetime) -> bool:
    return any(seat.was_there(moment) for seat in standing.seats)
