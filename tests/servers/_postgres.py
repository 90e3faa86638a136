"""A PostgreSQL server for one run of the tests."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tests.servers._processes import Account, free_port, program

_PACKAGE = "postgresql"
# What a crash of the machine would cost does not matter here; what a killed process costs is the same.
_QUICK = (
    "fsync=off",
    "full_page_writes=off",
    "shared_buffers=32MB",
    "max_connections=150",
    "autovacuum=off",
    "deadlock_timeout=100ms",
)


def _programs() -> list[str]:
    return [str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Serve until the block is left, and give the address of the server, or of the one that was named."""
    named = os.environ.get("SHAREKIT_TEST_POSTGRES")
    if named:
        yield named
        return
    folders = _programs()
    initdb, postgres = (program(name, *folders, package=_PACKAGE) for name in ("initdb", "postgres"))
    account = Account("postgres", _PACKAGE)
    with account.folder() as folder:
        data, port = folder / "data", free_port()
        account.run(
            initdb,
            "-D",
            str(data),
            "-U",
            "sharekit",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            cwd=folder,
        )
        url = f"postgresql://sharekit@127.0.0.1:{port}/postgres"
        settings = ["listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", *_QUICK]
        command = [postgres, "-D", str(data), "-p", str(port)]
        for setting in settings:
            command += ["-c", setting]

        def is_up() -> None:
            try:
                psycopg.connect(url).close()
            except psycopg.OperationalError as error:
                raise ConnectionError(str(error)) from error

        with account.serving(command, folder, is_up, signal.SIGINT):
            yield url


@contextlib.contextmanager
def database(server: str, name: str) -> Iterator[str]:
    """Make a database, and drop it in the end whoever is still connected; give its address."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
