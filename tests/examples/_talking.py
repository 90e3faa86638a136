"""
The story of two people who talk, each in a browser of their own, both open all the time; each example has it told.
"""

import re
from collections.abc import Callable

import attrs
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.examples.test_flask_portal_browser import DESK, PHONE, Person
from tests.features._requests import PDF

__all__ = ["Place", "both", "talk_with_a_client"]

SKETCH: FilePayload = {"name": "sketch.pdf", "mimeType": "application/pdf", "buffer": PDF}
SECRETS = ("birdbath", "It does not.", "Haste", "She asked for it herself.")


@attrs.frozen(kw_only=True)
class Place:
    """
    Where the two of them talk.

    Attributes:
        staff: Somebody at work, who is signed in.
        client: Somebody outside, who is in the portal already.
        client_name: What the client is called.
        colleague: The name of another member of staff.
        joiner: The name of another client.
        thing: The page of a project, or of a case.
        document: The page of a document in it, which the client sees, too.
        document_name: What that is called.
        talks: The page of all conversations.
        portal: Where the pages of the portal are.
        wait: Lets time pass until nothing can be taken back any more, and the news is told.
        bring: Has an unproven mail of the client's come for a conversation.
    """

    staff: Person
    client: Person
    client_name: str
    colleague: str
    joiner: str
    thing: str
    document: str
    document_name: str
    talks: str
    portal: str
    wait: Callable[[], object]
    bring: Callable[[str, str], str]


def both(browser: Browser, address: str) -> tuple[Person, Person]:
    """Return somebody at a desk and somebody with a phone, neither of whom has signed in."""
    staff, client = (
        Person(
            address,
            browser.new_context(
                base_url=address, viewport={"width": look["width"], "height": look["height"]}, locale="en-GB"
            ),
        )
        for look in (DESK, PHONE)
    )
    return staff, client


def talk_with_a_client(place: Place) -> None:
    """Begin, answer with a file, note, reply, take back, promote, have somebody join, and accept a mail."""
    talk = _staff_begin(place)
    _client_answers(place)
    barriers = _staff_write(place, talk)
    _client_reads_the_reply_alone(place)
    _staff_promote(place, talk)
    barriers += _somebody_joins(place, talk)
    _staff_begin_beside_a_document(place)
    barriers += _mail_is_accepted(place, talk)

    assert barriers == []


def _staff_begin(place: Place) -> str:
    """Start a conversation from the page of the thing, by keyboard alone; return where it is."""
    staff, page = place.staff, place.staff.page
    page.goto(place.thing)
    staff.press(page.get_by_role("link", name="Start a conversation"))
    staff.press(page.get_by_role("checkbox", name=place.client_name), "Space")
    expect(page.get_by_text("In the portal, and by mail as they prefer.")).to_be_visible()
    staff.press(page.get_by_text("Tell colleagues, too"))
    staff.press(page.get_by_role("checkbox", name=place.colleague), "Space")
    staff.tab_to(page.get_by_label("Subject, which everybody who takes part reads"))
    page.keyboard.type("The ribbon")
    staff.tab_to(page.get_by_label("First message"))
    page.keyboard.type("What about the ribbon?")
    staff.press(page.get_by_role("radio", name="Clients who take part"), "Space")
    staff.press(page.get_by_role("button", name="Start", exact=True))

    expect(page.get_by_role("status").first).to_contain_text("The conversation is started.")
    expect(page.locator(".sk-head .sk-tag", has_text=place.colleague)).to_be_visible()
    return page.url


def _client_answers(place: Place) -> None:
    """What is written is in the list and among the news without another sign-in, when nobody can take it back."""
    page = place.client.page
    page.goto(f"{place.portal}c/")
    expect(page.get_by_text("What about the ribbon?")).to_have_count(0)
    place.wait()
    page.reload()
    expect(page.get_by_role("listitem").filter(has_text="The ribbon")).to_contain_text("1 new message")
    page.get_by_role("link", name="News").click()
    expect(page.get_by_role("listitem").filter(has_text="The ribbon").first).to_contain_text("New")
    page.get_by_role("link", name="The ribbon").first.click()
    expect(page.get_by_text("What about the ribbon?")).to_be_visible()
    page.get_by_label("Your message").fill("The same copper. Here is a sketch.")
    page.get_by_label("Files, if you want to send some").set_input_files(SKETCH)
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.get_by_text("Nobody has been notified of it yet.")).to_be_visible()
    expect(page.get_by_role("link", name="sketch.pdf")).to_be_visible()


