"""
The relay: who hears of what by mail, when, and in which words.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from sharekit import Access, Contact, Organization, ResourceRef, Right, Staff, Visibility
from sharekit import testing as sharekit_testing
from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.errors import (
    InvalidInputError,
    InvalidTokenError,
    NotAllowedError,
    NotFoundError,
    PermanentDeliveryError,
    TemporaryDeliveryError,
)
from sharekit.features._preferences import when
from sharekit.ids import TenantId
from sharekit.records.conversations import HistoryPolicy
from sharekit.records.notices import Cadence, DeliveryState, News, Notice, NoticePreferences
from sharekit.records.people import ContactInfo, MembershipInfo, OrganizationInfo, StaffInfo
from sharekit.records.requests import RequestItem
from sharekit.web.routes import find_route
from tests.features._mailroom import HOUR, KEY, MINUTE, Mailroom, mailroom
from tests.features._requests import PDF
from tests.features.conftest import wrong

PROJECT = ResourceRef("project", "42")


@pytest.fixture(params=["memory", "sqlite"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mailroom]:
    """Return an agency with one project of Maria's."""
    store = MemoryRecordStore() if request.param == "memory" else SqliteRecordStore(tmp_path / "records.sqlite3")
    room = mailroom(store)
    room.kit.catalog.put(PROJECT, title="Relaunch (cheap)", client_title="Relaunch", owner=room.maria, by=room.root)
    yield room
    room.kit.close()


@pytest.fixture
def ana(room: Mailroom) -> Contact:
    """Return Ana, who reads Spanish."""
    return room.person("Ana", locale="es")


def share(room: Mailroom, *parties: Contact | Organization, ref: ResourceRef = PROJECT) -> None:
    """Share a thing."""
    room.kit.shares.grant(ref, to=parties, by=room.maria)


# --- who hears of what ---------------------------------------------------------------------


def test_a_contact_reads_in_their_language_what_was_shared(room: Mailroom, ana: Contact) -> None:
    """One letter, in Spanish, with the title for clients, a button to the page, and an address that ends letters."""
    share(room, ana)
    report = room.run()

    (letter,) = room.letters()
    assert (report.planned, report.notices, report.sent) == (1, 1, 1)
    assert (letter.recipient.address, letter.language) == ("ana@acme.test", "es")
    assert "Relaunch" in letter.subject
    assert "cheap" not in letter.text + (letter.html or "") + letter.subject
    assert "https://studio.test/portal/p/project/42" in letter.text
    assert (letter.unsubscribe_url or "").startswith("https://studio.test/portal/n/unsubscribe.default.")


def test_nothing_is_told_twice(room: Mailroom, ana: Contact) -> None:
    """A second run, and a second relay, find nothing to do."""
    share(room, ana)
    room.run()
    again = room.run(HOUR)

    assert again.was_idle
    assert len(room.letters()) == 1


def test_ten_uploads_are_one_letter(room: Mailroom, ana: Contact) -> None:
    """Whoever follows a project hears of ten new documents at once, by their names."""
    share(room, ana)
    room.run()
    for number in range(10):
        room.kit.documents.add(PROJECT, f"plan-{number}.pdf", PDF, by=room.maria)
    room.run()

    letter = room.letters()[-1]
    assert len(room.letters()) == 2
    assert all(f"plan-{number}.pdf" in letter.text for number in range(10))


def test_each_member_of_an_organization_hears_for_themselves(room: Mailroom, ana: Contact) -> None:
    """What is shared with an organisation is told to whoever belongs to it, and nobody else."""
    acme = room.kit.people.add_organization("Acme", by=room.maria)
    room.kit.people.join(ana, acme, by=room.maria)
    room.kit.people.join(room.person("Ben"), acme, by=room.maria)
    room.person("Cleo")
    share(room, acme)
    room.run()

    assert sorted(letter.recipient.address for letter in room.letters()) == ["ana@acme.test", "ben@acme.test"]


