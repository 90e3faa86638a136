"""
Text that is a web page, XML, or another format that is written in text.
"""

import json
import re

from sharekit.screening._verdicts import RefusalReason, Rejected

__all__ = ["refuse_formats", "refuse_markup", "without_quotes"]

# What only a page has, ordered by its letters, so that a bracket which begins nothing of the kind is passed at once.
_PAGE_TEXT = r"""<(?=[!?%abdefhilmnopstvx]|[cgjkqruwyz][\w-]*:)(?:
    !doctype\s+(?:html|svg|xhtml) | \?(?:xml-stylesheet|php|=) | %[@=\s]
    | h(?:tml[\s>:/]|ead[\s>]|ta:) | body[\s>] | s(?:cript[\s>/:]|tyle[\s>]|vg[\s>:/]) | i(?:frame[\s>/]|nput\s+\w)
    | f(?:rameset[\s>]|orm[\s>]) | m(?:eta\s+(?:http|name|charset|content|property)|ath[\s>])
    | link\s+(?:rel|href|type) | object\s+\w | embed\s+\w | applet\s+\w | base\s+href
    | t(?:itle>|emplate[\s>]) | noscript[\s>] | x(?:sl:|:xmpmeta)
    | [a-z][\w-]*:(?:script|svg|html|stylesheet|body)[\s>]
    | (?:a|b(?:utton)?|i(?:mg|nput)?|d(?:iv|etails)|s(?:pan|elect)|p|t(?:d|able|extarea)|video|audio|marquee|x)
        \s[^<>]{0,400}?\bon[a-z]{3,20}\s*=
    | a\s[^<>]{0,400}?href\s*=\s*["']?\s*(?:javascript|vbscript|data):
)"""
_PAGE = re.compile(_PAGE_TEXT, re.IGNORECASE | re.VERBOSE)
_PAGE_IN_SMALL_LETTERS = re.compile(_PAGE_TEXT, re.VERBOSE)
_LEADING = re.compile(r"(?:\s|\ufeff|\x00|<!--.*?(?:-->|\Z)|<\?xml[^>]{0,200}\?>)*", re.DOTALL)
_TAG = re.compile(r"</?([a-z][\w:.-]{0,60})(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s<>]+))*\s*/?>", re.IGNORECASE)
_CLOSING = re.compile(r"</[a-z][\w:.-]{0,60}\s*>", re.IGNORECASE)
_HTML_NAMES = """
    a abbr address area article aside audio b base basefont bdo big blink blockquote body br button canvas
    caption center cite code col dd del details dfn dir div dl dt em embed fieldset figure font footer form
    frame h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins isindex kbd label legend li link main
    map marquee menu meta nav object ol option p param picture pre q s samp script section select small span
    strike strong style sub summary sup table tbody td textarea tfoot th thead title tr tt u ul var video
"""
_HTML = frozenset(_HTML_NAMES.split())
_MARKDOWN_NAMES = """
    a abbr b blockquote br center code dd del details div dl dt em figure font h1 h2 h3 h4 h5 h6 hr i img kbd
    li ol p picture pre s small source span strong sub summary sup table tbody td th thead tr u ul
"""
_MARKDOWN_TAGS = frozenset(_MARKDOWN_NAMES.split())
_FENCED = re.compile(
    r"^ {0,3}(```+|~~~+).*?(?:^ {0,3}\1|\Z)|^(?: {4}|\t).*?$|(`+)(?!`).{0,1000}?(?<!`)\2(?!`)", re.DOTALL | re.MULTILINE
)
_SOME = 6
_MOST_BRACKETS = 2_000
_BEGINNING = 64 * 1024
_SHARE_OF_TAGS = 0.03

