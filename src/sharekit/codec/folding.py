"""
Folding: the one form in which text is compared, sorted and searched on every store.
"""

import unicodedata

__all__ = ["fold"]

_MAX_KEY = 255

# Letters that Unicode does not decompose, as their users expect to find them.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n"}
)


def fold(text: str) -> str:
    """
    Return *text* decomposed (NFKD), case-folded, without marks, with plain letters for ł, ø and their like.

    ``"Łódź"`` and ``"lodz"`` fold to the same. Folding again changes nothing.

    Args:
        text: Any text.

    Returns:
        At most 255 characters, fit for a text key.
    """
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(char for char in decomposed if not unicodedata.combining(char))[:_MAX_KEY]
