"""Notes to keep in a store, and ways to look at what SQLite does to its file."""

import contextlib
import gc
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sharekit.ids import TenantId
from sharekit.ports import (
    Bool,
    Int,
    KeyValue,
    KindSpec,
    RecordStore,
    Ref,
    Row,
    Text,
    Time,
)

TENANT = TenantId("acme")
NOTE = KindSpec(
    "short-note",
    {"title": Text, "at": Time, "size": Int, "done": Bool, "owner": Ref},
    indexes=[("title",), ("owner", "at")],
)


def note(id_: str, *, revision: int = 0, body: str = "{}", **keys: KeyValue) -> Row:
    """A row of `NOTE`."""
    every: dict[str, KeyValue] = dict.fromkeys(NOTE.keys)
    return Row(tenant=TENANT, kind="short-note", id=id_, revision=revision, schema=1, keys={**every, **keys}, body=body)


def keep(store: RecordStore, *rows: Row) -> None:
    """Commit rows."""
    with store.transaction(TENANT, write=True) as tx:
        for row in rows:
            tx.put(row)


def got(store: RecordStore, id_: str) -> Row | None:
    """Read a note."""
    with store.transaction(TENANT) as tx:
        return tx.get("short-note", id_)


@contextlib.contextmanager
def plain(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that knows nothing of sharekit, as the host's own SQL would use."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def in_thread(call: Callable[[], object]) -> list[object]:
    """What a call returns or raises in a thread that is over afterwards."""
    results: list[object] = []

    def run() -> None:
        try:
            results.append(call())
        except Exception as error:  # noqa: BLE001  # it is what the test asks for
            results.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return results


def open_files(path: Path) -> int:
    """How often this process has the file, or those beside it, open."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("platform: no /proc")
    gc.collect()
    links = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sum(str(link).startswith(str(path)) for link in links)
