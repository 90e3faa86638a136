"""
Lists: what a portal shows of many things, a page at a time.
"""

import enum
from datetime import datetime

import attrs

from sharekit.records.catalog import ResourceRef
from sharekit.records.documents import DocumentFacts

__all__ = ["Order", "Page", "PortalItem"]


class Order(enum.StrEnum):
    """What a list is sorted by."""

    NAME = "name"
    ACTIVITY = "activity"
    CREATED = "created"


@attrs.frozen(kw_only=True)
class PortalItem:
    """
    One thing in a list, as its reader may know of it.

    Attributes:
        ref: What it is.
        kind_title: What such a thing is called, ``"Project"``.
        title: A title that this reader may read.
        container: What it lies in; None for a client, who may not be able to see that.
        activity: When something last happened to it that this reader may know of.
        created_at: When it was first put.
        reasons: Why the reader sees it, as slugs; for staff alone, empty in a client's own list.
        document: What is known of a document; None of anything else.
    """

    ref: ResourceRef
    kind_title: str
    title: str
    container: ResourceRef | None
    activity: datetime
    created_at: datetime
    reasons: tuple[str, ...] = ()
    document: DocumentFacts | None = None


@attrs.frozen(kw_only=True)
class Page:
    """
    A page of a list.

    Attributes:
        items: The things, in order.
        next: Pass it as ``after`` for what follows; None at the end.
        previous: Pass it as ``after`` for what comes before; None at the beginning.
        total: How many there are, when that was asked for; counted up to 1 000 only.
        total_is_capped: Whether there are at least that many.
    """

    items: tuple[PortalItem, ...]
    next: str | None = None
    previous: str | None = None
    total: int | None = None
    total_is_capped: bool = False
