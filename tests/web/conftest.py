"""A site with one project, and browsers that visit it."""

import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TypedDict, Unpack
from urllib.parse import urlencode

import attrs
import pytest
from jinja2 import BaseLoader

from sharekit import AuditEntry, Contact, ReadLink, ResourceKind, ResourceRef, Sharekit, Staff, System
from sharekit.backends.limiter import MemoryRateLimiter
from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.ports import RecordStore
from sharekit.testing import FrozenClock, SectionLoads, kit, project_kind
from sharekit.web import Headers, Portal, WebRequest, WebResponse

KEY = b"0123456789abcdef0123456789abcdef"
ORIGIN = "https://portal.example"
SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class LinkOptions(TypedDict, total=False):
    """What a link can be given."""

    client_title: str | None
    expires_at: datetime | None
    max_uses: int | None
    password: str | None
    recipient: Contact | None


class PortalOptions(TypedDict, total=False):
    """What a portal can be given."""

    site_name: str
    base_path: str
    template_folders: Sequence[str | Path]
    template_loaders: Sequence[BaseLoader]
    default_locale: str
    time_zone: str
    accent: str | None
    resolve_tenant: Callable[[WebRequest], str | None] | None
    secure_cookies: bool
    wrong_secrets_per_minute: int


@attrs.define(kw_only=True)
class Browser:
    """
    A client with cookies of its own.

    Attributes:
        portal: What it talks to.
        client_key: Its address.
        language: What it asks for.
        cookies: Names and values that it keeps.
    """

    portal: Portal
    client_key: str = "192.0.2.1"
    language: str = "en"
    cookies: dict[str, str] = attrs.field(factory=dict[str, str])

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        query: str = "",
        root: str | None = None,
    ) -> WebResponse:
        """Send a request as it is given, with the cookies, and keep those that come back."""
        fields = {"Accept-Language": self.language, **(headers or {})}
        if body:
            fields.setdefault("Content-Length", str(len(body)))
        if self.cookies:
            fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        response = self.portal.handle(
            WebRequest(
                method=method,
                path=path,
                query=query,
                headers=Headers(fields.items()),
                read=BytesIO(body).read,
                client_key=self.client_key,
                origin=ORIGIN,
                root=root,
            )
        )
        self._keep(response)
        return response

    def get(self, path: str, **headers: str) -> WebResponse:
        """Fetch a page."""
        return self.send("GET", path, headers=headers)

    def post(self, path: str, **fields: str) -> WebResponse:
        """Send a form from one of the portal's own pages."""
        return self.send("POST", path, headers=SAME_SITE | FORM, body=urlencode(fields).encode())

    def follow(self, response: WebResponse) -> WebResponse:
        """Fetch the page that a response leads to."""
        location = response.header("Location")

        assert response.status == 303
        assert location is not None
        return self.get(location)

    def _keep(self, response: WebResponse) -> None:
        for name, value in response.headers:
            if name == "Set-Cookie":
                cookie, *attributes = value.split("; ")
                key, _, content = cookie.partition("=")
                if "Max-Age=0" in attributes:
                    self.cookies.pop(key, None)
                else:
                    self.cookies[key] = content


@attrs.frozen(kw_only=True)
class Site:
    """What the stories speak of."""

    kit: Sharekit
    records: RecordStore
    clock: FrozenClock
    loads: SectionLoads
    portal: Portal
    maria: Staff = Staff("maria")
    root: System = System("setup")
    relaunch: ResourceRef = ResourceRef("project", "42")

    def link(self, *, sections: Collection[str] = ("progress",), **options: Unpack[LinkOptions]) -> ReadLink:
        """Make a link to the project."""
        return self.kit.links.create(self.relaunch, by=self.maria, sections=sections, **options)

    def path(self, *, sections: Collection[str] = ("progress",), **options: Unpack[LinkOptions]) -> str:
        """Make such a link and return its path."""
        return self.portal.link_path(self.link(sections=sections, **options))

    def browser(self, client_key: str = "192.0.2.1", language: str = "en") -> Browser:
        """Return a browser without cookies."""
        return Browser(portal=self.portal, client_key=client_key, language=language)

    def audit(self) -> Iterable[AuditEntry]:
        """Return everything that was written down."""
        return self.kit.audit.entries()


def make_site(
    records: RecordStore | None = None,
    kinds: Iterable[ResourceKind] | None = None,
    **options: Unpack[PortalOptions],
) -> Site:
    """Return a site whose project is in the catalog; the options are the portal's."""
    clock, loads = FrozenClock(), SectionLoads()
    store = records or MemoryRecordStore()
    made = kit(
        records=store,
        clock=clock,
        kinds=[project_kind(loads)] if kinds is None else kinds,
        secret_keys=[KEY],
        rate_limiter=MemoryRateLimiter(lambda: clock.now().timestamp()),
    )
    portal = Portal(made, **options)
    site = Site(kit=made, records=store, clock=clock, loads=loads, portal=portal)
    made.catalog.put(site.relaunch, title="Relaunch (cheap variant)", client_title="Relaunch", by=site.maria)
    return site


def text_of(response: WebResponse) -> str:
    """Return a page as text."""
    return response.body.decode("utf-8")


@pytest.fixture(params=["memory", "sqlite"])
def records(request: pytest.FixtureRequest, tmp_path: Path, empty_sqlite: Path) -> Iterator[RecordStore]:
    """A store of each kind that stories run on."""
    store: RecordStore = MemoryRecordStore()
    if request.param == "sqlite":
        store = SqliteRecordStore(shutil.copyfile(empty_sqlite, tmp_path / "records.sqlite3"))
    yield store
    store.close()


@pytest.fixture
def site(records: RecordStore) -> Site:
    """A site on each store."""
    return make_site(records, site_name="Studio")


@pytest.fixture
def quick_site() -> Site:
    """A site in memory, for what has nothing to do with the store."""
    return make_site(site_name="Studio")


@pytest.fixture
def ana(site: Site) -> Browser:
    """A client's browser."""
    return site.browser()
