"""
Pruning: what was told long ago goes, and nothing else.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from sharekit import Contact, ResourceRef, Staff, System
from sharekit.codec.kinds_of_notices import DELIVERY, NOTICE, OUTBOX_ENTRY
from sharekit.errors import InvalidInputError, NotAllowedError, NotFoundError, PermanentDeliveryError
from sharekit.ports import Query
from sharekit.records.notices import Cadence, DeliveryState, News
from sharekit.records.outbox import OutboxEntry
from tests.features._mailroom import Mailroom, mailroom
from tests.features._stores_here import NAMES, store_named

DAY = timedelta(days=1)
CLI = System("cli")


@attrs.define
class Calls:
    """Takes calls of webhooks."""

    taken: list[str] = attrs.field(factory=list[str])

    def call(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Take one."""
        self.taken.append(url)


@pytest.fixture(params=NAMES)
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mailroom]:
    """Return an agency with a webhook that hears of everything."""
    with store_named(request.param, tmp_path) as store:
        room = mailroom(store, webhook_caller=Calls())
        room.kit.webhooks.add("https://host.test/hook", by=room.root)
        yield room
        room.kit.close()


def share(room: Mailroom, contact: Contact, id_: str) -> None:
    """Share a project of this id."""
    ref = ResourceRef("project", id_)
    room.kit.catalog.put(ref, title=id_, client_title=id_, owner=room.maria, by=room.root)
    room.kit.shares.grant(ref, to=contact, by=room.maria)


def rows(room: Mailroom, *kinds: Any) -> Counter[str]:  # noqa: ANN401  # of any record class
    """Return how many rows there are of each kind."""
    with room.records.transaction(room.kit.tenant) as tx:
        return Counter({kind.name: tx.count(Query(kind.name)) for kind in kinds or (NOTICE, DELIVERY)})


def test_what_was_seen_and_sent_long_ago_goes(room: Mailroom) -> None:
    """First it is only counted; then it goes, with its row of the feed, and what is younger stays."""
    ana = room.person("Ana")
    share(room, ana, "1")
    room.run()
    room.kit.notifications.mark_seen(ana)
    room.run(179 * DAY)
    share(room, ana, "2")
    room.run(2 * DAY)
    before = rows(room)
    planned = room.kit.relay.prune()
    after_looking = rows(room)
    pruned = room.kit.relay.prune(dry_run=False)
    again = room.kit.relay.prune(dry_run=False)

    assert (planned.dry_run, planned.notices, planned.letters, planned.calls) == (True, 1, 1, 1)
    assert str(planned) == "would delete 1 notices, 1 letters and 1 calls of webhooks in 1 tenants"
    assert before == after_looking == Counter({NOTICE.name: 2, DELIVERY.name: 4})
    assert attrs.evolve(pruned, dry_run=True) == planned
    assert rows(room) == Counter({NOTICE.name: 1, DELIVERY.name: 2})
    assert (again.notices, again.letters, again.calls) == (0, 0, 0)
    assert [item.title for item in room.kit.notifications.feed(ana).items] == ["2"]
    assert room.run().was_idle
    assert room.kit.audit.verify().fine


def test_news_that_nobody_saw_is_kept_longer(room: Mailroom) -> None:
    """It stays in the portal for two years, although its letter went."""
    ana = room.person("Ana")
    share(room, ana, "1")
    room.run()
    room.run(700 * DAY)
    first = room.kit.relay.prune(dry_run=False)
    unseen = room.kit.notifications.unseen(ana)
    room.run(40 * DAY)
    second = room.kit.relay.prune(dry_run=False)

    assert (first.notices, first.letters, unseen) == (0, 1, 1)
    assert (second.notices, room.kit.notifications.unseen(ana)) == (1, 0)


