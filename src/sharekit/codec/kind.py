"""
One kind of record and the row that keeps it.
"""

import json
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import Any, Generic, Protocol, TypeVar

from cattrs.errors import ForbiddenExtraKeysError

from sharekit.codec import _converter
from sharekit.codec._loaders import Load
from sharekit.errors import IntegrityError, InvalidInputError
from sharekit.ids import TenantId
from sharekit.ports import KeyValue, KindSpec, Row

__all__ = ["RecordKind", "Upcast"]


class Kept(Protocol):
    """What every record says of itself."""

    @property
    def tenant(self) -> TenantId:
        """Whose it is."""
        ...


R = TypeVar("R", bound=Kept)
Upcast = Callable[[dict[str, Any]], dict[str, Any]]  # JSON values of a shape that no class describes any more

_MISSHAPEN = (ValueError, TypeError, KeyError, AttributeError, RecursionError, StopIteration, ForbiddenExtraKeysError)

# `loads` would look for blanks and byte order marks, which we do not write. Where there is no value, this stops.
_decoder: Any = json.JSONDecoder()  # whose scanner its stubs leave out
_parse: Callable[[str, int], tuple[Any, int]] = _decoder.scan_once
# `dumps` would make one of these each time.
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


class RecordKind(Generic[R]):
    """
    How records of one class are kept.

    Attributes:
        spec: What the store is told.
        record: The class.
        schema: The present shape of the body; each older one has an upcast.
        counters: The keys that are read with the body, which does not say what is counted.
    """

    def __init__(
        self,
        spec: KindSpec,
        record: type[R],
        *,
        id_of: Callable[[R], str],
        keys_of: Callable[[R], dict[str, KeyValue]],
        counters: Sequence[str] = (),
        unstored: Sequence[str] = (),
        upcasts: Sequence[Upcast] = (),
        remembers: int = 0,
    ) -> None:
        """
        Describe a kind.

        Args:
            spec: Its name, keys and indexes.
            record: Its class.
            id_of: The id of a record's row.
            keys_of: The keys of a record's row, counters excepted.
            counters: Int keys that `Transaction.bump` may raise; they are kept in the keys alone,
                under the name that the record's field has.
            unstored: Fields of the record that are not kept.
            upcasts: Pure steps, the first from shape 1 to shape 2, and so on.
            remembers: What so many different rows meant, the latest ones, is remembered, which makes
                reading the same row again cheap. Only for records that are immutable throughout.
        """
        self.spec = spec
        self.record = record
        self.schema: int = len(upcasts) + 1
        self._id_of = id_of
        self._keys_of = keys_of
        self.counters: tuple[str, ...] = tuple(counters)
        self._upcasts = tuple(upcasts)
        self._unstored = tuple(unstored)
        # By everything that is read of a row: it only saves the decoding, never the reading.
        self._record_of = lru_cache(remembers)(self.load_anew) if remembers else self.load_anew

    @cached_property
    def _dump(self) -> Callable[[R], dict[str, Any]]:
        """Makes plain values; written when the first record is kept, as `_load` is."""
        return _converter.dumper(self.record, (*self.counters, *self._unstored))

    @cached_property
    def _load(self) -> Load[R]:
        """Makes a record; written when the first one is wanted, since few processes want one of every kind."""
        return _converter.loader(self.record, self.counters, self._unstored)

    @property
    def name(self) -> str:
        """The name of the kind, as in ``Row.kind``."""
        return self.spec.kind

    def keys(self, record: R) -> dict[str, KeyValue]:
        """Return the keys of a record's row, counters excepted."""
        return self._keys_of(record)

    def dump(self, tenant: TenantId, record: R, revision: int) -> Row:
        """Return the row that keeps *record*, to be put at *revision*."""
        keys = self._keys_of(record)
        for counter in self.counters:
            keys[counter] = getattr(record, counter)
        body = _written(self._dump(record))
        return Row(
            tenant=tenant,
            kind=self.spec.kind,
            id=self._id_of(record),
            revision=revision,
            schema=self.schema,
            keys=keys,
            body=body,
        )

    def load(self, row: Row) -> R:
        """
        Return the record that *row* keeps.

        Raises:
            IntegrityError: The body is not of this kind's shape, or belongs to another row.
        """
        return self._record_of(row.tenant, row.id, row.schema, row.body, *map(row.keys.__getitem__, self.counters))

    def load_seen(self, tenant: TenantId, id_: str, schema: int, body: str, counts: Sequence[KeyValue] = ()) -> R:
        """
        Return the record of a row of which only so much was read.

        Args:
            tenant: As in the row.
            id_: The same.
            schema: The same.
            body: The same.
            counts: The values of the keys that `counters` names.

        Raises:
            IntegrityError: As `load` raises it.
        """
        return self._record_of(tenant, id_, schema, body, *counts)

    def load_anew(self, tenant: TenantId, id_: str, schema: int, body: str, *counts: KeyValue) -> R:
        """
        Return the same as `load_seen`, without remembering it; for whoever does so himself, or has no use for that.

        Raises:
            IntegrityError: As `load` raises it.
        """
        load = self._load
        try:
            values, end = _parse(body, 0)
            if end != len(body):
                raise ValueError(body[end:])
            if schema != self.schema:
                values = self._raised(schema, values)
            record = load(values, counts)
        except (*_MISSHAPEN, InvalidInputError):
            # Without the cause, which would show parts of the body.
            raise IntegrityError(self.name, "its body does not have the shape that it names") from None
        if self._id_of(record) != id_ or record.tenant != tenant:
            raise IntegrityError(self.name, "its body belongs to another row")
        return record

    # JSON values, which the loader looks at
    def _raised(self, schema: int, values: dict[str, Any]) -> dict[str, Any]:
        if not 1 <= schema < self.schema:
            raise IntegrityError(self.name, f"its shape {schema} is not known to this release")
        for upcast in self._upcasts[schema - 1 :]:
            values = upcast(values)
        return values