def test_what_was_filed_for_staff_alone_is_no_news(room: Mailroom, ana: Contact) -> None:
    """An internal document in a project that a client follows is told to nobody."""
    share(room, ana)
    room.run()
    room.kit.documents.add(PROJECT, "margin.pdf", PDF, by=room.maria, visibility=Visibility.INTERNAL)
    report = room.run()

    assert (len(room.letters()), report.dropped) == (1, 1)
    assert [item.title for item in room.kit.notifications.feed(ana).items] == ["Relaunch"]


def test_what_was_revoked_before_it_was_sent_is_not_told(room: Mailroom, ana: Contact) -> None:
    """Promise 7: who may not open it at the moment of sending hears nothing, by mail or in the portal."""
    (grant,) = room.kit.shares.grant(PROJECT, to=ana, by=room.maria)
    room.kit.shares.revoke(grant, by=room.maria)
    report = room.run()

    assert (report.dropped, room.letters()) == (1, [])
    assert room.kit.notifications.feed(ana).items == ()
    assert room.kit.notifications.unseen(ana) == 0


def test_a_link_is_told_to_whom_it_was_made_for(room: Mailroom, ana: Contact) -> None:
    """The letter leads to the link; when that is revoked first, there is none."""
    link = room.kit.links.create(PROJECT, by=room.maria, sections={"progress"}, recipient=ana)
    room.run()
    other = room.kit.links.create(PROJECT, by=room.maria, sections={"hours"}, recipient=ana)
    room.kit.links.revoke(other, by=room.maria)
    room.run()

    (letter,) = room.letters()
    assert f"https://studio.test/portal/l/{room.kit.links.token(link)}" in letter.text


def test_an_invitation_is_sent_at_once_and_cannot_be_turned_off(room: Mailroom, ana: Contact) -> None:
    """It has the address that lets the contact in, once, and none that ends letters."""
    invitation = room.kit.people.invite(ana, by=room.maria)
    room.run(timedelta(0))

    (letter,) = room.letters()
    assert f"/i/{room.kit.people.invitation_token(invitation)}" in letter.text
    assert letter.unsubscribe_url is None


def test_a_request_goes_its_whole_way_by_mail(room: Mailroom, ana: Contact) -> None:
    """Asked, sent, sent back, sent again, accepted: each side hears what the other did."""
    kit = room.kit
    request = kit.requests.create(
        to=[ana], items=[RequestItem("Passport", key="passport")], about=PROJECT, by=room.maria
    )
    room.run(timedelta(0))
    token = kit.requests.token(request, ana)
    kit.requests.submit(token, "passport", "blurred.pdf", PDF)
    room.run()
    kit.requests.send_back(request, reason="It cannot be read.", by=room.maria)
    room.run(timedelta(0))
    kit.requests.submit(token, "passport", "sharp.pdf", PDF + b"\n")
    room.run()
    kit.requests.accept(request, by=room.maria)
    room.run(timedelta(0))

    told = [(letter.recipient.address, letter.subject) for letter in room.letters()]
    assert [address.partition("@")[0] for address, _ in told] == ["ana", "maria", "ana", "maria", "ana"]
    asked, came, back, again, done = room.letters()
    assert f"/u/{token}" in asked.text
    assert "Passport" in asked.text
    assert ("blurred.pdf" in came.text, "Ana" in came.subject) == (True, True)
    assert "It cannot be read." in back.text
    assert ("sharp.pdf" in again.text, "blurred.pdf" in again.text) == (True, False)
    assert "Relaunch" in done.subject


def test_staff_who_follow_a_case_hear_of_what_came_for_it(room: Mailroom, ana: Contact) -> None:
    """Besides whoever answers for it; clients who follow it do not (C7)."""
    kit, ben = room.kit, Staff("ben")
    kit.people.add_staff(ben, name="Ben", email="ben@studio.test", roles={"admin"}, by=room.root)
    kit.shares.follow(PROJECT, ben, by=ben)
    share(room, ana, room.person("Cleo"))
    request = kit.requests.create(to=[ana], items=[RequestItem("Passport")], about=PROJECT, by=room.maria)
    room.run()
    before = len(room.letters())
    kit.requests.submit(kit.requests.token(request, ana), request.items[0].key, "passport.pdf", PDF)
    room.run()

    told = {letter.recipient.address for letter in room.letters()[before:]}
    assert told == {"maria@studio.test", "ben@studio.test"}


