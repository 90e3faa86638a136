"""
HTML of a mail as text: no picture, no script and no style is kept, and what is quoted is marked with ``>``.

nh3 reads it as a browser does. What goes in is thinned out first, since a browser's rules take a time that
grows with the depth of a page times its length.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

from sharekit.errors import MissingExtraError

try:
    import nh3
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("nh3", "mail") from _missing

__all__ = ["html_to_text"]

_MAX_DEPTH: Final = 100
_BLOCKS: Final = frozenset(
    "p div h1 h2 h3 h4 h5 h6 blockquote ul ol li table tr hr pre section article header footer center"  # noqa: SIM905  # a list of thirty words
    " address dl dt dd".split()
)
_KEPT: Final = _BLOCKS | {"br", "td", "th", "tbody", "thead", "body"}
_EMPTY: Final = frozenset({"br", "hr"})
_RAW: Final = frozenset(
    "script style title textarea xmp iframe noembed noframes noscript template svg math".split()  # noqa: SIM905  # as above
)
_ATTRIBUTES: Final = {"class", "id", "type", "style", "cite", "name", "data-marker", "data-email"}
_TOKEN: Final = re.compile(r"<!--.*?-->|<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})[^>]*>|<[!?/][^>]*>", re.DOTALL)

# What mail programs put around what they quote.
_QUOTE_CLASSES: Final = frozenset(
    "gmail_quote gmail_extra gmail_attr yahoo_quoted protonmail_quote tutanota_quote moz-cite-prefix"  # noqa: SIM905  # as above
    " zmail_extra quoted-content moz-forward-container k9mail-quote fastmail-quote aolmail_quote".split()
)
_QUOTE_IDS: Final = re.compile(r"(?:x_)*(?:yahoo_quoted|isreplycontent|aolmail_quote|reply-intro)")
_REST_IDS: Final = re.compile(r"(?:x_)*(?:appendonsend|divrplyfwdmsg|zwchr|mail-editor-reference-message-container)")
_OUTLOOK_RULE: Final = re.compile(r"border:none;border-top:solid#[0-9a-f]{6}1(?:\.0)?pt;padding:3(?:\.0)?pt0")
_BORDER: Final = re.compile(r"border-left(?:-width|-style|-color)?:(?!none|0|medium)")
_SIGNATURE: Final = re.compile(
    r"(?:x_)*(?:signature|ms-outlook-mobile-signature|composer_signature|applemailsignature)"
)
_SIGNATURE_CLASSES: Final = frozenset({"gmail_signature", "moz-signature", "protonmail_signature_block-user"})

_SPACES: Final = re.compile(r"[ \t\n\r\f\v\xa0]+")


def html_to_text(html: str) -> str:
    """Return the text of HTML, in lines; each line of what is quoted begins with ``>``."""
    cleaned = nh3.clean(
        "".join(_thinned(html)),
        tags=set(_KEPT),
        clean_content_tags=set(_RAW),
        attributes={"*": set(_ATTRIBUTES)},
        link_rel=None,
    )
    writer = _Writer()
    writer.feed(cleaned)
    writer.close()
    return writer.text()


def _thinned(html: str) -> Iterator[str]:
    """Yield HTML without comments, without elements that hold no text, and without tags that change only the look."""
    whole = html + "-->"  # so that a comment that is left open ends, and looking for its end costs nothing again
    low = whole.lower()
    place, depth = 0, 0
    dropped: dict[str, int] = {}
    while (found := _TOKEN.search(whole, place)) is not None and found.end() <= len(html):
        yield whole[place : found.start()]
        place = found.end()
        closing, name = found[1], (found[2] or "").lower()
        if name in _RAW and not closing:
            end = low.find(f"</{name}", place)
            if end < 0:
                return
            place = end
        elif name in _EMPTY:
            yield found[0]
        elif name in _KEPT:
            if closing and dropped.get(name, 0) > 0:
                dropped[name] -= 1
            elif not closing and depth >= _MAX_DEPTH:
                dropped[name] = dropped.get(name, 0) + 1
                yield "<br>"
            else:
                depth = max(0, depth - 1) if closing else depth + 1
                yield found[0]
    yield html[place:]


class _Writer(HTMLParser):
    """Writes what nh3 left of a page as lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._open: list[tuple[str, bool]] = []  # the names of open elements, and whether each begins a quotation
        self._quotes = 0
        self._rest = False
        self._pre = 0

    def text(self) -> str:
        """Return the lines, with at most one empty line between two paragraphs."""
        self._end_line()
        kept: list[str] = []
        for line in self._lines:
            if line.strip("> ") or (kept and kept[-1].strip("> ")):
                kept.append(line)
        return "\n".join(kept).strip("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, a quotation or a signature."""
        marks = {name: (value or "").lower() for name, value in attrs}
        if tag in {"td", "th"}:
            self._line.append(" ")
            return
        begun = bool("".join(self._line).strip())
        self._end_line()
        if _begins_rest(marks):
            self._rest = True
        if tag in _EMPTY:
            if not begun:
                self._write("")
            return
        if _is_signature(marks) and not self._quoted and not (self._lines and self._lines[-1].strip() == "--"):
            self._write("-- ")
        quotes = _is_quote(tag, marks)
        self._open.append((tag, quotes))
        self._quotes += quotes
        self._pre += tag == "pre"
        if tag == "p" and self._lines and self._lines[-1].strip("> "):
            self._write("")

    def handle_endtag(self, tag: str) -> None:
        """End a line, and what it was in."""
        if tag in {"td", "th"} or tag in _EMPTY:
            return
        self._end_line()
        while self._open:
            name, quotes = self._open.pop()
            self._quotes -= quotes
            self._pre -= name == "pre"
            if name == tag:
                break
        if tag in {"p", "blockquote", "ul", "ol", "table", "pre"} or tag.startswith("h"):
            self._write("")

    def handle_data(self, data: str) -> None:
        """Take text in."""
        if self._pre:
            *lines, last = data.split("\n")
            for line in lines:
                self._line.append(line)
                self._end_line(always=True)
            self._line.append(last)
            return
        self._line.append(_SPACES.sub(" ", data))

    @property
    def _quoted(self) -> bool:
        return self._quotes > 0 or self._rest

    def _end_line(self, *, always: bool = False) -> None:
        line = "".join(self._line)
        self._line.clear()
        line = line.rstrip() if self._pre else _SPACES.sub(" ", line).strip(" ")
        if line == "--":
            line = "-- "
        if line or always:
            self._write(line)

    def _write(self, line: str) -> None:
        self._lines.append(f"> {line}" if self._quoted else line)


def _is_quote(tag: str, marks: dict[str, str]) -> bool:
    classes = set(marks.get("class", "").split())
    if classes & _QUOTE_CLASSES or marks.get("name") in {"quote", "quoted-content"}:
        return True
    if _QUOTE_IDS.match(marks.get("id", "")):
        return True
    if tag != "blockquote":
        return False
    # One without any of these marks is how people indent what they write themselves.
    style = marks.get("style", "").replace(" ", "")
    return "type" in marks or "cite" in marks or "data-email" in marks or _BORDER.search(style) is not None


def _begins_rest(marks: dict[str, str]) -> bool:
    if _REST_IDS.fullmatch(marks.get("id", "")) or marks.get("data-marker") == "__divider__":
        return True
    return _OUTLOOK_RULE.search(marks.get("style", "").replace(" ", "")) is not None


def _is_signature(marks: dict[str, str]) -> bool:
    if set(marks.get("class", "").split()) & _SIGNATURE_CLASSES:
        return True
    return _SIGNATURE.fullmatch(marks.get("id", "")) is not None
