"""The panels of conversations: what they list, what they write and for whom, and what they refuse."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

import attrs
import pytest

from sharekit import Audience, Contact, ResourceRef, Staff, System
from sharekit.backends.memory import MemoryRecordStore
from sharekit.codec.kinds_of_notices import OUTBOX_ENTRY
from sharekit.errors import NotAllowedError, NotFoundError, PermanentDeliveryError
from sharekit.ids import AuditEntryId, ConversationId
from sharekit.records.conversations import Conversation
from sharekit.records.documents import Upload
from sharekit.records.notices import Cadence, News
from sharekit.records.outbox import OutboxEntry, OutboxState
from sharekit.records.requests import RequestItem
from sharekit.records.threads import MessageView
from sharekit.testing import kit
from sharekit.web import Portal, StaffPanels, StaffUrls
from sharekit.web.locales import LANGUAGES
from tests.features._mail import mail
from tests.features._mail import office as mail_office
from tests.features._mailroom import mailroom
from tests.features._requests import PDF, PROGRAM
from tests.web.conftest import Site, make_site
from tests.web.test_staff_papers import text_of

Form = Mapping[str, Sequence[str]]
URLS = StaffUrls(
    thing=lambda ref: f"/share/{ref.id}",
    document=lambda ref: f"/paper/{ref.id}",
    conversations=lambda ref: "/talks" if ref is None else f"/talks?about={ref.key}",
    conversation=lambda talk: f"/talk/{talk}",
    participants=lambda talk: f"/talk/{talk}/people",
    start=lambda ref: "/talks/new" if ref is None else f"/talks/new?about={ref.key}",
    attachment=lambda message, number: f"/file/{message}/{number}",
    held_mails=lambda: "/held",
)


def panels_of(site: Site, by: Staff | System | None = None, locale: str = "en") -> StaffPanels:
    """Return the panels for somebody at work."""
    return site.portal.staff_panels(
        by or site.maria, locale=locale, hidden={"token": "<7>"}, urls=URLS, staff_name=lambda staff: staff.id.title()
    )


def contact(site: Site, name: str = "Ana", locale: str = "es") -> Contact:
    """Return somebody outside."""
    found = site.kit.people.find(f"{name.lower()}@acme.example")
    if found is not None:
        return Contact(found.id)
    return Contact(site.kit.people.add_contact(name, f"{name.lower()}@acme.example", locale=locale, by=site.maria).id)


def patient_site() -> Site:
    """Return a site in which a message can be taken back for ten minutes."""
    site = make_site()
    made = kit(
        records=site.records, clock=site.clock, kinds=list(site.kit.kinds.values()), undo_window=timedelta(minutes=10)
    )
    return attrs.evolve(site, kit=made, portal=Portal(made))


def talk(site: Site, *, subject: str = "The logo", about: ResourceRef | None = None) -> Conversation:
    """Return a conversation of Maria's with Ana about the relaunch, with a note in it, a question and an answer."""
    talks, ana = site.kit.conversations, contact(site)
    found = talks.start(subject=subject, with_=ana, about=about or site.relaunch, by=site.maria)
    talks.post(found, "Which blue?", audience=Audience.CLIENT, by=site.maria)
    talks.post(found, "She likes navy.", audience=Audience.INTERNAL, by=site.maria)
    site.clock.advance(timedelta(minutes=5))
    talks.post(found, "The dark one.", audience=Audience.CLIENT, by=ana)
    site.clock.advance(timedelta(minutes=5))
    return found


def messages(site: Site, found: Conversation | ConversationId, by: Staff | Contact | None = None) -> list[MessageView]:
    """Return what somebody reads of a conversation."""
    return list(site.kit.conversations.thread(found, by=by or site.maria).messages)


def test_the_inbox_lists_searches_and_narrows(site: Site) -> None:
    """What is unread is marked, and gone from that list once it was looked at."""
    first = talk(site)
    other = site.kit.conversations.start(subject="The invoice", with_=contact(site, "Bo"), by=site.maria)
    panels = panels_of(site)
    everything, unread = text_of(panels.inbox()), text_of(panels.inbox(query="unread=1"))
    found, none = text_of(panels.inbox(query="q=dark")), text_of(panels.inbox(query="q=zebra"))
    narrowed = panels.inbox(query=f"about={site.relaunch.key}", things=[site.relaunch])
    panels.conversation(first)

    assert "The invoice" in everything
    assert "Ana" in everything
    assert "One unread" in unread
    assert "The invoice" not in unread
    assert "Ana: The dark one." in found
    assert "The invoice" not in found
    assert "No conversation was found." in none
    assert f'href="/talk/{first.id}"' in narrowed
    assert other.id not in narrowed
    assert f'value="{site.relaunch.key}" selected' in narrowed
    assert "No conversation was found." in text_of(panels.inbox(query="unread=1"))


