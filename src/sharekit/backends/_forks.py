"""What a store does when its process forks."""

import os
import sys
import weakref
from collections.abc import Callable


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
