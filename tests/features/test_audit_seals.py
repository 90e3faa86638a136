"""
The sealed audit trail: what was changed, added or taken away afterwards is found.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest

from sharekit import ResourceRef, Sharekit, Staff, System
from sharekit import testing as sharekit_testing
from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.codec.kinds import AUDIT_ENTRY, AUDIT_SEAL
from sharekit.features._unit import Unit
from sharekit.ids import AuditEntryId
from sharekit.ports import Eq
from sharekit.records.audit import AuditEntry, AuditKeys, seal_id

MARIA, ROOT = Staff("maria"), System("setup")
KEYS = [b"0123456789abcdef0123456789abcdef"]


@pytest.fixture(params=["memory", "sqlite"])
def kit(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sharekit]:
    """Return a kit with three seals of two entries each."""
    store = MemoryRecordStore() if request.param == "memory" else SqliteRecordStore(tmp_path / "records.sqlite3")
    kit = sharekit_testing.kit(records=store, secret_keys=KEYS)
    for number in range(3):
        for name in ("a", "b"):
            kit.catalog.put(ResourceRef("project", f"{name}{number}"), title="A project", owner=MARIA, by=ROOT)
        kit.relay.run_once()
    yield kit
    kit.close()


def entries_of(unit: Unit, number: int) -> list[AuditEntry]:
    """Return what a seal holds."""
    return unit.find(AUDIT_ENTRY, Eq(AuditKeys.SEAL, number))


def problems(kit: Sharekit, head: str | None = None) -> list[tuple[int, str]]:
    """Return what a look finds."""
    return [(finding.seal, finding.problem) for finding in kit.audit.verify(head=head).findings]


def test_what_was_sealed_and_left_alone_is_fine(kit: Sharekit) -> None:
    """Every committed entry is in one seal, and what came since waits for the next run."""
    report = kit.audit.verify()
    kit.catalog.put(ResourceRef("project", "late"), title="A project", owner=MARIA, by=ROOT)
    later = kit.audit.verify()
    sealed = kit.relay.run_once().sealed

    assert (report.fine, report.seals, report.entries, report.unsealed) == (True, 3, 6, 0)
    assert (later.fine, later.unsealed, sealed) == (True, 1, 1)
    assert kit.audit.verify(head=report.head).fine


def _reworded(unit: Unit) -> None:
    entry = entries_of(unit, 2)[0]
    unit.put(AUDIT_ENTRY, attrs.evolve(entry, actor="staff:somebody-else"))


def _removed(unit: Unit) -> None:
    unit.delete(AUDIT_ENTRY, entries_of(unit, 2)[1].id)


def _added(unit: Unit) -> None:
    entry = entries_of(unit, 2)[0]
    unit.put(AUDIT_ENTRY, attrs.evolve(entry, id=AuditEntryId(entry.id[:-1] + "z")))


def _moved(unit: Unit) -> None:
    for entry in entries_of(unit, 2):
        unit.put(AUDIT_ENTRY, attrs.evolve(entry, seal=None))


@pytest.mark.parametrize("deed", [_reworded, _removed, _added, _moved])
def test_a_seal_tells_whether_its_entries_are_as_they_were(kit: Sharekit, deed: Callable[[Unit], None]) -> None:
    """Whoever writes to the database without the key cannot change, remove, add or unseal an entry unseen."""
    kit._wiring.write(deed)

    assert problems(kit) == [(2, "changed")]


def test_a_seal_that_is_gone_is_missed(kit: Sharekit) -> None:
    """The one after it does not follow from the one before."""

    def remove(unit: Unit) -> None:
        for entry in entries_of(unit, 2):
            unit.delete(AUDIT_ENTRY, entry.id)
        assert unit.get(AUDIT_SEAL, seal_id(2)) is not None
        unit.delete(AUDIT_SEAL, seal_id(2))

    kit._wiring.write(remove)

    assert problems(kit) == [(2, "missing"), (3, "broken")]


def test_an_end_that_was_cut_off_is_missed_by_who_kept_the_head(kit: Sharekit) -> None:
    """The chain alone cannot tell that; its last digest, kept elsewhere, can."""
    head = kit.audit.verify().head

    def cut(unit: Unit) -> None:
        for entry in entries_of(unit, 3):
            unit.delete(AUDIT_ENTRY, entry.id)
        assert unit.get(AUDIT_SEAL, seal_id(3)) is not None
        unit.delete(AUDIT_SEAL, seal_id(3))

    kit._wiring.write(cut)

    assert problems(kit) == []
    assert problems(kit, head) == [(3, "missing")]


def test_an_older_key_still_shows_what_it_sealed(kit: Sharekit) -> None:
    """A key that was rotated is good for looking as long as it is kept."""
    newer = sharekit_testing.kit(records=kit._wiring.records, secret_keys=[*KEYS, b"f" * 32])
    newer.catalog.put(ResourceRef("project", "new"), title="A project", owner=MARIA, by=ROOT)
    newer.relay.run_once()

    assert (newer.audit.verify().seals, problems(newer)) == (4, [])
