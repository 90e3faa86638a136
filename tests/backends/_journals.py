"""Ways into a journal that do not pass through the store, and a folder that fails when it is told to."""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from sharekit.backends import _journal_checkpoints
from sharekit.backends._journal_folders import Folder
from sharekit.backends.fsspec import JournalRecordStore
from sharekit.ids import TenantId
from sharekit.ports import Row
from sharekit.ports.evaluate import micros_of, time_of
from tests.backends._notes import NOTE

Value = str | int | bool | None | dict[str, int]


def journal(url: str | Path) -> JournalRecordStore:
    """An open journal of notes."""
    store = JournalRecordStore(url)
    store.open([NOTE])
    return store


def every(monkeypatch: pytest.MonkeyPatch, commits: int) -> None:
    """Have a checkpoint after so many commits."""
    monkeypatch.setattr(_journal_checkpoints, "_FEWEST", commits)


def names(path: Path, part: str) -> list[str]:
    """The numbers of the files in a part of the journal that are not empty, without leading zeros."""
    return sorted((file.name.lstrip("0") for file in (path / part).iterdir() if file.stat().st_size), key=int)


def sealed(content: bytes, version: int = 1) -> bytes:
    """A file with this content, as the format's description has it."""
    return b"sharekit-journal %d %s\n%s" % (version, hashlib.sha256(content).hexdigest().encode(), content)


class FilesDoor:
    """The rows of a journal without checkpoints, read and written by hand."""

    def __init__(self, path: Path) -> None:
        self._commits = path / "commits"

    def read(self, tenant: TenantId, kind: str, id: str) -> Row | None:
        """Go through every commit and keep the last word about one row."""
        found: Row | None = None
        for path in sorted(self._commits.iterdir()):
            about, *lines = map(json.loads, path.read_bytes().splitlines()[1:])
            for line in lines:
                if (about["tenant"], line[0], line[1]) == (tenant, kind, id):
                    found = _row(tenant, line) if len(line) > 2 else None
        return found

    def write(self, row: Row) -> None:
        """Add a commit with one row."""
        numbers = sorted(path.name for path in self._commits.iterdir())
        previous = (self._commits / numbers[-1]).read_bytes().split()[2].decode() if numbers else "0" * 64
        number = len(numbers) + 1
        about = {"commit": number, "id": "by hand", "previous": previous, "tenant": row.tenant}
        keys = {key: {"time": micros_of(one)} if isinstance(one, datetime) else one for key, one in row.keys.items()}
        line = [row.kind, row.id, row.revision, row.schema, keys, row.body]
        content = f"{json.dumps(about)}\n{json.dumps(line)}\n".encode()
        (self._commits / f"{number:012d}").write_bytes(sealed(content))


def _row(tenant: TenantId, line: Sequence[object]) -> Row:
    kind, id_, revision, schema, keys, body = line
    assert isinstance(keys, dict)
    assert isinstance(revision, int)
    assert isinstance(schema, int)
    plain = {key: time_of(value["time"]) if isinstance(value, dict) else value for key, value in keys.items()}
    return Row(tenant=tenant, kind=str(kind), id=str(id_), revision=revision, schema=schema, keys=plain, body=str(body))


class Watched:
    """
    A folder that tells before and after what it does.

    Attributes:
        told: Called with the operation, the name and whether it is done; may raise.
    """

    def __init__(self, folder: Folder, told: Callable[[str, str, bool], None]) -> None:
        self._folder = folder
        self.told = told
        self.take_turn = folder.take_turn
        self.end_turn = folder.end_turn

    def prepare(self) -> None:
        """Tell nothing."""
        self._folder.prepare()

    def read(self, name: str) -> bytes | None:
        """Tell, read, tell."""
        self.told("read", name, False)
        data = self._folder.read(name)
        self.told("read", name, True)
        return data

    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        """Read one after the other."""
        return [self.read(name) for name in names]

    def create(self, name: str, data: bytes) -> bool:
        """Tell, create, tell."""
        self.told("create", name, False)
        created = self._folder.create(name, data)
        self.told("create", name, True)
        return created

    def overwrite(self, name: str, data: bytes) -> None:
        """Tell, overwrite, tell."""
        self.told("overwrite", name, False)
        self._folder.overwrite(name, data)
        self.told("overwrite", name, True)

    def empty(self, names: Sequence[str]) -> None:
        """Empty one after the other."""
        for name in names:
            self.told("empty", name, False)
            self._folder.empty([name])
            self.told("empty", name, True)

    def remove(self, name: str) -> None:
        """Tell, remove, tell."""
        self.told("remove", name, False)
        self._folder.remove(name)
        self.told("remove", name, True)

    def names(self, part: str) -> list[str]:
        """Tell, list, tell."""
        self.told("names", part, False)
        found = self._folder.names(part)
        self.told("names", part, True)
        return found


def watch(store: JournalRecordStore, told: Callable[[str, str, bool], None]) -> None:
    """Have a store tell what it does in its folder."""
    store._journal.folder = Watched(store._journal.folder, told)
