"""
One kind of record and the row that keeps it.
"""

import functools
import json
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from cattrs.errors import ForbiddenExtraKeysError

from sharekit.codec import _converter
from sharekit.errors import IntegrityError, InvalidInputError
from sharekit.ids import TenantId
from sharekit.ports import KeyValue, KindSpec, Row

__all__ = ["RecordKind", "Upcast"]

R = TypeVar("R")
Upcast = Callable[[dict[str, Any]], dict[str, Any]]  # JSON values of a shape that no class describes any more

_MEMO_SIZE = 4096


class RecordKind(Generic[R]):
    """
    How records of one class are kept.

    Attributes:
        spec: What the store is told.
        record: The class.
        schema: The present shape of the body; each older one has an upcast.
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
        """
        self.spec = spec
        self.record = record
        self.schema = len(upcasts) + 1
        self._id_of = id_of
        self._keys_of = keys_of
        self._counters = tuple(counters)
        self._upcasts = tuple(upcasts)
        self._dump = _converter.dumper(record, (*counters, *unstored))
        self._load = _converter.loader(record, unstored)
        self._decode = functools.lru_cache(maxsize=_MEMO_SIZE)(self._decode_body)

    @property
    def name(self) -> str:
        """The name of the kind, as in ``Row.kind``."""
        return self.spec.kind

    def dump(self, tenant: TenantId, record: R, revision: int) -> Row:
        """Return the row that keeps *record*, to be put at *revision*."""
        keys = self._keys_of(record)
        for counter in self._counters:
            keys[counter] = getattr(record, counter)
        body = json.dumps(self._dump(record), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
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

        The same body gives the same record again without being decoded anew; the row itself was
        read from the store all the same.

        Raises:
            IntegrityError: The body is not of this kind's shape, or belongs to another row.
        """
        counters = tuple(row.keys[name] for name in self._counters) if self._counters else ()
        return self._decode(row.tenant, row.id, row.schema, row.body, counters)

    def _decode_body(self, tenant: TenantId, id_: str, schema: int, body: str, counters: tuple[KeyValue, ...]) -> R:
        if not 1 <= schema <= self.schema:
            raise IntegrityError(self.name, f"its shape {schema} is not known to this release")
        try:
            values = json.loads(body)
            for upcast in self._upcasts[schema - 1 :]:
                values = upcast(values)
            for name, value in zip(self._counters, counters, strict=True):
                values[name] = value or 0
            record = self._load(values)
        except (ValueError, TypeError, KeyError, AttributeError, ForbiddenExtraKeysError, InvalidInputError) as error:
            raise IntegrityError(self.name, "its body does not have the shape that it names") from error
        if self._id_of(record) != id_ or values.get("tenant") != tenant:
            raise IntegrityError(self.name, "its body belongs to another row")
        return record