def test_words_of_staff_stand_in_the_letter(room: Mailroom, ana: Contact) -> None:
    """What staff wrote takes the place of our words, with the name and the title filled in; a letter greets once."""
    room.kit.requests.create(
        to=[ana],
        items=[RequestItem("Passport")],
        about=PROJECT,
        by=room.maria,
        subject="Papers for {title}",
        body="Dear {name},\n\nwithout your passport {title} cannot begin.",
        button="Send it now",
    )
    room.run(timedelta(0))

    (letter,) = room.letters()
    assert letter.subject == "Papers for Relaunch"
    assert "without your passport Relaunch cannot begin." in letter.text
    assert "Send it now" in letter.text
    assert "Dear Ana" not in letter.text


def test_a_reminder_that_came_too_late_is_not_sent(room: Mailroom, ana: Contact) -> None:
    """When everything was sent in the meantime, nobody is reminded of it."""
    request = room.kit.requests.create(
        to=[ana], items=[RequestItem("Passport", key="passport", max=1)], about=PROJECT, by=room.maria
    )
    room.run()
    room.clock.advance(timedelta(days=3))
    room.kit.requests.remind(request, by=room.maria)
    room.kit.requests.submit(room.kit.requests.token(request, ana), "passport", "id.pdf", PDF)
    room.run()

    assert [letter.recipient.address for letter in room.letters()] == ["ana@acme.test", "maria@studio.test"]


def test_who_asks_for_access_is_heard_and_answered(room: Mailroom, ana: Contact) -> None:
    """The owner hears that Ana asks; Ana hears that she may, in one letter."""
    share(room, room.person("Ben"))
    room.run()
    room.kit.access_requests.ask(PROJECT, by=ana)
    room.run()
    (request,) = room.kit.access_requests.waiting()
    room.kit.access_requests.approve(request, by=room.maria)
    room.run()

    _, asked, answered = room.letters()
    assert (asked.recipient.address, "Ana asks for access" in asked.text) == ("maria@studio.test", True)
    assert (answered.recipient.address, "Relaunch" in answered.subject) == ("ana@acme.test", True)


# --- when they want to hear of it -------------------------------------------------------------


def test_news_of_a_kind_can_be_turned_off(room: Mailroom, ana: Contact) -> None:
    """No letter comes; the portal shows the news all the same."""
    room.kit.notifications.choose(ana, cadences={News.SHARED: Cadence.OFF}, by=ana)
    share(room, ana)
    room.run()

    assert room.letters() == []
    assert [item.title for item in room.kit.notifications.feed(ana).items] == ["Relaunch"]


def test_a_daily_letter_gathers_what_there_is(room: Mailroom, ana: Contact) -> None:
    """At eight in Madrid one letter has everything since the last, whatever it is about."""
    kit = room.kit
    kit.notifications.choose(
        ana, cadences={News.SHARED: Cadence.DAILY, News.DOCUMENTS: Cadence.DAILY}, time_zone="Europe/Madrid", by=ana
    )
    share(room, ana)
    room.run(2 * HOUR)
    kit.documents.add(PROJECT, "plan.pdf", PDF, by=room.maria)
    room.run(2 * HOUR)
    before = room.letters()
    room.clock.set(datetime(2026, 3, 3, 7, 0, tzinfo=UTC))
    room.run(timedelta(0))

    (letter,) = room.letters()
    assert before == []
    assert ("Relaunch" in letter.text, "plan.pdf" in letter.text) == (True, True)


def test_hours_can_be_quiet(room: Mailroom, ana: Contact) -> None:
    """Between ten at night and seven in the morning nothing is sent; at seven it is."""
    room.kit.notifications.choose(ana, quiet=(time(22), time(7)), time_zone="Europe/Madrid", by=ana)
    room.clock.set(datetime(2026, 3, 2, 21, 30, tzinfo=UTC))
    share(room, ana)
    room.run()
    at_night = room.letters()
    room.clock.set(datetime(2026, 3, 3, 6, 0, tzinfo=UTC))
    room.run(timedelta(0))

    assert (at_night, len(room.letters())) == ([], 1)


