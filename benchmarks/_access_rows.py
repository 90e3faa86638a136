"""
Counts the rows that it takes to share a project with an organisation, and to take it back.
"""

import tempfile
from pathlib import Path

import attrs

from sharekit import Contact, Organization, ResourceKind, ResourceRef, Sharekit, Staff, System
from sharekit.backends.sqlite import SqliteRecordStore, SqliteTransaction
from sharekit.codec.kinds_of_people import MEMBERSHIP
from sharekit.ids import TenantId
from sharekit.ports import Row
from sharekit.records.people import Membership
from sharekit.testing.plant import plant

__all__ = ["rows_written"]


@attrs.define
class Counted:
    """How many rows were written."""

    rows: int = 0


class CountingStore(SqliteRecordStore):
    """A store that counts what is written to it."""

    written: Counted

    def transaction(self, tenant: TenantId, *, write: bool = False) -> SqliteTransaction:
        """Return a transaction whose writes are counted."""
        transaction = CountingTransaction(self._connections, self._layout, tenant, write)
        transaction.written = self.written
        return transaction


class CountingTransaction(SqliteTransaction):
    """A transaction that counts what it writes."""

    written: Counted

    def put(self, row: Row) -> int:
        """Put and count."""
        self.written.rows += 1
        return super().put(row)

    def bump(self, kind: str, id: str, counter: str, limit: int | None, amount: int = 1) -> int | None:
        """Bump and count."""
        self.written.rows += 1
        return super().bump(kind, id, counter, limit, amount)

    def delete(self, kind: str, id: str, revision: int) -> None:
        """Delete and count."""
        self.written.rows += 1
        super().delete(kind, id, revision)


def rows_written(members: int) -> tuple[int, int]:
    """Return how many rows it takes to share a project with an organisation of so many, and to take it back."""
    maria, ref = Staff("maria"), ResourceRef("project", "1")
    with tempfile.TemporaryDirectory() as folder:
        store = CountingStore(Path(folder) / "records.sqlite3")
        written = store.written = Counted()
        kind = ResourceKind("project", title="Project")
        kit = Sharekit(records=store, secret_keys=["benchmark key of 32 bytes or more"], kinds=[kind])
        kit.catalog.put(ref, title="Project", owner=maria, by=System("setup"))
        acme = kit.people.add_organization("Acme", by=maria)
        tenant = kit.tenant
        plant(
            store,
            (
                MEMBERSHIP.dump(
                    tenant,
                    Membership(tenant=tenant, contact=Contact(f"c{number}"), organization=Organization(acme.id)),
                    0,
                )
                for number in range(members)
            ),
        )
        before = written.rows
        (grant,) = kit.shares.grant(ref, to=acme, by=maria)
        between = written.rows
        kit.shares.revoke(grant, by=maria)
        after = written.rows
        kit.close()
    return between - before, after - between
