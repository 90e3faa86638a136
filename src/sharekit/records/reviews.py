"""
Reviews of access: grants and links that may have outlived their reason, for staff to keep, take back or extend.
"""

import csv
import enum
import io
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import attrs

from sharekit.records.catalog import ResourceRef
from sharekit.records.grants import Grant
from sharekit.records.links import ReadLink

__all__ = ["ReviewItem", "ReviewReason", "as_csv", "as_json"]

_COLUMNS: Final = (
    "type",
    "id",
    "resource",
    "title",
    "recipient",
    "access",
    "made_at",
    "made_by",
    "expires_at",
    "reviewed_at",
    "reasons",
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


class ReviewReason(enum.StrEnum):
    """Why somebody should look at a grant or a link."""

    REMOVED = "resource-removed"
    """The thing, or what it lies in, is not there any more."""
    LEFT = "recipient-left"
    """The contact or the organisation is gone, not active, or nobody belongs to it."""
    MAKER = "maker-may-not-share"
    """Whoever made the link may not share the thing any more, so that it opens nothing."""
    EXPIRED = "expired"
    EXPIRING = "expiring"
    UNUSED = "unused"
    """A link that nobody looked at for long; a grant on a thing of which clients heard nothing for long."""


@attrs.frozen(kw_only=True)
class ReviewItem:
    """
    A grant or a link to look at; for staff.

    Attributes:
        subject: The grant or the link, as it was when it was read.
        reasons: Why.
        title: What the thing is called internally, or its reference when it is not in the catalog.
        recipient: The name of whom it is for, or None for a link that is for nobody in particular.
    """

    subject: Grant | ReadLink
    reasons: tuple[ReviewReason, ...]
    title: str
    recipient: str | None

    @property
    def ref(self) -> ResourceRef:
        """What is shared."""
        return self.subject.ref

    def facts(self) -> Mapping[str, str]:
        """Return what an export says of it, in the order of its columns."""
        subject = self.subject
        is_grant = isinstance(subject, Grant)
        return {
            "type": "grant" if is_grant else "link",
            "id": subject.id,
            "resource": subject.ref.key,
            "title": self.title,
            "recipient": self.recipient or "",
            "access": subject.access if isinstance(subject, Grant) else "view",
            "made_at": _told(subject.granted_at if isinstance(subject, Grant) else subject.created_at),
            "made_by": subject.granted_by if isinstance(subject, Grant) else subject.created_by,
            "expires_at": _told(subject.expires_at),
            "reviewed_at": _told(subject.reviewed_at),
            "reasons": " ".join(self.reasons),
        }


def as_json(items: Iterable[ReviewItem]) -> str:
    """Return a review as a JSON list of objects; none of its values is changed."""
    return json.dumps([dict(item.facts()) for item in items], ensure_ascii=False, indent=2)


def as_csv(items: Iterable[ReviewItem]) -> str:
    """Return a review as CSV; an apostrophe goes before what a spreadsheet would take for a formula (R-NAME-5)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for item in items:
        writer.writerow([_defused(cell) for cell in item.facts().values()])
    return text.getvalue()


def _defused(cell: str) -> str:
    # Spaces do not keep a spreadsheet from taking what follows for a formula.
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def _told(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()