def test_a_project_can_be_muted(room: Mailroom, ana: Contact) -> None:
    """Nothing of it, and of what lies in it, comes by mail, until it may again."""
    kit = room.kit
    share(room, ana)
    room.run()
    kit.notifications.mute(ana, PROJECT, by=ana)
    kit.documents.add(PROJECT, "one.pdf", PDF, by=room.maria)
    room.run()
    kit.notifications.unmute(ana, PROJECT, by=ana)
    kit.documents.add(PROJECT, "two.pdf", PDF + b"\n", by=room.maria)
    room.run()

    assert ["one.pdf" in letter.text for letter in room.letters()] == [False, False]
    assert "two.pdf" in room.letters()[-1].text


def test_what_was_seen_in_the_portal_is_not_sent(room: Mailroom, ana: Contact) -> None:
    """Whoever saw the news in the meantime gets no letter about it."""
    room.clock.advance(MINUTE)
    share(room, ana)
    room.run(timedelta(0))
    page = room.kit.notifications.feed(ana)
    room.kit.notifications.mark_seen(ana, page.items)
    room.run()

    assert (len(page.items), page.items[0].seen, room.letters()) == (1, False, [])
    assert room.kit.notifications.unseen(ana) == 0


def test_one_click_ends_letters_of_a_kind(room: Mailroom, ana: Contact) -> None:
    """The address in the letter turns its kind off, once and again; a changed one turns off nothing."""
    share(room, ana)
    room.run()
    token = (room.letters()[0].unsubscribe_url or "").rpartition("/")[2]
    first = room.kit.notifications.unsubscribe(token)
    again = room.kit.notifications.unsubscribe(token)

    assert first == again
    assert (first.person, first.cadence(News.SHARED), first.cadence(News.REQUESTS)) == (
        ana.key,
        Cadence.OFF,
        Cadence.IMMEDIATE,
    )
    with pytest.raises(InvalidTokenError):
        room.kit.notifications.unsubscribe(token[:-1] + ("A" if token[-1] != "A" else "E"))


def test_only_oneself_chooses(room: Mailroom, ana: Contact) -> None:
    """Staff do not decide for a client what letters they get, nor one client for another."""
    for by in (room.maria, room.person("Ben")):
        with pytest.raises(NotAllowedError):
            room.kit.notifications.choose(ana, cadences={News.SHARED: Cadence.OFF}, by=by)


# --- when it fails ----------------------------------------------------------------------------


def test_a_server_that_is_down_is_tried_again(room: Mailroom, ana: Contact) -> None:
    """The same letter goes a little later, under the same Message-ID as it would have had."""
    room.outbox.failure = TemporaryDeliveryError("the server answered 451")
    share(room, ana)
    failed = room.run()
    at_once = room.run(timedelta(0))
    room.outbox.failure = None
    later = room.run(2 * MINUTE)

    assert (failed.postponed, at_once.was_idle, later.sent) == (1, True, 1)
    assert len(room.letters()) == 1


def test_a_letter_that_is_refused_can_be_tried_again_by_staff(room: Mailroom, ana: Contact) -> None:
    """It is listed with what the server said; who may not see it as staff cannot."""
    room.outbox.failure = PermanentDeliveryError("the server answered 550 5.1.1", recipient=True)
    share(room, ana)
    report = room.run()
    (dead,) = room.kit.notifications.dead_letters(by=room.root)
    room.outbox.failure = None
    room.kit.notifications.retry(dead, by=room.root)
    room.run(timedelta(0))

    assert (report.dead, dead.state, dead.error) == (1, DeliveryState.DEAD, "the server answered 550 5.1.1")
    assert (dead.party, len(room.letters())) == (ana.key, 1)
    assert room.kit.notifications.dead_letters(by=room.root) == []
    with pytest.raises(NotAllowedError):
        room.kit.notifications.dead_letters(by=Staff("ben"))


def test_a_letter_that_always_fails_is_given_up(room: Mailroom, ana: Contact) -> None:
    """After ten tries, each later than the one before, it waits for staff."""
    room.outbox.failure = TemporaryDeliveryError("the server answered 451")
    share(room, ana)
    room.run()
    for _ in range(20):
        room.run(timedelta(days=1))
    (dead,) = room.kit.notifications.dead_letters(by=room.root)

    assert dead.attempts == 10


