"""
Small XML parts, read without any document type: what declares one is refused.
"""

from collections.abc import Callable, Mapping
from xml.parsers import expat  # document types are refused below

from sharekit.screening._limits import damaged
from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["elements", "root_of"]

_MAX_ELEMENTS = 200_000
_MAX_DEPTH = 256
Found = Callable[[str, Mapping[str, str]], None]


class _Enough(Exception):  # noqa: N818  it says that all was seen
    """The beginning was all that was asked for."""


def elements(text: bytes, found: Found) -> None:
    """Call *found* with the name (``namespace local``) and the attributes of each element."""
    parser = expat.ParserCreate(namespace_separator=" ")
    left = [_MAX_ELEMENTS, 0]

    def start(name: str, attributes: dict[str, str]) -> None:
        left[0] -= 1
        left[1] += 1
        if left[0] < 0 or left[1] > _MAX_DEPTH:
            raise Rejected(RefusalReason.TOO_MUCH_INSIDE)
        found(name, attributes)

    def end(_: str) -> None:
        left[1] -= 1

    def refuse(*_: object) -> None:
        raise Rejected(RefusalReason.HIDDEN_CONTENT, "dtd")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(text, True)  # noqa: FBT003  expat takes it so
    except expat.ExpatError:
        raise damaged("xml") from None


def root_of(text: bytes) -> str | None:
    """Return the name of the root element of a beginning (``namespace local``); None where there is none."""
    roots: list[str] = []

    def first(name: str, _: Mapping[str, str]) -> None:
        roots.append(name)
        raise _Enough

    try:
        elements(text, first)
    except _Enough:
        return roots[0]
    except Rejected as rejected:
        if rejected.reason is not RefusalReason.DAMAGED:
            raise
    return None
