"""The relay on database servers and on a journal: several side by side do each thing once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from sharekit.backends.fsspec import JournalRecordStore
from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore, upgrade
from sharekit.ports import RecordStore
from tests.features._relays import check_done_once, run_side_by_side, world

pytestmark = pytest.mark.slow


@pytest.fixture(params=["postgres_database", "mariadb_database", "journal"])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RecordStore]:
    """A store on a server, with our tables; or in a folder."""
    if request.param == "journal":
        store: RecordStore = JournalRecordStore(str(tmp_path))
        yield store
        store.close()
        return
    engine = sa.create_engine(request.getfixturevalue(request.param), pool_size=8)
    upgrade(engine)
    yield SqlAlchemyRecordStore(engine)
    engine.dispose()


def test_relays_side_by_side_share_the_work(records: RecordStore) -> None:
    """Four relays at once: three letters, two calls, three notices, every entry sealed, whatever the store."""
    here = world(records)

    assert run_side_by_side(here) == []
    check_done_once(here)
