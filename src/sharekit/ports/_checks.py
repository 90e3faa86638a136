"""Law T14: what may be stored and what may be asked. `sharekit.ports.evaluate` is its window."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sharekit.errors import InvalidQueryError
from sharekit.ports.query import (
    AllOf,
    AnyOf,
    Contains,
    Eq,
    In,
    InSelect,
    IsNull,
    Not,
    OrderBy,
    Position,
    Prefix,
    Query,
    Range,
)
from sharekit.ports.rows import KeyType, KeyValue, KindSpec, Row, new_row
from sharekit.ports.stores import Sought

MAX_INT: Final = 2**63 - 1
"""The greatest int that a key can hold."""

_MAX_TEXT = 255
_TEXT, _REF = KeyType.TEXT, KeyType.REF
_MAX_DEPTH = 16  # the parser of SQLite bounds it, where a sub-select takes twice as much
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND


def micros_of(time: datetime) -> int:
    """Return an aware time as microseconds since 1970 in UTC, the form in which times are compared."""
    return (time - _EPOCH) // _MICROSECOND


def time_of(micros: int) -> datetime:
    """Return the UTC time whose `micros_of` this is."""
    return _EPOCH + timedelta(0, 0, micros)


def known_kind(kind: str, specs: Mapping[str, KindSpec]) -> KindSpec:
    """Return what was declared of the kind, or raise `InvalidQueryError`."""
    spec = specs.get(kind)
    if spec is None:
        raise InvalidQueryError(f"the kind {kind!r} is not declared")
    return spec


def check_sought(sought: Sought, specs: Mapping[str, KindSpec]) -> Sought:
    """
    Return what a glance looks for.

    Raises:
        InvalidQueryError: It is not declared, or is found by what holds no text.
    """
    spec = known_kind(sought.kind, specs)
    if _type_of(spec, sought.by) not in {KeyType.TEXT, KeyType.REF}:
        raise InvalidQueryError(f"rows are not found by {sought.by!r}, which holds no text")
    for key in sought.keys:
        if key not in spec.keys:
            raise InvalidQueryError(f"{spec.kind!r} has no key {key!r}")
    return sought


def check_picked(keys: Sequence[str], spec: KindSpec) -> None:
    """Raise `InvalidQueryError` unless rows of this kind have each of these keys, or it is their id."""
    for key in keys:
        _type_of(spec, key)


def check_row(row: Row, spec: KindSpec) -> Row:
    """
    Return the row as a store keeps it: keys in the declared order, times in UTC.

    Raises:
        InvalidQueryError: The row does not fit the kind.
    """
    if row.kind != spec.kind:
        raise InvalidQueryError(f"a row of {row.kind!r} was taken for one of {spec.kind!r}")
    if row.keys.keys() != spec.keys.keys():
        raise InvalidQueryError(f"a row of {row.kind!r} needs exactly the keys {sorted(spec.keys)}")
    _check_value("id", KeyType.REF, row.id)
    if not _is_text(row.body):
        raise InvalidQueryError("a body is text without surrogates and U+0000")
    for name, number in (("revision", row.revision), ("schema", row.schema)):
        if not _is_int(number) or not 0 <= number < MAX_INT:
            raise InvalidQueryError(f"a {name} is an int, 0 or more")
    return new_row(
        tenant=row.tenant,
        kind=row.kind,
        id=row.id,
        revision=row.revision,
        schema=row.schema,
        keys={name: _kept(name, of, row.keys[name]) for name, of in spec.keys.items()},
        body=row.body,
    )


def check_counter(spec: KindSpec, counter: str, limit: int | None, amount: int) -> None:
    """Raise `InvalidQueryError` unless `Transaction.bump` can be called so."""
    if spec.keys.get(counter) is not KeyType.INT:
        raise InvalidQueryError(f"{spec.kind!r} has no Int key {counter!r}")
    if not _is_int(amount) or amount < 1:
        raise InvalidQueryError("bump adds at least 1")
    if limit is not None and not _is_int(limit):
        raise InvalidQueryError("a limit is an int of 64 bits, or None")


def check_query(query: Query, specs: Mapping[str, KindSpec]) -> None:
    """
    Raise `InvalidQueryError` unless every store that was opened with *specs* can answer the query.

    Conditions nest at most 16 deep, where a sub-select counts twice.

    Args:
        query: The question.
        specs: What was declared, by kind.
    """
    spec = known_kind(query.kind, specs)
    _check_position(query.after, query.order, _type_of(spec, query.order.key))
    if query.limit is not None and (not _is_int(query.limit) or query.limit < 1):
        raise InvalidQueryError("a limit is an int of at least 1, or None")
    _check_condition(query.where, spec, specs, 0)


def in_utc(value: KeyValue) -> KeyValue:
    """Return the value as it is kept: a time in UTC, anything else unchanged."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _check_position(after: Position | None, order: OrderBy, of: KeyType) -> None:
    if after is None:
        return
    _check_value("id", KeyType.REF, after.id, stored=False)
    if after.value is not None:
        _check_value(order.key, of, after.value, stored=False)
    if order.key == "id" and after.value != after.id:
        raise InvalidQueryError("a position in the order of ids has the id as its value")


