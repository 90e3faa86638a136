"""Letters as they are read: each of them in five languages, in words of one's own, and in templates of the host."""

import re
from datetime import UTC, date, datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import attrs
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader

from sharekit.errors import ConfigurationError, InvalidInputError
from sharekit.languages import LANGUAGES
from sharekit.mail import writing
from sharekit.mail.composing import compose, message_id
from sharekit.mail.inbound import parse_mail
from sharekit.mail.letters import (
    LETTERS,
    DigestLetter,
    LetterContent,
    ReplyLetter,
    RequestLetter,
    SharedLetter,
    Words,
)
from sharekit.mail.replies import MARKER, Cut, extract_reply
from sharekit.mail.writing import LetterWriter
from sharekit.ports import Letter, Mailbox
from tests.mail._letters import ALL

ROOM = Path(writing.__file__).parent
WRITER = LetterWriter(site_name="Studio <Noord>", time_zone="Europe/Amsterdam", imprint="Keizersgracht 1\nAmsterdam")
REPLY = next(letter for letter in ALL if isinstance(letter, ReplyLetter))
REQUEST = next(letter for letter in ALL if type(letter) is RequestLetter)
SHARED = next(letter for letter in ALL if isinstance(letter, SharedLetter))
SUFFIXES = ("letter", "txt", "html", "subject")
_HOLES = re.compile(r"%\((\w+)\)s")


def _name(letter: LetterContent) -> str:
    return letter.template


