"""Documents at a glance: clients get by one statement what a transaction would give them, and no older version."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from sharekit import Contact, ResourceRef, Sharekit, Staff, errors
from sharekit.backends._sqlite_glances import SqliteGlance
from sharekit.backends.fsspec import FsspecBlobStore
from sharekit.backends.sqlite import SqliteRecordStore, SqliteTransaction
from sharekit.ids import TenantId
from sharekit.ports import Sought
from sharekit.records.documents import Document
from sharekit.testing import kit

MARIA = Staff("maria")
PROJECT = ResourceRef("project", "42")


class _Counting(SqliteRecordStore):
    """A store that counts the transactions that read, and its glances."""

    read = 0
    glances = 0
    meanwhile: Callable[[], object] | None = None
    """What is done once, after the next glance."""

    def transaction(self, tenant: TenantId, *, write: bool = False) -> SqliteTransaction:
        """Count, and begin."""
        self.read += not write
        return super().transaction(tenant, write=write)

    def glance(self, sought: Sequence[Sought]) -> SqliteGlance:
        """Return a glance that counts."""
        made = _CountingGlance(self._connections, self._layout, sought)
        made.store = self
        return made


class _CountingGlance(SqliteGlance):
    """A glance that counts, and after which something happens."""

    store: _Counting

    def see(self, tenant: TenantId, values: Sequence[Sequence[str]]) -> Sequence[Sequence[Any]]:
        """See, and have happen what was to happen."""
        self.store.glances += 1
        lines = super().see(tenant, values)
        act, self.store.meanwhile = self.store.meanwhile, None
        if act is not None:
            act()
        return lines


@pytest.fixture
def store(tmp_path: Path) -> Iterator[_Counting]:
    """Such a store."""
    made = _Counting(tmp_path / "records.sqlite3")
    yield made
    made.close()


@pytest.fixture
def shared(store: _Counting, tmp_path: Path) -> Sharekit:
    """A kit with a project of Maria's."""
    made = kit(records=store, blobs=FsspecBlobStore(tmp_path / "blobs"))
    made.catalog.put(PROJECT, title="Relaunch", client_title="Relaunch", owner=MARIA, by=MARIA)
    return made


@pytest.fixture
def ana(shared: Sharekit) -> Contact:
    """A client."""
    return Contact(shared.people.add_contact("Ana", "ana@x.test", by=MARIA).id)


@pytest.fixture
def plan(shared: Sharekit, ana: Contact) -> Document:
    """A document in it that she may see."""
    made = shared.documents.add(PROJECT, "Plan.txt", b"one", by=MARIA)
    shared.shares.grant(made.ref, to=ana, by=MARIA)
    return made


def _take_back(made: Sharekit, who: Contact, plan: Document) -> None:
    """End what was granted."""
    (grant,) = made.shares.grant(plan.ref, to=who, by=MARIA)
    made.shares.revoke(grant, by=MARIA)


def _opened(made: Sharekit, store: _Counting, who: Contact, plan: Document) -> tuple[str, bytes, int]:
    """The name and the bytes that a client gets, and after how many glances; it takes no transaction."""
    store.read = store.glances = 0
    with made.documents.open(plan, by=who) as reader:
        name, data = reader.file.name, reader.read()

    assert store.read == 0
    return name, data, store.glances


def test_each_change_is_seen_by_the_next_opening(
    shared: Sharekit, store: _Counting, ana: Contact, plan: Document
) -> None:
    """A new version, an earlier one that is gone back to, and another name are seen, whatever is remembered."""
    told = [_opened(shared, store, ana, plan), _opened(shared, store, ana, plan)]
    shared.documents.replace(plan, b"two", by=MARIA, name="Second.txt")
    told += [_opened(shared, store, ana, plan), _opened(shared, store, ana, plan)]
    shared.documents.rename(plan, "Third.txt", by=MARIA)
    told.append(_opened(shared, store, ana, plan))

    assert told == [
        ("Plan.txt", b"one", 2),
        ("Plan.txt", b"one", 1),
        ("Second.txt", b"two", 3),  # the document tells of the version, and that of the file
        ("Second.txt", b"two", 1),
        ("Third.txt", b"two", 1),
    ]


def test_what_ended_is_absent_at_once(shared: Sharekit, store: _Counting, ana: Contact, plan: Document) -> None:
    """What was opened before is refused like an absent document once the grant ended, and once it was removed."""
    _opened(shared, store, ana, plan)
    _take_back(shared, ana, plan)
    told: list[str] = []
    with pytest.raises(errors.NotFoundError) as revoked:
        shared.documents.open(plan, by=ana)
    told.append(str(revoked.value))
    shared.shares.grant(plan.ref, to=ana, by=MARIA)
    _opened(shared, store, ana, plan)
    shared.documents.remove(plan, by=MARIA)
    with pytest.raises(errors.NotFoundError) as removed:
        shared.documents.open(plan, by=ana)
    told.append(str(removed.value))
    with pytest.raises(errors.NotFoundError) as absent:
        shared.documents.open("absent", by=ana)

    assert {*told} == {str(absent.value).replace("absent", plan.id)}


def test_nobody_gets_a_version_that_came_after_their_grant_ended(
    shared: Sharekit, store: _Counting, ana: Contact, plan: Document
) -> None:
    """Where it takes a second glance, that one decides anew: what came after the grant ended is not given."""
    _opened(shared, store, ana, plan)
    shared.documents.replace(plan, b"two", by=MARIA)

    def end() -> None:
        _take_back(shared, ana, plan)
        shared.documents.replace(plan, b"secret", by=MARIA)

    store.meanwhile = end

    with pytest.raises(errors.NotFoundError):
        shared.documents.open(plan, by=ana)


def test_clients_name_the_current_version_alone(
    shared: Sharekit, store: _Counting, ana: Contact, plan: Document
) -> None:
    """The number of the current version is taken, and of an earlier one they are not told that it was there."""
    _opened(shared, store, ana, plan)
    shared.documents.replace(plan, b"two", by=MARIA)

    assert shared.documents.open(plan, by=ana, version=2).read() == b"two"
    with pytest.raises(errors.NotFoundError):
        shared.documents.open(plan, by=ana, version=1)


def test_another_tenant_has_no_such_document(shared: Sharekit, store: _Counting, ana: Contact, plan: Document) -> None:
    """What one tenant remembers of a document is nothing to another (R-TEN-1)."""
    _opened(shared, store, ana, plan)

    with pytest.raises(errors.NotFoundError):
        shared.for_tenant("other").documents.open(plan.id, by=ana)
