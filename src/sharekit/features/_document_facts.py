"""
Says of the documents on a page what a list says of documents.
"""

from collections.abc import Mapping, Sequence

from sharekit.codec.kinds_of_documents import DOCUMENT_ROW, STORED_FILE, VERSION
from sharekit.features._unit import Unit
from sharekit.records.catalog import ResourceRef
from sharekit.records.documents import DOCUMENT, Document, DocumentFacts, DocumentVersion, version_id
from sharekit.records.files import ScanState
from sharekit.records.parties import Contact, LinkHolder, Principal, parse_party

__all__ = ["facts_of_documents"]


def facts_of_documents(
    unit: Unit, listed: Sequence[ResourceRef], reader: Principal
) -> Mapping[ResourceRef, DocumentFacts]:
    """Return what is known of those of some listed things that are documents, in three readings."""
    keys = [ref.key for ref in listed if ref.kind == DOCUMENT]
    if not keys:
        return {}
    documents = unit.get_many(DOCUMENT_ROW, keys)
    wanted = [version_id(document.id, document.version) for document in documents]
    versions = {version.document: version for version in unit.get_many(VERSION, wanted)}
    scans = {file.id: file.scan for file in unit.get_many(STORED_FILE, [each.file for each in versions.values()])}
    return {
        document.ref: _facts(document, version, scans.get(version.file, ScanState.CHECKING), reader)
        for document in documents
        if (version := versions.get(document.id)) is not None
    }


def _facts(document: Document, version: DocumentVersion, scan: ScanState, reader: Principal) -> DocumentFacts:
    uploader = document.uploader
    for_client = isinstance(reader, Contact | LinkHolder)
    sender = None if uploader is None or for_client else parse_party(uploader)
    return DocumentFacts(
        name=document.name,
        size=version.size,
        media_type=version.media_type,
        version=document.version,
        scan=scan,
        uploaded=uploader == reader.key if for_client else uploader is not None,
        uploader=sender if isinstance(sender, Contact) else None,
    )
