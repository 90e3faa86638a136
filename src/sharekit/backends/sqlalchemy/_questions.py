"""
Asks for one line, outside any transaction of ours, in as few round trips as the driver allows.

One statement sees one state by itself, so it needs no transaction. SQLAlchemy would begin one all the
same, and its way with a statement takes longer than the database. So the driver is asked itself,
wherever the host could not tell the difference: on a connection of the host's pool, which is as the
pool makes it. Where the host hears of what runs on its engine, has it rewritten, or where anything
is out of the ordinary, SQLAlchemy is asked as usual.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import exc, pool
from sqlalchemy.dialects import postgresql

from sharekit.backends.sqlalchemy._errors import meaning
from sharekit.backends.sqlalchemy._own import Engines
from sharekit.errors import TransactionUsageError
from sharekit.ids import TenantId

_KEY: Final = "sharekit.prepared"
_READ: Final = "looking at a row"
_LONELY: Final = frozenset({"READ COMMITTED", "REPEATABLE READ"})
"""The levels of MariaDB at which a lonely SELECT sees one state of what is committed, and locks nothing."""

Found = tuple[object, ...]


class Line:
    """
    A statement that takes ``_tenant`` and ``_id`` and finds one line at most.

    Attributes:
        statement: The statement.
    """

    def __init__(self, statement: sa.Select[Any]) -> None:  # Any: columns of every type
        self.statement = statement

    def given(self, tenant: TenantId, id_: str) -> Mapping[str, str]:
        """Return its parameters."""
        return {"_tenant": tenant, "_id": id_}

    def spelled(self, dialect: sa.Dialect) -> tuple[str, Sequence[str] | None]:
        """Return it as a driver takes it, and the order of its parameters where they have no names."""
        compiled = self.statement.compile(dialect=dialect)
        order: Sequence[str] | None = getattr(compiled, "positiontup", None)
        return str(compiled), order


class UnansweredError(Exception):
    """The driver gave no answer, and SQLAlchemy has to be asked."""


class Question:
    """A line, asked for on the host's engine."""

    def __init__(self, engines: Engines, line: Line, check_open: Callable[[], None]) -> None:
        self._engines = engines
        self._line = line
        self._check_open = check_open
        dialect = engines.engine.dialect
        by_libpq = dialect.driver == "psycopg" and not dialect.is_async
        self._way: Libpq | ByCursor = Libpq(line) if by_libpq else ByCursor(line, dialect)

    def ask(self, tenant: TenantId, id_: str) -> Found | None:
        """Return the line as it is now."""
        self._check_open()
        if self._engines.local.busy:
            raise TransactionUsageError("this thread is inside a transaction of this store")
        try:
            if self._is_lonely() and _is_unheard(self._engines.engine):
                try:
                    return self._directly(tenant, id_)
                except UnansweredError:
                    pass
            return self._by_sqlalchemy(tenant, id_)
        except exc.SQLAlchemyError as error:
            raise meaning(error, _READ) from error

    def _is_lonely(self) -> bool:
        return self._engines.dialect != "mariadb" or self._engines.level() in _LONELY

    def _directly(self, tenant: TenantId, id_: str) -> Found | None:
        refusals = self._engines.engine.dialect.loaded_dbapi.Error
        try:
            lent = self._engines.lend()
        except refusals as error:
            raise UnansweredError from error
        try:
            return self._way.ask(lent, tenant, id_)
        except UnansweredError:
            raise
        except BaseException as error:
            # It may be lost, or in the middle of an answer.
            lent.invalidate(error)
            if isinstance(error, refusals):
                raise UnansweredError from error
            raise
        finally:
            lent.close()

    def _by_sqlalchemy(self, tenant: TenantId, id_: str) -> Found | None:
        try:
            return self._in_transaction(tenant, id_)
        except exc.DBAPIError as error:
            if not error.connection_invalidated:
                raise
        # SQLAlchemy has now let go of every connection that was made before.
        return self._in_transaction(tenant, id_)

    def _in_transaction(self, tenant: TenantId, id_: str) -> Found | None:
        with self._engines.connect() as connection:
            asked = connection
            if not self._is_lonely():
                asked = connection.execution_options(isolation_level="REPEATABLE READ")
            row = asked.execute(self._line.statement, self._line.given(tenant, id_)).first()
            return None if row is None else tuple(row)


