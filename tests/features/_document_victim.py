"""
A host that is killed while it works on documents: it says which deed comes next, does it, and goes on.

    python -m tests.features._document_victim FOLDER DATABASE TOKEN NUMBER

Each deed has a number, and to do it again does nothing that was not left undone.
"""

import hashlib
import sys
from pathlib import Path

from sharekit import ResourceKind, ResourceRef, Sharekit, Staff
from sharekit.backends.fsspec import FsspecBlobStore
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.ports import Clock, RecordStore
from sharekit.records.documents import Document
from sharekit.records.submissions import Submission

__all__ = ["CYCLE", "MARIA", "PROJECT", "body", "deed", "kit_on", "named"]

MARIA, PROJECT = Staff("maria"), ResourceRef("project", "42")
CYCLE = 7


def kit_on(folder: Path, database: str, clock: Clock | None = None) -> Sharekit:
    """Return a kit with bytes in a folder, and records there or in a database."""
    return Sharekit(
        records=_records(folder, database),
        blobs=FsspecBlobStore(folder / "blobs"),
        secret_keys=[b"k" * 40],
        kinds=[ResourceKind("project", title="Project")],
        clock=clock,
    )


def _records(folder: Path, database: str) -> RecordStore:
    if database == "sqlite":
        return SqliteRecordStore(folder / "records.sqlite3")
    import sqlalchemy as sa

    from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore

    # Without a pool nothing has to be closed.
    return SqlAlchemyRecordStore(sa.create_engine(database, poolclass=sa.NullPool))


def body(number: int) -> bytes:
    """Return the text of a deed, some chunks long and like no other."""
    line = hashlib.sha256(str(number).encode()).hexdigest() + "\n"
    return (line * 4000).encode()


def named(number: int) -> str:
    """Return the name of the file of a deed."""
    return f"{number}.txt"


def deed(kit: Sharekit, token: str, number: int) -> None:
    """Do the deed of a number."""
    first = number - number % CYCLE
    match number % CYCLE:
        case 0 | 1:
            _added(kit, number)
        case 2:
            kit.documents.replace(_added(kit, first), body(number), by=MARIA, idempotency_key=f"replace {number}")
        case 3:
            _sent(kit, token, number)
        case 4:
            kit.requests.accept(_sent(kit, token, number - 1), by=MARIA)
        case 5:
            kit.documents.remove(_added(kit, first + 1), by=MARIA)
        case _:
            kit.sweep(dry_run=False)


def _added(kit: Sharekit, number: int) -> Document:
    return kit.documents.add(PROJECT, named(number), body(number), by=MARIA, idempotency_key=f"add {number}")


def _sent(kit: Sharekit, token: str, number: int) -> Submission:
    return kit.requests.submit(token, "letters", named(number), body(number), idempotency_key=f"send {number}")


def main() -> None:
    """Work until killed."""
    folder, database, token, number = sys.argv[1:]
    kit, at = kit_on(Path(folder), database), int(number)
    while True:
        print(at, flush=True)  # noqa: T201  # what the test waits for
        deed(kit, token, at)
        at += 1


if __name__ == "__main__":
    main()
