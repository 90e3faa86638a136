"""
An exception that comes out of nowhere, as one of a signal handler may, leaves the thread free to go on.

A tracer raises it at each place in turn where the interpreter looks for signals: after a call, at the
beginning of a function, and at the end of a round of a loop.
"""

import dis
import functools
import itertools
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from sharekit.backends import _sqlite_connections, _sqlite_handles, _sqlite_looks, _sqlite_transactions
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.errors import TransactionUsageError
from tests.backends._notes import NOTE, TENANT, got, in_thread, keep, note, open_files

_FILES = {module.__file__ for module in (_sqlite_connections, _sqlite_handles, _sqlite_looks, _sqlite_transactions)}


_LOOKED = ("CALL", "RESUME", "JUMP_BACKWARD")


class Interrupt(BaseException):
    """What a signal handler raises."""


@functools.cache
def places(code: CodeType) -> frozenset[int]:
    """Return where the interpreter has just looked for signals."""
    instructions = list(dis.get_instructions(code))
    return frozenset(
        after.offset for before, after in itertools.pairwise(instructions) if before.opname.startswith(_LOOKED)
    )


def interrupted(use: Callable[[], object], step: int) -> bool:
    """Do something that is broken off at the n-th such place of the store's own code; say whether it got that far."""
    left = step

    def trace(frame: FrameType, event: str, _: Any) -> Any:  # noqa: ANN401  # as `sys.settrace` has it
        nonlocal left
        if frame.f_code.co_filename not in _FILES:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode" and frame.f_lasti in places(frame.f_code):
            left -= 1
            if left == 0:
                raise Interrupt
        return trace

    before = sys.gettrace()
    # Python 3.12 reports each instruction only if some frame wants it when tracing begins.
    sys._getframe().f_trace_opcodes = True
    sys.settrace(trace)
    try:
        use()
    except Interrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def read(store: SqliteRecordStore) -> object:
    """Read in a transaction."""
    return got(store, "a")


def write(store: SqliteRecordStore) -> object:
    """Write in a transaction."""
    with store.transaction(TENANT, write=True) as tx:
        return tx.bump("short-note", "a", "size", None)


def look(store: SqliteRecordStore) -> object:
    """Look outside of one."""
    return store.look("short-note", [], []).see(TENANT, "a")


# From Python 3.13 on, a connection tells when it is dropped just after it was made, before anybody could hold it.
@pytest.mark.filterwarnings("ignore:.*sqlite3.Connection:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("fresh", [False, True], ids=["connected", "connecting"])
@pytest.mark.parametrize("use", [read, write, look])
def test_an_interrupt_at_any_place_leaves_the_thread_free(
    store: SqliteRecordStore, path: Path, use: Callable[[SqliteRecordStore], object], *, fresh: bool
) -> None:
    """Whatever was broken off, the thread reads and writes again, another can, and closing closes all."""
    keep(store, note("a", size=0))
    step = 1
    while True:
        if fresh:
            # Closed and open again, as after a fork: the connection is made when it is needed.
            store.close()
            in_thread(lambda: store.open([NOTE]))
        if not interrupted(partial(use, store), step):
            break
        look(store)
        write(store)
        if step % 20 == 0:
            in_thread(partial(write, store))
        step += 1
    store.close()

    assert step > 10  # a look on an open connection is a dozen lines
    assert open_files(path) == 0


def test_a_dropped_transaction_gives_its_lock_up_at_once(store: SqliteRecordStore, path: Path) -> None:
    """A write that nobody ended holds up no other writer once it is dropped, and keeps nothing."""
    keep(store, note("a", size=0))
    other = SqliteRecordStore(path)
    other.open([NOTE])
    dropped = store.transaction(TENANT, write=True)
    dropped.__enter__().bump("short-note", "a", "size", None)
    with pytest.raises(TransactionUsageError):
        look(store)
    del dropped
    counted = write(other)
    other.close()

    assert counted == 1
    assert write(store) == 2


def test_what_is_dropped_in_another_thread_is_ended_in_its_own(store: SqliteRecordStore) -> None:
    """The other thread leaves it alone; the thread whose it was goes on."""
    keep(store, note("a", size=0))
    dropped = [store.transaction(TENANT)]
    dropped[0].__enter__()
    thread = threading.Thread(target=dropped.clear)
    thread.start()
    thread.join()

    assert write(store) == 1


def test_a_transaction_may_be_left_in_another_thread(store: SqliteRecordStore, path: Path) -> None:
    """What it did is kept, the thread it was entered in goes on, and closing closes all."""
    keep(store, note("a", size=0))
    entered = store.transaction(TENANT, write=True)
    entered.__enter__().bump("short-note", "a", "size", None)
    left = in_thread(lambda: entered.__exit__(None, None, None))
    counted = write(store)
    in_thread(store.close)

    assert left == [None]
    assert counted == 2
    assert open_files(path) == 0
