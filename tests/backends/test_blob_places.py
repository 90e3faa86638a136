"""Where blobs may lie, and that nothing else is ever looked at."""

import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sharekit.backends.fsspec import DirectFsspecBlobStore, FsspecBlobStore
from sharekit.errors import ConfigurationError, InvalidInputError, SharekitError, StorageError
from sharekit.ids import BlobKey
from sharekit.testing.blob_store._keys import HOSTILE
from tests.backends._hostile_urls import REFUSED_URLS
from tests.backends._spying import ROOT, spied

KEY, OTHER = BlobKey("tenant/some-random-key"), BlobKey("tenant/another-random-key")
SHORT = timedelta(seconds=30)
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="platform: Windows has other files")


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_a_url_that_is_not_plainly_one_place_is_refused(url: str) -> None:
    """Chains, unknown schemes, dots, patterns and credentials raise an error that does not repeat them."""
    with pytest.raises(ConfigurationError) as caught:
        FsspecBlobStore(url)

    assert caught.value.setting == "url"
    assert "secret" not in str(caught.value)


def test_what_is_no_url_is_refused() -> None:
    """Objects of other types, options without a meaning and further schemes that are not on the list do not pass."""
    wrong: list[tuple[Any, dict[str, Any]]] = [
        (None, {}),
        (b"folder", {}),
        (7, {}),
        ("folder", {"options": {"key": "x"}}),
        ("memory://", {"options": {"key": "x"}}),
        ("ftp://host/x", {"schemes": {"ftp"}}),
        ("az://container/x", {"schemes": "az"}),
    ]
    for url, more in wrong:
        with pytest.raises(ConfigurationError):
            FsspecBlobStore(url, **more)


@pytest.mark.parametrize("url", ["folder", "memory://", "memory://name"])
def test_a_place_that_no_browser_reaches_gives_no_addresses(url: str) -> None:
    """The store with addresses needs a bucket."""
    with pytest.raises(ConfigurationError) as caught:
        DirectFsspecBlobStore(url)

    assert caught.value.setting == "url"


def test_memory_is_never_shared_by_its_name() -> None:
    """Two stores that are given the same name in memory do not see each other."""
    one, other = FsspecBlobStore("memory://blobs"), FsspecBlobStore("memory://blobs")
    one.write(KEY, [b"bytes"])

    assert [5, None] == [one.size(KEY), other.size(KEY)]


