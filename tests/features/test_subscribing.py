"""
Having letters come again: whoever reads the mail has the last word (double opt-in).
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sharekit import Contact, ResourceRef
from sharekit.errors import (
    InvalidTokenError,
    NotAllowedError,
    NotFoundError,
    TemporaryDeliveryError,
    TooManyAttemptsError,
)
from sharekit.ports import Letter
from sharekit.records.notices import Cadence, News
from sharekit.records.subscriptions import SubscriptionView
from tests.features._mailroom import HOUR, Mailroom, mailroom
from tests.features._stores_here import NAMES, store_named

PROJECT = ResourceRef("project", "42")
DAY = timedelta(days=1)


@pytest.fixture(params=NAMES)
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mailroom]:
    """Return an agency with one project of Maria's."""
    with store_named(request.param, tmp_path) as store:
        room = mailroom(store)
        room.kit.catalog.put(PROJECT, title="Relaunch (cheap)", client_title="Relaunch", owner=room.maria, by=room.root)
        yield room
        room.kit.close()


@pytest.fixture
def ana(room: Mailroom) -> Contact:
    """Return Ana, who ended letters about what is shared with her."""
    ana = room.person("Ana", locale="nl")
    room.kit.notifications.choose(ana, cadences={News.SHARED: Cadence.OFF}, by=ana)
    return ana


def ask(room: Mailroom, ana: Contact, **cadences: Cadence) -> None:
    """Have Ana choose that letters come again."""
    chosen = {News(name): cadence for name, cadence in (cadences or {"shared": Cadence.IMMEDIATE}).items()}
    room.kit.notifications.choose(ana, cadences=chosen, by=ana)


def token_in(letter: Letter) -> str:
    """Return what stands in the address of a letter that asks to confirm."""
    found = re.search(r"https://studio\.test/portal/y/(\S+)", letter.text)

    assert found is not None
    return found[1]


def cadence(room: Mailroom, ana: Contact, news: News = News.SHARED) -> Cadence:
    """Return when letters of a kind come to Ana."""
    return room.kit.notifications.preferences(ana).cadence(news)


def test_letters_that_were_ended_come_again_once_the_mailbox_says_so(room: Mailroom, ana: Contact) -> None:
    """A letter asks, in her language; before it is confirmed nothing else is mailed, and after it everything is."""
    ask(room, ana, shared=Cadence.HOURLY)
    before = cadence(room, ana)
    room.kit.shares.grant(PROJECT, to=ana, by=room.maria)
    room.run()
    (asking,) = room.letters()
    room.kit.notifications.subscription(token_in(asking))
    looked = cadence(room, ana)
    room.kit.notifications.confirm(token_in(asking))
    again = room.kit.notifications.confirm(token_in(asking))
    second = ResourceRef("project", "43")
    room.kit.catalog.put(second, title="Two drafts", client_title="Two drafts", owner=room.maria, by=room.root)
    room.kit.shares.grant(second, to=ana, by=room.maria)
    room.run(2 * HOUR)

    assert (before, looked, again.cadence(News.SHARED)) == (Cadence.OFF, Cadence.OFF, Cadence.HOURLY)
    assert (asking.recipient.address, asking.language, asking.unsubscribe_url) == ("ana@acme.test", "nl", None)
    assert "Wat met u wordt gedeeld" in asking.text
    assert "Relaunch" not in asking.text
    assert token_in(asking) not in asking.subject
    assert ["Two drafts" in letter.text for letter in room.letters()] == [False, True]


def test_it_is_written_down_and_no_news_in_the_portal(room: Mailroom, ana: Contact) -> None:
    """Who asked and what was confirmed stand in the audit trail; the feed has no copy of the letter."""
    ask(room, ana)
    room.run()
    room.kit.notifications.confirm(token_in(room.letters()[0]))
    said = [(entry.action, entry.actor) for entry in room.kit.audit.entries() if entry.action.startswith("subscr")]

    assert said == [("subscription-asked", ana.key), ("subscription-confirmed", "system:letter")]
    assert room.kit.notifications.feed(ana).items == ()
    assert room.kit.notifications.unseen(ana) == 0


def test_seeing_the_feed_does_not_stop_the_letter(room: Mailroom, ana: Contact) -> None:
    """Whoever marks all news as seen before the letter went gets it all the same."""
    ask(room, ana)
    room.outbox.failure = TemporaryDeliveryError("the server answered 451")
    room.run()
    room.outbox.failure = None
    room.kit.notifications.mark_seen(ana)
    room.run()

    assert len(room.letters()) == 1


def test_the_holder_of_an_old_letter_cannot_have_letters_come(room: Mailroom, ana: Contact) -> None:
    """The address in a letter that ended letters asks too; it is the mailbox that confirms."""
    token = room.kit.notifications.unsubscribe_token(ana, [News.SHARED, News.MESSAGES])
    asked = room.kit.notifications.subscribe(token)
    room.run()
    room.kit.notifications.confirm(token_in(room.letters()[0]))

    assert asked.awaited(room.clock.now()) == {News.SHARED: Cadence.IMMEDIATE}
    assert (asked.cadence(News.SHARED), cadence(room, ana)) == (Cadence.OFF, Cadence.IMMEDIATE)
    assert room.kit.notifications.subscribe(token).awaited(room.clock.now()) == {}


