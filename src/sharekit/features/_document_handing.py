"""
Handing documents over: addresses by which a browser fetches bytes from the store itself.
"""

from datetime import timedelta
from typing import Final

from sharekit.errors import InvalidInputError
from sharekit.features._document_files import address_of_document
from sharekit.features._document_sights import DocumentGlances
from sharekit.features._unit import Wiring
from sharekit.ids import DocumentId
from sharekit.ports import SupportsDirectDownloads
from sharekit.records.catalog import ResourceRef
from sharekit.records.documents import Document
from sharekit.records.parties import Principal

__all__ = ["Handing"]

_LONGEST: Final = timedelta(seconds=60)
_SHORTEST: Final = timedelta(seconds=1)
_UNKNOWN: Final = "application/octet-stream"


class Handing:
    """The part of `Documents` that is about addresses in the store."""

    _wiring: Wiring
    _glances: DocumentGlances

    @property
    def direct(self) -> bool:
        """Whether the store of bytes lets browsers fetch them from it."""
        return isinstance(self._wiring.blobs, SupportsDirectDownloads)

    def direct_url(
        self,
        document: Document | ResourceRef | DocumentId | str,
        *,
        by: Principal,
        version: int | None = None,
        lives: timedelta = _LONGEST,
        media_type: str = _UNKNOWN,
    ) -> str | None:
        """
        Return an address by which a browser fetches a document from the store itself, as an attachment.

        It is decided now, and never again: the address works until its time is over, whatever is revoked
        meanwhile (R-LINK-6). What the store gives is compared with the recorded size, and not with the digest.

        Args:
            document: The document.
            by: Who reads: anybody who may view it now.
            version: An earlier version, for staff.
            lives: How long it works: from one second to 60.
            media_type: What the browser is told that it is.

        Returns:
            The address; None where the store has none to give.

        Raises:
            InvalidInputError: An argument cannot be used; ``field`` names it.
            NotFoundError: There is no such document or version, or *by* may not view it; all look alike.
            QuarantinedError: No scanner has called the bytes clean.
            IntegrityError: The store does not have the bytes, or not so many.
            StorageError: The store cannot answer, or cannot sign.
        """
        given: object = lives
        if not isinstance(given, timedelta) or not _SHORTEST <= given <= _LONGEST:
            raise InvalidInputError("lives", "needs a timedelta from one second to 60")
        return address_of_document(
            self._wiring, self._glances, document, by, version=version, lives=given, media_type=media_type
        )
