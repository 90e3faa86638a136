"""What docs/reference/ says of webhooks, and of the verbs of talk and notices, is what the code has."""

import enum
import inspect
import re
import types
from datetime import datetime
from pathlib import Path
from typing import Final, Union, get_args, get_origin

import attrs
import pytest

from sharekit.features.audit import Audit
from sharekit.features.conversations import Conversations
from sharekit.features.notifications import Notifications
from sharekit.features.webhooks import HEARD, Webhooks
from sharekit.records import events
from sharekit.records.events import Event
from sharekit.relay import Relay
from sharekit.relay._audience import TOLD

PAGES: Final = Path(__file__).parents[1] / "docs/reference"
FACADES: Final = {
    "conversations": Conversations,
    "notifications": Notifications,
    "webhooks": Webhooks,
    "relay": Relay,
    "audit": Audit,
}
_WORDS: Final = {str: "text", int: "number", bool: "true or false", datetime: "time"}


def lines_of(page: str, beginning: str) -> list[str]:
    """Return the lines of a page that begin in one way."""
    return [line for line in (PAGES / page).read_text("utf-8").splitlines() if line.startswith(beginning)]


def summary(thing: object) -> str:
    """Return the first sentence of a docstring, without its end."""
    return " ".join(inspect.cleandoc(thing.__doc__ or "").split("\n\n", maxsplit=1)[0].split()).rstrip(".")


def in_words(type_: object) -> str:
    """Say what a receiver gets of a field of this type."""
    type_ = getattr(type_, "__supertype__", type_)
    if get_origin(type_) in {types.UnionType, Union}:
        (some,) = (each for each in get_args(type_) if each is not types.NoneType)
        return f"{in_words(some)} or null"
    if get_origin(type_) is frozenset:
        return "list of texts"
    if isinstance(type_, type) and issubclass(type_, enum.Enum):
        return ", ".join(f'"{each.value}"' for each in type_)
    assert isinstance(type_, type)
    return _WORDS[type_]


def heard_events() -> list[type[Event]]:
    """Return the events that webhooks can be told of, by their names."""
    found = [kind for kind in (getattr(events, name) for name in events.__all__) if getattr(kind, "name", "") in HEARD]
    return sorted(found, key=lambda event: event.name)


def row_of(event: type[Event]) -> str:
    """Return the row of an event on the page of webhooks."""
    fields = [field for field in attrs.fields(event) if field.name not in {"tenant", "at", "by"}]
    resource = [field for field in fields if field.name == "ref"]
    named = "no" if not resource else "if it is about one" if get_args(resource[0].type) else "yes"
    details = "; ".join(f"`{field.name}`: {in_words(field.type)}" for field in fields if field.name != "ref")
    return f"| `{event.name}` | {summary(event)} | {named} | {details} |"


def test_the_page_of_webhooks_has_every_event_with_what_it_holds() -> None:
    """Each event that can be heard, by name, whether it names a resource, and its details by name and type."""
    rows = [line for line in lines_of("webhooks.md", "| `") if line.count("|") == 5]

    assert [row_of(event) for event in heard_events()] == rows


def test_the_page_of_signals_says_who_hears() -> None:
    """Of each event, whether people get notices of it, and whether webhooks are called."""
    page = (PAGES / "signals.md").read_text("utf-8")
    told = dict(re.findall(r"^\| `\w+` \| `(\w+)` .* \| ([^|]*) \|$", page, re.MULTILINE))

    def who_hears(event: str) -> str:
        ways = (("notices", TOLD), ("webhooks", HEARD))
        return ", ".join(who for who, heard in ways if getattr(events, event).name in heard) or "-"

    assert set(TOLD) <= HEARD
    assert {event: who_hears(event) for event in told} == told


def verbs_of(facade: str) -> list[str]:
    """Return the rows of the verbs of one part of the kit."""
    kind = FACADES[facade]
    rows = []
    for name in sorted(name for name in dir(kind) if not name.startswith("_")):
        verb = getattr(kind, name)
        given = [
            f"{'*, ' if first else ''}{each.name}{'' if each.default is each.empty else '='}"
            for each, first in with_first_keyword(inspect.signature(verb))
        ]
        rows.append(f"| `kit.{facade}.{name}({', '.join(given)})` | {summary(verb)} |")
    return rows


def with_first_keyword(signature: inspect.Signature) -> list[tuple[inspect.Parameter, bool]]:
    """Return the arguments, and of each whether it is the first that has to be named."""
    given = [each for each in signature.parameters.values() if each.name != "self"]
    named = [each for each in given if each.kind is each.KEYWORD_ONLY]
    return [(each, bool(named) and each is named[0]) for each in given]


@pytest.mark.parametrize("facade", FACADES)
def test_the_page_of_verbs_has_each_with_its_arguments(facade: str) -> None:
    """Every public method, what it takes, and what it does."""
    assert verbs_of(facade) == lines_of("verbs-of-talk.md", f"| `kit.{facade}.")
