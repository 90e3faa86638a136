"""
Reads long bodies: piece by piece, no further than a limit, and files out of forms as they come.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from sharekit.errors import MissingExtraError, UploadRefusedError
from sharekit.web._errors import BodyLostError, BodyStalledError, BodyTooLargeError, MalformedBodyError, WrongTypeError
from sharekit.web.messages import WebRequest

try:
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import MultipartParser, parse_options_header
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("python_multipart", "pages") from _missing

__all__ = ["Body", "SentFile", "SentMessage", "read_file", "read_message"]

_PIECE: Final = 64 * 1024
_BESIDES: Final = 64 * 1024  # what a form may hold besides the file: headers, boundaries, fields
_MOST_PARTS: Final = 30
_MOST_TEXT: Final = 1024 * 1024  # of all fields of a message, in bytes
_ANY_LENGTH: Final = 2**40
_PASSED_OVER: Final = 64 * 1024 * 1024  # of files that are too large, so that the browser shows the answer


class Body:
    """
    The body of a request, open for reading.

    Args:
        request: The request.
        most: How many bytes it may have; a longer one is refused by its length, or as soon as it is longer.

    Raises:
        BodyTooLargeError: It says that it is longer.
        MalformedBodyError: Its length is no number.
    """

    def __init__(self, request: WebRequest, most: int) -> None:
        self._request = request
        self._most = most
        self._taken = 0
        self._ended = False
        given = request.headers.get("content-length", "").strip()
        if given and not (given.isascii() and given.isdigit()):
            raise MalformedBodyError
        self.length: int | None = int(given[:18]) if given else None
        if self.length is not None and self.length > most:
            raise BodyTooLargeError

    def read(self, size: int, /) -> bytes:
        """
        Return at most so many bytes; none at the end.

        Raises:
            BodyTooLargeError: It is longer than it may be.
            OSError: It did not come in time, or ended before its end.
        """
        if self._ended or (self.length is not None and self._taken >= self.length):
            return b""
        wanted = min(size, _PIECE)
        if self.length is not None:
            wanted = min(wanted, self.length - self._taken)
        piece = self._request.read(wanted)
        self._taken += len(piece)
        self._ended = len(piece) < wanted
        if self._taken > self._most:
            raise BodyTooLargeError
        if self._ended and self.length is not None and self._taken < self.length:
            raise ConnectionAbortedError
        return piece


@attrs.frozen
class SentFile:
    """
    A file in a form.

    Attributes:
        name: As the browser calls it; empty when none was chosen.
        stream: Its bytes; at the end the rest of the form is read, which may hold no other file.
    """

    name: str
    stream: Iterator[bytes] = attrs.field(repr=False)


def read_file(request: WebRequest, most: int) -> SentFile:
    """
    Return the one file of a form, whose bytes are read as they are asked for (R-HTTP-6).

    Args:
        request: The request.
        most: How many bytes the file may have; whoever takes it counts.

    Raises:
        WrongTypeError: The body is no form with files.
        BodyTooLargeError: It is longer than such a form can be.
        MalformedBodyError: It cannot be read as such a form, or has no file.
    """
    parts = _parts_of(request, most + _BESIDES)
    name = parts.next_file()
    if name is None:
        raise MalformedBodyError
    return SentFile(name, parts.bytes_of_file())


@attrs.frozen
class SentMessage:
    """
    A message as a form sends it.

    Attributes:
        fields: Its fields by name; the first counts where a name comes twice.
        files: Names and bytes of its files; none where they are refused.
        refused: Why its files cannot be taken, or None.
    """

    fields: Mapping[str, str] = attrs.field(repr=False)
    files: tuple[tuple[str, bytes], ...] = attrs.field(default=(), repr=False)
    refused: UploadRefusedError | None = None

    def text(self, name: str) -> str:
        """Return a field, its lines ending as texts of ours do; empty when it did not come."""
        return self.fields.get(name, "").replace("\r\n", "\n")


def read_message(request: WebRequest, most: int) -> SentMessage:
    """
    Return the fields of a form and its files, which are held as a whole.

    Args:
        request: The request.
        most: How many bytes the files may have together; of larger ones nothing is kept but that they were.

    Raises:
        WrongTypeError: The body is no form with files.
        BodyTooLargeError: Its fields are longer than a message can be.
        MalformedBodyError: It cannot be read as such a form.
        BodyStalledError: It did not come in time.
        BodyLostError: It ended before its end.
    """
    parts = _parts_of(request, _ANY_LENGTH)
    try:
        return parts.message(most)
    except TimeoutError as error:
        raise BodyStalledError from error
    except OSError as error:
        raise BodyLostError from error


def _parts_of(request: WebRequest, most: int) -> "_Parts":
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= 70:
        raise WrongTypeError
    return _Parts(Body(request, most), boundary)


class _Parts:
    """What the parser says of a form, to be asked for piece by piece."""

    def __init__(self, body: Body, boundary: bytes) -> None:
        self._body = body
        self._said: deque[tuple[str, bytes]] = deque()
        self._field = b""
        self._disposition = b""
        self._value = b""
        self._count = 0
        self._besides = 0
        self._over = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._on_part_begin,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": lambda: self._said.append(("part", self._disposition)),
                "on_part_data": lambda data, start, end: self._said.append(("data", data[start:end])),
                "on_part_end": lambda: self._said.append(("end", b"")),
                "on_end": self._on_end,
            },
        )

    def next_file(self) -> str | None:
        """Go on to the next part that is a file, and return its name; None when there is none."""
        while (said := self._next()) is not None:
            what, data = said
            if what == "part":
                _, options = parse_options_header(data)
                if b"filename" in options:
                    return _text(options[b"filename"])
            elif what == "data":
                self._besides += len(data)
                if self._besides > _BESIDES:
                    raise BodyTooLargeError
        return None

    def bytes_of_file(self) -> Iterator[bytes]:
        """Yield the bytes of the file that was found, and see to it that the form is whole and has no other."""
        while (said := self._next()) is not None:
            what, data = said
            if what == "end":
                break
            yield data
        if self.next_file() is not None:
            raise MalformedBodyError

    def message(self, most: int) -> SentMessage:
        """Return all that the form holds."""
        fields: dict[str, str] = {}
        files: list[tuple[str, bytes]] = []
        room, letters = most, _MOST_TEXT
        while (said := self._next()) is not None:
            if said[0] != "part":
                continue
            _, options = parse_options_header(said[1])
            name, held = options.get(b"filename"), bytearray()
            for piece in self._rest_of_part():
                held += piece
                if name is None and len(held) > letters:
                    raise BodyTooLargeError
                if name is not None and len(held) > room:
                    self._pass_over()
                    return SentMessage(fields, (), UploadRefusedError("too-large", name="", limit=most))
            if name is None:
                letters -= len(held)
                fields.setdefault(_text(options.get(b"name", b"")), _text(bytes(held)))
            elif name:
                room -= len(held)
                files.append((_text(name), bytes(held)))
        return SentMessage(fields, tuple(files))

    def _rest_of_part(self) -> Iterator[bytes]:
        while (said := self._next()) is not None and said[0] != "end":
            yield said[1]

    def _pass_over(self) -> None:
        """Read what is still to come, up to a bound: a browser that is interrupted shows no answer."""
        self._said.clear()
        for _ in range(_PASSED_OVER // _PIECE):
            if not self._body.read(_PIECE):
                return

    def _next(self) -> tuple[str, bytes] | None:
        while not self._said:
            if self._over:
                return None
            piece = self._body.read(_PIECE)
            try:
                self._parser.write(piece) if piece else self._parser.finalize()
            except FormParserError as error:
                raise MalformedBodyError from error
            if not piece and not self._over:
                raise MalformedBodyError
        return self._said.popleft()

    def _on_part_begin(self) -> None:
        self._disposition = b""
        self._count += 1
        if self._count > _MOST_PARTS:
            raise MalformedBodyError

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field = self._value = b""

    def _on_end(self) -> None:
        self._over = True


def _text(name: bytes) -> str:
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedBodyError from error