_HEADERS = re.compile(r"\A(?:From .*\r?\n)?(?:[A-Za-z][\w-]*:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2,}", re.MULTILINE)
_MAIL = re.compile(
    r"^(?:Received|MIME-Version|Message-ID|DKIM-Signature|Return-Path|Content-Type|X-Mailer):",
    re.IGNORECASE | re.MULTILINE,
)
# A mail program writes the time so; a person who copies a mail does not.
_SENT = re.compile(
    r"^Date:[ \t]+(?:\d{4}-\d\d-\d\dT\d\d:"
    r"|(?:[A-Z][a-z]{2},[ \t]+)?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)? [-+]\d{4})",
    re.IGNORECASE | re.MULTILINE,
)
_SENDER = re.compile(r"^From:[^\r\n]*@", re.IGNORECASE | re.MULTILINE)
# Nor does a person leave the names out.
_BARE = re.compile(
    r"^(From(?=:[ \t]+<?[^\s<>@]+@[^\s<>@]+>?[ \t]*\r?$)|To(?=:[ \t]+<?[^\s<>@]+@[^\s<>@]+>?[ \t]*\r?$)|Subject(?=:))",
    re.IGNORECASE | re.MULTILINE,
)
_COMMENTS = r"(?:(?:#|//)[^\n]*\n\s*|/\*[^*]*(?:\*(?!/)[^*]*)*\*/\s*)*"
_STARTS: tuple[tuple[str, RefusalReason, str], ...] = (
    (r"BEGIN:VCALENDAR", RefusalReason.NOT_WHAT_IT_SAYS, "ics"),
    (r"BEGIN:VCARD", RefusalReason.NOT_WHAT_IT_SAYS, "vcf"),
    (r"\{\\rtf", RefusalReason.NOT_WHAT_IT_SAYS, "rtf"),
    (r"\x1b%-12345X|(?s:.{0,1024})%PDF-", RefusalReason.NOT_WHAT_IT_SAYS, "pdf"),
    (r"%!PS|%!\s|\x04%!PS", RefusalReason.EXECUTABLE, "ps"),
    (r"\s*0\s*\r?\n\s*SECTION\s*\r?\n|999\r?\n[^\n]*\r?\n\s*0\s*\r?\nSECTION", RefusalReason.NOT_WHAT_IT_SAYS, "dxf"),
    (r"/\* XPM \*/|#define \w+_width \d+", RefusalReason.NOT_WHAT_IT_SAYS, "xpm"),
    (r"P[1-7]\s+(?:#[^\n]*\n\s*)*\d+\s+\d+\s", RefusalReason.NOT_WHAT_IT_SAYS, "pnm"),
    (r"#EXTM3U|\[playlist\]|WEBVTT", RefusalReason.MEDIA, "playlist"),
    (r"begin(?:-base64)? [0-7]{3,4} \S", RefusalReason.ARCHIVE, "uu"),
    (r"#@~\^[A-Za-z0-9+/]{6}==", RefusalReason.EXECUTABLE, "script"),
    (r"(?:4[dD]5[aA]|7[fF]454[cC]46)[0-9a-fA-F\s]{60}", RefusalReason.EXECUTABLE, "hex"),
    (r"ID;P[^\r\n]*\r?\n[A-Z]{1,2};", RefusalReason.NOT_WHAT_IT_SAYS, "slk"),
    (r"WEB\s*\n\s*1\s*\n\s*[a-z]+://", RefusalReason.EXECUTABLE, "shortcut"),
    (r"\[Shell\]\s*\nCommand\s*=", RefusalReason.EXECUTABLE, "shortcut"),
    (r"\[Version\]\s*\nSignature\s*=", RefusalReason.EXECUTABLE, "shortcut"),
    (r"(?:[a-z][a-z0-9 ]{2,40}:[sib]:[^\n]*\n){2}", RefusalReason.EXECUTABLE, "shortcut"),
    (r"\[(?:Unit|Service)\]\s*\n(?s:.{0,4096})\nExecStart\s*=", RefusalReason.EXECUTABLE, "script"),
    (
        r"Windows Registry Editor|REGEDIT4|\[InternetShortcut\]|\[Desktop Entry\]|\[autorun\]",
        RefusalReason.EXECUTABLE,
        "shortcut",
    ),
    (r"bplist00|YW5ub3RhdGlvbg|(?:solid [^\n]*\n\s*facet normal)", RefusalReason.NOT_WHAT_IT_SAYS, "data"),
    (_COMMENTS + r"(?:strict\s+)?(?:di)?graph\b[^\n{;]{0,80}\{", RefusalReason.NOT_WHAT_IT_SAYS, "dot"),
    (_COMMENTS + r"(?:msgctxt [^\n]*\n)?msgid\s+\"", RefusalReason.NOT_WHAT_IT_SAYS, "po"),
    (r"-----BEGIN (?!PGP SIGNED)[A-Z0-9 ]+-----\s", RefusalReason.NOT_WHAT_IT_SAYS, "pem"),
    (
        r"diff --git a/|Index: \S+\r?\n={20}|--- \S[^\n]*\n\+\+\+ \S[^\n]*\n@@ |# HG changeset patch\s",
        RefusalReason.NOT_WHAT_IT_SAYS,
        "diff",
    ),
    (r"\(\*[^\n]*\bobject\b|:[0-9A-F]{10,}\r?\n:[0-9A-F]{10,}", RefusalReason.EXECUTABLE, "hex"),
)
_FORMATS = tuple(
    (re.compile(pattern, re.IGNORECASE if found == "uu" else 0), reason, found) for pattern, reason, found in _STARTS
)
_CODED = re.compile(r"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9+/]*[0-9+/])[A-Za-z0-9+/]{40,}={0,2}")
_CODED_WITHIN = 16 * 1024
_JSON = re.compile(r"[\[{]\s*(?:[\[{]\s*){0,20}\"(?:[^\"\\\n]|\\.){0,200}\"\s*[:,]")
_LONGEST_JSON = 1024 * 1024


