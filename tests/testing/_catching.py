"""How a contract's tests are asked without pytest."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any


def cases(test: Callable[..., object]) -> Iterator[dict[str, Any]]:  # Any: what a test is parametrized with
    """Yield the arguments of every case of a parametrized test."""
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    axes = []
    for mark in marks:
        names = (
            mark.args[0]
            if isinstance(mark.args[0], (list, tuple))
            else [name.strip() for name in mark.args[0].split(",")]
        )
        axes.append([dict(zip(names, value if len(names) > 1 else [value], strict=True)) for value in mark.args[1]])
    for choice in itertools.product(*axes):
        yield {name: value for part in choice for name, value in part.items()}