def test_asking_again_and_again_floods_nobody(room: Mailroom, ana: Contact) -> None:
    """Saving the same choice sends nothing; three letters a day are the most, then nothing is changed."""
    for _ in range(5):
        ask(room, ana)
    room.run()
    once = len(room.letters())
    room.kit.notifications.ask_again(ana, by=ana)
    room.kit.notifications.ask_again(ana, by=ana)
    with pytest.raises(TooManyAttemptsError) as caught:
        room.kit.notifications.ask_again(ana, by=ana)
    room.kit.notifications.choose(ana, cadences={News.SHARED: Cadence.OFF}, by=ana)
    with pytest.raises(TooManyAttemptsError):
        ask(room, ana)
    room.run()
    room.clock.advance(DAY)
    ask(room, ana)
    room.run()

    assert once == 1
    assert 0 < caught.value.retry_after <= DAY.total_seconds()
    assert len(room.letters()) == 2  # those that another one replaced before they went did not go


def test_each_letter_confirms_what_it_spoke_of(room: Mailroom, ana: Contact) -> None:
    """What is asked for later needs a letter of its own, which speaks of all; the one before is dead."""
    room.kit.notifications.choose(ana, cadences={News.MESSAGES: Cadence.OFF}, by=ana)
    ask(room, ana)
    room.run()
    ask(room, ana, messages=Cadence.DAILY)
    first = token_in(room.letters()[0])
    with pytest.raises(InvalidTokenError):
        room.kit.notifications.confirm(first)
    room.run()
    view = room.kit.notifications.subscription(token_in(room.letters()[1]))
    kept = room.kit.notifications.confirm(token_in(room.letters()[1]))

    assert view == SubscriptionView(news=frozenset({News.SHARED, News.MESSAGES}), locale="nl")
    assert (kept.cadence(News.SHARED), kept.cadence(News.MESSAGES)) == (Cadence.IMMEDIATE, Cadence.DAILY)


@pytest.mark.parametrize("over", ["late", "moved", "ended", "unsubscribed", "forged", "other purpose"])
def test_a_confirmation_that_is_over_does_nothing(room: Mailroom, ana: Contact, over: str) -> None:
    """After three days, at another address, when she thought better of it: letters stay ended."""
    notifications = room.kit.notifications
    ask(room, ana)
    room.run()
    token = token_in(room.letters()[0])
    ending = notifications.unsubscribe_token(ana, [News.SHARED])
    if over == "late":
        room.clock.advance(3 * DAY)
    elif over == "moved":
        room.kit.people.update(ana, email="ana@home.test", by=room.maria)
    elif over == "ended":
        notifications.choose(ana, cadences={News.SHARED: Cadence.OFF}, by=ana)
    elif over == "unsubscribed":
        notifications.confirm(token)
        notifications.unsubscribe(ending)
    token = {"forged": token[:-1] + ("A" if token[-1] != "A" else "E"), "other purpose": ending}.get(over, token)

    with pytest.raises(InvalidTokenError):
        notifications.confirm(token)
    with pytest.raises(InvalidTokenError):
        notifications.subscription(token)
    assert cadence(room, ana) is Cadence.OFF


def test_a_letter_that_is_over_before_it_goes_does_not_go(room: Mailroom, ana: Contact) -> None:
    """It is for the address at which it was asked, and for what still waits."""
    ask(room, ana)
    room.kit.people.update(ana, email="ana@home.test", by=room.maria)
    room.run()
    moved = room.letters()
    ask(room, ana)
    room.run()

    assert moved == []
    assert [letter.recipient.address for letter in room.letters()] == ["ana@home.test"]


def test_who_needs_no_letter_that_asks(room: Mailroom, ana: Contact) -> None:
    """Staff choose for themselves, a host that asked in its own way says so, and ending needs nobody's leave."""
    notifications = room.kit.notifications
    for cadences in ({News.SHARED: Cadence.OFF}, {News.SHARED: Cadence.DAILY}):
        notifications.choose(room.maria, cadences=cadences, by=room.maria)
    by_host = notifications.choose(ana, cadences={News.SHARED: Cadence.DAILY}, by=room.root)
    room.run()

    assert notifications.preferences(room.maria).cadence(News.SHARED) is Cadence.DAILY
    assert (by_host.cadence(News.SHARED), by_host.awaited(room.clock.now())) == (Cadence.DAILY, {})
    assert room.letters() == []
    assert notifications.ask_again(ana, by=ana) == by_host
    with pytest.raises(NotAllowedError):
        notifications.ask_again(ana, by=room.maria)
    with pytest.raises(NotFoundError):
        notifications.subscription_token(ana)


def test_a_host_can_write_the_letter_itself(room: Mailroom, ana: Contact) -> None:
    """The token is the one of our letter; to nobody who is gone is anything asked."""
    ask(room, ana)
    token = room.kit.notifications.subscription_token(ana)
    room.run()
    ben = room.person("Ben")
    room.kit.notifications.choose(ben, cadences={News.SHARED: Cadence.OFF}, by=ben)
    room.kit.people.deactivate(ben, by=room.maria)

    assert token == token_in(room.letters()[0])
    assert room.kit.notifications.subscription_tenant_of(token) == room.kit.tenant
    assert room.kit.notifications.subscription_tenant_of("garbage") is None
    with pytest.raises(NotFoundError):
        ask(room, ben)
