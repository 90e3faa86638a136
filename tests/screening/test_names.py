"""Names of files, as people, systems and attackers write them."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit.errors import FileNameError
from sharekit.screening import clean_name, content_disposition, disposition_name

FORBIDDEN = {*map(chr, range(32)), *map(chr, range(0x7F, 0xA0)), *"\u2028\u2029\ufeff\u061c\u200e\u200f/\\"}
FORBIDDEN |= {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}
RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    "conin$",
    "conout$",
    *(f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"),
}

INTERNATIONAL = [
    "Müller & Söhne – Vertrag (Entwurf 2).docx",
    "Umowa_najmu_zażółć.pdf",
    "договор аренды.pdf",
    "契約書：最終版.pdf",
    "第1.2節：概要.pdf",
    "عقد الإيجار.pdf",
    "חוזה שכירות.docx",
    "ใบแจ้งหนี้.pdf",
    "किराया समझौता.pdf",
    "임대차계약서.hwp",
    "Résumé d'été.odt",
    "photo 👩‍👩‍👧.jpg",
    "نمی‌خواهم.txt",
    "İstanbul'da kira.pdf",
    "50 % off; 100%.txt",
    "a.b.c.tar.pdf",
    "IMG_0001.HEIC",
    "no extension",
    "Ärger.PDF",
]

CHANGED = {
    "a.pdf ": ("a.pdf", "pdf"),
    "a.pdf...": ("a.pdf", "pdf"),
    "C:\\Users\\x\\a.pdf": ("a.pdf", "pdf"),
    "/srv/../a.pdf": ("a.pdf", "pdf"),
    "a\r\nb.pdf": ("a b.pdf", "pdf"),
    "a\x07b.pdf": ("ab.pdf", "pdf"),
    "cod\u202efdp.exe": ("codfdp.exe", "exe"),
    "a.\uff45\uff58\uff45": ("a.exe", "exe"),
    "a\u2024exe": ("a.exe", "exe"),
    "a\uff0epdf": ("a.pdf", "pdf"),
    "a.p\u200bdf": ("a.pdf", "pdf"),
    "a.e\u00adxe": ("a.exe", "exe"),
    "a.\U0001d429\U0001d41d\U0001d41f": ("a.pdf", "pdf"),
    "CON.pdf": ("_CON.pdf", "pdf"),
    "nul": ("_nul", ""),
    "lpt1.tar.pdf": ("_lpt1.tar.pdf", "pdf"),
    "Meeting 10:30.pdf": ("Meeting 10-30.pdf", "pdf"),
    ".pdf": (".pdf", "pdf"),
    "\ufeffa.pdf": ("a.pdf", "pdf"),
    "e\u0301.pdf": ("\u00e9.pdf", "pdf"),
    "a.PDF\u2028": ("a.PDF", "pdf"),
    "a.pdf.exe": ("a.pdf.exe", "exe"),
    "a.exe .": ("a.exe", "exe"),
}

DANGEROUS = [
    "a.exe\0.pdf",
    "a.exe%00.pdf",
    "a.pdf%0d%0aX: y",
    "..%2f..%2fa.pdf",
    "%5c%5chost%5ca.pdf",
    "a.pdf:evil.exe",
    "a.exe:x.pdf",
    "a.pdf::$DATA",
    "a.pdf\uff1aevil.exe",
    "",
    " ",
    ".",
    "..",
    "...",
    "/",
    "a/",
    "\\",
    "\u202e",
    "\ud800",
    "._",
    "\u2026",
]


@pytest.mark.parametrize("name", INTERNATIONAL)
def test_an_ordinary_name_stays_as_it_is(name: str) -> None:
    """Names in every script, with spaces, signs and emoji, are shown as they were given."""
    assert name == clean_name(name).display
    assert name == clean_name(name.encode()).display


@pytest.mark.parametrize("raw", CHANGED)
def test_a_misleading_name_becomes_plain(raw: str) -> None:
    """What cannot be seen or stored goes, and the ending that counts is the one that is shown."""
    name = clean_name(raw)

    assert CHANGED[raw] == (name.display, name.extension)


@pytest.mark.parametrize("raw", DANGEROUS, ids=ascii)
def test_a_dangerous_name_is_refused(raw: str) -> None:
    """A name that holds nothing, or says two things to two systems, is refused."""
    with pytest.raises(FileNameError) as refused:
        clean_name(raw)

    assert refused.value.field == "name"
    assert refused.value.reason in {"empty", "control", "two-names", "not-text"}


def test_bytes_of_an_old_system_become_letters() -> None:
    """A name that is no UTF-8 is read as Windows wrote it, also when it went through a surrogate escape."""
    raw = "Müller.pdf".encode("cp1252")

    assert clean_name(raw).display == "Müller.pdf"
    assert clean_name(raw.decode("utf-8", "surrogateescape")).display == "Müller.pdf"


@pytest.mark.parametrize("stem", ["a" * 300, "ü" * 200, "漢" * 100, "👩‍👩‍👧" * 30, "a " * 200, "." * 300 + "x"])
@pytest.mark.parametrize("extension", ["pdf", "docx", "jpeg"])
def test_a_long_name_keeps_its_ending(stem: str, extension: str) -> None:
    """It is cut before the ending, at a character, to what a file system holds."""
    name = clean_name(f"{stem}.{extension}")

    assert len(name.display.encode()) <= 255
    assert name.display.endswith(f".{extension}")
    assert extension == name.extension


NASTY = st.text(
    st.sampled_from(
        [
            *FORBIDDEN,
            *" .:;%\"'<>|?*$-_\u2024\u2025\u2026\uff0e\u3002\u200b\u200d\ud800\udc80\u0301ａeEｅpPdDfFéﬁ漢👩\U000e0041",
        ]
    )
    | st.characters(),
    max_size=40,
)
ENDINGS = st.sampled_from(
    ["", ".pdf", ".exe", ".ｅｘｅ", ".pdf ", ".pdf.", ":x.exe", "\u2024exe", ".PDF\u200e", " .docx", ".tar.gz"]
)


def violations(display: str) -> list[str]:
    """Say what a shown name must never be or hold."""
    found = [repr(char) for char in display if char in FORBIDDEN or "\ud800" <= char <= "\udfff"]
    found += ["not composed"] * (unicodedata.normalize("NFC", display) != display)
    found += ["outer space or dot"] * (display != display.strip() or display[-1:] in {".", " "})
    found += ["reserved"] * (display.split(".", maxsplit=1)[0].strip().casefold() in RESERVED)
    found += ["empty"] * (not display.strip(". "))
    return found + ["long"] * (len(display.encode("utf-8", "replace")) > 255)


@given(NASTY | st.builds(str.__add__, NASTY, ENDINGS) | st.text(max_size=400))
def test_no_name_breaks_the_rules(raw: str) -> None:
    """Whatever is given, the result is safe to show, and cleaning it again changes nothing."""
    try:
        name = clean_name(raw)
    except FileNameError:
        return

    assert [] == violations(name.display)
    assert name == clean_name(name.display)
    assert name.extension == name.extension.casefold().strip()


@given(st.binary(max_size=300))
def test_no_bytes_break_the_rules(raw: bytes) -> None:
    """The same for bytes of any kind."""
    try:
        name = clean_name(raw)
    except FileNameError:
        return

    assert [] == violations(name.display)


def naughty() -> list[str]:
    """Make thousands of names: every odd character in every place."""
    odd = [
        *FORBIDDEN,
        *"\0\u00a0\u2024\u2025\u2026\uff0e\uff1a\u3000\u200b\u200c\u200d\u2060\u00ad\u0301\u0345\ufdfa\ufe0f\ufffe\uffff\ue000",
    ]
    odd += [
        *"\"'`;:<>|?*%$&!#~^=,[]{}()\U000e0001\U0001f600",
        "\ud800",
        "%00",
        "%2e%2e",
        "../",
        "..\\",
        "CON",
        "nul",
        "COM1",
        "$(x)",
        "`x`",
    ]
    odd += [
        "<script>",
        "' OR 1=1--",
        "=1+1",
        "@x",
        "-x",
        "{{7*7}}",
        "${x}",
        "\\\\host\\",
        "file:///",
        "~/",
        "A" * 300,
        "é" * 200,
    ]
    shapes = [
        "{}a.pdf",
        "a{}b.pdf",
        "a{}.pdf",
        "a.{}pdf",
        "a.p{}df",
        "a.pdf{}",
        "{}",
        "{}.pdf",
        "a.pdf{}.exe",
        "a.exe{}.pdf",
        "{0}{0}a.pdf",
    ]
    endings = [".pdf", ".exe", ".jpg", ".docx", ""]
    made = [shape.format(char) for shape, char in itertools.product(shapes, odd)]
    return made + [
        f"{first}{second}x{ending}" for first, second, ending in itertools.product(odd[::3], odd[::5], endings)
    ]


def test_thousands_of_naughty_names() -> None:
    """None of them breaks the rules, in a page or in a header."""
    names = naughty()
    broken: list[str] = []
    for raw in names:
        try:
            display = clean_name(raw).display
        except FileNameError:
            continue
        header = content_disposition(display)
        if (
            violations(display)
            or disposition_name(header) != display
            or not header.isascii()
            or not header.isprintable()
        ):
            broken.append(raw)

    assert len(names) > 3000
    assert [] == broken
