"""What the laws of adapters are told with: a portal that remembers, a site behind a door, and its visitors."""

from collections.abc import Callable, Generator, Iterator
from datetime import datetime
from urllib.parse import quote, unquote_to_bytes, urlencode

import attrs
import pytest

from sharekit.backends.limiter import MemoryRateLimiter
from sharekit.kit import Sharekit
from sharekit.records.catalog import ResourceRef
from sharekit.records.invitations import Invitation
from sharekit.records.links import ReadLink
from sharekit.records.parties import Staff
from sharekit.testing.adapter._drivers import ORIGIN, Received, Sent
from sharekit.testing.kits import FrozenClock, kit
from sharekit.web import Portal, WebRequest, WebResponse
from sharekit.web.headers import PAGE_HEADERS

MARIA = Staff("maria")
RELAUNCH = ResourceRef("project", "42")
PREFIX = "/share"
FORM = ("Content-Type", "application/x-www-form-urlencoded")
SAME_SITE = ("Sec-Fetch-Site", "same-origin")

FROM_SERVERS = frozenset({"connection", "date", "keep-alive", "server", "transfer-encoding"})
"""Headers of a response that belong to the server, and that it may add."""

Send = Callable[[Sent], Received]
Serve = Callable[[Portal, str], Send]


@attrs.define
class Exchange:
    """What came to the portal, and what it said."""

    request: WebRequest
    read: list[bytes]
    response: WebResponse | None = None


class RecordingPortal(Portal):
    """
    A portal that remembers what it was asked and what it said.

    Attributes:
        exchanges: Each request with its answer, in the order in which they came.
        instead: What it says instead of its own answer, when that is set.
    """

    def __init__(
        self, kit: Sharekit, *, base_path: str, resolve_tenant: Callable[[WebRequest], str | None] | None
    ) -> None:
        super().__init__(kit, base_path=base_path, resolve_tenant=resolve_tenant)
        self.exchanges: list[Exchange] = []
        self.instead: WebResponse | None = None

    def handle(self, request: WebRequest) -> WebResponse:
        """Answer, and remember it."""
        exchange = Exchange(request, [])
        self.exchanges.append(exchange)

        def read(limit: int) -> bytes:
            exchange.read.append(request.read(limit))
            return exchange.read[-1]

        exchange.response = self.instead or super().handle(attrs.evolve(request, read=read))
        return exchange.response


@attrs.frozen(kw_only=True)
class Site:
    """A portal behind the adapter."""

    kit: Sharekit
    clock: FrozenClock
    portal: RecordingPortal
    prefix: str
    send: Send

    def link(
        self,
        *,
        password: str | None = None,
        max_uses: int | None = None,
        expires_at: datetime | None = None,
        kit: Sharekit | None = None,
    ) -> ReadLink:
        """Make a link to the project."""
        return (kit or self.kit).links.create(
            RELAUNCH, by=MARIA, sections={"progress"}, password=password, max_uses=max_uses, expires_at=expires_at
        )

    def path(self, shown: ReadLink | Invitation) -> str:
        """Return the path of its page, mount included."""
        return quote(self.prefix) + self.portal.path_below(shown)

    def get(self, path: str, *headers: tuple[str, str], method: str = "GET", client: str = "192.0.2.1") -> Received:
        """Ask for a page, and see to it that what came is what the portal said."""
        return self.ask(Sent(method, path, headers, client=client))

    def post(self, path: str, *headers: tuple[str, str], **fields: str) -> Received:
        """Send a form as a browser does from one of our own pages, and look at what came in the same way."""
        return self.ask(Sent("POST", path, (SAME_SITE, FORM, *headers), urlencode(fields).encode()))

    def ask(self, sent: Sent) -> Received:
        """Send a request, and see to it that the portal was asked once and that what came is what it said."""
        before = len(self.portal.exchanges)
        received = self.send(sent)
        assert len(self.portal.exchanges) == before + 1, "each request goes to the portal, once"
        said = self.portal.exchanges[-1].response
        assert said is not None
        assert_same(said, received)
        return received


def assert_same(said: WebResponse, came: Received) -> None:
    """See to it that an answer came as the portal made it: in status, headers and body."""
    assert said.status == came.status
    assert _by_name((name.lower(), value) for name, value in said.headers) == _by_name(came.headers)
    assert said.body == came.body


def _by_name(headers: Iterator[tuple[str, str]] | tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in headers:
        if name not in FROM_SERVERS:
            grouped.setdefault(name, []).append(value)
    return dict(sorted(grouped.items()))


def asked(sent: Sent, prefix: str) -> WebRequest:
    """Return what a request must look like to the portal; headers and body are looked at apart."""
    path = unquote_to_bytes(sent.path).decode("utf-8", "replace")
    return WebRequest(
        method=sent.method,
        path=path.removeprefix(prefix),
        query=sent.query,
        client_key=sent.client,
        origin=ORIGIN,
        root=prefix,
    )


def make_site(
    serve: Serve, prefix: str = PREFIX, resolve_tenant: Callable[[WebRequest], str | None] | None = None
) -> Site:
    """Return a site whose project is in the catalog."""
    clock = FrozenClock()
    made = kit(clock=clock, rate_limiter=MemoryRateLimiter(lambda: clock.now().timestamp()))
    made.catalog.put(RELAUNCH, title="Relaunch (cheap variant)", client_title="Relaunch", by=MARIA)
    portal = RecordingPortal(made, base_path=prefix, resolve_tenant=resolve_tenant)
    return Site(kit=made, clock=clock, portal=portal, prefix=prefix, send=serve(portal, prefix))


def streamed(*pieces: bytes, closed: list[bool], fail: bool = False) -> WebResponse:
    """Return an answer of several pieces; *closed* is told when nobody wants more of them."""

    def made() -> Generator[bytes, None, None]:
        try:
            yield from pieces
            if fail:
                raise LookupError("the store of bytes has gone")
        finally:
            closed.append(True)

    headers = (("Content-Type", "application/octet-stream"), *PAGE_HEADERS)
    return WebResponse(status=200, headers=headers, body=b"<", stream=made())


class Frame:
    """The fixtures of the contract."""

    @pytest.fixture
    def serve(self) -> Serve:
        """Override this: return a function that mounts a portal at a path and returns how to send requests to it."""
        raise NotImplementedError("override the fixture `serve`")

    @pytest.fixture
    def site(self, serve: Serve) -> Iterator[Site]:
        """Return a site with the portal at ``/share``."""
        made = make_site(serve)
        yield made
        made.portal.exchanges.clear()  # they hold the framework's requests
        made.kit.close()
