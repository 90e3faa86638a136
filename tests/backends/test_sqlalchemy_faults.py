"""Writers that die, connections that are cut, and many at once: what was kept is whole, and the next one goes on."""

import contextlib
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing.connection import Connection

import attrs
import pytest
import sqlalchemy as sa
from sqlalchemy import event, exc, orm

from sharekit import errors
from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore
from sharekit.backends.sqlalchemy._transactions import SqlAlchemyTransaction
from sharekit.errors import ConflictError, RetryTransaction, StorageError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports import Eq, Int, KindSpec, Query, Row
from sharekit.testing import kit
from tests.backends._databases import engine_of, sweep
from tests.backends._hosts import KEY, MARIA, Agency, Project, agency, opens, project, share, url
from tests.processes import PROCESSES

__all__ = ["agency", "url"]

TENANT = TenantId("acme")
NOTE = KindSpec("note", {"size": Int}, indexes=[("size",)])


def note(id_: str, size: int | None = None, revision: int = 0) -> Row:
    """A note."""
    return Row(tenant=TENANT, kind="note", id=id_, revision=revision, schema=1, keys={"size": size}, body="{}")


def keep(store: SqlAlchemyRecordStore, *rows: Row) -> None:
    """Commit rows."""
    with store.transaction(TENANT, write=True) as tx:
        for row in rows:
            tx.put(row)


def pair(store: SqlAlchemyRecordStore, name: str) -> None:
    """Keep two notes, and count them, in one transaction."""
    with store.transaction(TENANT, write=True) as tx:
        tx.put(note(f"{name}-left"))
        tx.bump("note", "shared", "size", None)
        tx.put(note(f"{name}-right"))


def shown(store: SqlAlchemyRecordStore) -> tuple[list[str], int]:
    """The ids of all notes but the shared one, and what that counts."""
    with store.transaction(TENANT) as tx:
        row = tx.get("note", "shared")
        ids = [found.id for found in tx.find(Query("note"))]

    assert row is not None
    assert isinstance(row.keys["size"], int)
    return [id_ for id_ in ids if id_ != "shared"], row.keys["size"]


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    """An empty database of each sort."""
    with engine_of(url, pool_size=20, max_overflow=60) as made:
        sweep(made)
        yield made
        sweep(made)


@pytest.fixture
def store(engine: sa.Engine) -> SqlAlchemyRecordStore:
    """A store with the note that everybody counts on."""
    made = SqlAlchemyRecordStore(engine, create=True)
    made.open([NOTE])
    keep(made, note("shared", 0))
    return made


# --- writers that die ----------------------------------------------------------------------------


def opened(address: str) -> tuple[sa.Engine, SqlAlchemyRecordStore]:
    """Open the store as a process does that has nothing but the address."""
    engine = sa.create_engine(address)
    store = SqlAlchemyRecordStore(engine)
    store.open([NOTE])
    return engine, store


def work(address: str, how: str, last: int) -> None:
    """Keep a pair, alone or with a row of the host's, and die after so many steps."""
    engine, store = opened(address)
    left = [last]

    def step(*_: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            os._exit(9)

    for name in ("before_cursor_execute", "after_cursor_execute", "commit", "checkin"):
        event.listen(engine, name, step)
    if how == "joined":
        with orm.Session(engine) as session, session.begin():
            session.add(Project(id=last, name=f"{last}"))
            pair(store.joined(session), f"{last:03}")
    else:
        pair(store, f"{last:03}")


def die_at_each_step(address: str, how: str, results: Connection) -> None:
    """Kill a child of one's own at each step of a transaction, and tell what is kept."""
    warnings.simplefilter("error")
    last = 0
    while True:
        last += 1
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                work(address, how, last)
                status = 0
            finally:
                os._exit(status)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if code == 0:
            break
        assert code == 9, code
    engine, store = opened(address)
    ids, counted = shown(store)
    with engine.connect() as connection:
        hosts = connection.execute(sa.select(sa.func.count()).select_from(Project)).scalar_one()
    results.send((last, ids, counted, hosts))


@pytest.mark.skipif(sys.platform == "win32", reason="platform: Windows has no fork")
@pytest.mark.parametrize("how", ["own", "joined"])
def test_a_writer_killed_at_any_step_leaves_the_state_before_or_after(
    engine: sa.Engine, store: SqlAlchemyRecordStore, how: str
) -> None:
    """A process that ends at once anywhere leaves both notes, the count and the host's row, or none of them."""
    Project.metadata.create_all(engine)
    address = engine.url.render_as_string(hide_password=False)
    receiver, sender = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=die_at_each_step, args=(address, how, sender))
    process.start()
    sender.close()
    steps, ids, counted, hosts = receiver.recv()
    process.join(240)

    assert process.exitcode == 0
    assert steps > 8
    assert len(ids) == 2 * counted
    assert counted >= 1
    assert hosts == (counted if how == "joined" else 0)
    assert {id_[:3] for id_ in ids} == {id_[:3] for id_ in ids if "left" in id_}


