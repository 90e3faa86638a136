"""The upload page in a real Chromium: several files at once, progress, pause and resume, refusals, receipts."""

from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from sharekit import Contact, Sharekit, Staff
from sharekit.adapters.asgi import PortalApp
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.records.requests import DocumentRequest, RequestItem, RequestState
from sharekit.testing import kit
from sharekit.testing.adapter._frame import RELAUNCH
from sharekit.web import Portal
from tests.adapters._http import over_uvicorn
from tests.features._requests import PDF, pdf

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # it has no types
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from tests.browsers import PATIENCE, browsing

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MARIA = Staff("maria")
LETTER = b"one line of a letter that goes on and on\n" * 120_000  # three parts


@attrs.frozen(kw_only=True)
class Desk:
    """A request to Ana, and where her page is."""

    kit: Sharekit
    request: DocumentRequest
    ana: Contact
    url: str

    @property
    def state(self) -> RequestState:
        """How far it has come."""
        return self.kit.requests.get(self.request).state

    def sent(self) -> list[str]:
        """Return the names of what came, sorted."""
        return sorted(each.name for each in self.kit.requests.submissions(self.request))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, with a profile that is thrown away."""
    with browsing() as browser:
        yield browser


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Ana's page, served."""
    made = kit(records=SqliteRecordStore(tmp_path / "records.sqlite3"))
    made.catalog.put(RELAUNCH, title="in", client_title="Relaunch", by=MARIA)
    ana = made.people.add_contact("Ana", "ana@x.test", by=MARIA)
    request = made.requests.create(
        to=ana,
        items=[
            RequestItem("Passport", key="passport", accept={"pdf"}, max=2),
            RequestItem("Letters", key="letters", accept={"txt", "pdf"}, min=0, note="If there are any."),
        ],
        about=RELAUNCH,
        by=MARIA,
    )
    portal = Portal(made, site_name="Studio", secure_cookies=False)
    with over_uvicorn(PortalApp(portal)) as origin:
        yield Desk(kit=made, request=request, ana=ana, url=origin + portal.upload_path(request, ana))
    made.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page whose browser must have nothing to complain of."""
    context, complaints = chromium.new_context(locale="en-GB"), list[str]()
    context.set_default_timeout(PATIENCE)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    page = context.new_page()
    yield page
    context.close()

    assert [] == complaints


def file(name: str, body: bytes) -> FilePayload:
    """Return a file as a browser is given one."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": body}


def choose(page: Page, item: str, *files: FilePayload) -> None:
    """Choose files for an item."""
    page.locator(f"#file-{item}").set_input_files(list(files))


def test_several_files_arrive_and_the_page_confirms(desk: Desk, page: Page) -> None:
    """Both at once, with receipts that are genuine; nobody is kept out, on a telephone neither."""
    page.goto(desk.url)
    before = Axe().run(page).response["violations"]
    choose(page, "passport", file("front.pdf", PDF), file("back.pdf", pdf(10)))
    expect(page.locator(".receipts time")).to_have_count(2)
    expect(page.get_by_role("status")).to_contain_text("Thank you.")
    choose(page, "letters", file("Ünï.txt", LETTER))
    expect(page.locator(".receipts time")).to_have_count(3)
    page.get_by_text("Receipt", exact=True).last.click()
    receipt = page.locator("code.signed").last.inner_text()
    page.set_viewport_size({"width": 360, "height": 740})
    after = Axe().run(page).response["violations"]

    assert ["back.pdf", "front.pdf", "Ünï.txt"] == desk.sent()
    assert "Ünï.txt" == desk.kit.requests.verify_receipt(receipt).name
    assert RequestState.SUBMITTED is desk.state
    assert [] == [rule["id"] for rule in [*before, *after] if rule["impact"] in {"serious", "critical"}]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_what_is_not_taken_is_said_before_it_travels(desk: Desk, page: Page) -> None:
    """Next to the file, and in the portal's words by its bytes; it takes no other's place, and is put away."""
    asked = list[str]()
    page.on("request", lambda request: asked.append(request.method))
    page.goto(desk.url)
    choose(page, "passport", file("run.exe", b"MZ"), file("empty.pdf", b""))
    expect(page.get_by_text("This type of file is not taken here.")).to_be_visible()
    expect(page.get_by_text("This file is empty.")).to_be_visible()
    early = {"POST", "PATCH"} & set(asked)
    choose(page, "passport", file("page.pdf", b"<!doctype html><html><body>hello</body></html>"))
    expect(page.get_by_text("Web pages are not taken.")).to_be_visible()
    none = desk.sent()
    choose(page, "passport", file("front.pdf", PDF), file("back.pdf", pdf(10)))
    expect(page.get_by_text("Received", exact=True)).to_have_count(2)
    for name in ("run.exe", "empty.pdf", "page.pdf"):
        page.get_by_role("button", name=f"Remove: {name}").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you.")

    assert (set(), []) == (early, none)
    assert ["back.pdf", "front.pdf"] == desk.sent()


