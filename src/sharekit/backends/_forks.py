"""What a store does when its process forks."""

import mmap
import os
import sys
import weakref
from collections.abc import Callable
from typing import Final, Protocol

_WIPE_ON_FORK: Final = 18  # of Linux; the module `mmap` does not name it


class Mark(Protocol):
    """Something whose first item is true in the process that made it, and false in any copy of that."""

    def __getitem__(self, place: int, /) -> int: ...


class AskedMark:
    """A mark that asks the system for the process at each look."""

    def __init__(self) -> None:
        self._pid = os.getpid()

    def __getitem__(self, place: int, /) -> int:
        return self._pid == os.getpid()


def own_mark() -> Mark:
    """
    Return a mark of this process, which tells a copy whatever made that.

    Linux gives a child zeros in place of a page that is to be wiped. To look at it asks nothing of the
    system, which would take a fiftieth of what opening a link takes.
    """
    if sys.platform != "linux":
        return AskedMark()
    page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    try:
        page.madvise(_WIPE_ON_FORK)
    except OSError:  # a kernel before 4.14
        page.close()
        return AskedMark()
    page[0] = 1
    return page


def at_fork(
    *,
    before: Callable[[], None] | None = None,
    after_in_parent: Callable[[], None] | None = None,
    after_in_child: Callable[[], None] | None = None,
) -> None:
    """Have these bound methods called at each fork, as long as their object lives."""
    if sys.platform != "win32":
        os.register_at_fork(
            before=_weak(before), after_in_parent=_weak(after_in_parent), after_in_child=_weak(after_in_child)
        )


def _weak(method: Callable[[], None] | None) -> Callable[[], None]:
    # A hook cannot be taken back: it must not keep the store alive.
    reference = None if method is None else weakref.WeakMethod(method)

    def hook() -> None:
        alive = None if reference is None else reference()
        if alive is not None:
            alive()

    return hook
