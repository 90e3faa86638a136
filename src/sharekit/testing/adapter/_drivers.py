"""Hands requests to applications as a server does, without a network: by WSGI and by ASGI."""

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

import attrs

__all__ = ["ORIGIN", "Received", "Sent", "over_asgi", "over_wsgi"]

HOST = "portal.example"
ORIGIN = f"https://{HOST}"
_PIECE = 10_000  # a body comes in several messages


@attrs.frozen
class Sent:
    """
    A request as it stands on the wire, by HTTPS.

    Attributes:
        method: As it is sent.
        target: Path and query, quoted as they are sent.
        headers: Names and values; a ``Host`` and, for a body, its length are added where they are missing.
        body: What is sent. A ``Content-Length`` that promises more means that the client goes away.
        client: The client's address.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    client: str = "192.0.2.1"

    @property
    def path(self) -> str:
        """The path, still quoted."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What stands behind the question mark."""
        return self.target.partition("?")[2]

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """All headers that are sent."""
        names = {name.lower() for name, _ in self.headers}
        added = [] if "host" in names else [("Host", HOST)]
        if self.body and not names & {"content-length", "transfer-encoding"}:
            added.append(("Content-Length", str(len(self.body))))
        return (*added, *self.headers)

    @property
    def cut_short(self) -> bool:
        """Whether the client goes away before all of the body was sent."""
        return any(name.lower() == "content-length" and int(value) > len(self.body) for name, value in self.headers)


@attrs.frozen
class Received:
    """
    A response as it stands on the wire.

    Attributes:
        status: The status code.
        headers: Names in small letters, and values, in the order in which they came.
        body: All bytes that came.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def values(self, name: str) -> list[str]:
        """Return the value of each header of a name."""
        return [value for key, value in self.headers if key == name.lower()]

    def header(self, name: str) -> str | None:
        """Return the value of the first header of a name, or None."""
        return next(iter(self.values(name)), None)


def over_wsgi(app: Callable[..., Iterable[bytes]]) -> Callable[[Sent], Received]:
    """Return what sends requests to a WSGI application."""

    def send(sent: Sent) -> Received:
        started: list[tuple[str, list[tuple[str, str]]]] = []
        pieces: list[bytes] = []

        def start(status: str, headers: list[tuple[str, str]], _: object = None) -> Callable[[bytes], None]:
            started.append((status, headers))
            return pieces.append

        result = app(_environ(sent), start)
        try:
            pieces.extend(result)
        except Exception as error:
            raise ConnectionAbortedError("the answer broke off") from error
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()
        status, headers = started[-1]
        named = tuple((name.lower(), value) for name, value in headers)
        return Received(int(status.split()[0]), named, b"".join(pieces))

    return send


def _environ(sent: Sent) -> dict[str, object]:
    environ: dict[str, Any] = {  # WSGI's own dictionary
        "REQUEST_METHOD": sent.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(sent.path).decode("latin-1"),
        "QUERY_STRING": sent.query,
        "REMOTE_ADDR": sent.client,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(sent.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in sent.fields:
        key = name.upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
        if key == "HTTP_TRANSFER_ENCODING":
            environ["wsgi.input_terminated"] = True
    return environ


def over_asgi(app: Callable[[Any, Any, Any], Awaitable[None]], *, root_path: str = "") -> Callable[[Sent], Received]:
    """
    Return what sends requests to an ASGI application.

    Args:
        app: The application.
        root_path: Where it is mounted, as a server is told that: it begins every path.
    """

    def send(sent: Sent) -> Received:
        return asyncio.run(_Exchange(sent).through(app, root_path))

    return send


class _Exchange:
    def __init__(self, sent: Sent) -> None:
        self._sent = sent
        self._coming = [sent.body[at : at + _PIECE] for at in range(0, len(sent.body), _PIECE)] or [b""]
        self._over = asyncio.Event()
        self._status: int | None = None
        self._headers: tuple[tuple[str, str], ...] = ()
        self._pieces: list[bytes] = []

    async def through(self, app: Callable[[Any, Any, Any], Awaitable[None]], root_path: str) -> Received:
        try:
            await app(self._scope(root_path), self._receive, self._send)
        except Exception as error:
            if self._status is None:
                raise
            raise ConnectionAbortedError("the answer broke off") from error
        if self._status is None or not self._over.is_set():
            raise ConnectionAbortedError("the application did not answer to the end")
        return Received(self._status, self._headers, b"".join(self._pieces))

    def _scope(self, root_path: str) -> dict[str, object]:
        sent = self._sent
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": sent.method,
            "scheme": "https",
            "path": unquote_to_bytes(sent.path).decode("utf-8", "replace"),
            "raw_path": sent.path.encode("latin-1"),
            "query_string": sent.query.encode("latin-1"),
            "root_path": root_path,
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in sent.fields],
            "client": (sent.client, 50_000),
            "server": ("127.0.0.1", 8000),
            "state": {},
        }

    async def _receive(self) -> Mapping[str, object]:
        if self._coming:
            body = self._coming.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(self._coming) or self._sent.cut_short}
        if not self._sent.cut_short:
            await self._over.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Mapping[str, Any]) -> None:  # ASGI's own dictionary
        if message["type"] == "http.response.start":
            assert self._status is None, "an answer starts once"
            self._status = message["status"]
            self._headers = tuple((k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in message["headers"])
            return
        assert message["type"] == "http.response.body", message["type"]
        assert self._status is not None, "an answer starts before its body"
        assert not self._over.is_set(), "an answer ends once"
        self._pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            self._over.set()
