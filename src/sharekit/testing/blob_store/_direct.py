"""The law B13: addresses that give bytes directly."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from sharekit.errors import InvalidInputError
from sharekit.ports.blobs import BlobStore, SupportsDirectDownloads
from sharekit.testing._laws import fingerprint
from sharekit.testing.blob_store._frame import Fetched, Frame, data_of, kept
from sharekit.testing.blob_store._keys import HOSTILE

_SHORT = timedelta(seconds=30)
_PDF = "application/pdf"


class DirectLaws(Frame):
    """The law of direct downloads, for a store that has them."""

    @pytest.mark.parametrize(
        "name", ["plan.pdf", 'a "quoted" plan; filename=x.exe.pdf', "Größe Łódź €.pdf", "a/b\\c%2f.pdf"]
    )
    def test_b13_the_address_gives_this_blob_as_an_attachment(
        self, store: BlobStore, fetch: Callable[[str], Fetched], name: str
    ) -> None:
        """What answers there has just these bytes, this type, and is saved under this name."""
        key, _ = kept(store, data_of(70_000)), kept(store, b"another")
        able: object = store
        if not isinstance(able, SupportsDirectDownloads):
            return
        fetched = fetch(able.direct_url(key, lives=_SHORT, name=name, media_type=_PDF))
        kind, _, rest = fetched.headers["content-disposition"].partition(";")

        assert fingerprint(fetched.body) == fingerprint(data_of(70_000))
        assert fetched.headers["content-type"] == _PDF
        assert kind == "attachment"
        assert unquote(rest.partition("filename*=UTF-8''")[2]) == name

    def test_b13_a_life_is_short(self, store: BlobStore) -> None:
        """No life, one of more than a minute, what is no key and what is no type raise `InvalidInputError`."""
        key = kept(store, b"bytes")
        able: object = store
        if not isinstance(able, SupportsDirectDownloads):
            return
        wrong: list[Any] = [timedelta(seconds=61), timedelta(days=1), timedelta(0), -_SHORT, 30, None]
        for lives in wrong:
            with pytest.raises(InvalidInputError):
                able.direct_url(key, lives=lives, name="plan.pdf", media_type=_PDF)
        for no_key in HOSTILE:
            with pytest.raises(InvalidInputError):
                able.direct_url(no_key, lives=_SHORT, name="plan.pdf", media_type=_PDF)
        for no_type in ("", "pdf", "text/html\r\nSet-Cookie: a=b", "application/pdf; charset=\u0661"):
            with pytest.raises(InvalidInputError):
                able.direct_url(key, lives=_SHORT, name="plan.pdf", media_type=no_type)