@pytest.mark.parametrize(
    "query", ["after=x", "about=%00", "about=nothing:1", "q=%00", "&" * 100, "unread=7&q=" + "x" * 900]
)
def test_a_list_that_was_never_offered_is_a_page_all_the_same(site: Site, query: str) -> None:
    """An address is typed, cut and kept."""
    talk(site)

    assert "Conversations" in panels_of(site).inbox(query=query)


def test_the_inbox_has_pages(site: Site) -> None:
    """The latest first, and the way back."""
    for number in range(27):
        site.kit.conversations.start(subject=f"Talk {number:02}", with_=contact(site), by=site.maria)
        site.clock.advance(timedelta(minutes=1))
    panels = panels_of(site)
    first = panels.inbox()
    (after,) = re.findall(r'rel="next" href="\?([^"]+)"', first)
    second = panels.inbox(query=after.replace("&amp;", "&"))

    assert "Talk 26" in first
    assert "Talk 01" not in first
    assert "Talk 01" in second
    assert 'rel="prev"' in second


def test_an_answer_and_a_note_are_two_forms_and_none_is_chosen(site: Site) -> None:
    """Who hears of it is said before; neither is open until somebody opens it."""
    found = talk(site)
    shown = panels_of(site).conversation(found).html

    assert re.findall(r'<details class="sk-composer ([^"]+)">', shown) == ["sk-composer-reply", "sk-composer-note"]
    assert "These clients hear of it: Ana By mail alone, without files; they have no access to the portal." in text_of(
        shown
    )
    assert "No client ever reads it." in text_of(shown)
    assert re.findall(r'name="do" value="(reply|note)"', shown) == ["reply", "note"]
    assert "Note, for staff alone" in shown


def test_an_answer_reaches_the_client_and_a_note_does_not(site: Site) -> None:
    """Each is written once however often its form is sent."""
    found, ana = talk(site), contact(site)
    panels = panels_of(site)
    files = [Upload("logo.pdf", PDF)]
    note = {"do": ["note"], "text": ["Careful with navy."], "once": ["1"]}
    reply: Form = {"do": ["reply"], "text": ["Navy it is.\r\nThanks!"], "once": ["2"]}
    said = [panels.conversation(found, note).done, panels.conversation(found, reply, files).done]
    panels.conversation(found, reply, [Upload("logo.pdf", PDF)])
    other = panels.conversation(found, {**reply, "text": ["Green after all."]})
    site.clock.advance(timedelta(minutes=5))

    assert said == ["Your note is written. Staff alone read it.", "Your answer is written."]
    assert "This form was sent already." in other.html
    assert "Green after all." in other.html
    assert [each.text for each in messages(site, found)][3:] == ["Careful with navy.", "Navy it is.\nThanks!"]
    assert [each.text for each in messages(site, found, ana)][2:] == ["Navy it is.\nThanks!"]
    assert re.findall(r'href="(/file/[^"]+/1)">logo.pdf', panels.conversation(found).html)


def test_what_cannot_be_written_is_said_beside_its_form_and_kept(site: Site) -> None:
    """A program, nothing at all, an endless text, and a form that names no audience."""
    found = talk(site)
    panels = panels_of(site)
    program = panels.conversation(found, {"do": ["note"], "text": ["Run this"]}, [Upload("x.exe", PROGRAM)])
    nothing = panels.conversation(found, {"do": ["reply"], "text": [" "]})
    endless = panels.conversation(found, {"do": ["reply"], "text": ["x" * 200_000]})
    nobody = panels.conversation(found, {"text": ["For whom?"], "composer": ["note"]})

    assert [answer.status for answer in (program, nothing, endless, nobody)] == [422, 422, 422, 200]
    assert "x.exe: Programs and scripts are not taken." in text_of(program.html)
    assert 'sk-composer-note" open' in program.html
    assert 'sk-composer-reply" open' not in program.html
    assert "Run this" in program.html
    assert "Write something, at most 100,000 characters." in text_of(nothing.html)
    assert 'sk-composer-reply" open' in nothing.html
    assert "Write something" in endless.html
    assert "For whom?" in nobody.html
    assert len(messages(site, found)) == 3


