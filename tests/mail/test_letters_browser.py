"""Letters in a real Chromium: wide and narrow, light and dark."""

from collections.abc import Iterator
from typing import Literal

import pytest

from sharekit.mail.writing import LetterWriter
from tests.mail._letters import ALL

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # it has no types
from playwright.sync_api import Browser

from tests.browsers import PATIENCE, browsing

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Scheme = Literal["light", "dark"]
WAYS: list[tuple[Scheme, int, str, str]] = [
    ("light", 760, "en", "#1d5fa8"),
    ("dark", 760, "de", "#ffd400"),
    ("light", 320, "pl", "#ffd400"),
    ("dark", 320, "nl", "#1d5fa8"),
    ("light", 600, "es", "#7f7f7f"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with browsing() as browser:
        yield browser


@pytest.mark.parametrize(("scheme", "width", "locale", "accent"), WAYS, ids=str)
def test_letters_can_be_read_by_everybody(
    browser: Browser, scheme: Scheme, width: int, locale: str, accent: str
) -> None:
    """No letter is wider than its window, asks for anything, or has a fault that axe knows; contrast included."""
    writer = LetterWriter(site_name="Studio Noord", time_zone="Europe/Amsterdam", accent=accent, imprint="Amsterdam")
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    faults: list[tuple[str, str]] = []
    for letter in ALL:
        page.set_content(writer.write(letter, locale=locale, settings_url="https://portal.studio.example/s").html)
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}).response["violations"]
        faults += [(letter.template, fault["id"]) for fault in found]

        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.get_by_role("link").first.is_visible()
    context.close()

    assert [] == faults
    assert [] == asked