def _staff_write(place: Place, talk: str) -> list[str]:
    """Find it unread; note what is thought, answer what was said, and take back what was sent in haste."""
    staff, page = place.staff, place.staff.page
    place.wait()
    page.goto(f"{place.talks}?unread=1")
    expect(_line(page, "The ribbon")).to_contain_text("One unread")
    staff.press(page.get_by_role("link", name="The ribbon"))
    said = _said(page, "The same copper.")
    expect(said).to_contain_text("New")
    file = page.request.get(str(said.get_by_role("link", name="sketch.pdf").get_attribute("href")))

    assert file.body() == PDF
    staff.press(said.get_by_role("link", name="Reply to this"))
    expect(page.locator(".sk-answering")).to_contain_text(f"In answer to {place.client_name}")
    page.wait_for_load_state()
    # Painted twice, so that the browser has gone to where the address says before the key comes.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.keyboard.press("Tab")  # goes on from there, not from the top of the page
    expect(page.get_by_role("link", name="Write without answering this")).to_be_focused()
    _write(staff, "Note for staff", "Your note, which no client reads", "It looks like a birdbath.", "Keep as a note")
    place.wait()
    page.reload()
    staff.press(page.get_by_role("link", name="Reply to this note"))
    expect(page.get_by_text("Answer clients", exact=True)).to_have_count(0)
    barriers = staff.barriers()
    staff.tab_to(page.get_by_label("Your note, which no client reads"))
    page.keyboard.type("It does not.")
    staff.press(page.get_by_role("button", name="Keep as a note"))
    staff.press(said.get_by_role("link", name="Reply to this"))
    _write(staff, "Answer clients", "Your answer, which clients read", "Then the same.", "Send to clients")
    _write(staff, "Answer clients", "Your answer, which clients read", "Haste.", "Send to clients")
    staff.press(_said(page, "Haste.").get_by_role("button", name="Take back"))
    expect(page.get_by_role("status").first).to_contain_text("It is taken back, and nobody was told of it.")
    page.goto(place.talks)
    expect(_line(page, "The ribbon")).not_to_contain_text("unread")
    page.goto(talk)
    return barriers


def _write(staff: Person, form: str, label: str, text: str, button: str) -> None:
    """Open a form, type into it, and send it, by keyboard alone."""
    page = staff.page
    staff.press(page.locator("summary").filter(has_text=form))
    staff.tab_to(page.get_by_label(label))
    page.keyboard.type(text)
    staff.press(page.get_by_role("button", name=button))
    expect(page.locator(".sk-said").filter(has_text=text)).to_be_visible()


