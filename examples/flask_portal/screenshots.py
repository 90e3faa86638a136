"""
Make the pictures of the documentation anew: ``python -m flask_portal.screenshots [FOLDER]``.

It needs playwright and a Chromium of the system; FOLDER is ``docs/images`` when none is named.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from flask_portal.app import create_app
from flask_portal.server import background
from flask_portal.settings import Settings

__all__ = ["main"]

_SITE = "http://portal.havendijk.example"  # looks better on a picture than a port of this machine
_BAKERY = "/projects/4"
_REBRAND = "/projects/2"
_LAST = 4
_PASSWORD = "molenwiek"  # noqa: S105  # on a picture only
_DESK = (1280, 900)
_NARROW = (820, 900)
_PHONE = (390, 844)


def main(folder: Path) -> None:
    """Make all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with _portal() as address, _chromium(address) as browser:
        with _window(browser, _DESK) as staff:
            _sign_in(staff)
            opened, guarded, dead = _share(staff)
            _read(browser, opened, guarded)
            staff.goto(f"{_BAKERY}/links")
            _take(staff, folder / "share-panel.png", whole=True)
            staff.get_by_role("link", name="Preview and switches").first.click()
            _take(staff, folder / "link-preview.png")
            _people(staff, folder)
            _papers(staff, folder)
            invitation = _invite(staff)
        with _window(browser, _NARROW) as manager:
            _sign_in(manager, "Anke Vogel")
            _settings(manager, folder)
        with _window(browser, _PHONE, locale="nl-NL") as client:
            client.goto(invitation)
            _take(client, folder / "invitation.png")
            client.get_by_role("button").click()
            client.wait_for_url("**/share/p/")
            _take(client, folder / "portal-phone.png")
            client.set_viewport_size({"width": _DESK[0], "height": 560})
            _take(client, folder / "portal-wide.png")
        for name, path, size in (
            ("client-wide", opened, _DESK),
            ("client-phone", opened, _PHONE),
            ("password", guarded, _PHONE),
            ("not-available", dead, _PHONE),
        ):
            with _window(browser, size, locale="nl-NL") as client:
                client.goto(path)
                _take(client, folder / f"{name}.png")


def _sign_in(page: Page, name: str = "Maria Jansen") -> None:
    page.goto("/sign-in")
    page.get_by_role("button", name=name).click()


def _share(page: Page) -> tuple[str, str, str]:
    """Make a link that is read, one with a password, and one that is deactivated; return their paths."""
    dead = _link(page, {}, "Anybody")
    page.get_by_role("link", name="Deactivate").click()
    page.get_by_role("dialog").get_by_role("button", name="Deactivate").click()
    day = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011  # the day on the picture's wall
    guarded = _link(page, {"Last day": day, "How many visits": "5", "Password": _PASSWORD}, "Joost")
    opened = _link(page, {}, "Annelies", more=("Updates",))
    return opened, guarded, dead


def _link(page: Page, fields: dict[str, str], recipient: str, more: tuple[str, ...] = ()) -> str:
    page.goto(f"{_BAKERY}/links/new")
    for label, value in {"Title on the page": "De nieuwe webwinkel", **fields}.items():
        page.get_by_label(label).fill(value)
    for section in more:
        page.get_by_role("switch", name=section).click()
    page.get_by_label("Recipient").focus()
    page.keyboard.type(recipient)
    page.get_by_role("button", name="Create link").click()
    return urlsplit(page.get_by_label("Address of the link").first.input_value()).path


