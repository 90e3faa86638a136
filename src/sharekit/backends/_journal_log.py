"""The journal: finding out what was committed, and committing."""

import logging
import secrets
import threading
import time
from collections.abc import Collection
from typing import Final

from sharekit.backends import _journal_checkpoints as checkpoints
from sharekit.backends._forks import at_fork
from sharekit.backends._held_rows import NOTHING, HeldRows, Tables
from sharekit.backends._journal_checkpoints import commit_name
from sharekit.backends._journal_folders import Folder, SoleWriter
from sharekit.backends._journal_format import digest_of, dump_commit, load_commit
from sharekit.backends._journal_state import JournalState
from sharekit.errors import (
    ConfigurationError,
    ConflictError,
    IntegrityError,
    RetryTransaction,
    SharekitError,
    StorageError,
)
from sharekit.ids import TenantId
from sharekit.ports.collecting import Changes
from sharekit.ports.stores import RowKey

_log = logging.getLogger("sharekit.journal")

_PATIENCE: Final = 60.0  # seconds to wait for other writers
_PAUSES: Final = (0.02, 0.2, 1.0)  # seconds before asking again what became of a commit
_AT_ONCE: Final = 64  # commits at most that are asked for together
_RACERS: Final = 4


class Journal:
    """
    The commits in a folder, and what this process knows of them.

    How several processes can write. Commit n + 1 is a file that is created exclusively, and its
    number is never free again. So the commits are one sequence, the same for everybody, and
    whoever creates n + 1 knows all that came before: he has replayed n, and nobody can have come
    between. Who finds the number taken replays what took it. His transaction may follow
    that all the same if every row that it read, changed, or missed is still as it was when it began:
    then it would have done the same had it begun now, and he tries the next number. Otherwise
    `ConflictError` is raised and nothing of it is kept.

    That gives S2, since of two transactions that change one row the later has the row of the other
    among those that it read; T4 to T6 and T10, since the revision or counter that was judged is the
    one that the commit follows; T12, since a transaction looks at one state from beginning to end.
    What a query would find in addition by then is not asked again: a database at READ COMMITTED, or
    at snapshot isolation, does not do so either.

    A transaction sees each commit that was there when it began (S3): the number after the last that
    is known is asked for first. An answer that it is not there is true, as no number is ever freed.
    """

    def __init__(self, folder: Folder, *, single_writer: bool) -> None:
        self.state: JournalState = JournalState()
        self.folder: Folder = SoleWriter(folder, secrets.token_hex(16)) if single_writer else folder
        self._proven: bool = single_writer
        at_fork(after_in_child=self._renew)

    @property
    def held(self) -> HeldRows:
        """The rows, which transactions share."""
        return self.state.held

    def prepare(self) -> None:
        """
        Make the folder ready, and replay the journal.

        Raises:
            ConfigurationError: The file system does not create exclusively.
        """
        self.folder.prepare()
        if not self._proven:
            _prove(self.folder)
            self._proven = True
        if self.state.number == 0:
            found = checkpoints.newest(self.folder, 0)
            if found is not None:
                with self.held.guard:
                    self.state.replace(found)
        self.catch_up()

    def catch_up(self) -> None:
        """Replay what was committed before this call."""
        width = 1
        while True:
            first = self.state.number + 1
            numbers = range(first, first + width)
            found = self.folder.read_many([commit_name(number) for number in numbers])
            for number, data in zip(numbers, found, strict=True):
                if data is None:
                    return
                if not data:
                    self._leap(number)
                    break
                self._replay(number, data)
            width = min(width * 4, _AT_ONCE)

    def _replay(self, number: int, data: bytes) -> None:
        commit = load_commit(data, number)
        with self.held.guard:
            if self.state.number == number - 1:
                self.state.apply(commit, digest_of(data))

    def _leap(self, number: int) -> None:
        """Go on from a checkpoint, since the commit of this number was let go of."""
        found = checkpoints.newest(self.folder, number - 1)
        if found is None:
            raise IntegrityError(f"commit {number}", "it is empty, and no checkpoint has what was in it")
        with self.held.guard:
            if self.state.number < found.number:
                self.state.replace(found)

    def commit(self, tenant: TenantId, changes: Changes, seen: Collection[RowKey], before: tuple[int, Tables]) -> int:
        """
        Commit what a transaction changed, and return its number.

        Args:
            tenant: Whose transaction it is.
            changes: What it changed.
            seen: The kinds and ids of the rows that it read, found, missed or changed.
            before: The number and the tables of the state in which it did so.

        Raises:
            ConflictError: One of those rows is another now.
            RetryTransaction: Others were faster for a minute.
            StorageError: It could not be stored, or not be found out whether it was.
        """
        id_ = secrets.token_hex(16)
        deadline = time.monotonic() + _PATIENCE
        while True:
            with self.held.guard:
                number, previous = self.state.number + 1, self.state.digest
                if self.state.number != before[0]:
                    _check_same(tenant, seen, before[1], self.held.tables)
            data = dump_commit(number, id_, previous, tenant, changes)
            if self._claim(number, data, id_):
                self._replay(number, data)
                return number
            self.catch_up()
            if time.monotonic() > deadline:
                raise RetryTransaction

    def _claim(self, number: int, data: bytes, id_: str) -> bool:
        """
        Create the file of a commit, and say whether it is ours.

        An answer that was lost, by the network or by a retry below us, is found out: nobody else's
        file has our id in it. What was not stored yet is stored by asking again; then what is
        still on its way finds the number taken.
        """
        for pause in (*_PAUSES, None):
            failure: SharekitError = StorageError("storing a commit of the journal")
            try:
                if self.folder.create(commit_name(number), data):
                    return True
                found = self.folder.read(commit_name(number))
            except StorageError as error:
                failure, found = error, None
            if found is not None:
                return found == data or (not found and self._was_ours(number, id_))
            if pause is None:
                raise failure
            time.sleep(pause)
        raise AssertionError  # pragma: no cover  # the last try returns or raises

    def _was_ours(self, number: int, id_: str) -> bool:
        """Say whether a commit that was let go of since was the one with our id."""
        self.catch_up()
        with self.held.guard:
            recent = dict(self.state.recent)
        if number not in recent:
            raise StorageError("finding out whether a commit was kept, so long ago")
        return recent[number] == id_

    def tend(self, number: int) -> None:
        """Write a checkpoint if the commit of this number, which is ours, is due for one; a failure can wait."""
        try:
            if checkpoints.is_due(number, _size(self.held.tables)):
                checkpoints.write(self.folder, self.state)
                checkpoints.retire(self.folder)
        except SharekitError:
            _log.warning("a checkpoint of the journal failed; a later commit tries again", exc_info=True)

    def compact(self) -> None:
        """Write a checkpoint now, and let go of all that came before."""
        self.catch_up()
        if self.state.number:
            checkpoints.retire(self.folder, checkpoints.write(self.folder, self.state))

    def take_turn(self) -> None:
        """Wait for other writers, of this process and as far as can be known of others."""
        if not self.held.writing.acquire(timeout=_PATIENCE):
            raise RetryTransaction
        try:
            if not self.folder.take_turn(_PATIENCE):
                raise RetryTransaction
        except BaseException:
            self.held.writing.release()
            raise

    def end_turn(self) -> None:
        """Let the next writer begin."""
        self.folder.end_turn()
        self.held.writing.release()

    def _renew(self) -> None:
        """Be this forked child's own: nobody here is inside a transaction, and no thread holds a lock."""
        held, torn = self.held, self.held.guard.locked()
        held.guard, held.writing = threading.Lock(), threading.Lock()
        held.mine, held.live = threading.local(), 0
        self.folder.end_turn()
        if torn:  # a thread of the parent was in the middle of changing the rows
            self.state = JournalState(HeldRows(specs=held.specs, is_open=held.is_open))


