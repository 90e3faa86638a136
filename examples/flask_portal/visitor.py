"""
Somebody with a small browser: follows redirects, keeps cookies, reads forms and sends them.
"""

import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser

__all__ = ["Page", "Visitor"]

_TIMEOUT = 10


class Visitor:
    """
    Goes about one site.

    Attributes:
        address: The site, without a path.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        # Asks no proxy: the site is on this machine.
        self._opener = urllib.request.build_opener(cookies, urllib.request.ProxyHandler({}))

    def get(self, path: str) -> "Page":
        """Load a page by its path, or by its whole address."""
        return self._load(urllib.request.Request(urllib.parse.urljoin(self.address, path)))  # noqa: S310  # our own

    def post(self, path: str, fields: Mapping[str, str | Sequence[str]]) -> "Page":
        """Send a form."""
        body = urllib.parse.urlencode(fields, doseq=True).encode()
        return self._load(urllib.request.Request(urllib.parse.urljoin(self.address, path), data=body))  # noqa: S310  # our own

    def _load(self, request: urllib.request.Request) -> "Page":
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as answer:
                return Page(self, answer.status, answer.url, dict(answer.headers), answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Page(self, error.code, request.full_url, dict(error.headers), error.read().decode())


class Page:
    """
    An answer.

    Attributes:
        status: Its status code.
        path: Where it is, after redirects.
        headers: Its headers, by names in lower case.
        text: Its source.
    """

    def __init__(self, visitor: Visitor, status: int, url: str, headers: Mapping[str, str], text: str) -> None:
        self._visitor = visitor
        self.status = status
        self.path = urllib.parse.urlsplit(url).path
        self._reader = _Reader(self.path)
        self._reader.feed(text)
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.text = text

    def submit(self, action: str, **fields: str | Sequence[str]) -> "Page":
        """Send the form of this page that goes to *action*, its hidden fields with it."""
        return self._visitor.post(action, {**self._reader.forms[action], **fields})

    def forms(self) -> list[str]:
        """Return where the forms of this page go."""
        return list(self._reader.forms)

    def addresses(self) -> list[str]:
        """Return the addresses of read links that this page shows."""
        return self._reader.addresses


class _Reader(HTMLParser):
    """Collects what a person could click, send or copy."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self.forms: dict[str, dict[str, str]] = {}
        self.addresses: list[str] = []
        self._form: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form" and has.get("method") == "post":
            self._form = self.forms.setdefault(has.get("action") or self._path, {})
        elif tag == "input" and has.get("type") == "hidden":
            self._form[has["name"]] = has.get("value", "")
        elif tag == "input" and has.get("class") == "url":
            self.addresses.append(has["value"])
