"""
The portal as an ASGI application, for any framework and server on asyncio. Needs the extra ``asgi``.

    kit = Sharekit.at("portal-data", secret_keys=[key], kinds=[project])
    share = create_app(kit, url_prefix="/share")

Starlette and FastAPI mount it with ``app.mount("/share", share)``, Litestar with
``asgi("/share", is_mount=True, copy_scope=True)(share)``, and a server runs it alone as it is. A link's address is
``share.link_url(link, request.base_url)``.

Pages are put together in threads of the application's own, so that the event loop goes on and a
slow client takes no thread from the host. Behind a proxy let the server tell the client's address
and scheme (uvicorn: ``--proxy-headers``): wrong secrets are counted by the former.
"""

import asyncio
import contextlib
import contextvars
import urllib.parse
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from sharekit.adapters._asgi_bodies import AsgiBody, ClientGoneError, Message, pieces_until_gone
from sharekit.adapters._asgi_paths import place_of
from sharekit.errors import ConfigurationError, InvalidInputError
from sharekit.kit import Sharekit
from sharekit.records.catalog import ResourceRef
from sharekit.records.documents import Document
from sharekit.records.invitations import Invitation
from sharekit.records.links import ReadLink
from sharekit.records.parties import Contact, Principal
from sharekit.records.requests import DocumentRequest
from sharekit.records.several import SeveralInOrder
from sharekit.web import Headers, Portal, WebRequest, WebResponse

__all__ = ["PortalApp", "create_app"]

Scope = Mapping[str, Any]  # ASGI's own dictionary, with keys of every type
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Any], Awaitable[None]]  # frameworks type what it takes in ways that exclude one another

_PORTS: Final = {"http": ":80", "https": ":443"}


class PortalApp:
    """
    An ASGI 3 application that serves a portal.

    Args:
        portal: What answers.
        threads: How many requests are answered at once; more wait for their turn.
        patience: Seconds that a body may keep the portal waiting, and one more for each 1000 bytes
            of it that came.
    """

    def __init__(self, portal: Portal, *, threads: int = 32, patience: float = 20.0) -> None:
        if threads < 1:
            raise ConfigurationError("threads", "needs to be at least 1")
        if not patience > 0:
            raise ConfigurationError("patience", "needs to be more than 0 seconds")
        self._portal = portal
        self._patience = patience
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="sharekit-portal")

    @property
    def kit(self) -> Sharekit:
        """The kit whose links are shown."""
        return self._portal.kit

    @property
    def portal(self) -> Portal:
        """What answers."""
        return self._portal

    def link_url(self, link: ReadLink, base_url: object) -> str:
        """
        Return the whole address of a link's page, to be handed to the client; the same at every call.

        Args:
            link: A link of any tenant.
            base_url: Where the host's application is, ``request.base_url`` in Starlette, FastAPI and Litestar.

        Raises:
            InvalidInputError: The base has no scheme or no host, so that no client could follow the address.
        """
        return _root(base_url) + self._portal.link_path(link)

    def invitation_url(self, invitation: Invitation, base_url: object) -> str:
        """
        Return the whole address of an invitation's page, to be sent to the contact; the same at every call.

        Args:
            invitation: An invitation of any tenant.
            base_url: As for `link_url`.
        """
        return _root(base_url) + self._portal.invitation_path(invitation)

    def document(
        self, document: Document | ResourceRef, *, by: Principal, version: int | None = None
    ) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        """
        Return an ASGI application that gives the bytes of a document, for a page of the host's own, such as staff's.

        An endpoint of Starlette returns it as it would a response, and so does one of Litestar that is declared
        to return an ``ASGIApp``; FastAPI wants it within a `Response`. See `Portal.document`; what that raises
        is raised when the application is called, before anything is sent.
        """

        def answer(request: WebRequest) -> WebResponse:
            return self._portal.document(request, document, by=by, version=version)

        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            await self._answer(scope, receive, send, answer)

        return _Bare(application)

    def upload_url(self, request: DocumentRequest, contact: Contact, base_url: object) -> str:
        """
        Return the whole address of a contact's upload page, to be sent to them; the same at every call.

        Args:
            request: A request of any tenant.
            contact: Who was asked.
            base_url: As for `link_url`.
        """
        return _root(base_url) + self._portal.upload_path(request, contact)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; accept the host's start and end, which change nothing here; refuse WebSockets."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send, self._portal.handle)
        elif scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})
        else:
            raise ConfigurationError("scope", f"is of the type {scope['type']!r}, which the portal does not serve")

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, answer: Callable[[WebRequest], WebResponse]
    ) -> None:
        loop, context = _loop(), contextvars.copy_context()
        body = AsgiBody(receive, loop, self._patience)
        request = _translated(scope, body)
        try:
            response = await loop.run_in_executor(self._threads, lambda: context.run(answer, request))
        finally:
            body.give_up()
        with contextlib.suppress(ClientGoneError):
            await self._send(response, receive, _telling(send))

    async def _send(self, response: WebResponse, receive: Receive, send: Send) -> None:
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        if response.stream is None:
            await send({"type": "http.response.body", "body": response.body, "more_body": False})
            return
        async with pieces_until_gone(response, self._threads, receive) as pieces:
            await send({"type": "http.response.body", "body": response.body, "more_body": True})
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


