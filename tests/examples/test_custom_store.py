"""A stranger's store keeps every law, serves a kit, and is shared between processes."""

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import ClassVar

import pytest

if sys.platform == "win32":
    pytest.skip("platform: the example locks with fcntl", allow_module_level=True)

from custom_store.narrowing import NarrowedSnapshot
from custom_store.store import JsonRecordStore, JsonSnapshot
from sharekit import LinkState, ReadLink, ResourceRef, Sharekit, Staff, errors, testing
from sharekit.ids import TenantId
from sharekit.ports import Int, KindSpec, Query, RecordStore, Row
from sharekit.testing import RecordStoreContract
from tests.backends._sampling import stories
from tests.processes import PROCESSES

ROOT = Path(__file__).parents[2]
STORE = ROOT / "examples" / "custom_store" / "store.py"
PAGE = (ROOT / "docs" / "how-to" / "write-a-record-store.md").read_text("utf-8")
KEY = "0123456789abcdef0123456789abcdef"
MARIA, RELAUNCH = Staff("maria"), ResourceRef("project", "42")
ACME = TenantId("acme")
NOTE = KindSpec("note", {"size": Int})


class TestJsonRecordStore(RecordStoreContract):
    """`JsonRecordStore` keeps the contract."""

    title = "example: JSON files"
    machine_examples = stories(20)
    lacks: ClassVar[Mapping[str, str]] = {"back_door": "a store that is reopened has nothing but the files"}

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """The folder of the store."""
        return tmp_path / "records"

    @pytest.fixture(params=[JsonSnapshot, NarrowedSnapshot])
    def store(self, folder: Path, request: pytest.FixtureRequest) -> RecordStore:
        """A store in a folder that does not exist yet, which pushes down nothing, or something."""
        return JsonRecordStore(folder, request.param)

    @pytest.fixture
    def reopen(self, folder: Path) -> Callable[[], RecordStore]:
        """A second store in the same folder."""
        return lambda: JsonRecordStore(folder)

    @pytest.fixture
    def sabotage(self, folder: Path) -> Callable[[], None]:
        """Spoil every file behind the store's back."""

        def spoil() -> None:
            for path in folder.glob("*.json"):
                path.write_text('{"thing": ', "utf-8")

        return spoil


def kit_in(folder: Path) -> Sharekit:
    """Put a kit together on a stranger's store, as each process does."""
    return testing.kit(records=JsonRecordStore(folder), secret_keys=[KEY])


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Sharekit]:
    """A kit whose project is in the catalog."""
    kit = kit_in(tmp_path)
    kit.catalog.put(RELAUNCH, title="Relaunch (cheap variant)", client_title="Relaunch", by=MARIA)
    yield kit
    kit.close()


def note(id_: str, *, revision: int = 0, size: int | None = None) -> Row:
    """A row of `NOTE`."""
    return Row(tenant=ACME, kind="note", id=id_, revision=revision, schema=1, keys={"size": size}, body="{}")


def test_the_store_is_short() -> None:
    """What a stranger writes is about 150 lines, docstrings and blank lines counted."""
    lines = STORE.read_text("utf-8").splitlines()

    assert len(lines) <= 160


@pytest.mark.parametrize("name", ["store.py", "narrowing.py"])
def test_the_page_shows_the_file(name: str) -> None:
    """What the how-to page builds, piece by piece, is the example, and nothing is left out."""
    pieces = re.findall(rf"<!-- part of examples/custom_store/{name} -->\n\n```python\n(.*?)```", PAGE, re.DOTALL)
    shown = [line for piece in pieces for line in piece.splitlines() if line]

    assert [line for line in STORE.with_name(name).read_text("utf-8").splitlines() if line] == shown


def test_a_read_link_lives_and_dies_on_a_strangers_store(kit: Sharekit, tmp_path: Path) -> None:
    """A link is made, opened, changed, redeemed as often as allowed, revoked, and all of it is in the trail."""
    link = kit.links.create(RELAUNCH, by=MARIA, sections={"progress"})
    token = kit.links.token(link)
    shown = kit.links.open(token)
    kit.links.update(link, by=MARIA, add_sections={"hours"})
    more = kit.links.open(token)
    once = kit.links.token(kit.links.create(RELAUNCH, by=MARIA, sections={"progress"}, max_uses=1))
    redeemed = kit.links.redeem(once)
    with pytest.raises(errors.LinkUnavailableError):
        kit.links.redeem(once)
    kit.links.revoke(link, by=MARIA)
    kit.close()
    again = kit_in(tmp_path)

    assert ("Relaunch", {"progress"}) == (shown.title, set(shown.sections))
    assert {"progress", "hours"} == set(more.sections)
    assert {"progress"} == set(redeemed.sections)
    with pytest.raises(errors.LinkUnavailableError):
        again.links.open(token)
    assert [LinkState.EXHAUSTED, LinkState.REVOKED] == sorted(found.state for found in again.links.of(RELAUNCH))
    assert {"link-created", "link-updated", "link-redeemed", "link-revoked"} <= {
        entry.action for entry in again.audit.entries()
    }
    again.close()


