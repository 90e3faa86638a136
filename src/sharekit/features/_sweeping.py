"""
Deletes blobs that nothing names, and nothing else (R-BLOB-2); and brings along what moves left behind.

It lists first, then asks the records, then claims what it found in a transaction, and only then deletes.
Whatever fails before that ends the run without deleting. What is claimed has an intent row, so that a run that
breaks off is taken up by the next one, and an upload that is still under way finds that it was given up.

Besides blobs it ends what nobody else ends: files of requests whose time is over, documents in things that were
removed, and idempotency keys.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import attrs

from sharekit.codec import RecordKind
from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.codec.kinds_of_documents import BLOB_INTENT, REPEATED, STORED_FILE
from sharekit.codec.kinds_of_requests import PENDING_UPLOAD
from sharekit.codec.kinds_of_sharing import PORTAL_SETTINGS
from sharekit.features._access_facts import settings_of
from sharekit.features._dead_documents import dead_documents, remove_dead
from sharekit.features._moving import bring_the_rest
from sharekit.features._parts import abandon
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import FileId, TenantId, blob_key, blob_prefix
from sharekit.ports import Range, StoredBlob
from sharekit.records.documents import RepeatKeys
from sharekit.records.files import BlobIntent, BlobIntentKeys, BlobPurpose
from sharekit.records.submissions import PendingUpload, UploadKeys
from sharekit.records.upkeep import SweepReport

__all__ = ["REMEMBERED", "in_each_tenant", "in_parts", "listed_files", "sweep"]

REMEMBERED = timedelta(hours=24)
_AT_ONCE = 200


@attrs.frozen(kw_only=True)
class _Orphan:
    """A blob that goes: by its intent, or since nothing names it."""

    file: FileId
    size: int = 0


@attrs.frozen(kw_only=True)
class _Found:
    """What one tenant's sweep found."""

    wiring: Wiring
    listed: int
    young: int
    orphans: tuple[_Orphan, ...]
    forgotten: tuple[str, ...]
    late: tuple[PendingUpload, ...]
    dead: tuple[str, ...]


def sweep(wiring: Wiring, *, dry_run: bool, grace: timedelta, removed_grace: timedelta) -> SweepReport:
    """Bring along what moves left, and delete what nothing names, in every tenant; see `Sharekit.sweep`."""
    wiring = wiring.on_its_own()
    moves = sum(_moves(each, dry_run=dry_run) for each in _in_each_with(wiring, PORTAL_SETTINGS))
    now = wiring.clock.now()
    before, removed_before = now - grace, now - removed_grace
    found = [_find(each, before, removed_before) for each in in_each_tenant(wiring)]
    if not dry_run:
        # Everything was found before anything goes: an error further up left all as it was.
        for one in found:
            _take(one, before)
            _end(one, removed_before)
    return SweepReport(
        dry_run=dry_run,
        tenants=len(found),
        listed=sum(one.listed for one in found),
        young=sum(one.young for one in found),
        blobs=tuple(blob_key(one.wiring.tenant, orphan.file) for one in found for orphan in one.orphans),
        freed=sum(orphan.size for one in found for orphan in one.orphans),
        forgotten=sum(len(one.forgotten) for one in found),
        moves=moves,
        uploads=sum(upload.submission is None for one in found for upload in one.late),
        documents=tuple(key for one in found for key in one.dead),
    )


def _moves(wiring: Wiring, *, dry_run: bool) -> int:
    """Bring along what is left of a tenant's moves, unless nothing is to be done; return of how many."""
    with wiring.reading() as unit:
        moving = settings_of(unit).moving
    if moving and not dry_run:
        bring_the_rest(wiring)
    return len(moving)


def in_each_tenant(wiring: Wiring) -> Iterator[Wiring]:
    """
    Yield the wiring of each tenant that has, or had, anything to do with blobs; one's own first.

    One that has things of the host may have blobs of which no record knows: of an upload in a transaction of the
    host that was rolled back.
    """
    return _in_each_with(wiring, CATALOG_ENTRY, STORED_FILE, BLOB_INTENT, REPEATED, PENDING_UPLOAD)


def _in_each_with(wiring: Wiring, *kinds: RecordKind[Any]) -> Iterator[Wiring]:  # any record classes
    named: dict[TenantId, None] = {wiring.tenant: None}
    for kind in kinds:
        named |= dict.fromkeys(wiring.records.tenants(kind.name))
    for tenant in named:
        yield attrs.evolve(wiring, tenant=tenant)


