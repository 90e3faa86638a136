"""
Processes of their own for tests, each made by a server of processes that has imported the house once.

What starts a Python for each of eight readers imports the house eight times, which takes longer than the story. Where
the system cannot fork, they are spawned; either way they share nothing with the test but what it hands them.
"""

import multiprocessing
import sys
from multiprocessing.context import ForkServerContext, SpawnContext

__all__ = ["PROCESSES"]


def _context() -> ForkServerContext | SpawnContext:
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.features.conftest", "tests.backends._hosts"])
    return context


PROCESSES = _context()
