"""A small adapter for WSGI, and what can go wrong with one."""

import logging
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

from sharekit.web import Headers, Portal, WebRequest, WebResponse

Environ = dict[str, Any]  # WSGI's own dictionary
Start = Callable[[str, list[tuple[str, str]]], object]
Fields = list[tuple[str, str]]


class SmallAdapter:
    """Keeps every law."""

    def __init__(self, portal: Portal, prefix: str) -> None:
        self.portal = portal
        self.prefix = prefix

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer a request."""
        answer = self.handle(environ)
        start(f"{answer.status} as it is", self.headers(answer, environ))
        return self.body(answer)

    def handle(self, environ: Environ) -> WebResponse:
        """Ask the portal."""
        return self.portal.handle(self.request(environ))

    def request(self, environ: Environ) -> WebRequest:
        """Translate the request."""
        return WebRequest(
            method=environ["REQUEST_METHOD"],
            path=self.path(environ),
            query=environ["QUERY_STRING"],
            headers=Headers(self.fields(environ)),
            read=lambda limit: self.read(environ, limit),
            client_key=self.client(environ),
            origin=self.origin(environ),
            root=self.root(),
        )

    def path(self, environ: Environ) -> str:
        """Return the path below the mount."""
        path: str = environ["PATH_INFO"]
        return path.encode("latin-1").decode("utf-8", "replace").removeprefix(self.prefix)

    def fields(self, environ: Environ) -> Iterator[tuple[str, str]]:
        """Return the headers."""
        for key, value in environ.items():
            if key.startswith("HTTP_") or key in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
                yield key.removeprefix("HTTP_").replace("_", "-"), value

    def client(self, environ: Environ) -> str:
        """Return the client's address."""
        return str(environ["REMOTE_ADDR"])

    def origin(self, environ: Environ) -> str:
        """Return the site."""
        return f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST'].removesuffix(':443')}"

    def root(self) -> str:
        """Return the mount."""
        return self.prefix

    def read(self, environ: Environ, limit: int) -> bytes:
        """Return the next part of the body."""
        body = bytes(environ["wsgi.input"].read(limit))
        environ["taken"] = environ.get("taken", 0) + len(body)
        if len(body) < limit and environ["taken"] < int(environ.get("CONTENT_LENGTH", "0")):
            raise ConnectionAbortedError
        return body

    def headers(self, answer: WebResponse, environ: Environ) -> Fields:
        """Translate the headers of an answer."""
        return [*answer.headers]

    def body(self, answer: WebResponse) -> Generator[bytes, None, None]:
        """Return the pieces of an answer."""
        yield answer.body
        if answer.stream is not None:
            try:
                yield from answer.stream
            finally:
                answer.stream.close()


BROKEN: dict[str, tuple[set[str], type[SmallAdapter]]] = {}
"""Broken adapters by what is wrong: the laws that must be found broken at least, and the adapter."""


def breaks(*laws: str) -> Callable[[type[SmallAdapter]], type[SmallAdapter]]:
    """Enter a broken adapter."""

    def enter(cls: type[SmallAdapter]) -> type[SmallAdapter]:
        BROKEN[cls.__doc__ or ""] = (set(laws), cls)
        return cls

    return enter


@breaks("D1")
class _Query(SmallAdapter):
    """Loses the query."""

    def request(self, environ: Environ) -> WebRequest:
        return super().request({**environ, "QUERY_STRING": ""})


@breaks("D1", "D13")
class _Headers(SmallAdapter):
    """Passes on no headers but the host."""

    def fields(self, environ: Environ) -> Iterator[tuple[str, str]]:
        yield "Host", environ["HTTP_HOST"]


@breaks("D18")
class _Ranges(SmallAdapter):
    """Keeps ranges to itself."""

    def fields(self, environ: Environ) -> Iterator[tuple[str, str]]:
        return ((name, value) for name, value in super().fields(environ) if name.lower() != "range")


@breaks("D1", "D16")
class _Client(SmallAdapter):
    """Believes who says to be another client."""

    def client(self, environ: Environ) -> str:
        return str(environ.get("HTTP_X_FORWARDED_FOR", environ["REMOTE_ADDR"]))


@breaks("D1", "D11", "D15")
class _Origin(SmallAdapter):
    """Does not look at the host."""

    def origin(self, environ: Environ) -> str:
        return "https://localhost"


@breaks("D2", "D11")
class _Length(SmallAdapter):
    """Gives a length to what has none."""

    def headers(self, answer: WebResponse, environ: Environ) -> Fields:
        given = super().headers(answer, environ)
        return given if answer.header("Content-Length") else [*given, ("Content-Length", "0")]


