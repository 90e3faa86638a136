"""
Drafts of records: how a frozen one is made without a call for each of its fields.

A frozen class sets its fields by calls, which is half of what it takes to make a record of it. A
draft is an object of the same layout whose fields are set directly. When it is full it becomes the
record, and nobody sees it before. The functions that do so are written once for each class, as
attrs writes its ``__init__``, and do what that does: converters, validators and what comes after.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar

import attrs

__all__ = ["Field", "Lines", "Names", "default_of", "directly", "fields_of", "put", "written"]

P = ParamSpec("P")
R = TypeVar("R")
# Any: fields are of any type, and so is whatever a written function has to have at hand.
Field: TypeAlias = "attrs.Attribute[Any]"
Names = dict[str, Any]
Lines = Iterable[str]

_THAWED: Final[Mapping[str, object]] = {
    "__slots__": (),
    "__init__": object.__init__,
    # Both, since Python sets no field directly while one of them is the class's own.
    "__setattr__": object.__setattr__,
    "__delattr__": object.__delattr__,
}


def directly(record: Callable[P, R]) -> Callable[P, R]:
    """
    Return a function that makes records as their class does, in half the time; for what is made at every reading.

    Args:
        record: A frozen class of attrs.

    Raises:
        TypeError: The class makes a field in a way that is not known here.
    """
    parameters: list[str] = []
    fill: list[str] = []
    names: Names = {"_absent": attrs.NOTHING}
    for field in sorted(fields_of(record), key=lambda field: field.kw_only):
        if field.kw_only and "*" not in parameters:
            parameters.append("*")
        if field.default is attrs.NOTHING:
            parameters.append(field.name)
        elif _is_plain(field):
            names[f"_default_{field.name}"] = field.default
            parameters.append(f"{field.name}=_default_{field.name}")
        else:
            parameters.append(f"{field.name}=_absent")
            fill += [f"if {field.name} is _absent:", f"    {field.name} = {default_of(field, names)}"]
    for field in fields_of(record):
        fill += put(field, field.name, names)
    made: Callable[P, R] = written(record, parameters, fill, names)
    return made


def written(record: Callable[..., R], parameters: Iterable[str], fill: Lines, names: Names) -> Callable[..., R]:
    """
    Write a function that fills drafts of a class.

    Args:
        record: The class.
        parameters: Those of the function.
        fill: The lines that fill ``_draft``; `put` writes some.
        names: What the lines have at hand; gets what is needed besides. Names that begin with an
            underscore are no fields.

    Raises:
        TypeError: The class makes a field in a way that is not known here.
    """
    fields = fields_of(record)
    of: Any = record  # as below
    names |= {"_Draft": type(of.__name__, (of,), dict(_THAWED)), "_Record": record}
    lines = ["_draft = _Draft()", *fill]
    lines += ["_draft.__class__ = _Record", *_checked(record, fields, names), "return _draft"]
    source = "\n".join([f"def make({', '.join(parameters)}):", *(f"    {line}" for line in lines)])
    exec(compile(source, f"<drafts of {of.__name__}>", "exec"), names)  # noqa: S102  # as attrs does
    make: Callable[..., R] = names["make"]
    return make


def fields_of(record: Callable[..., object]) -> Sequence[Field]:
    """
    Return the fields of a class of attrs.

    Raises:
        TypeError: The class makes a field in a way that is not known here.
    """
    of: Any = record  # a class, which is called to make one
    fields: Sequence[Field] = attrs.fields(of)
    for field in fields:
        if not field.init or field.alias != field.name or isinstance(field.converter, attrs.Converter):
            raise TypeError(f"the field {field.name!r} is made in a way that is not known")
    return fields


def put(field: Field, value: str, names: Names) -> Iterator[str]:
    """Write the line that puts the value of an expression into its field of the draft, through its converter."""
    if field.converter is not None:
        names[f"_convert_{field.name}"] = field.converter
        value = f"_convert_{field.name}({value})"
    yield f"_draft.{field.name} = {value}"


def default_of(field: Field, names: Names) -> str:
    """
    Return the expression for the default of a field.

    Raises:
        TypeError: The default is made in a way that is not known here.
    """
    default: Any = field.default
    if _is_plain(field):
        names[f"_default_{field.name}"] = default
        return f"_default_{field.name}"
    if default.takes_self:
        raise TypeError(f"the default of {field.name!r} is made in a way that is not known")
    names[f"_default_{field.name}"] = default.factory
    return f"_default_{field.name}()"


def _is_plain(field: Field) -> bool:
    """Say whether the default of a field is always the same object."""
    default: Any = field.default
    return not hasattr(default, "takes_self")


def _checked(record: Callable[..., object], fields: Iterable[Field], names: Names) -> Iterator[str]:
    for field in fields:
        if field.validator is not None:
            names[f"_validate_{field.name}"], names[f"_field_{field.name}"] = field.validator, field
            yield f"_validate_{field.name}(_draft, _field_{field.name}, _draft.{field.name})"
    if hasattr(record, "__attrs_post_init__"):
        yield "_draft.__attrs_post_init__()"
