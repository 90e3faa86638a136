"""
What a record store keeps: rows of declared kinds.

A row is a body of JSON text, which is the truth, and a few scalar keys beside it that can be
queried, indexed, and joined by the host's own SQL.
"""

import enum
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Protocol

import attrs

from sharekit.errors import ConfigurationError
from sharekit.ids import TenantId
from sharekit.records.drafts import directly
from sharekit.records.several import SeveralInOrder

__all__ = ["Bool", "Int", "KeyType", "KeyValue", "KindSpec", "Ref", "Row", "Text", "Time", "new_row"]

KeyValue = str | int | bool | datetime | None
"""A key's value. A time is aware, in UTC, to the microsecond. An int fits 64 bits."""


class KeyType(enum.Enum):
    """The type of a key. Every key may also be null."""

    TEXT = "text"
    """Text of at most 255 characters, ordered by code point. Whoever writes it has folded it."""
    INT = "int"
    TIME = "time"
    BOOL = "bool"
    REF = "ref"
    """The id of something, at most 255 characters; compared, never searched."""


Text: Final = KeyType.TEXT
Int: Final = KeyType.INT
Time: Final = KeyType.TIME
Bool: Final = KeyType.BOOL
Ref: Final = KeyType.REF

_KIND = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_RESERVED = frozenset({"tenant", "id", "revision", "schema", "body"})


def _own(keys: Mapping[str, KeyType]) -> Mapping[str, KeyType]:
    return dict(keys)


def _tuple(keys: SeveralInOrder[str]) -> tuple[str, ...]:
    return tuple(keys)


def _tuples(indexes: Iterable[SeveralInOrder[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(index) for index in indexes)


@attrs.frozen
class KindSpec:
    """
    What a store must know of one kind of row before it opens.

    A store that has columns gives each key one, and makes the declared indexes. Every index
    begins with the tenant and ends with the id, whether or not that is written; one of references
    may have the first of them before the tenant.

    Attributes:
        kind: A slug such as ``"read-link"``; at most 40 characters.
        keys: The keys' names (``[a-z][a-z0-9_]*``) and types.
        indexes: Tuples of key names, most selective first.
        carried: Keys that lists read of many rows at once. A store may keep them once more beside the ids, and
            at the end of the indexes along which it lists, where they are found without the bodies.

    Raises:
        ConfigurationError: A name is malformed or reserved, or an index names an unknown key.
    """

    kind: str
    keys: Mapping[str, KeyType] = attrs.field(factory=dict[str, KeyType], converter=_own)
    indexes: tuple[tuple[str, ...], ...] = attrs.field(default=(), converter=_tuples)
    carried: tuple[str, ...] = attrs.field(default=(), converter=_tuple)

    def __attrs_post_init__(self) -> None:
        if not _KIND.fullmatch(self.kind) or len(self.kind) > 40:
            raise ConfigurationError("kind", f"{self.kind!r} is not a slug of at most 40 characters")
        for name in self.keys:
            if not _KEY.fullmatch(name) or name in _RESERVED or len(name) > 40:
                raise ConfigurationError("keys", f"{name!r} cannot name a key")
        for index in self.indexes:
            if not index or not set(index) <= set(self.keys):
                raise ConfigurationError("indexes", f"{index!r} names a key that is not declared")
        if not set(self.carried) <= set(self.keys):
            raise ConfigurationError("carried", f"{self.carried!r} names a key that is not declared")


@attrs.frozen(kw_only=True)
class Row:
    """
    One stored record.

    Attributes:
        tenant: Whose row it is.
        kind: The `KindSpec.kind`.
        id: Unique within tenant and kind; at most 255 characters, compared byte by byte.
        revision: 0 before the first `Transaction.put`, then 1, 2, and so on with each change.
        schema: The shape of the body, raised by a release that changes it.
        keys: A value, possibly null, for every key that the kind declares.
        body: JSON text.
    """

    tenant: TenantId
    kind: str
    id: str
    revision: int
    schema: int
    keys: Mapping[str, KeyValue]
    body: str


class _NewRow(Protocol):
    def __call__(
        self,
        *,
        tenant: TenantId,
        kind: str,
        id: str,
        revision: int,
        schema: int,
        keys: Mapping[str, KeyValue],
        body: str,
    ) -> Row: ...


new_row: _NewRow = directly(Row)
"""Makes a `Row` in a third of the time; for stores, which make many."""
