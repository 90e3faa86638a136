"""
What is found when the stores are swept, and when they are compared.
"""

import enum
from collections.abc import Sequence

import attrs

from sharekit.ids import BlobKey, FileId, TenantId

__all__ = ["FsckFinding", "FsckProblem", "FsckReport", "SweepReport"]


@attrs.frozen(kw_only=True)
class SweepReport:
    """
    What a sweep did, or would do.

    Attributes:
        dry_run: Whether nothing was deleted.
        tenants: How many tenants were looked at.
        listed: How many blobs the store named.
        young: How many of those that nothing names were left, since they are younger than the grace time.
        blobs: The blobs that were deleted, or would be.
        freed: How many bytes those have that were listed.
        forgotten: How many idempotency keys were forgotten, or would be.
        moves: How many large things had moved without all that lies in them, and were seen to, or would be.
        uploads: How many files that never arrived whole were given up, or would be.
        documents: The keys of the documents that were removed, or would be, since what they lay in was
            removed long ago; their bytes go with a later sweep.
    """

    dry_run: bool
    tenants: int
    listed: int
    young: int
    blobs: tuple[BlobKey, ...]
    freed: int
    forgotten: int
    uploads: int
    documents: tuple[str, ...]
    moves: int

    def __str__(self) -> str:
        done = "would delete" if self.dry_run else "deleted"
        return (
            f"{done} {len(self.blobs)} of {self.listed} blobs in {self.tenants} tenants, {self.freed} bytes;"
            f" {self.young} are too young; {self.uploads} files never arrived;"
            f" {len(self.documents)} documents lay in what was removed; {self.forgotten} idempotency keys are over;"
            f" {self.moves} moves were left half done"
        )


class FsckProblem(enum.StrEnum):
    """What does not fit."""

    MISSING = "missing"
    """A file's bytes are not in the blob store."""
    SIZE = "size"
    """They are, but not so many."""
    DIGEST = "digest"
    """They are as many, but other ones."""
    UNNAMED = "unnamed"
    """The blob store has bytes that no record names, nor is about to; the sweep takes them in time."""
    NO_FILE = "no-file"
    """A version of a document names a file of which there is no record."""
    NO_ENTRY = "no-entry"
    """A document has no entry in the catalog."""
    DAMAGED = "damaged"
    """A record cannot be read."""


@attrs.frozen(kw_only=True)
class FsckFinding:
    """
    One thing that does not fit.

    Attributes:
        tenant: Where.
        problem: What it is.
        id: The id of the file or the record, or the key of the blob.
        repaired: Whether something was done about it.
    """

    tenant: TenantId
    problem: FsckProblem
    id: FileId | BlobKey | str
    repaired: bool = False


@attrs.frozen(kw_only=True)
class FsckReport:
    """
    How records and bytes agree.

    Attributes:
        tenants: How many tenants were looked at.
        files: How many files were compared.
        read: Whether every byte was read and compared with its digest.
        findings: What does not fit.
    """

    tenants: int
    files: int
    read: bool
    findings: Sequence[FsckFinding]

    @property
    def fine(self) -> bool:
        """Whether every file that is named has its bytes; bytes that nothing names harm nobody."""
        return all(finding.problem is FsckProblem.UNNAMED for finding in self.findings)
