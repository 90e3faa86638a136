"""
Whether a read link opens.
"""

import enum
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from sharekit.ports import AllOf, Condition, Eq, InSelect, Select
from sharekit.records.catalog import AncestorKeys, CatalogEntry, EntryKeys, Visibility, node_of
from sharekit.records.decisions import Decision
from sharekit.records.documents import DOCUMENT
from sharekit.records.links import ReadLink
from sharekit.records.parties import ContactProfile, Right

__all__ = [
    "LinkRefusal",
    "judge_document",
    "judge_moment",
    "judge_resource",
    "judge_standing",
    "listed_by",
    "may_go_on_sharing",
]

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
    NOT_LISTED = "not-listed"
    """It opens, and shows no such document."""


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


def judge_document(
    link: ReadLink | None, refusal: LinkRefusal | None, entry: CatalogEntry | None, *, shows_documents: bool
) -> Decision:
    """
    Decide whether the holder of a link may read a document: one that `listed_by` finds, and no other.

    Args:
        link: The link as the store has it now; None when there is none.
        refusal: Why it opens nothing now. Whoever redeemed it goes on when its uses are up.
        entry: The document's entry; None when there is none.
        shows_documents: Whether a section that lists documents is switched on.
    """
    if link is None or refusal not in {None, LinkRefusal.EXHAUSTED}:
        return Decision(allowed=False, reason=refusal or LinkRefusal.ABSENT)
    listed = shows_documents and entry is not None and entry.shown and entry.ref.kind == DOCUMENT
    if not listed or entry is None or node_of(link.ref, link.incarnation) not in entry.reached_from:
        return Decision(allowed=False, reason=LinkRefusal.NOT_LISTED)
    return Decision(allowed=True, reason="listed-by-link")


def listed_by(link: ReadLink) -> Condition:
    """Return the condition that exactly those entries meet that `judge_document` lets the holder of a link read."""
    within = Eq(AncestorKeys.ANCESTOR, node_of(link.ref, link.incarnation))
    reached = InSelect("id", Select(AncestorKeys.KIND, AncestorKeys.ENTRY, within))
    return AllOf((Eq(EntryKeys.SHOWN, value=True), Eq(EntryKeys.KIND, DOCUMENT), reached))
