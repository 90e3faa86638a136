"""
The default look of what a section's loader returned: content is turned into plain blocks, which a template writes.

=============================  ==============================================
content                        becomes
=============================  ==============================================
nothing, or something empty    `Nothing`
a mapping                      `Facts`: labels and values
a sequence of mappings         `Table` with a column for each key
another sequence               `Items`
text, a number, a date ...     `Prose`
=============================  ==============================================

Texts are data: they are escaped by the template, ``Markup`` too. A host that wants another look
gives the section a template of its own.
"""

import enum
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import ClassVar, Final, Protocol, runtime_checkable
from uuid import UUID

import attrs

from sharekit.web.formats import Formats

__all__ = ["Block", "Cell", "Column", "Facts", "Items", "Nothing", "Prose", "Table", "UnknownContentError", "block_of"]

_MAX_DEPTH: Final = 4
_BRIEF: Final = 12  # characters that stay on one line
_WORDY: Final = 28  # characters that should not be squeezed into a narrow column


class UnknownContentError(TypeError):
    """A loader returned something that has no default look; the section needs a template."""


@attrs.frozen
class Cell:
    """
    One value as it is written.

    Attributes:
        text: As the reader reads it; empty for none.
        numeric: Whether it is a number or a duration, which stand under one another.
        datetime: The machine-readable form of a date or an instant.
    """

    text: str
    numeric: bool = False
    datetime: str | None = None


@attrs.frozen
class Block:
    """A piece of a section. ``form`` names the macro of the template that writes it."""

    form: ClassVar[str]


@attrs.frozen
class Nothing(Block):
    """There is nothing to show yet."""

    form: ClassVar[str] = "nothing"


@attrs.frozen
class Prose(Block):
    """A single value."""

    form: ClassVar[str] = "prose"
    cell: Cell


@attrs.frozen
class Items(Block):
    """Several things, one below the other."""

    form: ClassVar[str] = "items"
    blocks: tuple[Block, ...]


@attrs.frozen
class Facts(Block):
    """Values with labels."""

    form: ClassVar[str] = "facts"
    rows: tuple[tuple[str, Block], ...]


@attrs.frozen
class Column:
    """
    A column of a table.

    Attributes:
        label: Its heading.
        kind: ``"number"`` when all its values are numbers, ``"brief"`` when all are short,
            ``"wordy"`` when one is long, else empty.
    """

    label: str
    kind: str = ""


@attrs.frozen
class Table(Block):
    """Rows of the same columns."""

    form: ClassVar[str] = "table"
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def block_of(content: object, formats: Formats, *, depth: int = 0) -> Block:
    """
    Return the default look of a content.

    Raises:
        UnknownContentError: It holds something that has none.
    """
    if depth > _MAX_DEPTH:
        raise UnknownContentError("content is nested too deeply")
    content = _by_name(content)
    if isinstance(content, Mapping):
        rows = tuple((_label(key), block_of(value, formats, depth=depth + 1)) for key, value in content.items())
        return Facts(rows) if rows else Nothing()
    members = _members(content)
    if members is None:
        cell = cell_of(content, formats)
        return Prose(cell) if cell.text.strip() else Nothing()
    if not members:
        return Nothing()
    if all(isinstance(member, Mapping) for member in members):
        return _table([member for member in members if isinstance(member, Mapping)], formats)
    return Items(tuple(block_of(member, formats, depth=depth + 1) for member in members))


def cell_of(value: object, formats: Formats) -> Cell:
    """
    Return a value as it is written in one line.

    Raises:
        UnknownContentError: It has no default look.
    """
    cell: Cell
    match value:
        case None:
            cell = Cell("")
        case enum.Enum():
            cell = cell_of(value.value, formats)
        case bool():
            gettext = formats.language.gettext
            cell = Cell(gettext("Yes") if value else gettext("No"))
        case str() | UUID():
            cell = Cell(str(value))
        case int() | float() | Decimal():
            cell = Cell(formats.number(value), numeric=True)
        case timedelta():
            cell = Cell(formats.duration(value), numeric=True)
        case datetime():
            cell = Cell(formats.instant(value), datetime=value.isoformat())
        case date():
            cell = Cell(formats.day(value), datetime=value.isoformat())
        case time():
            cell = Cell(formats.clock(value))
        case _:
            cell = _joined(value, formats)
    return cell


def _joined(value: object, formats: Formats) -> Cell:
    """Write several plain values in one line."""
    members = _members(value)
    if isinstance(value, Mapping):
        texts = [f"{_label(key)}: {_plain(member, formats)}" for key, member in value.items()]
    elif members is not None:
        texts = [_plain(member, formats) for member in members]
    else:
        raise UnknownContentError(f"{type(value).__name__} has no default look")
    return Cell(", ".join(texts))


def _plain(value: object, formats: Formats) -> str:
    if isinstance(value, Mapping) or _members(value) is not None:
        raise UnknownContentError("content is nested too deeply")
    return cell_of(value, formats).text


@runtime_checkable
class _Named(Protocol):
    """A row of a database that is nearly a mapping, such as `sqlite3.Row`."""

    def keys(self) -> Iterable[str]: ...

    def __getitem__(self, name: str, /) -> object: ...


def _by_name(content: object) -> object:
    """Return a row of a database as a mapping, and all else as it is."""
    if isinstance(content, Mapping | type) or not isinstance(content, _Named):
        return content
    return {name: content[name] for name in content.keys()}  # noqa: SIM118  # going through a row gives its values


def _members(content: object) -> list[object] | None:
    """Return the members of a sequence, a set or an iterator, or None for anything else."""
    if isinstance(content, str | bytes | bytearray | Mapping | enum.Enum | type) or not isinstance(content, Iterable):
        return None
    members = [_by_name(member) for member in content]
    return sorted(members, key=str) if isinstance(content, AbstractSet) else members


def _table(rows: list[Mapping[object, object]], formats: Formats) -> Block:
    keys = list(dict.fromkeys(key for row in rows for key in row))
    if not keys:
        return Nothing()
    cells = tuple(tuple(cell_of(row.get(key), formats) for key in keys) for row in rows)
    kinds = [_kind(column) for column in zip(*cells, strict=True)]
    columns = tuple(Column(_label(key), kind) for key, kind in zip(keys, kinds, strict=True))
    return Table(columns=columns, rows=cells)


def _kind(cells: Iterable[Cell]) -> str:
    filled = [cell for cell in cells if cell.text]
    if filled and all(cell.numeric for cell in filled):
        return "number"
    longest = max((len(cell.text) for cell in filled), default=0)
    return "brief" if longest <= _BRIEF else "wordy" if longest > _WORDY else ""


def _label(key: object) -> str:
    """Write a key as a label: ``"due_date"`` reads "Due date"; any other text stays as it is."""
    text = str(key.value if isinstance(key, enum.Enum) else key)
    if text.isidentifier() and text == text.lower():
        words = text.replace("_", " ").strip()
        return words[:1].upper() + words[1:]
    return text
