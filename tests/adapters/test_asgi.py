"""The ASGI application by itself: slow and vanished clients, other protocols, and where it finds itself mounted."""

import asyncio
import contextvars
import gc
import json
import threading
from collections.abc import Generator, Iterator, Mapping
from typing import Any

import pytest
from fastapi import FastAPI, Request
from litestar import Litestar, get
from litestar.types import ASGIApp

from sharekit import ResourceRef, Sharekit, Staff
from sharekit.adapters._asgi_bodies import AsgiBody
from sharekit.adapters._asgi_paths import place_of
from sharekit.adapters.asgi import PortalApp, create_app
from sharekit.errors import ConfigurationError, InvalidInputError
from sharekit.testing import kit
from sharekit.testing.adapter import Sent, over_asgi
from sharekit.web import Portal, WebRequest, WebResponse

MARIA = Staff("maria")
RELAUNCH = ResourceRef("project", "42")
FORM = [(b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"20")]
Message = Mapping[str, Any]  # ASGI's own dictionary

HTTP: dict[str, Any] = {  # the same
    "type": "http",
    "method": "GET",
    "scheme": "http",
    "path": "/l/x",
    "headers": [(b"host", b"portal.example")],
    "client": ("192.0.2.1", 1),
    "server": ("127.0.0.1", 80),
}


class Line:
    """
    A client's connection.

    Attributes:
        sent: What the application sent.
        waiting: Set when the application waits for what does not come.
        lost: Set when the client goes away.
    """

    def __init__(self, *messages: Message, ends: bool = True) -> None:
        self._coming = [*messages]
        self._ends = ends
        self.sent: list[Message] = []
        self.waiting = asyncio.Event()
        self.lost = asyncio.Event()

    async def receive(self) -> Message:
        """Return what the client sends, then that it has gone, or nothing for ever."""
        if self._coming:
            return self._coming.pop(0)
        if not self._ends:
            self.waiting.set()
            await self.lost.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take what is for the client."""
        self.sent.append(message)


def talk(app: PortalApp, scope: Message, *messages: Message, ends: bool = True) -> list[Message]:
    """Return what an application sends to a client that says these things."""

    async def run() -> list[Message]:
        line = Line(*messages, ends=ends)
        await app(scope, line.receive, line.send)
        return line.sent

    return asyncio.run(run())


class Fixed(Portal):
    """A portal that says what it is told to say."""

    def __init__(self, kit: Sharekit, answer: WebResponse) -> None:
        super().__init__(kit)
        self._answer = answer

    def handle(self, request: WebRequest) -> WebResponse:
        """Say it."""
        return self._answer


def streaming(pieces: Generator[bytes, None, None]) -> PortalApp:
    """Return an application whose answer is these pieces."""
    return PortalApp(Fixed(kit(), WebResponse(status=200, headers=(), stream=pieces)))


@pytest.fixture
def made() -> Iterator[Sharekit]:
    """A kit with a project."""
    made = kit()
    made.catalog.put(RELAUNCH, title="Internal", client_title="Relaunch", by=MARIA)
    yield made
    made.close()


def test_the_address_of_a_link_begins_where_the_host_is(made: Sharekit) -> None:
    """A framework's `request.base_url`, with or without its slash, and the prefix of the mount."""
    app = create_app(made, url_prefix="/klanten")
    link = made.links.create(RELAUNCH, by=MARIA, sections={"progress"})
    token = made.links.token(link)

    assert app.link_url(link, "https://desk.example/") == f"https://desk.example/klanten/l/{token}"
    assert app.link_url(link, "https://desk.example/app") == f"https://desk.example/app/klanten/l/{token}"
    assert app.kit is made
    assert app.portal.kit is made


@pytest.mark.parametrize(
    "base", ["", "/app", "desk.example", "//desk.example", "ftp://desk.example", "http://", "http://["]
)
def test_an_address_that_no_client_could_follow_is_refused(made: Sharekit, base: str) -> None:
    """A base without scheme or host raises `InvalidInputError`, rather than a link to nowhere."""
    app = create_app(made)
    link = made.links.create(RELAUNCH, by=MARIA, sections={"progress"})

    with pytest.raises(InvalidInputError) as caught:
        app.link_url(link, base)
    assert caught.value.field == "base_url"


def test_the_address_of_an_invitation_begins_there_too(made: Sharekit) -> None:
    """It is handed out as that of a link is."""
    app = create_app(made, url_prefix="/klanten")
    invitation = made.people.invite(made.people.add_contact("Ana", "ana@acme.example", by=MARIA), by=MARIA)
    token = made.people.invitation_token(invitation)

    assert app.invitation_url(invitation, "https://desk.example/") == f"https://desk.example/klanten/i/{token}"


