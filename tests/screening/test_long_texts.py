"""Long texts are searched in parts: what stands across the edge of one is found as if it stood in a line alone."""

import codecs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sharekit.screening import clean_name, reading_of
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


@pytest.mark.parametrize("width", [1, 2, 3, 100, 4096, 65_536, 70_001, 3 * PART])
@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"a",
        codecs.BOM_UTF8 + b"a",
        codecs.BOM_UTF16_LE + "a line\n".encode("utf-16-le") * 20_000,
        around("<script>", PART - 3, "utf-8-sig"),
        around("漢字" * 9, PART - 5, "utf-8"),
        around("ä<svg>", PART - 2, "latin-1"),
        around("\0", PART + 9, "utf-8"),
        around("\x01" * 5000, PART - 9, "utf-8"),
        around("\ufffe", PART - 1, "utf-8"),
    ],
)
def test_looking_as_the_bytes_pass_changes_no_verdict(text: bytes, width: int) -> None:
    """Whoever looks at the pieces of a text on their way finds what a search of the whole finds, however it is cut."""
    if width < 4096:
        text = text[-5000:] if len(text) > 5000 else text
    passed = reading_of(clean_name("a.txt"))
    assert passed is not None
    for at in range(0, len(text), width):
        passed.look(text[at : at + width])

    assert reason("a.txt", text, passed=passed) == reason("a.txt", text)


def test_a_reading_of_other_bytes_does_not_count() -> None:
    """What was looked at has as many bytes as what is there, or all is read."""
    passed = reading_of(clean_name("a.txt"))
    assert passed is not None
    passed.look(LINE.encode())

    assert reason("a.txt", (LINE + "<script>\n").encode(), passed=passed) == "web-page"
    assert reading_of(clean_name("a.png")) is None


@pytest.mark.parametrize("far", range(2 * 1024 * 1024, 3 * 1024 * 1024, 131_072))
def test_far_into_a_long_text_bytes_of_no_text_are_noticed(far: int) -> None:
    """Wherever they begin: a single zero, and others where there are many."""
    before = around("", far, "utf-8")
    many = (LINE[:-1] + "\x01\n").encode() * 20_000

    assert reason("a.txt", before + b"\0" + LINE.encode()) == "unreadable-text"
    assert reason("a.txt", before + many) == "unreadable-text"
    assert reason("a.txt", before + b"\x01 \x02 ") is None
    assert reason("a.txt", before + b"\xe4\x01") == "unreadable-text"


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
