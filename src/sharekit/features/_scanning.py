"""
Asks the scanner again about files that wait for it.
"""

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.codec.kinds_of_documents import DOCUMENT_ROW, STORED_FILE, VERSION
from sharekit.errors import ConfigurationError
from sharekit.features._blobs import scanned
from sharekit.features._documents import hidden, touched
from sharekit.features._intake import doom
from sharekit.features._request_scans import lost
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import FileId
from sharekit.ports import Eq, OrderBy
from sharekit.records import events
from sharekit.records.catalog import Visibility
from sharekit.records.documents import DocumentVersion, VersionKeys, document_ref
from sharekit.records.files import FileKeys, ScanState, StoredFile
from sharekit.records.parties import System

__all__ = ["scan_waiting"]

_SCANNER = System("scanner")


def scan_waiting(wiring: Wiring, limit: int) -> int:
    """Ask the scanner about the files that wait, the oldest first, and return how many it made up its mind about."""
    scanner, blobs = wiring.scanner, wiring.blob_store()
    if scanner is None:
        raise ConfigurationError("scanner", "this kit has no scanner to ask")
    with wiring.reading() as unit:
        waiting = unit.find(
            STORED_FILE,
            Eq(FileKeys.SCAN, str(ScanState.CHECKING)),
            order=OrderBy(FileKeys.RECEIVED_AT),
            limit=limit,
        )
    settled = 0
    for file in waiting:
        state = ScanState.CHECKING if file.gone_at is not None else scanned(scanner, blobs, file)
        if state is not ScanState.CHECKING:
            _note(wiring, file.id, state)
            settled += 1
    return settled


def _note(wiring: Wiring, id_: FileId, state: ScanState) -> None:
    def work(unit: Unit) -> None:
        file = unit.get(STORED_FILE, id_)
        if file is None or file.scan is not ScanState.CHECKING:
            return
        after = attrs.evolve(file, scan=state)
        if state is ScanState.INFECTED:
            after = doom(unit, after)
        else:
            unit.put(STORED_FILE, after)
        for version in unit.find(VERSION, Eq(VersionKeys.FILE, id_)):
            _released(unit, version, after)
            if state is ScanState.INFECTED:
                lost(unit, document_ref(version.document), after)

    wiring.write(work)


def _released(unit: Unit, version: DocumentVersion, file: StoredFile) -> None:
    ref = document_ref(version.document)
    document, entry = unit.get(DOCUMENT_ROW, ref.key), unit.get(CATALOG_ENTRY, ref.key)
    if document is None or entry is None or document.removed_at is not None:
        return
    if file.readable and version.number > document.version:
        unit.put(DOCUMENT_ROW, attrs.evolve(document, version=version.number))
    if not file.readable and version.number == document.version:
        # Staff still see that it came.
        hidden(unit, entry, attrs.evolve(entry, visibility=Visibility.INTERNAL, activity=unit.now), _SCANNER)
    else:
        touched(unit, entry, client=file.readable)
    unit.emit(
        events.DocumentScanned(
            tenant=unit.tenant, at=unit.now, by=_SCANNER, ref=ref, version=version.number, scan=file.scan
        )
    )
