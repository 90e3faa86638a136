"""
Writes the functions that read records from plain values, straight from one field to the next.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import attrs

from sharekit.records.drafts import Field, Lines, Names, filled, or_default

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

    def value(field: Field) -> Lines:
        reading = readings.get(field.name)
        if reading is None:
            return [or_default(field, names)]
        read = [*_read(field.name, reading, names)]
        if field.name in counters:
            return [f"_value = _count_{field.name} or 0", *read]
        given = [f"_value = _values[{field.name!r}]", "_known += 1", *read]
        if field.default is attrs.NOTHING:
            return given
        inside = [f"    {line}" for line in given]
        return [f"if {field.name!r} in _values:", *inside, "else:", f"    {or_default(field, names)}"]

    return filled(
        record,
        ["_values", "_counts"],
        value,
        names,
        first=[f"[{', '.join(f'_count_{name}' for name in counters)}] = _counts", "_known = 0"],
        last=["if _known != len(_values):", "    raise _ShapeError('holds what is no field')"],
    )


def _read(name: str, reading: Reading, names: Names) -> Iterator[str]:
    """Let ``_value`` be what the plain value means that it is."""
    if reading.exactly is not None:
        or_none = " and _value is not None" if reading.optional else ""
        yield f"if type(_value) is not {reading.exactly.__name__}{or_none}:"
        yield f"    raise _ShapeError('needs {reading.exactly.__name__}')"
        return
    names[f"_read_{name}"], names[f"_type_{name}"] = reading.hook, reading.of
    if reading.optional:
        yield "if _value is not None:"
        yield f"    _value = _read_{name}(_value, _type_{name})"
    else:
        yield f"_value = _read_{name}(_value, _type_{name})"
