"""
The types of arguments that take several values, so that a single text in their place is a type error.

A ``str`` is itself a collection of ``str``: ``sections="hours"`` would satisfy ``Collection[str]``
and mean the sections ``h``, ``o``, ``u``, ``r`` and ``s``. What tells the two apart is that only a
text asks for a text in ``in``.
"""

from collections.abc import Iterator
from typing import Protocol, TypeVar

__all__ = ["Several", "SeveralInOrder"]

T_co = TypeVar("T_co", covariant=True)


class Several(Protocol[T_co]):
    """A set, list, tuple or other collection of values, but not one text."""

    def __contains__(self, value: object, /) -> bool: ...

    def __iter__(self) -> Iterator[T_co]: ...

    def __len__(self) -> int: ...


class SeveralInOrder(Several[T_co], Protocol[T_co]):
    """A list or tuple, or another sequence of values, but not one text."""

    def __getitem__(self, index: int, /) -> T_co: ...
