"""The migrations: what `upgrade` runs, and whether a database is where they lead."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy import exc

from sharekit.backends.sqlalchemy._errors import meaning
from sharekit.backends.sqlalchemy._own import dialect_of, engine_of
from sharekit.backends.sqlalchemy._schema import changing, check_database, differences
from sharekit.errors import MissingExtraError
from sharekit.ports.rows import KindSpec

VERSIONS: Final = "sharekit_alembic_version"
"""The table in which our Alembic keeps where it is; the host's keeps its own."""

_MIGRATIONS: Final = Path(__file__).parent / "migrations"


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """
    Make sharekit's tables, or bring them to this release's shape; do nothing where they have it.

    Call it once with each deployment, before the first process opens the store. Several processes
    may call it at the same time; one does the work and the others wait.

    Args:
        engine: An engine of a user who may change the schema.
        revision: How far; for tests.

    Raises:
        ConfigurationError: It is no engine, or its database is not supported.
        StorageError: The database refused a change. On PostgreSQL and SQLite nothing was changed
            then; on MariaDB, where each change is a commit, the next call goes on from there.
        MissingExtraError: Alembic is not installed.
    """
    try:
        from alembic import command  # noqa: PLC0415  # needed here alone
        from alembic.config import Config  # noqa: PLC0415  # the same
    except ImportError as missing:  # pragma: no cover  # shown in a process of its own
        raise MissingExtraError("alembic", "sqlalchemy") from missing
    dialect = dialect_of(engine_of(engine, "engine"))
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with changing(engine, dialect) as connection:
        check_database(connection, dialect)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def drift(engine: sa.Engine, kinds: Sequence[KindSpec]) -> list[str]:
    """
    Return what a database lacks, or has otherwise, of what these kinds need, in words.

    It is empty after `upgrade`, unless somebody has changed a table by hand; a store does not open otherwise.

    Raises:
        ConfigurationError: It is no engine, or its database is not supported.
        StorageError: The database cannot be asked.
    """
    engine_of(engine, "engine")
    try:
        with engine.connect() as connection:
            return differences(connection, dialect_of(engine), kinds)
    except exc.SQLAlchemyError as error:
        raise meaning(error, "comparing the schema") from error
