"""The panels of conversations: answering a certain message, and bringing colleagues and followers along."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sharekit import Audience, Staff
from sharekit.records.documents import Upload
from sharekit.web import StaffPanels
from tests.features._requests import PROGRAM
from tests.web.conftest import Site
from tests.web.test_staff_papers import text_of
from tests.web.test_staff_talks import URLS, contact, messages, talk

Form = Mapping[str, Sequence[str]]
BEN, EVA = Staff("ben"), Staff("eva")


def panels_of(site: Site, by: Staff | None = None) -> StaffPanels:
    """Return the panels for somebody at work, who has two colleagues."""
    return site.portal.staff_panels(
        by or site.maria,
        urls=URLS,
        staff_name=lambda staff: staff.id.title(),
        colleagues=lambda: [EVA, site.maria, BEN],
    )


def test_an_answer_to_a_note_is_a_note_whatever_the_form_says(site: Site) -> None:
    """Beside a note only the form for notes is shown, and open; a form made by hand reaches no client either."""
    found, ana, panels = talk(site), contact(site), panels_of(site)
    question, note, dark = messages(site, found)
    shown = panels.conversation(found).html
    links = re.findall(r'href="([^"]+)">(Reply to [^<]+)<', shown)
    of_note = panels.conversation(found, query=f"answer={note.id}").html
    of_client = panels.conversation(found, query=f"answer={dark.id}").html
    by_hand = panels.conversation(found, {"do": ["reply"], "text": ["Careful."], "answers": [note.id]})
    answered = panels.conversation(found, {"do": ["reply"], "text": ["Navy?"], "answers": [question.id]})
    site.clock.advance(timedelta(minutes=5))
    last = panels.conversation(found).html

    assert links == [
        (f"?answer={question.id}#sk-write", "Reply to this"),
        (f"?answer={note.id}#sk-write", "Reply to this note"),
        (f"?answer={dark.id}#sk-write", "Reply to this"),
    ]
    assert re.findall(r'<details class="sk-composer ([^>]+)>', of_note) == ['sk-composer-note" open']
    assert "This is a note, so staff alone read what you write to it." in of_note
    assert re.findall(r'<details class="sk-composer ([^>]+)>', of_client) == ['sk-composer-reply"', 'sk-composer-note"']
    assert "In answer to Ana" in text_of(of_client)
    assert of_client.count(f'name="answers" value="{dark.id}"') == 2
    assert by_hand.done == "Your note is written. Staff alone read it."
    assert answered.done == "Your answer is written."
    assert [each.text for each in messages(site, found, ana)] == ["Which blue?", "The dark one.", "Navy?"]
    assert [each.in_reply_to for each in messages(site, found)][3:] == [note.id, question.id]
    assert f'href="#message-{note.id}">In answer to Maria' in last


def test_an_answer_that_is_refused_still_answers(site: Site) -> None:
    """What it answered stays above the form; what was never there, or is elsewhere, is passed over."""
    found, panels = talk(site), panels_of(site)
    other = site.kit.conversations.start(subject="Else", with_=contact(site), by=site.maria)
    elsewhere = site.kit.conversations.post(other, "Else", audience=Audience.CLIENT, by=site.maria)
    question = messages(site, found)[0]
    form: Form = {"do": ["note"], "text": ["Run this"], "answers": [question.id], "colleague": [BEN.key]}
    refused = panels.conversation(found, form, [Upload("x.exe", PROGRAM)])
    gone = panels.conversation(found, {**form, "answers": ["x" * 28]})
    cut = [panels.conversation(found, query=f"answer={id_}&after=x").html for id_ in ("x", elsewhere.id)]

    assert refused.status == 422
    assert f'name="answers" value="{question.id}"' in refused.html
    assert f'value="{BEN.key}" checked' in refused.html
    assert gone.status == 422
    assert "Something has changed in the meantime." in gone.html
    assert "Run this" in gone.html
    assert 'name="answers"' not in gone.html + "".join(cut)
    assert len(messages(site, found)) == 3
    assert {row.party for row in site.kit.conversations.participants(found, by=site.maria)} == {
        contact(site).key,
        site.maria.key,
    }


def test_an_answer_is_written_on_an_older_page(site: Site) -> None:
    """The links and the forms there keep the place in the conversation."""
    found, panels = talk(site), panels_of(site)
    for number in range(31):
        site.kit.conversations.post(found, f"Number {number}", audience=Audience.INTERNAL, by=BEN)
    older = re.findall(r'href="\?(after=[^"&]+)">Older', panels.conversation(found).html)[0]
    first = messages(site, found)[0]
    there = panels.conversation(found, query=f"{older}&answer={first.id}").html
    refused = panels.conversation(
        found, {"do": ["reply"], "text": [""], "answers": [first.id], "after": [older.partition("=")[2]]}
    )

    assert "Which blue?" not in panels.conversation(found).html
    assert f'href="?{older}&amp;answer={first.id}#sk-write"' in there
    assert f'href="?{older}#sk-write"' in there
    assert "Which blue?" in refused.html
    assert "Number 30" not in refused.html


def test_colleagues_are_told_of_a_note(site: Site) -> None:
    """Those are offered whom the host names and who take no part yet, and to those who may say who takes part."""
    found, panels = talk(site), panels_of(site)
    offered = re.findall(r'name="colleague" value="([^"]+)"', panels.conversation(found).html)
    told = panels.conversation(found, {"do": ["note"], "text": ["Look."], "colleague": [BEN.key, "staff:mallory"]})
    after = panels.conversation(found).html
    ben = panels_of(site, BEN)
    site.kit.catalog.put(site.relaunch, title="Relaunch", client_title="Relaunch", owner=site.maria, by=site.maria)

    assert offered == [BEN.key, EVA.key] * 2
    assert told.done == "Your note is written. Staff alone read it."
    assert "Of staff, these hear of it: Ben." in after
    assert re.findall(r'name="colleague" value="([^"]+)"', after) == [EVA.key] * 2
    assert 'name="colleague"' not in ben.conversation(found).html
    assert "You may look at this, but not say who takes part." in ben.participants(found).html
    assert 'name="do"' not in ben.participants(found).html


def test_colleagues_join_without_a_word_about_the_past(site: Site) -> None:
    """Staff read everything anyway, so that only what clients see is chosen."""
    found, bo, panels = talk(site), contact(site, "Bo"), panels_of(site)
    alone = panels.participants(found, {"colleague": [BEN.key], "do": ["add"]})
    unsaid = panels.participants(found, {"colleague": [EVA.key], "to": [bo.key], "do": ["add"]})
    both = panels.participants(found, {"colleague": [EVA.key], "to": [bo.key], "history": ["none"], "do": ["add"]})

    assert alone.done == "Now taking part: Ben."
    assert unsaid.status == 422
    assert f'value="{EVA.key}" checked' in unsaid.html
    assert both.done == "Now taking part: Bo and Eva."


def test_a_conversation_is_started_with_those_who_follow(site: Site) -> None:
    """They are told of beforehand, and hear of the first message; so do colleagues, who can be all that take part."""
    ana, panels = contact(site), panels_of(site)
    site.kit.shares.grant(site.relaunch, to=ana, by=site.maria)
    site.clock.advance(timedelta(minutes=1))
    form: Form = {"followers": ["1"], "colleague": [EVA.key], "subject": ["Ready"], "text": ["It is."], "q": [""]}
    looked = panels.start_conversation({**form, "part": ["revealed"]}, about=site.relaunch)
    nobody = panels.start_conversation({**form, "colleague": [], "audience": ["client"], "do": ["start"]})
    started = panels.start_conversation({**form, "audience": ["client"], "do": ["start"]}, about=site.relaunch)
    site.clock.advance(timedelta(minutes=5))
    inside = panels.start_conversation({"colleague": [BEN.key], "subject": ["Lunch"], "do": ["start"]})
    lunch, made = site.kit.conversations.visible(site.maria).items

    assert "Clients who follow it" in panels.start_conversation(about=site.relaunch).html
    assert "Clients who follow it" not in panels.start_conversation().html
    assert "Everybody who may see it then hears of it" in looked.html
    assert nobody.status == 422
    assert started.done == inside.done == "The conversation is started."
    assert [each.text for each in messages(site, made.conversation, ana)] == ["It is."]
    assert EVA.key in {each.party for each in made.participants}
    assert {each.party for each in lunch.participants} == {site.maria.key, BEN.key}
