"""The example portal in a real Chromium, as both people at once."""

import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from flask_portal.app import create_app
from flask_portal.pages.desk import Portal
from flask_portal.server import background
from flask_portal.settings import Settings
from tests.examples.conftest import BAKERY, CAMPAIGN
from tests.features._requests import PDF

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # it has no types
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from tests.browsers import PATIENCE, browsing

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REBRAND = 2
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}

Open = Callable[..., "Person"]


class Person:
    """
    Somebody with a browser of their own.

    Attributes:
        page: What they look at.
        complaints: What their browser's console said, and what it asked of other sites.
    """

    def __init__(self, address: str, context: BrowserContext) -> None:
        self._address = address
        self._context = context
        self._context.set_default_timeout(PATIENCE)
        self._context.on("console", self._hear)
        self._context.on("request", self._watch)
        self._context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.page: Page = self._context.new_page()
        self.complaints: list[str] = []

    def sign_in(self, name: str = "Maria Jansen") -> "Person":
        """Sign in as somebody from the agency."""
        self.page.goto("/sign-in")
        self.page.get_by_role("button", name=name).click()
        return self

    def share(self, project: int, **fields: str) -> str:
        """Make a link and return its address."""
        self.page.goto(f"/projects/{project}/links/new")
        for label, value in fields.items():
            self.page.get_by_label(label.replace("_", " ")).fill(value)
        self.page.get_by_role("button", name="Create link").click()
        return self.page.get_by_label("Address of the link").first.input_value()

    def tab_to(self, wanted: Locator) -> None:
        """Press the tabulator until something has the focus; it waits for the scripts of its page."""
        expect(wanted).to_be_visible()
        self.page.wait_for_load_state()
        for _ in range(60):
            if wanted.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"the tabulator does not lead to {wanted}")

    def press(self, wanted: Locator, key: str = "Enter") -> None:
        """Go to something by keyboard and press a key there."""
        self.tab_to(wanted)
        self.page.keyboard.press(key)

    def barriers(self) -> list[str]:
        """Return what axe finds on this page that keeps somebody out."""
        found = Axe().run(self.page).response["violations"]
        return [
            f"{rule['id']} at {node['target']}: {self.page.url}"
            for rule in found
            if rule["impact"] in {"serious", "critical"}
            for node in rule["nodes"]
        ]

    def leave(self) -> None:
        """Close the browser, which must have had nothing to complain of."""
        self._context.close()

        assert [] == self.complaints

    def _hear(self, message: ConsoleMessage) -> None:
        # Chromium reports a page with a 404 as an error, which is what we ask for.
        if message.type in {"error", "warning"} and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((f"{self._address}/", "data:")):
            self.complaints.append(request.url)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, with a profile that is thrown away."""
    with browsing() as browser:
        yield browser


@pytest.fixture
def open_browser(chromium: Browser, tmp_path: Path, seeded: tuple[Path, datetime]) -> Iterator[Open]:
    """Give browsers to people who use one portal."""
    shutil.copytree(seeded[0], tmp_path / "data")
    app = create_app(Settings(data=tmp_path / "data"))
    parts = app.extensions["flask_portal"]
    assert isinstance(parts, Portal)
    people: list[Person] = []

    with closing(parts.kit), background(app) as address:

        def enter(**options: Any) -> Person:  # noqa: ANN401  # whatever a context of playwright takes
            chosen = {"base_url": address, "viewport": DESK, "locale": "en-GB", **options}
            people.append(Person(address, chromium.new_context(**chosen)))
            return people[-1]

        yield enter
        for person in people:
            person.leave()


@pytest.fixture
def staff(open_browser: Open) -> Person:
    """Maria, at her desk."""
    return open_browser(permissions=["clipboard-read", "clipboard-write"]).sign_in()


@pytest.fixture
def client(open_browser: Open) -> Person:
    """Annelies, on the road, whose phone speaks Dutch."""
    return open_browser(viewport=PHONE, locale="nl-NL", has_touch=True, is_mobile=True)


def test_staff_share_and_take_back_while_the_client_reads(staff: Person, client: Person) -> None:
    """The whole story: shared with the keyboard alone, read on a phone in Dutch, live, narrowed and ended."""
    link = _share_with_the_keyboard(staff)
    answer = client.page.goto(link)

    assert answer is not None
    assert 200 == answer.status
    expect(client.page.locator("html")).to_have_attribute("lang", re.compile("^nl"))
    expect(client.page.get_by_role("heading", level=1)).to_have_text("Webwinkel")
    expect(client.page.get_by_role("heading", level=2)).to_have_text(["Voortgang", "Uren"])
    assert client.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    staff.page.goto(f"/projects/{BAKERY}")
    staff.page.get_by_role("textbox", name="Hours").fill("2:15")
    staff.page.get_by_label("What was done").fill("Openingstijden nagekeken")
    staff.page.get_by_role("button", name="Add hours").click()
    client.page.reload()
    expect(client.page.get_by_text("Openingstijden nagekeken")).to_be_visible()

    staff.page.goto(f"/projects/{BAKERY}/links")
    staff.page.get_by_role("link", name="Preview and switches").click()
    switch = staff.page.get_by_role("switch", name="Client sees Uren")
    staff.press(switch, "Space")
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(switch).to_be_focused()
    client.page.reload()
    expect(client.page.get_by_role("heading", level=2)).to_have_text(["Voortgang"])

    staff.press(staff.page.get_by_role("link", name="Deactivate"))
    staff.press(staff.page.get_by_role("dialog").get_by_role("button", name="Deactivate"))
    expect(staff.page.get_by_text("Nobody gets in with it any more.")).to_be_visible()
    answer = client.page.reload()

    assert answer is not None
    assert 404 == answer.status
    expect(client.page.get_by_text("Webwinkel")).to_have_count(0)


def _share_with_the_keyboard(staff: Person) -> str:
    """Go from the list of projects to a copied link without a mouse."""
    page = staff.page
    staff.press(page.get_by_role("link", name="Relaunch (cheap variant)"))
    staff.press(page.get_by_role("link", name="Read links"))
    staff.press(page.get_by_role("link", name="Create link"))
    staff.press(page.get_by_role("switch", name="Milestones"), "Space")
    staff.tab_to(page.get_by_label("Recipient"))
    page.keyboard.type("Annelies")
    staff.press(page.get_by_role("button", name="Create link"))
    expect(page.get_by_role("dialog", name="Your client would read your internal title")).to_be_visible()
    expect(page.get_by_label("Title for the client")).to_be_focused()
    page.keyboard.type("Webwinkel")
    page.keyboard.press("Enter")
    staff.press(page.get_by_role("button", name="Copy link"))
    expect(page.locator("#announcer")).to_have_text("The link was copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert isinstance(copied, str)
    return copied


def test_views_are_counted_by_gestures(staff: Person, client: Person) -> None:
    """Loading the page counts nothing; the first touch counts once."""
    client.page.goto(staff.share(CAMPAIGN))
    client.page.reload()
    staff.page.reload()
    expect(staff.page.get_by_text("not yet")).to_be_visible()

    with client.page.expect_response("**/seen") as seen:
        client.page.get_by_role("heading", level=1).tap()

    assert seen.value.ok
    client.page.get_by_role("heading", level=1).tap()
    staff.page.reload()
    expect(staff.page.get_by_text(re.compile(r"1.time, last"))).to_be_visible()


def _let_in(staff: Person, project: int, *names: str, title: str) -> None:
    """Share a project with some, with the keyboard alone: each is found while typing, and chosen on the spot."""
    page = staff.page
    page.goto(f"/projects/{project}/people")
    field = page.get_by_label("Find people and organizations")
    for name in names:
        staff.tab_to(field)
        page.keyboard.press("Control+A")
        page.keyboard.type(name[:6].lower())
        expect(page.locator("[data-sk-status]")).to_have_text("One more was found.")
        box = page.get_by_role("checkbox", name=name)
        staff.press(box, "Space")
        expect(page.get_by_role("list", name="Chosen").get_by_role("checkbox", name=name)).to_be_focused()
        page.keyboard.press("Shift+Tab")
    expect(page.get_by_text(re.compile(f"“{title}” will be seen by .*{names[-1].split()[0]}"))).to_be_visible()
    staff.press(page.get_by_role("button", name="Share", exact=True))
    expect(page.get_by_role("status").filter(has_text="Shared with")).to_be_visible()


def _invited(staff: Person, client_id: int, name: str) -> str:
    """Invite somebody and return the address that they are sent."""
    staff.page.goto(f"/clients/{client_id}")
    staff.press(staff.page.get_by_role("button", name=re.compile(f"Invite to the portal.*{name}")))
    return staff.page.get_by_label(f"Address of the invitation for {name}").input_value()


def test_a_person_is_let_in_and_out_again(staff: Person, client: Person) -> None:
    """Found while typing, told beforehand what it reveals, invited, in the portal by keyboard, and taken back."""
    _let_in(staff, CAMPAIGN, "Annelies de Wit", "Imogen Fenwick", title="Campaña de vendimia")
    address = _invited(staff, 4, "Annelies de Wit")
    client.page.goto(address)
    client.press(client.page.locator("form.entry button"))
    client.page.wait_for_url("**/share/p/")
    client.press(client.page.get_by_role("link", name="Campaña de vendimia"))
    expect(client.page.get_by_role("heading", level=1)).to_have_text("Campaña de vendimia")
    client.press(client.page.get_by_role("link", name="Alles wat met u is gedeeld"))
    field = client.page.get_by_role("searchbox")
    field.fill("zzz")
    field.press("Enter")
    expect(client.page.get_by_role("status")).to_contain_text("‘zzz’")
    client.page.go_back()

    staff.page.goto(f"/projects/{CAMPAIGN}")
    staff.press(staff.page.get_by_role("button", name="Take back from Annelies de Wit"))
    expect(staff.page.get_by_text("Annelies de Wit does not see it any more.")).to_be_visible()
    expect(staff.page.get_by_role("link", name="Imogen Fenwick")).to_be_visible()
    client.page.goto("/share/p/")
    expect(client.page.get_by_text("Campaña")).to_have_count(0)
    client.page.get_by_role("button", name="Afmelden").click()
    expect(client.page.get_by_role("heading", level=1)).to_have_text("U bent niet aangemeld")


@pytest.mark.parametrize(("scheme", "viewport"), [("light", DESK), ("dark", PHONE)], ids=["light desk", "dark phone"])
def test_nobody_is_kept_out_of_the_portal(open_browser: Open, scheme: str, viewport: dict[str, int]) -> None:
    """Axe finds nothing serious on the pages of a contact and of those who let them in, and none is too wide."""
    staff = open_browser(color_scheme=scheme, viewport=viewport).sign_in()
    client = open_browser(color_scheme=scheme, viewport=viewport)
    sharing = f"/projects/{CAMPAIGN}/people"
    found = _looked_at(staff, sharing)
    staff.page.get_by_text("Add a contact").click()
    staff.page.get_by_label("E-mail").fill("nobody")
    staff.page.get_by_role("button", name="Share", exact=True).click()
    expect(staff.page.get_by_role("alert")).to_be_visible()
    found += staff.barriers()
    _let_in(staff, CAMPAIGN, "Annelies de Wit", title="Campaña de vendimia")
    found += _looked_at(staff, sharing) + _looked_at(staff, f"/projects/{CAMPAIGN}")
    address = _invited(staff, 4, "Annelies de Wit")
    found += staff.barriers()
    person = str(staff.page.get_by_role("link", name=re.compile("Everything they see.*Anne")).get_attribute("href"))
    found += _looked_at(staff, person)
    preview = str(staff.page.get_by_role("link", name="Preview as client").get_attribute("href"))
    found += _looked_at(staff, preview) + _looked_at(staff, "/settings")
    manager = open_browser(color_scheme=scheme, viewport=viewport).sign_in("Anke Vogel")
    found += _looked_at(manager, "/settings")
    manager.page.get_by_role("radio", name="Nobody").check()
    manager.page.get_by_role("button", name="Show what this changes").click()
    expect(manager.page.get_by_text("nobody loses anything")).to_be_visible()
    found += manager.barriers()
    manager.page.get_by_role("checkbox", name="Who else sees it").first.check()
    manager.page.get_by_role("radio", name="Everybody").check()
    manager.page.get_by_role("button", name="Save").click()
    expect(manager.page.get_by_text("The settings are saved.")).to_be_visible()
    found += _looked_at(manager, "/handover")
    found += _looked_at(manager, "/clients/4") + _looked_at(manager, "/clients/4/members")
    manager.page.get_by_role("checkbox", name="Annelies de Wit").check()
    manager.page.get_by_role("button", name="Show what this changes").click()
    expect(manager.page.get_by_role("checkbox", name="Annelies de Wit", checked=True)).to_be_visible()
    found += manager.barriers()
    found += _looked_at(client, address)
    client.page.locator("form.entry button").click()
    client.page.wait_for_url("**/share/p/")
    item = f"project/{CAMPAIGN}"
    for path in ("", "?sort=created", "?q=zzz", "?given-back=1", item, f"{item}/decline", "project/0"):
        found += _looked_at(client, f"/share/p/{path}")
    client.page.get_by_role("banner").get_by_role("button").click()
    found += _looked_at(client, "/share/p/") + _looked_at(client, address)

    assert [] == found


def test_everything_is_handed_over_by_keyboard(open_browser: Open) -> None:
    """Chosen, read what it is, and done, on a telephone too (p34)."""
    manager = open_browser(viewport=PHONE).sign_in("Anke Vogel")
    manager.press(manager.page.get_by_role("link", name="Hand over"))
    manager.page.get_by_label("Who hands over").select_option(label="Maria Jansen")
    manager.page.get_by_label("Who takes it over").select_option(label="Tomasz Wrona")
    manager.press(manager.page.get_by_role("button", name="Show what this changes"))
    expect(manager.page.get_by_text("Tomasz Wrona will answer for")).to_be_visible()
    manager.press(manager.page.get_by_role("button", name="Hand over", exact=True))
    expect(manager.page.get_by_role("status").first).to_contain_text("handed over to Tomasz Wrona.")


def test_the_header_cuts_no_name(open_browser: Open, staff: Person) -> None:
    """However wide the window is, who came in reads their whole name."""
    client = open_browser()
    client.page.goto(_invited(staff, 4, "Annelies de Wit"))
    client.page.locator("form.entry button").click()
    client.page.wait_for_url("**/share/p/")
    cut: list[int] = []
    for width in (480, 600, 800, 1024, 1030):
        client.page.set_viewport_size({"width": width, "height": 700})
        name = client.page.locator(".who-name")
        cut += [width] if name.evaluate("element => element.scrollWidth > element.clientWidth") else []

    assert [] == cut


def test_a_password_is_asked_for(staff: Person, client: Person) -> None:
    """A wrong one is told, the right one opens a page whose address has no secret."""
    link = staff.share(CAMPAIGN, Password="cierzo")
    client.page.goto(link)
    assert [] == client.barriers()

    for password in ("tramontana", "cierzo"):
        field = client.page.locator("input[type=password]")
        field.fill(password)
        field.press("Enter")
        if password == "tramontana":
            expect(client.page.get_by_role("alert")).to_be_visible()
            assert [] == client.barriers()

    expect(client.page.get_by_role("heading", level=1)).to_have_text("Campaña de vendimia")
    assert link.rpartition("/")[2] not in client.page.url


def test_a_link_for_one_visit(staff: Person, client: Person, open_browser: Open) -> None:
    """Looking at the door uses nothing up; after one visit the next person gets nothing, the first may go on."""
    link = staff.share(CAMPAIGN, How_many_visits="1")
    late = open_browser()
    late.page.goto(link)
    client.page.goto(link)
    client.page.get_by_role("button").click()
    expect(client.page.get_by_role("heading", level=1)).to_have_text("Campaña de vendimia")

    late.page.get_by_role("button").click()
    client.page.reload()

    expect(late.page.get_by_text("Campaña")).to_have_count(0)
    expect(client.page.get_by_role("heading", level=1)).to_have_text("Campaña de vendimia")


def test_without_scripts_everything_works(open_browser: Open) -> None:
    """The questions are then part of the page, or pages of their own."""
    staff = open_browser(java_script_enabled=False).sign_in()
    staff.page.goto(f"/projects/{BAKERY}/links/new")
    staff.page.get_by_role("button", name="Create link").click()
    staff.page.get_by_label("Title for the client").fill("Webwinkel")
    staff.page.get_by_role("button", name="Use this title").click()
    expect(staff.page.get_by_text("The client reads “Webwinkel”")).to_be_visible()

    staff.page.get_by_role("link", name="Deactivate").click()
    staff.page.get_by_role("button", name="Deactivate").click()

    expect(staff.page.get_by_text("No link is live.")).to_be_visible()


def test_without_scripts_people_are_found_chosen_and_let_in(open_browser: Open) -> None:
    """Each button does its part, what was chosen stays, and the settings of the portal are changed the same way."""
    page = open_browser(java_script_enabled=False).sign_in("Anke Vogel").page
    page.goto(f"/projects/{CAMPAIGN}/people")
    for name in ("Annelies de Wit", "Fenwick & Daughters"):
        page.get_by_label("Find people and organizations").fill(name[:7])
        page.get_by_role("button", name="Find").click()
        page.get_by_role("checkbox", name=name).check()
    page.get_by_text("Add a contact").click()
    page.get_by_label("Name", exact=True).fill("Fenna Bakker")
    page.get_by_label("E-mail").fill("fenna@korenaar.example")
    page.get_by_role("button", name="Add and choose").click()
    expect(page.get_by_role("list", name="Chosen").get_by_role("checkbox", checked=True)).to_have_count(3)
    page.get_by_role("button", name="Show what this reveals").click()
    expect(page.get_by_text("will be seen by Annelies de Wit, Fenna Bakker and Imogen Fenwick.")).to_be_visible()
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_text("Shared with Annelies de Wit, Fenwick & Daughters and Fenna Bakker.")).to_be_visible()

    page.goto("/settings")
    page.get_by_role("button", name="Add another option").click()
    page.get_by_role("group", name="Option 3").get_by_label("The client asked for it", exact=True).select_option("Yes")
    page.get_by_role("radio", name="Nobody").check()
    page.get_by_role("button", name="Show what this changes").click()
    expect(page.get_by_text("will not be seen any more by Imogen Fenwick.")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The settings are saved.")).to_be_visible()
    expect(
        page.get_by_role("group", name="Option 3").get_by_label("The client asked for it", exact=True)
    ).to_have_value("yes")

    page.get_by_role("radio", name="Members who were chosen one by one").check()
    page.get_by_role("button", name="Save").click()
    page.goto("/clients/4")
    page.get_by_role("link", name="Who sees what is shared").click()
    page.get_by_role("checkbox", name="Annelies de Wit").check()
    page.get_by_role("button", name="Show what this changes").click()
    expect(page.get_by_role("checkbox", name="Annelies de Wit", checked=True)).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The choice is saved.")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Annelies de Wit", checked=True)).to_be_visible()


@pytest.mark.parametrize(("scheme", "viewport"), [("light", DESK), ("dark", PHONE)], ids=["light desk", "dark phone"])
def test_nobody_is_kept_out(open_browser: Open, scheme: str, viewport: dict[str, int]) -> None:
    """Axe finds nothing serious on any page, no page is wider than the screen, and no small table than its place."""
    staff = open_browser(color_scheme=scheme, viewport=viewport).sign_in()
    client = open_browser(color_scheme=scheme, viewport=viewport)
    link, dead = staff.share(CAMPAIGN), staff.share(CAMPAIGN)
    staff.page.get_by_role("link", name="Deactivate").first.click()
    found = staff.barriers()
    staff.page.get_by_role("dialog").get_by_role("button", name="Deactivate").click()
    detail = str(staff.page.get_by_role("link", name="Preview and switches").get_attribute("href"))
    for path in ("", "/new", f"/{CAMPAIGN}", f"/{CAMPAIGN}/edit", f"/{CAMPAIGN}/links", f"/{CAMPAIGN}/links/new", "/0"):
        found += _looked_at(staff, f"/projects{path}")
    found += _looked_at(staff, detail) + _looked_at(staff, f"{detail}/deactivate") + _looked_at(staff, "/sign-in")
    staff.page.goto(f"/projects/{BAKERY}/links/new")
    staff.page.get_by_role("button", name="Create link").click()
    found += staff.barriers()
    for address in (link, dead, staff.share(BAKERY, Title_on_the_page="Webwinkel"), "/share/l/nothing"):
        found += _looked_at(client, address)

    assert [] == found


def _looked_at(person: Person, path: str) -> list[str]:
    person.page.goto(path)
    places = "[document.documentElement, ...document.querySelectorAll('.scroll')]"
    fits = person.page.evaluate(f"{places}.every(place => place.scrollWidth <= place.clientWidth)")
    return person.barriers() + ([] if fits else [f"too wide: {person.page.url}"])


def test_documents_are_asked_for_and_sent(staff: Person, client: Person, tmp_path: Path) -> None:
    """Asked for with a look that follows the typing, sent from a telephone, judged, and taken home as one ZIP."""
    for name in ("front.pdf", "back.pdf"):
        (tmp_path / name).write_bytes(PDF)
    page = staff.page
    page.goto(f"/projects/{REBRAND}/requests/ask")
    page.get_by_label("Find people").fill("imo")
    staff.press(page.get_by_role("checkbox", name="Imogen Fenwick"), "Space")
    staff.press(page.get_by_label("What", exact=True), "P")
    page.keyboard.type("assport")
    staff.press(page.get_by_role("button", name="Ask for one thing more"))
    expect(page.locator("[name=item-1-title]")).to_be_focused()
    page.keyboard.type("Bank card")
    expect(page.locator(".sk-letter")).to_contain_text("Bank card")
    barriers = staff.barriers()
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("status").first).to_contain_text("Imogen Fenwick is asked for it.")
    page.get_by_role("button", name="Copy upload link").first.click()
    client.page.goto(page.evaluate("navigator.clipboard.readText()"))
    client.page.locator("#file-item-1").set_input_files(tmp_path / "front.pdf")
    expect(client.page.locator(".receipts time")).to_have_count(1)

    page.reload()
    barriers += staff.barriers()
    page.get_by_role("button", name=re.compile(r"Accept ?: front\.pdf")).click()
    expect(page.get_by_role("status").first).to_have_text("It is accepted.")
    page.goto(f"/projects/{REBRAND}/documents")
    page.get_by_label("Choose files, or drop them here").set_input_files(
        [tmp_path / "back.pdf", tmp_path / "front.pdf"]
    )
    expect(page.locator("[data-sk-picked] li")).to_have_text(["back.pdf", "front.pdf"])
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("status").first).to_have_text("Added: back.pdf and front.pdf.")
    barriers += staff.barriers()

    page.goto("/clients/2")
    page.get_by_role("button", name="Invite to the portal").click()
    client.page.goto(page.get_by_label("Address of the invitation").first.input_value())
    client.page.get_by_role("button").click()
    expect(client.page.get_by_role("heading", name="Requests for you")).to_be_visible()
    expect(client.page.get_by_text("1 of 2 received")).to_have_count(2)
    client.page.get_by_role("link", name="Documents", exact=True).click()
    barriers += client.barriers()
    for name in ("back.pdf", "Quote for print.pdf"):
        client.page.get_by_role("checkbox", name=name).check()
    with client.page.expect_download() as download:
        client.page.get_by_role("button", name="Download the chosen ones as ZIP").click()
    with zipfile.ZipFile(download.value.path()) as packed:
        names = sorted(packed.namelist())

    assert ["Quote for print.pdf", "back.pdf"] == names
    assert [] == barriers


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_staff_talk_about_a_client_in_two_browsers(open_browser: Open, *, scripts: bool) -> None:
    """Maria keeps a note by keyboard; Lucía reads it on her phone, where the answer looks different from the note."""
    maria, lucia = open_browser().sign_in(), open_browser(viewport=PHONE, java_script_enabled=scripts)
    maria.page.goto("/conversations")
    maria.press(maria.page.get_by_role("link", name="Which copper for the tins?"))
    maria.press(maria.page.get_by_text("Note for staff", exact=True))
    maria.page.get_by_label("Your note, which no client reads").fill("The lid costs more.")
    maria.press(maria.page.get_by_role("button", name="Keep as a note"))
    lucia.sign_in("Lucía Ferrer").page.goto("/conversations?unread=1")
    lucia.page.get_by_role("link", name="Which copper for the tins?").click()
    lucia.page.get_by_text("Answer clients").click()

    expect(maria.page.get_by_role("status").first).to_contain_text("Staff alone read it.")
    expect(lucia.page.locator(".sk-said", has_text="The lid costs more.")).to_be_visible()
    expect(lucia.page.get_by_role("button", name="Send to clients")).to_be_visible()
    expect(lucia.page.get_by_role("button", name="Keep as a note")).to_be_hidden()
    assert maria.barriers() == []
    assert maria.complaints == []
