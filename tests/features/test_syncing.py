"""The catalog is brought in step with the host's own rows, whatever else goes on."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import attrs
import pytest

from sharekit import CatalogItem, Contact, ResourceRef, Staff, System, Visibility, errors
from sharekit.records.syncs import Drift, DriftKind, SyncReport
from tests.features.conftest import Agency

SYNC = System("sync")


def ref(id_: str) -> ResourceRef:
    """A project of the host."""
    return ResourceRef("project", id_)


@attrs.define
class Host:
    """A host with rows of its own; *stale* is what a walk that began earlier still gives."""

    rows: dict[str, CatalogItem] = attrs.field(factory=dict[str, CatalogItem])
    stale: list[CatalogItem] | None = None
    asked: list[int] = attrs.field(factory=list[int])
    before_looking: Callable[[], None] = lambda: None

    # Any: each story says something else of a row.
    def row(self, id_: str, title: str = "Row", **more: Any) -> None:  # noqa: ANN401
        """Write a row."""
        self.rows[id_] = CatalogItem(ref(id_), title=title, **more)

    def items(self) -> Iterable[CatalogItem]:
        """Walk over the rows."""
        return iter(list(self.rows.values()) if self.stale is None else self.stale)

    def look_up(self, ids: Sequence[str]) -> Iterator[CatalogItem]:
        """Look up some of them."""
        self.asked.append(len(ids))
        self.before_looking()
        return (self.rows[id_] for id_ in ids if id_ in self.rows)


@pytest.fixture
def host(agency: Agency) -> Host:
    """A host whose one row is in step."""
    host = Host()
    host.row("42", agency.kit.catalog.get(agency.relaunch).title)
    return host


def sync(agency: Agency, host: Host, *, check: bool = False) -> SyncReport:
    """Bring its projects in step."""
    return agency.kit.catalog.sync("project", host, by=SYNC, check=check)


def titles(agency: Agency) -> dict[str, str | None]:
    """What is in the catalog, by id."""
    found: dict[str, str | None] = {}
    for id_ in ("42", "1", "2", "3"):
        try:
            found[id_] = agency.kit.catalog.get(ref(id_)).title
        except errors.NotFoundError:
            found[id_] = None
    return found


def test_what_lacks_is_entered_what_differs_put_right_and_what_is_gone_removed(agency: Agency, host: Host) -> None:
    """One run mends all three, leaves alone what is right, and the next one finds nothing."""
    agency.put(ref("1"), title="Old")
    agency.put(ref("2"))
    host.row("1", "New", owner=agency.ben, visibility=Visibility.INTERNAL)
    host.row("3", "Third", client_title="Yours")
    before = len(agency.kit.audit.entries())
    report, again = sync(agency, host), sync(agency, host)

    assert {"42": host.rows["42"].title, "1": "New", "2": None, "3": "Third"} == titles(agency)
    assert (3, 1, 1, 1, 0) == (report.walked, report.missing, report.differing, report.gone, report.failed)
    assert [
        Drift(ref=ref("1"), kind=DriftKind.DIFFERS, fields=("title", "owner", "visibility")),
        Drift(ref=ref("3"), kind=DriftKind.MISSING),
        Drift(ref=ref("2"), kind=DriftKind.GONE),
    ] == list(report.drift)
    assert report.is_in_step
    assert SyncReport(kind="project", checked=False, walked=3) == again
    assert before + 3 == len(agency.kit.audit.entries())
    assert agency.ben.key == agency.kit.catalog.get(ref("1")).owner


def test_to_check_changes_nothing(agency: Agency, host: Host) -> None:
    """The same is found, said, and left as it is."""
    agency.put(ref("2"))
    host.row("1", "New")
    before = titles(agency), len(agency.kit.audit.entries())
    report = sync(agency, host, check=True)

    assert (1, 0, 1) == (report.missing, report.differing, report.gone)
    assert report.checked
    assert not report.is_in_step
    assert before == (titles(agency), len(agency.kit.audit.entries()))


def test_what_the_source_does_not_say_is_left_alone(agency: Agency, host: Host) -> None:
    """An entry keeps the title for clients, the owner and the container that the host's rows know nothing of."""
    agency.put(ref("1"), title="Same", container=agency.relaunch, visibility=Visibility.INTERNAL)
    host.row("1", "Same")

    assert 0 == sync(agency, host).differing
    entry = agency.kit.catalog.get(ref("1"))
    assert ("For you", agency.relaunch, Visibility.INTERNAL) == (entry.client_title, entry.container, entry.visibility)


def test_a_change_beneath_a_running_sync_is_not_undone(agency: Agency, host: Host) -> None:
    """A walk that read the row before it was changed, or deleted, or made, has no say in what it is now."""
    for id_ in ("1", "2"):
        host.row(id_, "Before")
        agency.put(ref(id_), title="Before")
    host.stale = list(host.rows.values())
    host.row("1", "After")
    agency.put(ref("1"), title="After")
    del host.rows["2"]
    agency.kit.catalog.remove(ref("2"), by=SYNC)
    host.row("3", "Made meanwhile")
    agency.put(ref("3"), title="Made meanwhile")
    report = sync(agency, host)

    assert {"1": "After", "2": None, "3": "Made meanwhile"} == {
        id_: title for id_, title in titles(agency).items() if id_ != "42"
    }
    assert (0, 0, 0, 0) == (report.missing, report.differing, report.gone, report.failed)


