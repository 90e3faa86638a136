"""The record store on a database that SQLAlchemy speaks to."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import sqlalchemy as sa
from sqlalchemy import exc, orm

from sharekit.backends.sqlalchemy._errors import meaning
from sharekit.backends.sqlalchemy._glances import Seeking, SqlAlchemyGlance
from sharekit.backends.sqlalchemy._joined import Busy, JoinedScope, host_of
from sharekit.backends.sqlalchemy._libpq import Lines, speaks_libpq
from sharekit.backends.sqlalchemy._looks import SqlAlchemyLook
from sharekit.backends.sqlalchemy._own import Engines, OwnScope, dialect_of
from sharekit.backends.sqlalchemy._questions import Asking, Given, Question
from sharekit.backends.sqlalchemy._readings import Reading
from sharekit.backends.sqlalchemy._schema import prepare
from sharekit.backends.sqlalchemy._shapes import Shapes
from sharekit.backends.sqlalchemy._sqlite_turns import Host
from sharekit.backends.sqlalchemy._transactions import Layout, Scope, SqlAlchemyTransaction
from sharekit.errors import ConfigurationError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports.rows import KindSpec
from sharekit.ports.stores import Companion, Glance, Sought, Transaction


class _Known:
    """What a store and those that it gives for the same database share."""

    def __init__(self, dialect: str) -> None:
        self.layout = Layout(dialect)
        self.shapes = Shapes(self.layout.tables)
        self.is_open = False
        self._seeking: dict[tuple[tuple[str, ...], ...], Seeking] = {}

    def extend(self, kinds: Sequence[KindSpec]) -> None:
        """Know these kinds too, or as they are declared now."""
        self.layout = self.layout.extended(kinds)
        self.shapes = Shapes(self.layout.tables)
        self._seeking = {}

    def seeking(self, sought: Sequence[Sought]) -> Seeking:
        """Return the statements of a glance, which are the same in every transaction of a host."""
        layout, seeking = self.layout, self._seeking
        wanted = tuple([(each.kind, each.by, *each.keys) for each in sought])
        found = seeking.get(wanted)
        return found or seeking.setdefault(wanted, Seeking(layout, sought))

    def check_open(self) -> None:
        """Raise `TransactionUsageError` unless the store is open."""
        if not self.is_open:
            raise TransactionUsageError("the store is not open")


class SqlAlchemyRecordStore:
    """
    A record store in the host's own PostgreSQL, MariaDB or SQLite, for any number of processes.

    On an engine it begins and ends transactions of its own. They read one state throughout, in
    REPEATABLE READ; those that write are SERIALIZABLE on an engine that is. Nothing is changed for the
    host's own use of the engine. Writers that met another's change wait for their turn and cannot meet
    one again. On SQLite they wait from the start (``BEGIN IMMEDIATE``), so that none loses a change.

    On a session or connection it works in savepoints of the host's transaction, in the host's
    isolation; `joined` gives such a store from one on an engine. It belongs to the thread of its host.

    A process that was forked makes connections of its own.

    Args:
        bind: An `Engine`, or a `Session`, ``scoped_session`` or `Connection` to work inside of.
        create: Whether `open` makes the tables, columns and indexes that are missing: for tests, and
            for kinds that are not sharekit's. Otherwise `sharekit.backends.sqlalchemy.upgrade` makes them.

    Raises:
        ConfigurationError: The bind is none of these, or its database is not supported.
    """

    def __init__(
        self, bind: "sa.Engine | sa.Connection | orm.Session | orm.scoped_session[orm.Session]", *, create: bool = False
    ) -> None:
        self._create = create
        self._host: Host | None = None if isinstance(bind, sa.Engine) else host_of(bind)
        engine = bind if isinstance(bind, sa.Engine) else _engine_of(host_of(bind))
        self._engines = Engines(engine)
        self._known = _Known(self._engines.dialect)
        self._busy = Busy()
        self._own: SqlAlchemyRecordStore | None = None if self._host is not None else self

    def __repr__(self) -> str:
        return f"{type(self).__name__}({(self._host or self._engines.engine)!r})"

    def open(self, kinds: Sequence[KindSpec]) -> None:
        """
        Prepare to keep rows of these kinds.

        Raises:
            ConfigurationError: The database has not been upgraded, or has another shape.
            StorageError: The database cannot be reached, or refused.
        """
        if self._busy.busy or self._engines.local.busy:
            raise TransactionUsageError("this thread is inside a transaction of this store")
        try:
            prepare(self._engines.engine, self._known.layout.dialect, kinds, create=self._create)
        except exc.SQLAlchemyError as error:
            raise meaning(error, "preparing the database") from error
        self._known.extend(kinds)
        self._known.is_open = True

    def transaction(self, tenant: TenantId, *, write: bool = False) -> AbstractContextManager[Transaction]:
        """Return a transaction; leaving its block commits, or releases a savepoint; an exception rolls back."""
        ordinary = self._ordinary(tenant, write=write)
        if write or self._host is not None or not speaks_libpq(self._engines.engine.dialect):
            return ordinary
        return Reading(self._engines, self._known.layout, self._known.shapes, tenant, ordinary)

    def joined(self, host: object) -> "SqlAlchemyRecordStore":
        """
        Return a store on the same rows that works inside the host's transaction.

        Args:
            host: The host's `Session`, ``scoped_session`` or `Connection`.

        Raises:
            ConfigurationError: It is none of these, or of a database of another sort.
        """
        found = host_of(host)
        engine = _engine_of(found)
        if dialect_of(engine) != self._engines.dialect:
            raise ConfigurationError("host", "belongs to a database of another sort than this store's")
        return self._beside(found)

    def apart(self) -> "SqlAlchemyRecordStore":
        """
        Return a store on the same rows whose transactions are its own, or this one if they are.

        Where the host's session is bound to a connection, as tests do that roll everything back, there is
        nothing else than that connection: then it is a store on that.

        On SQLite a change by it raises `TransactionUsageError` where the host's transaction holds the lock for
        writing: the two of them, in one thread, could only wait for each other.
        """
        if self._host is not None:
            self._engines.local.hosts.add(self._host)
        if self._own is None:
            bound = _bound_to(self._host)
            self._own = self._beside(self._engines.engine if bound is None else bound)
        return self._own

    def look(self, kind: str, keys: Sequence[str], companions: Sequence[Companion]) -> SqlAlchemyLook:
        """Prepare to read rows of this kind with these of their keys and with these companions."""
        return SqlAlchemyLook(self._known.layout, kind, keys, companions, self._asked)

    def glance(self, sought: Sequence[Sought]) -> Glance:
        """Prepare to look for these, of which a kind may come again."""
        return SqlAlchemyGlance(self._known.seeking(sought), self._asked)

    def tenants(self, kind: str) -> Sequence[TenantId]:
        """Return the tenants that have rows of this kind, sorted."""
        with self._ordinary(TenantId("")) as transaction:
            return transaction.tenants(kind)

    def close(self) -> None:
        """Refuse transactions until `open` is called again; the engine and its pool are the host's."""
        self._known.is_open = False

    def _ordinary(self, tenant: TenantId, *, write: bool = False) -> SqlAlchemyTransaction:
        return SqlAlchemyTransaction(self._scope(), self._known.layout, tenant, write=write)

    def _scope(self) -> Scope:
        self._known.check_open()
        return (
            OwnScope(self._engines)
            if self._host is None
            else JoinedScope(self._host, self._busy, self._engines.local.hosts)
        )

    def _asked(self, asking: Asking) -> Callable[[TenantId, Given], Lines]:
        """Return what asks for lines: in the host's transaction, or outside any."""
        if self._host is None:
            return Question(self._engines, asking, self._known.check_open).ask

        def ask(tenant: TenantId, values: Given) -> Lines:
            with self._ordinary(tenant) as transaction:
                return transaction.lines(asking.statement, asking.given(tenant, values))

        return ask

    def _beside(self, bind: "sa.Engine | Host") -> "SqlAlchemyRecordStore":
        """Return a store on this engine or host that knows what this one knows."""
        other = SqlAlchemyRecordStore(bind, create=self._create)
        other._known = self._known
        if other._engines.engine is self._engines.engine:
            other._engines = self._engines
            if other._host is not None and _bound_to(other._host) is None:
                other._own = self._own
        return other


def _bound_to(host: Host | None) -> sa.Connection | None:
    """Return the connection that a session is bound to, if it is bound to one and not to an engine."""
    bind = host.get_bind() if isinstance(host, orm.Session) else None
    return bind if isinstance(bind, sa.Connection) else None


def _engine_of(host: Host) -> sa.Engine:
    if isinstance(host, sa.Connection):
        return host.engine
    try:
        bind = host.get_bind()
    except exc.SQLAlchemyError as error:
        problem = "is a session without an engine for all; of several, give `session.connection(bind_arguments=...)`"
        raise ConfigurationError("host", problem) from error
    return bind if isinstance(bind, sa.Engine) else bind.engine