def listed_files(wiring: Wiring) -> Iterator[tuple[FileId, StoredBlob]]:
    """Yield the blobs of a tenant, each with the file that it would be of."""
    prefix = blob_prefix(wiring.tenant)
    for blob in wiring.blob_store().blobs(prefix):
        yield FileId(blob.key.removeprefix(prefix)), blob


P = TypeVar("P")


def in_parts(given: Iterable[P]) -> Iterator[list[P]]:
    """Yield a few of them at a time."""
    part: list[P] = []
    for each in given:
        part.append(each)
        if len(part) == _AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _find(wiring: Wiring, before: datetime, removed_before: datetime) -> _Found:
    listed, young = 0, 0
    orphans: dict[FileId, _Orphan] = {}
    # Without a store of bytes there is nothing to list.
    for some in () if wiring.blobs is None else in_parts(listed_files(wiring)):
        listed += len(some)
        unnamed = _unnamed(wiring, dict(some), before)
        for file, blob in unnamed.items():
            if blob.written_at is None or blob.written_at > before:
                young += 1
            else:
                orphans[file] = _Orphan(file=file, size=blob.size)
    with wiring.reading() as unit:
        # With one of which the listing may not know, or not any more.
        for intent in unit.find(BLOB_INTENT, Range(BlobIntentKeys.SINCE, at_most=before)):
            orphans.setdefault(intent.file, _Orphan(file=intent.file))
        forgotten = unit.find(REPEATED, Range(RepeatKeys.AT, at_most=unit.now - REMEMBERED))
        late = unit.find(PENDING_UPLOAD, Range(UploadKeys.EXPIRES_AT, at_most=unit.now))
    return _Found(
        wiring=wiring,
        listed=listed,
        young=young,
        orphans=tuple(orphans.values()),
        forgotten=tuple(each.id for each in forgotten),
        late=tuple(late),
        dead=tuple(dead_documents(wiring, removed_before)),
    )


def _unnamed(wiring: Wiring, blobs: dict[FileId, StoredBlob], before: datetime) -> dict[FileId, StoredBlob]:
    """Return those of some blobs, which were listed before, that no record names and no young intent speaks of."""
    with wiring.reading() as unit:
        files = {file.id: file for file in unit.get_many(STORED_FILE, list(blobs))}
        intents = {intent.file: intent for intent in unit.get_many(BLOB_INTENT, list(blobs))}
    return {
        id_: blob
        for id_, blob in blobs.items()
        if (id_ not in files or files[id_].gone_at is not None) and (id_ not in intents or intents[id_].since <= before)
    }


def _take(found: _Found, before: datetime) -> None:
    wiring = found.wiring
    for some in in_parts(found.orphans):
        claimed = wiring.write(partial(_claim, orphans=some, before=before))
        for file in claimed:
            wiring.blob_store().delete(blob_key(wiring.tenant, file))
        wiring.write(partial(_forget_intents, files=claimed))
    for ids in in_parts(found.forgotten):
        wiring.write(partial(_forget_keys, ids=ids))


def _end(found: _Found, removed_before: datetime) -> None:
    """End what is over; the bytes of it go now where nobody can miss them, else with a later sweep."""
    for upload in found.late:
        abandon(found.wiring, upload.id)
    for keys in in_parts(found.dead):
        found.wiring.write(partial(remove_dead, keys=keys, before=removed_before))


def _claim(unit: Unit, orphans: Iterable[_Orphan], before: datetime) -> list[FileId]:
    """Take those of some blobs that still nothing names; whoever is about to name one finds that it is taken."""
    claimed: list[FileId] = []
    for orphan in orphans:
        file, intent = unit.get(STORED_FILE, orphan.file), unit.get(BLOB_INTENT, orphan.file)
        if file is not None and file.gone_at is None:
            continue
        if intent is not None and intent.since > before:
            continue
        # As old as what may be taken, so that a run that breaks off is taken up at once.
        since = before if intent is None else intent.since
        unit.put(BLOB_INTENT, BlobIntent(tenant=unit.tenant, file=orphan.file, purpose=BlobPurpose.DELETE, since=since))
        claimed.append(orphan.file)
    return claimed


def _forget_intents(unit: Unit, files: Iterable[FileId]) -> None:
    for intent in unit.get_many(BLOB_INTENT, list(files)):
        unit.delete(BLOB_INTENT, intent.file)


def _forget_keys(unit: Unit, ids: Iterable[str]) -> None:
    for repeated in unit.get_many(REPEATED, list(ids)):
        if repeated.at + REMEMBERED <= unit.now:
            unit.delete(REPEATED, repeated.id)
