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
_PASSWORD = "molenwiek"  # noqa: S105  # on a picture only
_DESK = (1280, 900)
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
        for name, path, size in (
            ("client-wide", opened, _DESK),
            ("client-phone", opened, _PHONE),
            ("password", guarded, _PHONE),
            ("not-available", dead, _PHONE),
        ):
            with _window(browser, size, locale="nl-NL") as client:
                client.goto(path)
                _take(client, folder / f"{name}.png")


def _sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_role("button", name="Maria Jansen").click()


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
