"""
Writes the functions that read records from plain values, straight from one field to the next.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import attrs

from sharekit.records.drafts import Field, Names, default_of, fields_of, put, written

__all__ = ["Load", "Plain", "Reading", "ShapeError", "loader_of"]

R = TypeVar("R")
Plain = dict[str, Any]  # JSON values: their types are what the written functions find out
Load = Callable[[Plain, Sequence[object]], R]


class ShapeError(ValueError):
    """A plain value does not have the shape of its field."""


@attrs.frozen
class Reading:
    """
    How the plain value of a field is read.

    Attributes:
        exactly: The type that it has to have, and then it is the value; None where *hook* is asked.
        hook: Returns the value, given the plain one and the type that is wanted.
        of: That type.
        optional: Whether None stands for None.
    """

    exactly: type | None
    hook: Callable[[object, object], object]
    of: Any  # what stands at an attribute
    optional: bool


def loader_of(record: type[R], readings: Mapping[str, Reading], counters: Sequence[str]) -> Load[R]:
    """
    Return the function that makes records of this class from their plain values and their counts.

    It refuses values of another shape or of no field, and that one is missing, by whatever is raised then.

    Args:
        record: The class.
        readings: How the fields are read that are stored; the others get their default.
        counters: The fields that the counts are for, which are not among the values.
    """
    names: Names = {"_ShapeError": ShapeError}
    fill = [f"[{', '.join(f'_count_{name}' for name in counters)}] = _counts"]
    needed = 0
    defaults: list[Field] = []
    others: list[str] = []
    for field in fields_of(record):
        reading = readings.get(field.name)
        if reading is None:
            defaults.append(field)
        elif field.name in counters:
            fill += _read(field, f"_count_{field.name} or 0", reading, names)
        elif field.default is attrs.NOTHING:
            needed += 1
            fill += _read(field, f"_values[{field.name!r}]", reading, names)
        else:
            defaults.append(field)
            inside = [*_read(field, f"_values[{field.name!r}]", reading, names)]
            inside += ["_left -= 1", "if not _left:", "    break"]
            others += [f"    if {field.name!r} in _values:", *(f"        {line}" for line in inside)]
    # Few bodies hold many of the others: they are looked for only while something is left in the body.
    fill += [*_defaults(defaults, names), f"_left = len(_values) - {needed}", "while _left:", *others]
    fill += ["    raise _ShapeError('holds what is no field')"]
    return written(record, ["_values", "_counts"], fill, names)


def _defaults(fields: Iterable[Field], names: Names) -> Iterator[str]:
    """Put their defaults into fields; all those at once that have the same plain one."""
    same: dict[str, str] = {}
    for field in fields:
        if field.converter is None and (field.default is None or type(field.default) in {bool, int, str}):
            plain = repr(field.default)
            same[plain] = f"{same.get(plain, '')}_draft.{field.name} = "
        else:
            yield from put(field, default_of(field, names), names)
    yield from (f"{places}{plain}" for plain, places in same.items())


def _read(field: Field, plain: str, reading: Reading, names: Names) -> Iterator[str]:
    """Put into a field what the plain value of an expression means."""
    name = field.name
    if reading.exactly is not None:
        or_none = " and _value is not None" if reading.optional else ""
        yield f"_value = {plain}"
        yield f"if type(_value) is not {reading.exactly.__name__}{or_none}:"
        yield f"    raise _ShapeError('needs {reading.exactly.__name__}')"
        yield from put(field, "_value", names)
        return
    names[f"_read_{name}"], names[f"_type_{name}"] = reading.hook, reading.of
    if reading.optional:
        yield f"_value = {plain}"
        plain = "_value"
    value = f"_read_{name}({plain}, _type_{name})"
    yield from put(field, f"None if _value is None else {value}" if reading.optional else value, names)
