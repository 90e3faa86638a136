"""The memory store keeps every law, and what is its own affair."""

import threading
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import ClassVar

import pytest

from sharekit.backends import memory
from sharekit.backends.memory import MemoryRecordStore
from sharekit.errors import ConfigurationError, RetryTransaction, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports import Int, KindSpec, Query, RecordStore, Row, Text
from sharekit.testing.record_store import RecordStoreContract

TENANT = TenantId("acme")
NOTE = KindSpec("note", {"title": Text}, indexes=[("title",)])


def note(id_: str, *, tenant: TenantId = TENANT, revision: int = 0, title: str | None = None) -> Row:
    """A row of `NOTE`."""
    return Row(tenant=tenant, kind="note", id=id_, revision=revision, schema=1, keys={"title": title}, body="{}")


class TestMemoryRecordStore(RecordStoreContract):
    """`MemoryRecordStore` keeps the contract."""

    lacks: ClassVar[Mapping[str, str]] = {
        "reopen": "nobody else can share the memory of one object",
        "back_door": "there is nothing beside the object",
        "sabotage": "a dict does not fail",
    }

    @pytest.fixture
    def store(self) -> RecordStore:
        """A store of its own for each test."""
        return MemoryRecordStore()


@pytest.fixture
def store() -> Iterator[MemoryRecordStore]:
    """An open store of notes."""
    store = MemoryRecordStore()
    store.open([NOTE])
    yield store
    store.close()


def test_two_stores_share_nothing(store: MemoryRecordStore) -> None:
    """What one store keeps, another does not know."""
    other = MemoryRecordStore()
    other.open([NOTE])
    with store.transaction(TENANT, write=True) as tx:
        tx.put(note("a"))

    assert list(other.tenants("note")) == []


def test_a_store_that_is_not_open_refuses_transactions(store: MemoryRecordStore) -> None:
    """Before `open` and after `close` a transaction raises `TransactionUsageError`, and the rows stay."""
    with store.transaction(TENANT, write=True) as tx:
        tx.put(note("a"))
    store.close()

    for closed in (store, MemoryRecordStore()):
        with pytest.raises(TransactionUsageError), closed.transaction(TENANT):
            pass
        with pytest.raises(TransactionUsageError):
            closed.tenants("note")
    store.open([NOTE])
    with store.transaction(TENANT) as tx:
        assert tx.get("note", "a") == note("a", revision=1)


def test_a_kept_row_cannot_be_changed_from_outside(store: MemoryRecordStore) -> None:
    """Neither the mapping that was put nor the one that was read is the one that is kept."""
    keys = {"title": "a"}
    with store.transaction(TENANT, write=True) as tx:
        tx.put(Row(tenant=TENANT, kind="note", id="a", revision=0, schema=1, keys=keys, body="{}"))
    keys["title"] = "changed"
    with store.transaction(TENANT) as tx:
        read = tx.get("note", "a")

    assert read is not None
    assert read.keys == {"title": "a"}
    assert isinstance(read.keys, MappingProxyType)


def test_a_reader_keeps_its_state_while_others_commit(store: MemoryRecordStore) -> None:
    """A long reader sees what was there when it began, however many commits go by."""
    with store.transaction(TENANT, write=True) as tx:
        tx.put(note("a"))

    def change() -> None:
        for number in range(20):
            with store.transaction(TENANT, write=True) as tx:
                tx.put(note(f"b{number}"))
                tx.put(note("a", revision=number + 1, title=str(number)))

    with store.transaction(TENANT) as tx:
        thread = threading.Thread(target=change)
        thread.start()
        thread.join()
        seen = tx.find(Query("note"))

    assert seen == [note("a", revision=1)]


def test_a_writer_that_waits_too_long_is_asked_to_retry(
    store: MemoryRecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write transaction does not wait for ever for the one of another thread."""
    monkeypatch.setattr(memory, "_PATIENCE", 0.01)
    raised: list[BaseException] = []

    def write() -> None:
        try:
            with store.transaction(TENANT, write=True):
                pass
        except RetryTransaction as error:
            raised.append(error)

    with store.transaction(TENANT, write=True) as tx:
        tx.put(note("a"))
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()

    assert len(raised) == 1
    with store.transaction(TENANT) as tx:
        assert tx.count(Query("note")) == 1


def test_opening_again_gives_old_rows_the_declared_keys(store: MemoryRecordStore) -> None:
    """A key that was added is null in old rows, and one that is no longer declared is gone."""
    with store.transaction(TENANT, write=True) as tx:
        tx.put(note("a", title="x"))
    store.open([KindSpec("note", {"size": Int})])
    with store.transaction(TENANT) as tx:
        row = tx.get("note", "a")

    assert row is not None
    assert row.keys == {"size": None}


def test_a_key_does_not_change_its_type(store: MemoryRecordStore) -> None:
    """Opening with another type for a key raises `ConfigurationError`, and the store goes on as it was."""
    with pytest.raises(ConfigurationError):
        store.open([KindSpec("note", {"title": Int})])

    with store.transaction(TENANT, write=True) as tx:
        assert tx.put(note("a", title="x")) == 1


def test_a_transaction_begins_once(store: MemoryRecordStore) -> None:
    """A transaction that is over, or runs, does not begin again; one that never began does nothing."""
    over = store.transaction(TENANT, write=True)
    with over as tx:
        tx.put(note("a"))

    with pytest.raises(TransactionUsageError), over:
        pass
    with pytest.raises(TransactionUsageError):
        store.transaction(TENANT).get("note", "a")


def test_a_transaction_does_not_open_its_own_store(store: MemoryRecordStore) -> None:
    """`open` and `tenants` inside a transaction raise `TransactionUsageError` and do not wait for themselves."""
    with store.transaction(TENANT, write=True) as tx:
        with pytest.raises(TransactionUsageError):
            store.open([NOTE])
        with pytest.raises(TransactionUsageError):
            store.tenants("note")
        tx.put(note("a"))

    assert list(store.tenants("note")) == [TENANT]
