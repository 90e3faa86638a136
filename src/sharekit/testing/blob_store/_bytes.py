"""The laws B1, B2 and B6: bytes come back as they went in."""

import tracemalloc
from collections.abc import Callable, Iterator

from hypothesis import given
from hypothesis import strategies as st

from sharekit.ports.blobs import BlobStore
from sharekit.testing._laws import fingerprint
from sharekit.testing.blob_store._frame import MIB, BlobDoor, Frame, cuts, data_of, fresh, got, kept

_BOUNDS = st.integers(-20, 220) | st.sampled_from([-(2**70), 2**63, 2**70])


class ByteLaws(Frame):
    """The laws of bytes."""

    def test_b1_any_cut_of_the_bytes_comes_back(self, store: BlobStore) -> None:
        """Whatever pieces the bytes come in, empty ones among them, the same bytes are read."""

        @given(st.lists(st.binary(max_size=40), max_size=8))
        def told(chunks: list[bytes]) -> None:
            key = fresh()
            store.write(key, iter(chunks))

            assert got(store, key) == b"".join(chunks)
            assert store.size(key) == len(b"".join(chunks))

        self.tried(told)

    def test_b1_a_large_blob_comes_back(self, store: BlobStore) -> None:
        """Blobs of more than one piece, and just around one, are the same in the end."""
        for size in (MIB - 1, MIB, MIB + 1, 11 * MIB + 7):
            key, data = fresh(), data_of(size)
            store.write(key, cuts(data, 65_521))

            assert fingerprint(got(store, key)) == fingerprint(data)
            assert store.size(key) == size

    def test_b1_nothing_is_something(self, store: BlobStore) -> None:
        """A blob of no bytes is there, and has none."""
        first, second = fresh(), fresh()
        store.write(first, [])
        store.write(second, [b"", b""])

        assert [got(store, first), got(store, second)] == [b"", b""]
        assert [store.size(first), store.size(second)] == [0, 0]

    def test_b2_the_number_is_what_the_store_holds(self, store: BlobStore) -> None:
        """`write` returns the size, of small, empty and large blobs."""
        for size in (0, 1, 1000, 6 * MIB + 1):
            key = fresh()

            assert store.write(key, cuts(data_of(size), MIB)) == size == store.size(key)

    def test_b2_what_was_written_is_there_for_others(
        self, store: BlobStore, reopen: Callable[[], BlobStore] | None, back_door: BlobDoor | None
    ) -> None:
        """As soon as `write` has returned, another store on the same data reads it all, and so does the back door."""
        others = [store, store if reopen is None else reopen()]
        for turn in range(6):
            key, data = fresh(), data_of(turn * 70_000, turn)
            others[turn % 2].write(key, cuts(data, 4096))

            assert fingerprint(got(others[1 - turn % 2], key)) == fingerprint(data)
            if back_door is not None:
                assert fingerprint(back_door.read(key)) == fingerprint(data)

    def test_b6_a_range_is_just_those_bytes(self, store: BlobStore) -> None:
        """Any bounds are cut to the blob; none counts from the end."""
        data = data_of(200)
        key = kept(store, data)

        @given(_BOUNDS, st.none() | _BOUNDS)
        def told(start: int, stop: int | None) -> None:
            first = min(max(start, 0), 200)
            last = 200 if stop is None else min(max(stop, 0), 200)

            assert b"".join(store.read(key, start, stop)) == data[first : max(first, last)]

        self.tried(told)

    def test_b6_a_range_of_a_large_blob(self, store: BlobStore) -> None:
        """A range may begin in one piece and end in another."""
        data = data_of(3 * MIB + 5)
        key = kept(store, data)

        for start, stop in [(0, 1), (MIB - 1, MIB + 1), (5, 3 * MIB), (3 * MIB + 4, None), (MIB, 2 * MIB)]:
            assert fingerprint(b"".join(store.read(key, start, stop))) == fingerprint(data[start:stop])

    def test_b6_pieces_are_small(self, store: BlobStore) -> None:
        """No piece has more than 1 MiB or none, and reading holds little more than one of them."""
        key = kept(store, data_of(12 * MIB))
        tracemalloc.start()
        try:
            sizes = [len(piece) for piece in store.read(key)]
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

        assert sum(sizes) == 12 * MIB
        assert 0 < min(sizes) <= max(sizes) <= MIB
        assert peak < 6 * MIB

    def test_b6_readers_do_not_disturb_each_other(self, store: BlobStore) -> None:
        """Two readers of one blob take turns, and a third goes away early."""
        data = data_of(3 * MIB)
        key = kept(store, data)
        next(store.read(key))
        one, other = store.read(key), store.read(key, MIB)
        first, second = b"", b""
        for piece in one:
            first += piece
            second += next(other, b"")
        second += b"".join(other)

        assert (first, second) == (data, data[MIB:])
        assert isinstance(store.read(key), Iterator)
