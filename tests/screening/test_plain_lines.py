"""Lines of words alone: that they are of no program is told without the long pattern, which would say the same."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from sharekit.screening._programs import _LINES, _is_plain

# Every word that the pattern knows, alone and in one word with others.
_KNOWN = sorted({*re.findall(r"[A-Za-z_]+", _LINES.pattern)})
_WORDS = st.one_of(
    st.sampled_from(_KNOWN),
    st.sampled_from(["my", "passport", "Dear", "Ana", "we", "met", "on", "3", "May", "2026", "x", "_"]),
    st.tuples(st.sampled_from(_KNOWN), st.sampled_from([*_KNOWN, "7", "_x"])).map("".join),
)
_BETWEEN = st.sampled_from(
    [" ", "  ", "\t", ", ", ". ", "! ", "? ", ".", "_", " ,", ":", ";", "(", "=", "-", "\n", "\x1f"]
)
_LINE = st.tuples(
    st.sampled_from(["", " ", "\t", "."]),
    st.lists(st.tuples(_WORDS, _BETWEEN), max_size=5),
    _WORDS,
    st.sampled_from(["", ".", ",", "!", "?", " ", ";", "\n"]),
).map(lambda parts: parts[0] + "".join(word + sign for word, sign in parts[1]) + parts[2] + parts[3])


@given(_LINE)
@example("my passport is on its way to you.")
@example("nextdoor")
@example("what shall we do")
@example("items.each item")
@example("attr_reader name")
def test_what_is_plain_is_no_line_of_a_program(line: str) -> None:
    """Whatever is made of the words that stand in programs, the short way never calls plain what the long one knows."""
    assert not (_is_plain(line) and _LINES.match(line))


def test_sentences_are_plain() -> None:
    """What people write takes the short way."""
    sentences = ["Dear Ana, we met on 3 May.", "  his passport", "Thank you!", "Yours, Maria"]

    assert [True] * len(sentences) == [_is_plain(sentence) for sentence in sentences]