def test_the_relay_goes_over_all_tenants(room: Mailroom) -> None:
    """One relay tells the news of each tenant, each with its own people."""
    other = room.kit.for_tenant("other")
    other.catalog.put(PROJECT, title="Their project", client_title="Theirs", owner=room.maria, by=room.root)
    eva = other.people.add_contact("Eva", "eva@beta.test", by=room.maria)
    other.shares.grant(PROJECT, to=eva, by=room.maria)
    report = room.run()

    assert (report.tenants, [letter.recipient.address for letter in room.letters()]) == (2, ["eva@beta.test"])


def test_a_kit_without_a_post_fills_the_feed_alone(room: Mailroom, ana: Contact) -> None:
    """News stands in the portal; letters are not saved up for the day when there is a post."""
    silent = sharekit_testing.kit(records=room.records, clock=room.clock, secret_keys=[KEY])
    share(room, ana)
    silent.relay.run_once()
    report = room.run()

    assert (report.sent, room.letters()) == (0, [])
    assert [item.title for item in silent.notifications.feed(ana).items] == ["Relaunch"]


class Forgetful:
    """A directory that cannot be asked for contacts for a while."""

    def __init__(self) -> None:
        self.down = False

    def rights(self, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
        """Everybody may do everything."""
        return frozenset(Right)

    def contact(self, id: str) -> ContactInfo | None:
        """Know one contact, or fail."""
        if self.down:
            raise ConnectionError
        return ContactInfo(id="ana", name="Ana", email="ana@acme.test") if id == "ana" else None

    def organization(self, id: str) -> OrganizationInfo | None:
        """Know one, or fail."""
        if self.down:
            raise ConnectionError
        return OrganizationInfo(id=id, name="Acme") if id == "acme" else None

    def organizations_of(self, contact_id: str) -> list[MembershipInfo]:
        """Ana belongs to it."""
        return [MembershipInfo(organization="acme")] if contact_id == "ana" else []

    def members_of(self, organization_id: str) -> list[str]:
        """The same the other way round."""
        return ["ana"] if organization_id == "acme" else []

    def search_organizations(self, text: str, limit: int) -> list[OrganizationInfo]:
        """Find none."""
        return []

    def search_contacts(self, text: str, limit: int) -> list[ContactInfo]:
        """Find nobody."""
        return []

    def staff_info(self, id: str) -> StaffInfo | None:
        """Know Maria."""
        return StaffInfo(id=id, name="Maria Host", email="maria@host.test", locale="de") if id == "maria" else None


def test_people_of_the_host_hear_at_the_addresses_that_the_host_gives() -> None:
    """A client's upload is told to Maria in German, where the host says; while it cannot be asked, it waits."""
    people = Forgetful()
    room = mailroom(directory=people)
    room.kit.catalog.put(PROJECT, title="Relaunch", client_title="Relaunch", owner=room.maria, by=room.root)
    ana = Contact("ana")
    room.kit.shares.grant(PROJECT, to=ana, access=Access.CONTRIBUTE, by=room.maria)
    people.down = True
    waiting = room.run()
    people.down = False
    room.run(6 * MINUTE)
    room.kit.documents.add(PROJECT, "card.pdf", PDF, by=ana)
    room.run()

    shared, sent = room.letters()
    assert (waiting.sent, waiting.postponed) == (0, 1)
    assert (shared.recipient.address, "Maria Host" in shared.text) == ("ana@acme.test", True)
    assert (sent.recipient.address, sent.language, "card.pdf" in sent.text) == ("maria@host.test", "de", True)


def test_an_event_that_cannot_be_told_waits_for_staff() -> None:
    """Ten times it is tried, later each time; staff list it and have it told, once, when the host is there again."""
    people = Forgetful()
    room = mailroom(directory=people)
    room.kit.catalog.put(PROJECT, title="Relaunch", client_title="Relaunch", owner=room.maria, by=room.root)
    room.kit.shares.grant(PROJECT, to=Organization("acme"), by=room.maria)
    people.down = True
    first = room.run()
    for _ in range(15):
        room.run(timedelta(days=1))
    (dead,) = room.kit.notifications.dead_events(by=room.root)
    people.down = False
    room.kit.notifications.retry_event(dead, by=room.root)
    room.run()

    assert (first.failed, dead.event, dead.attempts, dead.error) == (1, "resource-shared", 10, "directory")
    assert [letter.recipient.address for letter in room.letters()] == ["ana@acme.test"]
    assert room.kit.notifications.dead_events(by=room.root) == []
    with pytest.raises(NotAllowedError):
        room.kit.notifications.dead_events(by=Staff("ben"))


# --- the feed -----------------------------------------------------------------------------------


def test_an_event_that_nobody_wants_to_tell_any_more_is_done_with() -> None:
    """Staff give up on it: nobody hears of it, the trail says who did that, and there is nothing left to try."""
    people = Forgetful()
    room = mailroom(directory=people)
    room.kit.catalog.put(PROJECT, title="Relaunch", client_title="Relaunch", owner=room.maria, by=room.root)
    room.kit.shares.grant(PROJECT, to=Organization("acme"), by=room.maria)
    people.down = True
    for _ in range(15):
        room.run(timedelta(days=1))
    (dead,) = room.kit.notifications.dead_events(by=room.root)
    people.down = False
    with pytest.raises(NotAllowedError):
        room.kit.notifications.dismiss_event(dead, by=Staff("ben"))
    room.kit.notifications.dismiss_event(dead, by=room.root)
    room.run()
    (entry,) = room.kit.audit.entries(action="event-dismissed")

    assert (entry.actor, entry.details) == (room.root.key, {"entry": dead.id, "happened": "resource-shared"})
    assert (room.kit.notifications.dead_events(by=room.root), room.letters()) == ([], [])
    with pytest.raises(NotFoundError):
        room.kit.notifications.dismiss_event(dead, by=room.root)
    with pytest.raises(InvalidInputError):
        room.kit.notifications.dismiss_event(wrong(dead.id), by=room.root)


def test_a_feed_is_read_page_by_page(room: Mailroom, ana: Contact) -> None:
    """The latest first, each piece once, also when what the reader may not open lies between; cursors are personal."""
    hidden = []
    for number in range(7):
        ref = ResourceRef("project", f"p{number}")
        room.kit.catalog.put(ref, title="x", client_title=f"Project {number}", owner=room.maria, by=room.root)
        (grant,) = room.kit.shares.grant(ref, to=ana, by=room.maria)
        hidden.append(grant)
        room.run()
    for grant in hidden[2:4]:
        room.kit.shares.revoke(grant, by=room.maria)
    titles, after = list[str](), None
    while True:
        page = room.kit.notifications.feed(ana, limit=2, after=after)
        titles += [item.title for item in page.items]
        after = page.next
        if after is None:
            break

    assert titles == [f"Project {number}" for number in (6, 5, 4, 1, 0)]
    assert room.kit.notifications.unseen(ana) == 5
    cursor = room.kit.notifications.feed(ana, limit=2).next
    with pytest.raises(InvalidTokenError):
        room.kit.notifications.feed(room.person("Ben"), after=cursor)


def test_nobody_marks_the_news_of_others(room: Mailroom, ana: Contact) -> None:
    """An id of another's news changes nothing; without ids all of one's own is seen."""
    ben = room.person("Ben")
    share(room, ana, ben)
    room.run()
    items = room.kit.notifications.feed(ana).items
    room.kit.notifications.mark_seen(ben, items)
    before = room.kit.notifications.unseen(ana)
    room.kit.notifications.mark_seen(ana)

    assert (before, room.kit.notifications.unseen(ana), room.kit.notifications.unseen(ben)) == (1, 0, 1)


def test_news_is_named_by_items_or_their_ids(room: Mailroom, ana: Contact) -> None:
    """Anything else is refused, so that nobody believes that something was marked."""
    for items in ("x", ["x"], 5, [5], b"x", room.kit.notifications.feed(ana)):
        with pytest.raises(InvalidInputError) as refused:
            room.kit.notifications.mark_seen(ana, wrong(items))

        assert refused.value.field == "items"
    room.kit.notifications.mark_seen(ana, ["0" * 64])  # an id, and nobody's


def test_a_token_to_unsubscribe_names_kinds_that_can_be_chosen(room: Mailroom, ana: Contact) -> None:
    """A token that would end nothing is refused."""
    odd: list[object] = [5, "messages", News.MESSAGES, [], ["messages"], [[]], [News.INVITATION]]
    for news in odd:
        with pytest.raises(InvalidInputError) as refused:
            room.kit.notifications.unsubscribe_token(ana, wrong(news))

        assert refused.value.field == "news"


def test_who_takes_part_already_hears_of_no_change(room: Mailroom, ana: Contact) -> None:
    """Being shown more of the past is not being added."""
    talk = room.kit.conversations.start(subject="Colours", about=PROJECT, by=room.maria)
    room.kit.people.invite(ana, by=room.maria)
    for history in (HistoryPolicy.FROM_JOIN, HistoryPolicy.NONE, HistoryPolicy.FULL):
        room.kit.conversations.add_participant(talk, ana, history=history, by=room.maria)
    room.run()

    _, letter = room.letters()
    assert ["participant-added", "contact-invited"] == [item.event for item in room.kit.notifications.feed(ana).items]
    assert letter.subject == "Colours: Maria le ha añadido a esta conversación"
    assert f"Abrir:\nhttps://studio.test/portal/c/{talk.id}" in letter.text
    assert "juntas" not in letter.text


# --- at which moment ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cadence", "at", "goes"),
    [
        (Cadence.HOURLY, "2026-03-02T09:59:59", "2026-03-02T10:00:00"),
        (Cadence.HOURLY, "2026-03-02T10:00:00", "2026-03-02T11:00:00"),
        (Cadence.DAILY, "2026-03-02T06:59:59", "2026-03-02T07:00:00"),
        (Cadence.DAILY, "2026-03-02T07:00:00", "2026-03-03T07:00:00"),
        (Cadence.DAILY, "2026-03-28T20:00:00", "2026-03-29T06:00:00"),  # an hour earlier: summer time began
        (Cadence.DAILY, "2026-10-24T20:00:00", "2026-10-25T07:00:00"),
        (Cadence.IMMEDIATE, "2026-03-02T20:59:59", "2026-03-02T20:59:59"),
        (Cadence.IMMEDIATE, "2026-03-02T21:00:00", "2026-03-03T06:00:00"),  # quiet from ten to seven
        (Cadence.IMMEDIATE, "2026-03-03T05:59:59", "2026-03-03T06:00:00"),
        (Cadence.IMMEDIATE, "2026-03-03T06:00:00", "2026-03-03T06:00:00"),
    ],
)
def test_letters_go_at_the_readers_own_times(cadence: Cadence, at: str, goes: str) -> None:
    """In the zone of the reader, on days of 23 and of 25 hours too."""
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    notice = Notice(
        tenant=TenantId("default"),
        entry="1",
        person="contact:ana",
        news=News.SHARED,
        event="resource-shared",
        at=moment,
        actor="staff:maria",
        subject="x",
        due_at=moment,
    )
    wants = NoticePreferences(
        tenant=TenantId("default"),
        person="contact:ana",
        handle="h" * 28,
        cadences={News.SHARED: cadence},
        quiet_from=22 * 60,
        quiet_until=7 * 60,
        time_zone="Europe/Madrid",
    )

    assert when(notice, wants, moment, "UTC") == datetime.fromisoformat(goes).replace(tzinfo=UTC)


def test_letters_lead_to_pages_that_there_are(room: Mailroom, ana: Contact) -> None:
    """Every address of the portal in a letter is one of its routes."""
    kit = room.kit
    kit.people.invite(ana, by=room.maria)
    kit.links.create(PROJECT, by=room.maria, sections={"progress"}, recipient=ana)
    kit.requests.create(to=[ana], items=[RequestItem("Passport")], about=PROJECT, by=room.maria)
    share(room, ana)
    room.run()
    kit.documents.add(PROJECT, "plan.pdf", PDF, by=room.maria)
    room.run()
    mounted = "https://studio.test/portal"
    found = [address for letter in room.letters("ana@acme.test") for address in re.findall(r"https://\S+", letter.text)]

    assert len(found) == 4
    assert [address for address in found if find_route(address.removeprefix(mounted)) is None] == []
