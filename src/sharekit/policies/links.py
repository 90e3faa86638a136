"""
Whether a read link opens.
"""

import enum
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from sharekit.records.catalog import CatalogEntry, Visibility
from sharekit.records.links import LinkState, ReadLink
from sharekit.records.parties import ContactProfile, Right

__all__ = ["LinkRefusal", "judge_link", "judge_resource"]

_RIGHTS_NEEDED = frozenset({Right.SHARE, Right.VIEW})


class LinkRefusal(enum.StrEnum):
    """Why a link opens nothing. Staff and logs are told; a client never is."""

    ABSENT = "absent"
    OUTDATED = "outdated"
    REVOKED = "revoked"
    REMOVED = "resource-removed"
    INTERNAL = "resource-internal"
    CREATOR = "creator-may-not-share"
    RECIPIENT = "recipient-inactive"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"


def judge_resource(chain: Sequence[CatalogEntry]) -> LinkRefusal | None:
    """
    Say why no client may ever see a resource now, if so.

    Args:
        chain: The resource's entry, then each container above it; empty when it is not there. A
            container that is not there ends the chain early, which counts as removed.
    """
    if not chain or chain[-1].container is not None:
        return LinkRefusal.REMOVED
    for entry in chain:
        if entry.removed_at is not None:
            return LinkRefusal.REMOVED
        if entry.visibility is not Visibility.CLIENT:
            return LinkRefusal.INTERNAL
    return None


def judge_link(
    link: ReadLink,
    chain: Sequence[CatalogEntry],
    creator_rights: AbstractSet[Right],
    recipient: ContactProfile | None,
    *,
    generation: int,
    now: datetime,
) -> LinkRefusal | None:
    """
    Say why a link opens nothing, or None when it opens.

    The end of its time and of its uses come last: they are named only of a link that would open
    otherwise, because a client may be told of the former.

    Args:
        link: The link as the store has it now.
        chain: Its resource's entry, then each container above it.
        creator_rights: What its maker may do with the resource now.
        recipient: The profile of its recipient; None when it has none, or they are gone.
        generation: The generation that the token says.
        now: The instant of reading.
    """
    if link.revoked_at is not None:
        return LinkRefusal.REVOKED
    if generation != link.generation:
        return LinkRefusal.OUTDATED
    hidden = judge_resource(chain)
    if hidden is not None:
        return hidden
    if chain[0].incarnation != link.incarnation:
        return LinkRefusal.REMOVED
    if not creator_rights >= _RIGHTS_NEEDED:
        return LinkRefusal.CREATOR
    if link.recipient is not None and (recipient is None or not recipient.active):
        return LinkRefusal.RECIPIENT
    match link.state_at(now):
        case LinkState.ACTIVE:
            return None
        case LinkState.EXPIRED:
            return LinkRefusal.EXPIRED
        case LinkState.EXHAUSTED:
            return LinkRefusal.EXHAUSTED
        case _:
            return LinkRefusal.REVOKED
