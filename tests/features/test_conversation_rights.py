"""Who takes part in conversations, by which right, and how it is lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sharekit import (
    Audience,
    Contact,
    Decision,
    LinkHolder,
    Organization,
    OrganizationMode,
    ResourceRef,
    Right,
    Staff,
    Visibility,
    errors,
)
from sharekit.ids import ConversationId, MessageId
from sharekit.ports import RecordStore
from sharekit.records.conversations import Conversation, HistoryPolicy
from sharekit.records.documents import Upload
from sharekit.testing import kit, project_kind
from tests.features._talks import note, reply, talk, texts
from tests.features.conftest import KEY, Agency, wrong
from tests.features.test_host_people import ACME, ANA, EVA, MARIA, REF, OwnPeople, hosted

NOWHERE = ConversationId("x" * 28)
UNKNOWN = MessageId("y" * 28)


def test_staff_need_a_right_on_the_context(agency: Agency) -> None:
    """Who was deactivated reads nothing more; without a context, those read who take part, and admins."""
    ana = agency.person("Ana")
    boss = Staff("boss")
    agency.kit.people.add_staff(boss, name="Boss", roles={"admin"}, by=agency.root)
    agency.kit.people.add_staff(agency.ben, name="Ben", by=agency.root)
    about, alone = talk(agency, ana), talk(agency, ana, about=None)
    reply(agency, about, "Hello")

    for by in (agency.maria, agency.ben, boss, agency.root):
        assert ["Hello"] == texts(agency, about, by)
    for by in (agency.maria, boss, agency.root):
        assert [] == texts(agency, alone, by)
    with pytest.raises(errors.NotAllowedError):
        texts(agency, alone, agency.ben)
    agency.kit.conversations.add_participant(alone, agency.ben, history=HistoryPolicy.FULL, by=agency.maria)

    assert [] == texts(agency, alone, agency.ben)
    agency.kit.people.deactivate(agency.ben, by=agency.root)
    for opened in (about, alone):
        with pytest.raises(errors.NotAllowedError):
            texts(agency, opened, agency.ben)
        with pytest.raises(errors.NotAllowedError):
            reply(agency, opened, "I am still here", agency.ben)

    assert () == agency.kit.conversations.visible(agency.ben).items


def test_a_thing_of_the_same_id_is_another_thing(agency: Agency) -> None:
    """Who owns what was put again under an id has no say in what was talked about the old one (u25)."""
    ana = agency.person("Ana")
    agency.kit.catalog.put(agency.relaunch, title="Old", client_title="Old", owner=agency.maria, by=agency.root)
    opened = talk(agency, ana)
    hidden = note(agency, opened, "careful")
    agency.kit.catalog.remove(agency.relaunch, by=agency.root)
    agency.kit.catalog.put(agency.relaunch, title="New", client_title="New", owner=agency.ben, by=agency.root)
    agency.share(agency.relaunch, ana, by=agency.ben)

    with pytest.raises(errors.NotAllowedError):
        agency.kit.conversations.promote(hidden, reason="mine now", by=agency.ben)
    assert agency.kit.conversations.thread(opened, by=ana).about is None


def test_a_conversation_outlives_what_it_is_about(agency: Agency) -> None:
    """When the thing is removed, everybody goes on reading, and is shown no thing any more."""
    ana = agency.person("Ana")
    agency.share(agency.relaunch, ana)
    opened = talk(agency, ana)
    reply(agency, opened, "Hello")
    agency.kit.catalog.remove(agency.relaunch, by=agency.root)
    reply(agency, opened, "Goodbye", ana)

    for by in (ana, agency.maria):
        shown = agency.kit.conversations.thread(opened, by=by)

        assert (["Hello", "Goodbye"], None) == ([message.text for message in shown.messages], shown.about)
    with pytest.raises(errors.NotFoundError):
        talk(agency, ana)


class Doorkeeper:
    """A directory that lets some staff see some things."""

    def __init__(self) -> None:
        self.open = {("maria", "project:42"): frozenset(Right)}

    def rights(self, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
        """Return what was let."""
        return self.open.get((staff.id, ref.key), frozenset())


def test_the_rights_of_staff_are_the_hosts(agency: Agency) -> None:
    """Where the host says who may see a thing, so it is for what is talked about it, at each use (R-MAIL-3)."""
    doors = Doorkeeper()
    made = kit(records=agency.records, clock=agency.clock, kinds=[project_kind()], secret_keys=[KEY], directory=doors)
    hosted = Agency(kit=made, records=agency.records, clock=agency.clock, loads=agency.loads)
    ana = hosted.person("Ana")
    opened = talk(hosted, ana)
    reply(hosted, opened, "Hello")
    with pytest.raises(errors.NotAllowedError):
        made.conversations.add_participant(opened, agency.ben, history=HistoryPolicy.FULL, by=agency.maria)

    assert ["Hello"] == texts(hosted, opened, agency.maria)
    for act in (lambda: texts(hosted, opened, agency.ben), lambda: reply(hosted, opened, "Me too", agency.ben)):
        with pytest.raises(errors.NotAllowedError):
            act()
    doors.open.clear()
    with pytest.raises(errors.NotAllowedError):
        texts(hosted, opened, agency.maria)

    assert () == made.conversations.visible(agency.maria).items
    assert ["Hello"] == texts(hosted, opened, ana)


Loss = Callable[[Agency, Contact, Organization, Conversation], object]
LOSSES: dict[str, Loss] = {
    "removed": lambda agency, _, acme, opened: agency.kit.conversations.remove_participant(
        opened, acme, by=agency.maria
    ),
    "left the organisation": lambda agency, ana, acme, _: agency.kit.people.leave(ana, acme, by=agency.maria),
    "organisation deactivated": lambda agency, _a, acme, _o: agency.kit.people.deactivate(acme, by=agency.root),
    "contact deactivated": lambda agency, ana, _a, _o: agency.kit.people.deactivate(ana, by=agency.root),
    "contact merged": lambda agency, ana, _a, _o: agency.kit.people.merge(
        ana, into=agency.person("Other"), by=agency.root
    ),
    "organisations count for nobody": lambda agency, *_: agency.kit.portal.configure(
        organizations=OrganizationMode.NOBODY, by=agency.root
    ),
    "not chosen": lambda agency, *_: agency.kit.portal.configure(
        organizations=OrganizationMode.PER_MEMBER, by=agency.root
    ),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_lost_is_lost_at_the_next_call(agency: Agency, loss: str) -> None:
    """By every way: the thread, lists, search, counts, files, writing, taking back and leaving (R-AUTH-4)."""
    ana = agency.person("Ana")
    acme = agency.company("Acme", ana)
    opened = talk(agency, acme)
    said = reply(agency, opened, "Hello colour", files=[Upload("a.txt", b"text\n")])
    own = reply(agency, opened, "Mine", ana)
    talks = agency.kit.conversations

    assert 1 == talks.unread(ana)
    LOSSES[loss](agency, ana, acme, opened)
    before = agency.everything()
    acts: list[Callable[[], object]] = [
        lambda: talks.thread(opened, by=ana),
        lambda: talks.thread(opened.id, by=ana),
        lambda: talks.open_attachment(said, 1, by=ana),
        lambda: talks.look_at_attachment(said.id, 1, by=ana),
        lambda: reply(agency, opened, "Still here", ana),
        lambda: talks.mark_read(opened, by=ana),
        lambda: talks.undo(own, by=ana),
        lambda: talks.leave(opened, by=ana),
    ]
    for act in acts:
        with pytest.raises(errors.NotFoundError):
            act()

    assert () == talks.visible(ana).items == talks.visible(ana, search="colour").items
    assert 0 == talks.unread(ana)
    assert not talks.decide(ana, opened)
    assert before == agency.everything()


def test_an_organisation_takes_part_with_all_its_people(agency: Agency) -> None:
    """Who belongs to it is asked at each reading: who joins reads, who leaves reads nothing more (u22, R-AUTH-4)."""
    ana, bo = agency.person("Ana"), agency.person("Bo")
    acme = agency.company("Acme", ana)
    opened = talk(agency, acme)
    reply(agency, opened, "Hello")

    assert ["Hello"] == texts(agency, opened, ana)
    assert () == agency.kit.conversations.visible(bo).items
    agency.kit.people.join(bo, acme, by=agency.maria)

    assert ["Hello"] == texts(agency, opened, bo)
    assert Decision(allowed=True, reason="organization-takes-part") == agency.kit.conversations.decide(bo, opened)
    agency.kit.people.leave(bo, acme, by=agency.maria)
    with pytest.raises(errors.NotFoundError):
        texts(agency, opened, bo)
    with pytest.raises(errors.NotFoundError):
        reply(agency, opened, "still me", bo)

    assert () == agency.kit.conversations.visible(bo).items
    assert 0 == agency.kit.conversations.unread(bo)
    agency.kit.people.deactivate(acme, by=agency.root)
    with pytest.raises(errors.NotFoundError):
        texts(agency, opened, ana)


def test_people_of_the_host_take_part(records: RecordStore) -> None:
    """Where the host keeps contacts and companies, it is asked who they are and belong to, at each use."""
    people = OwnPeople()
    own = hosted(records, people)
    opened = own.conversations.start(subject="s", about=REF, with_=[ACME], by=MARIA)
    own.conversations.post(opened, "Hello", audience=Audience.CLIENT, by=MARIA)
    own.conversations.post(opened, "Hi", audience=Audience.CLIENT, by=ANA)
    (heard,) = own.conversations.recipients(opened, audience=Audience.CLIENT, by=MARIA)

    assert (ANA.key, "Ana") == (heard.party, heard.name)
    assert ["Ana"] == [message.author_name for message in own.conversations.thread(opened, by=MARIA).messages[1:]]
    with pytest.raises(errors.NotFoundError):
        own.conversations.thread(opened, by=EVA)
    people.belongs.clear()
    with pytest.raises(errors.NotFoundError):
        own.conversations.thread(opened, by=ANA)

    assert [] == own.conversations.recipients(opened, audience=Audience.CLIENT, by=MARIA)


def test_what_is_confidential_is_talked_about_with_people_alone(agency: Agency) -> None:
    """An organisation does not take part in a conversation about it (u8)."""
    ana = agency.person("Ana")
    acme = agency.company("Acme", ana)
    contract = agency.thing("c1", kind="contract", container=None)

    with pytest.raises(errors.NotAllowedError):
        talk(agency, acme, about=contract)
    assert [] == texts(agency, talk(agency, ana, about=contract), ana)


def test_followers_take_part_from_when_they_began(agency: Agency) -> None:
    """New replies on a project reach who follows it and may view it, what came before does not (B4, u10)."""
    ana, bo, cleo = (agency.person(name) for name in ("Ana", "Bo", "Cleo"))
    agency.share(agency.relaunch, ana)
    agency.share(agency.relaunch, bo, follow=False)
    opened = talk(agency, with_followers=True)
    agency.clock.advance(timedelta(minutes=1))
    reply(agency, opened, "first")
    agency.clock.advance(timedelta(minutes=1))
    agency.share(agency.relaunch, cleo)
    agency.clock.advance(timedelta(minutes=1))
    reply(agency, opened, "second")

    assert ["first", "second"] == texts(agency, opened, ana)
    assert ["second"] == texts(agency, opened, cleo)
    assert [opened.id] == [item.conversation for item in agency.kit.conversations.visible(cleo).items]
    with pytest.raises(errors.NotFoundError):
        texts(agency, opened, bo)
    agency.kit.catalog.put(agency.relaunch, visibility=Visibility.INTERNAL, title="Relaunch", by=agency.maria)
    with pytest.raises(errors.NotFoundError):
        texts(agency, opened, ana)

    assert () == agency.kit.conversations.visible(ana).items


def test_the_requester_takes_part(agency: Agency) -> None:
    """A contact whose matter it is reads every reply (B2)."""
    ana = agency.person("Ana")
    opened = talk(agency, requester=ana)
    reply(agency, opened, "Hello")
    shown = agency.kit.conversations.thread(opened, by=agency.maria).participants

    assert ["Hello"] == texts(agency, opened, ana)
    assert {ana.key: True, agency.maria.key: False} == {each.party: each.requester for each in shown}


def test_what_is_not_there(agency: Agency) -> None:
    """Unknown ids, people and things, and those of another tenant, are not found by any verb."""
    ana = agency.person("Ana")
    opened = talk(agency, ana)
    said = reply(agency, opened, "Hello")
    talks, elsewhere = agency.kit.conversations, agency.kit.for_tenant("other").conversations

    acts: list[Any] = [
        lambda: talk(agency, Contact("nobody")),
        lambda: talk(agency, Organization("nobody")),
        lambda: talk(agency, ana, about=ResourceRef("project", "none")),
        lambda: talks.thread(NOWHERE, by=agency.maria),
        lambda: talks.promote(UNKNOWN, reason="r", by=agency.maria),
        lambda: talks.undo(UNKNOWN, by=agency.maria),
        lambda: talks.mark_read(opened, by=ana, up_to=UNKNOWN),
        lambda: talks.leave(opened, by=agency.ben),
        lambda: talks.remove_participant(opened, agency.ben, by=agency.maria),
        lambda: talks.reach(Contact("nobody"), by=agency.maria),
        lambda: elsewhere.thread(opened, by=agency.maria),
        lambda: elsewhere.thread(opened.id, by=agency.root),
        lambda: elsewhere.undo(said, by=agency.maria),
        lambda: elsewhere.open_attachment(said.id, 1, by=agency.root),
        lambda: elsewhere.post(opened, "x", audience=Audience.CLIENT, by=agency.root),
    ]
    before = agency.everything()
    for act in acts:
        with pytest.raises(errors.NotFoundError):
            act()

    assert before == agency.everything()
    assert Decision(allowed=False, reason="absent") == talks.decide(agency.maria, NOWHERE)


def test_merged_contacts_have_talked_as_one(agency: Agency) -> None:
    """Who turned out to be another reads what either read, and has written what either wrote."""
    ana, double = agency.person("Ana"), agency.person("Double")
    one, two = talk(agency, double, subject="one", requester=double), talk(agency, ana, double, subject="two")
    reply(agency, one, "from the double", double)
    reply(agency, two, "from Ana", ana)
    agency.kit.conversations.remove_participant(two, ana, by=agency.maria)
    agency.kit.conversations.mark_read(one, by=double)

    agency.kit.people.merge(double, into=ana, by=agency.root)
    (shown,) = agency.kit.conversations.thread(one, by=ana).messages

    assert (True, "Ana") == (shown.mine, shown.author_name)
    assert ["from Ana"] == texts(agency, two, ana)
    assert ana.key == agency.kit.conversations.get(one.id, by=agency.maria).requester
    assert 0 == agency.kit.conversations.unread(ana)
    with pytest.raises(errors.NotFoundError):
        texts(agency, one, double)


def test_a_reader_that_is_no_person_is_nobody(agency: Agency) -> None:
    """Whoever holds a link takes part in nothing."""
    opened: Conversation = talk(agency, agency.person("Ana"))

    with pytest.raises(errors.NotFoundError):
        agency.kit.conversations.thread(opened, by=LinkHolder("x" * 28))
    with pytest.raises(errors.InvalidInputError):
        agency.kit.conversations.visible(wrong("ana"))


def test_a_message_brings_colleagues_along(agency: Agency) -> None:
    """They take part with the message, or nothing is written; a retry brings nobody twice."""
    opened, boss = talk(agency, agency.person("Ana")), Staff("boss")
    written = note(agency, opened, "Look at this.", colleagues=[agency.ben, boss], idempotency_key="1")
    again = note(agency, opened, "Look at this.", colleagues=[agency.ben, boss], idempotency_key="1")
    reply(agency, opened, "Hello", colleagues=agency.ben)
    heard = agency.kit.conversations.recipients(opened, audience=Audience.INTERNAL, by=agency.maria)
    present = [row.party for row in agency.kit.conversations.participants(opened, by=agency.maria)]

    assert written.id == again.id
    assert {agency.ben.key, boss.key} == {each.party for each in heard}
    assert sorted(set(present)) == sorted(present)
    with pytest.raises(errors.KeyReusedError):
        note(agency, opened, "Look at this.", colleagues=[agency.ben], idempotency_key="1")


def test_who_may_not_say_who_takes_part_brings_nobody_along(agency: Agency) -> None:
    """Neither does a client, nor can whoever may not read it be brought; the message is not written either."""
    ana, gone = agency.person("Ana"), Staff("gone")
    agency.kit.catalog.put(agency.relaunch, title="Old", client_title="Old", owner=agency.maria, by=agency.root)
    agency.kit.people.add_staff(gone, name="Gone", by=agency.root)
    agency.kit.people.deactivate(gone, by=agency.root)
    opened = talk(agency, ana)
    for by, whom in ((agency.ben, Staff("boss")), (ana, agency.ben), (agency.maria, gone)):
        with pytest.raises(errors.NotAllowedError):
            reply(agency, opened, "Come", by, colleagues=[whom])
    for strange in ("staff:ben", ["staff:ben"], [ana], 7):
        with pytest.raises(errors.InvalidInputError) as caught:
            reply(agency, opened, "Come", colleagues=wrong(strange))
        assert "colleagues" == caught.value.field
    reply(agency, opened, "Come", agency.ben, colleagues=[agency.maria])
    threads = agency.kit.conversations.thread

    assert ["Come"] == texts(agency, opened, agency.maria)
    assert {ana.key, agency.maria.key} == {
        row.party for row in agency.kit.conversations.participants(opened, by=agency.maria)
    }
    assert (True, False, False) == tuple(threads(opened, by=by).may_add for by in (agency.maria, agency.ben, ana))
