"""A MariaDB server for one run of the tests."""

import contextlib
import os
import signal
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import pymysql

from tests.servers._processes import Account, free_port, program

_PACKAGE = "mariadb-server"
_USER = """
CREATE USER 'sharekit'@'127.0.0.1';
GRANT ALL ON *.* TO 'sharekit'@'127.0.0.1';
"""
# What a crash of the machine would cost does not matter here; what a killed process costs is the same.
_QUICK = (
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-flush-method=nosync",
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-file-size=16M",
    "--max-connections=150",
    "--skip-log-bin",
)


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Serve until the block is left, and give the address of the server, or of the one that was named."""
    named = os.environ.get("SHAREKIT_TEST_MARIADB")
    if named:
        yield named
        return
    install, mariadbd = (program(name, package=_PACKAGE) for name in ("mariadb-install-db", "mariadbd"))
    account = Account("mysql", _PACKAGE)
    with account.folder() as folder:
        data, port = folder / "data", free_port()
        start = folder / "start.sql"
        start.write_text(_USER, "utf-8")
        start.chmod(0o644)
        account.run(
            install,
            "--no-defaults",
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            cwd=folder,
        )
        url = f"mariadb+pymysql://sharekit@127.0.0.1:{port}/mysql"
        command = [
            mariadbd,
            "--no-defaults",
            f"--datadir={data}",
            f"--port={port}",
            "--bind-address=127.0.0.1",
            f"--socket={folder / 's'}",
            f"--pid-file={folder / 'pid'}",
            "--skip-name-resolve",
            f"--init-file={start}",
            *_QUICK,
        ]

        def is_up() -> None:
            try:
                _connect(url).close()
            except pymysql.Error as error:
                raise ConnectionError(str(error)) from error

        with account.serving(command, folder, is_up, signal.SIGTERM):
            yield url


@contextlib.contextmanager
def database(server: str, name: str) -> Iterator[str]:
    """Make a database, and drop it in the end; give its address."""
    _run(server, f"DROP DATABASE IF EXISTS `{name}`", f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        _run(server, f"DROP DATABASE `{name}`")


def _run(server: str, *statements: str) -> None:
    with _connect(server) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _connect(url: str) -> "pymysql.Connection[Any]":  # Any: the class of the cursors
    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname,
        port=parts.port or 3306,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