def test_options_are_the_portals(made: Sharekit) -> None:
    """Name, language, colour and templates reach the pages."""
    sent = talk(create_app(made, site_name="Agentur", default_locale="de", accent="#ffd400"), HTTP)

    assert b"Agentur" in sent[1]["body"]
    assert b"theme.css" in sent[1]["body"]
    assert (b"content-language", b"de") in sent[0]["headers"]


@pytest.mark.parametrize(("setting", "value"), [("threads", 0), ("patience", 0.0), ("patience", float("nan"))])
def test_an_option_that_cannot_work_is_refused(made: Sharekit, setting: str, value: float) -> None:
    """At the start, by its name."""
    options: dict[str, Any] = {setting: value}
    with pytest.raises(ConfigurationError) as refused:
        PortalApp(Portal(made), **options)

    assert refused.value.setting == setting


def test_a_body_that_stalls_is_refused(made: Sharekit) -> None:
    """A client that says how long its form is and sends half of it gets 408 when patience ends."""
    half = {"type": "http.request", "body": b"password=", "more_body": True}
    app = PortalApp(Portal(made), patience=0.01)
    sent = talk(app, HTTP | {"method": "POST", "headers": FORM}, half, ends=False)

    assert sent[0]["status"] == 408
    assert (b"cache-control", b"private, no-store") in sent[0]["headers"]


def test_a_client_that_goes_away_ends_the_reading(made: Sharekit) -> None:
    """No form is made of half a body, however much patience is left."""
    half = {"type": "http.request", "body": b"password=", "more_body": True}
    sent = talk(PortalApp(Portal(made), patience=3600), HTTP | {"method": "POST", "headers": FORM}, half)

    assert sent[0]["status"] == 400


def test_a_task_that_is_cancelled_lets_its_thread_go(made: Sharekit) -> None:
    """A server that stops does not leave a thread behind that waits for a body."""

    async def run() -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        class Noting(Portal):
            def handle(self, request: WebRequest) -> WebResponse:
                response = super().handle(request)
                loop.call_soon_threadsafe(ended.set)
                return response

        line = Line({"type": "http.request", "body": b"p", "more_body": True}, ends=False)
        app = PortalApp(Noting(made), patience=3600)
        task = asyncio.ensure_future(app(HTTP | {"method": "POST", "headers": FORM}, line.receive, line.send))
        await line.waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        await asyncio.wait_for(ended.wait(), 60)
        assert line.sent == []

    asyncio.run(run())


def test_a_vanished_client_stops_a_long_answer() -> None:
    """The next piece is not made, and what makes them is closed."""
    closed = threading.Event()
    line = Line(ends=False)

    def pieces() -> Generator[bytes, None, None]:
        try:
            while True:
                yield b"piece"
        finally:
            closed.set()

    async def send(message: Message) -> None:
        line.sent.append(message)
        if len(line.sent) > 5:
            line.lost.set()
            await asyncio.sleep(0)

    asyncio.run(streaming(pieces())(HTTP, line.receive, send))

    assert closed.wait(60)
    assert 5 < len(line.sent) < 1000
    assert line.sent[-1]["more_body"]


def test_a_server_that_says_the_client_has_gone_is_believed() -> None:
    """Servers may say so by an `OSError`; that is no fault to be logged."""
    closed = threading.Event()

    def pieces() -> Generator[bytes, None, None]:
        try:
            yield b"piece"
        finally:
            closed.set()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body" and message["body"]:
            raise OSError("the connection is closed")

    async def run() -> None:
        await streaming(pieces())(HTTP, Line(ends=False).receive, send)

    asyncio.run(run())

    assert closed.wait(60)


def test_a_store_that_fails_in_the_middle_is_told_to_the_server() -> None:
    """Its error is not taken for a client that has gone: the server breaks the connection and logs it."""

    def pieces() -> Generator[bytes, None, None]:
        yield b"piece"
        raise ConnectionResetError("the store of bytes has gone")

    with pytest.raises(ConnectionResetError):
        talk(streaming(pieces()), HTTP, ends=False)


def test_a_loop_that_is_closed_gives_no_body() -> None:
    """A thread that outlives the server's loop is told so."""

    async def never() -> Message:
        raise AssertionError

    loop = asyncio.new_event_loop()
    loop.close()
    with pytest.raises(ConnectionAbortedError):
        AsgiBody(never, loop, 20.0).read(10)