class _Tags(HTMLParser):
    """What tags and attributes a page has, and whether each that was opened is closed in its turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in {"meta", "br", "!doctype"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def test_there_is_one_of_each_letter() -> None:
    """Whatever is said below of all letters is said of each kind."""
    assert {type(letter) for letter in ALL} == set(LETTERS)
    assert {path.stem for path in (ROOM / "templates").rglob("*.letter")} == {kind.template for kind in LETTERS}


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("letter", ALL, ids=_name)
def test_text_and_html_say_the_same(letter: LetterContent, locale: str) -> None:
    """They come of one template: every word of the text stands in the HTML, and both lead to the same page."""
    written = WRITER.write(letter, locale=locale, settings_url="https://portal.studio.example/p/letters")
    body = written.html.partition("<body")[2]
    shown = unescape(re.sub(r"<[^>]*>", " ", body) + " ".join(re.findall(r'href="([^"]*)"', body)))
    missing = {word for word in written.text.split() if word.strip(":,.|") not in shown}

    assert missing <= {"--"}
    assert str(letter.url) in written.text
    assert f'href="{letter.url}"' in written.html
    assert locale == written.language
    assert "\n" not in written.subject


@pytest.mark.parametrize("letter", ALL, ids=_name)
def test_a_letter_loads_nothing_and_runs_nothing(letter: LetterContent) -> None:
    """No picture, no script, no style from elsewhere; tables are marked as no tables, and the language is named."""
    html = WRITER.write(letter, locale="de-AT").html
    page = _Tags(html)
    names = {tag for tag, _ in page.tags}

    assert not names & {"img", "script", "link", "iframe", "object", "form", "svg", "video"}
    assert not re.search(r"url\(|@import|src=|javascript:|onload", html)
    assert all(marks.get("role") == "presentation" for tag, marks in page.tags if tag == "table")
    assert ("html", {"lang": "de-AT", "dir": "ltr"}) in page.tags
    assert ([], []) == (page.open, page.wrong)
    assert all(len(line) < 998 for line in html.split("\n"))
    assert len(html.encode()) < 102_000  # Gmail cuts what is longer


@pytest.mark.parametrize("letter", ALL, ids=_name)
def test_what_a_letter_is_told_is_text(letter: LetterContent) -> None:
    """Tags in names and texts are shown, not obeyed."""
    evil = '<img src=x onerror="x()">'
    told: dict[str, Any] = {}  # each attribute has a type of its own
    for field in attrs.fields(type(letter)):
        value = getattr(letter, field.name)
        if field.name in {"url", "answers", "by_mail", "complete", "due", "until", "gathered", "talk"}:
            continue
        if isinstance(value, str):
            told[field.name] = evil
        elif field.name in {"titles", "files"}:
            told[field.name] = (evil, evil)
        elif field.name == "items":
            told[field.name] = ((evil, evil),)
        elif field.name == "entries":
            told[field.name] = ((evil, evil, ""),)
    written = WRITER.write(attrs.evolve(letter, **told))

    assert "<img" not in written.html
    assert "&lt;img" in written.html
    assert evil in written.text


@pytest.mark.parametrize("locale", LANGUAGES)
def test_one_piece_of_news_at_once_is_no_collection(locale: str) -> None:
    """Its subject says what happened, and only to whom chose it is it said that news comes together."""
    plain = DigestLetter(reader="Bo", entries=(("Two drafts", "Maria added you", ""),), url="https://x.test/c/1")
    ways: list[dict[str, Any]] = [{}, {"gathered": False, "talk": True}, {"gathered": False}]
    chosen, talks, answers = (WRITER.write(attrs.evolve(plain, **how), locale=locale) for how in ways)

    assert "Two drafts: Maria added you" == talks.subject == answers.subject != chosen.subject
    assert 3 == len({each.text.splitlines()[-1] for each in (chosen, talks, answers)})
    assert "Studio <Noord>" in answers.text.splitlines()[-1]


@pytest.mark.parametrize("locale", LANGUAGES)
def test_an_answer_to_a_letter_is_cut_at_its_line(locale: str) -> None:
    """The letter has the line above which to write, in text and HTML, and what stands above it is the reply."""
    written = WRITER.write(REPLY, locale=locale)
    quoted = "\n".join(f"> {line}" for line in written.text.split("\n"))
    found = extract_reply(f"Yes.\n\nSomebody somewhere writes so:\n{quoted}")

    assert MARKER in written.html
    assert written.text.startswith(MARKER)
    assert Cut.MARKER is found.cut
    assert found.text.startswith("Yes.")
    assert "Good morning" not in found.text


def test_no_other_letter_has_that_line() -> None:
    """Nor has a reply that cannot be answered by mail."""
    for letter in (*ALL, attrs.evolve(REPLY, by_mail=False)):
        answerable = isinstance(letter, ReplyLetter) and letter.by_mail

        assert (MARKER in WRITER.write(letter).text) == answerable


def test_dates_are_told_in_the_readers_language_and_the_hosts_zone() -> None:
    """An instant by the day that it is there."""
    late = attrs.evolve(REQUEST, due=datetime(2026, 3, 20, 23, 30, tzinfo=UTC))

    assert "20. März 2026" in WRITER.write(REQUEST, locale="de").text
    assert "20 marca 2026" in WRITER.write(REQUEST, locale="pl").text
    assert "21 maart 2026" in WRITER.write(late, locale="nl").text
    assert "18:00" in WRITER.write(ALL[0], locale="es").text


@pytest.mark.parametrize("locale", ["fr", None, "", "x-nonsense"])
def test_others_get_the_default(locale: str | None) -> None:
    """A reader of another language gets what the host chose."""
    writer = LetterWriter(site_name="Studio", default_locale="pl")

    assert "Dzień dobry" in writer.write(SHARED, locale=locale).text


@pytest.mark.parametrize(("number", "words"), [(1, "o dokument:"), (2, "o 2 dokumenty:"), (5, "o 5 dokumentów:")])
def test_numbers_take_their_plural(number: int, words: str) -> None:
    """Polish has three forms."""
    letter = attrs.evolve(REQUEST, items=(("x", ""),) * number)

    assert words in WRITER.write(letter, locale="pl").text


# --- words of one's own -------------------------------------------------------------------


def test_staff_say_it_in_their_own_words() -> None:
    """Subject, text and button; what is asked for and why the letter comes stay."""
    words = Words(subject="{site}: {about}", text="Dear {reader},\n\nplease, by {due}.", button="Go <there>")
    written = WRITER.write(REQUEST, locale="en", words=words)

    assert "Studio <Noord>: Mortgage for Herengracht 12" == written.subject
    assert "Dear Ana,\n\nplease, by March 20, 2026." in written.text
    assert "Go <there>:\nhttps://" in written.text
    assert "Go &lt;there&gt;</a>" in written.html
    assert "asks you for" not in written.text
    assert "Last three payslips" in written.text


def test_a_value_is_no_hole_again() -> None:
    """A name that looks like a hole is shown as it is."""
    letter = attrs.evolve(REQUEST, reader="{about}")

    assert "Dear {about}!" in WRITER.write(letter, words=Words(text="Dear {reader}!")).text


@pytest.mark.parametrize("field", ["subject", "text", "button"])
def test_a_hole_that_nothing_fills_is_refused(field: str) -> None:
    """With the names that the letter knows; before anything is sent."""
    with pytest.raises(InvalidInputError, match=r"\{password\}.*\{reader\}") as caught:
        WRITER.write(REQUEST, words=Words(**{field: "x {password} y"}))

    assert field == caught.value.field


@given(st.text(max_size=60))
def test_any_words_are_written(text: str) -> None:
    """Braces, percent signs and templates in them mean nothing."""
    try:
        written = WRITER.write(REQUEST, words=Words(text=text + "{{ 1 + 1 }} %(x)s {0}"))
    except InvalidInputError:
        return
    assert "{{ 1 + 1 }} %(x)s {0}" in written.text
    assert "{{ 1 + 1 }} %(x)s {0}" in written.html


def test_no_subject_shows_a_secret() -> None:
    """Of the address of a page its host is left; a part of the letter's own address is refused (R-MAIL-5)."""
    letter = attrs.evolve(REPLY, subject="Look at https://x.example/l/secret?t=1 and ftp://y.example")

    assert "Re: Look at x.example and y.example" == WRITER.write(letter).subject
    with pytest.raises(InvalidInputError, match="subject"):
        WRITER.write(attrs.evolve(REPLY, subject=f"Open {str(REPLY.url).rpartition('/')[2]}"))


