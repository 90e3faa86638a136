"""Where a journal may lie, and what is refused before anything is written."""

import contextlib
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sharekit.backends.fsspec import JournalRecordStore
from sharekit.errors import ConfigurationError, StorageError, TransactionUsageError
from sharekit.ports import Query
from tests.backends._hostile_urls import REFUSED_URLS
from tests.backends._journals import Watched, journal, names, watch
from tests.backends._notes import NOTE, TENANT, got, keep, note
from tests.servers.s3 import Bucket


@pytest.mark.parametrize("url", [*REFUSED_URLS, "memory://"])
def test_a_url_that_is_not_plainly_one_place_is_refused(url: str) -> None:
    """Chains, unknown schemes, dots, patterns and credentials raise an error that does not repeat them."""
    with pytest.raises(ConfigurationError) as caught:
        JournalRecordStore(url)

    assert caught.value.setting == "url"
    assert "secret" not in str(caught.value)


def test_further_schemes_are_named() -> None:
    """Other stores are allowed one by one, from a list; others are not."""
    JournalRecordStore("gs://bucket/x", schemes={"gs"})

    with pytest.raises(ConfigurationError):
        JournalRecordStore("ftp://host/x", schemes={"ftp"})


@pytest.mark.parametrize("url", ["folder", "memory://name"])
def test_options_without_a_meaning_are_refused(url: str) -> None:
    """What is meant for a bucket does not pass in silence for a folder."""
    with pytest.raises(ConfigurationError):
        JournalRecordStore(url, options={"endpoint_url": "x"})


def test_a_missing_package_is_named() -> None:
    """Without s3fs, opening raises `MissingExtraError` with the extra; another one's package is named, too."""
    program = """
import sys
sys.modules.update(s3fs=None, gcsfs=None)
from sharekit.backends.fsspec import JournalRecordStore
from sharekit.errors import ConfigurationError
for scheme in ("s3", "gs"):
    try:
        JournalRecordStore(f"{scheme}://bucket/x", schemes={"gs"}).open([])
    except ConfigurationError as error:
        print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)

    assert done.stdout.splitlines() == [
        "MissingExtraError installation: s3fs is missing; pip install 'sharekit-core[s3]'",
        "ConfigurationError url: needs the package gcsfs",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="platform: Windows has no modes")
def test_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    """Folders and files that the store makes are closed to others."""
    store = journal(tmp_path / "new" / "journal")
    keep(store, note("a"))
    store.compact()
    paths = list((tmp_path / "new" / "journal").rglob("*"))

    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()} == {0o700}


def test_a_relative_path_is_kept_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store finds its folder again after the process went elsewhere; ``~`` and patterns are plain letters."""
    monkeypatch.chdir(tmp_path)
    store = JournalRecordStore("~ [a] *")
    monkeypatch.chdir("/")
    store.open([NOTE])
    keep(store, note("a"))

    assert names(tmp_path / "~ [a] *", "commits") == ["1"]


@pytest.mark.skipif(sys.platform == "win32", reason="platform: Windows lets few people make links")
@pytest.mark.parametrize("link", ["", "commits", "checkpoints"])
def test_a_symbolic_link_in_place_of_a_folder_is_refused(tmp_path: Path, link: str) -> None:
    """Neither the folder nor one inside it may be a link to elsewhere."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = tmp_path / "journal" / link
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(elsewhere)
    with pytest.raises(StorageError) as caught:
        journal(tmp_path / "journal")

    assert isinstance(caught.value.__cause__, NotADirectoryError)
    assert list(elsewhere.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="platform: Windows lets few people make links")
def test_a_symbolic_link_in_place_of_a_commit_is_refused(tmp_path: Path) -> None:
    """A link under the next number is an error, and what it points to is not read."""
    store = journal(tmp_path / "journal")
    keep(store, note("a"))
    (tmp_path / "journal" / "commits" / "000000000002").symlink_to(tmp_path / "journal" / "commits" / "000000000001")

    with pytest.raises(StorageError):
        got(store, "a")


def test_tenants_kinds_and_ids_never_become_names(tmp_path: Path) -> None:
    """Whatever rows are called, files are called by numbers, and nothing is made beside the folder."""
    store = journal(tmp_path / "journal")
    keep(store, note("../../escaped"), note("/etc/passwd"), note("a*"))
    store.compact()
    found = {path.name for path in tmp_path.rglob("*") if path.is_file()}

    assert found == {"000000000001", "retired", "turn"}
    assert [path.name for path in tmp_path.iterdir()] == ["journal"]


def test_two_stores_on_one_name_in_memory_share_it() -> None:
    """What one store commits the other reads, in one process."""
    one, other = journal("memory://shared-by-two"), journal("memory://shared-by-two/")
    keep(one, note("a"))

    assert got(other, "a") == note("a", revision=1)


@pytest.mark.slow
def test_a_server_that_ignores_conditions_is_refused(s3rver_bucket: Bucket) -> None:
    """Where a second file of one name wins, opening raises `ConfigurationError` before anything is kept."""
    store = JournalRecordStore(s3rver_bucket.url, options=s3rver_bucket.options)
    with pytest.raises(ConfigurationError, match="single_writer=True") as caught:
        store.open([NOTE])

    assert caught.value.setting == "url"
    assert store._journal.folder.names("commits") == []
    assert store._journal.folder.names("probes") == []
    with pytest.raises(TransactionUsageError), store.transaction(TENANT):
        pass


@pytest.mark.slow
def test_a_sole_writer_may_use_such_a_server(s3rver_bucket: Bucket) -> None:
    """With the host's word for it the journal works, other processes read it, and a second writer stops the first."""
    url, options = s3rver_bucket.url, s3rver_bucket.options
    first, second = (JournalRecordStore(url, options=options, single_writer=True) for _ in range(2))
    first.open([NOTE])
    second.open([NOTE])
    keep(first, note("a"))
    seen = got(second, "a")
    keep(first, note("b"))
    keep(second, note("c"))
    with pytest.raises(ConfigurationError) as caught:
        keep(first, note("d"))
    keep(second, note("e"))

    assert seen == note("a", revision=1)
    assert caught.value.setting == "single_writer"
    with first.transaction(TENANT) as tx:
        assert [row.id for row in tx.find(Query("short-note"))] == ["a", "b", "c", "e"]


