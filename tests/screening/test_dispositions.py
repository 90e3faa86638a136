"""The header that names a file on its way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_options_header

from sharekit.errors import FileNameError
from sharekit.screening import clean_name, content_disposition, disposition_name

# What senders write, and the name that RFC 6266 reads in it; None where it reads none.
INBOUND: dict[str, str | None] = {
    'attachment; filename="foo.html"': "foo.html",
    "attachment; filename=foo.html": "foo.html",
    'ATTACHMENT; FILENAME="foo.html"': "foo.html",
    'form-data; name="file"; filename="a b.pdf"': "a b.pdf",
    'attachment;filename="f\\oo.html"': "foo.html",
    'attachment; filename="\\"quoting\\" tested.html"': '"quoting" tested.html',
    'attachment; filename="Here\'s a semicolon;.html"': "Here's a semicolon;.html",
    'attachment; foo="bar"; filename="foo.html"': "foo.html",
    'attachment; foo="\\"\\\\";filename="foo.html"': "foo.html",
    "attachment; filename='foo.bar'": "'foo.bar'",
    'attachment; filename="foo-ä.html"': "foo-ä.html",
    'attachment; filename="foo-%41.html"': "foo-%41.html",
    'attachment; filename ="foo.html"': "foo.html",
    'attachment; filename="/foo.html"': "/foo.html",
    'attachment; filename="\\\\foo.html"': "\\foo.html",
    "attachment; filename*=iso-8859-1''foo-%E4.html": "foo-ä.html",
    "attachment; filename*=UTF-8''foo-%c3%a4-%e2%82%ac.html": "foo-ä-€.html",
    "attachment; filename*=UTF-8'en'foo-%c3%a4.html": "foo-ä.html",
    "attachment; filename*=UTF-8''A-%2541.html": "A-%41.html",
    "attachment; filename *=UTF-8''foo-%c3%a4.html": None,
    "attachment; filename* =UTF-8''foo-%c3%a4.html": "foo-ä.html",
    'attachment; filename*0="foo."; filename*1="html"': None,
    'attachment; filename="=?ISO-8859-1?Q?foo-=E4.html?="': "=?ISO-8859-1?Q?foo-=E4.html?=",
    "attachment; filename=foo,bar.html": None,
    "attachment; filename=foo bar.html": None,
    "attachment; filename=foo-ä.html": None,
    'attachment; filename="foo.html".txt': None,
    'attachment; filename="bar': None,
    'attachment; filename=foo"bar;baz"qux': None,
    "attachment; foo=foo filename=bar": None,
    "filename=bar attachment": None,
    "inline; attachment; filename=foo.html": None,
    "attachment;; filename=foo": None,
    "attachment; filename*= UTF-8''foo-%c3%a4.html": "foo-ä.html",
    "attachment; filename=\"foo-ae.html\"; filename*=UTF-8''foo-%c3%a4.html": "foo-ä.html",
    "attachment; filename*=UTF-8''foo-%c3%a4.html; filename=\"foo-ae.html\"": "foo-ä.html",
    "attachment; filename=foo.html ;": None,
    'attachment; filename=""': "",
    "attachment": None,
    "inline": None,
    "attachment; filename*=''foo-%c3%a4.html": None,
    "attachment; filename*=UTF-8''foo-%zz.html": None,
    "attachment; filename*=iso-8859-1''foo-%c3%a4-%e2%82%ac.html": "foo-Ã¤-â\x82¬.html",
    "attachment; filename*=utf-8''foo-%E4.html": None,
    'attachment; filename="foo.html"; filename="bar.html"': None,
    '"attachment"': None,
    "": None,
    "; filename=foo.html": None,
}


@pytest.mark.parametrize("header", INBOUND)
def test_an_inbound_header_is_read_as_the_standard_reads_it(header: str) -> None:
    """The name in UTF-8 wins over the plain one; what breaks the grammar has no name."""
    assert INBOUND[header] == disposition_name(header)


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_reading_never_raises(header: str | bytes) -> None:
    """Whatever arrives, the answer is a name or none."""
    assert isinstance(disposition_name(header), str | None)


@given(st.text(max_size=120))
def test_another_reader_gets_the_same_name(raw: str) -> None:
    """The header is one line of printable ASCII, and another library reads the shown name from it."""
    try:
        display = clean_name(raw).display
    except FileNameError:
        return
    header = content_disposition(display)
    _, options = parse_options_header(header)

    assert header.isascii()
    assert header.isprintable()
    assert display == options["filename"]
    assert display == disposition_name(header)


def test_the_plain_name_holds_nothing_to_decode() -> None:
    """Old readers get ASCII in quotes without escapes; the rest is for those who read the other name."""
    header = content_disposition('a.bat";x=%41\\é漢.txt')
    plain = header.partition('filename="')[2].partition('"')[0]

    assert header.startswith("attachment; ")
    assert plain == "a.bat__x=_41_e_.txt"
    assert content_disposition("a.pdf", inline=True) == "inline; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"
