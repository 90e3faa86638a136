"""
The one view of the portal in Django.

It sees to it that what leaves Django is what the portal said: nothing that Django or its usual
middleware adds of itself, each header as often as it was set, and no line in Django's own log about
a refusal, which would hold the path, and with it the secret of a link.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Container, Iterable, Iterator
from http.cookies import Morsel, SimpleCookie
from typing import TYPE_CHECKING, Final

from sharekit.adapters._pieces import Pieces
from sharekit.errors import MissingExtraError
from sharekit.records.catalog import ResourceRef
from sharekit.records.documents import Document
from sharekit.records.parties import Principal

try:
    from django.contrib.auth.decorators import login_not_required
    from django.core.handlers.asgi import ASGIRequest
    from django.core.handlers.wsgi import WSGIRequest
    from django.db.transaction import non_atomic_requests
    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
    from django.http.response import HttpResponseBase
    from django.views.decorators.csrf import csrf_exempt
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("django", "django") from _missing

from sharekit.web import Headers, Portal, WebRequest, WebResponse

if TYPE_CHECKING:
    _Morsel = Morsel[str]
else:
    _Morsel = Morsel

__all__ = ["document_answer", "portal_view"]

_NO_CONTENT: Final = 204
_PORTS: Final = {"http": ":80", "https": ":443"}


def portal_view(portal: Callable[[], Portal]) -> Callable[..., HttpResponseBase]:
    """
    Return a view that passes every request on to a portal.

    It is free of Django's CSRF check and of ``LoginRequiredMiddleware``, since the portal has its
    own rules, and of ``ATOMIC_REQUESTS``, since what a reader brings about is committed by itself.

    Args:
        portal: Returns the portal; it is asked at each request, so settings may be read late.
    """

    def view(request: HttpRequest, path: str) -> HttpResponseBase:
        return _as_response(request, portal().handle(_translated(request, f"/{path}")))

    return login_not_required(csrf_exempt(non_atomic_requests(view)))


def document_answer(
    portal: Portal, request: HttpRequest, document: Document | ResourceRef, *, by: Principal, version: int | None
) -> HttpResponseBase:
    """Return the bytes of a document for a view of the host's own; see `sharekit.adapters.django.send_document`."""
    answer = portal.document(_translated(request, request.path), document, by=by, version=version)
    return _as_response(request, answer)


def _as_response(request: HttpRequest, answer: WebResponse) -> HttpResponseBase:
    if answer.stream is None:
        return _Whole(answer)
    return _Long(answer, in_threads=isinstance(request, ASGIRequest))


class _Cookie(_Morsel):
    """A cookie where Django and its test client look for one, which leaves as the portal wrote it."""

    def __init__(self, told: str) -> None:
        super().__init__()
        self._told = told
        for name, morsel in SimpleCookie(told).items():
            self.set(name, morsel.value, morsel.coded_value)
            self.update(morsel)

    def OutputString(self, attrs: Container[str] | None = None) -> str:  # noqa: N802  # as the base class calls it
        """Return the value of the header."""
        return self._told

    def output(self, attrs: Container[str] | None = None, header: str = "Set-Cookie:") -> str:
        """Return the cookie as a header."""
        return f"{header} {self._told}".lstrip()


class _AsItIs(HttpResponseBase):
    """A response whose headers are the portal's, and what the host's own middleware adds to them."""

    _has_been_logged = True  # what Django asks before it logs a refusal with its path

    def carry(self, answer: WebResponse) -> None:
        """Take over the headers of an answer."""
        del self["Content-Type"]  # Django has set one
        self._more: list[tuple[str, str]] = []
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                cookie = _Cookie(value)
                self.cookies[cookie.key] = cookie
            elif name in self.headers:
                self._more.append((name, value))
            else:
                self.headers[name] = value

    def items(self) -> Iterable[tuple[str, str]]:
        """Return the headers, one as often as it was set, without the length that Django gives to nothing."""
        dropped = {"content-length"} if self.status_code == _NO_CONTENT else set[str]()
        return [*((name, value) for name, value in self.headers.items() if name.lower() not in dropped), *self._more]


class _Whole(_AsItIs, HttpResponse):
    def __init__(self, answer: WebResponse) -> None:
        super().__init__(answer.body, status=answer.status)
        self.carry(answer)

    @property
    def url(self) -> str:
        """Where a redirect leads; Django's test client asks for it."""
        return str(self.headers.get("Location", ""))


class _Long(_AsItIs, StreamingHttpResponse):
    def __init__(self, answer: WebResponse, *, in_threads: bool) -> None:
        self._pieces = Pieces(answer)
        made = _in_threads(answer, self._pieces) if in_threads else _in_turn(answer, self._pieces)
        super().__init__(made, status=answer.status)
        self.carry(answer)

    def close(self) -> None:
        """Close what makes the pieces too."""
        super().close()
        self._pieces.close()


def _in_turn(answer: WebResponse, pieces: Pieces) -> Iterator[bytes]:
    yield answer.body
    while (piece := pieces.take()) is not None:
        yield piece


async def _in_threads(answer: WebResponse, pieces: Pieces) -> AsyncIterator[bytes]:
    try:
        yield answer.body
        while (piece := await asyncio.to_thread(pieces.take)) is not None:
            yield piece
    finally:
        # Django closes no response whose client went away. Not awaited: the task may be being cancelled.
        asyncio.get_running_loop().run_in_executor(None, pieces.close)


def _translated(request: HttpRequest, path: str) -> WebRequest:
    scheme = request.scheme or "http"
    return WebRequest(
        method=request.method or "",
        path=path,
        query=request.META.get("QUERY_STRING", ""),
        headers=Headers(request.headers.items()),
        read=_Reading(request).read,
        client_key=request.META.get("REMOTE_ADDR") or "",
        origin=f"{scheme}://{request.get_host().removesuffix(_PORTS.get(scheme, ''))}",
        root=request.path.removesuffix(path).rstrip("/"),
    )


class _Reading:
    """Reads the body of a request, in as many goes as are wanted."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._taken = 0

    def read(self, limit: int) -> bytes:
        """Return the next bytes, so many unless the body ends before."""
        request = self._request
        environ = request.environ if isinstance(request, WSGIRequest) else {}
        if environ.get("wsgi.input_terminated") and "CONTENT_LENGTH" not in environ:
            return bytes(environ["wsgi.input"].read(limit))  # a body in chunks, which Django takes for none
        body = request.read(limit)
        self._taken += len(body)
        length = request.headers.get("Content-Length", "")
        # Django reads what ended early as if it were whole.
        if len(body) < limit and length.isdecimal() and self._taken < int(length):
            raise ConnectionAbortedError
        return body
