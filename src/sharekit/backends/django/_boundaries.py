"""Where a transaction of ours begins and ends: by itself, or as a savepoint of the host's."""

import contextlib
from collections.abc import Callable, Generator, Sequence
from functools import partial

from django.core.exceptions import SynchronousOnlyOperation
from django.db import Error, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from sharekit.backends.django._errors import meaning
from sharekit.backends.django._threads import Threads
from sharekit.errors import StorageError, TransactionUsageError
from sharekit.ports.collecting import call_all

_PATIENCE = "5s"  # of a writer that waits for its turn
_STRICTER = frozenset({"REPEATABLE READ", "SERIALIZABLE"})


class Boundary:
    """
    One begun transaction of Django's: `transaction.atomic` with what our laws ask beyond it.

    Attributes:
        connection: The connection of this thread.
        joined: Whether it is a savepoint of the host's transaction.
    """

    def __init__(self, using: str, *, write: bool, apart: bool, beaten: Sequence[str] = ()) -> None:
        """
        Begin.

        Args:
            using: The alias of the database.
            write: Whether rows will be changed.
            apart: Whether a change may not wait for a commit of the host's.
            beaten: The tables in which another's change was in the way the last time.

        Raises:
            TransactionUsageError: The host's transaction is broken, or may not be joined.
            RetryTransaction: Another connection was in the way.
            StorageError: There is no connection to be had.
        """
        self.connection: BaseDatabaseWrapper = connections[using]
        self.joined: bool = self.connection.in_atomic_block
        # Django's own TestCase wraps each test in a transaction that a durable one may join.
        self._atomic = transaction.atomic(using, durable=apart and write)
        try:
            self._begin(beaten, write=write)
        except Error as error:
            raise meaning(error, "beginning a transaction", joined=self.joined) from error
        except SynchronousOnlyOperation as error:
            raise TransactionUsageError("an event loop is running in this thread; use sync_to_async") from error

    def _begin(self, beaten: Sequence[str], *, write: bool) -> None:
        connection = self.connection
        if self.joined:
            if connection.needs_rollback:
                raise TransactionUsageError("the host's transaction has failed before; roll it back first")
        else:
            make_ready(connection)
        try:
            with _begun_as(connection, "IMMEDIATE" if write else "DEFERRED"):
                self._atomic.__enter__()
        except RuntimeError as error:
            if isinstance(error, SynchronousOnlyOperation):
                raise
            raise TransactionUsageError(
                "what counts attempts and uses must be durable at once, and the host's atomic() is still open;"
                " call it outside, in a view with non_atomic_requests for instance"
            ) from error
        if not self.joined:
            try:
                _freeze(connection)
                if write:
                    _take_turn(connection, beaten)
            except BaseException as error:
                self._atomic.__exit__(type(error), error, error.__traceback__)
                raise

    def roll_back(self, error: BaseException) -> None:
        """Undo everything since the beginning."""
        try:
            self._atomic.__exit__(type(error), error, error.__traceback__)
        except Error as failure:
            raise meaning(failure, "rolling back", joined=self.joined) from failure

    def commit(self, threads: Threads, callbacks: Sequence[Callable[[], None]]) -> None:
        """Keep everything, as far as that is ours to say, and call back when it is durable."""
        connection = self.connection
        doomed = connection.needs_rollback or connection.closed_in_transaction
        try:
            self._atomic.__exit__(None, None, None)
        except Error as failure:
            raise meaning(failure, "committing", joined=self.joined) from failure
        finally:
            threads.leave()
        if doomed:
            cause = RuntimeError(
                "something within it marked Django's transaction for rollback, or closed its connection"
            )
            raise StorageError("committing") from cause
        if not callbacks:
            return
        if self.joined:
            connection.on_commit(partial(call_all, callbacks))
        else:
            call_all(callbacks)


def make_ready(connection: BaseDatabaseWrapper) -> None:
    """Let go of a connection that failed before, and see that nothing has been begun on this one."""
    if connection.errors_occurred:
        connection.close_if_unusable_or_obsolete()
    if not connection.get_autocommit():
        raise TransactionUsageError("the host manages transactions by hand; open one with atomic()")


def level_of(connection: BaseDatabaseWrapper) -> str:
    """Return the isolation that the host chose, as SQL has it, or an empty text for that of the database."""
    level = getattr(connection, "isolation_level", None)
    return "" if level is None else str(getattr(level, "name", level)).upper().replace("_", " ")


@contextlib.contextmanager
def _begun_as(connection: BaseDatabaseWrapper, mode: str) -> Generator[None]:
    """
    Let SQLite begin in the right way, whatever the host's ``transaction_mode`` is.

    A writer that begins without the lock may find the state that it read outdated; a reader that
    begins with it would keep everybody else waiting.
    """
    given = getattr(connection, "transaction_mode", None)
    if connection.vendor != "sqlite":
        yield
        return
    _set_mode(connection, mode)
    try:
        yield
    finally:
        _set_mode(connection, given)


def _set_mode(connection: BaseDatabaseWrapper, mode: str | None) -> None:
    vars(connection)["transaction_mode"] = mode


def _freeze(connection: BaseDatabaseWrapper) -> None:
    """Let all reads of a transaction that has just begun see one state; SQLite's always do."""
    if connection.vendor not in {"postgresql", "mysql"}:
        return
    if level_of(connection) not in _STRICTER:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _take_turn(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> None:
    """
    Let a transaction that is run again wait for the other writers before it looks, so that it is not beaten again.

    PostgreSQL takes the state that a transaction sees with its first question, and this is none. Where the
    wait is long, as behind a transaction of the host's, it ends with an error, and the next try is another.
    """
    if not tables or connection.vendor != "postgresql":
        return
    names = ", ".join(map(connection.ops.quote_name, tables))
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
        cursor.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
