import gc
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import attrs
import pytest

from sharekit import ResourceRef, Staff, signals
from sharekit.ids import ReadLinkId, TenantId
from sharekit.records import events
from sharekit.records.events import Event, LinkRevoked
from sharekit.testing import FrozenClock

EVENT = LinkRevoked(
    tenant=TenantId("default"),
    at=FrozenClock().now(),
    by=Staff("maria"),
    ref=ResourceRef("project", "1"),
    link=ReadLinkId("x" * 28),
)


_ROW: Final = r"^\| `(\w+)` \| `(\w+)` \| [^|]* \| ([^|]*) \| [^|]* \|$"


def test_a_receiver_is_held_until_it_is_disconnected() -> None:
    """A closure that nobody else keeps goes on receiving."""
    seen: list[Event] = []

    def connect() -> None:
        @signals.link_revoked.connect
        def receive(event: LinkRevoked) -> None:
            seen.append(event)

        later.append(receive)

    later: list[Callable[[LinkRevoked], object]] = []
    connect()
    receiver = later.pop()
    gc.collect()

    signals.link_revoked.send(EVENT)
    signals.link_revoked.disconnect(receiver)
    signals.link_revoked.send(EVENT)

    assert [EVENT] == seen


def test_a_receiver_that_raises_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """The others receive, the failure is logged with the signal's name."""
    seen: list[Event] = []

    def fails(event: LinkRevoked) -> None:
        raise RuntimeError("broken receiver")

    with (
        caplog.at_level(logging.ERROR),
        signals.link_revoked.connected(fails),
        signals.link_revoked.connected(seen.append),
    ):
        signals.link_revoked.send(EVENT)

    assert [EVENT] == seen
    assert "link-revoked" in caplog.text
    assert "broken receiver" in caplog.text


def test_a_signal_says_whether_anybody_listens() -> None:
    """So that an event that nobody hears need not be made."""
    before = bool(signals.link_revoked)
    with signals.link_revoked.connected(print):
        during = bool(signals.link_revoked)

    assert (False, True, False) == (before, during, bool(signals.link_revoked))


def test_every_event_has_its_signal() -> None:
    """An event without a signal could not be announced."""

    def leaves(kind: type[Event]) -> set[type[Event]]:
        below = kind.__subclasses__()
        return {kind} if not below else set().union(*(leaves(child) for child in below))

    named = {signal.name for signal in vars(signals).values() if isinstance(signal, signals.EventSignal)}

    assert {event.name for event in leaves(Event)} == named


def test_the_reference_names_every_signal_with_its_fields() -> None:
    """What the page says of a signal is what its event has."""
    page = (Path(__file__).parents[1] / "docs/reference/signals.md").read_text("utf-8")
    told = {name: (event, re.findall(r"\w+", fields)) for name, event, fields in re.findall(_ROW, page, re.MULTILINE)}
    known = {name for name in signals.__all__ if isinstance(getattr(signals, name), signals.EventSignal)}

    assert known == told.keys()
    for name, (event, fields) in told.items():
        made = getattr(events, event)

        assert made.name == getattr(signals, name).name
        assert [field.name for field in attrs.fields(made) if field.name not in {"tenant", "at", "by"}] == fields
