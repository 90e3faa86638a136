"""
The two sides that `benchmarks/access.py` compares in every case: a kit, and SQL that was written by hand.

One more store is one more pair: a class as `Ours` made with that store, and one as `ByHand` on the same database.
"""
# ruff: noqa: S608  # every value is a parameter

import random
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

import attrs

from _access_world import MADE, Grant, Thing, World
from sharekit import Action, CatalogEntry, Contact, Organization, ResourceKind, ResourceRef, Sharekit, Visibility
from sharekit import Grant as GrantRecord
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.codec.kinds import ANCESTRY, CATALOG_ENTRY, CONTACT
from sharekit.codec.kinds_of_people import MEMBERSHIP, ORGANIZATION
from sharekit.codec.kinds_of_sharing import GRANT
from sharekit.ids import TenantId
from sharekit.ports import RecordStore, Row, Stamp
from sharekit.records.catalog import Ancestry, node_of
from sharekit.records.parties import ContactProfile
from sharekit.records.people import Membership, OrganizationProfile
from sharekit.testing.plant import plant

__all__ = ["ByHand", "Ours", "Page", "Pair", "Place", "Shaped", "Side", "sqlite_pair"]

TENANT: Final = TenantId("default")
KEY: Final = "benchmark key of 32 bytes or more"
KINDS: Final = [ResourceKind(name, title=name.title()) for name in ("project", "folder", "document")]
PAGE: Final = 50

Place = object
"""Where a page begins, as the side itself says it; None for the first."""


@attrs.frozen
class Page:
    """The titles of a page, and where the next one begins."""

    titles: Sequence[str]
    next: Place


class Side(Protocol):
    """What is compared."""

    def add(self, grants: Iterable[Grant]) -> None:
        """Keep more grants."""
        ...

    def decide(self, contact: int, thing: int) -> bool:
        """Say whether a contact may view a thing now."""
        ...

    def page(self, contact: int, search: str | None = None, after: Place = None, limit: int = PAGE) -> Page:
        """Return a page of what a contact may view, by name."""
        ...


class Shaped(Side, Protocol):
    """
    SQL by hand, in two shapes.

    Attributes:
        walks: The contacts for whom walking along the names is the better one.
    """

    walks: set[int]

    def close(self) -> None:
        """Close the connection."""
        ...


class Ours:
    """A kit on a store."""

    def __init__(self, world: World, store: RecordStore, *, fill: bool = True) -> None:
        chance = random.Random(3)
        self._contacts = [Contact(_id(chance)) for _ in range(world.contacts)]
        self._organizations = [Organization(_id(chance)) for _ in range(world.organizations)]
        self._refs: list[ResourceRef] = []
        self.kit = Sharekit(records=store, secret_keys=[KEY], kinds=KINDS)
        self._store = store
        things = [*world.things()]
        self._refs = [ResourceRef(thing.kind, str(thing.number)) for thing in things]
        if fill:
            plant(store, self._people(world))
            plant(store, (row for thing in things for row in self._entry(thing)))

    def add(self, grants: Iterable[Grant]) -> None:
        """Keep more grants."""
        plant(self._store, (GRANT.dump(TENANT, self._grant(each), 0) for each in grants))

    def decide(self, contact: int, thing: int) -> bool:
        """Decide by the kit."""
        return self.kit.access.decide(self._contacts[contact], Action.VIEW, self._refs[thing]).allowed

    def page(self, contact: int, search: str | None = None, after: Place = None, limit: int = PAGE) -> Page:
        """List by the kit."""
        cursor = after if isinstance(after, str) else None
        page = self.kit.access.visible(self._contacts[contact], search=search, after=cursor, limit=limit)
        return Page([item.title for item in page.items], page.next)

    def close(self) -> None:
        """Close the store."""
        self.kit.close()

    def _people(self, world: World) -> Iterator[Row]:
        for number, contact in enumerate(self._contacts):
            profile = ContactProfile(id=contact.id, tenant=TENANT, name=f"Contact {number}", email=f"{number}@x.test")
            yield CONTACT.dump(TENANT, profile, 0)
        for number, organization in enumerate(self._organizations):
            company = OrganizationProfile(id=organization.id, tenant=TENANT, name=f"Organization {number}")
            yield ORGANIZATION.dump(TENANT, company, 0)
        for member, company_number in world.memberships():
            membership = Membership(
                tenant=TENANT,
                contact=self._contacts[member],
                organization=self._organizations[company_number],
                since=MADE,
            )
            yield MEMBERSHIP.dump(TENANT, membership, 0)

    def _entry(self, thing: Thing) -> Iterator[Row]:
        above = [self._refs[number] for number in thing.above]
        entry = CatalogEntry(
            tenant=TENANT,
            ref=self._refs[thing.number],
            title=f"Internal title {thing.number}",
            client_title=thing.title,
            container=above[0] if above else None,
            container_incarnation=1 if above else 0,
            visibility=Visibility.CLIENT if thing.shown else Visibility.INTERNAL,
            reached_from=tuple(node_of(ref, 1) for ref in above),
            owner="staff:maria",
            created_at=MADE,
        )
        yield CATALOG_ENTRY.dump(TENANT, entry, 0)
        for node in entry.reached_from:
            yield ANCESTRY.dump(TENANT, Ancestry(tenant=TENANT, entry=entry.id, ancestor=node), 0)

    def _grant(self, grant: Grant) -> GrantRecord:
        party = (self._organizations if grant.organization else self._contacts)[grant.party]
        return GrantRecord(
            tenant=TENANT, ref=self._refs[grant.thing], grantee=party.key, granted_at=MADE, granted_by="staff:maria"
        )


