"""
The one converter between records and plain JSON values.

It coerces nothing: ``5`` is no text, ``"false"`` is no bool, a time needs its zone, and a field
that a record does not have is refused (R-AUTH-6).
"""

import enum
import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from types import UnionType
from typing import Any, Final, NewType, TypeVar, Union, get_args, get_origin

import attrs
import cattrs
from cattrs.gen import make_dict_unstructure_fn, override

from sharekit.codec._loaders import Load, Plain, Reading, ShapeError, loader_of
from sharekit.records.audit import Detail
from sharekit.records.catalog import ResourceRef
from sharekit.records.parties import Contact, Organization

__all__ = ["dumper", "loader", "plain"]

R = TypeVar("R")

_PRIMITIVES: Final = (str, int, bool)
_MOST_REFS: Final = 4096

# A link and its resource are often read together, and name the same. Not by `lru_cache`: where few come again,
# letting the oldest go each time takes as long as parsing.
_refs: dict[object, ResourceRef] = {}


def dumper(record: type[R], omit: Collection[str]) -> Callable[[R], Plain]:
    """
    Return the function that turns records of this class into plain values, without the fields in *omit*.

    A field that has its default is left out, which makes bodies short and quick to read. The
    default of a stored field is therefore part of the shape: changing it takes an upcast.
    """
    return make_dict_unstructure_fn(record, _converter, _cattrs_omit_if_default=True, **_omitted(record, omit))


def loader(record: type[R], counters: Sequence[str], unstored: Collection[str]) -> Load[R]:
    """
    Return the function that makes records of this class from plain values and from its counts.

    Fields in *unstored* get their default. What is text, int or bool as its field wants it needs no hook.
    """
    readings = {field.name: _reading(field.type) for field in _fields(record) if field.name not in unstored}
    return loader_of(record, readings, counters)


def _reading(type_: Any) -> Reading:  # noqa: ANN401  # what stands at an attribute
    optional = _is_optional(type_)
    of = _arm(type_) if optional else type_
    return Reading(_primitive(of), _converter.get_structure_hook(of), of, optional)


def plain(value: object) -> Detail:
    """Return a value of an event's field as a plain fact for the audit trail."""
    if isinstance(value, ResourceRef):
        return value.key
    if isinstance(value, datetime):
        return _dump_time(value)
    if isinstance(value, frozenset):
        return tuple(sorted(str(item) for item in value))
    if value is None or isinstance(value, bool | int):
        return value
    return str(value)


def _fields(record: type[object]) -> Sequence["attrs.Attribute[Any]"]:
    fields: Sequence[attrs.Attribute[Any]] = attrs.fields(record)  # type: ignore[arg-type]  # every record is an attrs class
    return fields


def _omitted(record: type[object], omit: Collection[str]) -> dict[str, Any]:
    return {field.name: override(omit=True) for field in _fields(record) if field.name in omit}


def _exactly(type_: type[R]) -> Callable[[object, object], R]:
    def structure(value: object, _: object) -> R:
        if type(value) is not type_:
            raise ShapeError(f"needs {type_.__name__}")
        return value

    return structure


def _load_time(value: object, _: object) -> datetime:
    if type(value) is not str:
        raise ShapeError("needs a time as text")
    time = datetime.fromisoformat(value)
    if time.tzinfo is not UTC and time.utcoffset() != UTC.utcoffset(None):
        raise ShapeError("needs a time in UTC")
    return time