def test_what_a_middleware_of_the_host_has_set_is_seen_by_its_loaders(made: Sharekit) -> None:
    """Context variables, as tracing uses them, come along into the thread."""
    traced: contextvars.ContextVar[str] = contextvars.ContextVar("traced", default="")
    seen: list[str] = []

    def tenant(_: WebRequest) -> str:
        seen.append(traced.get())
        return "default"

    async def run() -> None:
        traced.set("request 7")
        token = made.links.token(made.links.create(RELAUNCH, by=MARIA, sections={"progress"}))
        line = Line()
        app = PortalApp(Portal(made, resolve_tenant=tenant))
        await app(HTTP | {"path": f"/l/{token}"}, line.receive, line.send)

    asyncio.run(run())

    assert seen == ["request 7"]


def test_the_hosts_start_and_end_are_accepted(made: Sharekit) -> None:
    """Nothing is opened or closed: the kit is the host's."""
    sent = talk(
        create_app(made), {"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}, ends=False
    )

    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert made.links.of(RELAUNCH) == []


def test_websockets_are_refused(made: Sharekit) -> None:
    """Before the handshake, which servers make a 403 of."""
    sent = talk(create_app(made), {"type": "websocket", "path": "/l/x"}, {"type": "websocket.connect"})

    assert [message["type"] for message in sent] == ["websocket.close"]


def test_an_unknown_protocol_is_an_error(made: Sharekit) -> None:
    """As the specification asks."""
    with pytest.raises(ConfigurationError, match="carrier-pigeon"):
        talk(create_app(made), {"type": "carrier-pigeon"})


def test_another_event_loop_is_named(made: Sharekit) -> None:
    """Under trio no loop of asyncio runs; that is said, and not left to an obscure failure."""
    line = Line()
    answering = create_app(made)(HTTP, line.receive, line.send)
    with pytest.raises(ConfigurationError, match="asyncio"):
        answering.send(None)


def test_a_bare_scope_is_enough(made: Sharekit) -> None:
    """What the specification calls optional may be missing: client, server, raw path, root path, query."""
    scope = {"type": "http", "method": "GET", "path": "/l/x", "headers": []}

    assert talk(create_app(made), scope)[0]["status"] == 404


@pytest.mark.parametrize(
    ("server", "headers", "origin"),
    [
        (("127.0.0.1", 8000), [], "http://127.0.0.1:8000"),
        (("127.0.0.1", 80), [], "http://127.0.0.1"),
        (("/run/app.sock", None), [], "http:///run/app.sock"),
        (("127.0.0.1", 8000), [(b"host", b"desk.example:80")], "http://desk.example"),
        (("127.0.0.1", 8000), [(b"host", b"desk.example:8080")], "http://desk.example:8080"),
    ],
)
def test_the_site_is_the_one_that_the_visitor_wrote(
    made: Sharekit, server: tuple[str, int | None], headers: list[tuple[bytes, bytes]], origin: str
) -> None:
    """The `Host` header without the usual port, or else the server's own address."""
    seen: list[str] = []

    def tenant(request: WebRequest) -> str:
        seen.append(request.origin)
        return "default"

    token = made.links.token(made.links.create(RELAUNCH, by=MARIA, sections={"progress"}))
    app = PortalApp(Portal(made, resolve_tenant=tenant))
    talk(app, HTTP | {"path": f"/l/{token}", "server": server, "headers": headers})

    assert seen == [origin]


@pytest.mark.parametrize(
    ("path", "raw", "root", "expected"),
    [
        ("/l/x", b"/l/x", "", ("/l/x", "")),
        ("/app/l/x", b"/app/l/x", "/app", ("/l/x", "/app")),
        ("/app/l/x", None, "/app", ("/l/x", "/app")),
        ("/app/l/x", b"/app/l/x", "/app/", ("/l/x", "/app")),
        ("/l/x", b"/l/x", "/app", ("/l/x", "/app")),
        ("/l/x", None, "/app", ("/l/x", "/app")),
        ("/share/l/x", b"/share/l/x", "/app/share", ("/l/x", "/app/share")),
        ("/share/l/x", None, "/app/share", ("/l/x", "/app/share")),
        ("/l/x", b"/share/l/x", "", ("/l/x", "/share")),
        ("/l/x", b"/share/l/x", "/app", ("/l/x", "/app/share")),
        ("/l/x/", b"/share/l/x", "", ("/l/x", "/share")),
        ("/l/x/", b"/share//l/x", "", ("//l/x", "/share")),
        ("/l/x/", b"/share/l//x/", "", ("/l//x/", "/share")),
        ("/l/x/", b"/l/x", "", ("/l/x", "")),
        ("/apple/l/x", b"/apple/l/x", "/app", ("/apple/l/x", "/app")),
        ("/share", b"/share", "/share", ("/", "/share")),
        ("/share/", b"/share/", "/share", ("/", "/share")),
        ("/l/x", b"/elsewhere", "", ("/l/x", None)),
        ("/l/x", b"/elsewhere", "/app", ("/l/x", "/app")),
        ("/l/a/b", b"/l/a%2Fb", "", ("/l/a/b", "")),
        ("/łącza/l/x", b"/%C5%82%C4%85cza/l/x", "/łącza", ("/l/x", "/łącza")),
    ],
)
def test_it_finds_out_where_it_is_mounted(
    path: str, raw: bytes | None, root: str, expected: tuple[str, str | None]
) -> None:
    """Whatever a router or a proxy has made of the path, the part below the mount is as it came."""
    assert place_of(path, raw, root) == expected


def test_a_mount_within_a_mount_is_named_by_its_whole_path(made: Sharekit) -> None:
    """The address of a link is right whichever of the applications makes it, and leads to the page."""
    share = create_app(made, url_prefix="/app/share")
    link = made.links.create(RELAUNCH, by=MARIA, sections={"progress"})

    def address(request: Request) -> str:
        return share.link_url(link, request.base_url)

    inner, outer = FastAPI(), FastAPI()
    inner.mount("/share", share)
    for app in (inner, outer):
        app.get("/address")(address)
    outer.mount("/app", inner)
    ask = over_asgi(outer)
    told = {json.loads(ask(Sent("GET", path)).body) for path in ("/address", "/app/address")}

    assert told == {f"https://portal.example{share.portal.link_path(link)}"}
    assert ask(Sent("GET", share.portal.link_path(link))).status == 200


def test_an_application_that_nobody_needs_leaves_no_thread(made: Sharekit) -> None:
    """Its threads end with it."""

    def mine() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread.name.startswith("sharekit-portal")]

    before = set(mine())
    app = create_app(made)
    talk(app, HTTP)
    started = set(mine()) - before
    del app
    gc.collect()

    assert started
    for thread in started:
        thread.join(60)
    assert not started & set(mine())


