"""The laws B8, B10, B11 and B12: listings, failures, and where a store ends."""

import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sharekit.errors import SharekitError, StorageError
from sharekit.ids import BlobKey
from sharekit.ports.blobs import BlobStore
from sharekit.testing.blob_store._frame import TENANT, Frame, fresh, got, kept, listed
from sharekit.testing.blob_store._keys import HOSTILE


class PlaceLaws(Frame):
    """The laws of places."""

    def test_b8_a_listing_names_what_lies_under_a_prefix(self, store: BlobStore) -> None:
        """Keys, sizes and times of one tenant are named, not those of tenants whose names begin alike."""
        assert listed(store, f"{TENANT}/") == []

        mine = {kept(store, b"x" * size): size for size in (0, 1, 5000)}
        deeper = fresh(f"{TENANT}/deeper")
        store.write(deeper, [b"x" * 7])
        others = [kept(store, b"other", tenant) for tenant in (f"{TENANT}2", TENANT[:-1], "other")]
        blobs = list(store.blobs(f"{TENANT}/"))

        assert {blob.key: blob.size for blob in blobs} == {**mine, deeper: 7}
        assert len(blobs) == 4
        assert {blob.written_at.utcoffset() for blob in blobs if blob.written_at is not None} <= {timedelta(0)}
        assert listed(store, f"{TENANT}/deeper/") == [deeper]
        assert listed(store, "other/") == others[2:]
        assert listed(store, "nobody/") == []

    def test_b8_a_listing_names_many(self, store: BlobStore) -> None:
        """What is there is named once, however much it is, and what was removed is not."""
        keys = sorted(kept(store, b"x") for _ in range(60))
        for key in keys[::3]:
            store.delete(key)

        assert listed(store, f"{TENANT}/") == [key for number, key in enumerate(keys) if number % 3]

    def test_b10_the_stores_own_exceptions_are_the_cause(
        self, store: BlobStore, sabotage: Callable[[], None] | None
    ) -> None:
        """When the store breaks, every verb raises `StorageError` with the reason as its cause."""
        key = kept(store, b"bytes")
        if sabotage is None:
            return
        uses: list[Callable[[], object]] = [
            lambda: store.write(fresh(), [b"bytes"]),
            lambda: list(store.read(key)),
            lambda: store.size(key),
            lambda: store.delete(key),
            lambda: list(store.blobs(f"{TENANT}/")),
        ]
        sabotage()

        for use in uses:
            with pytest.raises(StorageError) as caught:
                use()

            assert caught.value.__cause__ is not None
            assert not isinstance(caught.value.__cause__, SharekitError)

    def test_b11_nothing_around_the_root_is_touched(
        self, store: BlobStore, outside: Callable[[], object] | None
    ) -> None:
        """Whatever is asked for, what lies around the root is as it was."""
        kept(store, b"bytes")
        before = None if outside is None else outside()
        uses: list[Callable[[Any], object]] = [
            lambda key: list(store.read(key)),
            store.size,
            lambda prefix: list(store.blobs(prefix)),
            lambda key: store.write(key, [b"escaped"]),
            store.delete,
        ]
        for use in uses:
            for wrong in HOSTILE:
                with contextlib.suppress(SharekitError):
                    use(wrong)

            assert before == (None if outside is None else outside())

    def test_b11_links_are_refused(
        self, store: BlobStore, link: Callable[[str, str], None] | None, outside: Callable[[], object] | None
    ) -> None:
        """A link in the place of a blob or of a folder is an error to all verbs, and is not listed."""
        kept(store, b"bytes")
        if link is None:
            return
        for kind in ("file", "folder"):
            key = fresh(f"linked-{kind}")
            link(key, kind)
            before = None if outside is None else outside()
            uses: list[Callable[[BlobKey], object]] = [
                lambda key: store.write(key, [b"escaped"]),
                lambda key: list(store.read(key)),
                store.size,
                store.delete,
            ]
            for use in uses:
                with pytest.raises(SharekitError) as caught:
                    use(key)

                assert caught.value.code in {"storage", "conflict"}
            try:
                named = listed(store, f"linked-{kind}/")
            except StorageError:
                named = []

            assert named == []
            assert before == (None if outside is None else outside())

    def test_b12_stores_with_different_roots_do_not_see_each_other(
        self, store: BlobStore, elsewhere: BlobStore
    ) -> None:
        """The same key is two blobs in two stores, and each lists and deletes its own."""
        key, other = kept(store, b"here"), fresh()
        unseen = elsewhere.size(key)
        elsewhere.write(key, [b"there"])
        elsewhere.write(other, [b"there too"])
        seen = [got(store, key), got(elsewhere, key), got(store, other)]
        lists = [listed(store, f"{TENANT}/"), listed(elsewhere, f"{TENANT}/")]
        elsewhere.delete(key)

        assert unseen is None
        assert seen == [b"here", b"there", None]
        assert lists == [[key], sorted([key, other])]
        assert [got(store, key), got(elsewhere, key)] == [b"here", None]