def test_a_message_is_taken_back_while_nobody_was_told() -> None:
    """Afterwards that is said."""
    site = patient_site()
    found = talk(site)
    panels = panels_of(site)
    panels.conversation(found, {"do": ["reply"], "text": ["Oops"]})
    (fresh,) = re.findall(
        r'name="message" value="([^"]+)"><div class="sk-actions"><button[^>]+value="undo"',
        panels.conversation(found).html,
    )
    gone = panels.conversation(found, {"do": ["undo"], "message": [fresh]})
    panels.conversation(found, {"do": ["reply"], "text": ["Well"]})
    last = messages(site, found)[-1]
    site.clock.advance(timedelta(minutes=15))
    late = panels.conversation(found, {"do": ["undo"], "message": [last.id]})
    strange = panels.conversation(found, {"do": ["undo"], "message": ["x"]})

    assert gone.done == "It is taken back, and nobody was told of it."
    assert (late.status, strange.status) == (422, 422)
    assert "It cannot be taken back any more." in late.html
    assert [each.text for each in messages(site, found)][-1] == "Well"


def test_a_note_becomes_a_message_for_clients_with_a_reason(site: Site) -> None:
    """Without a reason it does not, and what was typed stays."""
    found, ana = talk(site), contact(site)
    panels = panels_of(site)
    note = next(each for each in messages(site, found) if each.is_note)
    form: Form = {"do": ["promote"], "message": [note.id], "text": ["You like navy?"]}
    refused = panels.conversation(found, {**form, "reason": [""]})
    done = panels.conversation(found, {**form, "reason": ["She may know"]})
    site.clock.advance(timedelta(minutes=5))

    assert refused.status == 422
    assert "Write why, at most 1,000 characters" in refused.html
    assert "You like navy?" in refused.html
    assert done.done == "It is written to clients now. The note stays as it was."
    assert [each.text for each in messages(site, found, ana)][-1] == "You like navy?"
    assert "Made from a note. Reason: She may know" in text_of(panels.conversation(found).html)


def test_who_may_not_show_a_note_to_clients_is_not_offered_it(site: Site) -> None:
    """Those who may share the thing are, and who started the conversation; a colleague who may read it is not."""
    found, ben = talk(site), Staff("ben")
    site.kit.people.add_staff(ben, name="Ben", by=site.root)
    offered = [
        "Write this to clients" in text_of(panels_of(site, each).conversation(found).html) for each in (site.maria, ben)
    ]
    note = next(each for each in messages(site, found, ben) if each.is_note)

    assert offered == [True, False]
    with pytest.raises(NotAllowedError):
        site.kit.conversations.promote(note.id, reason="They may know", by=ben)


def test_a_closed_conversation_takes_nothing_until_it_is_open_again(site: Site) -> None:
    """Everybody reads it as before; a form from before keeps what was typed."""
    found = talk(site)
    panels = panels_of(site)
    closed = panels.conversation(found, {"do": ["close"]})
    shown = panels.conversation(found).html
    refused = panels.conversation(found, {"do": ["reply"], "text": ["Too late?"]})
    opened = panels.conversation(found, {"do": ["reopen"]})

    assert (closed.done, opened.done) == ("The conversation is closed.", "The conversation is open again.")
    assert "sk-composer" not in shown
    assert refused.status == 422
    assert "Open it again to write in it." in refused.html
    assert "Too late?" in refused.html