def _dump_time(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _load_names(value: object, _: object) -> frozenset[str]:
    if type(value) is not list:
        raise ShapeError("needs a list of texts")
    return _names(*value)


# Many records name the same few, such as the sections of links and the roles of staff; then it is the same set.
@functools.lru_cache(maxsize=1024)
def _names(*names: str) -> frozenset[str]:
    for name in names:
        if type(name) is not str:
            raise ShapeError("needs a list of texts")
    return frozenset(names)


def _load_enum(value: object, of: type[enum.StrEnum]) -> enum.StrEnum:
    if type(value) is not str:
        raise ShapeError(f"needs the name of a {of.__name__}")
    return of(value)


def _load_texts(value: object, _: object) -> tuple[str, ...]:
    if type(value) is not list or not all(type(item) is str for item in value):
        raise ShapeError("needs a list of texts")
    return tuple(value)


def _load_lists(value: object, _: object) -> Mapping[str, tuple[str, ...]]:
    if type(value) is not dict:
        raise ShapeError("needs an object")
    return {name: _load_texts(texts, None) for name, texts in value.items()}


def _load_ref(value: object, _: object) -> ResourceRef:
    ref = _refs.get(value)
    if ref is None:
        if type(value) is not str:
            raise ShapeError("needs the key of a resource")
        ref = ResourceRef.parse(value)
        if len(_refs) >= _MOST_REFS:
            _refs.clear()
        _refs[value] = ref
    return ref


def _load_contact(value: object, _: object) -> Contact:
    if type(value) is not str:
        raise ShapeError("needs the id of a contact")
    return Contact(value)


def _load_organization(value: object, _: object) -> Organization:
    if type(value) is not str:
        raise ShapeError("needs the id of an organization")
    return Organization(value)


def _load_details(value: object, _: object) -> Mapping[str, Detail]:
    if type(value) is not dict:
        raise ShapeError("needs an object")
    return {name: tuple(item) if type(item) is list else item for name, item in value.items()}


def _primitive(type_: Any) -> type | None:  # noqa: ANN401  # what stands at an attribute
    """Return str, int or bool for a field that holds one."""
    if isinstance(type_, NewType):
        return _primitive(type_.__supertype__)
    return type_ if type_ in _PRIMITIVES else None


def _is_optional(type_: object) -> bool:
    arms = get_args(type_)
    return get_origin(type_) in {Union, UnionType} and len(arms) == 2 and type(None) in arms


def _arm(type_: object) -> Any:  # noqa: ANN401  # as above
    return next(arm for arm in get_args(type_) if arm is not type(None))


def _or_none(type_: Any, converter: cattrs.Converter) -> Callable[[object, object], object]:  # noqa: ANN401  # as above
    of = _arm(type_)
    hook = converter.get_structure_hook(of)
    return lambda value, _: None if value is None else hook(value, of)


def _is(wanted: object) -> Callable[[object], bool]:
    return lambda type_: bool(type_ == wanted)


def _make_converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True, detailed_validation=False)
    for primitive in _PRIMITIVES:
        converter.register_structure_hook(primitive, _exactly(primitive))
    # A hook for a class is one for its subclasses too: without this an enum of texts would be loaded as a text.
    converter.register_structure_hook(enum.StrEnum, _load_enum)
    converter.register_structure_hook_factory(_is_optional, _or_none)
    converter.register_structure_hook(datetime, _load_time)
    converter.register_unstructure_hook(datetime, _dump_time)
    converter.register_structure_hook_func(_is(frozenset[str]), _load_names)
    converter.register_unstructure_hook_func(_is(frozenset[str]), sorted)
    converter.register_structure_hook_func(_is(tuple[str, ...]), _load_texts)
    converter.register_unstructure_hook_func(_is(tuple[str, ...]), list)
    converter.register_structure_hook_func(_is(Mapping[str, tuple[str, ...]]), _load_lists)
    converter.register_unstructure_hook_func(
        _is(Mapping[str, tuple[str, ...]]), lambda lists: {name: list(texts) for name, texts in lists.items()}
    )
    converter.register_structure_hook(ResourceRef, _load_ref)
    converter.register_unstructure_hook(ResourceRef, lambda ref: ref.key)
    converter.register_structure_hook(Contact, _load_contact)
    converter.register_unstructure_hook(Contact, lambda contact: contact.id)
    converter.register_structure_hook(Organization, _load_organization)
    converter.register_unstructure_hook(Organization, lambda organization: organization.id)
    converter.register_structure_hook_func(_is(Mapping[str, Detail]), _load_details)
    converter.register_unstructure_hook_func(_is(Mapping[str, Detail]), dict)
    return converter


_converter = _make_converter()
