from types import MappingProxyType
from typing import Any

import attrs
import pytest

from sharekit import ResourceRef
from sharekit.errors import InvalidInputError
from sharekit.records.drafts import directly
from sharekit.records.parties import LinkHolder, Principal


def _texts(given: object) -> tuple[str, ...]:
    return tuple(str(text) for text in given) if isinstance(given, list) else ()


def _small(_: object, field: "attrs.Attribute[int]", value: int) -> None:
    if value > 9:
        raise ValueError(field.name)


@attrs.frozen
class Base:
    """Has a field, which its subclass takes over."""

    first: str


@attrs.frozen
class Everything(Base):
    """Makes its fields in each way that is known."""

    texts: tuple[str, ...] = attrs.field(converter=_texts)
    number: int = attrs.field(default=1, validator=_small)
    nothing: None = attrs.field(kw_only=True)
    own: dict[str, int] = attrs.field(kw_only=True, factory=dict[str, int])
    type: str = "t"


def test_a_record_is_made_as_its_class_makes_it() -> None:
    """Fields, defaults, converters and what a subclass takes over are the same, and so is what it refuses."""
    plainly: Any = Everything  # of any type: some calls below are wrong
    make: Any = directly(plainly)

    for args, named in (
        (("a", ["b", 1]), {"nothing": None}),
        (("a", None, 3, "u"), {"nothing": None, "own": {"x": 1}}),
    ):
        made, expected = make(*args, **named), plainly(*args, **named)
        assert (type(made), made, repr(made)) == (Everything, expected, repr(expected))
    assert make("a", [], nothing=None).own is not make("a", [], nothing=None).own
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        make("a", [], nothing=None).first = "b"
    with pytest.raises(TypeError):
        make("a")
    with pytest.raises(TypeError):
        make("a", [], 1, "t", None)
    with pytest.raises(TypeError):
        make("a", [], nothing=None, more=1)
    with pytest.raises(ValueError, match="number"):
        make("a", [], 10, nothing=None)


def test_what_a_record_refuses_is_refused() -> None:
    """A record comes about in no state that its class does not let in."""
    with pytest.raises(InvalidInputError):
        directly(ResourceRef)("project", "a/b")
    with pytest.raises(InvalidInputError):
        directly(LinkHolder)("")

    assert Principal("m") != directly(LinkHolder)("m") == LinkHolder("m")


def _odd(**how: Any) -> type:  # noqa: ANN401  # whatever attrs takes
    return attrs.make_class("Odd", {"field": attrs.field(**how)}, frozen=True, slots=True)


@pytest.mark.parametrize(
    "how",
    [
        {"init": False, "default": MappingProxyType({})},
        {"alias": "other"},
        {"converter": attrs.Converter(lambda value, _: value, takes_self=True)},
        {"default": attrs.Factory(lambda _: 1, takes_self=True)},
    ],
    ids=["not made by the caller", "of another name", "by a converter that sees it", "by a default that sees it"],
)
def test_what_is_not_known_is_said(how: dict[str, Any]) -> None:
    """A field of a kind that nobody thought of is no silent difference."""
    with pytest.raises(TypeError, match="field"):
        directly(_odd(**how))
