"""A snapshot that leaves out what a condition excludes before rows are made of it."""

from collections.abc import Iterable

from sharekit.ports import AllOf, Condition, Eq, In, KeyValue, Row, Time
from sharekit.ports.packing import unpack

from custom_store.store import JsonSnapshot, translated


def required(where: Condition) -> list[tuple[str, frozenset[KeyValue]]]:
    """Return keys with the values of which every row that meets the condition has one."""
    match where:
        case Eq(key, value):
            return [(key, frozenset({value}))]
        case In(key, values):
            return [(key, frozenset(values))]
        case AllOf(conditions):
            return [pair for part in conditions for pair in required(part)]
        case _:
            return []  # AnyOf, Not and the rest are left to the evaluator


class NarrowedSnapshot(JsonSnapshot):
    """Compares the stored values before it makes rows of them."""

    def rows(self, kind: str, where: Condition) -> Iterable[Row]:
        """Return the rows that have what the condition requires."""
        stored, spec = self.state.get(kind, {}), self.specs[kind]
        # A time is stored as text, so times are left to the evaluator too.
        wanted = [(key, values) for key, values in required(where) if spec.keys.get(key) is not Time]
        with translated("reading"):
            return [
                unpack(packed, self.tenant, spec, id_)
                for id_, packed in stored.items()
                if all((id_ if key == "id" else packed["keys"].get(key)) in values for key, values in wanted)
            ]
