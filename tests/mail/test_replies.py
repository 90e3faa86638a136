"""What is new in an answer: of the common mail programs, in five languages, and of whoever means harm."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit.mail._html import html_to_text
from sharekit.mail.replies import Cut, extract_reply
from tests.mail._answers import CASES, TONGUES, Answer

PIECES = [
    *(line for tongue in TONGUES.values() for line in (tongue.gmail, tongue.apple, tongue.separator, tongue.marker)),
    *(line for tongue in TONGUES.values() for line in (*tongue.header.split("\n"), tongue.phone, tongue.gmail_wrapped)),
    "> quoted", ">> deep", "-- ", "--", "", " ", "text", "wrote:", "On", "_" * 40, ">", "\xa0> x", "\t", "##~", "> ##~",
]  # fmt: skip
mails = st.lists(st.sampled_from(PIECES) | st.text(max_size=30), max_size=25).map("\n".join)


def text_of(case: Answer) -> str:
    """Return the text of an answer, as it is read of a mail."""
    return html_to_text(case.body) if case.html else case.body


def is_subsequence(part: str, whole: str) -> bool:
    """Say whether all of a text stands in another one, in its order."""
    rest = iter(whole)
    return all(char in rest for char in part)


def test_there_are_enough_answers() -> None:
    """More than 120 of them, each with a name of its own."""
    assert len(CASES) >= 120
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_only_what_is_new_is_left(case: Answer) -> None:
    """What is quoted and the signature are cut off, and all else stays."""
    found = extract_reply(text_of(case))

    assert case.reply == found.text
    assert case.signature == found.signature


@pytest.mark.parametrize("case", [case for case in CASES if case.signature], ids=lambda case: case.name)
def test_a_signature_can_be_kept(case: Answer) -> None:
    """It then ends the reply."""
    found = extract_reply(text_of(case), keep_signature=True)

    assert found.text.startswith(case.reply)
    assert found.text.endswith(case.signature)
    assert found.signature == ""


@given(mails)
def test_a_reply_is_part_of_its_mail_and_never_empty(text: str) -> None:
    """Whatever stands in a mail, nothing is added, and something is left when there was something."""
    for keep in (False, True):
        found = extract_reply(text, keep_signature=keep)

        assert is_subsequence(found.text, text)
        assert bool(found.text.strip()) == bool(text.strip())


@given(mails)
def test_what_was_cut_once_is_not_cut_again(text: str) -> None:
    """A reply whose quotation is gone keeps its first lines when it is asked again."""
    found = extract_reply(text)

    assert extract_reply(found.text).text.split("\n")[0] == found.text.split("\n")[0] or found.cut is Cut.NOTHING


def test_of_a_long_mail_the_beginning_is_read() -> None:
    """256 KiB are enough for an answer."""
    text = "Yes.\n\n" + "line\n" * 100_000

    assert extract_reply(text).text.startswith("Yes.")
    assert len(extract_reply(text).text) <= 256 * 1024


SHAPES: dict[str, Callable[[int], str]] = {
    "blank lines": lambda n: "\n" * n,
    "quote marks in one line": lambda n: ">" * n,
    "quoted lines": lambda n: "> x\n" * n,
    "heads without end": lambda n: "On Mon, Mar 2, 2026 at 9:30 AM Ana\n" * n,
    "heads": lambda n: "On Mon, Mar 2, 2026 at 9:30 AM Ana <a@b.example> wrote:\n> x\ny\n" * n,
    "weak heads": lambda n: "Ana wrote:\nx\n" * n,
    "fields": lambda n: "From: x\n\n\nSent: y\n" * n,
    "fields of one kind": lambda n: "To: x\n" * n,
    "rules": lambda n: ("_" * 40 + "\n") * n,
    "rules and blanks": lambda n: ("_" * 40 + "\n\n\n") * n,
    "separators almost": lambda n: "-----Original Messag-----\n" * n,
    "delimiters": lambda n: "-- \nx\n" * n,
    "telephones": lambda n: "Sent from my iPhone\n" * n,
    "one long line": lambda n: "On 2 Mar 2026 wrote " * n,
    "words": lambda n: "a " * n,
    "broken quotes": lambda n: ("> " + "x" * 70 + "\nx\n") * n,
    "markers": lambda n: "##~\n" * n,
    "inline": lambda n: "> q\n\na\n" * n,
    "addresses": lambda n: "a@" * n + "\n",
    "weekdays": lambda n: "Mon, Tue, Wed\n" * n,
}


def operations(work: Callable[[], object]) -> int:
    """Count the calls, of our functions and of the library's, that some work takes."""
    count = 0

    def profile(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("shape", SHAPES)
def test_the_work_grows_with_the_length_alone(shape: str) -> None:
    """Four times as much text takes at most some four times as many steps; no step looks at more than a few lines."""
    small, large = SHAPES[shape](150), SHAPES[shape](600)
    few = operations(lambda: extract_reply(small))
    many = operations(lambda: extract_reply(large))

    assert many <= 4.4 * few + 200
