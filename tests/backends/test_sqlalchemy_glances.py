"""Glances on a host's engine, however it is asked, and the decisions that are made of them."""

import contextlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import event, orm

from sharekit import Action, Contact, ResourceRef, Sharekit
from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore
from sharekit.errors import InvalidQueryError, TransactionUsageError
from sharekit.ids import TenantId
from sharekit.ports import Bool, Glance, Int, KeyValue, KindSpec, Ref, Row, Sought, Text, Time
from sharekit.testing import kit
from tests.backends._databases import engine_of, sweep
from tests.backends._hosts import MARIA, Agency, agency, project, share, url

__all__ = ["agency", "url"]

TENANT = TenantId("acme")
NOTE = KindSpec("note", {"size": Int, "done": Bool, "at": Time, "owner": Ref}, indexes=[("owner",)])
LABEL = KindSpec("label", {"text": Text, "note": Ref}, indexes=[("note",)])
AT = datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC)
SOUGHT = (Sought("note", keys=("done", "at", "owner")), Sought("label", "note", ("text",)), Sought("note", "owner"))
HOSTILE = ('"', "\\", '\\"', "{}", ",", "NULL", "null", "", "ä", "'", "%s", ":x", "$1", "[1]", " a", "a ", "😀")


def _row(spec: KindSpec, id_: str, **keys: KeyValue) -> Row:
    every: dict[str, KeyValue] = {**dict.fromkeys(spec.keys), **keys}
    return Row(tenant=TENANT, kind=spec.kind, id=id_, revision=0, schema=1, keys=every, body=f'"{id_}"')


def _keep(store: SqlAlchemyRecordStore, *rows: Row) -> None:
    with store.transaction(TENANT, write=True) as tx:
        for row in rows:
            tx.put(row)


def _opened(engine: sa.Engine) -> SqlAlchemyRecordStore:
    store = SqlAlchemyRecordStore(engine)
    store.open([NOTE, LABEL])
    return store


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    """A database of each sort with a few notes, and labels on them."""
    with engine_of(url) as made:
        sweep(made)
        store = SqlAlchemyRecordStore(made, create=True)
        store.open([NOTE, LABEL])
        _keep(store, _row(NOTE, "a", owner="b", done=False, at=AT, size=1), _row(NOTE, "b", done=True))
        _keep(store, _row(LABEL, "l", note="a", text="red"), _row(LABEL, "m", note="b"), _row(LABEL, "n", note="a"))
        yield made
        sweep(made)


@contextlib.contextmanager
def _heard(engine: sa.Engine) -> Iterator[list[str]]:
    heard: list[str] = []

    def hear(*args: object) -> None:
        heard.append(str(args[2]))

    event.listen(engine, "before_cursor_execute", hear)
    yield heard
    event.remove(engine, "before_cursor_execute", hear)


def _seen(glance: Glance, *values: Sequence[str]) -> list[tuple[object, ...]]:
    """Each line by place and id, with the keys that were asked for."""
    widths = [len(each.keys) for each in SOUGHT]
    lines = [(line[0], line[1], *line[5 : 5 + widths[line[0]]]) for line in glance.see(TENANT, values)]
    return sorted(lines, key=lambda line: line[:2])


def test_every_way_finds_the_same(engine: sa.Engine) -> None:
    """Asked by the driver once and again, by SQLAlchemy, and in the host's transaction, the lines are equal."""
    store = _opened(engine)
    glance = store.glance(SOUGHT)
    asked = (["a", "b", "c", *HOSTILE], ["a"], ["b", "b"])
    found = [_seen(glance, *asked) for _ in range(4)]
    with _heard(engine) as heard:
        found.append(_seen(glance, *asked))
    with orm.Session(engine) as session:
        found.append(_seen(store.joined(session).glance(SOUGHT), *asked))

    assert len(heard) == 1
    assert (
        found == [[(0, "a", False, AT, "b"), (0, "b", True, None, None), (1, "l", "red"), (1, "n", None), (2, "a")]] * 6
    )


def test_texts_of_any_characters_are_found(engine: sa.Engine) -> None:
    """What a list of texts is spelled with can stand in one of them."""
    store = _opened(engine)
    _keep(store, *[_row(LABEL, id_, note=id_) for id_ in HOSTILE])
    glance = store.glance([Sought("label"), Sought("label", "note")])

    assert sorted(line[1] for line in glance.see(TENANT, [HOSTILE, []])) == sorted(HOSTILE)
    assert [[line[1] for line in glance.see(TENANT, [[], [each]])] for each in HOSTILE] == [[each] for each in HOSTILE]


