"""
Bytes of a mail as text, whatever they claim to be.
"""

import codecs
import re
from email.header import decode_header
from typing import Final

__all__ = ["decoded", "header_text", "plain"]

_MAX_ENCODED: Final = 16 * 1024
# Codecs that are no charsets of mail: they take more than linear time, or interpret what they read.
_REFUSED: Final = frozenset({"punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape", "unicode-escape"})
_FALLBACKS: Final = ("utf-8", "cp1252")
_CONTROLS: Final = dict.fromkeys([*range(9), 11, *range(14, 32), 127, 0xFEFF])
_BREAKS: Final = re.compile("\r\n|[\r\x0c\x85\u2028\u2029]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_BETWEEN: Final = re.compile(r"(\?=)[ \t\r\n]+(?==\?)")


def decoded(data: bytes, charset: str | None) -> str:
    """Return bytes as text: by the charset that they name, else as UTF-8, else as Windows reads them."""
    for name in (charset, *_FALLBACKS):
        codec = _codec(name)
        if codec is None:
            continue
        try:
            return codec.decode(data, "strict")[0]
        except (UnicodeError, ValueError):
            continue
    named = _codec(charset)
    return data.decode("latin-1") if named is None else named.decode(data, "replace")[0]


def plain(text: str) -> str:
    """Return a text with LF at the end of lines, without NUL, other control characters and halves of characters."""
    lines = _BREAKS.sub("\n", text).translate(_CONTROLS)
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", lines)


def header_text(value: str) -> str:
    """Return the value of a header as text: encoded words decoded, eight-bit bytes read, in one line."""
    whole = _eight_bit(value[:_MAX_ENCODED])
    if "=?" in whole:
        whole = _words(_BETWEEN.sub(r"\1", whole))
    return " ".join(plain(whole).split())


def _words(value: str) -> str:
    """Decode encoded words that are well formed; one that is not stays as it is."""
    pieces: list[str] = []
    for piece in re.split(r"(=\?[^?\s]{1,40}\?[bBqQ]\?[^?\s]{0,1000}\?=)", value):
        if not (piece.startswith("=?") and piece.endswith("?=") and len(piece) > 6):
            pieces.append(piece)
            continue
        try:
            parts = decode_header(piece)
        except ValueError:  # broken base64; HeaderParseError is one
            parts = []
        words = "".join(part if isinstance(part, str) else decoded(part, charset) for part, charset in parts)
        pieces.append(words or piece)
    return "".join(pieces)


def _eight_bit(value: str) -> str:
    if value.isascii():
        return value
    try:
        return decoded(value.encode("ascii", "surrogateescape"), None)
    except UnicodeEncodeError:  # it is text already
        return value


def _codec(name: str | None) -> codecs.CodecInfo | None:
    cleaned = (name or "").strip("\"' ").lower()[:40]
    if not cleaned or not cleaned.isascii() or "\0" in cleaned:
        return None
    try:
        codec = codecs.lookup(cleaned)
    except (LookupError, ValueError):
        return None
    usable = codec.name not in _REFUSED and getattr(codec, "_is_text_encoding", True)
    return codec if usable else None
