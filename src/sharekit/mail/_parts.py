"""
The parts of a message, read by the standard library within limits of our own (R-MAIL-6).

The library reads any bytes, but as deep, as many and as slowly as a sender likes. Here a message that goes beyond
a limit is refused while it is read, and the values of headers come as they stand.
"""

from collections.abc import Iterator
from email._policybase import Compat32
from email.message import Message
from email.parser import BytesFeedParser
from typing import Final

from sharekit.errors import MailRefusedError

__all__ = ["MAX_BYTES", "Part", "parts_of", "read"]

MAX_BYTES: Final = 25 * 1024 * 1024
_MAX_DEPTH: Final = 20
_MAX_PARTS: Final = 100
_MAX_FIELDS: Final = 1000
_MAX_VALUE: Final = 64 * 1024
_MAX_TYPE: Final = 2 * 1024  # the library reads these in quadratic time
_CHUNK: Final = 256 * 1024
_STRUCTURED: Final = frozenset({"content-type", "content-disposition", "content-transfer-encoding"})


class _AsItStands(Compat32):
    """The policy that neither decodes nor checks a value, and cuts one that is too long."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = sourcelines[0].split(":", 1)
        value = "".join((value, *sourcelines[1:]))
        limit = _MAX_TYPE if name.strip().lower() in _STRUCTURED else _MAX_VALUE
        return name, value[:limit].strip(" \t\r\n")

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002  # every value stays as it is
        return value

    def fold_binary(self, name: str, value: str) -> bytes:
        return f"{name}: {value}\n".encode("ascii", "surrogateescape")


class Part(Message):
    """A message or a part of one, which knows how deep it lies and how many there are."""

    depth = 0
    _seen: list[None]

    def attach(self, payload: "Part") -> None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        """Take a part in, unless it is too deep."""
        payload.depth = self.depth + 1
        if payload.depth > _MAX_DEPTH:
            raise MailRefusedError("too-deep")
        super().attach(payload)

    def set_raw(self, name: str, value: str) -> None:
        """Take a header in, unless there are too many."""
        if len(self.keys()) >= _MAX_FIELDS:
            raise MailRefusedError("too-many-headers")
        super().set_raw(name, value)

    def texts(self, name: str) -> list[str]:
        """Return the values of a header as they stand, the topmost first."""
        return [str(value).replace("\r\n", " ").replace("\n", " ") for value in self.get_all(name, [])]

    def parts(self) -> list["Part"]:
        """Return the parts directly within."""
        payload = self.get_payload()
        return [part for part in payload if isinstance(part, Part)] if isinstance(payload, list) else []

    def content(self) -> bytes:
        """Return the decoded bytes of a part without parts."""
        try:
            payload = self.get_payload(decode=True)
        except (ValueError, LookupError, IndexError):  # a broken encoding that the library does not mend
            payload = None
        if isinstance(payload, bytes):
            return payload
        raw = self.get_payload()
        return raw.encode("ascii", "surrogateescape") if isinstance(raw, str) and raw.isascii() else b""


def read(raw: bytes) -> Part:
    """
    Return a message.

    Raises:
        MailRefusedError: It is too large, too deep, has too many parts or headers, or cannot be read at all.
    """
    if len(raw) > MAX_BYTES:
        raise MailRefusedError("too-large")
    count = -1  # the library makes one to try it out

    def part(policy: object = None) -> Part:  # noqa: ARG001  # the library names its own policy
        nonlocal count
        count += 1
        if count > _MAX_PARTS:
            raise MailRefusedError("too-many-parts")
        return Part(_AsItStands())

    parser = BytesFeedParser(part, policy=_AsItStands())
    try:
        for start in range(0, len(raw), _CHUNK):
            parser.feed(raw[start : start + _CHUNK])
        message = parser.close()
    except MailRefusedError:
        raise
    except Exception as error:  # whatever a hostile mail makes of the library costs this mail alone
        raise MailRefusedError("unreadable") from error
    assert isinstance(message, Part)  # noqa: S101  # the factory above made it
    return message


def parts_of(message: Part) -> Iterator[Part]:
    """Yield the parts without parts, in their order; a message within a message counts as one."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        within = [] if part is not message and part.get_content_type() == "message/rfc822" else part.parts()
        if within:
            waiting += reversed(within)
        else:
            yield part
