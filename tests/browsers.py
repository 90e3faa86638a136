"""
The browser that tests drive: the system's Chromium without windows, with a profile that is thrown away.

Debian's `chromium-headless-shell` is the same engine in a program that never had windows, and starts and ends in
a third of the time; where it is not there, `chromium` hides its own.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

__all__ = ["PATIENCE", "browsing"]

PATIENCE = 60_000  # milliseconds; a machine that is busy is slow, and what does not come never comes
expect.set_options(timeout=PATIENCE)

_ARGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]


@contextmanager
def browsing() -> Iterator[Browser]:
    """Give a browser meanwhile, or skip the test where there is none."""
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed; get it: apt-get install chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGS)
        yield browser
        browser.close()
