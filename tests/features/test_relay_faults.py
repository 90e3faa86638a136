"""
Whatever step of the relay fails, everybody gets their notice, once; a crash sends one letter twice at most.

And relays side by side do each thing once.
"""

import contextlib
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sharekit import errors
from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.outbox import MemoryOutbox
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.ports import Letter, RecordStore
from sharekit.records.notices import DeliveryState, NoticeState
from tests.features._faults import Killed, Mode, Steps
from tests.features._relays import MARIA, PEOPLE, check_done_once, run_side_by_side, world

MODES = (Mode.ERROR_BEFORE, Mode.ERROR_AFTER, Mode.KILL_BEFORE, Mode.KILL_AFTER)


def store(name: str, folder: Path) -> RecordStore:
    """Return an empty store."""
    return MemoryRecordStore() if name == "memory" else SqliteRecordStore(folder / "records.sqlite3")


def steps_of_a_run() -> int:
    """Return how many steps a run takes when nothing fails."""
    steps = Steps()
    world(MemoryRecordStore()).kit(steps).relay.run_once()
    return len(steps.names)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@pytest.mark.parametrize("mode", MODES)
def test_a_failure_at_any_step_loses_nothing(mode: Mode, kind: str, tmp_path: Path, *, deep: bool) -> None:
    """Three people have one notice, one delivery and a letter each; one letter twice at most, by one Message-ID."""
    stride = 1 if deep else 5 if kind == "memory" else 29
    for failing in range(1, steps_of_a_run() + 1, stride):
        here = world(store(kind, tmp_path / str(failing) if kind == "sqlite" else tmp_path))
        with contextlib.suppress(Killed, errors.StorageError):
            here.kit(Steps(failing=failing, mode=mode)).relay.run_once()
        again = here.kit()
        for _ in range(4):
            here.clock.advance(timedelta(minutes=6))  # longer than a lease
            again.relay.run_once()

        notices, mails = here.notices(again), Counter(letter.recipient.address for letter, _ in here.outbox.sent)
        told = Counter((notice.person, notice.event) for notice in notices)
        assert (len(told), set(told.values())) == (3, {1}), failing
        assert {notice.state for notice in notices} == {NoticeState.SENT}, failing
        assert {each.state for each in here.deliveries(again)} == {DeliveryState.SENT}, failing
        assert len(here.deliveries(again)) == 3 + 2, failing
        assert set(mails) == {f"{name}@acme.test" for name in PEOPLE}, failing
        assert sum(mails.values()) <= len(PEOPLE) + 1, failing
        assert len({letter.message_id for letter, _ in here.outbox.sent}) == len(PEOPLE), failing
        assert (len(set(here.called)), len(here.called) <= 3) == (2, True), failing
        assert again.audit.verify().fine, failing
        here.records.close()


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_relays_side_by_side_do_each_thing_once(kind: str, tmp_path: Path) -> None:
    """Four relays at once send each letter and make each call once, and seal each entry once."""
    here = world(store(kind, tmp_path))

    assert run_side_by_side(here) == []
    check_done_once(here)


class Interrupted(MemoryOutbox):
    """Takes a first letter, and lets something else happen then."""

    meanwhile: Callable[[], object] | None = None

    def send(self, letter: Letter, message: bytes) -> None:
        """Keep a letter."""
        super().send(letter, message)
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            happens()


def test_a_relay_that_meets_the_work_of_others_looks_for_what_is_left() -> None:
    """It does not ask of each thing that it found before whether that is done: side by side, claims cost little."""
    here, steps, before = world(MemoryRecordStore()), Steps(), list[int]()
    here.outbox = outbox = Interrupted()
    plain, made = here.kit(), here.kit(steps)
    for number in range(60):
        plain.people.invite(plain.people.add_contact(f"N{number}", f"n{number}@acme.test", by=MARIA), by=MARIA)
    here.clock.advance(timedelta(minutes=3))

    def others() -> None:
        plain.relay.run_once()
        before.append(len(steps.names))

    outbox.meanwhile = others
    report = made.relay.run_once()

    assert (report.sent, len(outbox.sent)) == (1, 63)
    assert len(steps.names) - before[0] < 60
