"""Quotas of requests are exact on database servers too, whose transactions see snapshots (R-UP-2)."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from sharekit import ResourceRef, Staff, errors
from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore, upgrade
from sharekit.records.requests import RequestItem, RequestState
from sharekit.testing import kit
from tests.features._requests import PDF

pytestmark = pytest.mark.slow

MARIA, CASE = Staff("maria"), ResourceRef("project", "case")
AT_ONCE = 32


@pytest.fixture(params=["postgres_database", "mariadb_database"])
def engine(request: pytest.FixtureRequest) -> Iterator[sa.Engine]:
    """A database with our tables."""
    made = sa.create_engine(request.getfixturevalue(request.param), pool_size=AT_ONCE, max_overflow=8)
    upgrade(made)
    yield made
    made.dispose()


def test_no_more_than_there_is_room_for(engine: sa.Engine) -> None:
    """32 files at the same time: no more than seven, and no place is lost by those who were beaten."""
    made = kit(records=SqlAlchemyRecordStore(engine))
    made.catalog.put(CASE, title="in", client_title="out", by=MARIA)
    ana = made.people.add_contact("Ana", "ana@x.test", by=MARIA)
    item = RequestItem("Letters", key="letters", accept={"pdf"}, max=7)
    asked = made.requests.create(to=ana, items=[item], about=CASE, max_total_bytes=7 * len(PDF), by=MARIA)
    token, start = made.requests.token(asked, ana), threading.Barrier(AT_ONCE)

    def send(_: int) -> object:
        start.wait()
        try:
            return made.requests.submit(token, "letters", "x.pdf", PDF, size=len(PDF)).id
        except errors.SharekitError as error:
            return error

    with ThreadPoolExecutor(AT_ONCE) as threads:
        outcomes = list(threads.map(send, range(AT_ONCE)))
    sent = [each for each in outcomes if not isinstance(each, Exception)]
    refusals = [each for each in outcomes if isinstance(each, Exception)]
    (part,) = made.requests.get(asked).recipients

    assert {errors.UploadLimitError} == {type(each) for each in refusals}
    assert 7 == len(sent) == len(made.requests.submissions(asked)) == part.files_held
    assert 7 * len(PDF) == part.bytes_held
    assert RequestState.SUBMITTED is part.state