@pytest.mark.parametrize(
    "url", ["/p/1", "javascript:alert(1)", "https://x.example/a b", "https://x.example/ä", "https://x.example/\n"]
)
def test_a_button_leads_to_a_whole_address(url: str) -> None:
    """Anything else would lead nowhere from a mail, or to something else than a page."""
    with pytest.raises(InvalidInputError, match="url"):
        attrs.evolve(REPLY, url=url)


def test_a_letter_needs_something_to_say() -> None:
    """Nothing was shared, nothing is missing: there is no letter."""
    with pytest.raises(InvalidInputError, match="titles"):
        attrs.evolve(SHARED, titles=())
    with pytest.raises(InvalidInputError, match="titles"):
        SharedLetter(titles="one text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_letter_without_a_page_has_no_button() -> None:
    """It is read all the same."""
    written = WRITER.write(attrs.evolve(SHARED, url=None))

    assert "View and download" not in written.text + written.html


# --- templates of the host ----------------------------------------------------------------


def test_a_host_changes_a_letter_and_the_frame(tmp_path: Path) -> None:
    """A block of ours in a file of the same name; ours stay reachable below ``default/``."""
    folder = tmp_path / "sharekit" / "letters"
    folder.mkdir(parents=True)
    button = '{% block button %}{{ _("Send documents") }}{% endblock %}'
    shared = '{% extends "default/sharekit/letters/shared.letter" %}' + button
    frame = (
        '{% extends "default/sharekit/letters/frame.txt" %}{% block greeting %}Ahoy {{ letter.reader }}!{% endblock %}'
    )
    (folder / "shared.letter").write_text(shared, "utf-8")
    (folder / "frame.txt").write_text(frame, "utf-8")
    written = LetterWriter(site_name="Studio", template_folders=[tmp_path]).write(SHARED, locale="nl")

    assert written.text.startswith("Ahoy Ana!")
    assert "Documenten sturen:\nhttps://" in written.text
    assert "Documenten sturen</a>" in written.html
    assert "Met u gedeeld: " in written.subject


@pytest.mark.parametrize(
    "text", ["{% broken", "{{ letter.reader / 0 }}{% include 'nothing' %}", "{% extends 'nothing' %}"]
)
def test_a_broken_template_of_the_host_is_the_operators_concern(text: str) -> None:
    """It is named, and the engine's own exception is the cause."""
    writer = LetterWriter(site_name="x", template_loaders=[DictLoader({"sharekit/letters/shared.letter": text})])

    with pytest.raises(ConfigurationError, match=r"shared\.letter") as caught:
        writer.write(SHARED)
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize(
    ("setting", "options"),
    [
        ("accent", {"accent": "red"}),
        ("time_zone", {"time_zone": "Mars/Olympus"}),
        ("default_locale", {"default_locale": "fr"}),
    ],
)
def test_an_option_that_cannot_work_is_refused(setting: str, options: dict[str, str]) -> None:
    """With an error that names it."""
    with pytest.raises(ConfigurationError) as caught:
        LetterWriter(site_name="x", **options)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    assert setting == caught.value.setting


# --- catalogues ---------------------------------------------------------------------------


def catalog(language: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Read a catalogue as it is shipped: the forms of each text, and those of its translation."""
    with (ROOM / "locale" / language / "LC_MESSAGES" / "sharekit.po").open("rb") as file:
        messages = [message for message in read_po(file, locale=language, abort_invalid=True) if message.id]

    assert [] == [message.id for message in messages if message.fuzzy]
    return {_forms(message.id): _forms(message.string) for message in messages}


def _forms(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, list | tuple) else (str(text or ""),)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_text_is_translated(language: str) -> None:
    """A catalogue holds each text once, translated in every form, and nothing that is not used."""
    methods = [("**.py", "python"), *((f"**.{suffix}", "jinja2") for suffix in SUFFIXES)]
    options = {f"**.{suffix}": {"silent": "false"} for suffix in SUFFIXES}
    extracted = {_forms(entry[2]) for entry in extract_from_dir(ROOM, methods, options_map=options)}
    translated = catalog(language)

    assert set(translated) == extracted
    assert [] == [text for text, forms in translated.items() if not all(forms)]


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_translations_keep_the_holes(language: str) -> None:
    """Each form has the placeholders of its original; where that is a sentence, it is one too."""
    for originals, translations in catalog(language).items():
        for text in translations:
            assert set(_HOLES.findall(text)) | {"num"} == set(_HOLES.findall(originals[-1])) | {"num"}
            assert text.endswith(".") == originals[-1].endswith(".")
            assert not re.search(r"%(?!\(\w+\)s)|<|&|  ", text)


def test_every_text_of_a_template_can_be_extracted() -> None:
    """Between its tags a template holds no words of its own."""
    code = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}|<style>.*?</style>", re.DOTALL)
    for template in (path for suffix in SUFFIXES for path in (ROOM / "templates").rglob(f"*.{suffix}")):
        loose = re.sub(r"<[^>]*>", " ", code.sub("", template.read_text("utf-8")))

        assert not re.findall(r"[A-Za-z]{2,}", loose), template.name


# --- the whole way --------------------------------------------------------------------------


@pytest.mark.parametrize("content", ALL, ids=_name)
def test_a_letter_can_be_sent_and_read(content: LetterContent) -> None:
    """Written, composed, and read again as a mail that a machine sent."""
    written = WRITER.write(content, locale="pl")
    letter = Letter(
        id="d1",
        recipient=Mailbox("ana@acme.example", "Ana"),
        sender=Mailbox("portal@studio.example", "Studio"),
        subject=written.subject,
        text=written.text,
        html=written.html,
        message_id=message_id("studio.example", "d1"),
        date=datetime(2026, 3, 2, tzinfo=UTC),
        language=written.language,
    )
    mail = parse_mail(compose(letter))

    assert mail.subject == written.subject
    assert str(content.url) in mail.text
    assert mail.automatic is not None


def test_a_date_without_a_zone_is_a_day() -> None:
    """A request is due on a day, not at an instant."""
    assert "December 31, 2026" in WRITER.write(attrs.evolve(REQUEST, due=date(2026, 12, 31))).text