# --- connections that are cut --------------------------------------------------------------------


def cut(engine: sa.Engine, connection: sa.Connection) -> None:
    """Have the server end the connection of another."""
    driver = connection.connection.driver_connection

    assert driver is not None
    is_postgres = engine.dialect.name == "postgresql"
    number = driver.info.backend_pid if is_postgres else driver.thread_id()
    with engine_of(engine.url.render_as_string(hide_password=False)) as other, other.connect() as hand:
        if is_postgres:
            hand.exec_driver_sql(f"SELECT pg_terminate_backend({number}, 10000)")
        else:
            hand.exec_driver_sql(f"KILL CONNECTION {number}")


@contextlib.contextmanager
def at_step(engine: sa.Engine, number: int, act: Callable[[sa.Connection], None]) -> Iterator[list[int]]:
    """Act once, before one of the statements or the commit; what is given has the steps that were left."""
    left = [number]

    def step(connection: sa.Connection, *_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            act(connection)

    names = ("before_cursor_execute", "commit")
    for name in names:
        event.listen(engine, name, step)
    try:
        yield left
    finally:
        for name in names:
            event.remove(engine, name, step)


@pytest.mark.parametrize("url", ["postgresql", "mariadb"], indirect=True)
def test_a_connection_cut_at_any_step_leaves_the_state_before(engine: sa.Engine, store: SqlAlchemyRecordStore) -> None:
    """The writer learns it by `StorageError`, nothing is kept, and its next transaction goes through."""
    for number in range(1, 100):
        raised: list[Exception] = []
        with at_step(engine, number, partial(cut, engine)) as left:
            try:
                pair(store, f"{number}")
            except StorageError as error:
                raised.append(error)
        if left[0] > 0:
            break

        assert len(raised) == 1
        assert isinstance(raised[0].__cause__, exc.SQLAlchemyError)
        assert shown(store) == ([], 0)
    else:
        raise AssertionError("no transaction is that long")

    assert number > 4
    assert shown(store) == ([f"{number}-left", f"{number}-right"], 1)


@pytest.mark.parametrize("url", ["postgresql", "mariadb"], indirect=True)
def test_what_a_block_raises_is_raised_though_the_connection_is_gone(
    engine: sa.Engine, store: SqlAlchemyRecordStore
) -> None:
    """Rolling back over a connection that the server ended hides no error, and holds no connection."""
    open_: list[sa.Connection] = []
    event.listen(engine, "begin", open_.append)

    def cut_and_raise(*, write: bool) -> None:
        with store.transaction(TENANT, write=write) as tx:
            tx.get("note", "n")
            cut(engine, open_[-1])
            raise ZeroDivisionError

    for write in (True, False):
        with pytest.raises(ZeroDivisionError):
            cut_and_raise(write=write)

    assert isinstance(engine.pool, sa.pool.QueuePool)
    assert engine.pool.checkedout() == 0
    with store.transaction(TENANT) as tx:
        assert tx.get("note", "n") is None


@contextlib.contextmanager
def losing_commit(engine: sa.Engine, *, done: bool) -> Iterator[None]:
    """Cut every connection at its commit: before the server hears of it, or when it is done."""

    def lose(connection: sa.Connection) -> None:
        if done:
            connection.dialect.do_commit(connection.connection)
            # The driver is not to know: it goes on to ask for a commit, and hears nothing.
            connection.connection.cursor().execute("SELECT 1")
        cut(engine, connection)

    event.listen(engine, "commit", lose)
    try:
        yield
    finally:
        event.remove(engine, "commit", lose)


@pytest.mark.parametrize("url", ["postgresql", "mariadb"], indirect=True)
@pytest.mark.parametrize("done", [False, True])
def test_a_connection_lost_at_commit_doubles_nothing(
    engine: sa.Engine, store: SqlAlchemyRecordStore, *, done: bool
) -> None:
    """Whether the server did it is not known: the error says so, and doing the same again adds nothing twice."""
    with losing_commit(engine, done=done), pytest.raises(StorageError, match="not known"):
        pair(store, "a")
    with contextlib.suppress(ConflictError):
        pair(store, "a")

    assert shown(store) == (["a-left", "a-right"], 1)


@pytest.mark.parametrize("url", ["postgresql", "mariadb"], indirect=True)
def test_a_verb_whose_commit_was_lost_is_not_run_again_blindly(agency: Agency) -> None:
    """`links.create` raises, and there is one link at most."""
    agency.kit.catalog.put(project(), title="x", client_title="y", by=MARIA)

    with losing_commit(agency.engine, done=True), pytest.raises(StorageError, match="not known"):
        agency.kit.links.create(project(), by=MARIA, sections={"progress"})

    assert agency.links() == 1


# --- many at once --------------------------------------------------------------------------------


def add(store: SqlAlchemyRecordStore, tries: list[int]) -> None:
    """Read, add and put, again when the store asks for that."""
    while True:
        tries.append(1)
        try:
            with store.transaction(TENANT, write=True) as tx:
                row = tx.get("note", "shared")

                assert row is not None
                assert isinstance(row.keys["size"], int)
                tx.put(attrs.evolve(row, keys={"size": row.keys["size"] + 1}))
        except (ConflictError, RetryTransaction):
            continue
        return


def test_many_writers_lose_nothing(store: SqlAlchemyRecordStore, *, deep: bool) -> None:
    """64 writers read, add and put at once; each change is kept, and nobody has to begin a third time (R-DB-1)."""
    writers, times = (64, 100) if deep else (64, 2)
    most: list[int] = []

    def write() -> None:
        for _ in range(times):
            tries: list[int] = []
            add(store, tries)
            most.append(len(tries))

    with ThreadPoolExecutor(writers) as pool:
        for done in [pool.submit(write) for _ in range(writers)]:
            done.result()

    assert shown(store) == ([], writers * times)
    assert max(most) <= 2


def test_max_uses_is_exact_and_every_other_reader_is_told(agency: Agency, *, deep: bool) -> None:
    """However many redeem at once, exactly max_uses get in, and the others read that the link is not available."""
    readers = 64 if deep else 24
    link = share(agency.kit, max_uses=7)
    token = agency.kit.links.token(link)

    def redeem(_: int) -> bool:
        try:
            agency.kit.links.redeem(token)
        except errors.LinkUnavailableError:
            return False
        return True

    with ThreadPoolExecutor(readers) as pool:
        granted = list(pool.map(redeem, range(readers)))

    assert sum(granted) == 7
    assert agency.kit.links.get(link.id).uses == 7


# --- read links among processes ------------------------------------------------------------------


def answer_openings(address: str, questions: Connection) -> None:
    """Open each token that is asked about, and answer whether it opened, until told to stop."""
    warnings.simplefilter("error")
    reader = kit(records=SqlAlchemyRecordStore(sa.create_engine(address)), secret_keys=[KEY])
    while token := questions.recv():
        questions.send(opens(reader, token))


def test_revoking_is_seen_by_the_next_read_in_another_process(agency: Agency, *, deep: bool) -> None:
    """A link that another process has just opened is dead for it as soon as `revoke` has returned (R-LINK-3)."""
    pairs = 10_000 if deep else 15
    address = agency.engine.url.render_as_string(hide_password=False)
    ours, theirs = PROCESSES.Pipe()
    reader = PROCESSES.Process(target=answer_openings, args=(address, theirs))
    reader.start()
    theirs.close()
    wrong = []
    for number in range(pairs):
        link = share(agency.kit)
        answers = []
        for turn in range(3):
            ours.send(agency.kit.links.token(link))
            answers.append(ours.recv())
            if turn == 1:
                agency.kit.links.revoke(link, by=MARIA)
        if answers != [True, True, False]:
            wrong.append((number, answers))
    ours.send(None)
    reader.join(240)

    assert reader.exitcode == 0
    assert wrong == []


# --- processes that fork, and hosts that do odd things -------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="platform: Windows has no fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # other threads run in some of these tests
def test_a_forked_process_shares_no_connection(engine: sa.Engine, store: SqlAlchemyRecordStore) -> None:
    """A worker that was forked with connections in the pool makes its own, and the parent's go on working."""
    before = _backend(engine, store)
    receiver, sender = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            pair(store, "child")
            os.write(sender, str(_backend(engine, store)).encode())
            status = 0
        finally:
            os._exit(status)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    childs = os.read(receiver, 100).decode()
    os.close(receiver)
    os.close(sender)
    pair(store, "parent")

    assert code == 0
    assert childs != str(before)
    assert shown(store) == (["child-left", "child-right", "parent-left", "parent-right"], 2)


def _backend(engine: sa.Engine, store: SqlAlchemyRecordStore) -> object:
    """What tells one connection of the store from another."""
    with store.transaction(TENANT, write=True) as tx:
        assert isinstance(tx, SqlAlchemyTransaction)
        connection = tx._running()
        driver = connection.connection.driver_connection

        assert driver is not None
        if engine.dialect.name == "sqlite":
            return os.getpid(), id(driver)
        return driver.info.backend_pid if engine.dialect.name == "postgresql" else driver.thread_id()


@pytest.mark.skipif(sys.platform == "win32", reason="platform: Windows has no fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_in_the_middle_of_a_transaction_is_refused_there(store: SqlAlchemyRecordStore) -> None:
    """The child can neither go on with the parent's transaction nor end it; the parent commits."""
    with store.transaction(TENANT, write=True) as tx:
        tx.put(note("parent"))
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                tx.put(note("child"))
            except StorageError:
                status = 0
            finally:
                os._exit(status)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        tx.put(note("parent too"))

    assert code == 0
    assert shown(store) == (["parent", "parent too"], 0)


def test_the_hosts_use_of_its_engine_is_not_changed(engine: sa.Engine, store: SqlAlchemyRecordStore) -> None:
    """A connection that the store has used and given back is as the host made it."""
    with engine.connect() as connection:
        before = connection.get_isolation_level()
    pair(store, "a")
    shown(store)
    store.look("note", [], []).see(TENANT, "absent")
    with engine.begin() as connection:
        after = connection.get_isolation_level()
        connection.execute(sa.text("UPDATE sharekit_note SET size = 5 WHERE id = 'a-left'"))

    assert after == before
    with store.transaction(TENANT) as tx:
        assert [row.id for row in tx.find(Query("note", where=Eq("size", 5)))] == ["a-left"]


def test_an_exhausted_pool_is_a_storage_error(url: str, engine: sa.Engine, store: SqlAlchemyRecordStore) -> None:
    """A host whose pool is too small reads what SQLAlchemy says as the cause."""
    with engine_of(url, pool_size=1, max_overflow=0, pool_timeout=0.05) as small:
        starved = SqlAlchemyRecordStore(small)
        starved.open([NOTE])
        with small.connect(), pytest.raises(StorageError) as caught, starved.transaction(TENANT):
            pass

    assert isinstance(caught.value.__cause__, exc.TimeoutError)


def test_a_store_that_is_not_open_or_was_closed_is_refused(engine: sa.Engine, store: SqlAlchemyRecordStore) -> None:
    """It raises `TransactionUsageError`, and its engine goes on being the host's."""
    store.close()
    with pytest.raises(TransactionUsageError):
        shown(store)
    with pytest.raises(TransactionUsageError):
        SqlAlchemyRecordStore(engine).transaction(TENANT)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM sharekit_note")).scalar() == 1


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_hosts_transaction_that_is_too_old_is_given_back_to_the_host(
    engine: sa.Engine, store: SqlAlchemyRecordStore
) -> None:
    """In REPEATABLE READ a joined change of what others changed meanwhile raises `RetryTransaction` for the host."""
    strict = engine.execution_options(isolation_level="REPEATABLE READ")
    with orm.Session(strict) as session:
        joined = store.joined(session)
        with joined.transaction(TENANT) as tx:
            tx.get("note", "shared")
        pair(store, "meanwhile")
        with pytest.raises(RetryTransaction) as caught:
            pair(joined, "late")
        session.rollback()
        pair(joined, "again")
        session.commit()

    assert caught.value.joined
    assert shown(store) == (["again-left", "again-right", "meanwhile-left", "meanwhile-right"], 2)


@pytest.mark.parametrize("url", ["postgresql", "mariadb"], indirect=True)
def test_a_deadlock_of_two_hosts_is_given_to_one_of_them(engine: sa.Engine, store: SqlAlchemyRecordStore) -> None:
    """
    One host reads `RetryTransaction`, and succeeds when it runs its transaction again.

    MariaDB has undone more than our savepoint then: nothing can be committed before a rollback.
    """
    keep(store, note("x", 0), note("y", 0))
    met = threading.Barrier(2, timeout=240)
    retries: list[bool] = []

    def host(first: str, second: str) -> None:
        is_again = False
        with orm.Session(engine) as session:
            while True:
                joined = store.joined(session)
                try:
                    bump(joined, first)
                    if not is_again:
                        met.wait()
                    bump(joined, second)
                    session.commit()
                except RetryTransaction as error:
                    retries.append(error.joined)
                    is_again = True
                    if engine.dialect.name == "mariadb":
                        with pytest.raises(exc.SQLAlchemyError):
                            session.commit()
                    session.rollback()
                else:
                    return

    def bump(joined: object, id_: str) -> None:
        assert isinstance(joined, SqlAlchemyRecordStore)
        with joined.transaction(TENANT, write=True) as tx:
            tx.bump("note", id_, "size", None)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(host, "x", "y"), pool.submit(host, "y", "x")]:
            done.result(240)
    with store.transaction(TENANT) as tx:
        sizes = [row and row.keys["size"] for row in tx.get_many([("note", "x"), ("note", "y")])]

    assert set(retries) == {True}
    assert sizes == [2, 2]
