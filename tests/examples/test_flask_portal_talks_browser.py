"""Conversations of the example portal in a real Chromium: written by keyboard, without scripts, on a phone."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from flask_portal.app import create_app
from flask_portal.pages.desk import Portal
from flask_portal.server import background
from flask_portal.settings import Settings
from sharekit import Sharekit, Staff
from sharekit.records.notices import Cadence, News
from sharekit.testing import FrozenClock
from tests.examples._mailing import bring
from tests.features._mail import INBOX

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")

from playwright.sync_api import FilePayload, expect

from tests.browsers import browsing
from tests.examples._talking import Place, both, talk_with_a_client
from tests.examples.test_flask_portal_browser import DESK, PHONE, Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MARIA = Staff("maria")
PROGRAM: FilePayload = {"name": "a.exe", "mimeType": "x/y", "buffer": b"MZ" + bytes(300)}
COPPER = "Which copper for the tins?"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """The portal, with time to take back."""
    made = create_app(Settings(data=tmp_path / "data", undo=timedelta(minutes=30)))
    with closing(kit_of(made)):
        yield made


def kit_of(app: Flask) -> Sharekit:
    """Return the kit of the portal."""
    parts = app.extensions["flask_portal"]
    assert isinstance(parts, Portal)
    return parts.kit


@pytest.mark.parametrize(
    ("scheme", "viewport", "scripts"), [("light", DESK, True), ("dark", PHONE, False)], ids=["desk", "phone"]
)
def test_a_client_reads_writes_and_takes_back(
    app: Flask, scheme: str, viewport: dict[str, int], *, scripts: bool
) -> None:
    """By keyboard, on every page without a barrier or a line that is too wide."""
    kit = kit_of(app)
    imogen = kit.people.find("imogen@fenwick.example")
    assert imogen is not None
    invitation = kit.people.invitation_token(kit.people.invite(imogen, by=MARIA))
    talk = next(each for each in kit.conversations.visible(imogen).items if each.subject == COPPER)
    with background(app) as address, browsing() as browser:
        context = browser.new_context(
            base_url=address,
            viewport={"width": viewport["width"], "height": viewport["height"]},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=scripts,
            locale="en-GB",
        )
        client = Person(address, context)
        page = client.page
        page.goto(f"/share/i/{invitation}")
        page.get_by_role("button").click()
        page.get_by_role("link", name="Conversations").click()
        barriers = client.barriers() if scripts else []
        page.get_by_role("link", name=COPPER).click()
        page.get_by_label("Your message").fill("Only the body, then.")
        page.get_by_role("button", name="Send", exact=True).press("Enter")
        expect(page.get_by_text("Nobody has been notified of it yet.")).to_be_visible()
        unseen = [message.text for message in kit.conversations.thread(talk.conversation, by=imogen).messages]
        barriers += client.barriers() if scripts else []
        page.get_by_role("button", name="Take back").press("Enter")
        expect(page.get_by_role("button", name="Take back")).to_have_count(0)
        page.get_by_label("Your message").fill("See this")
        page.get_by_label("Files, if you want to send some").set_input_files(PROGRAM)
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("Programs and scripts are not taken.")
        expect(page.get_by_label("Your message")).to_have_value("See this")
        page.get_by_role("link", name="News").click()
        expect(page.get_by_text("Maria Jansen asks you for documents")).to_be_visible()
        barriers += client.barriers() if scripts else []
        page.get_by_role("link", name="Settings").click()
        page.get_by_label("Messages to you").select_option("daily")
        page.get_by_role("button", name="Keep these choices").click()
        expect(page.get_by_role("status")).to_contain_text("Your choices are kept.")
        barriers += client.barriers() if scripts else []
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        client.leave()

    assert barriers == []
    assert wide == 0
    assert unseen[-1] == "Only the body, then."
    texts = [message.text for message in kit.conversations.thread(talk.conversation, by=imogen).messages]
    assert "Only the body, then." not in texts
    assert kit.notifications.preferences(imogen).cadence(News.MESSAGES) is Cadence.DAILY


def test_two_people_talk(tmp_path: Path) -> None:
    """Maria at her desk and Imogen on her phone, about a project, a document, and by mail."""
    clock = FrozenClock(datetime.now(UTC))
    app = create_app(Settings(data=tmp_path / "data", undo=timedelta(minutes=2)), clock=clock, inbox=INBOX)
    kit = kit_of(app)
    imogen = kit.people.find("imogen@fenwick.example")
    assert imogen is not None
    invitation = kit.people.invitation_token(kit.people.invite(imogen, by=MARIA))

    def wait() -> None:
        clock.advance(timedelta(minutes=3))
        kit.relay.run_once()

    with closing(kit), background(app) as address, browsing() as browser:
        staff, client = both(browser, address)
        staff.sign_in()
        client.page.goto(f"/share/i/{invitation}")
        client.page.get_by_role("button").click()
        staff.page.goto("/projects/2/documents")
        document = staff.page.get_by_role("link", name="Quote for print.pdf", exact=True).get_attribute("href")
        place = Place(
            staff=staff,
            client=client,
            client_name="Imogen Fenwick",
            colleague="Lucía Ferrer",
            joiner="Annelies de Wit",
            thing="/projects/2",
            document=str(document),
            document_name="Quote for print.pdf",
            talks="/conversations",
            portal="/share/",
            wait=wait,
            bring=lambda talk, text: bring(kit, imogen.email, talk, text),
        )
        talk_with_a_client(place)
        for person in (staff, client):
            person.leave()
