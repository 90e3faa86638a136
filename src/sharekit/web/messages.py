"""
What an adapter hands in and gets back: a request and a response as plain values.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

import attrs

__all__ = ["Headers", "WebRequest", "WebResponse"]


class Headers(Mapping[str, str]):
    """
    Header fields whose names are compared without regard to case.

    A name that comes more than once has its values joined by ``", "``, cookies by ``"; "``.

    Args:
        fields: Names and values.
    """

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, str] = {}
        for name, value in fields:
            key = name.lower()
            joint = "; " if key == "cookie" else ", "
            self._values[key] = f"{self._values[key]}{joint}{value}" if key in self._values else value

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        # Without values: cookies hold tickets.
        return f"Headers({sorted(self._values)!r})"


def _no_body(_: int) -> bytes:
    return b""


@attrs.frozen(kw_only=True)
class WebRequest:
    """
    One HTTP request, as an adapter hands it in.

    Attributes:
        method: ``"GET"``, ``"POST"`` and so on.
        path: The path below the place where the portal is mounted, decoded, beginning with a
            slash. It holds the secret of a link, so it never shows in a ``repr``.
        query: What stands behind the question mark, as it came.
        headers: The header fields.
        read: Returns the next bytes of the body, so many unless it ends before; called as often as more
            is wanted, and only for a body that may be read. It raises `TimeoutError` for a body that
            does not come, and another `OSError` for one that ends before its end.
        client_key: What tells one client from another where wrong secrets are counted: the
            address that the host trusts. Behind a proxy that must be the client's, not the proxy's.
        origin: Scheme and host of the site as its visitors see it, ``"https://portal.example"``.
        root: The path at which the portal is mounted as the browser sees it, decoded, without a
            slash at its end; None for the portal's own ``base_path``.
    """

    method: str
    path: str = attrs.field(repr=False)
    query: str = attrs.field(default="", repr=False)
    headers: Headers = attrs.field(factory=Headers)
    read: Callable[[int], bytes] = attrs.field(default=_no_body, repr=False)
    client_key: str = ""
    origin: str = ""
    root: str | None = None

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies by name; the first one counts where a name comes twice."""
        cookies: dict[str, str] = {}
        for part in self.headers.get("cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            cookies.setdefault(name, value)
        return cookies


@attrs.frozen(kw_only=True)
class WebResponse:
    """
    One HTTP response, as an adapter sends it: exactly these headers, exactly this body.

    Attributes:
        status: The status code.
        headers: Names and values in the order of sending.
        body: The bytes; empty for HEAD, whose ``Content-Length`` tells the length of the GET.
        stream: What follows them piece by piece, when the whole is too long to be held. An adapter
            closes it in the end, also when the client goes away; when it raises, the adapter breaks
            the connection, so that nobody takes the part for the whole.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    body: bytes = attrs.field(default=b"", repr=False)
    stream: Generator[bytes, None, None] | None = attrs.field(default=None, eq=False, repr=False)

    def header(self, name: str) -> str | None:
        """Return the value of a header, or None; the case of its name does not matter."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)
