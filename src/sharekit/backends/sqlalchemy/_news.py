"""
What waits for the host's commit.

A callback that was left inside the host's transaction is called once that is durable, and dropped
when it is rolled back, or the savepoint in which it was left. SQLAlchemy tells of commits before
they happen, so the news are given out when the host's session has ended its transaction, or the
host's connection is returned or begins again, whichever comes first, and only if nothing failed.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Final

import sqlalchemy as sa
from sqlalchemy import event, orm, pool

from sharekit.ports.collecting import call_all

_KEY: Final = "sharekit.news"

_log = logging.getLogger("sharekit.records")


class News:
    """The callbacks that wait on one connection of the host."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.session: orm.Session | None = None
        self._callbacks: list[Callable[[], None]] = []
        self._savepoints: list[int] = []
        self._committing = False
        self._failed = False

    def add(self, callbacks: list[Callable[[], None]]) -> None:
        """Let these wait too."""
        self._callbacks += callbacks

    # Each of these is called by SQLAlchemy, with more arguments than we need.

    def savepoint(self, *_: object) -> None:
        """Remember what was left before a savepoint."""
        self._savepoints.append(len(self._callbacks))

    def release(self, *_: object) -> None:
        """What was left inside a savepoint now belongs to what is around it."""
        if self._savepoints:
            self._savepoints.pop()

    def rollback_savepoint(self, *_: object) -> None:
        """Drop what was left inside a savepoint; one that we have not seen begin was around everything."""
        del self._callbacks[self._savepoints.pop() if self._savepoints else 0 :]

    def commit(self, *_: object) -> None:
        """Note that a commit is under way; without a connection there is nothing to commit."""
        self._committing = True
        self._failed = self.connection.invalidated

    def rollback(self, *_: object) -> None:
        """Drop everything."""
        self._callbacks.clear()
        self._savepoints.clear()
        self._committing = self._failed = False

    def fail(self) -> None:
        """Note that something failed; while a commit is under way, that is the commit."""
        self._failed = self._failed or self._committing

    def settle(self, *_: object) -> None:
        """Call back, when the commit that was under way is over and was a good one."""
        if not self._committing or self._failed:
            self.rollback()
            return
        callbacks = list(self._callbacks)
        self.rollback()
        call_all(callbacks)

    def returned(self) -> None:
        """The connection was given back; a session that ended its transaction says so itself, a little later."""
        if self.session is None:
            _safely(self.settle)


def news_of(connection: sa.Connection, session: orm.Session | None) -> News:
    """
    Return what waits on a connection.

    Args:
        connection: The host's connection, in its transaction.
        session: The session that ends the transaction, if one does.
    """
    found = connection.info.get(_KEY)
    if not isinstance(found, News) or found.connection is not connection:
        found = connection.info[_KEY] = News(connection)
        _listen(found)
    if session is not None and found.session is None and _ends(session, connection):
        found.session = session
        session.info[_KEY] = found
        if not _hears(session.dispatch.after_transaction_end, _session_ended):
            event.listen(session, "after_transaction_end", _session_ended)
    return found


def _listen(news: News) -> None:
    # The events of the connection end with it. Those of the engine and its pool are there once,
    # and do nothing for a connection on which nothing waits.
    connection = news.connection
    event.listen(connection, "begin", news.settle)
    event.listen(connection, "commit", news.commit)
    event.listen(connection, "commit_twophase", news.commit)
    event.listen(connection, "rollback", news.rollback)
    event.listen(connection, "rollback_twophase", news.rollback)
    event.listen(connection, "savepoint", news.savepoint)
    event.listen(connection, "release_savepoint", news.release)
    event.listen(connection, "rollback_savepoint", news.rollback_savepoint)
    engine = connection.engine
    if not _hears(engine.dialect.dispatch.handle_error, _failed):
        event.listen(engine.dialect, "handle_error", _failed)
    if not _hears(engine.pool.dispatch.checkin, _returned):
        event.listen(engine.pool, "checkin", _returned)


def _hears(listeners: Iterable[object], listener: object) -> bool:
    # `event.contains` knows a target by its `id()`, and a pool that was disposed of leaves its own behind.
    return any(heard is listener for heard in listeners)


def _ends(session: orm.Session, connection: sa.Connection) -> bool:
    """Say whether the end of the session's transaction is that of the connection's."""
    return session.get_bind() is not connection


def _session_ended(session: orm.Session, transaction: orm.SessionTransaction) -> None:
    if transaction.parent is None:
        news = session.info.pop(_KEY, None)
        if isinstance(news, News):
            _safely(news.settle)


def _failed(context: sa.engine.ExceptionContext) -> None:
    if context.connection is not None and not context.connection.invalidated:
        news = context.connection.info.get(_KEY)
        if isinstance(news, News):
            news.fail()


def _returned(_: object, record: pool.ConnectionPoolEntry) -> None:
    news = record.info.pop(_KEY, None)
    if isinstance(news, News):
        news.returned()


def _safely(settle: Callable[[], None]) -> None:
    # The host's commit is done, and its pool in the middle of something: nobody could handle this.
    try:
        settle()
    except Exception:  # noqa: BLE001  # what a receiver raises; it is logged
        _log.exception("a callback after the host's commit failed")