def _client_reads_the_reply_alone(place: Place) -> None:
    """Neither a note nor what was taken back is on any page, and the reply says what it answers."""
    page = place.client.page
    page.reload()
    expect(page.get_by_text("Then the same.")).to_have_count(0)
    place.wait()
    page.reload()
    expect(page.locator(".message", has_text="Then the same.")).to_contain_text("in answer to an earlier message")
    for path in ("p/", "c/", "p/news", "c/?q=birdbath"):
        page.goto(place.portal + path)
        _sees_no_secret(page)
    page.goto(f"{place.portal}c/")
    page.get_by_role("link", name="The ribbon").click()
    _sees_no_secret(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def _sees_no_secret(page: Page) -> None:
    text = page.locator("html").inner_html()

    assert [word for word in SECRETS if word in re.sub(r'value="[^"]*"|“birdbath”', "", text)] == []


def _staff_promote(place: Place, talk: str) -> None:
    """A note is written to the client in other words; why stays inside."""
    staff, page = place.staff, place.staff.page
    page.goto(talk)
    note = _said(page, "It does not.")
    staff.press(note.locator("summary"))
    note.get_by_label("What clients read").fill("It will not look like a pan.")
    note.get_by_label("Why, for staff alone").fill("She asked for it herself.")
    staff.press(note.get_by_role("button", name="Write it to clients"))
    expect(page.get_by_text("Made from a note. Reason: She asked for it herself.")).to_be_visible()
    place.wait()
    place.client.page.reload()

    expect(place.client.page.get_by_text("It will not look like a pan.")).to_be_visible()
    _sees_no_secret(place.client.page)


def _somebody_joins(place: Place, talk: str) -> list[str]:
    """What they will see is said as soon as it is chosen, before anything is done; then everybody may know."""
    staff, page = place.staff, place.staff.page
    page.goto(talk)
    staff.press(page.get_by_role("link", name="Who takes part"))
    staff.tab_to(page.get_by_label("Find people and organizations"))
    page.keyboard.type(place.joiner[:6])
    staff.press(page.get_by_role("checkbox", name=place.joiner), "Space")
    staff.press(page.get_by_text("Choose messages", exact=True))
    staff.press(page.get_by_role("checkbox", name="The same copper."), "Space")
    staff.tab_to(page.get_by_role("radio", name="Nothing"))
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("radio", name="The messages chosen here")).to_be_checked()
    expect(page.locator("[data-sk-revealed]")).to_contain_text(f"{place.joiner} will see 1 of 4 messages, 1 file.")
    barriers = staff.barriers()
    staff.press(page.get_by_role("button", name="Have them take part"))
    expect(page.get_by_role("status").first).to_contain_text(f"Now taking part: {place.joiner}.")
    place.client.page.reload()

    expect(place.client.page.get_by_text(f"{place.joiner} can read this, too.")).to_be_visible()
    return barriers


def _staff_begin_beside_a_document(place: Place) -> None:
    """The panel beside a document lists what is said about it, for both, and nothing else."""
    staff, page = place.staff, place.staff.page
    page.goto(place.document)
    beside = _panel(page)
    expect(beside).to_contain_text("There is no conversation yet.")
    beside.get_by_role("link", name="Start a conversation").click()
    page.get_by_label("Find people and organizations").fill(place.client_name[:5])
    page.get_by_role("checkbox", name=place.client_name).check()
    page.get_by_label("Subject, which everybody who takes part reads").fill("Page two")
    page.get_by_label("First message").fill("Please look at page two.")
    page.get_by_role("radio", name="Clients who take part").check()
    staff.press(page.get_by_role("button", name="Start", exact=True))
    expect(page.get_by_text("Please look at page two.")).to_be_visible()
    page.goto(place.document)
    expect(beside.get_by_role("listitem")).to_have_count(1)
    expect(beside).to_contain_text("Page two")
    place.wait()
    client = place.client.page
    client.goto(f"{place.portal}p/documents")
    client.get_by_role("link", name=place.document_name, exact=True).click()

    expect(client.get_by_role("region", name="Conversations about this").get_by_role("listitem")).to_have_count(1)
    client.get_by_role("link", name="Page two").click()
    expect(client.get_by_text("Please look at page two.")).to_be_visible()


def _mail_is_accepted(place: Place, talk: str) -> list[str]:
    """A mail that nobody can prove waits for staff, and one press has it be what the client said."""
    staff, page, client = place.staff, place.staff.page, place.client.page
    client.goto(f"{place.portal}c/")
    client.get_by_role("link", name="The ribbon").click()
    assert place.bring(talk.rstrip("/").rpartition("/")[2], "Sent from the train.") == "held"
    client.reload()
    expect(client.get_by_text("Sent from the train.")).to_have_count(0)
    page.goto(place.talks)
    staff.press(page.get_by_role("link", name="One mail waits"))
    expect(page.get_by_text("It is not certain that they sent it.")).to_be_visible()
    barriers = staff.barriers()
    staff.press(page.get_by_role("button", name="Accept"))
    expect(page.get_by_role("status").first).to_contain_text("The mail is in the conversation now.")
    place.wait()
    client.reload()

    expect(client.locator(".message.mine", has_text="Sent from the train.")).to_be_visible()
    return barriers + place.client.barriers()


def _said(page: Page, text: str) -> Locator:
    return page.locator(".sk-message", has=page.locator(".sk-said", has_text=text))


def _line(page: Page, subject: str) -> Locator:
    return page.locator(".sk-talks > li", has_text=subject)


def _panel(page: Page) -> Locator:
    return page.locator(".sk-panel", has=page.get_by_role("heading", name="Conversations about this"))