def test_what_comes_back_before_it_is_removed_stays(agency: Agency, host: Host) -> None:
    """Whether a row is gone is asked again in the transaction that removes the entry."""
    agency.put(ref("1"), title="Row")
    times: list[None] = []

    def come_back() -> None:
        times.append(None)
        if len(times) == 2:
            host.row("1")

    host.before_looking = come_back

    assert 0 == sync(agency, host).gone
    assert "Row" == titles(agency)["1"]


def test_a_title_changed_between_both_readings_makes_the_transaction_begin_again(agency: Agency, host: Host) -> None:
    """Whoever changes row and entry after the entry was read, and before it is put, is not overwritten."""
    agency.put(ref("1"), title="Old")
    host.row("1", "Drifted")
    tries: list[None] = []

    def change() -> None:
        tries.append(None)
        if len(tries) == 1:
            host.row("1", "Newest")
            raise errors.ConflictError("catalog-entry")

    host.before_looking = change

    assert 1 == sync(agency, host).differing
    assert "Newest" == titles(agency)["1"]


def test_things_that_lie_in_each_other_may_come_in_any_order(agency: Agency, host: Host) -> None:
    """A thing whose container comes later is entered in the next round, and moved when its row moved."""
    host.row("3", container=ref("2"))
    host.row("2", container=ref("1"))
    host.row("1", container=agency.relaunch)
    first = sync(agency, host)
    chain = [agency.kit.catalog.get(ref(id_)).container for id_ in ("3", "2", "1")]
    host.row("3", container=None)
    host.row("2", container=ref("3"))
    second = sync(agency, host)

    assert (3, 0) == (first.missing, first.failed)
    assert [ref("2"), ref("1"), agency.relaunch] == chain
    assert [("container",)] * 2 == [drift.fields for drift in second.drift]
    assert [None, ref("3")] == [agency.kit.catalog.get(ref(id_)).container for id_ in ("3", "2")]


def test_what_lay_in_something_that_was_removed_and_came_back_lies_in_it_again(agency: Agency, host: Host) -> None:
    """The rows say so, and an entry that lies in an earlier life of its container is put right."""
    host.row("1", container=agency.relaunch)
    sync(agency, host)
    kept = host.rows.pop("42")
    gone = sync(agency, host)
    host.rows["42"] = kept
    sync(agency, host)
    sync(agency, host)

    assert 1 == gone.gone
    assert not agency.kit.catalog.get(ref("1")).veiled
    assert sync(agency, host, check=True).is_in_step


def test_what_cannot_be_mended_is_named_and_the_rest_goes_on(agency: Agency, host: Host) -> None:
    """An unknown requester and a container that is nowhere keep only their own rows out."""
    host.row("1", requester=Contact("nobody"))
    host.row("2", container=ref("nowhere"))
    host.row("3")
    report = sync(agency, host)

    assert (1, 2) == (report.missing, report.failed)
    assert not report.is_in_step
    assert {ref("1"), ref("2")} == {drift.ref for drift in report.drift if drift.kind is DriftKind.FAILED}
    assert [True, True] == [bool(drift.reason) for drift in report.drift if drift.kind is DriftKind.FAILED]
    assert {"1": None, "2": None, "3": "Row"} == {id_: titles(agency)[id_] for id_ in ("1", "2", "3")}


def test_many_rows_are_walked_in_chunks(agency: Agency, host: Host) -> None:
    """At most 500 are looked up at once, and the first 100 differences are named."""
    for number in range(1100):
        host.row(f"n{number}")
    first, again = sync(agency, host), sync(agency, host)
    host.rows.clear()
    last = sync(agency, host)

    assert (1101, 1100, 0) == (first.walked, first.missing, again.missing)
    assert 1101 == last.gone
    assert 100 == len(first.drift) == len(last.drift)
    assert 500 == max(host.asked)


def test_who_and_what_is_refused(agency: Agency, host: Host) -> None:
    """A client, an unknown kind, and a source that gives something else change nothing."""
    with pytest.raises(errors.NotAllowedError):
        agency.kit.catalog.sync("project", host, by=Contact("ana"), check=True)
    with pytest.raises(errors.InvalidInputError, match="kind"):
        agency.kit.catalog.sync("unknown", host, by=SYNC)
    host.rows["x"] = CatalogItem(ResourceRef("contract", "1"), title="Another kind")
    with pytest.raises(errors.InvalidInputError, match="source"):
        sync(agency, host)
    stranger = Staff("stranger")
    host.rows = {"42": CatalogItem(agency.relaunch, title="Mine now")}

    assert 1 == agency.kit.catalog.sync("project", host, by=stranger).failed
    assert "Mine now" != titles(agency)["42"]