def _size(tables: Tables) -> int:
    return sum(map(len, list(tables.values())))


def _check_same(tenant: TenantId, seen: Collection[RowKey], before: Tables, now: Tables) -> None:
    for kind, id_ in seen:
        old, new = (tables.get((tenant, kind), NOTHING).get(id_) for tables in (before, now))
        if old is not new and old != new:
            raise ConflictError(kind)


def _prove(folder: Folder) -> None:
    """
    Make sure that of several who create one file exactly one does, as several writers rely on.

    Raises:
        ConfigurationError: None, or more than one, or a later one, or what was stored is not his.
    """
    name = f"probes/{secrets.token_hex(16)}"
    won: list[bytes] = []
    failed: dict[bytes, Exception] = {}

    def race(mine: bytes) -> None:
        try:
            if folder.create(name, mine):
                won.append(mine)
        except Exception as error:  # noqa: BLE001  # judged below, in the thread that asked
            failed[mine] = error

    racers = [threading.Thread(target=race, args=(b"%d" % number,)) for number in range(_RACERS)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    race(b"late")
    stored = folder.read(name)
    if stored is None and failed:
        raise next(iter(failed.values()))
    folder.remove(name)
    # Of a racer that met an error nobody knows whether he won, unless the file is his.
    if stored not in (won or failed) or len(won) > 1:
        raise ConfigurationError(
            "url",
            "does not create files exclusively, so that two writers would overwrite one another;"
            " where one process alone writes, say so with single_writer=True",
        )
