"""Blobs in a folder or a bucket; and records there, with no database and no server of your own."""

import os
from collections.abc import Collection, Mapping, Sequence

from sharekit.backends._blob_store import DirectFsspecBlobStore, FsspecBlobStore
from sharekit.backends._journal_folders import Folder
from sharekit.backends._journal_local import LocalFolder
from sharekit.backends._journal_log import Journal
from sharekit.backends._journal_remote import BucketFolder, MemoryFolder
from sharekit.backends._journal_transactions import JournalTransaction
from sharekit.backends._urls import LocalUrl, RemoteUrl, parse_url
from sharekit.errors import ConfigurationError
from sharekit.ids import TenantId
from sharekit.ports.rows import KindSpec

__all__ = ["DirectFsspecBlobStore", "FsspecBlobStore", "JournalRecordStore", "JournalTransaction"]


class JournalRecordStore:
    """
    A record store that keeps its rows in memory and its truth in numbered files, one for each commit.

    Any number of processes, on any machines, may share the place, where its file system creates
    files exclusively; that is tried when the store is opened. Each transaction asks the file
    system once whether there is something new, and each commit writes one file. It is made for up to
    100 000 records: every process has all of them in memory. Beyond that nothing is refused or
    lost, but start, checkpoints and memory grow, and a warning is logged with each checkpoint.

    Args:
        url: Where the files are, from your configuration and never from a request: the path of a
            folder, ``file:///...``, ``memory://name`` or ``s3://bucket/prefix``.
        options: What fsspec's file system is made with, such as ``endpoint_url``, ``key`` and ``secret``.
        schemes: Further schemes to allow: ``"gs"``, ``"az"``.
        single_writer: Say that one process alone ever writes, for a file system that does not
            create exclusively. A second writer may destroy what the first commits; it is noticed,
            and the first one stopped, but not always in time.

    Raises:
        ConfigurationError: The URL or another argument cannot be used.
    """

    def __init__(
        self,
        url: str | os.PathLike[str],
        *,
        options: Mapping[str, object] | None = None,
        schemes: Collection[str] = (),
        single_writer: bool = False,
    ) -> None:
        given = dict(options or {})
        self._journal = Journal(_folder(parse_url(url, given, schemes), given), single_writer=single_writer)

    def open(self, kinds: Sequence[KindSpec]) -> None:
        """
        Prepare to keep rows of these kinds: make the folder ready, and replay the journal.

        Raises:
            ConfigurationError: The file system does not create files exclusively, a key had another
                type before, or a newer release wrote the journal.
            IntegrityError: A file of the journal is damaged.
            StorageError: The files cannot be read or written.
        """
        held = self._journal.held
        held.check_idle()
        with held.writing:
            self._journal.prepare()
            with held.guard:
                self._journal.state.declare(kinds)
                held.is_open = True

    def transaction(self, tenant: TenantId, *, write: bool = False) -> "JournalTransaction":
        """Return a transaction; leaving its block commits, an exception rolls back."""
        return JournalTransaction(self._journal, tenant, write=write)

    def tenants(self, kind: str) -> Sequence[TenantId]:
        """Return the tenants that have rows of this kind, sorted."""
        self._journal.held.check_free()
        self._journal.catch_up()
        return self._journal.held.tenants(kind)

    def compact(self) -> None:
        """
        Write a checkpoint now, and let go of everything older, so that what was removed from the rows is gone.

        Checkpoints are written without being asked, too, and keep the one before for a while. Old
        versions that a bucket keeps by itself are the bucket's.
        """
        self._journal.held.check_free()
        self._journal.compact()

    def close(self) -> None:
        """Refuse transactions until `open` is called again."""
        self._journal.held.is_open = False


def _folder(place: LocalUrl | RemoteUrl, options: Mapping[str, object]) -> Folder:
    if isinstance(place, LocalUrl):
        return LocalFolder(place.path)
    if place.scheme != "memory":
        return BucketFolder(place.scheme, place.root, options)
    if not place.root:
        raise ConfigurationError("url", "needs a name in memory, such as memory://name")
    return MemoryFolder(place.root)
