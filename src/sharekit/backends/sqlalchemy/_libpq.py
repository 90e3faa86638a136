"""
What psycopg itself is made of, for asking without its cursors.

A cursor of psycopg's would begin a transaction, and hand the values to what the host has registered for
their types. This does neither, and gives what is stored.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import pool
from sqlalchemy.dialects import postgresql

__all__ = ["COMMAND_OK", "TUPLES_OK", "Lines", "Spoken", "Text", "Wire", "speaks_libpq", "written"]

Lines = list[tuple[Any, ...]]  # of every type

COMMAND_OK: Final = 1
TUPLES_OK: Final = 2
"""What libpq says of an answer."""

_KEY: Final = "sharekit.prepared"
_MOST: Final = 250  # statements that one connection is given


def speaks_libpq(dialect: sa.Dialect) -> bool:
    """Say whether the driver is psycopg, of which libpq can be had."""
    return dialect.driver == "psycopg" and not dialect.is_async


class Text:
    """
    The text of a statement.

    Attributes:
        sql: The text.
        name: What it is called where it is prepared; statements of the same text have the same name.
    """

    def __init__(self, sql: str) -> None:
        self.sql = sql.encode()
        self.name = f"sharekit_{hashlib.sha256(self.sql).hexdigest()[:24]}".encode()


class Spoken(Text):
    """
    A statement as libpq takes it.

    Attributes:
        names: What its parameters are called, in their order.
        values: What stands in the place of each, where the statement was made with a value.
    """

    def __init__(self, statement: Any) -> None:  # noqa: ANN401  # a SELECT, a union of them, or a text with columns
        numbered: sa.Dialect = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # SQLAlchemy's
        compiled = statement.compile(dialect=numbered, compile_kwargs={"render_postcompile": True})
        super().__init__(str(compiled))
        self.names: Sequence[str] = tuple(compiled.positiontup or ())
        self.values: Mapping[str, Any] = compiled.params  # of every type
        self._readers = [(at, _reader(column.type)) for at, column in enumerate(statement.selected_columns)]

    def lines(self, result: Any) -> Lines:  # noqa: ANN401  # libpq's
        """Return what was found."""
        value, readers = result.get_value, self._readers
        return [
            tuple([None if (held := value(number, at)) is None else read(held) for at, read in readers])
            for number in range(result.ntuples)
        ]


class Wire:
    """
    A connection of the pool's, as libpq has it.

    Statements are prepared on a connection on which they are used again, unless the host turned that off.

    Args:
        lent: The connection.
        within: Whether it is for transactions. What is prepared for these has names of its own, since a
            statement that is lost ends a transaction; see `is_begun`.
    """

    def __init__(self, lent: pool.PoolProxiedConnection, *, within: bool = False) -> None:
        from psycopg.generators import execute  # noqa: PLC0415  # the dialect has imported psycopg

        self._execute: Callable[[Any], Any] = execute
        driver: Any = lent.dbapi_connection  # Any: psycopg need not be there for the type checkers
        self._driver, self._libpq = driver, driver.pgconn
        self._suffix = b"_within" if within else b""
        self._known: dict[bytes, bool] = lent.info.setdefault(f"{_KEY}{self._suffix!r}", {})

    @property
    def is_in_utf8(self) -> bool:
        """Whether text travels as it is spelled here."""
        return bool(self._libpq.parameter_status(b"client_encoding") == b"UTF8")

    def is_begun(self, begin: Text) -> bool:
        """
        Begin a transaction, and say whether that went well.

        What begins it is the first that is prepared for transactions. psycopg lets go of all that is prepared
        when it rolls back; then this is gone too, which does no harm yet.
        """
        result = self.prepared(begin, ())
        if result is None or result.status != COMMAND_OK:
            self._known.clear()
            self._known[begin.name] = False
            result = self.prepared(begin, ())
        if result is None or result.status != COMMAND_OK:
            # Nothing is prepared for transactions here.
            self._known.clear()
            result = self.plain(begin, ())
        return bool(result.status == COMMAND_OK)

    def end(self, command: bytes) -> Any:  # noqa: ANN401  # libpq's
        """End the transaction."""
        self._libpq.send_query(command)
        return self.answer()

    def prepared(self, text: Text, given: Sequence[bytes | None]) -> Any:  # noqa: ANN401  # as above
        """
        Return the answer to a statement that is prepared here, or is now; None where it is not.

        Where it cannot be prepared, this is the answer to that.
        """
        if not self._known.get(text.name):
            if text.name not in self._known:
                self._known[text.name] = False
                return None
            if not self._prepares or len(self._known) > _MOST:
                return None
            self._libpq.send_prepare(text.name + self._suffix, text.sql)
            result = self.answer()
            if result.status != COMMAND_OK:
                return result
            self._known[text.name] = True
        self._libpq.send_query_prepared(text.name + self._suffix, list(given))  # early releases want a list
        result = self.answer()
        if result.status not in {TUPLES_OK, COMMAND_OK}:
            self._known.pop(text.name)
        return result

    def within(self, text: Text, given: Sequence[bytes | None]) -> Any:  # noqa: ANN401  # as above
        """Return the answer to a statement inside a transaction, which a failure ends."""
        result = self.prepared(text, given) if self._known else None
        return self.plain(text, given) if result is None else result

    def refusal(self, result: Any) -> Exception:  # noqa: ANN401  # as above
        """Return the driver's error for an answer that is none."""
        from psycopg.errors import error_from_result  # noqa: PLC0415  # the dialect has imported psycopg

        return error_from_result(result)

    def plain(self, text: Text, given: Sequence[bytes | None]) -> Any:  # noqa: ANN401  # as above
        """Return the answer to a statement that is spelled out."""
        self._libpq.send_query_params(text.sql, list(given))
        return self.answer()

    @property
    def _prepares(self) -> bool:
        return self._driver.prepare_threshold is not None

    def answer(self) -> Any:  # noqa: ANN401  # as above
        """Wait for an answer as psycopg does: an interrupt is heard, and other greenlets go on."""
        return self._driver.wait(self._execute(self._libpq))[-1]


def _reader(type_: sa.types.TypeEngine[Any]) -> Callable[[bytes], object]:
    """Return what reads a value as PostgreSQL spells it."""
    if isinstance(type_, sa.Boolean):
        return b"t".__eq__
    return int if isinstance(type_, sa.Integer) else bytes.decode


def written(value: object) -> bytes | None:
    """Return a text, a number or a truth, or a list of them, as PostgreSQL spells it."""
    if isinstance(value, str):
        return value.encode()
    if value is None:
        return None
    if isinstance(value, bool | int):
        return str(value).encode()
    if not isinstance(value, list | tuple):
        raise TypeError(type(value).__name__)
    return f"{{{','.join(map(_quoted, value))}}}".encode()


def _quoted(value: str | int) -> str:
    """Return a value as it stands in a list of PostgreSQL's."""
    if isinstance(value, str):
        text = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{text}"'
    return str(value)