def test_a_relative_path_is_kept_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store finds its folder again after the process went elsewhere; ``~`` and patterns are plain letters."""
    monkeypatch.chdir(tmp_path)
    store = FsspecBlobStore("~ [a] *")
    monkeypatch.chdir("/")
    store.write(KEY, [b"bytes"])

    assert b"bytes" == (tmp_path / "~ [a] *" / KEY).read_bytes()


def test_a_store_that_is_only_made_touches_nothing(tmp_path: Path) -> None:
    """The folder is made when the store is first used."""
    FsspecBlobStore(tmp_path / "blobs")

    assert [] == list(tmp_path.iterdir())


@POSIX
def test_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    """Folders and files that the store makes are closed to others, whatever the process allows by default."""
    before = os.umask(0)
    try:
        FsspecBlobStore(tmp_path / "new" / "blobs").write(KEY, [b"bytes"])
    finally:
        os.umask(before)
    paths = list(tmp_path.rglob("*"))

    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()}
    assert {0o700} == {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()}
    assert 4 == len(paths)


@POSIX
@pytest.mark.parametrize("kind", ["link", "broken link", "file"])
def test_a_root_that_is_no_folder_is_refused(tmp_path: Path, kind: str) -> None:
    """A link in place of the folder is not followed, and a file is no folder."""
    root, elsewhere = tmp_path / "blobs", tmp_path / "elsewhere"
    elsewhere.mkdir()
    if kind == "file":
        root.write_bytes(b"")
    else:
        root.symlink_to(elsewhere if kind == "link" else tmp_path / "nothing")
    store = FsspecBlobStore(root)
    for use in (lambda: store.write(KEY, [b"escaped"]), lambda: store.size(KEY), lambda: list(store.blobs("tenant/"))):
        with pytest.raises(StorageError) as caught:
            use()

        assert isinstance(caught.value.__cause__, OSError)
    assert [] == list(elsewhere.iterdir())
    assert not (tmp_path / "nothing").exists()


@POSIX
def test_a_pipe_in_the_place_of_a_blob_stops_nobody(tmp_path: Path) -> None:
    """What is no file is an error, at once."""
    store = FsspecBlobStore(tmp_path)
    store.write(OTHER, [b"bytes"])
    os.mkfifo(tmp_path / KEY)

    for use in (lambda: store.size(KEY), lambda: list(store.read(KEY)), lambda: store.delete(KEY)):
        with pytest.raises(StorageError):
            use()
    assert [OTHER] == [blob.key for blob in store.blobs("tenant/")]


def test_what_somebody_else_left_in_the_folder_is_not_named(tmp_path: Path) -> None:
    """Files whose path is no key are passed over, so that nobody sweeps them away."""
    store = FsspecBlobStore(tmp_path)
    store.write(KEY, [b"bytes"])
    for name in (".DS_Store", "short", "some.random.key.of.nobody", "a b", "deep.er/some-random-key"):
        path = tmp_path / "tenant" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"not ours")

    assert [KEY] == [blob.key for blob in store.blobs("tenant/")]


@pytest.mark.parametrize("scheme", ["s3", "gs"])
def test_a_bucket_is_asked_for_literal_keys_below_the_root_alone(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """No function that looks for patterns is used, and no path that is not the root's and the key's."""
    store, files = spied(monkeypatch, scheme)
    store.write(KEY, [b"x" * 3_000_000])
    read = b"".join(store.read(KEY, 5, 2_500_000))
    listed = [blob.key for blob in store.blobs("tenant/")]
    store.direct_url(KEY, lives=SHORT, name="a.pdf", media_type="application/pdf")
    store.delete(KEY)
    store.delete(KEY)
    writing = ["call_s3 put_object"] if scheme == "s3" else ["open"]

    assert (b"x" * 2_499_995, [KEY]) == (read, listed)
    assert {f"{ROOT}/{KEY}", f"{ROOT}/tenant"} == {path for _, path in files.asked}
    assert [*writing, "info", "info", *["cat_file"] * 3, "find", "sign", "rm_file", "rm_file"] == [
        method for method, _ in files.asked
    ]


def test_what_is_no_key_never_reaches_the_file_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is given as a key, the file system hears nothing."""
    store, files = spied(monkeypatch)
    for wrong in HOSTILE:
        for use in (store.size, store.delete, store.read, lambda key: store.write(key, [b"x"])):
            with pytest.raises(InvalidInputError):
                use(wrong)
        with pytest.raises(InvalidInputError):
            store.direct_url(wrong, lives=SHORT, name="a", media_type="text/plain")

    assert [] == files.asked


def test_what_a_listing_names_beside_the_keys_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that names what it was not asked for, or what is no key, is not believed."""
    store, files = spied(monkeypatch)
    store.write(KEY, [b"x"])
    files.held |= {f"{ROOT}/tenant2/some-random-key": b"", f"{ROOT}/tenant/..": b"", f"{ROOT}/tenant/.keep": b""}

    assert [KEY] == [blob.key for blob in store.blobs("tenant/")]


def test_a_missing_package_is_named() -> None:
    """Without the package of a bucket its first use raises an error that says what to install."""
    program = """
import sys
sys.modules.update(s3fs=None, gcsfs=None, adlfs=None)
from sharekit.backends.fsspec import FsspecBlobStore
from sharekit.errors import ConfigurationError
for scheme in ("s3", "gs", "az", "abfs"):
    try:
        FsspecBlobStore(f"{scheme}://bucket/x", schemes={"gs", "az", "abfs"}).size("tenant/some-random-key")
    except ConfigurationError as error:
        print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)

    assert done.stdout.splitlines() == [
        "MissingExtraError installation: s3fs is missing; pip install 'sharekit-core[s3]'",
        "ConfigurationError url: needs the package gcsfs",
        "MissingExtraError installation: adlfs is missing; pip install 'sharekit-core[azure]'",
        "MissingExtraError installation: adlfs is missing; pip install 'sharekit-core[azure]'",
    ]


def test_options_are_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the store nor its errors nor sharekit's logs have what the options hold."""
    secret = "s3cr3t-of-the-bucket"
    options = {"key": secret, "secret": secret, "token": secret, "endpoint_url": "http://127.0.0.1:1"}
    store = FsspecBlobStore("s3://bucket/x", options={**options, "no_such_option": secret, "max_concurrency": "x"})
    wrong = FsspecBlobStore(
        "az://bucket/x", schemes={"az"}, options={"connection_string": f"AccountKey={secret};AccountName=x;a=b"}
    )
    said = [repr(store), str(store)]
    for one in (store, wrong):
        with pytest.raises(SharekitError) as caught:
            one.write(KEY, [b"x"])
        error: BaseException | None = caught.value
        while error is not None:
            said += [str(error), repr(error)]
            error = error.__cause__
    said += [record.getMessage() for record in caplog.records if record.name.startswith("sharekit")]

    assert all(secret not in text for text in said)