def test_an_endpoint_of_the_hosts_own_gives_staff_the_bytes(made: Sharekit) -> None:
    """An application for one document sends it as the portal would, a part of it too."""
    document = made.documents.add(RELAUNCH, "Plan.txt", b"a plan that is longer than it is good", by=MARIA)
    app = create_app(made).document(document, by=MARIA)
    asked = {**HTTP, "path": "/staff/documents/1", "headers": [*HTTP["headers"], (b"range", b"bytes=2-5")]}

    async def run() -> list[Message]:
        line = Line({"type": "http.request"}, ends=False)
        await app(asked, line.receive, line.send)
        return line.sent

    start, *pieces = asyncio.run(run())

    assert start["status"] == 206
    assert b"".join(piece["body"] for piece in pieces) == b"plan"
    assert (b"content-range", b"bytes 2-5/37") in start["headers"]


def test_a_framework_that_sends_no_application_fails(made: Sharekit) -> None:
    """Where an endpoint sends only what JSON can be made of, it is an error and no empty answer."""
    document = made.documents.add(RELAUNCH, "Plan.txt", b"a plan", by=MARIA)
    share = create_app(made)

    def whole() -> object:
        return share.document(document, by=MARIA)

    by_fastapi, by_litestar = FastAPI(), Litestar([get("/", sync_to_thread=True)(whole)])
    by_fastapi.get("/", response_model=None)(whole)
    with pytest.raises(ConnectionAbortedError):
        over_asgi(by_fastapi)(Sent("GET", "/"))

    assert over_asgi(by_litestar)(Sent("GET", "/")).status == 500


def test_litestar_sends_what_is_declared_as_an_application(made: Sharekit) -> None:
    """An endpoint that says so gives staff the bytes."""
    document = made.documents.add(RELAUNCH, "Plan.txt", b"a plan", by=MARIA)
    share = create_app(made)

    def whole() -> ASGIApp:
        return share.document(document, by=MARIA)

    sent = over_asgi(Litestar([get("/", sync_to_thread=True)(whole)]))(Sent("GET", "/"))

    assert (sent.status, sent.body) == (200, b"a plan")