def _id(chance: random.Random) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return "".join(chance.choices(alphabet, k=28))


_SCHEMA: Final = """
CREATE TABLE contact (id INTEGER PRIMARY KEY, name TEXT, active INTEGER);
CREATE TABLE organization (id INTEGER PRIMARY KEY, name TEXT, active INTEGER);
CREATE TABLE member (contact INTEGER, organization INTEGER, PRIMARY KEY (contact, organization)) WITHOUT ROWID;
CREATE TABLE thing (id INTEGER PRIMARY KEY, kind TEXT, title TEXT, folded TEXT, shown INTEGER, created TEXT);
CREATE TABLE inside (thing INTEGER, above INTEGER, PRIMARY KEY (thing, above)) WITHOUT ROWID;
CREATE TABLE share (party INTEGER, thing INTEGER, live INTEGER, flows INTEGER, expires INTEGER,
    PRIMARY KEY (party, thing)) WITHOUT ROWID;
"""
_INDEXES: Final = """
CREATE INDEX inside_above ON inside (above, thing);
CREATE INDEX share_thing ON share (thing, party, live, flows, expires);
CREATE INDEX thing_name ON thing (folded, id) WHERE shown = 1;
ANALYZE;
"""
# A party is twice the number of a contact, or one more than twice the number of an organisation.
_PARTIES: Final = (
    "SELECT 2 * id FROM contact WHERE id = :contact AND active = 1 UNION ALL"
    " SELECT 2 * o.id + 1 FROM member m JOIN organization o ON o.id = m.organization"
    " WHERE m.contact = :contact AND o.active = 1"
)
_GOOD: Final = "s.live = 1 AND (s.expires IS NULL OR s.expires > :now)"
_DECIDE: Final = (
    "SELECT 1 FROM contact c JOIN thing t ON t.id = :thing WHERE c.id = :contact AND c.active = 1 AND t.shown = 1 AND ("
    f" EXISTS (SELECT 1 FROM share s WHERE s.party = 2 * c.id AND s.thing = t.id AND {_GOOD})"
    " OR EXISTS (SELECT 1 FROM inside i CROSS JOIN share s ON s.thing = i.above"
    f" WHERE i.thing = t.id AND s.party = 2 * c.id AND s.flows = 1 AND {_GOOD})"
    " OR EXISTS (SELECT 1 FROM member m JOIN organization o ON o.id = m.organization WHERE m.contact = c.id"
    " AND o.active = 1 AND ("
    f" EXISTS (SELECT 1 FROM share s WHERE s.party = 2 * o.id + 1 AND s.thing = t.id AND {_GOOD})"
    " OR EXISTS (SELECT 1 FROM inside i CROSS JOIN share s ON s.thing = i.above"
    f" WHERE i.thing = t.id AND s.party = 2 * o.id + 1 AND s.flows = 1 AND {_GOOD}))))"
)
_COLUMNS: Final = "t.id, t.kind, t.title, t.folded, t.created"
_REST: Final = "AND (:search IS NULL OR instr(t.folded, :search) > 0) ORDER BY t.folded, t.id LIMIT :limit"
# The two shapes that are worth writing: from what is shared, and along the names.


def _driven(parties: int) -> str:
    among = ", ".join(f":p{place}" for place in range(parties))
    return (
        f"SELECT {_COLUMNS} FROM thing t WHERE t.id IN ("
        f" SELECT s.thing FROM share s WHERE s.party IN ({among}) AND {_GOOD} UNION ALL"
        f" SELECT i.thing FROM share s CROSS JOIN inside i ON i.above = s.thing"
        f" WHERE s.party IN ({among}) AND s.flows = 1 AND {_GOOD})"
        f" AND +t.shown = 1 AND (+t.folded, +t.id) > (:name, :id) {_REST}"
    )


