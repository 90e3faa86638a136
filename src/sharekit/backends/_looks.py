"""
A row and the rows that its keys name, as the one line that a database answers with.

It holds each row in turn: the keys that are wanted of it, then its revision, schema and body, which
are all null where the row is not there.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import attrs

from sharekit.errors import IntegrityError, InvalidQueryError
from sharekit.ids import TenantId
from sharekit.ports.evaluate import known_kind, time_of
from sharekit.ports.rows import KeyType, KeyValue, KindSpec, Row, new_row
from sharekit.ports.stores import Companion, Sight

_BESIDE_KEYS: Final = ("revision", "schema", "body")
_READERS: Final[Mapping[KeyType, Callable[[int], KeyValue]]] = {KeyType.TIME: time_of, KeyType.BOOL: bool}


@attrs.frozen
class Place:
    """
    Where one of the rows stands in the line.

    Attributes:
        kind: Its kind.
        keys: The keys that are read of it.
        start: The place of the first of them.
        rest: The place of the revision, which the schema and the body follow.
        named: The place of the key that names it; None for the row itself.
        after: How many characters stand before its id in that key.
        readers: How those of its keys are read that a column does not hold as they are.
    """

    kind: str
    keys: tuple[str, ...]
    start: int
    rest: int
    named: int | None
    after: int
    readers: Sequence[tuple[str, Callable[[int], KeyValue]]]

    # Any: what was stored
    def put_right(self, line: list[Any]) -> None:
        """Read the keys in their places that a column does not hold as they are."""
        for key, reader in self.readers:
            place = self.start + self.keys.index(key)
            if line[place] is not None:
                line[place] = self._read(key, reader, line[place])

    def _read(self, key: str, reader: Callable[[int], KeyValue], value: Any) -> KeyValue:  # noqa: ANN401  # as above
        try:
            return reader(value)
        except (OverflowError, TypeError) as error:
            raise IntegrityError(self.kind, f"the key {key!r} is not what was stored") from error

    @property
    def columns(self) -> tuple[str, ...]:
        """What is read of it, in the order of the line."""
        return (*self.keys, *_BESIDE_KEYS)

    def row(self, tenant: TenantId, id_: str, line: Sequence[Any]) -> Row | None:  # Any: what was stored
        """Return the row, if it is there."""
        rest = self.rest
        revision, schema, body = line[rest : rest + len(_BESIDE_KEYS)]
        if revision is None:
            return None
        keys = dict(zip(self.keys, line[self.start :], strict=False))
        for key, reader in self.readers:
            if keys[key] is not None:
                keys[key] = self._read(key, reader, keys[key])
        return new_row(
            tenant=tenant,
            kind=self.kind,
            id=id_ if self.named is None else line[self.named][self.after :],
            revision=revision,
            schema=schema,
            body=body,
            keys=keys,
        )


def arranged(
    specs: Mapping[str, KindSpec], kind: str, keys: Sequence[str], companions: Sequence[Companion]
) -> list[Place]:
    """
    Return where each row of a look stands.

    Raises:
        InvalidQueryError: A kind or a key is not declared, or a companion names a row after it.
    """
    wanted = [dict.fromkeys(keys), *(dict.fromkeys(companion.keys) for companion in companions)]
    for number, companion in enumerate(companions):
        if not 0 <= companion.of <= number:
            raise InvalidQueryError("a companion is named by a row before it")
        wanted[companion.of][companion.by] = None
    places: list[Place] = []
    start = 0
    for number, of in enumerate([kind, *(companion.kind for companion in companions)]):
        place = _place(known_kind(of, specs), tuple(wanted[number]), start)
        if number > 0:
            companion = companions[number - 1]
            namer = places[companion.of]
            named = namer.start + namer.keys.index(companion.by)
            place = attrs.evolve(place, named=named, after=len(companion.after))
        places.append(place)
        start = place.rest + len(_BESIDE_KEYS)
    return places


def _place(spec: KindSpec, keys: tuple[str, ...], start: int) -> Place:
    for key in keys:
        if key not in spec.keys:
            raise InvalidQueryError(f"{spec.kind!r} has no key {key!r}")
    readers = [(key, _READERS[spec.keys[key]]) for key in keys if spec.keys[key] in _READERS]
    return Place(spec.kind, keys, start, start + len(keys), None, 0, readers)


def rows_of(places: Sequence[Place], tenant: TenantId, id_: str, sight: Sight) -> list[Row | None]:
    """Return the row that was seen, then each companion; nothing was seen where the sight is empty."""
    return [place.row(tenant, id_, sight) if sight else None for place in places]


def values_of(places: Sequence[Place], sight: Sight) -> Sequence[Any]:  # Any: what was stored
    """Return what was seen as the line that it is, with every key as it was put."""
    if not sight or not any(place.readers for place in places):
        return sight
    line = [*sight]
    for place in places:
        place.put_right(line)
    return line


def statement(
    places: Sequence[Place],
    companions: Sequence[Companion],
    table: Callable[[str], str],
    column: Callable[[str], str],
    mark: str,
) -> str:
    """
    Return the SELECT of all columns, which takes tenant and id and finds one line at most.

    Args:
        places: Where the rows stand.
        companions: How they are named.
        table: Gives the name of the table of a kind, as it stands in SQL.
        column: Gives the name of a column, the same.
        mark: What stands for a parameter.
    """
    columns = [f"r{number}.{column(name)}" for number, place in enumerate(places) for name in place.columns]
    source = f"{table(places[0].kind)} r0"
    for number, companion in enumerate(companions, start=1):
        key = f"r{companion.of}.{column(companion.by)}"
        condition = f"r{number}.{column('id')} = {key}"
        if companion.after:
            low, high = bounds(companion.after)
            # Literals: `Companion` lets no character in that would need quoting, or comes just before one.
            condition = (
                f"r{number}.{column('id')} = substr({key}, {len(companion.after) + 1})"
                f" AND {key} >= '{low}' AND {key} < '{high}'"
            )
        source += (
            f" LEFT JOIN {table(companion.kind)} r{number}"
            f" ON r{number}.{column('tenant')} = r0.{column('tenant')} AND {condition}"
        )
    found = f"r0.{column('tenant')} = {mark} AND r0.{column('id')} = {mark}"
    return f"SELECT {', '.join(columns)} FROM {source} WHERE {found}"  # noqa: S608  # the names are of checked kinds


def bounds(beginning: str) -> tuple[str, str]:
    """Return between what texts those with this beginning are, which is quicker to ask than to cut it off."""
    return beginning, f"{beginning[:-1]}{chr(ord(beginning[-1]) + 1)}"
