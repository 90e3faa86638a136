"""
The files of a record journal: what stands in one, and how damage shows.

The first line says ``sharekit-journal``, the format's number, and the SHA-256 of all that follows.
The second is a JSON object about the file, and each further line a JSON array: a row, or in a
commit also the removal of one. A commit names the digest of the commit before it, so that the
files of two journals, or of two copies of one, never pass for one.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

import attrs

from sharekit.errors import ConfigurationError, IntegrityError
from sharekit.ids import TenantId
from sharekit.ports.evaluate import micros_of, time_of
from sharekit.ports.rows import KeyValue, Row, new_row

FIRST_DIGEST: Final = "0" * 64
"""What the first commit names as the digest of the one before it."""

_FORMAT: Final = 1
_HEAD = re.compile(rb"sharekit-journal ([0-9]{1,9}) ([0-9a-f]{64})")

Recent = Sequence[tuple[int, str]]
"""The numbers of the last commits and their ids, in order."""


@attrs.frozen
class Commit:
    """
    What one transaction changed.

    Attributes:
        number: Its place in the journal, from 1.
        id: Made up at random by its writer, who knows it again by that.
        previous: The digest of the commit before it.
        tenant: The tenant of all of its rows.
        rows: The rows that were put.
        removed: The kinds and ids of the rows that were removed.
    """

    number: int
    id: str
    previous: str
    tenant: TenantId
    rows: Sequence[Row]
    removed: Sequence[tuple[str, str]]


@attrs.frozen
class Checkpoint:
    """
    All rows after some commit.

    Attributes:
        number: The number of the commit.
        digest: The digest of the commit.
        recent: The last commits up to it.
        rows: The rows.
    """

    number: int
    digest: str
    recent: Recent
    rows: Sequence[Row]


def digest_of(data: bytes) -> str:
    """Return the digest that a whole file carries in its first line."""
    return data[: data.index(b"\n")].decode("ascii").rpartition(" ")[2]


def dump_commit(
    number: int, id_: str, previous: str, tenant: TenantId, changes: Mapping[str, Mapping[str, Row | None]]
) -> bytes:
    """Return the file of a commit."""
    about = {"commit": number, "id": id_, "previous": previous, "tenant": tenant}
    return _sealed(about, _changed_lines(changes))


def _changed_lines(changes: Mapping[str, Mapping[str, Row | None]]) -> Iterator[object]:
    for kind, rows in changes.items():
        for id_, row in rows.items():
            yield [kind, id_] if row is None else _dumped(row)


def load_commit(data: bytes, number: int) -> Commit:
    """
    Read the file of a commit.

    Raises:
        IntegrityError: It is damaged, or the file of something else.
        ConfigurationError: A newer release wrote it.
    """
    about, lines = _unsealed(data, f"commit {number}")
    try:
        if about["commit"] != number:
            raise ValueError("the number")
        tenant = TenantId(_text(about["tenant"]))
        rows = [_loaded(tenant, line) for line in lines if len(line) != 2]  # a removal: kind and id
        removed = [(_text(line[0]), _text(line[1])) for line in lines if len(line) == 2]  # the same
        return Commit(number, _text(about["id"]), _text(about["previous"]), tenant, rows, removed)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise IntegrityError(f"commit {number}", "what stands in it is no commit") from error


def dump_checkpoint(number: int, digest: str, recent: Recent, rows: Iterable[Row]) -> bytes:
    """Return the file of a checkpoint."""
    about = {"checkpoint": number, "digest": digest, "recent": [list(one) for one in recent]}
    return _sealed(about, ([row.tenant, *_dumped(row)] for row in rows))


def load_checkpoint(data: bytes, number: int) -> Checkpoint:
    """
    Read the file of a checkpoint.

    Raises:
        IntegrityError: It is damaged, or the file of something else.
        ConfigurationError: A newer release wrote it.
    """
    about, lines = _unsealed(data, f"checkpoint {number}")
    try:
        if about["checkpoint"] != number:
            raise ValueError("the number")
        rows = [_loaded(TenantId(sys.intern(_text(line[0]))), line[1:]) for line in lines]
        recent = [(_int(one), _text(id_)) for one, id_ in _pairs(about["recent"])]
        return Checkpoint(number, _text(about["digest"]), recent, rows)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise IntegrityError(f"checkpoint {number}", "what stands in it is no checkpoint") from error


def check_sealed(data: bytes, what: str) -> None:
    """Raise `IntegrityError` unless a file is whole and unchanged."""
    _content(data, what)


def _sealed(about: Mapping[str, object], lines: Iterable[object]) -> bytes:
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
    content = "\n".join([encode({**about, "format": _FORMAT}), *map(encode, lines), ""])
    data = content.encode("utf-8", "surrogatepass")
    return b"sharekit-journal %d %s\n%s" % (_FORMAT, hashlib.sha256(data).hexdigest().encode(), data)


# The values are whatever JSON has; what is taken from them is checked one by one.
def _unsealed(data: bytes, what: str) -> tuple[dict[str, object], list[list[object]]]:
    about, *lines = _content(data, what).split(b"\n")[:-1] or [b""]
    try:
        head = json.loads(about)
        # As one array: a call for each line costs a third more.
        rest = json.loads(b"[%s]" % b",".join(lines))
    except ValueError as error:
        raise IntegrityError(what, "its lines are not JSON") from error
    if not isinstance(head, dict) or not all(isinstance(line, list) for line in rest) or len(rest) != len(lines):
        raise IntegrityError(what, "its lines are of another form")
    return head, rest


def _content(data: bytes, what: str) -> bytes:
    first, _, content = data.partition(b"\n")
    head = _HEAD.fullmatch(first)
    if head is None:
        raise IntegrityError(what, "its first line is not that of a journal's file")
    if int(head[1]) != _FORMAT:
        raise ConfigurationError(
            "url", f"holds a journal of format {int(head[1])}, and this release of sharekit reads format {_FORMAT}"
        )
    if hashlib.sha256(content).hexdigest().encode() != head[2]:
        raise IntegrityError(what, "its content does not have its digest")
    return content


def _dumped(row: Row) -> list[object]:
    keys = {
        key: {"time": micros_of(value)} if isinstance(value, datetime) else value for key, value in row.keys.items()
    }
    return [row.kind, row.id, row.revision, row.schema, keys, row.body]


def _loaded(tenant: TenantId, line: Sequence[object]) -> Row:
    kind, id_, revision, schema, keys, body = line
    if not isinstance(keys, dict):
        raise TypeError("the keys")
    if any(isinstance(value, dict) for value in keys.values()):
        keys = {key: _time(value) if isinstance(value, dict) else value for key, value in keys.items()}
    return new_row(
        tenant=tenant,
        kind=sys.intern(_text(kind)),
        id=_text(id_),
        revision=_int(revision),
        schema=_int(schema),
        keys=MappingProxyType(keys),
        body=_text(body),
    )


def _time(value: Mapping[str, object]) -> KeyValue:
    return time_of(_int(value["time"]))


def _pairs(value: object) -> list[tuple[object, object]]:
    if not isinstance(value, list):
        raise TypeError("a list")
    return [(one, other) for one, other in value]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text")
    return value


def _int(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("an int")
    return value
