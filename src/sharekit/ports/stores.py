"""
What sharekit needs of a record store.

A custom store implements `RecordStore` and `Transaction` and proves itself with
`sharekit.testing.RecordStoreContract`, which has one test for each law below.
"""

import re
from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable

import attrs

from sharekit.errors import InvalidQueryError
from sharekit.ids import TenantId
from sharekit.ports.query import Query
from sharekit.ports.rows import KindSpec, Row

__all__ = [
    "Companion",
    "Glance",
    "Look",
    "RecordStore",
    "RowKey",
    "Sight",
    "Sought",
    "Stamp",
    "SupportsGlance",
    "SupportsJoining",
    "SupportsLook",
    "SupportsOwnTransactions",
    "SupportsPick",
    "SupportsStamp",
    "Transaction",
]

_BEFORE_AN_ID = re.compile(r"[A-Za-z0-9_.:-]*")

RowKey = tuple[str, str]
"""The kind and the id of a row."""


class Transaction(Protocol):
    """
    One unit of reading or changing, bound to one tenant.

    Laws:

    - T1: what `put` stored, `get` returns: same keys, same body, the new revision.
    - T2: a row is invisible to other transactions until the commit, and visible to its own at once.
    - T3: after an exception nothing of the transaction remains.
    - T4: `put` with revision 0 inserts; when the id is taken it raises `ConflictError`.
    - T5: `put` with revision n replaces revision n and stores n + 1; any other state of the row,
      its absence included, raises `ConflictError` and changes nothing.
    - T6: `delete` removes the row at that revision; any other state raises `ConflictError`.
    - T7: `get` of an absent id is None; `get_many` keeps the order asked and gives None for absent ones.
    - T8: rows of another tenant do not exist, for every method.
    - T9: `find` and `count` follow the laws Q1 to Q7 of the query algebra; `count` is the length of `find`.
    - T10: `bump` adds atomically, counts a null counter as 0, raises the revision by one, and
      returns the new value; where that would exceed *limit*, or the row is absent, it changes
      nothing and returns None. The body stays as it is.
    - T11: callbacks of `after_commit` run after the commit, in the order given, outside the
      transaction, each of them even when one raises, which is raised at the end; after a rollback
      they never run.
    - T12: all reads of one transaction see one state of the store.
    - T13: a transaction that is over, and a write in a read-only one, raise `TransactionUsageError`.
    - T14: an unknown kind or key, or a value of a wrong type, raises `InvalidQueryError` and
      changes nothing; so does a row whose keys are not exactly the declared ones, or which is
      another tenant's. `sharekit.ports.evaluate` has the checks.
    """

    def get(self, kind: str, id: str) -> Row | None:
        """Return the row, or None."""
        ...

    def get_many(self, wanted: Sequence[RowKey]) -> list[Row | None]:
        """Return the rows of these (kind, id) pairs, of one or several kinds, in one round trip if it can."""
        ...

    def find(self, query: Query) -> list[Row]:
        """Return the rows that the query describes, in its order."""
        ...

    def count(self, query: Query) -> int:
        """Return how many rows `find` would return; a limit caps the work as well as the number."""
        ...

    def put(self, row: Row) -> int:
        """Insert (revision 0) or replace (revision n) and return the new revision."""
        ...

    def bump(self, kind: str, id: str, counter: str, limit: int | None, amount: int = 1) -> int | None:
        """Add *amount*, at least 1, to an Int key unless the sum would exceed *limit*."""
        ...

    def delete(self, kind: str, id: str, revision: int) -> None:
        """Remove the row at this revision."""
        ...

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call back once the outermost transaction is durable."""
        ...


@runtime_checkable
class SupportsPick(Protocol):
    """
    The ability of a transaction to read some keys of rows, and nothing else of them.

    A list of titles needs no bodies, and keys are found in far fewer pages of a disk.

    Laws:

    - P1: there is a line for each row that `Transaction.find` returns for the query, in the same order. It
      begins with the values of the keys that were asked for, as the row has them, where ``"id"`` is the id;
      what follows those has no meaning.
    - P2: an unknown key raises `InvalidQueryError`, and so does a query that `Transaction.find` refuses.
    - P3: a transaction that is over raises `TransactionUsageError`.
    """

    # Any: what stands where is said by law P1.
    def pick(self, query: Query, keys: Sequence[str]) -> Sequence[Sequence[Any]]:
        """Return these keys of the rows that the query describes, in its order."""
        ...


class RecordStore(Protocol):
    """
    A keeper of rows.

    Laws:

    - S1: `open` can be called again, also with more kinds; what is stored stays.
    - S2: two write transactions never both keep a change of one row that the other did not see: at
      the latest the commit of one raises `ConflictError` or `RetryTransaction`, or one waits.
    - S3: a committed change is seen by every transaction that begins later, in any thread and
      any process that shares the store.
    - S4: a transaction inside another of the same thread raises `TransactionUsageError`.
    - S5: `tenants` names exactly the tenants that have a row of that kind, sorted.
    - S6: the store's own exceptions never escape; they are the ``__cause__`` of a sharekit error.
    """

    def open(self, kinds: Sequence[KindSpec]) -> None:
        """Prepare to keep rows of these kinds; called before the first transaction."""
        ...

    def transaction(self, tenant: TenantId, *, write: bool = False) -> AbstractContextManager[Transaction]:
        """Begin a transaction; leaving the block commits, an exception rolls back."""
        ...

    def tenants(self, kind: str) -> Sequence[TenantId]:
        """Return the tenants that have rows of this kind."""
        ...

    def close(self) -> None:
        """Let go of connections and files; a closed store may be opened again."""
        ...


@attrs.frozen
class Companion:
    """
    A row that a key of another row names.

    Attributes:
        kind: Its kind.
        by: The key that holds its id.
        of: Which row has that key: 0 is the row itself, 1 its first companion, and so on.
        after: What stands before the id in that key, as in ``"staff:maria"``; a key that begins with
            something else names nothing.
        keys: The keys that are asked for of it, besides those that name further companions.

    Raises:
        InvalidQueryError: *after* has other characters than letters, digits and ``-_.:``.
    """

    kind: str
    by: str
    of: int = 0
    after: str = ""
    keys: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        if not _BEFORE_AN_ID.fullmatch(self.after):
            raise InvalidQueryError("before an id stand letters, digits, '-', '_', '.' and ':' alone")


Sight = tuple[object, ...]
"""What a look saw; for comparing with what it sees later, and for `Look.rows`."""


class Look(Protocol):
    """A prepared question for a row and its companions."""

    def see(self, tenant: TenantId, id: str) -> Sight:
        """Read the row of this id and its companions as they are now."""
        ...

    def rows(self, tenant: TenantId, id: str, sight: Sight) -> list[Row | None]:
        """Return the row that was seen, then each companion, or None for what is not there."""
        ...

    # Any: what stands where is said by law K6.
    def values(self, sight: Sight) -> Sequence[Any]:
        """Return the same without making rows; nothing where the row is not there."""
        ...


@runtime_checkable
class SupportsLook(Protocol):
    """
    The ability of a record store to read a row, and the rows that its keys name, in one round trip.

    Whoever reads the same row again may compare what he sees with what he saw, and need not decode
    it a second time. He has read it nevertheless.

    Laws:

    - K1: the rows are those that `Transaction.get` gives in one state of the store; the row of a
      companion whose key is null, names no row, or is that of a row that is not there, is None. Of
      their keys the rows have those that name companions and those that were asked for.
    - K2: that state has every change whose commit returned before, in any process that shares the store.
    - K3: rows of another tenant do not exist.
    - K4: a look can be used any number of times, from any thread, outside a transaction; inside one
      it raises `TransactionUsageError`.
    - K5: two sights of one row are equal exactly when no row that was seen differs in its revision,
      schema or body, in being there, or in the keys that it has here.
    - K6: the values are flat. Of each row in turn they hold the keys that it has here, those that were
      asked for in that order, then others that name companions; then its revision, schema and body. Of a
      companion that is not there each of them is None.
    """

    def look(self, kind: str, keys: Sequence[str], companions: Sequence[Companion]) -> Look:
        """
        Prepare to read rows of this kind with these of their keys and with these companions.

        Raises:
            InvalidQueryError: A kind or a key is not declared, or a companion names a row after it.
        """
        ...


@attrs.frozen
class Sought:
    """
    What a glance looks for.

    Attributes:
        kind: Rows of this kind.
        by: What they are found by: their id, or one of their keys that holds text.
        keys: The keys that are asked for of each.
    """

    kind: str
    by: str = "id"
    keys: tuple[str, ...] = ()


class Glance(Protocol):
    """A prepared question for some rows of several kinds."""

    # Any: what stands where is said by law G1.
    def see(self, tenant: TenantId, values: Sequence[Sequence[str]]) -> Sequence[Sequence[Any]]:
        """Return a line for each row that is found now by one of the values in the place of its `Sought`."""
        ...


@runtime_checkable
class SupportsGlance(Protocol):
    """
    The ability of a record store to find rows of several kinds in one round trip, without a transaction.

    It is for what is asked all the time: whether somebody may see a thing. Whoever does not know yet
    what to look for may guess from what was there before, since what is found tells whether the guess
    was right.

    Laws:

    - G1: the line of a row holds the place of its `Sought` among the others, the id, the revision, the
      schema and the body, then the keys that were asked for, all as `Transaction.get` gives them. What
      follows those has no meaning. There is one line for each row whose id, or key, is one of the
      values, however often that is named, and lines come in no order.
    - G2: all lines are of one state of the store, which has every change whose commit returned
      before, in any process that shares the store.
    - G3: rows of another tenant do not exist.
    - G4: a glance can be used any number of times, from any thread, outside a transaction; inside one
      it raises `TransactionUsageError`.
    """

    def glance(self, sought: Sequence[Sought]) -> Glance:
        """
        Prepare to look for these, of which a kind may come again.

        Raises:
            InvalidQueryError: A kind or a key is not declared, or rows are to be found by a key that
                holds no text.
        """
        ...


Stamp = Hashable
"""What `SupportsStamp.stamp` returns; for comparing with another one, and for nothing else."""


@runtime_checkable
class SupportsStamp(Protocol):
    """
    The ability of a record store to say, for much less than a look, that nothing was committed meanwhile.

    Whoever asked for a stamp, looked, and is given an equal stamp later, need not look again. He has asked
    the store nevertheless.

    Laws:

    - U1: two stamps are equal only if nothing was committed after the first was asked for and before the
      second was returned, by any process that shares the store; the commits that returned before the second
      was asked for count in any case. Stamps of different threads, or of before and after the store was
      closed, may always differ.
    - U2: while one thread asks and nobody commits, its stamps become equal, whatever else is read.
    - U3: a stamp can be asked for any number of times, from any thread, outside a transaction; inside one
      it raises `TransactionUsageError`.
    """

    def stamp(self) -> Stamp:
        """Return what stays the same for as long as nobody commits."""
        ...


@runtime_checkable
class SupportsJoining(Protocol):
    """
    The ability of a record store to work inside a transaction that the host has begun.

    Laws, where "the host's transaction" is the outermost one:

    - J1: what a joined store keeps becomes durable with the host's transaction, and is undone with it.
    - J2: an exception in the block of a joined transaction undoes that transaction alone; the host's
      goes on with what was done before, and can do more.
    - J3: callbacks of `Transaction.after_commit` wait for the commit of the host's transaction, and run
      in the order given; the end of a savepoint does not run them. A rollback drops them, and that of a
      savepoint those that were left within it.
    - J4: a joined transaction sees what the host's transaction has kept so far.
    - J5: an object that is no host for this store raises `ConfigurationError`.
    - J6: where the database gives the host's transaction up, `RetryTransaction.joined` is True.
    """

    def joined(self, host: object) -> RecordStore:
        """Return a store on the same rows, already open, that works inside the transaction of this host."""
        ...


@runtime_checkable
class SupportsOwnTransactions(Protocol):
    """
    The ability of a record store to keep out of a transaction that the host has begun.

    Laws:

    - O1: what a transaction of that store kept is durable when its block was left, whatever becomes of
      a transaction of the host; where that cannot be, writing raises `TransactionUsageError`.
    """

    def apart(self) -> RecordStore:
        """Return a store on the same rows, already open, whose transactions join nothing."""
        ...
