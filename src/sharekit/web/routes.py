"""
The addresses of the portal, as plain values.

Which methods an address knows is decided by its form alone, before any secret in it is looked at,
so that a refused method tells nothing about a link.
"""

import re
from collections.abc import Mapping
from typing import Final

import attrs

__all__ = [
    "CHOICES",
    "CONFIRM",
    "DECLINE",
    "DOCUMENTS",
    "DOWNLOAD",
    "HOME",
    "INVITATION",
    "ITEM",
    "LINK",
    "LINK_DOCUMENT",
    "MAIL",
    "MUTE",
    "NEWS",
    "ROOT",
    "ROUTES",
    "SEEN",
    "SIGN_OUT",
    "STATIC",
    "SUBSCRIBE",
    "TALK",
    "TALKS",
    "TALK_FILE",
    "TALK_START",
    "TALK_UNDO",
    "UNSUBSCRIBE",
    "UPLOAD",
    "UPLOAD_FILE",
    "UPLOAD_FILES",
    "UPLOAD_FINISH",
    "UPLOAD_ITEM",
    "VISIT",
    "VISIT_DOCUMENT",
    "ZIP",
    "Route",
    "find_route",
]

_PLACE: Final = re.compile(r"{([a-z]+)}")


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(r"(?P<\1>[^/]+)", path))


@attrs.frozen
class Route:
    """
    One address and what can be done with it.

    Attributes:
        path: The address; ``{name}`` stands for one segment that is not empty.
        methods: The methods it knows, in the order of an ``Allow`` header.
    """

    path: str
    methods: tuple[str, ...]
    _matcher: re.Pattern[str] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_matcher", _pattern(self.path))

    @property
    def allow(self) -> str:
        """The value of an ``Allow`` header."""
        return ", ".join(self.methods)

    def match(self, path: str) -> Mapping[str, str] | None:
        """Return what stands in the places of *path*, or None when it is another address."""
        found = self._matcher.fullmatch(path)
        return None if found is None else found.groupdict()

    def fill(self, **places: str) -> str:
        """Return the address with its places filled by texts that need no quoting."""
        return _PLACE.sub(lambda place: places[place[1]], self.path)


LINK: Final = Route("/l/{token}", ("GET", "HEAD", "POST", "OPTIONS"))
"""The page of a link, and where the form of a link that must be redeemed is sent."""
SEEN: Final = Route("/l/{token}/seen", ("POST", "OPTIONS"))
"""Where the page of a link reports that a person looks at it."""
VISIT: Final = Route("/v/{handle}", ("GET", "HEAD", "OPTIONS"))
"""The page of a redeemed link; the secret is in a cookie, not here."""
LINK_DOCUMENT: Final = Route("/l/{token}/d/{id}", ("GET", "HEAD", "OPTIONS"))
"""The bytes of a document that a link lists."""
VISIT_DOCUMENT: Final = Route("/v/{handle}/d/{id}", ("GET", "HEAD", "OPTIONS"))
"""The bytes of a document that a redeemed link lists."""
STATIC: Final = Route("/static/{name}", ("GET", "HEAD", "OPTIONS"))
"""Our own style sheet and script."""
INVITATION: Final = Route("/i/{token}", ("GET", "HEAD", "POST", "OPTIONS"))
"""The page of an invitation, and where its form is sent."""
ROOT: Final = Route("/", ("GET", "HEAD", "OPTIONS"))
"""Where the portal is mounted; it leads a contact who came in to their list, and nobody else anywhere."""
HOME: Final = Route("/p/", ("GET", "HEAD", "OPTIONS"))
"""The list of what is shared with the contact who came in."""
ITEM: Final = Route("/p/{kind}/{id}", ("GET", "HEAD", "POST", "OPTIONS"))
"""The page of one thing for the contact who came in."""
DECLINE: Final = Route("/p/{kind}/{id}/decline", ("GET", "HEAD", "POST", "OPTIONS"))
"""The page that asks whether a thing is given back by the contact who came in, and where that is done."""
SIGN_OUT: Final = Route("/p/sign-out", ("POST", "OPTIONS"))
"""Where the contact who came in goes out."""

