"""The laws J1 to J6 and O1 of stores that work inside the host's transactions, and keep out of them."""

import contextlib
from collections.abc import Callable

import pytest

from sharekit.errors import ConfigurationError, ConflictError, RetryTransaction, TransactionUsageError
from sharekit.ports.query import Query
from sharekit.ports.stores import RecordStore, SupportsJoining, SupportsOwnTransactions, Transaction
from sharekit.testing.record_store._frame import (
    ACME,
    Frame,
    HostDoor,
    elsewhere,
    found,
    got,
    keep,
    plain,
    thing,
    within,
)


class _StoppedError(Exception):
    """What ends a transaction or savepoint early."""


def _left(calls: list[str], name: str) -> Callable[[Transaction], None]:
    return lambda tx: tx.after_commit(lambda: calls.append(name))


def _stop_after(store: RecordStore, work: Callable[[Transaction], object]) -> None:
    def stopped(tx: Transaction) -> None:
        work(tx)
        raise _StoppedError

    with contextlib.suppress(_StoppedError):
        within(store, stopped, write=True)


class JoiningLaws(Frame):
    """The laws of `SupportsJoining` and `SupportsOwnTransactions`; a store without them has nothing to show."""

    def test_j1_what_is_kept_is_committed_with_the_host(self, records: RecordStore, host_door: HostDoor | None) -> None:
        """Nobody else sees a row before the host's commit, and everybody after it."""
        if not isinstance(records, SupportsJoining) or host_door is None:
            return
        with host_door.transaction() as host:
            keep(records.joined(host), thing("a", size=1), plain("a"))
            early = elsewhere(lambda: got(records, "thing", "a"))

        assert early is None
        assert got(records, "thing", "a") == thing("a", revision=1, size=1)
        assert got(records, "plain-kind", "a") == plain("a", revision=1)

    def test_j1_what_is_kept_is_undone_with_the_host(self, records: RecordStore, host_door: HostDoor | None) -> None:
        """After the host's rollback nothing is left, and the host's next transaction is a new one."""
        if not isinstance(records, SupportsJoining) or host_door is None:
            return
        keep(records, thing("old", size=1))
        with contextlib.suppress(_StoppedError), host_door.transaction() as host:
            keep(records.joined(host), thing("a"), thing("old", revision=1, size=2))
            raise _StoppedError
        with host_door.transaction() as host:
            keep(records.joined(host), thing("b"))

        assert found(records, Query("thing")) == ["b", "old"]
        assert got(records, "thing", "old") == thing("old", revision=1, size=1)

    def test_j2_an_exception_undoes_the_joined_transaction_alone(
        self, records: RecordStore, host_door: HostDoor | None
    ) -> None:
        """What was done before and after a transaction that failed, also by a conflict, stays."""
        if not isinstance(records, SupportsJoining) or host_door is None:
            return
        with host_door.transaction() as host:
            joined = records.joined(host)
            keep(joined, thing("before", size=1))
            _stop_after(joined, lambda tx: (tx.put(thing("lost")), tx.put(thing("before", revision=1, size=9))))
            with pytest.raises(ConflictError):
                keep(joined, thing("lost too"), thing("before"))
            keep(joined, thing("after"))

        assert found(records, Query("thing")) == ["after", "before"]
        assert got(records, "thing", "before") == thing("before", revision=1, size=1)

    def test_j3_callbacks_wait_for_the_hosts_commit(self, records: RecordStore, host_door: HostDoor | None) -> None:
        """They run after it, in order, and the end of a savepoint runs none."""
        if not isinstance(records, SupportsJoining) or host_door is None:
            return
        calls: list[str] = []
        with host_door.transaction() as host:
            within(records.joined(host), _left(calls, "first"), write=True)
            with host_door.savepoint(host):
                within(records.joined(host), _left(calls, "second"), write=True)
            within(records.joined(host), _left(calls, "third"), write=True)
            early = list(calls)

        assert early == []
        assert calls == ["first", "second", "third"]

    def test_j3_a_rollback_drops_callbacks(self, records: RecordStore, host_door: HostDoor | None) -> None:
        """Neither the host's rollback nor its next commit runs them."""
        if not isinstance(records, SupportsJoining) or host_door is None:
            return
        calls: list[str] = []
        with contextlib.suppress(_StoppedError), host_door.transaction() as host:
            within(records.joined(host), _left(calls, "dropped"), write=True)
            raise _StoppedError
        with host_door.transaction() as host:
            within(records.joined(host), _left(calls, "kept"), write=True)

        assert calls == ["kept"]

    def test_j3_a_savepoints_rollback_drops_the_callbacks_within(
        self, records: RecordStore, host_door: HostDoor | None
    ) -> None:
        """Those of the joined transaction that failed, and of a savepoint of the host, with all inside it."""
        if not isinstance(records, SupportsJoining) or host_door is None:
            return
        calls: list[str] = []
        with host_door.transaction() as host:
            joined = records.joined(host)
            within(joined, _left(calls, "before"), write=True)
            _stop_after(joined, _left(calls, "own"))
            with contextlib.suppress(_StoppedError), host_door.savepoint(host):
                within(records.joined(host), _left(calls, "within"), write=True)
                with host_door.savepoint(host):
                    within(records.joined(host), _left(calls, "deeper"), write=True)
                raise _StoppedError
            within(joined, _left(calls, "after"), write=True)

        assert calls == ["before", "after"]

    def test_j4_a_joined_transaction_sees_what_the_host_has_kept(
        self, records: RecordStore, host_door: HostDoor | None
    ) -> None:
        """Rows of earlier joined transactions of the same host can be read and changed."""
        if not isinstance(records, SupportsJoining) or host_door is None:
            return
        with host_door.transaction() as host:
            keep(records.joined(host), thing("a", size=1))
            seen = got(records.joined(host), "thing", "a")
            keep(records.joined(host), thing("a", revision=1, size=2))

        assert seen == thing("a", revision=1, size=1)
        assert got(records, "thing", "a") == thing("a", revision=2, size=2)

    def test_j5_what_is_no_host_is_refused(self, records: RecordStore) -> None:
        """An object that the store does not know raises `ConfigurationError`."""
        if not isinstance(records, SupportsJoining):
            return
        for stranger in (object(), None, "session"):
            with pytest.raises(ConfigurationError):
                records.joined(stranger)

    def test_j6_a_retry_says_whose_transaction_it_is(self, records: RecordStore, host_door: HostDoor | None) -> None:
        """Where a change that the host's transaction cannot see is in the way, the error says so, or is a conflict."""
        if not isinstance(records, SupportsJoining) or host_door is None:
            return
        keep(records, thing("a", size=0))
        raised: list[ConflictError | RetryTransaction] = []
        with contextlib.suppress(_StoppedError), host_door.transaction() as host:
            joined = records.joined(host)
            with joined.transaction(ACME) as tx:
                tx.get("thing", "a")
            elsewhere(lambda: keep(records, thing("a", revision=1, size=1)))
            try:
                with joined.transaction(ACME, write=True) as tx:
                    tx.put(thing("a", revision=1, size=2))
            except (ConflictError, RetryTransaction) as error:
                raised.append(error)
            raise _StoppedError

        assert [getattr(error, "joined", True) for error in raised] == [True]
        assert got(records, "thing", "a") == thing("a", revision=2, size=1)

    def test_o1_transactions_apart_outlive_the_hosts(self, records: RecordStore, host_door: HostDoor | None) -> None:
        """What was kept apart stays when the host rolls back; or it could not be, and was refused."""
        if not isinstance(records, SupportsOwnTransactions) or host_door is None:
            return
        refused = False
        with contextlib.suppress(_StoppedError), host_door.transaction() as host:
            joined: object = records.joined(host) if isinstance(records, SupportsJoining) else records
            apart = joined.apart() if isinstance(joined, SupportsOwnTransactions) else records.apart()
            try:
                keep(apart, thing("a"))
            except TransactionUsageError:
                refused = True
            raise _StoppedError

        assert got(records, "thing", "a") == (None if refused else thing("a", revision=1))