def test_what_waits_stays_however_old(room: Mailroom) -> None:
    """A letter that is still to go, and one that was given up, with what they tell of, until somebody dismissed it."""
    ana, ben = room.person("Ana"), room.person("Ben")
    room.kit.notifications.choose(ben, cadences={News.SHARED: Cadence.DAILY}, by=ben)
    room.outbox.failure = PermanentDeliveryError("the server answered 550 5.1.1", recipient=True)
    share(room, ana, "1")
    room.run()
    share(room, ben, "2")
    room.kit.relay.run_once()
    for party in (ana, ben):
        room.kit.notifications.mark_seen(party)
    room.clock.advance(1000 * DAY)
    kept = room.kit.relay.prune(dry_run=False)
    (dead,) = room.kit.notifications.dead_letters(by=CLI)
    with pytest.raises(NotAllowedError):
        room.kit.notifications.dismiss(dead, by=Staff("ben"))
    done = room.kit.notifications.dismiss(dead, by=CLI)
    young = room.kit.relay.prune(dry_run=False)
    room.clock.advance(200 * DAY)
    old = room.kit.relay.prune(dry_run=False)

    assert (kept.notices, kept.letters) == (0, 0)
    assert (done.state, room.kit.notifications.dead_letters(by=CLI)) == (DeliveryState.DISMISSED, [])
    assert "delivery-dismissed" in [entry.action for entry in room.kit.audit.entries()]
    assert (young.letters, old.letters) == (0, 1)
    assert rows(room, NOTICE)[NOTICE.name] == 1  # Ben's, which still waits for its letter
    with pytest.raises(NotFoundError):
        room.kit.notifications.retry(dead, by=CLI)


def test_an_event_that_is_done_again_finds_what_it_made(room: Mailroom) -> None:
    """While it is in the outbox nothing of it goes: a relay that tells it again would tell everybody twice."""
    ana = room.person("Ana")
    share(room, ana, "1")
    with room.records.transaction(room.kit.tenant) as tx:
        (row,) = tx.find(Query(OUTBOX_ENTRY.name))
    entry: OutboxEntry = OUTBOX_ENTRY.load(row)
    room.run()
    room.kit.notifications.mark_seen(ana)
    with room.records.transaction(room.kit.tenant, write=True) as tx:  # as a relay leaves it that died
        tx.put(OUTBOX_ENTRY.dump(room.kit.tenant, entry, 0))
    room.clock.advance(1000 * DAY)
    kept = room.kit.relay.prune(dry_run=False)
    told = room.kit.relay.run_once()
    gone = room.kit.relay.prune(dry_run=False)

    assert (kept.notices, kept.letters, kept.calls) == (0, 1, 0)
    assert (told.planned, told.notices, told.sent, told.called) == (1, 0, 0, 0)
    assert (gone.notices, gone.calls) == (1, 1)


def test_a_run_deletes_so_much_and_no_more(room: Mailroom) -> None:
    """The report says that there is more, and the next run takes it; other tenants are seen to as well."""
    ana = room.person("Ana")
    for number in range(5):
        share(room, ana, str(number))
    other = room.kit.for_tenant("other")
    eva = other.people.add_contact("Eva", "eva@beta.test", by=room.maria)
    other.people.invite(eva, by=room.maria)
    room.run()
    room.kit.notifications.mark_seen(ana)
    room.clock.advance(1000 * DAY)
    reports = [room.kit.relay.prune(dry_run=False, limit=3) for _ in range(5)]

    assert [report.more for report in reports] == [True, True, True, False, False]
    assert reports[0].tenants == 2
    assert sum(report.notices for report in reports) == 6
    assert all(report.notices + report.letters + report.calls <= 6 for report in reports)
    assert rows(room) == Counter({NOTICE.name: 0, DELIVERY.name: 0})


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"older_than": timedelta(days=6)}, "older_than"),
        ({"older_than": 30}, "older_than"),
        ({"unseen_older_than": timedelta(days=100)}, "unseen_older_than"),
        ({"limit": 0}, "limit"),
        ({"dry_run": "no"}, "dry_run"),
    ],
)
def test_a_bad_age_prunes_nothing(options: dict[str, Any], field: str) -> None:
    """The error names the argument."""
    with pytest.raises(InvalidInputError) as refused:
        mailroom().kit.relay.prune(**options)

    assert field == refused.value.field
