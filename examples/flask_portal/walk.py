"""
A walk through a running portal over HTTP, as staff and as client, with the standard library only.
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from flask_portal.app import create_app
from flask_portal.server import background
from flask_portal.settings import Settings
from flask_portal.visitor import Page, Visitor

__all__ = ["walk"]

_PROJECT = "/projects/4"  # of a bakery; it has no title for clients yet
_CLIENT = "/clients/4"
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}


class Walk:
    """The steps, each of which relies on those before it. A step that fails raises `AssertionError`."""

    def __init__(self, address: str) -> None:
        self._staff = Visitor(address)
        self._client = Visitor(address)
        self._address = address
        self._link = ""
        self._dead = ""
        self._annelies = Visitor(address)

    def sign_in(self) -> None:
        """Staff signs in and sees the projects."""
        projects = self._staff.get("/").submit("/sign-in", staff="maria")
        assert "Relaunch (cheap variant)" in projects.text

    def create_link(self) -> None:
        """Staff creates a link, and is asked about the internal title first."""
        form = self._staff.get(f"{_PROJECT}/links/new")
        shown = {"sections": ["progress", "hours"]}
        question = form.submit(f"{_PROJECT}/links/new", **shown)
        assert "Your client would read your internal title" in question.text
        links = question.submit(f"{_PROJECT}/links/new", **shown, offered_title="Webwinkel")
        self._link = links.addresses()[0]
        assert self._staff.get(f"{_PROJECT}/links").addresses() == [self._link]

    def open_link(self) -> None:
        """The client opens it and sees the hours, but no internal title and no hidden section."""
        page = self._seen()
        assert "Webwinkel" in page.text
        assert "Bestelformulier: eerste versie" in page.text
        assert "cheap" not in page.text
        assert "Proefbestelling" not in page.text

    def headers(self) -> None:
        """The client's page has the security headers."""
        headers = self._seen().headers
        assert [name for name, part in _HEADERS.items() if part not in headers.get(name, "")] == []

    def log_hours(self) -> None:
        """Staff logs hours, and the client's next look shows them."""
        project = self._staff.get(_PROJECT)
        project.submit(f"{_PROJECT}/hours", day="2025-01-02", hours="1:30", work="Openingstijden nagekeken")
        assert "Openingstijden nagekeken" in self._seen().text

    def hide_section(self) -> None:
        """Staff switches the hours off, and they are gone."""
        page = self._staff.get(self._deactivation().removesuffix("/deactivate"))
        page.submit(f"{page.path}/sections", section="hours", show="0")
        assert "Openingstijden nagekeken" not in self._seen().text
        assert "62" in self._seen().text
        page.submit(f"{page.path}/sections", section="hours", show="1")

    def deactivate(self) -> None:
        """Staff deactivates the link, and nobody gets in."""
        self._staff.get(f"{_PROJECT}/links").submit(self._deactivation())
        assert self._client.get(self._link).status == 404
        self._dead = self._link

    def create_again(self) -> None:
        """Another link works, and the old one stays dead."""
        form = self._staff.get(f"{_PROJECT}/links/new")
        links = form.submit(f"{_PROJECT}/links/new", sections=["hours"], client_title="Webwinkel")
        self._link = links.addresses()[0]
        assert self._link != self._dead
        assert "Openingstijden nagekeken" in self._seen().text
        assert self._client.get(self._dead).status == 404

    def wrong_token(self) -> None:
        """A wrong secret gets the same answer as a deactivated link."""
        dead, wrong = self._client.get(self._dead), self._client.get(f"{self._address}/share/l/{'x' * 40}")
        assert (wrong.status, wrong.text) == (dead.status, dead.text)

    def share_with_a_person(self) -> None:
        """Staff finds a person and a company, reads what sharing reveals, and shares; the page names who sees it."""
        people = f"{_PROJECT}/people"
        form = self._staff.get(people)
        chosen = [_found(form.submit(people, q=name, do="search").text) for name in ("annelies", "fenwick &")]
        told = form.submit(people, to=chosen, do="plan").text
        assert "will be seen by Annelies de Wit and Imogen Fenwick." in told
        assert "they read “Project”" in told
        assert "Take back" not in self._staff.get(people).text
        assert "It is shared with them." in form.submit(people, to=chosen, do="share").text
        assert "already" in form.submit(people, to=chosen, do="share").text
        assert "Take back" in self._staff.get(_PROJECT).text

    def invite(self) -> None:
        """Staff invites the contact, who comes in and finds the project with the sections that clients see."""
        client = self._staff.get(_CLIENT)
        person = next(path for path in client.forms() if path.endswith("/invite")).removesuffix("/invite")
        assert "They read “Project”." in self._staff.get(person).text
        assert "Voortgang" in self._staff.get(f"{person}/sees/{_PROJECT.rpartition('/')[2]}").text
        invited = client.submit(next(path for path in client.forms() if path.endswith("/invite")))
        door = self._annelies.get(invited.addresses()[0])
        home = self._annelies.post(door.path, {})
        assert (home.status, home.path) == (200, "/share/p/")
        assert f"/share/p/project/{_PROJECT.rpartition('/')[2]}" in home.text
        assert "Openingstijden nagekeken" in self._item().text
        assert "cheap" not in home.text + self._item().text

    def configure(self) -> None:
        """An office manager hides the hours from clients after a look at what that changes, and shows them again."""
        manager = Visitor(self._address)
        manager.get("/").submit("/sign-in", staff="anke")
        for shown in (["progress"], ["progress", "hours"]):
            form = manager.get("/settings")
            sent = {"organizations": "everyone", "way-0-shared_with_me": "yes", "show-project": shown}
            # Everything was offered, so that nothing is forgotten.
            offered = ["progress", "budget", "hours", "milestones", "updates", "papers", "lead", "started"]
            sent |= {"ways": "1", "offered-project": offered}
            assert "What this changes" in form.submit("/settings", **sent, do="plan").text
            assert "The settings are saved." in form.submit("/settings", **sent, do="save").text
            assert ("Openingstijden nagekeken" in self._item().text) is ("hours" in shown)

    def take_back(self) -> None:
        """Staff takes the project back, and the contact's next look finds nothing."""
        people = f"{_PROJECT}/people"
        page = self._staff.get(people)
        while "Take back" in page.text:
            page = page.submit(people)
        assert self._item().status == 404
        assert "/share/p/project/" not in self._annelies.get("/share/p/").text

    def steps(self) -> list[Callable[[], None]]:
        """Return the steps in their order."""
        return [
            self.sign_in,
            self.create_link,
            self.open_link,
            self.headers,
            self.log_hours,
            self.hide_section,
            self.deactivate,
            self.create_again,
            self.wrong_token,
            self.share_with_a_person,
            self.invite,
            self.configure,
            self.take_back,
        ]

    def _deactivation(self) -> str:
        links = self._staff.get(f"{_PROJECT}/links")
        return next(path for path in links.forms() if path.endswith("/deactivate"))

    def _item(self) -> Page:
        return self._annelies.get(f"/share/p/project/{_PROJECT.rpartition('/')[2]}")

    def _seen(self) -> Page:
        page = self._client.get(self._link)
        assert page.status == 200, page.status
        return page


def _found(page: str) -> str:
    """Return the first whom a search found, as its form names them."""
    return page.partition('name="to" value="')[2].partition('"')[0]


def walk() -> int:
    """Walk through a portal with fresh data, say how each step went, and return the exit code."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data=Path(folder)))
        with closing(app.extensions["flask_portal"].kit), background(app) as address:
            failed = not all(_goes_well(step) for step in Walk(address).steps())
    if failed:
        return 1
    print(f"All is well, after {time.monotonic() - started:.1f} s.")
    return 0


def _goes_well(step: Callable[[], None]) -> bool:
    try:
        step()
    except Exception as error:  # noqa: BLE001  # whatever happened, this step failed
        print(f"failed  {step.__doc__} {error!r}")
        return False
    print(f"ok      {step.__doc__}")
    return True