class Forgetful(Watched):
    """A folder that looks before it writes, as fsspec's local file system does."""

    together = threading.Barrier(4)

    def create(self, name: str, data: bytes) -> bool:
        """Look, let the others look too, and write."""
        if self.read(name) is not None:
            return False
        with contextlib.suppress(threading.BrokenBarrierError):
            self.together.wait(1)
        self.overwrite(name, data)
        return True


def test_looking_before_writing_is_not_exclusive(tmp_path: Path) -> None:
    """The probe lets several create one file at the same time, which finds out who only looks first."""
    store = JournalRecordStore(tmp_path)
    store._journal.folder = Forgetful(store._journal.folder, lambda *_: None)
    with pytest.raises(ConfigurationError):
        store.open([NOTE])

    assert names(tmp_path, "commits") == []


def test_a_probe_outlives_an_error(tmp_path: Path) -> None:
    """A racer that meets an error, as S3 gives some where many write at once, does not condemn the place."""
    failures = iter([True, True])

    def told(operation: str, _: str, done: bool) -> None:
        if operation == "create" and done and next(failures, False):
            raise StorageError("busy")

    store = JournalRecordStore(tmp_path)
    store._journal.folder = Watched(store._journal.folder, told)
    store.open([NOTE])
    keep(store, note("a"))

    assert got(store, "a") == note("a", revision=1)


def test_a_transaction_asks_once_and_a_commit_twice(tmp_path: Path) -> None:
    """A transaction costs one question, whether there is anything new, and a commit one more, which stores it."""
    store = journal(tmp_path)
    keep(store, note("a"))
    asked: list[str] = []
    watch(store, lambda operation, name, done: None if done else asked.append(f"{operation} {name[-1]}"))
    got(store, "a")
    keep(store, note("b"))
    got(store, "b")

    assert asked == ["read 2", "read 2", "create 2", "read 3"]


@pytest.mark.slow
def test_each_question_is_one_request(moto_bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """s3fs is used so that it sends one request for each question, and keeps no listing."""
    s3fs = pytest.importorskip("s3fs")
    store = JournalRecordStore(moto_bucket.url, options=moto_bucket.options)
    store.open([NOTE])
    sent: list[str] = []
    send = s3fs.S3FileSystem._call_s3

    async def counted(self: object, method: str, *arguments: object, **named: object) -> object:
        sent.append(f"{method} {named.get('IfNoneMatch', '')}".strip())
        return await send(self, method, *arguments, **named)

    monkeypatch.setattr(s3fs.S3FileSystem, "_call_s3", counted)
    keep(store, note("a"))
    got(store, "a")

    assert sent == ["get_object", "put_object *", "get_object"]


@pytest.mark.slow
def test_a_bucket_that_is_not_there_is_an_error_and_not_empty(moto_bucket: Bucket) -> None:
    """No bucket, no right and no server raise `StorageError`, and are not taken for an empty journal."""
    lost = JournalRecordStore(moto_bucket.url.replace("sharekit", "no-such-bucket"), options=moto_bucket.options)
    with pytest.raises(StorageError) as caught:
        lost.open([NOTE])
    with pytest.raises(StorageError):
        lost._journal.folder.read("commits/000000000001")
    with pytest.raises(StorageError):
        lost._journal.folder.names("checkpoints")

    assert isinstance(caught.value.__cause__, FileNotFoundError)


def _a_file(path: Path) -> None:
    path.write_text("a file where the folder should be")


def _below_a_file(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("a file where the folder should be")


@pytest.mark.parametrize("spoil", [_a_file, _below_a_file])
def test_a_folder_that_cannot_be_used_is_an_error(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    """Opening raises `StorageError` with the reason as its cause."""
    (tmp_path / "new").mkdir()
    spoil(tmp_path / "new" / "journal")
    with pytest.raises(StorageError) as caught:
        journal(tmp_path / "new" / "journal")

    assert isinstance(caught.value.__cause__, OSError)


def test_what_dead_writers_left_is_cleared_away(tmp_path: Path) -> None:
    """Old temporary files go when a store opens; young ones may be another writer's."""
    journal(tmp_path)
    for name, age in (("old", 7200), ("young", 60)):
        path = tmp_path / "temporary" / name
        path.write_bytes(b"x")
        then = path.stat().st_mtime - age
        os.utime(path, (then, then))
    journal(tmp_path)

    assert [path.name for path in (tmp_path / "temporary").iterdir()] == ["young"]