def _check_condition(condition: object, spec: KindSpec, specs: Mapping[str, KindSpec], depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise InvalidQueryError(f"conditions nest at most {_MAX_DEPTH} deep, where a sub-select counts twice")
    match condition:
        case AnyOf(conditions) | AllOf(conditions):
            for part in conditions:
                _check_condition(part, spec, specs, depth + 1)
        case Not(part):
            _check_condition(part, spec, specs, depth + 1)
        case InSelect(key, select):
            inner = known_kind(select.kind, specs)
            _check_comparable(_type_of(spec, key), _type_of(inner, select.key))
            _check_condition(select.where, inner, specs, depth + 2)
        case IsNull(key):
            _type_of(spec, key)
        case Eq() | In() | Range() | Prefix() | Contains():
            _check_values(condition, _type_of(spec, condition.key))
        case _:
            raise InvalidQueryError(f"{type(condition).__name__} is not a condition")


def _check_values(condition: Eq | In | Range | Prefix | Contains, of: KeyType) -> None:
    match condition:
        case Eq(key, value):
            _check_value(key, of, value, stored=False)
        case In(key, values):
            for value in values:
                _check_value(key, of, value, stored=False)
        case Range():
            _check_range(condition, of)
        case _:
            if of is not KeyType.TEXT:
                raise InvalidQueryError(f"the key {condition.key!r} is not Text, so it is not searched")
            _check_value(condition.key, of, condition.text, stored=False)


def _check_range(condition: Range, of: KeyType) -> None:
    if of is KeyType.BOOL:
        raise InvalidQueryError(f"the key {condition.key!r} is a Bool and has no range")
    bounds = (condition.at_least, condition.above, condition.at_most, condition.below)
    if all(bound is None for bound in bounds):
        raise InvalidQueryError("a range needs at least one bound")
    for bound in bounds:
        if bound is not None:
            _check_value(condition.key, of, bound, stored=False)


def _check_comparable(outer: KeyType, inner: KeyType) -> None:
    texts = (KeyType.TEXT, KeyType.REF)
    if outer is not inner and not (outer in texts and inner in texts):
        raise InvalidQueryError(f"a key of type {outer.value} is never among values of type {inner.value}")


def _type_of(spec: KindSpec, key: str) -> KeyType:
    of = KeyType.REF if key == "id" else spec.keys.get(key)
    if of is None:
        raise InvalidQueryError(f"{spec.kind!r} has no key {key!r}")
    return of


def _check_value(key: str, of: KeyType, value: object, *, stored: bool = True) -> None:
    if not _IS_OF[of](value):
        raise InvalidQueryError(f"the key {key!r} wants {_WANTED[of]}")
    # Only what is stored is bounded: a longer text in a question is an honest one that matches nothing.
    if stored and isinstance(value, str) and len(value) > _MAX_TEXT:
        raise InvalidQueryError(f"the key {key!r} holds at most {_MAX_TEXT} characters")


def _kept(key: str, of: KeyType, value: KeyValue) -> KeyValue:
    if value is None:
        return None
    # Most keys are short texts of plain letters, which need no further look.
    if (
        (of is _REF or of is _TEXT)
        and isinstance(value, str)
        and value.isascii()
        and len(value) <= _MAX_TEXT
        and "\x00" not in value
    ):
        return value
    _check_value(key, of, value)
    return in_utc(value)


def _is_text(value: object) -> bool:
    if not isinstance(value, str):
        return False
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return False
    return "\x00" not in value


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -MAX_INT - 1 <= value <= MAX_INT


def _is_time(value: object) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is not None and _FIRST <= micros_of(value) <= _LAST


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


_IS_OF: Final = {
    KeyType.TEXT: _is_text,
    KeyType.REF: _is_text,
    KeyType.INT: _is_int,
    KeyType.TIME: _is_time,
    KeyType.BOOL: _is_bool,
}
_WANTED: Final = {
    KeyType.TEXT: "text without surrogates and U+0000",
    KeyType.REF: "text without surrogates and U+0000",
    KeyType.INT: "an int of 64 bits, and no bool",
    KeyType.TIME: "an aware datetime",
    KeyType.BOOL: "True or False",
}