def _people(page: Page, folder: Path) -> None:
    """Share three projects with one person, with a look at what the last one reveals."""
    page.goto(f"{_BAKERY}/edit")
    page.get_by_label("Title for clients").fill("De nieuwe webwinkel")
    page.get_by_role("button", name="Save").click()
    for project, title in ((1, "Campaña de vendimia"), (2, "Brand refresh"), (4, "De nieuwe webwinkel")):
        page.goto(f"/projects/{project}/people")
        _choose(page, "Annelies de Wit", title)
        if project == _LAST:
            _choose(page, "Imogen Fenwick", title)
            _choose(page, "Bakkerij De Korenaar", title)
            page.get_by_text(", Imogen Fenwick and Joost Hofman.").wait_for()
            _take(page, folder / "share-with-people.png", whole=True)
            page.set_viewport_size({"width": _PHONE[0], "height": _PHONE[1]})
            _take(page, folder / "share-phone.png")
            page.set_viewport_size({"width": _DESK[0], "height": _DESK[1]})
        page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("link", name="Annelies de Wit").click()
    page.set_viewport_size({"width": _DESK[0], "height": 600})
    _take(page, folder / "person.png")
    page.set_viewport_size({"width": _DESK[0], "height": _DESK[1]})


def _papers(page: Page, folder: Path) -> None:
    """Look at a document that a client sent, at what is still missing, and ask for more."""
    page.goto(f"{_REBRAND}/documents")
    _take(page, folder / "documents.png", whole=True)
    page.get_by_role("link", name="Trademark certificate.pdf").first.click()
    page.get_by_role("heading", name="Where it came from").wait_for()
    _take(page, folder / "document.png")
    page.goto(f"{_REBRAND}/requests")
    _take(page, folder / "requests.png", whole=True)
    page.goto(f"{_REBRAND}/requests/ask")
    page.get_by_label("Find people").fill("Imogen")
    page.get_by_role("checkbox", name="Imogen Fenwick").check()
    page.get_by_label("What", exact=True).fill("Price list of the tea ranges")
    page.locator(".sk-letter").get_by_text("Price list").wait_for()
    _take(page, folder / "ask.png", whole=True)


def _choose(page: Page, name: str, title: str) -> None:
    page.get_by_label("Find people and organizations").fill(name[:5])
    page.get_by_role("checkbox", name=name).check()
    page.get_by_text(f"“{title}” will be seen by").wait_for()


def _settings(page: Page, folder: Path) -> None:
    """Let nobody's organization count, and look at what that would hide."""
    page.goto("/settings")
    page.get_by_role("radio", name="Nobody").check()
    page.get_by_role("button", name="Show what this changes").click()
    _take(page, folder / "portal-settings.png", whole=True)


def _invite(page: Page) -> str:
    page.goto("/clients/4")
    page.get_by_role("region", name="Annelies de Wit").get_by_role("button", name="Invite to the portal").click()
    return urlsplit(page.get_by_label("Address of the invitation").first.input_value()).path


def _read(browser: Browser, opened: str, guarded: str) -> None:
    with _window(browser, _PHONE) as client, client.expect_response("**/seen"):
        client.goto(opened)
        client.mouse.click(5, 300)
    for _ in range(2):
        with _window(browser, _PHONE) as client:
            client.goto(guarded)
            client.locator("input[type=password]").fill(_PASSWORD)
            client.get_by_role("button").click()


def _take(page: Page, file: Path, *, whole: bool = False) -> None:
    page.screenshot(path=file, animations="disabled", full_page=whole)
    print(f"{file}: {file.stat().st_size // 1024} KiB")


@contextmanager
def _portal() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data=Path(folder)))
        with closing(app.extensions["flask_portal"].kit), background(app) as address:
            yield address.removeprefix("http://")


@contextmanager
def _chromium(address: str) -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        sys.exit("There is no chromium on this machine.")
    arguments = ["--no-sandbox", f"--host-resolver-rules=MAP {urlsplit(_SITE).hostname}:80 {address}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@contextmanager
def _window(browser: Browser, size: tuple[int, int], locale: str = "en-GB") -> Iterator[Page]:
    width, height = size
    context = browser.new_context(base_url=_SITE, viewport={"width": width, "height": height}, locale=locale)
    yield context.new_page()
    context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images"))