def test_a_conversation_is_started_after_a_look_at_how_it_reaches_them(site: Site) -> None:
    """The script asks for parts of the page; the first message is for whom somebody said, and else for nobody."""
    ana, panels = contact(site), panels_of(site)
    form: Form = {"to": [ana.key], "subject": ["The logo"], "text": ["Which blue?"], "once": ["1"]}
    found = panels.start_conversation({"q": ["an"], "part": ["found"]}, about=site.relaunch)
    reached = panels.start_conversation({**form, "part": ["revealed"]}, about=site.relaunch)
    looked = panels.start_conversation({**form, "do": ["look"]}, about=site.relaunch)
    unsaid = panels.start_conversation({**form, "do": ["start"]}, about=site.relaunch)
    alone = panels.start_conversation({**form, "to": [], "audience": ["client"], "do": ["start"]})
    nameless = panels.start_conversation({**form, "subject": [""], "audience": ["client"], "do": ["start"]})
    before = site.kit.conversations.visible(site.maria).items
    sending = {**form, "audience": ["client"], "do": ["start"]}
    started, twice = (panels.start_conversation(sending, about=site.relaunch) for _ in range(2))
    (made,) = site.kit.conversations.visible(site.maria).items

    assert (found.partial, reached.partial) == (True, True)
    assert ana.key in found.html
    assert "By mail alone" in reached.html
    assert "By mail alone" in looked.html
    assert " checked> <span>Clients who take part" not in looked.html
    assert "Say who is to read the first message." in unsaid.html
    assert "Choose at least one person or organization." in alone.html
    assert "Write in one line what it is about" in nameless.html
    assert [each.status for each in (looked, unsaid, alone, nameless)] == [200, 422, 422, 422]
    assert before == ()
    assert (started.done, started.leads_to) == ("The conversation is started.", f"/talk/{made.conversation}")
    assert twice.leads_to == started.leads_to
    assert made.last is not None
    assert not made.last.is_note


def test_a_first_message_that_is_refused_is_kept_in_the_conversation(site: Site) -> None:
    """The conversation is there, and its form has what was typed."""
    ana, panels = contact(site), panels_of(site)
    form = {"to": [ana.key], "subject": ["The logo"], "text": ["Look"], "audience": ["internal"], "do": ["start"]}
    answer = panels.start_conversation(form, [Upload("x.exe", PROGRAM)])
    (made,) = site.kit.conversations.visible(site.maria).items

    assert (answer.status, answer.done) == (422, None)
    assert f'action="/talk/{made.conversation}"' in answer.html
    assert "Programs and scripts are not taken." in answer.html
    assert 'sk-composer-note" open' in answer.html
    assert "Look" in answer.html


def test_whoever_takes_no_messages_is_told_of_before_and_refused(site: Site) -> None:
    """With the reason, and how else they are reached."""
    bo, panels = contact(site, "Bo"), panels_of(site)
    site.kit.people.deactivate(bo, by=System("set-up"))
    form: Form = {"to": [bo.key], "subject": ["Hello"]}
    looked = panels.start_conversation({**form, "do": ["look"]})
    refused = panels.start_conversation({**form, "do": ["start"]})

    assert "Is not active any more. bo@acme.example" in text_of(looked.html)
    assert refused.status in {403, 422}
    assert 'value="Hello"' in refused.html
    assert site.kit.conversations.visible(site.maria).items == ()


def test_conversations_stand_beside_what_they_are_about(site: Site) -> None:
    """Those about just this thing, and a way to start another."""
    found = talk(site)
    other = site.kit.conversations.start(subject="Else", with_=contact(site), by=site.maria)
    beside = panels_of(site).conversations_about(site.relaunch)

    assert found.id in beside
    assert other.id not in beside
    assert f'href="/talks/new?about={site.relaunch.key}"' in beside


def test_who_may_not_read_it_gets_no_panel(site: Site) -> None:
    """Nor a title that somebody typed into an address."""
    secret = site.kit.conversations.start(subject="Salaries", with_=contact(site), by=site.maria)
    ben = panels_of(site, Staff("ben"))

    assert "Salaries" not in ben.inbox()
    with pytest.raises(NotAllowedError):
        ben.conversation(secret)
    with pytest.raises(NotFoundError):
        ben.conversation(ConversationId("nothing"))
    with pytest.raises(NotFoundError):
        ben.start_conversation(about=ResourceRef("project", "none"))


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_panel_of_conversations_speaks_every_language(locale: str) -> None:
    """Whatever is typed is never taken for a place to be filled, and is escaped."""
    site = make_site()
    found = talk(site, subject="100% %(name)s <b>")
    panels = panels_of(site, locale=locale)
    told = [
        panels.inbox(),
        panels.inbox(query="q=%25s"),
        panels.conversations_about(site.relaunch),
        panels.conversation(found).html,
        panels.conversation(found, {"do": ["reply"], "text": ["%(x)s <b>"]}, [Upload("%d.exe", PROGRAM)]).html,
        panels.start_conversation({"do": ["start"], "subject": ["%(x)s <b>"]}).html,
    ]

    assert all("<b>" not in page for page in told)
    assert all("100% %(name)s &lt;b&gt;" in told[number] for number in (0, 2, 3))
    assert ("Conversations" in told[0]) is (locale == "en")


