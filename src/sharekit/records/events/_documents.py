"""
What happens to documents.
"""

from typing import ClassVar

import attrs

from sharekit.records.documents import Source
from sharekit.records.events._event import Event, ResourceEvent
from sharekit.records.files import ScanState

__all__ = [
    "DocumentAdded",
    "DocumentDamaged",
    "DocumentOpened",
    "DocumentRemoved",
    "DocumentRenamed",
    "DocumentReplaced",
    "DocumentScanned",
    "DocumentUnshared",
    "UploadRefused",
]


@attrs.frozen(kw_only=True)
class DocumentAdded(ResourceEvent):
    """
    A document was added.

    Attributes:
        container: The key of what it lies in, or None.
        source: By which way it came.
        size: In bytes.
        scan: What a scanner said so far.
    """

    name: ClassVar[str] = "document-added"
    heard: ClassVar[bool] = True
    container: str | None
    source: Source
    size: int
    scan: ScanState


@attrs.frozen(kw_only=True)
class DocumentReplaced(ResourceEvent):
    """
    A document got a new version.

    Attributes:
        version: Its number.
        size: In bytes.
        scan: What a scanner said so far; readers get the version once it is clean.
    """

    name: ClassVar[str] = "document-replaced"
    heard: ClassVar[bool] = True
    version: int
    size: int
    scan: ScanState


@attrs.frozen(kw_only=True)
class DocumentRenamed(ResourceEvent):
    """A document has another name."""

    name: ClassVar[str] = "document-renamed"


@attrs.frozen(kw_only=True)
class DocumentRemoved(ResourceEvent):
    """A document was removed; it is in no portal any more, and its bytes go with the next sweep."""

    name: ClassVar[str] = "document-removed"


@attrs.frozen(kw_only=True)
class DocumentUnshared(ResourceEvent):
    """A document was taken from every portal, and stays with staff."""

    name: ClassVar[str] = "document-unshared"


@attrs.frozen(kw_only=True)
class DocumentOpened(ResourceEvent):
    """
    Somebody was let read the bytes of a document.

    Whoever reads several parts of one version within ten minutes is noted once by each process: a viewer asks for
    many ranges of one file. Each reading of the whole is noted.

    Attributes:
        version: The number of the version.
        part: Whether they asked for a part of them.
    """

    name: ClassVar[str] = "document-opened"
    version: int
    part: bool


@attrs.frozen(kw_only=True)
class DocumentDamaged(ResourceEvent):
    """
    The bytes of a document are not what was written, or are not there (R-BLOB-3).

    Attributes:
        version: The number of the version.
    """

    name: ClassVar[str] = "document-damaged"
    version: int


@attrs.frozen(kw_only=True)
class DocumentScanned(ResourceEvent):
    """
    A scanner made up its mind about a version that had waited for it.

    Attributes:
        version: The number of the version.
        scan: What it said.
    """

    name: ClassVar[str] = "document-scanned"
    heard: ClassVar[bool] = True
    version: int
    scan: ScanState


@attrs.frozen(kw_only=True)
class UploadRefused(Event):
    """
    A file was refused, and none of it was kept.

    Attributes:
        container: The key of what it was to lie in, or None.
        reason: The stable slug that says why.
    """

    name: ClassVar[str] = "upload-refused"
    container: str | None
    reason: str
