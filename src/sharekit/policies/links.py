"""
Whether a read link opens.
"""

import enum
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from sharekit.records.catalog import CatalogEntry, Visibility
from sharekit.records.links import ReadLink
from sharekit.records.parties import ContactProfile, Right

__all__ = ["LinkRefusal", "judge_moment", "judge_resource", "judge_standing", "may_go_on_sharing"]

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


def may_go_on_sharing(rights: AbstractSet[Right]) -> bool:
    """Say whether the maker of a link, with these rights on its resource, still keeps it alive (R-LINK-5)."""
    return rights >= _RIGHTS_NEEDED


def judge_standing(
    link: ReadLink, chain: Sequence[CatalogEntry], recipient: ContactProfile | None, *, maker_may_share: bool
) -> LinkRefusal | None:
    """
    Say why a link opens nothing at any time, as things are.

    Args:
        link: The link as the store has it now.
        chain: Its resource's entry, then each container above it.
        recipient: The profile of its recipient; None when it has none, or they are gone.
        maker_may_share: Whether its maker may still share its resource.
    """
    if link.revoked_at is not None:
        return LinkRefusal.REVOKED
    hidden = judge_resource(chain)
    if hidden is not None:
        return hidden
    if chain[0].incarnation != link.incarnation:
        return LinkRefusal.REMOVED
    if not maker_may_share:
        return LinkRefusal.CREATOR
    if link.recipient is not None and (recipient is None or not recipient.active):
        return LinkRefusal.RECIPIENT
    return None


def judge_moment(link: ReadLink, generation: int, now: datetime) -> LinkRefusal | None:
    """
    Say why a link in good standing opens nothing for this token at this instant, or None when it opens.

    The end of its time is named only of a link that would open otherwise, because a client may be
    told of it.

    Args:
        link: The link as the store has it now.
        generation: The generation that the token says.
        now: The instant of reading.
    """
    if generation != link.generation:
        return LinkRefusal.OUTDATED
    if link.expires_at is not None and now >= link.expires_at:
        return LinkRefusal.EXPIRED
    if link.max_uses is not None and link.uses >= link.max_uses:
        return LinkRefusal.EXHAUSTED
    return None