class _Bare:
    """An application of which no framework makes JSON, so that one that sends no applications fails instead."""

    __slots__ = ("_application",)

    def __init__(self, application: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        await self._application(scope, receive, send)


def create_app(
    kit: Sharekit,
    *,
    url_prefix: str = "/share",
    site_name: str = "",
    template_folders: SeveralInOrder[str | Path] = (),
    default_locale: str = "en",
    time_zone: str = "UTC",
    accent: str | None = None,
    secure_cookies: bool = True,
    resolve_tenant: Callable[[WebRequest], str | None] | None = None,
    direct_downloads: bool = False,
) -> PortalApp:
    """
    Return an application that serves a kit's links; the options are those of `Portal`.

    ``url_prefix`` is where the host mounts it: the addresses of links begin with it. The pages
    themselves find out where they are. Closing the kit is left to the host.
    """
    portal = Portal(
        kit,
        site_name=site_name,
        base_path=url_prefix,
        template_folders=template_folders,
        default_locale=default_locale,
        time_zone=time_zone,
        accent=accent,
        secure_cookies=secure_cookies,
        resolve_tenant=resolve_tenant,
        direct_downloads=direct_downloads,
    )
    return PortalApp(portal)


def _translated(scope: Scope, body: AsgiBody) -> WebRequest:
    headers = Headers((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    below, root = place_of(scope["path"], scope.get("raw_path"), scope.get("root_path", ""))
    return WebRequest(
        method=scope["method"],
        path=below,
        query=scope.get("query_string", b"").decode("latin-1"),
        headers=headers,
        read=body.read,
        client_key=(scope.get("client") or ("",))[0],
        origin=_origin(scope, headers),
        root=root,
    )


def _origin(scope: Scope, headers: Headers) -> str:
    scheme, server = scope.get("scheme", "http"), scope.get("server") or ("", None)
    host = headers.get("host") or (server[0] if server[1] is None else f"{server[0]}:{server[1]}")
    return f"{scheme}://{host.removesuffix(_PORTS.get(scheme, ''))}"


def _telling(send: Send) -> Send:
    """Tell a client that has gone, of which servers may speak by `OSError`, from a fault of ours."""

    async def telling(message: Message) -> None:
        try:
            await send(message)
        except OSError as error:
            raise ClientGoneError from error

    return telling


def _loop() -> asyncio.AbstractEventLoop:
    try:
        return asyncio.get_running_loop()
    except RuntimeError as error:
        raise ConfigurationError("server", "needs an event loop of asyncio; trio and others are not served") from error


def _root(base_url: object) -> str:
    root = str(base_url).rstrip("/")
    try:
        split = urllib.parse.urlsplit(root)
    except ValueError as error:
        raise InvalidInputError("base_url", "is no address") from error
    if split.scheme not in _PORTS or not split.netloc:
        raise InvalidInputError(
            "base_url", "needs the whole address of the host's application, as https://host.example"
        )
    return root


async def _live(receive: Receive, send: Send) -> None:
    while True:
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return
