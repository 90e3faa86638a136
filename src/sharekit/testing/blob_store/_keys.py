"""The laws B3, B4, B5, B7 and B9: keys."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest

from sharekit.errors import ConflictError, IntegrityError, InvalidInputError, NotFoundError, StorageError
from sharekit.ids import BlobKey
from sharekit.ports.blobs import BlobStore
from sharekit.testing._laws import fingerprint
from sharekit.testing.blob_store._frame import MIB, TENANT, BlobDoor, Frame, cuts, data_of, fresh, got, kept, listed

_PATIENCE: Final = 60.0

HOSTILE: Final[tuple[Any, ...]] = (  # Any: what is no text is refused as well
    "",
    "/",
    ".",
    "..",
    "short/key",
    "no-slash-in-this-key",
    "/tenant-a/begins-with-a-slash",
    "tenant-a/ends-with-a-slash/",
    "tenant-a//two-slashes-in-a-row",
    "tenant-a/../tenant-b/some-blob",
    "../../../../../../etc/passwd",
    "tenant-a/./some-random-key",
    "tenant-a/some.random.key",
    "tenant-a/*",
    "tenant-a/some-random-key*",
    "tenant-a/[a-z]some-random-key",
    "tenant-a/some-random-key?versionId=1",
    "tenant-a/some-random-key#1",
    "tenant-a/some\\random\\key",
    "C:\\windows\\system32\\tenant",
    "file:///etc/passwd/some-key",
    "s3://bucket/some-random-key",
    "simplecache::tenant-a/some-key",
    "~/some-random-key-of-mine",
    "$HOME/some-random-key-of-mine",
    "tenant-a/some-random-key\n",
    "tenant-a/some-random-key\0",
    "tenant-a/some random key",
    "tenant-a/some%2e%2e%2frandom-key",
    "tenant-a/söme-random-key",
    "tenant-a/some-random-key\uff0f",
    "tenant-a/\u0661\u0662\u0663some-random-key",
    "tenant-a/\ud800some-random-key",
    "tenant-a/" + "x" * 192,
    b"tenant-a/some-random-key",
    None,
    7,
    ("tenant-a", "some-random-key"),
)
"""What is no key."""


class _Mine(Exception):  # noqa: N818  # it is nobody's error
    """What the chunks of a test raise."""


class KeyLaws(Frame):
    """The laws of keys."""

    def test_b3_a_taken_key_stays_as_it_is(self, store: BlobStore, reopen: Callable[[], BlobStore] | None) -> None:
        """A second `write` raises `ConflictError`, also with the same bytes or from another store."""
        large = data_of(6 * MIB)
        pairs = [(b"first", b"another"), (b"first", b"first"), (b"first", b""), (b"", b"another"), (large, large[1:])]
        for first, second in pairs:
            key = kept(store, first)
            with pytest.raises(ConflictError):
                (store if reopen is None else reopen()).write(key, cuts(second, MIB))

            assert got(store, key) == first

    def test_b3_of_many_writers_one_wins(self, store: BlobStore) -> None:
        """Of eight that write one key at the same time one succeeds, and its bytes are there."""
        key, together = fresh(), threading.Barrier(8)

        def written(number: int) -> bool:
            together.wait(_PATIENCE)
            try:
                return store.write(key, [bytes([number]) * 10_000]) == 10_000
            except ConflictError:
                return False

        with ThreadPoolExecutor(8) as pool:
            won = list(pool.map(written, range(8)))

        assert won.count(True) == 1
        assert got(store, key) == bytes([won.index(True)]) * 10_000

    def test_b4_what_the_chunks_raise_comes_out(self, store: BlobStore) -> None:
        """The very exception is raised, wherever the chunks end, and the store goes on to work."""
        neighbour = kept(store, b"neighbour")
        raised = [_Mine(), FileExistsError(), FileNotFoundError(), StorageError("mine"), KeyboardInterrupt()]
        for mine, given in [*((mine, 1) for mine in raised), (_Mine(), 0), (_Mine(), 7 * MIB)]:
            with pytest.raises(type(mine)) as caught:
                store.write(fresh(), _broken_off(given, mine))

            assert caught.value is mine
        key = kept(store, b"afterwards")

        assert [got(store, key), got(store, neighbour)] == [b"afterwards", b"neighbour"]

    def test_b4_chunks_are_bytes(self, store: BlobStore) -> None:
        """Text, numbers and what is not bytes raise `InvalidInputError`, and so do bytes in place of chunks."""
        wrong: list[Any] = [["text"], [b"good", None], [bytearray(b"may change")], b"bytes", "text", [1], None, 7]
        for chunks in wrong:
            with pytest.raises(InvalidInputError):
                store.write(fresh(), chunks)

    def test_b5_an_absent_key_is_known_to_be_absent(self, store: BlobStore) -> None:
        """`size` is None and `read` raises `NotFoundError`, in an empty store and beside other keys, for any range."""
        neighbour = f"{fresh()}-long"
        absent = [fresh("nobody"), BlobKey(neighbour[:-1]), BlobKey(f"{neighbour}s"), BlobKey(f"{neighbour}/below")]
        for key in absent[:1]:
            assert store.size(key) is None
        store.write(BlobKey(neighbour), [b"there"])
        store.write(BlobKey(f"{TENANT}/folder-of-keys/below"), [b"there"])
        absent = [*absent[:3], BlobKey(f"{TENANT}/folder-of-keys")]

        for key in absent:
            assert store.size(key) is None
            for bounds in ((0, None), (3, 3), (5, 2)):
                with pytest.raises(NotFoundError):
                    next(store.read(key, *bounds))

    def test_b5_what_is_not_known_is_not_absent(self, store: BlobStore, sabotage: Callable[[], None] | None) -> None:
        """A store that cannot answer raises `StorageError`: for a key that is there, and for one that is not."""
        there, absent = kept(store, b"bytes"), fresh()
        if sabotage is None:
            return
        sabotage()

        for key in (there, absent):
            with pytest.raises(StorageError):
                store.size(key)
            with pytest.raises(StorageError):
                next(store.read(key))
            with pytest.raises(StorageError):
                store.delete(key)

    def test_b7_delete_takes_away_just_that(self, store: BlobStore) -> None:
        """After it the key is absent, deleting again does nothing, and its neighbours stay."""
        key = kept(store, b"bytes")
        neighbours = [BlobKey(f"{key}-"), BlobKey(key[:-1]), BlobKey(f"{key}x")]
        for neighbour in neighbours:
            store.write(neighbour, [b"neighbour"])
        store.delete(fresh())
        store.delete(fresh("nobody"))
        store.delete(key)
        store.delete(key)

        assert store.size(key) is None
        assert got(store, key) is None
        assert [got(store, neighbour) for neighbour in neighbours] == [b"neighbour"] * 3
        assert listed(store, f"{TENANT}/") == sorted(neighbours)

    def test_b7_a_reader_that_has_begun_gets_all_or_an_error(self, store: BlobStore) -> None:
        """When a blob is removed while it is read, the rest comes, or `IntegrityError`, and nothing else."""
        data = data_of(4 * MIB)
        key = kept(store, data)
        reader = store.read(key)
        seen = next(reader)
        store.delete(key)
        try:
            for piece in reader:
                seen += piece
        except IntegrityError:
            assert fingerprint(seen) == fingerprint(data[: len(seen)])
        else:
            assert fingerprint(seen) == fingerprint(data)

    def test_b9_what_is_no_key_is_refused(self, store: BlobStore, back_door: BlobDoor | None) -> None:
        """Every verb raises `InvalidInputError`, before a chunk is taken or anything is made."""
        key = kept(store, b"bytes")

        for wrong in HOSTILE:
            for use in _uses(store, wrong):
                with pytest.raises(InvalidInputError):
                    use()
        if back_door is not None:
            assert list(back_door.keys()) == [key]

    def test_b9_what_is_no_prefix_is_refused(self, store: BlobStore) -> None:
        """A listing needs the beginning of keys up to a slash."""
        wrong: list[Any] = [*HOSTILE, "tenant-a", "tenant*/", "../", "a/../b/", "tenant-a/\n", " /", "x" * 200 + "/"]
        for prefix in wrong:
            if prefix == "tenant-a/ends-with-a-slash/":
                continue  # no key, and a good prefix
            with pytest.raises(InvalidInputError):
                list(store.blobs(prefix))


def _uses(store: BlobStore, key: BlobKey) -> list[Callable[[], object]]:
    return [
        lambda: store.write(key, _never()),
        lambda: list(store.read(key)),
        lambda: store.size(key),
        lambda: store.delete(key),
    ]


def _never() -> Iterator[bytes]:
    def taken(_: int) -> bytes:
        raise AssertionError("a chunk was taken for what is no key")

    return map(taken, range(1))


def _broken_off(given: int, raised: BaseException) -> Iterator[bytes]:
    yield from cuts(data_of(given), MIB)
    raise raised
