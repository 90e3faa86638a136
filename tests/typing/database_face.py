"""
What a host with SQLAlchemy writes, as its type checker must understand it. This file is checked and never run.
"""

from typing import assert_type

import sqlalchemy as sa
from sqlalchemy import orm

from sharekit import ReadLink, ResourceRef, Sharekit, Staff
from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore, include_name, upgrade
from sharekit.ports import RecordStore, SupportsJoining, SupportsLook, SupportsOwnTransactions

engine = sa.create_engine("sqlite://")
registry = orm.scoped_session(orm.sessionmaker(engine))
upgrade(engine)

store: RecordStore = SqlAlchemyRecordStore(engine)
joining: SupportsJoining = SqlAlchemyRecordStore(registry)
own: SupportsOwnTransactions = SqlAlchemyRecordStore(engine.connect())
looking: SupportsLook = SqlAlchemyRecordStore(orm.Session(engine))
assert_type(include_name("invoice", "table", {}), bool)


def share(kit: Sharekit, session: orm.Session) -> ReadLink:
    """Share in the transaction of a session."""
    joined = kit.joined(session)
    assert_type(joined, Sharekit)
    return joined.links.create(ResourceRef("project", "1"), by=Staff("maria"), sections={"hours"})


# Wrong uses are type errors: each line below must be one, or its ignore is unused and fails the check.
SqlAlchemyRecordStore("postgresql://host")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # an engine, not its address
upgrade(registry)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # an engine, not a session
no: SupportsJoining = MemoryRecordStore()  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # it joins nothing