UPLOAD: Final = Route("/u/{token}", ("GET", "HEAD", "OPTIONS"))
"""The page on which a contact sends what was asked for."""
UPLOAD_ITEM: Final = Route("/u/{token}/items/{item}", ("POST", "OPTIONS"))
"""Where the form of one item is sent, with one file."""
UPLOAD_FINISH: Final = Route("/u/{token}/finish", ("POST", "OPTIONS"))
"""Where a contact says that this is all."""
UPLOAD_FILES: Final = Route("/u/{token}/files", ("POST", "OPTIONS"))
"""Where a file that comes in parts is announced, by tus."""
UPLOAD_FILE: Final = Route("/u/{token}/files/{upload}", ("HEAD", "PATCH", "DELETE", "OPTIONS"))
"""Where its parts are sent, by tus."""

DOCUMENTS: Final = Route("/p/documents", ("GET", "HEAD", "OPTIONS"))
"""The list of the documents that the contact who came in may see."""
DOWNLOAD: Final = Route("/d/{id}", ("GET", "HEAD", "OPTIONS"))
"""The bytes of a document for the contact who came in."""
ZIP: Final = Route("/d/", ("GET", "HEAD", "OPTIONS"))
"""Several documents as one ZIP; which ones stands behind the question mark."""

TALKS: Final = Route("/c/", ("GET", "HEAD", "OPTIONS"))
"""The list of the conversations in which the contact who came in takes part."""
TALK: Final = Route("/c/{conversation}", ("GET", "HEAD", "POST", "OPTIONS"))
"""One conversation, and where what is written in it is sent."""
TALK_UNDO: Final = Route("/c/{conversation}/undo", ("POST", "OPTIONS"))
"""Where a message that was just written is taken back."""
TALK_FILE: Final = Route("/c/{conversation}/{message}/{number}", ("GET", "HEAD", "OPTIONS"))
"""The bytes of a file in a message."""
TALK_START: Final = Route("/p/{kind}/{id}/c", ("GET", "HEAD", "POST", "OPTIONS"))
"""The form that starts a conversation about a thing, and where it is sent."""
NEWS: Final = Route("/p/news", ("GET", "HEAD", "POST", "OPTIONS"))
"""What is new for the contact who came in, and where they say that they have seen all of it."""
CHOICES: Final = Route("/p/settings", ("GET", "HEAD", "POST", "OPTIONS"))
"""How the contact who came in wants to hear of things."""
MUTE: Final = Route("/p/mute", ("POST", "OPTIONS"))
"""Where letters about one thing are ended, or begun again."""
UNSUBSCRIBE: Final = Route("/n/{token}", ("GET", "HEAD", "POST", "OPTIONS"))
"""The page that asks whether letters of a kind are to end, and where that is done by one POST (RFC 8058)."""
SUBSCRIBE: Final = Route("/n/{token}/again", ("POST", "OPTIONS"))
"""Where those letters are asked for again; a letter asks whoever reads the mail to confirm it."""
CONFIRM: Final = Route("/y/{token}", ("GET", "HEAD", "POST", "OPTIONS"))
"""The page that asks whether letters are to come again, and where that is confirmed by one POST."""

MAIL: Final = Route("/mail", ("POST", "OPTIONS"))
"""Where a mail server hands over mail that came in, signed."""

ROUTES: Final = (
    MAIL,
    LINK,
    SEEN,
    LINK_DOCUMENT,
    VISIT,
    VISIT_DOCUMENT,
    STATIC,
    INVITATION,
    ROOT,
    HOME,
    DOCUMENTS,
    NEWS,
    CHOICES,
    MUTE,
    ITEM,
    DECLINE,
    TALK_START,
    TALKS,
    TALK,
    TALK_UNDO,
    TALK_FILE,
    UNSUBSCRIBE,
    SUBSCRIBE,
    CONFIRM,
    SIGN_OUT,
    ZIP,
    DOWNLOAD,
    UPLOAD,
    UPLOAD_ITEM,
    UPLOAD_FINISH,
    UPLOAD_FILES,
    UPLOAD_FILE,
)


def find_route(path: str) -> tuple[Route, Mapping[str, str]] | None:
    """Return the route of a path with what stands in its places, or None."""
    for route in ROUTES:
        places = route.match(path)
        if places is not None:
            return route, places
    return None
