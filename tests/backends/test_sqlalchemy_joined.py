"""What a host and sharekit do in one transaction, they do together or not at all."""

import asyncio
import sqlite3
import sys
import threading

import pytest
import sqlalchemy as sa
from sqlalchemy import event, exc, orm
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from sharekit import Audience, errors, signals
from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore, upgrade
from sharekit.testing import kit
from tests.backends._hosts import KEY, MARIA, Agency, Base, Project, agency, opens, project, share, url

__all__ = ["agency", "url"]


class _StoppedError(Exception):
    """What ends a request early."""


def test_a_row_and_a_link_are_committed_together(agency: Agency) -> None:
    """One commit makes both durable, and only then is the news sent."""
    with agency.session() as session:
        session.add(Project(id=1, name="relaunch"))
        joined = agency.kit.joined(session)
        link = share(joined)
        before = agency.projects(), agency.links(), list(agency.sent)
        session.commit()

    assert ([], 0, []) == before
    assert (["relaunch"], 1, ["1"]) == (agency.projects(), agency.links(), agency.sent)
    assert opens(agency.kit, agency.kit.links.token(link))


def test_a_row_and_a_link_are_rolled_back_together(agency: Agency) -> None:
    """After a rollback neither is there, nothing was sent, and the next transaction is untouched by it."""
    with agency.session() as session:
        session.add(Project(id=1, name="relaunch"))
        share(agency.kit.joined(session))
        session.rollback()
        session.add(Project(id=2, name="second"))
        share(agency.kit.joined(session), 2)
        session.commit()

    assert ["second"] == agency.projects()
    assert (0, 1) == (agency.links(1), agency.links(2))
    assert ["2"] == agency.sent


def test_the_first_word_of_a_transaction_may_be_ours(agency: Agency) -> None:
    """Also where the host has done nothing yet, its rollback undoes a joined verb (SQLite would have committed it)."""
    with agency.session() as session:
        share(agency.kit.joined(session))
        session.rollback()
    with agency.engine.connect() as connection:
        share(agency.kit.joined(connection))
        connection.rollback()

    assert not agency.is_entered()
    assert [] == agency.sent


def test_a_connection_can_be_joined(agency: Agency) -> None:
    """A host without the ORM gets the same: one commit, then the news, also on a connection that goes on."""
    with agency.engine.connect() as connection:
        share(agency.kit.joined(connection), 1)
        connection.commit()
        connection.execute(sa.insert(Project).values(id=2, name="second"))
        share(agency.kit.joined(connection), 2)
        sent = list(agency.sent)
        connection.rollback()
    with agency.engine.begin() as connection:
        share(agency.kit.joined(connection), 3)

    assert (["1"], ["1", "3"]) == (sent, agency.sent)
    assert (1, 0, 1) == (agency.links(1), agency.links(2), agency.links(3))
    assert [] == agency.projects()


