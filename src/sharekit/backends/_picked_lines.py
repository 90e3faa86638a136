"""Reads lines of a few keys, as a database gives them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sharekit.errors import IntegrityError
from sharekit.ports.rows import KeyType, KeyValue, KindSpec

Lines = Sequence[Sequence[Any]]  # Any: a database gives what was stored
Readers = Mapping[KeyType, Callable[[Any], KeyValue]]
"""How keys are read that a column does not hold as they are."""


def read_lines(lines: Lines, spec: KindSpec, keys: Sequence[str], readers: Readers) -> Lines:
    """
    Return lines that begin with these keys, each key as it was put.

    Raises:
        IntegrityError: A column holds what was not stored by a store.
    """
    of = spec.keys
    wanted = [(at, readers[of[key]]) for at, key in enumerate(keys) if of.get(key) in readers]
    if not wanted or not lines:
        return lines
    columns: list[Sequence[Any]] = [*zip(*lines, strict=True)]  # as above
    try:
        for at, reader in wanted:
            columns[at] = [None if value is None else reader(value) for value in columns[at]]
    except (OverflowError, TypeError) as error:
        raise IntegrityError(spec.kind, "a key is not what was stored") from error
    return [*zip(*columns, strict=True)]
