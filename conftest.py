"""
Run the Python code in README.md and docs/, each document from top to bottom in an empty folder of its own.

A block that cannot run says why: ``<!-- skip: next "needs a real mail server" -->`` on the line above it.
The servers of the tests are fixtures from here too, since only the outermost conftest may name plugins.
Passwords are hashed cheaply wherever the cost is not what is tested.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

from sharekit import passwords

pytest_plugins = ["tests.servers.fixtures", "tests.servers.s3", "tests.servers.azure"]

Namespace = dict[str, Any]  # what a document's code has defined: anything


def enter(namespace: Namespace) -> None:
    """Give a document a folder, and the name that a script has."""
    namespace["__name__"] = "__main__"
    stack = namespace["_stack"] = contextlib.ExitStack()
    stack.enter_context(contextlib.chdir(stack.enter_context(tempfile.TemporaryDirectory())))


def leave(namespace: Namespace) -> None:
    """Take the folder away."""
    namespace["_stack"].close()


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["README.md", "docs/**/*.md"],
    setup=enter,
    teardown=leave,
).pytest()


@pytest.fixture(scope="session", autouse=True)
def password_cost() -> Iterator[int]:
    """The cost of hashing a password in earnest; next to nothing is paid but where a test sets it."""
    earnest = passwords._LOG_N  # noqa: SLF001  # what it costs is no option
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_LOG_N", 4)
        yield earnest
