"""Many rows are planted in few transactions."""

import importlib
from pathlib import Path

import pytest

from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.errors import ConflictError
from sharekit.ids import TenantId
from sharekit.ports import Int, KindSpec, Query, RecordStore, Row
from sharekit.testing.plant import plant

SEED = KindSpec("seed", {"size": Int})


def seed(tenant: str, number: int) -> Row:
    """A new row."""
    return Row(
        tenant=TenantId(tenant), kind="seed", id=f"{number}", revision=0, schema=1, keys={"size": number}, body="{}"
    )


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> RecordStore:
    """An open store of either sort."""
    store = MemoryRecordStore() if request.param == "memory" else SqliteRecordStore(tmp_path / "records.db")
    store.open([SEED])
    return store


def test_every_row_is_planted_in_its_tenant(store: RecordStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches end where the tenant changes or where they are full, and no row is lost between them."""
    monkeypatch.setattr(importlib.import_module("sharekit.testing.plant"), "_BATCH", 4)
    rows = [seed(tenant, number) for tenant in ("a", "b") for number in range(10)] + [seed("a", 10)]
    planted = plant(store, iter(rows))
    counts = {}
    for tenant in ("a", "b"):
        with store.transaction(TenantId(tenant)) as tx:
            counts[tenant] = tx.count(Query("seed"))
    store.close()

    assert planted == 21
    assert counts == {"a": 11, "b": 10}


def test_nothing_is_planted_twice(store: RecordStore) -> None:
    """A row that is there already conflicts."""
    plant(store, [seed("a", 1)])
    with pytest.raises(ConflictError):
        plant(store, [seed("a", 1)])
    store.close()

    assert plant(store, []) == 0