def test_no_news_are_lost_where_an_engine_takes_the_place_of_one_that_was_disposed_of(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLAlchemy may take a new pool or session for one that is gone and was listened to; we do not."""
    monkeypatch.setattr(event, "contains", lambda *_: True)
    for number in range(1, 4):
        agency.engine.dispose()
        with agency.engine.begin() as connection:
            share(agency.kit.joined(connection), number)
    with agency.session() as session:
        share(agency.kit.joined(session), 4)
        session.commit()

    assert ["1", "2", "3", "4"] == agency.sent
    assert len([heard for heard in agency.engine.pool.dispatch.checkin if heard.__module__.startswith("sharekit")]) == 1


def test_a_failed_verb_leaves_the_hosts_transaction_usable(agency: Agency) -> None:
    """A verb that is refused, or breaks midway, is undone alone; what the host did before and does after stays."""
    with agency.session() as session:
        session.add(Project(id=1, name="before"))
        joined = agency.kit.joined(session)
        share(joined)
        with pytest.raises(errors.NotFoundError):
            joined.links.create(project(9), by=MARIA, sections={"progress"})
        with pytest.raises(errors.StorageError):
            _break(agency, session)
        session.add(Project(id=2, name="after"))
        session.commit()

    assert ["after", "before"] == agency.projects()
    assert 1 == agency.links()


def _break(agency: Agency, session: orm.Session) -> None:
    """Let the database refuse a statement of ours in the middle of a transaction."""
    store = SqlAlchemyRecordStore(agency.engine).joined(session)
    from sharekit.ports import KindSpec, Row

    store._known.layout = store._known.layout.extended([KindSpec("never-made")])
    store._known.is_open = True
    row = Row(tenant=agency.kit.tenant, kind="never-made", id="a", revision=0, schema=1, keys={}, body="{}")
    with store.transaction(agency.kit.tenant, write=True) as tx:
        tx.put(row)


def test_a_host_savepoint_that_is_rolled_back_takes_its_links_and_news_along(agency: Agency) -> None:
    """What was shared inside it is gone, what was shared around it stays."""
    with agency.session() as session:
        share(agency.kit.joined(session), 1)
        try:
            with session.begin_nested():
                session.add(Project(id=2, name="lost"))
                share(agency.kit.joined(session), 2)
                raise _StoppedError
        except _StoppedError:
            pass
        with session.begin_nested():
            share(agency.kit.joined(session), 3)
        share(agency.kit.joined(session), 4)
        session.commit()

    assert ["1", "3", "4"] == agency.sent
    assert [True, False, True, True] == [agency.is_entered(number) for number in (1, 2, 3, 4)]
    assert [] == agency.projects()


def test_pending_rows_of_the_host_are_flushed_first_and_fail_by_their_own_name(agency: Agency) -> None:
    """A row of the host that the database refuses raises what SQLAlchemy raises, and not an error of ours."""
    with agency.session() as session:
        session.add(Project(id=1, name="same"))
        session.commit()
        session.add(Project(id=2, name="same"))
        with pytest.raises(exc.IntegrityError):
            share(agency.kit.joined(session))
        session.rollback()
        share(agency.kit.joined(session))
        session.commit()

    assert 1 == agency.links()


def test_objects_of_the_host_survive_a_verb(agency: Agency) -> None:
    """What the host has loaded and changed before a joined verb is as it was, and committed with it."""
    with agency.session() as session:
        loaded = Project(id=1, name="old")
        session.add(loaded)
        session.commit()
        loaded.name = "new"
        share(agency.kit.joined(session))
        still = loaded.name
        with pytest.raises(errors.NotFoundError):
            agency.kit.joined(session).catalog.get(project(7))
        session.commit()

    assert "new" == still
    assert ["new"] == agency.projects()


def test_visits_are_no_part_of_the_hosts_transaction(agency: Agency) -> None:
    """A use that was counted stays counted when the host rolls back, and an uncommitted link opens nothing."""
    counted = share(agency.kit, 1, max_uses=1)
    token = agency.kit.links.token(counted)
    with agency.session() as session:
        joined = agency.kit.joined(session)
        joined.links.redeem(token)
        session.rollback()
        session.add(Project(id=1, name="relaunch"))
        fresh = share(joined, 2)
        early = opens(joined, joined.links.token(fresh)), joined.links.preview(fresh.id).title
        session.commit()

    assert (False, "Yours") == early
    assert opens(agency.kit, agency.kit.links.token(fresh))
    with pytest.raises(errors.LinkUnavailableError):
        agency.kit.links.redeem(token)
    assert 1 == agency.kit.links.get(counted.id).uses


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("writes", ["the host", "a verb", "a session beside it"])
def test_on_sqlite_a_use_is_not_counted_while_the_host_writes(agency: Agency, writes: str) -> None:
    """Two writers of one thread cannot both go on: that is said at once, and the host's transaction is unharmed."""
    token = agency.kit.links.token(share(agency.kit, 1, max_uses=1))
    with agency.session() as session, agency.session() as other:
        if writes == "a verb":
            share(agency.kit.joined(session), 2)
        else:
            (session if writes == "the host" else other).add(Project(id=2, name="second"))
            session.flush()
            other.flush()
        joined = [agency.kit.joined(used) for used in (other, session)][1]
        with pytest.raises(errors.TransactionUsageError, match="holds SQLite's one lock for writing"):
            joined.links.redeem(token)
        with pytest.raises(errors.TransactionUsageError, match="holds SQLite's one lock for writing"):
            share(agency.kit, 3)
        session.commit()
        other.commit()
        title = joined.links.redeem(token).title

    assert "Yours" == title
    assert (["second"] if writes != "a verb" else []) == agency.projects()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_on_sqlite_a_use_is_counted_while_the_host_reads(agency: Agency) -> None:
    """A host that has begun, and holds no lock, is in nobody's way; nor is a writer in another thread, for long."""
    with agency.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    _let_the_host_begin(agency.engine)
    link = share(agency.kit, 1, max_uses=2)
    with agency.session() as session, agency.engine.connect() as writer:
        joined = agency.kit.joined(session)
        session.scalars(sa.select(Project)).all()
        joined.links.redeem(agency.kit.links.token(link))
        writer.execute(sa.insert(Project).values(id=1, name="relaunch"))
        timer = threading.Timer(0.2, writer.commit)
        timer.start()
        joined.links.redeem(agency.kit.links.token(link))
        timer.join()

    assert 2 == agency.kit.links.get(link.id).uses
    assert ["relaunch"] == agency.projects()


def test_on_the_only_connection_a_visit_does_not_undo_what_the_host_has_begun() -> None:
    """A database in memory has one connection, which the host's transaction has: that is said, and nothing is lost."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)
    upgrade(engine)
    own = kit(records=SqlAlchemyRecordStore(engine), secret_keys=[KEY])
    token = own.links.token(share(own))
    with orm.Session(engine) as session:
        session.add(Project(id=1, name="relaunch"))
        session.flush()
        with pytest.raises(errors.TransactionUsageError, match="the only connection"):
            own.joined(session).links.redeem(token)
        with pytest.raises(errors.TransactionUsageError, match="the only connection"):
            opens(own.joined(session), token)
        session.commit()
        names = list(session.scalars(sa.select(Project.name)))

    assert ["relaunch"] == names
    assert opens(own, token)
    engine.dispose()


def _let_the_host_begin(engine: sa.Engine) -> None:
    """Do as SQLAlchemy's documentation tells hosts that use savepoints on SQLite, whose driver begins too late."""

    @event.listens_for(engine, "connect")
    def _(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    engine.dispose()


def test_a_hosts_rollback_test_leaves_nothing(agency: Agency) -> None:
    """Where a session is bound to a connection that is rolled back in the end, visits too run on that connection."""
    if agency.engine.dialect.name == "sqlite":
        _let_the_host_begin(agency.engine)
    with agency.engine.connect() as connection:
        outer = connection.begin()
        with orm.Session(connection, join_transaction_mode="create_savepoint") as session:
            session.add(Project(id=1, name="tried"))
            joined = agency.kit.joined(session)
            link = share(joined, 1, max_uses=2)
            session.commit()
            title = joined.links.redeem(joined.links.token(link)).title
            uses = joined.links.get(link.id).uses
        outer.rollback()

    assert ("Yours", 1) == (title, uses)
    assert ([], False, []) == (agency.projects(), agency.is_entered(), agency.sent)


def test_a_scoped_session_is_the_session_of_now(agency: Agency) -> None:
    """What Flask-SQLAlchemy calls `db.session` can be given as it is."""
    registry = orm.scoped_session(orm.sessionmaker(agency.engine))
    share(agency.kit.joined(registry))
    registry.rollback()
    share(agency.kit.joined(registry))
    registry.commit()
    registry.remove()

    assert 1 == agency.links()
    assert ["1"] == agency.sent


def test_a_store_can_be_given_a_session_itself(agency: Agency) -> None:
    """A kit made for one session works in its transaction, and its visits do not."""
    link = share(agency.kit, 1, max_uses=1)
    with agency.session() as session:
        own = kit(records=SqlAlchemyRecordStore(session), secret_keys=[KEY])
        own.links.redeem(own.links.token(link))
        share(own, 2)
        session.rollback()

    assert 1 == agency.kit.links.get(link.id).uses
    assert not agency.is_entered(2)


def test_a_commit_that_fails_sends_nothing(agency: Agency) -> None:
    """News wait for a commit that is done, and not for one that was asked for."""
    with agency.session() as session:
        share(agency.kit.joined(session))
        session.connection().invalidate()
        with pytest.raises(exc.SQLAlchemyError):
            session.commit()

    assert [] == agency.sent
    assert not agency.is_entered()


def test_a_receiver_may_use_the_session_again(agency: Agency) -> None:
    """When the news come, the host's transaction is over, and its session is free for the next one."""
    from sharekit import signals

    seen: list[int] = []
    with agency.session() as session:

        def look(event: object) -> None:
            seen.append(session.scalar(sa.select(sa.func.count()).select_from(Project)) or 0)

        signals.link_created.connect(look)
        session.add(Project(id=1, name="relaunch"))
        share(agency.kit.joined(session))
        session.commit()
        signals.link_created.disconnect(look)

    assert [1] == seen


def test_a_session_with_several_engines_is_joined_by_a_connection(agency: Agency) -> None:
    """Which of its engines is meant only the host can say: by the connection to it, which the session commits."""
    with orm.Session(binds={Project: agency.engine}) as session:
        with pytest.raises(errors.ConfigurationError, match="bind_arguments"):
            agency.kit.joined(session)
        connection = session.connection(bind_arguments={"mapper": Project})
        session.add(Project(id=1, name="relaunch"))
        share(agency.kit.joined(connection))
        session.rollback()
        share(agency.kit.joined(session.connection(bind_arguments={"mapper": Project})), 2)
        session.commit()

    assert [] == agency.projects()
    assert (False, True, ["2"]) == (agency.is_entered(1), agency.is_entered(2), agency.sent)


def test_a_host_that_commits_each_statement_is_not_joined(agency: Agency) -> None:
    """In AUTOCOMMIT nothing could be undone together: that is said before anything is written; the kit itself works."""
    engine = agency.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection, orm.Session(engine) as session:
        for host in (connection, session):
            with pytest.raises(errors.TransactionUsageError, match="AUTOCOMMIT"):
                share(agency.kit.joined(host))
        entered = agency.is_entered()
        share(agency.kit, 2)

    assert not entered
    assert ["2"] == agency.sent


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_an_asynchronous_session_is_joined_from_within(agency: Agency) -> None:
    """`run_sync` gives the session that can be joined; the asynchronous one itself is refused, with that advice."""
    address = agency.engine.url.set(drivername="sqlite+aiosqlite")

    async def host() -> None:
        engine = create_async_engine(address)
        async with AsyncSession(engine) as session:
            with pytest.raises(errors.ConfigurationError, match="run_sync"):
                agency.kit.joined(session)
            await session.run_sync(lambda inner: share(agency.kit.joined(inner), 1))
            await session.rollback()
            session.add(Project(id=2, name="second"))
            await session.run_sync(lambda inner: share(agency.kit.joined(inner), 2))
            await session.commit()
        await engine.dispose()

    asyncio.run(host())

    assert (["second"], ["2"]) == (agency.projects(), agency.sent)
    assert (0, 1) == (agency.links(1), agency.links(2))


@pytest.mark.skipif(sys.version_info < (3, 12), reason="platform: sqlite3 can be told how to begin since Python 3.12")
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_driver_that_was_told_how_to_begin_is_served(agency: Agency) -> None:
    """With `autocommit=False`, as SQLAlchemy advises, everything works; with True there is nothing to join."""
    told: dict[bool, sa.Engine] = {
        given: sa.create_engine(agency.engine.url, connect_args={"autocommit": given}) for given in (False, True)
    }
    for engine in told.values():
        upgrade(engine)
        own = kit(records=SqlAlchemyRecordStore(engine), secret_keys=[KEY])
        link = share(own, max_uses=9)
        own.links.redeem(own.links.token(link))
        with pytest.raises(errors.NotFoundError):
            own.links.create(project(9), by=MARIA, sections={"progress"})
    own = kit(records=SqlAlchemyRecordStore(told[False]), secret_keys=[KEY])
    with orm.Session(told[False]) as session:
        share(own.joined(session), 2)
        session.rollback()
        share(own.joined(session), 3)
        with session.begin_nested() as savepoint:
            share(own.joined(session), 4)
            savepoint.rollback()
        with pytest.raises(errors.TransactionUsageError, match="holds SQLite's one lock"):
            share(own, 5)
        session.commit()
        share(own, 6)
    with told[True].connect() as connection, pytest.raises(errors.TransactionUsageError, match="AUTOCOMMIT"):
        share(agency.kit.joined(connection), 7)
    entered = [number for number in range(1, 8) if agency.is_entered(number)]
    for engine in told.values():
        engine.dispose()

    assert [1, 3, 6] == entered


def test_other_stores_and_other_hosts_are_refused() -> None:
    """A store that joins nothing says so, and so does one that is given something else than a session."""
    with pytest.raises(errors.ConfigurationError, match="cannot work inside"):
        kit(records=MemoryRecordStore()).joined(object())
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool, connect_args={"check_same_thread": False})
    store = SqlAlchemyRecordStore(engine, create=True)
    with pytest.raises(errors.ConfigurationError, match="needs a Session or Connection"):
        store.joined("session")
    with pytest.raises(errors.ConfigurationError, match="without an engine"):
        store.joined(orm.Session())


def test_a_message_is_written_with_what_the_host_writes(agency: Agency) -> None:
    """Or not at all: numbers have no gap for what was rolled back, and nobody heard of it."""
    ana = agency.kit.people.add_contact("Ana", "ana@x.test", by=MARIA)
    opened = agency.kit.conversations.start(subject="s", with_=[ana], by=MARIA)
    heard: list[str] = []
    with signals.message_posted.connected(lambda posted: heard.append(posted.message)):
        with agency.session() as session:
            agency.kit.joined(session).conversations.post(opened, "lost", audience=Audience.CLIENT, by=ana)
            session.rollback()
            kept = agency.kit.joined(session).conversations.post(opened, "kept", audience=Audience.CLIENT, by=ana)
            session.commit()

        assert [kept.id] == heard
    assert ["kept"] == [message.text for message in agency.kit.conversations.thread(opened, by=ana).messages]
    assert 1 == agency.kit.conversations.get(opened.id, by=MARIA).messages