def test_a_joined_glance_sees_what_the_host_has_not_committed(engine: sa.Engine) -> None:
    """It is part of the host's transaction, and one on the engine is not."""
    store = _opened(engine)
    with orm.Session(engine) as session, session.begin():
        joined = store.joined(session)
        _keep(joined, _row(NOTE, "c"))

        assert _seen(joined.glance(SOUGHT), ["c"], [], []) == [(0, "c", None, None, None)]
        if engine.dialect.name != "sqlite":
            assert _seen(store.glance(SOUGHT), ["c"], [], []) == []


def test_a_kind_that_is_declared_anew_is_looked_for_as_it_is_now(engine: sa.Engine) -> None:
    """What was prepared for another declaration is not used again."""
    store = _opened(engine)
    before = store.glance(SOUGHT)
    store.open([KindSpec("label", {"note": Ref})])
    with pytest.raises(InvalidQueryError):
        store.glance(SOUGHT)
    store.close()

    with pytest.raises(TransactionUsageError):
        before.see(TENANT, [["a"], [], []])


def test_texts_in_another_encoding_are_found(url: str, engine: sa.Engine) -> None:
    """A connection of PostgreSQL that speaks another encoding finds the same."""
    if engine.dialect.driver != "psycopg":
        pytest.skip("platform: this is about psycopg")
    _keep(_opened(engine), _row(LABEL, "ä"))
    with engine_of(url, connect_args={"client_encoding": "latin1"}) as other:
        lines = _opened(other).glance([Sought("label")]).see(TENANT, [["ä", "l"]])

        assert {line[1] for line in lines} == {"l", "ä"}


def test_a_pool_that_ends_no_transaction_shows_no_old_state(url: str, engine: sa.Engine) -> None:
    """Where the host's connections come back as they are, a glance still begins anew."""
    with engine_of(url, pool_reset_on_return=None) as other:
        glance = _opened(other).glance([Sought("label")])
        before = [[line[1] for line in glance.see(TENANT, [["l", "z"]])] for _ in range(3)]
        _keep(_opened(engine), _row(LABEL, "z"))

        assert before == [["l"]] * 3
        assert {line[1] for line in glance.see(TENANT, [["l", "z"]])} == {"l", "z"}


def test_one_prepared_statement_serves_any_number_of_values(engine: sa.Engine) -> None:
    """On PostgreSQL a list of values is one parameter."""
    if engine.dialect.driver != "psycopg":
        pytest.skip("platform: this is about psycopg")
    store = _opened(engine)
    engine.dispose()
    for count in range(5):
        store.glance(SOUGHT).see(TENANT, [["a"], ["b"] * count, [str(number) for number in range(count * 10)]])
    with engine.connect() as connection:
        sql = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'sharekit%%'"

        assert connection.exec_driver_sql(sql).scalar_one() == 1


# --- what they are for ------------------------------------------------------------------------------


def _may_view(made: Sharekit, who: Contact, ref: ResourceRef | None = None) -> bool:
    return made.access.decide(who, Action.VIEW, ref or project()).allowed


def test_a_decision_is_one_statement_that_sees_each_commit(agency: Agency) -> None:
    """A grant and its end are seen by the next decision, of this kit and of another process's."""
    share(agency.kit)
    acme = agency.kit.people.add_organization("Acme", by=MARIA)
    ana = agency.kit.people.add_contact("Ana", "ana@x.test", organization=acme, by=MARIA)
    with engine_of(str(agency.engine.url)) as elsewhere:
        other = kit(records=SqlAlchemyRecordStore(elsewhere))
        told = [_may_view(agency.kit, ana)]
        for party in (ana, acme):
            (grant,) = agency.kit.shares.grant(project(), to=party, by=MARIA)
            told += [_may_view(agency.kit, ana), _may_view(other, ana)]
            other.shares.revoke(grant, by=MARIA)
            told += [_may_view(agency.kit, ana), _may_view(other, ana)]
        with _heard(agency.engine) as heard:
            told.append(_may_view(agency.kit, ana))

    assert told == [False, *[True, True, False, False] * 2, False]
    assert len(heard) == 1


def test_a_joined_decision_knows_what_the_host_has_not_committed(agency: Agency) -> None:
    """Within the host's transaction the grant counts; when that is rolled back, it never did, for anybody."""
    share(agency.kit)
    ana = agency.kit.people.add_contact("Ana", "ana@x.test", by=MARIA)
    before = _may_view(agency.kit, ana)
    with agency.session() as session:
        joined = agency.kit.joined(session)
        joined.shares.grant(project(), to=ana, by=MARIA)
        within = _may_view(joined, ana)
        session.rollback()
        after = _may_view(agency.kit.joined(session), ana)

    assert (before, within, after, _may_view(agency.kit, ana)) == (False, True, False, False)