def without_quotes(text: str) -> str:
    """Return Markdown without the parts that it quotes, which no reader runs."""
    return _FENCED.sub("", text)


def refuse_markup(text: str, *, start: bool, marked: bool = False) -> None:
    """
    Refuse text that is a web page or XML.

    Args:
        text: A part of the text.
        start: Whether it is the beginning.
        marked: Whether it is Markdown, in which the harmless tags have a place.
    """
    brackets = text.count("<")
    if brackets > max(_MOST_BRACKETS, len(text) // 20):
        raise Rejected(RefusalReason.NOT_WHAT_IT_SAYS, "xml")
    if _has_page(text):
        raise Rejected(RefusalReason.WEB_PAGE, "html")
    if not start:
        return
    begun = _LEADING.match(text)
    at = begun.end() if begun else 0
    if "<?xml" in text[:at]:
        raise Rejected(RefusalReason.NOT_WHAT_IT_SAYS, "xml")
    if not marked:
        _refuse_first_tag(text, at)
    _refuse_many_tags(text[:_BEGINNING], marked=marked)


def _has_page(text: str) -> bool:
    # To make all letters small and compare them as they are takes a fifth of comparing them whatever their case.
    # Beyond ASCII there are letters that are a small one in another way.
    found = _PAGE_IN_SMALL_LETTERS.search(text.lower()) if text.isascii() else _PAGE.search(text)
    return found is not None


def _refused(*, page: bool) -> Rejected:
    if page:
        return Rejected(RefusalReason.WEB_PAGE, "html")
    return Rejected(RefusalReason.NOT_WHAT_IT_SAYS, "xml")


def _refuse_first_tag(text: str, at: int) -> None:
    tag = _TAG.match(text, at)
    if tag is not None:
        name = tag[1].casefold()
        if name in _HTML or f"</{name}" in text.casefold() or tag[0].endswith("/>"):
            raise _refused(page=name in _HTML)


def _refuse_many_tags(text: str, *, marked: bool) -> None:
    """Refuse what is made of tags; a table may hold single ones in its cells."""
    tags = [found[1].casefold() for found in _TAG.finditer(text)]
    if marked:
        tags = [name for name in tags if name not in _MARKDOWN_TAGS]
    if len(tags) < _SOME or len(_CLOSING.findall(text)) < _SOME // 2:
        return
    if sum(map(len, tags)) + 2 * len(tags) > len(text) * _SHARE_OF_TAGS:
        raise _refused(page=sum(name in _HTML for name in tags) * 2 > len(tags))


def refuse_formats(text: str, *, whole: bool) -> None:
    """Refuse the beginning of a text that is of another format; *whole* says that nothing follows."""
    begun = text.lstrip("\ufeff \t\r\n")
    for pattern, reason, found in _FORMATS:
        if pattern.match(begun):
            raise Rejected(reason, found)
    headers = _HEADERS.match(begun)
    if headers is not None and _is_mail(headers[0]):
        page = "multipart/related" in headers[0].casefold() or "snapshot-content-location" in headers[0].casefold()
        raise Rejected(*((RefusalReason.WEB_PAGE, "mhtml") if page else (RefusalReason.NOT_WHAT_IT_SAYS, "eml")))
    if _is_coded(begun):
        raise Rejected(RefusalReason.NOT_WHAT_IT_SAYS, "base64")
    if _is_json(begun, whole=whole):
        raise Rejected(RefusalReason.NOT_WHAT_IT_SAYS, "json")


def _is_mail(headers: str) -> bool:
    if len(set(_MAIL.findall(headers))) >= 2:
        return True
    if len({name.casefold() for name in _BARE.findall(headers)}) == len(("from", "to", "subject")):
        return True
    return _SENT.search(headers) is not None and _SENDER.search(headers) is not None


def _is_coded(text: str) -> bool:
    """Whether most lines are bytes in base64: keys, certificates, and files that were packed into a text."""
    lines = [line for each in text[:_CODED_WITHIN].splitlines() if (line := each.strip())]
    coded = sum(" " not in line and _CODED.fullmatch(line) is not None for line in lines)
    return coded >= _SOME and coded * 2 > len(lines)


def _is_json(text: str, *, whole: bool) -> bool:
    if text[:1] not in {"{", "["}:
        return False
    if _JSON.match(text):
        return True
    if not whole or len(text) > _LONGEST_JSON:
        return False
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        lines = text.splitlines()[:20]
        return len(lines) > 1 and all(_is_object(line) for line in lines if line.strip())
    return bool(value)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
