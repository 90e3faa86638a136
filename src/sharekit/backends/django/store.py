"""A record store on the tables of a Django app, in the transactions of its host."""

from collections.abc import Sequence
from typing import Final, Self

import attrs
from django.db import connections
from django.utils.connection import ConnectionDoesNotExist

from sharekit.backends.django._looks import DjangoLook, look_at
from sharekit.backends.django._threads import Threads
from sharekit.backends.django.tables import ModelOf, Tables, installed_model
from sharekit.backends.django.transaction import DjangoTransaction
from sharekit.errors import ConfigurationError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports.rows import KindSpec
from sharekit.ports.stores import Companion

__all__ = ["DjangoRecordStore"]

_KNOWN: Final = frozenset({"mysql", "postgresql", "sqlite"})


@attrs.define(eq=False)
class _State:
    """What a store shares with those that are apart."""

    tables: Tables = attrs.field(factory=Tables)
    threads: Threads = attrs.field(factory=Threads)
    is_open: bool = False


class DjangoRecordStore:
    """
    A record store in one of the host's own databases: PostgreSQL, MariaDB, MySQL or SQLite.

    Outside `django.db.transaction.atomic` every transaction is its own and sees one state of the
    store. Inside, it is a savepoint of the host's: it sees what the host's own queries see, its
    rows are committed or rolled back with the host's, and callbacks wait for the outermost commit.
    Tables are made by ``manage.py migrate``, never by `open`.

    Args:
        using: The alias of the database.
        models: Gives the model of each kind; by default those of the app ``sharekit.adapters.django``.
    """

    def __init__(self, using: str = "default", *, models: ModelOf = installed_model) -> None:
        self._using = using
        self._models = models
        self._state = _State()
        self._apart = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._using!r})"

    def open(self, kinds: Sequence[KindSpec]) -> None:
        """
        Prepare to keep rows of these kinds; it asks the database nothing.

        Raises:
            ConfigurationError: The alias is unknown, the database is of another make, or there is
                no model for a kind.
        """
        try:
            vendor = connections[self._using].vendor
        except ConnectionDoesNotExist as error:
            raise ConfigurationError("using", f"{self._using!r} is not among DATABASES") from error
        if vendor not in _KNOWN:
            raise ConfigurationError("using", f"{vendor!r} is not among {sorted(_KNOWN)}")
        self._state.tables = self._state.tables.extended(kinds, self._models)
        self._state.is_open = True

    def transaction(self, tenant: TenantId, *, write: bool = False) -> DjangoTransaction:
        """Return a transaction; leaving its block commits, or keeps the savepoint; an exception rolls back."""
        state = self._state
        if not state.is_open:
            raise TransactionUsageError("the store is not open")
        return DjangoTransaction(self._using, state.tables, state.threads, tenant, write=write, apart=self._apart)

    def joined(self, host: object) -> Self:
        """
        Return this store: inside `atomic` it joins the host by itself, and need not be told.

        Args:
            host: ``django.db.connections[using]``, for code that names the host on every store alike.

        Raises:
            ConfigurationError: It is anything else, such as the connection of another database.
        """
        if host is not connections[self._using]:
            problem = f"needs django.db.connections[{self._using!r}], or nothing: atomic() is joined by itself"
            raise ConfigurationError("host", problem)
        return self

    def apart(self) -> Self:
        """
        Return this store for what must be durable at once, such as counting a use.

        A change by it inside the host's `atomic` raises `TransactionUsageError`, except inside that
        of Django's own `TestCase`.
        """
        other = type(self)(self._using, models=self._models)
        other._state, other._apart = self._state, True  # noqa: SLF001  # one of its kind
        return other

    def look(self, kind: str, keys: Sequence[str], companions: Sequence[Companion]) -> DjangoLook:
        """Prepare to read rows of this kind with these of their keys and with these companions."""
        state = self._state
        places, sql = look_at(self._using, state.tables, kind, keys, companions)
        return DjangoLook(self._using, state.threads, self.transaction, places, sql)

    def tenants(self, kind: str) -> Sequence[TenantId]:
        """Return the tenants that have rows of this kind, sorted."""
        with self.transaction(TenantId("")) as transaction:
            return transaction.tenants(kind)

    def close(self) -> None:
        """Refuse transactions until `open`, and close the connection that was opened for this thread."""
        self._state.threads.close()
        self._state.is_open = False