def use_links(folder: Path, orders: Connection) -> None:
    """Do what the other process asks for with tokens, and answer how it went, until told to stop."""
    kit = kit_in(folder)
    while order := orders.recv():
        verb, token = order
        try:
            kit.links.redeem(token) if verb == "redeem" else kit.links.open(token)
        except errors.LinkUnavailableError:
            orders.send(False)
        else:
            orders.send(True)
    kit.close()


def test_two_processes_share_a_strangers_store(kit: Sharekit, tmp_path: Path) -> None:
    """What one process revokes is dead in the other at once, and uses are counted exactly by both together."""
    ours, theirs = PROCESSES.Pipe()
    other = PROCESSES.Process(target=use_links, args=(tmp_path, theirs))
    other.start()

    def there(verb: str, link: ReadLink) -> bool:
        ours.send((verb, kit.links.token(link)))
        return bool(ours.recv())

    def here(link: ReadLink) -> bool:
        try:
            kit.links.redeem(kit.links.token(link))
        except errors.LinkUnavailableError:
            return False
        return True

    opened = []
    for _ in range(5):
        link = kit.links.create(RELAUNCH, by=MARIA, sections={"progress"})
        before = there("open", link)
        kit.links.revoke(link, by=MARIA)
        opened.append((before, there("open", link)))
    limited = kit.links.create(RELAUNCH, by=MARIA, sections={"progress"}, max_uses=5)
    redeemed = [there("redeem", limited) if turn % 2 else here(limited) for turn in range(8)]
    ours.send(None)
    other.join(240)

    assert [(True, False)] * 5 == opened
    assert [True] * 5 + [False] * 3 == redeemed
    assert (5, 0) == (kit.links.get(limited).uses, other.exitcode)


def count_up(folder: Path, times: int) -> None:
    """Raise one counter so often, as one of several processes."""
    store = JsonRecordStore(folder)
    store.open([NOTE])
    for _ in range(times):
        with store.transaction(ACME, write=True) as tx:
            tx.bump("note", "a", "size", None)
    store.close()


def test_writers_of_several_processes_wait_for_one_another(tmp_path: Path) -> None:
    """No count of four processes that write at once is lost."""
    store = JsonRecordStore(tmp_path)
    store.open([NOTE])
    with store.transaction(ACME, write=True) as tx:
        tx.put(note("a"))
    workers = [PROCESSES.Process(target=count_up, args=(tmp_path, 25)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(240)
    with store.transaction(ACME) as tx:
        row = tx.get("note", "a")

    assert note("a", revision=101, size=100) == row


def die_writing(folder: Path, step: str) -> None:
    """Be killed in the middle of a commit, at this step of it."""
    store = JsonRecordStore(folder)
    store.open([NOTE])

    def die(*_: object) -> None:
        os._exit(9)

    setattr(os, step, die)
    with store.transaction(ACME, write=True) as tx:
        tx.put(note("a", revision=1, size=2))
        tx.put(note("b"))


@pytest.mark.parametrize(("step", "is_new"), [("fsync", False), ("replace", False), ("close", True)])
def test_a_killed_writer_leaves_the_state_before_or_after(tmp_path: Path, step: str, is_new: bool) -> None:
    """Whatever step of a commit a writer dies at, the next one finds a whole state and goes on."""
    store = JsonRecordStore(tmp_path)
    store.open([NOTE])
    with store.transaction(ACME, write=True) as tx:
        tx.put(note("a", size=1))
    killed = PROCESSES.Process(target=die_writing, args=(tmp_path, step))
    killed.start()
    killed.join(240)
    with store.transaction(ACME, write=True) as tx:
        found = tx.find(Query("note"))
        tx.put(note("c"))

    after = [note("a", revision=2, size=2), note("b", revision=1)]
    assert 9 == killed.exitcode
    assert (after if is_new else [note("a", revision=1, size=1)]) == found


@pytest.mark.parametrize(
    ("spoilt", "error"),
    [
        ("", errors.StorageError),
        ("[]", errors.StorageError),
        ('{"note": []}', errors.StorageError),
        ('{"note": {"a": 1}}', errors.IntegrityError),
        ('{"note": {"a": {"revision": "1", "schema": 1, "body": "{}", "keys": {}}}}', errors.IntegrityError),
        ('{"note": {"a": {"revision": 1, "schema": 1, "body": "{}", "keys": {"size": "1"}}}}', errors.IntegrityError),
    ],
)
def test_a_file_that_was_spoilt_is_an_error(tmp_path: Path, spoilt: str, error: type[errors.SharekitError]) -> None:
    """What is not as it was written is never passed on."""
    store = JsonRecordStore(tmp_path)
    store.open([NOTE])
    with store.transaction(ACME, write=True) as tx:
        tx.put(note("a", size=1))
    (path,) = tmp_path.glob("*.json")
    path.write_text(spoilt, "utf-8")

    with pytest.raises(error), store.transaction(ACME) as tx:
        tx.get("note", "a")
    with pytest.raises(error), store.transaction(ACME) as tx:
        tx.find(Query("note"))


def test_the_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    """A folder that the store makes is closed to others."""
    store = JsonRecordStore(tmp_path / "new")
    store.open([NOTE])
    store.close()

    assert 0o700 == (tmp_path / "new").stat().st_mode & 0o777
