"""
Errors of stores: try again, or call the operator.
"""

from typing import ClassVar

from sharekit.errors._root import SharekitError


class ConflictError(SharekitError):
    """
    Somebody else changed the row first; nothing of this transaction was kept.

    Verbs re-run themselves on a conflict, so a host sees this only after several tries.

    Attributes:
        kind: The kind of the row.
    """

    code: ClassVar[str] = "conflict"

    def __init__(self, kind: str) -> None:
        super().__init__(f"a {kind} was changed at the same time")
        self.kind = kind


# Named as the instruction that it is for the host's own transaction loop.
class RetryTransaction(SharekitError):  # noqa: N818
    """
    The database gave up this transaction (busy, deadlock, serialization): run it again.

    Attributes:
        joined: Whether it is the host's own transaction that has to be run again, from its beginning.
    """

    code: ClassVar[str] = "retry-transaction"

    def __init__(self, *, joined: bool = False) -> None:
        whose = "roll back your own transaction and run it again" if joined else "run it again"
        super().__init__(f"the store could not complete the transaction; {whose}")
        self.joined = joined


class ReplicaBehindError(SharekitError):
    """
    The store that was read has not seen a change that it was to have seen; ask again, or ask the primary.

    Attributes:
        kind: The kind of the record that changed.
    """

    code: ClassVar[str] = "replica-behind"

    def __init__(self, kind: str) -> None:
        super().__init__(f"the store is behind a change of a {kind}")
        self.kind = kind


class StorageError(SharekitError):
    """
    The store failed; what it was asked is unknown, not absent (R-BLOB-6).

    Attributes:
        operation: What was being done. The store's own exception is the ``__cause__``.
    """

    code: ClassVar[str] = "storage"

    def __init__(self, operation: str) -> None:
        super().__init__(f"the store failed: {operation}")
        self.operation = operation


class IntegrityError(SharekitError):
    """
    Stored data is not what was written.

    Attributes:
        kind: The kind of the row or blob.
        problem: What does not fit, without its content.
    """

    code: ClassVar[str] = "integrity"

    def __init__(self, kind: str, problem: str) -> None:
        super().__init__(f"a stored {kind} is damaged: {problem}")
        self.kind = kind
        self.problem = problem


class TransactionUsageError(SharekitError):
    """A transaction was used after its end, nested in its own thread, or written to while read-only."""

    code: ClassVar[str] = "transaction-usage"
