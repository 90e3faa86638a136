"""A host with a table of its own: an agency that keeps its projects where sharekit keeps its links."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from sharekit import ReadLink, ResourceRef, Sharekit, Staff, errors, signals
from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore, upgrade
from sharekit.backends.sqlalchemy._tables import TURN
from sharekit.backends.sqlalchemy._upgrade import VERSIONS
from sharekit.records.events import LinkCreated
from sharekit.testing import kit
from tests.backends._databases import engine_of, sweep

MARIA = Staff("maria")
KEY = b"0123456789abcdef0123456789abcdef"

_SQLITE = "sqlite:///"
# Making the tables takes longer than most tests: these are the ones that databases of servers were left with.
_there: dict[str, frozenset[str]] = {}


class Base(orm.DeclarativeBase):
    """The host's models."""


class Project(Base):
    """A project of the host."""

    __tablename__ = "project"
    __table_args__ = {"mariadb_engine": "InnoDB"}  # noqa: RUF012  # as SQLAlchemy has it

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(50), unique=True)


@attrs.frozen
class Agency:
    """The host at work."""

    engine: sa.Engine
    kit: Sharekit
    sent: list[str]

    def session(self) -> orm.Session:
        """A session as a request has it."""
        return orm.Session(self.engine)

    def projects(self) -> list[str]:
        """The names that are committed."""
        with self.session() as session:
            return list(session.scalars(sa.select(Project.name).order_by(Project.name)))

    def links(self, number: int = 1) -> int:
        """How many links of a project are committed."""
        return len(self.kit.links.of(project(number))) if self.is_entered(number) else 0

    def is_entered(self, number: int = 1) -> bool:
        """Whether a project is in the catalog."""
        try:
            self.kit.catalog.get(project(number))
        except errors.NotFoundError:
            return False
        return True


def project(number: int = 1) -> ResourceRef:
    """The reference of a project."""
    return ResourceRef("project", str(number))


def share(kit: Sharekit, number: int = 1, max_uses: int | None = None) -> ReadLink:
    """Enter a project, and make a link to it."""
    kit.catalog.put(project(number), title="Internal", client_title="Yours", by=MARIA)
    return kit.links.create(project(number), by=MARIA, sections={"progress"}, max_uses=max_uses)


def opens(kit: Sharekit, token: str) -> bool:
    """Whether a token opens."""
    try:
        kit.links.open(token)
    except errors.LinkUnavailableError:
        return False
    return True


def _make_tables(engine: sa.Engine) -> frozenset[str]:
    Base.metadata.create_all(engine)
    upgrade(engine)
    return frozenset(sa.inspect(engine).get_table_names())


def _empty(engine: sa.Engine, names: frozenset[str]) -> None:
    """Remove every row of the host and of sharekit; what is made with the tables stays."""
    quote = engine.dialect.identifier_preparer.quote
    with engine.begin() as connection:
        for name in sorted(names - {TURN, VERSIONS}):
            connection.exec_driver_sql(f"DELETE FROM {quote(name)}")  # noqa: S608  # a table that is there


def _be_ready(engine: sa.Engine) -> None:
    """Have the database of a server upgraded and empty."""
    url = str(engine.url)
    if _there.get(url) == (there := frozenset(sa.inspect(engine).get_table_names())):
        _empty(engine, there)
    else:
        sweep(engine)
        _there[url] = _make_tables(engine)


def _template(folder: Path) -> Path:
    """Return a file of SQLite that was upgraded and is empty."""
    path = folder / "upgraded-host.db"
    if not path.exists():
        with engine_of(f"sqlite:///{path}") as engine:
            _make_tables(engine)
    return path


@pytest.fixture(params=["postgresql", "mariadb", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: object) -> str:
    """The address of a database of each sort."""
    if request.param == "sqlite":
        return f"{_SQLITE}{tmp_path}/host.db"
    return str(request.getfixturevalue("postgres_database" if request.param == "postgresql" else "mariadb_database"))


@pytest.fixture
def agency(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agency]:
    """An agency on each, whose database was upgraded and is empty."""
    if url.startswith(_SQLITE):
        shutil.copy(_template(tmp_path_factory.getbasetemp()), url.removeprefix(_SQLITE))
    with engine_of(url, pool_size=20, max_overflow=60) as engine:
        if not url.startswith(_SQLITE):
            _be_ready(engine)
        made = Agency(engine, kit(records=SqlAlchemyRecordStore(engine), secret_keys=[KEY]), [])

        def note(event: LinkCreated) -> None:
            made.sent.append(event.ref.id)

        signals.link_created.connect(note)
        yield made
        signals.link_created.disconnect(note)
