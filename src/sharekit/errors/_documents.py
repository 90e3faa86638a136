"""
Errors of documents.
"""

from typing import ClassVar

from sharekit.errors._asking import InvalidInputError
from sharekit.errors._root import SharekitError


class KeyReusedError(InvalidInputError):
    """An idempotency key was used for something else in the last 24 hours."""

    code: ClassVar[str] = "key-reused"

    def __init__(self) -> None:
        super().__init__("idempotency_key", "was used for something else; a retry repeats all that it was used with")


class QuarantinedError(SharekitError):
    """
    Nobody gets the bytes: no scanner has called them clean (R-UP-7).

    Attributes:
        state: ``"checking"``, or ``"infected"``.
    """

    code: ClassVar[str] = "quarantined"

    def __init__(self, state: str) -> None:
        super().__init__("the file has not been called clean")
        self.state = state
