"""While nothing is committed, a link that was opened before is not read again; any commit is seen at once."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from sharekit import CatalogEntry, ReadLink, ResourceRef, Sharekit
from sharekit.backends._sqlite_looks import SqliteLook
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.codec.kinds import CATALOG_ENTRY, READ_LINK
from sharekit.ids import ReadLinkId, TenantId, random_id
from sharekit.ports import Companion, Row, Sight, Stamp
from sharekit.testing import FrozenClock, SectionLoads, kit, project_kind
from sharekit.testing.plant import plant
from tests.features.conftest import KEY, Agency, opens

SETTLING = 4
"""Openings until a thread knows that the store stands still, after one commit."""
MOST_RESTING = 32
"""The same, however often it asked in vain before."""


class Watched(SqliteRecordStore):
    """A store that counts what it is asked."""

    looks = 0
    stamps = 0

    def look(self, kind: str, keys: Sequence[str], companions: Sequence[Companion]) -> SqliteLook:
        """Prepare a look that counts."""
        look = _Counted(self._connections, self._layout, kind, keys, companions)
        look.store = self
        return look

    def stamp(self) -> Stamp:
        """Count."""
        self.stamps += 1
        return super().stamp()


class _Counted(SqliteLook):
    store: Watched

    def see(self, tenant: TenantId, id: str) -> Sight:
        self.store.looks += 1
        return super().see(tenant, id)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file."""
    return tmp_path / "records.sqlite3"


@pytest.fixture
def watched(path: Path) -> Iterator[Watched]:
    """The store of the agency."""
    store = Watched(path)
    yield store
    store.close()


@pytest.fixture
def house(watched: Watched) -> Agency:
    """An agency with one project on a store that counts."""
    clock = FrozenClock()
    made = kit(records=watched, clock=clock, kinds=[project_kind()], secret_keys=[KEY])
    agency = Agency(kit=made, records=watched, clock=clock, loads=SectionLoads())
    made.people.add_staff(agency.maria, name="Maria", by=agency.root)
    agency.put(agency.relaunch)
    return agency


def settled(house: Agency, token: str, times: int = SETTLING) -> bool:
    """Open a link until it need not be read."""
    return all(opens(house.kit, token) for _ in range(times))


def another(path: Path) -> Sharekit:
    """Return a second kit on the file."""
    return kit(records=SqliteRecordStore(path), clock=FrozenClock(), kinds=[project_kind()], secret_keys=[KEY])


def test_a_link_is_not_read_again_while_nothing_is_committed(house: Agency, watched: Watched) -> None:
    """It shows the same, and the store was asked for its stamp alone; so it is for each link that follows."""
    tokens = [house.token(client_title=f"Number {number}") for number in range(5)]
    assert all(settled(house, token) for token in tokens)
    looks, stamps = watched.looks, watched.stamps
    titles = [house.kit.links.open(token).title for token in tokens * 4]

    assert titles == [f"Number {number}" for number in range(5)] * 4
    assert (watched.looks, watched.stamps) == (looks, stamps + 20)


def _revoke(house: Agency, path: Path) -> None:
    house.kit.links.revoke_all(house.relaunch, by=house.maria)


def _revoke_in_another_thread(house: Agency, path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_revoke, house, path).result(60)


def _revoke_in_another_kit(house: Agency, path: Path) -> None:
    other = another(path)
    other.links.revoke_all(house.relaunch, by=house.maria)
    other.close()


def _remove(house: Agency, path: Path) -> None:
    house.kit.catalog.remove(house.relaunch, by=house.maria)


def _dismiss(house: Agency, path: Path) -> None:
    house.kit.people.deactivate(house.maria, by=house.root)


