"""
The root of every exception.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar


class SharekitError(Exception):
    """
    The root of everything sharekit raises.

    Attributes:
        code: A stable slug for logs and programs.
    """

    code: ClassVar[str] = "sharekit"

    def __reduce__(self) -> tuple[Callable[..., "SharekitError"], tuple[object, ...]]:
        # Between processes an error keeps its text and its attributes; nobody need make up its arguments again.
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(cls: type[SharekitError], args: tuple[object, ...], attributes: Mapping[str, object]) -> SharekitError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(attributes)
    return error
