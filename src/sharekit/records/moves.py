"""
Moves that are not over yet: what a large thing brings along follows it in parts.
"""

from typing import Final

import attrs

from sharekit.ids import EntryId, TenantId
from sharekit.records.catalog import ResourceRef

__all__ = ["UnsettledContent", "UnsettledKeys"]


class UnsettledKeys:
    """The queryable keys of `UnsettledContent`, and the name of its kind."""

    KIND: Final = "unsettled-content"
    MOVED = "moved"


@attrs.frozen(kw_only=True)
class UnsettledContent:
    """
    The entries of what lies in *container* may still say what followed from an earlier place of it.

    Attributes:
        tenant: Where.
        container: Whose own entry says what is so.
        moved: What was moved, and lies above it or is the same.
        by: Who moved it, as a party key.
        after: The id of the entry up to which its content was seen to; None at the beginning.
        hidden: Whether it, or something that it lies in, was hidden by the move. What clients could
            be shown of its content before loses its links, also where it was shown again since.
    """

    tenant: TenantId
    container: ResourceRef
    moved: ResourceRef
    by: str
    after: str | None = None
    hidden: bool = False

    @property
    def id(self) -> EntryId:
        """The id of its row, which is that of the container's entry."""
        return EntryId(self.container.key)