def test_somebody_is_added_after_a_look_at_what_that_reveals(site: Site) -> None:
    """How much they see is never chosen beforehand, and what was chosen is what they read."""
    found, bo, panels = talk(site), contact(site, "Bo"), panels_of(site)
    shown = panels.participants(found).html
    form: Form = {"to": [bo.key]}
    unsaid = panels.participants(found, {**form, "do": ["add"]})
    told = [
        text_of(panels.participants(found, {**form, "history": [history], "part": ["revealed"]}).html)
        for history in ("none", "from-join", "full")
    ]
    first = next(each for each in messages(site, found) if not each.is_note)
    some: Form = {**form, "history": ["selected"], "message": [first.id]}
    planned = panels.participants(found, {**some, "do": ["plan"]})
    before = len(site.kit.conversations.participants(found, by=site.maria))
    added = panels.participants(found, {**some, "do": ["add"]})

    assert " checked" not in shown
    assert re.findall(r'name="history" value="([^"]+)"', shown) == ["none", "from-join", "full", "selected"]
    assert "She likes navy." not in shown
    assert unsaid.status == 422
    assert "Choose how much of what was written they see." in unsaid.html
    assert "Bo will see none of the earlier messages. Of what is written from now on there will only be" in told[0]
    assert "Bo will see none of the earlier messages. What is written from now on will be visible, too." in told[1]
    assert "Bo will see 2 of 2 messages." in told[2]
    assert "Bo will see 1 of 2 messages." in planned.html
    assert before == 2
    assert added.done == "Now taking part: Bo."
    assert [each.text for each in messages(site, found, bo)] == ["Which blue?"]


def test_somebody_is_taken_out_and_reads_nothing_more(site: Site) -> None:
    """Whoever is not there cannot be taken out; what is not understood is said."""
    found, panels = talk(site), panels_of(site)
    removed = panels.participants(found, {"do": ["remove"], "party": [contact(site).key]})
    again = panels.participants(found, {"do": ["remove"], "party": [contact(site).key]})
    strange = panels.participants(found, {"do": ["remove"], "party": ["nobody"]})
    nothing: Form = {"to": [contact(site, "Bo").key], "history": ["selected"], "do": ["add"]}
    unchosen = panels.participants(found, nothing)

    assert removed.done == "Ana takes part no more."
    assert (again.status, strange.status, unchosen.status) == (422, 422, 422)
    assert "Something has changed in the meantime." in again.html
    assert "Choose at least one message." in unchosen.html
    with pytest.raises(NotFoundError):
        messages(site, found, contact(site))


def test_a_mail_that_waits_is_read_and_accepted_with_one_click() -> None:
    """Another one is discarded; neither a second time, and a form for what is not there says so."""
    here = mail_office()
    panels = Portal(here.kit).staff_panels(here.maria, urls=URLS)
    address = here.address()
    for number in (1, 2):
        here.kit.conversations.receive_email(
            mail(address, f"Number {number}", message_id=f"<{number}@x>", dmarc="fail")
        )
        here.clock.advance(timedelta(minutes=1))
    inbox, shown = panels.inbox(), panels.held_mails()
    second, first = re.findall(r'name="held" value="([^"]+)"', shown.html)
    accepted = panels.held_mails({"do": ["accept"], "held": [first]})
    discarded = panels.held_mails({"do": ["discard"], "held": [second]})
    again = panels.held_mails({"do": ["accept"], "held": [first]})
    nothing = panels.held_mails({"do": ["discard"], "held": ["x"]})

    assert "Number 1" in shown.html
    assert "It is not certain that they sent it." in shown.html
    assert 'href="/held">2 mails wait' in inbox
    assert accepted.done == "The mail is in the conversation now."
    assert discarded.done == "The mail is discarded."
    assert (again.status, nothing.status) == (422, 422)
    assert here.texts() == ["Number 1"]
    assert "No mail waits." in panels.held_mails().html