def _delete_by_hand(house: Agency, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM sharekit_read_link")


def _restore(house: Agency, path: Path) -> None:
    """Take the file back to what it was before the link was made."""
    with closing(sqlite3.connect(path.with_name("earlier"))) as earlier, closing(sqlite3.connect(path)) as connection:
        earlier.backup(connection)


def _vacuum_and_revoke(house: Agency, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert settled(house, house.token())
    _revoke_in_another_kit(house, path)


@pytest.mark.parametrize(
    "end",
    [
        _revoke,
        _revoke_in_another_thread,
        _revoke_in_another_kit,
        _remove,
        _dismiss,
        _delete_by_hand,
        _restore,
        _vacuum_and_revoke,
    ],
)
def test_the_next_opening_sees_whatever_ended_it(
    house: Agency, path: Path, end: Callable[[Agency, Path], None]
) -> None:
    """However still it was before, and whoever did it."""
    with closing(sqlite3.connect(path.with_name("earlier"))) as copy, closing(sqlite3.connect(path)) as connection:
        connection.backup(copy)
    token = house.token()
    before = settled(house, token, 20)
    end(house, path)
    after = [opens(house.kit, token) for _ in range(10)]

    assert before
    assert after == [False] * 10


def test_time_goes_on_while_a_store_stands_still(house: Agency, watched: Watched) -> None:
    """A link ends at its instant, and a refusal reads the rows each time."""
    token = house.token(expires_at=house.clock.now() + timedelta(hours=1))
    before = settled(house, token)
    house.clock.advance(timedelta(hours=1))
    looks = watched.looks
    after = [opens(house.kit, token) for _ in range(5)]

    assert before
    assert after == [False] * 5
    assert watched.looks >= looks + 4


def test_each_thread_knows_by_itself(house: Agency, watched: Watched) -> None:
    """Threads that open one link by turns need not read it, and both see at once that it is revoked."""
    token = house.token()
    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:

        def turns() -> list[bool]:
            return [pool.submit(opens, house.kit, token).result(60) for pool in (first, second)]

        before = [turns() for _ in range(SETTLING)]
        looks = watched.looks
        still = [turns() for _ in range(5)]
        looked = watched.looks - looks
        _revoke(house, Path())
        after = [turns() for _ in range(2)]

    assert before + still == [[True, True]] * (SETTLING + 5)
    assert looked == 0
    assert after == [[False, False]] * 2


def test_a_busy_store_is_seldom_asked_whether_it_stood_still(house: Agency, watched: Watched, path: Path) -> None:
    """Where something is committed before each opening, the stamp is left alone; when it is quiet again, it is not."""
    token = house.token()
    assert settled(house, token)
    stamps, looks = watched.stamps, watched.looks
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for number in range(200):
            connection.execute("UPDATE sharekit_catalog_entry SET activity = ?", [number])
            assert opens(house.kit, token)
    asked, looked = watched.stamps - stamps, watched.looks - looks
    assert settled(house, token, MOST_RESTING)
    looks = watched.looks
    assert settled(house, token)

    assert looked == 200
    assert asked < 20
    assert watched.looks == looks


def _many(house: Agency, projects: int, links: int) -> tuple[list[Row], list[list[str]]]:
    """Return the rows of projects, and of so many links to each; and the tokens, the first of each project first."""
    tenant, made, rows = house.kit.tenant, house.clock.now(), list[Row]()
    tokens: list[list[str]] = [[] for _ in range(links)]
    for number in range(projects):
        ref = ResourceRef("project", f"many-{number}")
        entry = CatalogEntry(
            tenant=tenant, ref=ref, title="x", client_title=f"Old {number}", owner=house.maria.key, created_at=made
        )
        rows.append(CATALOG_ENTRY.dump(tenant, entry, 0))
        for each in tokens:
            link = ReadLink(
                tenant=tenant,
                id=ReadLinkId(random_id()),
                ref=ref,
                sections=frozenset({"progress"}),
                created_at=made,
                created_by=house.maria.key,
            )
            rows.append(READ_LINK.dump(tenant, link, 0))
            each.append(house.kit.links.token(link))
    return rows, tokens


def test_links_to_more_projects_than_are_remembered_show_the_present_title(
    house: Agency, watched: Watched, path: Path
) -> None:
    """A link that is opened first shows the title that its project has then, whatever an earlier one showed."""
    rows, (first, second, third) = _many(house, 600, 3)
    plant(watched, rows)

    def titles(tokens: Sequence[str]) -> list[str]:
        return [house.kit.links.open(token).title for token in tokens]

    old, same = titles(first), titles(second)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("UPDATE sharekit_catalog_entry SET body = replace(body, '\"Old ', '\"New ')")
    new, again = titles(third), titles(first)

    assert old == same == [f"Old {number}" for number in range(600)]
    assert new == again == [f"New {number}" for number in range(600)]
