"""
Asks for lines, outside any transaction of ours, in as few round trips as the driver allows.

One statement sees one state by itself, so it needs no transaction. SQLAlchemy would begin one all the
same, and its way with a statement takes longer than the database. So the driver is asked itself,
wherever the host could not tell the difference: on a connection of the host's pool, which is as the
pool makes it. Where the host hears of what runs on its engine, has it rewritten, or where anything
is out of the ordinary, SQLAlchemy is asked as usual.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import exc, pool

from sharekit.backends.sqlalchemy._errors import meaning
from sharekit.backends.sqlalchemy._libpq import TUPLES_OK, Lines, Spoken, Wire, speaks_libpq, written
from sharekit.backends.sqlalchemy._own import Engines
from sharekit.errors import TransactionUsageError
from sharekit.ids import TenantId

_READ: Final = "looking at rows"
_LONELY: Final = frozenset({"READ COMMITTED", "REPEATABLE READ"})
"""The levels of MariaDB at which a lonely SELECT sees one state of what is committed, and locks nothing."""

Given = Sequence[str | Sequence[str]]


class Asking:
    """
    A statement that takes ``_tenant``, and further texts, or lists of them.

    Attributes:
        statement: The statement.
        names: What its parameters are called, ``_tenant`` first.
    """

    def __init__(
        self, statement: sa.Select[Any] | sa.CompoundSelect[Any], *names: str
    ) -> None:  # columns of every type
        self.statement = statement
        self.names = ("_tenant", *names)
        self._ways: dict[sa.Dialect, ByLibpq | ByCursor] = {}

    def given(self, tenant: TenantId, values: Given) -> Mapping[str, object]:
        """Return its parameters."""
        return dict(zip(self.names, (tenant, *values), strict=True))

    def way(self, dialect: sa.Dialect) -> "ByLibpq | ByCursor":
        """Return how a driver is asked, for which the statement is spelled once."""
        known = self._ways.get(dialect)
        if known is None:
            known = self._ways[dialect] = ByLibpq(self) if speaks_libpq(dialect) else ByCursor(self, dialect)
        return known

    def spelled(self, dialect: sa.Dialect) -> tuple[str, Sequence[str] | None]:
        """Return it as a driver takes it, and the order of its parameters where they have no names."""
        compiled = self.statement.compile(dialect=dialect)
        order: Sequence[str] | None = getattr(compiled, "positiontup", None)
        return str(compiled), order


class UnansweredError(Exception):
    """The driver gave no answer, and SQLAlchemy has to be asked."""


class Question:
    """What is asked on the host's engine."""

    def __init__(self, engines: Engines, asking: Asking, check_open: Callable[[], None]) -> None:
        self._engines = engines
        self._asking = asking
        self._check_open = check_open
        self._way = asking.way(engines.engine.dialect)

    def ask(self, tenant: TenantId, values: Given) -> Lines:
        """Return the lines as they are now."""
        self._check_open()
        if self._engines.local.busy:
            raise TransactionUsageError("this thread is inside a transaction of this store")
        try:
            if self._is_lonely() and is_unheard(self._engines.engine) and self._way.is_ended(self._engines.engine.pool):
                try:
                    return self._directly(tenant, values)
                except UnansweredError:
                    pass
            return self._by_sqlalchemy(tenant, values)
        except exc.SQLAlchemyError as error:
            raise meaning(error, _READ) from error

    def _is_lonely(self) -> bool:
        return self._engines.dialect != "mariadb" or self._engines.level() in _LONELY

    def _directly(self, tenant: TenantId, values: Given) -> Lines:
        refusals = self._engines.engine.dialect.loaded_dbapi.Error
        try:
            lent = self._engines.lend()
        except refusals as error:
            raise UnansweredError from error
        try:
            return self._way.ask(lent, tenant, values)
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

    def _by_sqlalchemy(self, tenant: TenantId, values: Given) -> Lines:
        try:
            return self._in_transaction(tenant, values)
        except exc.DBAPIError as error:
            if not error.connection_invalidated:
                raise
        # SQLAlchemy has now let go of every connection that was made before.
        return self._in_transaction(tenant, values)

    def _in_transaction(self, tenant: TenantId, values: Given) -> Lines:
        with self._engines.connect() as connection:
            asked = connection
            if not self._is_lonely():
                asked = connection.execution_options(isolation_level="REPEATABLE READ")
            found = asked.execute(self._asking.statement, self._asking.given(tenant, values)).all()
            return [tuple(line) for line in found]


class ByCursor:
    """A question, asked by a cursor of the driver's, as PEP 249 has it."""

    def __init__(self, asking: Asking, dialect: sa.Dialect) -> None:
        self._sql, self._order = asking.spelled(dialect)
        self._given = asking.given

    def is_ended(self, kept: pool.Pool) -> bool:
        """Say whether giving a connection back ends what the driver began on it, which would see old rows later."""
        return getattr(kept, "_reset_on_return", pool.reset_none) is not pool.reset_none

    def ask(self, lent: pool.PoolProxiedConnection, tenant: TenantId, values: Given) -> Lines:
        """Return the lines; giving the connection back ends what the driver began for it."""
        given = self._given(tenant, values)
        cursor = lent.cursor()
        cursor.execute(self._sql, given if self._order is None else [given[name] for name in self._order])
        found = cursor.fetchall()
        cursor.close()
        return [tuple(line) for line in found]


class ByLibpq:
    """A question, asked by what psycopg itself is made of: one round trip, outside any transaction."""

    def __init__(self, asking: Asking) -> None:
        self._spoken = Spoken(asking.statement)
        assert [*self._spoken.names] == [*asking.names]  # noqa: S101  # in this order they stand in it

    def is_ended(self, kept: pool.Pool) -> bool:  # noqa: ARG002  # as `ByCursor`
        """Say that nothing is left to end."""
        return True

    def ask(self, lent: pool.PoolProxiedConnection, tenant: TenantId, values: Given) -> Lines:
        """
        Return the lines.

        Raises:
            UnansweredError: The server refused, or text travels in another encoding.
        """
        wire = Wire(lent)
        if not wire.is_in_utf8:
            raise UnansweredError
        given = [tenant.encode(), *map(written, values)]
        result = wire.prepared(self._spoken, given)
        if result is None or result.status != TUPLES_OK:
            # psycopg lets go of all that was prepared when it rolls back.
            result = wire.plain(self._spoken, given)
        if result.status != TUPLES_OK:
            raise UnansweredError
        return self._spoken.lines(result)


def is_unheard(engine: sa.Engine) -> bool:
    """Say whether nobody hears of what runs on the engine, or has it rewritten."""
    heard, by_dialect = engine.dispatch, engine.dialect.dispatch
    return not (
        heard.begin
        or heard.commit
        or heard.engine_connect
        or heard.before_execute
        or heard.before_cursor_execute
        or heard.after_execute
        or heard.after_cursor_execute
        or by_dialect.do_execute
        or "schema_translate_map" in engine.get_execution_options()
    )