class ByCursor:
    """A line, asked for by a cursor of the driver's, as PEP 249 has it."""

    def __init__(self, line: Line, dialect: sa.Dialect) -> None:
        self._sql, self._order = line.spelled(dialect)
        self._given = line.given

    def ask(self, lent: pool.PoolProxiedConnection, tenant: TenantId, id_: str) -> Found | None:
        """Return the line; giving the connection back ends what the driver began for it."""
        given = self._given(tenant, id_)
        cursor = lent.cursor()
        cursor.execute(self._sql, given if self._order is None else [given[name] for name in self._order])
        row = cursor.fetchone()
        cursor.close()
        return None if row is None else tuple(row)


class Libpq:
    """
    A line, asked for by what psycopg itself is made of.

    A cursor of psycopg's would begin a transaction, and hand the values to what the host has registered
    for their types. This does neither: it is one round trip, and gives what is stored. The statement is
    prepared on a connection that is used again, unless the host turned that off.
    """

    def __init__(self, line: Line) -> None:
        from psycopg.generators import execute  # noqa: PLC0415  # the dialect has imported psycopg

        self._execute: Callable[[Any], Any] = execute
        numbered: sa.Dialect = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # SQLAlchemy's
        sql, order = line.spelled(numbered)
        self._sql = sql.encode()
        self._name = f"sharekit_{hashlib.sha256(self._sql).hexdigest()[:24]}".encode()
        assert order == ["_tenant", "_id"]  # noqa: S101  # in this order they stand in it
        self._readers = [(at, _reader(column.type)) for at, column in enumerate(line.statement.selected_columns)]

    def ask(self, lent: pool.PoolProxiedConnection, tenant: TenantId, id_: str) -> Found | None:
        """
        Return the line.

        Raises:
            UnansweredError: The server refused, or text travels in another encoding.
        """
        driver: Any = lent.dbapi_connection  # Any: psycopg need not be there for the type checkers
        libpq = driver.pgconn
        if libpq.parameter_status(b"client_encoding") != b"UTF8":
            raise UnansweredError
        values = [tenant.encode(), id_.encode()]
        known: dict[bytes, bool] = lent.info.setdefault(_KEY, {})
        result = None
        if known.get(self._name) or self._prepare(driver, known):
            libpq.send_query_prepared(self._name, values)
            result = self._answer(driver)
        if result is None or result.status != _TUPLES_OK:
            if result is not None:
                # psycopg lets go of all that was prepared when it rolls back.
                del known[self._name]
            libpq.send_query_params(self._sql, values)
            result = self._answer(driver)
        if result.status != _TUPLES_OK:
            raise UnansweredError
        if not result.ntuples:
            return None
        value = result.get_value
        return tuple([None if (held := value(0, at)) is None else read(held) for at, read in self._readers])

    def _answer(self, driver: Any) -> Any:  # noqa: ANN401  # as above
        # It waits as psycopg does: an interrupt is heard, and other greenlets go on.
        return driver.wait(self._execute(driver.pgconn))[-1]

    def _prepare(self, driver: Any, known: dict[bytes, bool]) -> bool:  # noqa: ANN401  # as above
        """Give the connection the statement if it is used again, and say whether it has it."""
        if self._name not in known:
            known[self._name] = False
            return False
        if driver.prepare_threshold is None:
            return False
        driver.pgconn.send_prepare(self._name, self._sql)
        known[self._name] = self._answer(driver).status == _COMMAND_OK
        return known[self._name]


_COMMAND_OK: Final = 1
_TUPLES_OK: Final = 2
"""What libpq says of an answer."""


def _reader(type_: sa.types.TypeEngine[Any]) -> Callable[[bytes], object]:
    """Return what reads a value as PostgreSQL spells it."""
    if isinstance(type_, sa.Boolean):
        return b"t".__eq__
    return int if isinstance(type_, sa.Integer) else bytes.decode


def _is_unheard(engine: sa.Engine) -> bool:
    """Say whether nobody hears of what runs on the engine, or has it rewritten."""
    heard, by_dialect = engine.dispatch, engine.dialect.dispatch
    return not (
        heard.begin
        or heard.engine_connect
        or heard.before_execute
        or heard.before_cursor_execute
        or by_dialect.do_execute
        or "schema_translate_map" in engine.get_execution_options()
    )
