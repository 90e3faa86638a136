"""One agency with one project, on every store that stories run on."""

import contextlib
import itertools
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import attrs
import pytest

from sharekit import (
    CatalogEntry,
    Contact,
    Grant,
    Organization,
    ReadLink,
    ResourceKind,
    ResourceRef,
    Sharekit,
    Staff,
    System,
    errors,
)
from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.codec.kinds import ALL
from sharekit.features._access_facts import settings_of, viewer_of
from sharekit.ports import KindSpec, RecordStore
from sharekit.testing import FrozenClock, SectionLoads, kit, project_kind
from tests.features._faults import Stores

KEY = b"0123456789abcdef0123456789abcdef"

CONTRACT = ResourceKind("contract", title="Contract", confidential=True)


@attrs.frozen(kw_only=True)
class Agency:
    """What the stories speak of."""

    kit: Sharekit
    records: RecordStore
    clock: FrozenClock
    loads: SectionLoads
    maria: Staff = Staff("maria")
    ben: Staff = Staff("ben")
    root: System = System("setup")
    relaunch: ResourceRef = ResourceRef("project", "42")

    # Any: each story passes other options, good and bad.
    def link(self, **options: Any) -> ReadLink:  # noqa: ANN401
        """Make a link to the project with one section, unless told otherwise."""
        chosen: dict[str, Any] = {"sections": {"progress"}} | options
        return self.kit.links.create(self.relaunch, by=self.maria, **chosen)

    def token(self, **options: Any) -> str:  # noqa: ANN401
        """Make such a link and return its token."""
        return self.kit.links.token(self.link(**options))

    def put(self, ref: ResourceRef, **options: Any) -> CatalogEntry:  # noqa: ANN401
        """Enter a thing under a title that clients may read."""
        chosen: dict[str, Any] = {"title": "Internal", "client_title": "For you", "by": self.maria} | options
        return self.kit.catalog.put(ref, **chosen)

    def person(self, name: str) -> Contact:
        """Add a contact of this name and return the reference."""
        return Contact(self.kit.people.add_contact(name, f"{name.lower()}@x.test", by=self.maria).id)

    def company(self, name: str, *members: Contact) -> Organization:
        """Add an organisation with these members and return the reference."""
        organization = Organization(self.kit.people.add_organization(name, by=self.maria).id)
        for member in members:
            self.kit.people.join(member, organization, by=self.maria)
        return organization

    def thing(self, id_: str, **options: Any) -> ResourceRef:  # noqa: ANN401
        """Enter a project of this id, in the relaunch unless told otherwise, and return its reference."""
        ref = ResourceRef(options.pop("kind", "project"), id_)
        self.put(ref, **{"container": self.relaunch, "title": f"Internal {id_}", "client_title": id_} | options)
        return ref

    def share(self, ref: ResourceRef, *to: Contact | Organization, **options: Any) -> Grant:  # noqa: ANN401
        """Share one thing, and return the first grant."""
        chosen: dict[str, Any] = {"by": self.maria} | options
        return self.kit.shares.grant(ref, to=to, **chosen)[0]

    def sees(self, contact: Contact, **options: Any) -> list[str]:  # noqa: ANN401
        """Return the ids of what a contact finds in the portal, in order."""
        return [item.ref.id for item in self.kit.access.visible(contact, **options).items]

    def everything(self) -> list[object]:
        """Return every row of the tenant, to see that nothing was written."""
        from sharekit.ports import Query

        with self.records.transaction(self.kit.tenant) as tx:
            return [row for kind in ALL for row in tx.find(Query(kind.name))]


def wrong(value: object) -> Any:  # noqa: ANN401  # for type checkers it is whatever is wanted
    """Return a value that is of another type than the argument it is given for."""
    return value


def party_keys(kit: Sharekit, contact: Contact) -> tuple[str, ...]:
    """Return whose grants count for a contact at this moment, the contact first; nobody's when they may not come in."""
    wiring = kit._wiring
    with wiring.reading() as unit:
        viewer = viewer_of(wiring, unit, contact, settings_of(unit))
    if viewer is None:
        return ()
    return (viewer.contact.key, *sorted(organization.key for organization in viewer.organizations))


def opens(kit: Sharekit, token: str) -> bool:
    """Say whether a token opens."""
    try:
        kit.links.open(token)
    except errors.LinkUnavailableError:
        return False
    return True


@pytest.fixture(params=["memory", "sqlite"])
def records(request: pytest.FixtureRequest, tmp_path: Path, empty_sqlite: Path) -> Iterator[RecordStore]:
    """A store of each kind that stories run on."""
    store: RecordStore = MemoryRecordStore()
    if request.param == "sqlite":
        store = SqliteRecordStore(shutil.copyfile(empty_sqlite, tmp_path / "records.sqlite3"))
    yield store
    store.close()


@pytest.fixture
def agency(records: RecordStore) -> Agency:
    """An agency whose project is in the catalog."""
    clock, loads = FrozenClock(), SectionLoads()
    made = Agency(
        kit=kit(records=records, clock=clock, kinds=[project_kind(loads), CONTRACT], secret_keys=[KEY]),
        records=records,
        clock=clock,
        loads=loads,
    )
    made.kit.catalog.put(made.relaunch, title="Relaunch (cheap variant)", client_title="Relaunch", by=made.maria)
    return made


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def new_stores(request: pytest.FixtureRequest, tmp_path: Path, empty_sqlite: Path) -> Iterator[Callable[[], Stores]]:
    """Make fresh stores, one set for each place to fail."""
    if request.param == "postgresql":
        with _on_postgresql(request.getfixturevalue("postgres_database")) as make:
            yield make
        return
    made: list[Stores] = []

    def make_stores() -> Stores:
        if request.param == "memory":
            records: RecordStore = MemoryRecordStore()
        else:
            records = SqliteRecordStore(shutil.copyfile(empty_sqlite, tmp_path / f"{len(made)}.sqlite3"))
        made.append(Stores(request.param, records, records))
        return made[-1]

    yield make_stores
    for stores in made:
        stores.healthy.close()


@contextlib.contextmanager
def _on_postgresql(url: str) -> Iterator[Callable[[], Stores]]:
    """
    Make stores in one database, which is emptied each time; who fails has connections of their own.

    Its tables are looked at once, and not for every kit, and what was removed is cleared away now and then: else
    both would be most of the time.
    """
    import sqlalchemy as sa

    from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore, upgrade
    from sharekit.backends.sqlalchemy._schema import prepare
    from tests.backends._databases import empty, engine_of

    prepared = set[sa.Engine]()

    def prepare_once(engine: sa.Engine, dialect: str, kinds: Sequence[KindSpec], *, create: bool) -> None:
        if engine not in prepared:
            prepare(engine, dialect, kinds, create=create)
            prepared.add(engine)

    with (
        mock.patch("sharekit.backends.sqlalchemy._store.prepare", prepare_once),
        engine_of(url) as engine,
        engine_of(url, connect_args={"application_name": "victim"}) as other,
    ):
        upgrade(engine)
        made = itertools.count(1)
        end = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'")

        def dies() -> None:
            # What a server does to the transactions of a process that was killed.
            with engine.begin() as connection:
                connection.execute(end)

        def make() -> Stores:
            other.dispose()
            empty(engine, [kind.spec for kind in ALL])
            if next(made) % 50 == 0:
                with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(sa.text("VACUUM"))
            return Stores("postgresql", SqlAlchemyRecordStore(engine), SqlAlchemyRecordStore(other), dies)

        yield make
