"""Whatever titles and contents hold, they are text on the page and nothing else (R-HTTP-4)."""

from html.parser import HTMLParser

import pytest

from sharekit import ResourceKind, Section
from tests.web.conftest import make_site, text_of

NAUGHTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><svg onload=alert(1)>",
    "{{ 7*7 }} {% raw %} ${7*7} #{7*7}",
    "%(title)s %s %d %%",
    "javascript:alert(1)",
    "&lt;b&gt; &amp; &#x3c;",
    "<!-- --> ]]> <![CDATA[",
    "\u202egnp.exe\u2066 \ufeff \u200b",
    "<a href='//evil.example' target=_blank>here</a>",
    "zażółć gęślą jaźń 日本語 🎉 ﷽",
)
FRAME = {"html", "head", "meta", "title", "link", "script", "body", "a", "header", "div", "span", "main", "footer"}
CONTENT = {"p", "h1", "h2", "time", "nav", "ul", "li", "section", "dl", "dt", "dd"}
TABLES = {"table", "thead", "tbody", "tr", "th", "td"}


class _Reader(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.outside: list[str] = []
        self.loose_scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        given = dict(attrs)
        self.loose_scripts += tag == "script" and not given.get("src")
        self.outside += [
            value for name, value in attrs if name in {"src", "href", "action"} and value and "//" in value
        ]

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.text += data


def _read(naughty: str) -> _Reader:
    contents: dict[str, object] = {
        "text": naughty,
        "facts": {naughty: naughty, "nested": {naughty: [naughty]}},
        "rows": [{naughty: naughty, "several": [naughty, naughty]}],
        "points": [naughty, [naughty]],
    }
    sections = {name: Section(naughty, load=lambda _, content=content: content) for name, content in contents.items()}
    site = make_site(kinds=[ResourceKind("project", title=naughty, sections=sections)], site_name=naughty)
    page = site.browser().get(site.path(sections=set(contents), client_title=naughty))
    reader = _Reader()
    reader.feed(text_of(page))
    reader.close()

    assert page.status == 200
    return reader


@pytest.mark.parametrize("naughty", NAUGHTY)
def test_naughty_strings_stay_text(naughty: str) -> None:
    """They add no tag, no attribute, no script and no address, and are read as they were written."""
    reader = _read(naughty)

    assert reader.tags <= FRAME | CONTENT | TABLES
    assert not {name for name in reader.attributes if name.startswith("on") or name == "style"}
    assert reader.loose_scripts == 0
    assert [] == reader.outside
    assert reader.text.count(naughty) >= 15


def test_a_page_refers_to_nothing_outside() -> None:
    """An ordinary page has no inline script or style and no address of another host."""
    reader = _read("plain")

    assert [] == reader.outside
    assert reader.loose_scripts == 0
    assert "style" not in reader.tags | reader.attributes
