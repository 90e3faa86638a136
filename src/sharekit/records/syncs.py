"""
How far the catalog and the host's own rows are apart.
"""

import enum

import attrs

from sharekit.records.catalog import ResourceRef

__all__ = ["Drift", "DriftKind", "SyncReport"]


class DriftKind(enum.StrEnum):
    """In what way an entry is not what the host's row says."""

    MISSING = "missing"
    """There is a row and no entry."""
    DIFFERS = "differs"
    """There are both, and the entry says something else."""
    GONE = "gone"
    """There is an entry and no row."""
    FAILED = "failed"
    """It could not be brought in step."""


@attrs.frozen(kw_only=True)
class Drift:
    """
    One entry that was not in step.

    Attributes:
        ref: What it is about.
        kind: In what way.
        fields: For `DriftKind.DIFFERS`, what the entry says otherwise: the names of `CatalogItem`.
        reason: For `DriftKind.FAILED`, why.
    """

    ref: ResourceRef
    kind: DriftKind
    fields: tuple[str, ...] = ()
    reason: str | None = None


@attrs.frozen(kw_only=True)
class SyncReport:
    """
    What `Catalog.sync` found, and unless it was only to check, mended.

    Attributes:
        kind: The kind of the things.
        checked: Whether nothing was to be changed.
        walked: How many rows the host has.
        missing: How many of them had no entry.
        differing: How many entries said something else.
        gone: How many entries were without a row.
        failed: How many could not be brought in step; they are in none of the numbers above.
        drift: The first 100 of all of these.
    """

    kind: str
    checked: bool
    walked: int = 0
    missing: int = 0
    differing: int = 0
    gone: int = 0
    failed: int = 0
    drift: tuple[Drift, ...] = ()

    @property
    def is_in_step(self) -> bool:
        """Whether nothing is apart any more."""
        found = self.missing + self.differing + self.gone if self.checked else 0
        return found + self.failed == 0
