"""
The fixtures of the database servers; `conftest.py` gives them to every test.

A server starts when the first test asks for it, serves the whole run, and is stopped at its end.
``SHAREKIT_TEST_POSTGRES`` and ``SHAREKIT_TEST_MARIADB`` may name servers that run already, as
``postgresql://user:password@host:port/database`` and ``mariadb+pymysql://...``, by a user who may
make databases.
"""

import itertools
import os
from collections.abc import Iterator

import pytest

__all__ = ["mariadb_database", "mariadb_url", "postgres_database", "postgres_url"]

_numbers = itertools.count()


def _name() -> str:
    return f"sharekit_test_{os.getpid()}_{next(_numbers)}"


def _driver(name: str, extra: str) -> None:
    pytest.importorskip(name, reason=f"there is no {name}; get it: pip install 'sharekit-core[{extra}]'")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server."""
    _driver("psycopg", "postgresql")
    from tests.servers import _postgres

    with _postgres.serving() as url:
        yield url


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[str]:
    """The address of a MariaDB server."""
    _driver("pymysql", "mariadb")
    from tests.servers import _mariadb

    with _mariadb.serving() as url:
        yield url


@pytest.fixture(scope="module")
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database for the tests of one module."""
    from tests.servers import _postgres

    with _postgres.database(postgres_url, _name()) as url:
        yield url


@pytest.fixture(scope="module")
def mariadb_database(mariadb_url: str) -> Iterator[str]:
    """The address of an empty MariaDB database for the tests of one module."""
    from tests.servers import _mariadb

    with _mariadb.database(mariadb_url, _name()) as url:
        yield url
