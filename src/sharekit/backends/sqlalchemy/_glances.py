"""Finds rows of several kinds by one statement, which sees one state by itself."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from sharekit.backends.sqlalchemy._libpq import Lines
from sharekit.backends.sqlalchemy._questions import Asking, Given
from sharekit.backends.sqlalchemy._transactions import Layout, is_storable
from sharekit.errors import IntegrityError
from sharekit.ids import TenantId
from sharekit.ports.evaluate import check_sought, time_of
from sharekit.ports.rows import KeyType, KeyValue
from sharekit.ports.stores import Sought

_BESIDE_KEYS: Final = ("id", "revision", "schema", "body")
_FIRST_KEY: Final = 1 + len(_BESIDE_KEYS)
_SHAPES: Final = 200  # numbers of values that statements are kept for

_TEXT: Final = sa.Text()
_WHOLE: Final = sa.BigInteger()
_TRUTH: Final = sa.Boolean()
_COLUMNS: Final[Mapping[KeyType, sa.types.TypeEngine[Any]]] = {  # of every type
    KeyType.TEXT: _TEXT,
    KeyType.REF: _TEXT,
    KeyType.INT: _WHOLE,
    KeyType.TIME: _WHOLE,
    KeyType.BOOL: _TRUTH,
}
"""Of what type a column of the answer is, which holds keys of several kinds."""

_READERS: Final[Mapping[KeyType, Callable[[int], KeyValue]]] = {KeyType.TIME: time_of, KeyType.BOOL: bool}

_Shape = tuple[int, ...]


@attrs.frozen
class _Pick:
    """Where a key stands in a line, and how it is read where a column does not hold it as it is."""

    at: int
    reader: Callable[[int], KeyValue] | None


class Seeking:
    """
    The statements of a glance.

    Where a list of values can be one parameter, there is one; elsewhere one for each shape: of how many
    values there are for each that is sought, rounded up so that there are not many.

    Attributes:
        picks: By place, where the keys stand that are not to be had as they come.
        kinds: The kinds, by place.
    """

    def __init__(self, layout: Layout, sought: Sequence[Sought]) -> None:
        self.kinds = [check_sought(each, layout.specs).kind for each in sought]
        self.picks: dict[int, Sequence[_Pick]] = {}
        self._layout = layout
        self._sought = sought
        self._columns: list[sa.types.TypeEngine[Any]] = []  # of the keys
        self._places = [self._arranged(place, each) for place, each in enumerate(sought)]
        self._known: dict[_Shape, Asking] = {}

    def _arranged(self, place: int, sought: Sought) -> Mapping[int, str]:
        """Return the keys by their columns: in a union, each column is of one type."""
        types = self._layout.specs[sought.kind].keys
        taken: dict[int, str] = {}
        picks: list[_Pick] = []
        for key in sought.keys:
            of = _COLUMNS[types[key]]
            fitting = (at for at, column in enumerate(self._columns) if column is of and at not in taken)
            at = next(fitting, len(self._columns))
            if at == len(self._columns):
                self._columns.append(of)
            taken[at] = key
            picks.append(_Pick(_FIRST_KEY + at, _READERS.get(types[key])))
        if any(pick.reader is not None or pick.at != at for at, pick in enumerate(picks, _FIRST_KEY)):
            self.picks[place] = picks
        return taken

    def filled(self, values: Sequence[Sequence[str]]) -> tuple[_Shape, Given]:
        """Return the shape of these values, and what the statement for it is given."""
        if self._layout.dialect == "postgresql":
            return (), values
        if self._layout.dialect == "sqlite":
            return (), [json.dumps(among, ensure_ascii=False) for among in values]
        shape = tuple([_rounded(len(among)) for among in values])
        more = [
            [*among, *[among[-1]] * (count - len(among))] for among, count in zip(values, shape, strict=True) if among
        ]
        return shape, [value for among in more for value in among]

    def asking(self, shape: _Shape) -> Asking:
        """Return the statement for a shape."""
        if len(self._known) >= _SHAPES:
            self._known.clear()
        return self._known.get(shape) or self._known.setdefault(shape, self._made(shape))

    def _made(self, shape: _Shape) -> Asking:
        names: list[str] = []
        selects: list[sa.Select[Any]] = []  # of every type
        for place, (sought, keys) in enumerate(zip(self._sought, self._places, strict=True)):
            mine = [f"_v{place}"] if not shape else [f"_v{place}_{number}" for number in range(shape[place])]
            if mine:
                names += mine
                selects.append(self._select(place, sought, keys, mine))
        return Asking(sa.union_all(*selects) if len(selects) > 1 else selects[0], *names)

    def _select(
        self, place: int, sought: Sought, keys: Mapping[int, str], names: Sequence[str]
    ) -> sa.Select[Any]:  # of every type
        table = self._layout.tables[sought.kind].table
        columns: list[sa.ColumnElement[Any]] = [sa.literal_column(str(place), sa.Integer)]
        columns += [table.c[name] for name in _BESIDE_KEYS]
        columns += [table.c[keys[at]] if at in keys else self._nothing(of) for at, of in enumerate(self._columns)]
        labelled = [column.label(f"c{at}") for at, column in enumerate(columns)]
        mine = table.c["tenant"] == sa.bindparam("_tenant")
        return sa.select(*labelled).where(mine, self._among(table.c[sought.by], names))

    def _nothing(self, of: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:  # as above
        null: sa.ColumnElement[Any] = sa.null()
        # PostgreSQL would take it for a text; the others take it for what the column is.
        return sa.cast(null, of) if self._layout.dialect == "postgresql" else sa.type_coerce(null, of)

    def _among(self, key: sa.ColumnElement[Any], names: Sequence[str]) -> sa.ColumnElement[bool]:  # as above
        if self._layout.dialect == "postgresql":
            return key == sa.any_(sa.bindparam(names[0], type_=ARRAY(_TEXT)))
        if self._layout.dialect == "sqlite":
            listed = sa.func.json_each(sa.bindparam(names[0], type_=_TEXT)).table_valued("value")
            return key.in_(sa.select(listed.c.value))
        return key.in_([sa.bindparam(name) for name in names])


class SqlAlchemyGlance:
    """A glance of `SqlAlchemyRecordStore`, which makes it."""

    def __init__(self, seeking: Seeking, asked: Callable[[Asking], Callable[[TenantId, Given], Lines]]) -> None:
        self._seeking = seeking
        self._asked = asked
        self._known: dict[_Shape, Callable[[TenantId, Given], Lines]] = {}

    # Any: a database gives what was stored.
    def see(self, tenant: TenantId, values: Sequence[Sequence[str]]) -> Sequence[Sequence[Any]]:
        """Return a line for each row that is found now."""
        storable = [[value for value in among if is_storable(value)] for among in values]
        if not any(storable):
            # There is nothing to ask for; whether it may be asked is another question.
            return []
        shape, given = self._seeking.filled(storable)
        ask = self._known.get(shape)
        if ask is None:
            if len(self._known) >= _SHAPES:
                self._known.clear()
            ask = self._known.setdefault(shape, self._asked(self._seeking.asking(shape)))
        lines = ask(tenant, given)
        return [self._read(line) for line in lines] if self._seeking.picks else lines

    def _read(self, line: Sequence[Any]) -> Sequence[Any]:  # as above
        picks = self._seeking.picks.get(line[0])
        return line if picks is None else [*line[:_FIRST_KEY], *self._picked(picks, line)]

    def _picked(self, picks: Sequence[_Pick], line: Sequence[Any]) -> Iterator[KeyValue]:  # as above
        for pick in picks:
            value = line[pick.at]
            try:
                yield value if value is None or pick.reader is None else pick.reader(value)
            except (OverflowError, TypeError) as error:
                raise IntegrityError(self._seeking.kinds[line[0]], "a key is not what was stored") from error


def _rounded(count: int) -> int:
    """Return the next power of two."""
    return 1 << (count - 1).bit_length() if count else 0
