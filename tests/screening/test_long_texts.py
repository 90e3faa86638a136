"""Long texts are searched in parts: what stands across the edge of one is found as if it stood in a line alone."""

import codecs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.screening._files import reason

PART = 512 * 1024
LINE = "a line of plain text that says nothing and ends here\n"
SIGNS = (
    "<script>",
    "<ScRiPt src=x>",
    "<!DOCTYPE html>",
    "<?php",
    "<%@ page",
    "<svg:svg >",
    "<weird:script >",
    "<img src=x onerror=alert(1)>",
    '<a title="' + "t" * 380 + '" href="javascript:alert(1)">',
    "<meta charset=x>",
    "<x:xmpmeta",
    "<scripture>",
    "<root@host>",
    "a < b and c > d",
    "<a href=https://x.test>",
)
MARKS = {"utf-8": b"", "latin-1": b"", "utf-8-sig": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE}


def around(middle: str, at: int, encoding: str, first: str = "") -> bytes:
    """Make a long text that has *middle* at the byte *at*, in lines of its own text, in this encoding."""
    mark = MARKS[encoding]
    plain = "utf-8" if encoding == "utf-8-sig" else encoding
    width = 2 if plain == "utf-16-le" else 1
    before = (first + LINE * (at // len(LINE) + 1)).encode(plain)[: (at - len(mark)) // width * width]
    return mark + before + middle.encode(plain) + (LINE * 200).encode(plain)


@given(
    sign=st.sampled_from(SIGNS),
    edge=st.integers(1, 2),
    shift=st.integers(-420, 20),
    encoding=st.sampled_from(sorted(MARKS)),
    letters=st.sampled_from(["", "ä", "İſ"]),
    upper=st.booleans(),
)
@example(sign="<script>", edge=1, shift=-1, encoding="utf-8", letters="", upper=False)
@example(sign=SIGNS[8], edge=1, shift=-200, encoding="utf-16-le", letters="", upper=True)
def test_a_sign_across_an_edge_is_found(
    sign: str, edge: int, shift: int, encoding: str, letters: str, *, upper: bool
) -> None:
    """The long text and three lines of it get the same verdict, wherever a part of the long one ends."""
    if encoding == "latin-1":
        letters = letters.replace("İſ", "é")
    sign = sign.upper() if upper else sign
    long = around(sign, edge * PART + shift, encoding, letters)
    short = MARKS[encoding] + (letters + LINE + sign + LINE).encode("utf-8" if encoding == "utf-8-sig" else encoding)

    assert reason("a.txt", long) == reason("a.txt", short)


@given(letters=st.text("aüж漢😀\n", min_size=1, max_size=8), shift=st.integers(-9, 9))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le"])
def test_letters_across_an_edge_are_letters(encoding: str, letters: str, shift: int) -> None:
    """A letter of several bytes may be cut by the edge of a part; half a letter is none."""
    whole = around(letters + "\n", PART + shift, encoding)

    assert reason("a.txt", whole) is None
    assert reason("a.txt", whole[:-1] + b"\xd8\xd8\xd8"[: 1 if encoding == "utf-16-le" else 3]) == (
        "unreadable-text" if encoding != "utf-8" else None
    )


@pytest.mark.parametrize(
    ("late", "found"),
    [
        (b"\0", "unreadable-text"),
        (b"\x01" * 9000, "unreadable-text"),
        (b"\x01 \x02", None),
        (b"\xe4\xf6\xfc", None),
        (b"\xe4\x01", "unreadable-text"),
        ("\ufffe".encode(), "unreadable-text"),
        ("ü\x01".encode(), None),
    ],
)
def test_what_comes_late_counts(late: bytes, found: str | None) -> None:
    """One byte in the third part decides as it would in the first."""
    text = around("", 2 * PART + 1000, "utf-8") + late + LINE.encode()

    assert reason("a.txt", text) == found
    assert reason("a.log", text) == found
