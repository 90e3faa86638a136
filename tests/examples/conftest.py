"""The example portal with fresh data, and people who use it without a browser."""

import html
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_portal.app import create_app
from flask_portal.pages.desk import Portal
from flask_portal.settings import Settings
from sharekit.testing import FrozenClock

BAKERY, CAMPAIGN, PITCH = 4, 1, 6
"""Projects of the demo data: without a title for clients, with one, and kept inside the agency."""


class Desk:
    """Somebody from the agency, signed in, who sends the forms that the pages show."""

    def __init__(self, app: Flask, who: str) -> None:
        self.browser: FlaskClient = app.test_client()
        self.browser.get("/sign-in")
        assert self.post("/sign-in", staff=who).location == "/projects"

    def get(self, path: str) -> str:
        """Return a page that is there, as text without tags between the words."""
        answer = self.browser.get(path)
        assert answer.status_code == 200, answer.status
        return html.unescape(answer.text)

    def post(self, path: str, **fields: str | Sequence[str] | Sequence[tuple[BytesIO, str]]) -> TestResponse:
        """Send a form with the token of the session."""
        with self.browser.session_transaction() as session:
            token = session.get("csrf", "")
        if not token:
            self.browser.get("/sign-in")
            return self.post(path, **fields)
        return self.browser.post(path, data={"csrf": token, **fields})

    def share(self, project: int, **fields: str | Sequence[str]) -> str:
        """Make a link and return its path."""
        fields.setdefault("sections", ["progress", "hours"])
        answer = self.post(f"/projects/{project}/links/new", **fields)
        assert answer.status_code == 302, answer.text
        made = answer.location.rpartition("#link-")[2]
        return next(path for path in self.paths(project) if made in path)

    def paths(self, project: int) -> list[str]:
        """Return the paths of the live links that the panel shows."""
        return re.findall(r'value="http://localhost(/share/l/[^"]+)"', self.get(f"/projects/{project}/links"))

    def page_of(self, project: int) -> str:
        """Return where the page of the only live link is."""
        (page,) = re.findall(r'href="([^"]+)/deactivate"', self.get(f"/projects/{project}/links"))
        assert isinstance(page, str)
        return page


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime]:
    """A folder with demo data that nobody has touched, and when it was filled."""
    data, now = tmp_path_factory.mktemp("seeded") / "data", datetime.now(UTC)
    parts = create_app(Settings(data=data), clock=FrozenClock(now)).extensions["flask_portal"]
    assert isinstance(parts, Portal)
    parts.kit.close()
    return data, now


@pytest.fixture
def clock(seeded: tuple[Path, datetime]) -> FrozenClock:
    """The kit's clock, which stands at the present."""
    return FrozenClock(seeded[1])


@pytest.fixture
def portal(tmp_path: Path, seeded: tuple[Path, datetime], clock: FrozenClock) -> Iterator[Flask]:
    """The application with fresh demo data: a copy of what the first start makes."""
    shutil.copytree(seeded[0], tmp_path / "data")
    app = create_app(Settings(data=tmp_path / "data"), clock=clock)
    app.testing = True
    parts = app.extensions["flask_portal"]
    assert isinstance(parts, Portal)
    with closing(parts.kit):
        yield app


@pytest.fixture
def maria(portal: Flask) -> Desk:
    """The owner of the bakery's project."""
    return Desk(portal, "maria")


@pytest.fixture
def client(portal: Flask) -> FlaskClient:
    """Somebody outside, with nothing but a link."""
    return portal.test_client()
