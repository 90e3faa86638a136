"""
Compares records and bytes, as after a restore: every file that a record names has its bytes, and no others.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import attrs

from sharekit.codec import RecordKind
from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.codec.kinds_of_conversations import MESSAGE
from sharekit.codec.kinds_of_documents import BLOB_INTENT, DOCUMENT_ROW, STORED_FILE, VERSION
from sharekit.errors import IntegrityError, NotFoundError
from sharekit.features._sweeping import in_each_tenant, in_parts, listed_files
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import FileId
from sharekit.ports import Eq, OrderBy, Position, Query
from sharekit.records import events
from sharekit.records.conversations import Message
from sharekit.records.documents import Document, DocumentVersion, VersionKeys, document_ref
from sharekit.records.files import StoredFile
from sharekit.records.parties import System
from sharekit.records.upkeep import FsckFinding, FsckProblem, FsckReport

__all__ = ["fsck"]

_FSCK = System("fsck")
_AT_ONCE = 200


def fsck(wiring: Wiring, *, read: bool, repair: bool) -> FsckReport:
    """Compare what is recorded with what is stored, in every tenant; see `Sharekit.fsck`."""
    own = wiring.on_its_own()
    own.blob_store()
    findings: list[FsckFinding] = []
    tenants = files = 0
    for each in in_each_tenant(own):
        tenants += 1
        files += _compare_files(each, findings, read=read, repair=repair)
        _compare_documents(each, findings)
        _compare_messages(each, findings)
        _compare_blobs(each, findings)
    return FsckReport(tenants=tenants, files=files, read=read, findings=tuple(findings))


def _compare_files(wiring: Wiring, findings: list[FsckFinding], *, read: bool, repair: bool) -> int:
    count = 0
    for file in _all(wiring, STORED_FILE, findings):
        if not isinstance(file, StoredFile) or file.gone_at is not None:
            continue
        count += 1
        problem = _problem(wiring, file, read=read)
        # Once more, by what is recorded now: it may have been removed meanwhile.
        if problem is not None and _still_kept(wiring, file):
            repaired = repair and wiring.write(partial(_give_up, id_=file.id))
            findings.append(FsckFinding(tenant=wiring.tenant, problem=problem, id=file.id, repaired=repaired))
    return count


def _problem(wiring: Wiring, file: StoredFile, *, read: bool) -> FsckProblem | None:
    held = wiring.blob_store().size(file.blob)
    if held is None:
        return FsckProblem.MISSING
    if held != file.size:
        return FsckProblem.SIZE
    return _problem_of_bytes(wiring, file) if read else None


def _problem_of_bytes(wiring: Wiring, file: StoredFile) -> FsckProblem | None:
    digest = hashlib.sha256()
    try:
        for chunk in wiring.blob_store().read(file.blob):
            digest.update(chunk)
    except (NotFoundError, IntegrityError):
        return FsckProblem.MISSING
    return None if digest.hexdigest() == file.sha256 else FsckProblem.DIGEST


def _still_kept(wiring: Wiring, file: StoredFile) -> bool:
    with wiring.reading() as unit:
        now = unit.get(STORED_FILE, file.id)
        return now is not None and now.gone_at is None


def _give_up(unit: Unit, id_: FileId) -> bool:
    """Note that the bytes of a file were lost, so that nobody is promised them; what there is of them stays."""
    file = unit.get(STORED_FILE, id_)
    if file is None or file.gone_at is not None:
        return False
    unit.put(STORED_FILE, attrs.evolve(file, gone_at=unit.now))
    for version in unit.find(VERSION, Eq(VersionKeys.FILE, id_)):
        unit.emit(
            events.DocumentDamaged(
                tenant=unit.tenant,
                at=unit.now,
                by=_FSCK,
                ref=document_ref(version.document),
                version=version.number,
            )
        )
    return True


def _compare_documents(wiring: Wiring, findings: list[FsckFinding]) -> None:
    for some in in_parts(_all(wiring, VERSION, findings)):
        versions = [version for version in some if isinstance(version, DocumentVersion)]
        known = _present(wiring, STORED_FILE, [version.file for version in versions])
        lost = (version for version in versions if version.file not in known)
        findings += (FsckFinding(tenant=wiring.tenant, problem=FsckProblem.NO_FILE, id=version.id) for version in lost)
    for some in in_parts(_all(wiring, DOCUMENT_ROW, findings)):
        documents = [document for document in some if isinstance(document, Document)]
        entered = _present(wiring, CATALOG_ENTRY, [document.ref.key for document in documents])
        absent = (document for document in documents if document.ref.key not in entered)
        findings += (
            FsckFinding(tenant=wiring.tenant, problem=FsckProblem.NO_ENTRY, id=document.id) for document in absent
        )


def _compare_messages(wiring: Wiring, findings: list[FsckFinding]) -> None:
    for some in in_parts(_all(wiring, MESSAGE, findings)):
        named = {
            attachment.file: message.id
            for message in some
            if isinstance(message, Message)
            for attachment in message.attachments
        }
        lost = named.keys() - _present(wiring, STORED_FILE, list(named))
        findings += (FsckFinding(tenant=wiring.tenant, problem=FsckProblem.NO_FILE, id=named[file]) for file in lost)


def _compare_blobs(wiring: Wiring, findings: list[FsckFinding]) -> None:
    for some in in_parts(listed_files(wiring)):
        ids = [file for file, _ in some]
        named = _present(wiring, STORED_FILE, ids) | _present(wiring, BLOB_INTENT, ids)
        unnamed = (blob for file, blob in some if file not in named)
        findings += (FsckFinding(tenant=wiring.tenant, problem=FsckProblem.UNNAMED, id=blob.key) for blob in unnamed)


def _present(wiring: Wiring, kind: RecordKind[Any], ids: Sequence[str]) -> set[str]:
    """Return those of some ids of which there is a row, be it readable or not."""
    with wiring.reading() as unit:
        return {row.id for row in unit.tx.get_many([(kind.name, id_) for id_ in ids]) if row is not None}


def _all(wiring: Wiring, kind: RecordKind[Any], findings: list[FsckFinding]) -> Iterator[object]:
    """Yield every record of a kind by its id, a few in each transaction; one that cannot be read is a finding."""
    after: Position | None = None
    while True:
        with wiring.reading() as unit:
            rows = unit.tx.find(Query(kind.name, order=OrderBy(), after=after, limit=_AT_ONCE))
        for row in rows:
            try:
                yield kind.load(row)
            except IntegrityError:
                findings.append(FsckFinding(tenant=wiring.tenant, problem=FsckProblem.DAMAGED, id=row.id))
        if len(rows) < _AT_ONCE:
            return
        after = Position(rows[-1].id, rows[-1].id)