def test_whose_matter_it_is_is_chosen_beforehand_and_seen_to_be(site: Site) -> None:
    """Who asked for a thing takes part in a conversation about it, until staff take them out of the form (B2, u11)."""
    ana = contact(site)
    site.kit.catalog.put(site.relaunch, title="Relaunch", owner=site.maria, requester=ana, by=site.maria)
    about, nothing = (panels_of(site).start_conversation(about=ref) for ref in (site.relaunch, None))

    assert [f'name="to" value="{ana.key}" checked' in panel.html for panel in (about, nothing)] == [True, False]
    assert "By mail alone" in text_of(about.html)


def test_an_answer_carries_the_button_of_a_request(site: Site) -> None:
    """Of one that waits for somebody who hears of the answer; no note carries one, and nobody else's is offered."""
    talks, ana, requests = site.kit.conversations, contact(site), site.kit.requests
    found = talk(site)
    asked = requests.create(to=ana, items=[RequestItem("Passport")], about=site.relaunch, by=site.maria)
    other = requests.create(to=contact(site, "Bo"), items=[RequestItem("Payslip")], about=site.relaunch, by=site.maria)
    shown = panels_of(site).conversation(found.id)
    posted = panels_of(site).conversation(found.id, {"do": ["reply"], "text": ["We need this."], "request": [asked.id]})
    noted = panels_of(site).conversation(found.id, {"do": ["note"], "text": ["Late."], "request": [asked.id]})
    site.clock.advance(timedelta(minutes=1))
    (*_, last) = talks.thread(found, by=ana).messages

    assert (asked.id in shown.html, other.id in shown.html) == (True, False)
    assert (posted.done, noted.status) == ("Your answer is written.", 422)
    assert (last.text, last.request) == ("We need this.", asked.id)
    assert "With the button to send: Passport" in text_of(panels_of(site).conversation(found.id).html)


def test_a_letter_that_was_given_up_is_tried_again_by_administrators() -> None:
    """With what the server said; others are told that it is not for them."""
    here = mailroom(MemoryRecordStore())
    here.outbox.failure = PermanentDeliveryError("the server answered 550 5.1.1", recipient=True)
    talks = here.kit.conversations
    found = talks.start(subject="Hello", with_=here.person("Ana", locale="es"), by=here.maria)
    talks.post(found, "Hello", audience=Audience.CLIENT, by=here.maria)
    here.run()
    admin = Portal(here.kit).staff_panels(System("setup"))
    shown = admin.dead_letters()
    (dead,) = re.findall(r'name="delivery" value="([^"]+)"', shown.html)
    tried = admin.dead_letters({"do": ["retry"], "delivery": [dead]})
    again = admin.dead_letters({"do": ["retry"], "delivery": [dead]})
    strange = admin.dead_letters({"do": ["retry-event"], "event": ["x"]})
    here.outbox.failure = PermanentDeliveryError("the server answered 550 5.1.1", recipient=True)
    here.run()
    dismissed = admin.dead_letters({"do": ["dismiss"], "delivery": [dead]})
    other = Portal(here.kit).staff_panels(Staff("ben")).dead_letters()

    assert "550 5.1.1" in shown.html
    assert tried.done == "It is tried again shortly."
    assert (again.status, strange.status, other.status) == (409, 409, 403)
    assert dismissed.done == "It is not tried again."
    assert "Every letter arrived" in admin.dead_letters().html
    assert "Only administrators look at this." in other.html


def test_an_event_that_nobody_could_be_told_of_is_tried_again_or_done_with() -> None:
    """Each with its button, once."""
    here = mailroom(MemoryRecordStore())
    with here.records.transaction(here.kit.tenant, write=True) as tx:
        for number in range(2):
            entry = OutboxEntry(
                tenant=here.kit.tenant,
                id=AuditEntryId(f"event-{number}"),
                at=here.clock.now(),
                event="resource-shared",
                actor=here.maria.key,
                state=OutboxState.DEAD,
                due_at=here.clock.now(),
                error="directory",
            )
            tx.put(OUTBOX_ENTRY.dump(here.kit.tenant, entry, 0))
    admin = Portal(here.kit).staff_panels(here.root)
    shown = admin.dead_letters().html
    first, second = re.findall(r'name="event" value="([^"]+)"', shown)
    tried = admin.dead_letters({"do": ["retry-event"], "event": [first]})
    dismissed = admin.dead_letters({"do": ["dismiss-event"], "event": [second]})
    again = admin.dead_letters({"do": ["dismiss-event"], "event": [second]})
    other = Portal(here.kit).staff_panels(Staff("ben")).dead_letters({"do": ["dismiss-event"], "event": [first]})

    assert "<span>Maria</span>" in shown  # the host gave no names, and the kit knows one
    assert (tried.done, dismissed.done) == ("It is tried again shortly.", "It is not tried again.")
    assert (again.status, other.status) == (409, 403)