def _walked(parties: int) -> str:
    among = ", ".join(f":p{place}" for place in range(parties))
    return (
        f"SELECT {_COLUMNS} FROM thing t INDEXED BY thing_name"
        f" WHERE t.shown = 1 AND (t.folded, t.id) > (:name, :id) AND ("
        f" EXISTS (SELECT 1 FROM share s WHERE s.thing = t.id AND s.party IN ({among}) AND {_GOOD}) OR"
        f" EXISTS (SELECT 1 FROM inside i CROSS JOIN share s ON s.thing = i.above WHERE i.thing = t.id"
        f" AND s.party IN ({among}) AND s.flows = 1 AND {_GOOD})) {_REST}"
    )


class ByHand:
    """SQL that was written for this, on a schema that was made for this, in SQLite."""

    def __init__(self, world: World, path: Path, *, fill: bool = True) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA cache_size=-24000")
        self.walks: set[int] = set()
        """The contacts for whom walking along the names is the better shape."""
        if fill:
            self.connection.executescript(_SCHEMA)
            self.connection.execute("BEGIN")
            self._fill(world)
            self.connection.execute("COMMIT")

    def _fill(self, world: World) -> None:
        many = self.connection.executemany
        many("INSERT INTO contact VALUES (?, ?, 1)", ((n, f"Contact {n}") for n in range(world.contacts)))
        many(
            "INSERT INTO organization VALUES (?, ?, 1)", ((n, f"Organization {n}") for n in range(world.organizations))
        )
        many("INSERT INTO member VALUES (?, ?)", world.memberships())
        for thing in world.things():
            values = (thing.number, thing.kind, thing.title, thing.title, thing.shown, MADE.isoformat())
            self.connection.execute("INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?)", values)
            many("INSERT INTO inside VALUES (?, ?)", [(thing.number, above) for above in thing.above])

    def add(self, grants: Iterable[Grant]) -> None:
        """Keep more grants."""
        self.connection.execute("BEGIN")
        rows = ((2 * each.party + each.organization, each.thing) for each in grants)
        self.connection.executemany("INSERT INTO share VALUES (?, ?, 1, 1, NULL)", rows)
        self.connection.execute("COMMIT")
        for name in ("inside_above", "share_thing", "thing_name"):
            self.connection.execute(f"DROP INDEX IF EXISTS {name}")
        self.connection.executescript(_INDEXES)

    def decide(self, contact: int, thing: int) -> bool:
        """Decide by one statement."""
        values = {"contact": contact, "thing": thing, "now": 1_800_000_000}
        return self.connection.execute(_DECIDE, values).fetchone() is not None

    def page(self, contact: int, search: str | None = None, after: Place = None, limit: int = PAGE) -> Page:
        """List by the better of the two shapes."""
        name, id_ = after if isinstance(after, tuple) else ("", -1)
        values = {"contact": contact, "now": 1_800_000_000, "search": search, "name": name, "id": id_}
        values["limit"] = limit + 1
        parties = [party for (party,) in self.connection.execute(_PARTIES, {"contact": contact})]
        values |= {f"p{place}": party for place, party in enumerate(parties)}
        statement = (_walked if contact in self.walks else _driven)(len(parties))
        rows = self.connection.execute(statement, values).fetchall()
        last = rows[limit - 1] if len(rows) > limit else None
        return Page([row[2] for row in rows[:limit]], None if last is None else (last[3], last[0]))

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


@attrs.frozen
class Pair:
    """
    Both sides on one sort of database.

    Attributes:
        ours: A kit.
        by_hand: SQL by hand.
        known: How many grants both keep from an earlier size.
        busy: A kit on the same rows for which somebody commits all the time; None where the store does not
            tell, so that ours does not either.
    """

    ours: Ours
    by_hand: Shaped
    busy: Ours | None = attrs.field(default=None, kw_only=True)
    known: int = attrs.field(default=0, kw_only=True)


class Busy(SqliteRecordStore):
    """A store that always says that something was committed meanwhile, so that nothing goes without reading."""

    def stamp(self) -> Stamp:
        """Return what is the same as nothing before."""
        return super().stamp(), object()


def sqlite_pair(world: World, folder: Path) -> Pair:
    """Return both sides on SQLite; a folder that was filled before is taken as it is."""
    ours, by_hand = folder / "ours.sqlite3", folder / "by-hand.sqlite3"
    fresh = not ours.exists()
    first = Ours(world, SqliteRecordStore(ours), fill=fresh)
    return Pair(first, ByHand(world, by_hand, fill=fresh), busy=Ours(world, Busy(ours), fill=False))