@breaks("D2")
class _Once(SmallAdapter):
    """Keeps one header of a name."""

    def headers(self, answer: WebResponse, environ: Environ) -> Fields:
        return [*dict(answer.headers).items()]


@breaks("D2", "D12")
class _More(SmallAdapter):
    """Adds a header."""

    def headers(self, answer: WebResponse, environ: Environ) -> Fields:
        return [*answer.headers, ("X-Powered-By", "the framework")]


@breaks("D3")
class _Options(SmallAdapter):
    """Answers OPTIONS by itself."""

    def handle(self, environ: Environ) -> WebResponse:
        if environ["REQUEST_METHOD"] == "OPTIONS":
            return WebResponse(status=204, headers=(("Allow", "GET"),))
        return super().handle(environ)


@breaks("D4")
class _Tidy(SmallAdapter):
    """Tidies slashes."""

    def path(self, environ: Environ) -> str:
        return super().path(environ).replace("//", "/")


@breaks("D4")
class _Redirect(SmallAdapter):
    """Redirects to a path without a slash at its end."""

    def handle(self, environ: Environ) -> WebResponse:
        if environ["PATH_INFO"].endswith("/"):
            return WebResponse(status=308, headers=(("Location", environ["PATH_INFO"].rstrip("/")),))
        return super().handle(environ)


@breaks("D5")
class _Head(SmallAdapter):
    """Answers HEAD with the length of the body that is not there."""

    def headers(self, answer: WebResponse, environ: Environ) -> Fields:
        given = super().headers(answer, environ)
        if environ["REQUEST_METHOD"] != "HEAD":
            return given
        return [(name, "0" if name == "Content-Length" else value) for name, value in given]


@breaks("D6")
class _All(SmallAdapter):
    """Reads whole bodies."""

    def read(self, environ: Environ, limit: int) -> bytes:
        return super().read(environ, 10 * limit)


@breaks("D6", "D11")
class _None(SmallAdapter):
    """Reads no bodies."""

    def read(self, environ: Environ, limit: int) -> bytes:
        return b""


@breaks("D7")
class _Short(SmallAdapter):
    """Takes a body that was cut short for whole."""

    def read(self, environ: Environ, limit: int) -> bytes:
        return bytes(environ["wsgi.input"].read(limit))


@breaks("D8")
class _First(SmallAdapter):
    """Sends the first piece only."""

    def body(self, answer: WebResponse) -> Generator[bytes, None, None]:
        yield answer.body


@breaks("D8")
class _Open(SmallAdapter):
    """Hides that the pieces broke off."""

    def body(self, answer: WebResponse) -> Generator[bytes, None, None]:
        try:
            yield from super().body(answer)
        except LookupError:
            return


@breaks("D9")
class _Shared(SmallAdapter):
    """Keeps a request where the next one finds it."""

    kept: WebRequest | None = None

    def request(self, environ: Environ) -> WebRequest:
        self.kept = self.kept or super().request(environ)
        return self.kept


@breaks("D10")
class _Root(SmallAdapter):
    """Does not say where it is mounted below a path that is not ASCII."""

    def root(self) -> str:
        return self.prefix if self.prefix.isascii() else ""


@breaks("D14")
class _Static(SmallAdapter):
    """Answers conditional requests by itself."""

    def handle(self, environ: Environ) -> WebResponse:
        if "HTTP_IF_MODIFIED_SINCE" in environ:
            return WebResponse(status=304, headers=())
        return super().handle(environ)


@breaks("D17")
class _Log(SmallAdapter):
    """Logs refusals with their path."""

    def handle(self, environ: Environ) -> WebResponse:
        answer = super().handle(environ)
        if answer.status >= 400:
            logging.getLogger("small").warning("%s: %s", answer.status, environ["PATH_INFO"])
        return answer


@breaks("D19", "D20")
class _ReadOnce(SmallAdapter):
    """Lets a body be read once."""

    def read(self, environ: Environ, limit: int) -> bytes:
        return b"" if "taken" in environ else super().read(environ, limit)


@breaks("D21")
class _OwnGuard(SmallAdapter):
    """Refuses what comes from other sites by itself."""

    def handle(self, environ: Environ) -> WebResponse:
        if environ.get("HTTP_ORIGIN", "https://portal.example") != "https://portal.example":
            return WebResponse(status=403, headers=())
        return super().handle(environ)


@breaks("D19")
class _NoTus(SmallAdapter):
    """Knows the methods of forms alone."""

    def handle(self, environ: Environ) -> WebResponse:
        if environ["REQUEST_METHOD"] == "PATCH":
            return super().handle({**environ, "REQUEST_METHOD": "POST"})
        return super().handle(environ)
