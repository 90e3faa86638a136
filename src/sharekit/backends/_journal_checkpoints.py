"""
Checkpoints of a record journal: all rows in one file, so that what came before can go.

A commit's number stays taken for ever: the file is emptied and never removed. So whoever was slow
finds the number taken and not free, and learns from the emptiness that a checkpoint has what he missed.
Were the file removed, he would take what he knows for the newest, and his next commit would be lost.
"""

import contextlib
import logging
from collections.abc import Sequence
from typing import Final

from sharekit.backends._journal_folders import Folder
from sharekit.backends._journal_format import Checkpoint, check_sealed, dump_checkpoint, load_checkpoint
from sharekit.backends._journal_state import JournalState
from sharekit.errors import IntegrityError, StorageError

_log = logging.getLogger("sharekit.journal")

LIMIT: Final = 100_000
"""How many records a journal is made for."""

_FEWEST: Final = 128  # commits between two checkpoints
_SHARE: Final = 50  # with more rows than these for each of them, more commits
_TRIES: Final = 3


def commit_name(number: int) -> str:
    """Return the name of a commit's file."""
    return f"commits/{number:012d}"


def is_due(number: int, rows: int) -> bool:
    """
    Say whether the writer of this commit writes a checkpoint.

    Every process answers the same for the same commit, which has one writer, so that no two do it.
    """
    step = _FEWEST
    while step * _SHARE < rows:
        step *= 2
    return number % step == 0


def newest(folder: Folder, above: int) -> Checkpoint | None:
    """
    Return the newest checkpoint, if there is one above a number.

    Which there are is told by a listing. One that is out of date costs an error at worst: whatever
    checkpoint is taken, its commits follow it or are empty.

    Raises:
        IntegrityError: The newest is damaged. It is not passed over.
    """
    for _ in range(_TRIES):
        numbers = [number for number in _numbers(folder) if number > above]
        if not numbers:
            return None
        data = folder.read(_name(numbers[-1]))
        if data is not None:
            return load_checkpoint(data, numbers[-1])
        # Another process has just put a newer one in its place.
    raise StorageError("finding the newest checkpoint of the journal")


def write(folder: Folder, state: JournalState) -> int:
    """Write a checkpoint of what this process knows, see that it is there, and return its number."""
    held = state.held
    with held.guard:
        held.live += 1
        number, digest, recent = state.number, state.digest, list(state.recent)
        tables, more = held.tables, dict(state.more)
    try:
        rows = state.whole_rows(tables, more)
        data = dump_checkpoint(number, digest, recent, rows)
    finally:
        with held.guard:
            held.live -= 1
    if len(rows) > LIMIT:
        _log.warning("the journal has %d records and is made for %d: move them to a database", len(rows), LIMIT)
    folder.create(_name(number), data)
    stored = folder.read(_name(number))
    if stored != data:
        if stored is None:
            raise IntegrityError(f"checkpoint {number}", "it is not there after it was written")
        check_sealed(stored, f"checkpoint {number}")  # another process wrote it at the same time
    return number


def retire(folder: Folder, upto: int | None = None) -> None:
    """
    Let go of what a checkpoint has.

    Args:
        folder: Where the journal is.
        upto: The number of a checkpoint that was seen to be whole. By default the newest but one:
            it is kept with all that follows it, for readers that are not far behind, and so
            that the journal outlives damage to the newest.
    """
    numbers = _numbers(folder)
    kept = numbers[-2:-1] if upto is None else [upto]
    for number in kept:
        done = _retired(folder)
        if number > done:
            folder.empty([commit_name(one) for one in range(done + 1, number + 1)])
            folder.overwrite("retired", str(number).encode())
        for old in numbers:
            if old < number:
                folder.remove(_name(old))


def _retired(folder: Folder) -> int:
    """Return up to which commit all are known to be empty; a number too low costs work, and none is too high."""
    data = folder.read("retired") or b""
    with contextlib.suppress(ValueError):
        return int(data)
    return 0


def _numbers(folder: Folder) -> Sequence[int]:
    return sorted(int(name) for name in folder.names("checkpoints") if len(name) == 12 and name.isdecimal())


def _name(number: int) -> str:
    return f"checkpoints/{number:012d}"