def test_preferences_and_what_is_told_about_a_thing(site: Site) -> None:
    """Cadences, quiet hours, muting one thing, and its automatic reply in two languages; a mistake loses nothing."""
    panels = panels_of(site)
    form = {"messages": ["daily"], "documents": ["off"], "submissions": ["immediate"], "access": ["hourly"]}
    times = {"quiet-from": ["20:00"], "quiet-until": ["07:30"], "daily-at": ["09:15"]}
    wrong = panels.preferences({**form, **times, "quiet-until": [""], "daily-at": ["x"], "do": ["save"]})
    saved = panels.preferences({**form, **times, "do": ["save"]})
    chosen = site.kit.notifications.preferences(site.maria)
    muted = panels.notices_about(site.relaunch, {"do": ["mute"]})
    listed = panels.preferences().html
    reply = {"text": ["Thank you."], "text-nl": ["Bedankt."], "hours": ["48"]}
    unclear = panels.notices_about(site.relaunch, {**reply, "hours": ["x"], "do": ["reply"]})
    replied = panels.notices_about(site.relaunch, {**reply, "do": ["reply"]})
    known = site.kit.conversations.automatic_reply(site.relaunch)
    shown = panels.notices_about(site.relaunch).html
    ended = panels.notices_about(site.relaunch, {"do": ["no-reply"]})
    unmuted = panels.preferences({"do": ["unmute"], "thing": [site.relaunch.key]})
    ben = panels_of(site, Staff("ben"))
    before = ben.notices_about(site.relaunch).html
    follows = ben.notices_about(site.relaunch, {"do": ["follow"]})
    followed = ben.notices_about(site.relaunch).html
    over = ben.notices_about(site.relaunch, {"do": ["unfollow"]})

    assert "You answer for it" in shown
    assert ("Hear of it, too" in before, "Hear of it no more" in followed) == (True, True)
    assert (follows.done, over.done) == ("You hear of it from now on.", "You hear of it no more.")
    assert wrong.status == 422
    assert "Write both times, or neither." in wrong.html
    assert "Write a time, such as 08:00." in wrong.html
    assert 'value="20:00"' in wrong.html
    assert saved.done == "Your choice is saved."
    assert (chosen.quiet_from, chosen.quiet_until, chosen.daily_at) == (1200, 450, 555)
    assert chosen.cadence(News.MESSAGES) is Cadence.DAILY
    assert muted.done == "No letter about it comes to you any more."
    assert "Relaunch (cheap variant)" in listed
    assert unclear.status == 422
    assert "Bedankt." in unclear.html
    assert replied.done == "The automatic reply is saved."
    assert known is not None
    assert (known.text_in("nl"), known.hours) == ("Bedankt.", 48)
    assert "Thank you." in shown
    assert ended.done == "No automatic reply is sent any more."
    assert unmuted.done == "Letters about it come again."
    assert site.kit.conversations.automatic_reply(site.relaunch) is None


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_panels_around_conversations_speak_every_language(locale: str) -> None:
    """None fails in a language, and each speaks it."""
    site = make_site()
    found = talk(site)
    panels = panels_of(site, locale=locale)
    told = [
        panels.participants(found).html,
        panels.participants(found, {"do": ["add"], "to": [contact(site, "Bo").key], "history": ["full"]}).done or "",
        panels.held_mails().html,
        panels_of(site, System("x"), locale).dead_letters().html,
        panels.preferences().html,
        panels.notices_about(site.relaunch).html,
    ]
    english = [
        "Who takes part",
        "Now taking part",
        "Mails that wait",
        "What did not arrive",
        "Letters to you",
        "Automatic reply",
    ]

    assert [words in page for words, page in zip(english, told, strict=True)] == [locale == "en"] * 6