def test_a_file_is_paused_and_resumed(desk: Desk, page: Page) -> None:
    """What came is not sent again; also when the connection breaks, and when the page was opened anew."""
    offsets = list[str]()
    held = list[Route]()

    def watch(route: Route) -> None:
        if route.request.method == "PATCH":
            offsets.append(route.request.headers["upload-offset"])
            if len(offsets) == 2:
                held.append(route)  # it hangs until the reader pauses
                return
        route.continue_()

    page.goto(desk.url)
    page.route("**/files/**", watch)
    choose(page, "letters", file("long.txt", LETTER))
    expect(page.get_by_text("42 %")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("What you have sent")).to_be_visible()

    assert ["0", "2097152", "2097152", "4194304"] == offsets
    assert ["long.txt"] == desk.sent()


def test_by_the_keyboard_a_file_waits_while_another_arrives(desk: Desk, page: Page) -> None:
    """What was paused stays on the page when the rest is there, and goes on; only then is the page made anew."""
    parts = list[str]()

    def watch(route: Route) -> None:
        if route.request.method == "PATCH" and int(route.request.headers["upload-offset"]) > 0:
            parts.append(route.request.url)
            if len(parts) == 1:
                return  # it hangs until the reader pauses
        route.continue_()

    # From before the page is there: what is asked for along with the key may come after the key.
    page.on("filechooser", lambda _: None)
    page.goto(desk.url)
    page.route("**/files/**", watch)
    page.locator("#file-letters").focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files([file("long.txt", LETTER)])
    expect(page.get_by_text("42 %")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Resume: long.txt")).to_be_focused()
    choose(page, "passport", file("front.pdf", PDF))
    expect(page.get_by_text("Received", exact=True)).to_be_visible()
    waits = (desk.sent(), page.get_by_role("progressbar", name="long.txt").get_attribute("value"))
    page.get_by_role("button", name="Resume: long.txt").press("Enter")
    expect(page.get_by_text("What you have sent")).to_be_visible()

    assert (["front.pdf"], str(2 * 1024 * 1024)) == waits
    assert ["front.pdf", "long.txt"] == desk.sent()


def test_a_file_is_taken_back_while_it_travels(desk: Desk, page: Page) -> None:
    """Nothing of it stays."""

    def hang(route: Route) -> None:
        if route.request.method != "PATCH":
            route.continue_()

    page.goto(desk.url)
    page.route("**/files/**", hang)
    choose(page, "letters", file("long.txt", LETTER))
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as gone:
        page.get_by_role("button", name="Remove").click()

    assert 204 == gone.value.status
    assert 0 == desk.kit.requests.get(desk.request).recipients[0].files_held
    expect(page.get_by_text("long.txt")).to_be_hidden()


def test_without_javascript_a_form_does_it(desk: Desk, chromium: Browser) -> None:
    """One file at a time; a refusal stands at its item."""
    context = chromium.new_context(java_script_enabled=False, locale="nl-NL")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(desk.url)
    choose(page, "passport", file("run.pdf", b"MZ" + bytes(100)))
    page.locator("section", has_text="Passport").get_by_role("button", name="Versturen").click()
    expect(page.get_by_role("alert")).to_contain_text("Programma's en scripts")
    choose(page, "passport", file("front.pdf", PDF))
    page.locator("section", has_text="Passport").get_by_role("button", name="Versturen").click()
    expect(page.get_by_role("list", name="Ontvangen")).to_contain_text("front.pdf")
    context.close()

    assert ["front.pdf"] == desk.sent()
