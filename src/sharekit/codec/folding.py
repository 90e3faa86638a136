"""
Folding: the one form in which text is compared, sorted and searched on every store.
"""

import re
import unicodedata

__all__ = ["fold", "spread", "words"]

_MAX_KEY = 255

# Letters that Unicode does not decompose, as their users expect to find them.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n"}
)

# Scripts without spaces: each of their characters may begin a word.
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(f"[{_UNSPACED}]|[^\\W_{_UNSPACED}]+|[^\\w\\s]|_")


def fold(text: str) -> str:
    """
    Return *text* decomposed (NFKD), case-folded, without marks, with plain letters for ł, ø and their like.

    ``"Łódź"`` and ``"lodz"`` fold to the same. Folding again changes nothing.

    Args:
        text: Any text.

    Returns:
        At most 255 characters, fit for a text key.
    """
    if text.isascii():
        return text.lower()[:_MAX_KEY]  # there is nothing else to it
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(char for char in decomposed if not unicodedata.combining(char))[:_MAX_KEY]


def words(text: str) -> str:
    """
    Return the words of *text*, folded, each after one space, fit for a text key.

    What a person has typed so far begins some word of a name exactly when the words of the name
    hold the words of what was typed. A sign that is no letter or digit is a word by itself, so
    spaces around it make no difference.
    """
    return "".join(f" {word}" for word in _WORD.findall(fold(text)))[:_MAX_KEY]


def spread(text: str, most: int) -> list[str]:
    """
    Return the words of a long text as `words` gives them, in several pieces that are each fit for a text key.

    Each run of characters without a space comes once, and whole, so that what `words` makes of what a person
    typed is found in one of the pieces.

    Args:
        text: Any text.
        most: At most so many pieces; what does not fit is left out.
    """
    pieces: list[str] = []
    for run in dict.fromkeys(words(each) for each in text.split()):
        if pieces and len(pieces[-1]) + len(run) <= _MAX_KEY:
            pieces[-1] += run
        elif len(pieces) < most:
            pieces.append(run)
        else:
            break
    return [piece for piece in pieces if piece]
