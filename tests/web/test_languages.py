"""Five languages: which one a reader gets, and that none lacks a text."""

import re
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from sharekit import Contact, Sharekit, Staff
from sharekit.errors import ConfigurationError
from sharekit.web import Portal, locales
from sharekit.web.locales import LANGUAGES, Language, language_of, negotiate
from tests.web.conftest import Site, make_site, text_of

ROOM = Path(locales.__file__).parent
TITLES = {
    "en": "This link is not available",
    "nl": "Deze link is niet beschikbaar",
    "es": "Este enlace no está disponible",
    "pl": "Ten link jest niedostępny",
    "de": "Dieser Link ist nicht verfügbar",
}
ABBREVIATIONS = {f"%(number)s {unit}" for unit in ("godz.", "sek.", "Std.", "Min.", "Sek.")}
_HOLES = re.compile(r"%\((\w+)\)s")


def catalog(language: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Read a catalogue as it is shipped: the forms of each text, and those of its translation."""
    with (ROOM / "locale" / language / "LC_MESSAGES" / "sharekit.po").open("rb") as file:
        messages = [message for message in read_po(file, locale=language, abort_invalid=True) if message.id]

    assert [] == [message.id for message in messages if message.fuzzy]
    return {_forms(message.id): _forms(message.string) for message in messages}


def _forms(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, list | tuple) else (str(text or ""),)


def extracted() -> set[tuple[str, ...]]:
    """Return every text in templates and modules that wants a translation."""
    found = extract_from_dir(
        ROOM, [("**.py", "python"), ("**.html", "jinja2")], options_map={"**.html": {"silent": "false"}}
    )
    return {_forms(entry[2]) for entry in found}


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_text_is_translated(language: str) -> None:
    """A catalogue holds each text once, translated in every form, and nothing that is not used."""
    translated = catalog(language)

    assert set(translated) == extracted()
    assert [] == [text for text, forms in translated.items() if not all(forms)]


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_translations_keep_the_holes(language: str) -> None:
    """Each form has the placeholders of its original; where that is a sentence, it is one too."""
    for originals, translations in catalog(language).items():
        for text in translations:
            assert set(_HOLES.findall(text)) | {"num"} == set(_HOLES.findall(originals[-1])) | {"num"}
            assert text.endswith(".") == originals[-1].endswith(".") or text in ABBREVIATIONS
            assert not re.search(r"%(?!\(\w+\)s)|<|&|  ", text)


def test_every_catalogue_is_shipped() -> None:
    """There is a catalogue for each language but English, whose texts are in the templates."""
    folders = {folder.name for folder in (resources.files("sharekit.web") / "locale").iterdir()}

    assert folders == set(LANGUAGES) - {"en"}


def test_every_text_of_a_template_can_be_extracted() -> None:
    """Between its tags a template holds no words of its own."""
    code, markup = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL), re.compile(r'<[^>]*>|[\w-]+="[^"]*"')
    for template in (ROOM / "templates").rglob("*.html"):
        loose = markup.sub(" ", code.sub("", template.read_text("utf-8")))

        assert not re.findall(r"[A-Za-z]{2,}", loose), template.name


@pytest.mark.parametrize("number", [1, 2, 5, 12, 22, 25])
@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_take_their_plural(language: str, number: int) -> None:
    """Polish has three forms, the others two."""
    text = Language(language, language).ngettext(
        "Table with one row: %(title)s", "Table with %(num)s rows: %(title)s", number
    )
    many = {"en": "rows", "nl": "rijen", "es": "filas", "de": "Zeilen"}.get(language)
    polish = "wiersz:" if number == 1 else "wiersze:" if number in {2, 22} else "wierszy:"

    assert (polish in text) if many is None else ((many in text) == (number != 1))


ACCEPTED = {
    "": "en",
    "nl": "nl",
    "NL": "nl",
    "nl-BE": "nl-BE",
    "de-AT,de;q=0.9,en;q=0.8": "de-AT",
    "fr-FR,fr;q=0.9": "en",
    "fr, pl;q=0.3, de;q=0.7": "de",
    "fr;q=1.0, es;q=0.001": "es",
    "nl;q=0, de;q=0.1": "de",
    "nl;q=0": "en",
    "en;q=0.5, pl;q=0.5": "en",
    "*": "en",
    "*;q=0.5, pl;q=0.1": "pl",
    "de-Latn-DE": "de-DE",
    "de-XX-nonsense": "de",
    "en-u-ca-buddhist": "en",
    "nl;q=abc, pl": "pl",
    ";;;,,,q=1,\x00, es ": "es",
    "deutsch, dex": "en",
    "x" * 5000: "en",
    ",".join(["fr"] * 500 + ["pl"]): "en",
}


@pytest.mark.parametrize("header", ACCEPTED, ids=lambda header: header[:20])
def test_a_browser_asks_for_a_language(header: str) -> None:
    """The best language that the pages speak is taken, with its country, whatever else the header holds."""
    assert negotiate(header, "en").tag == ACCEPTED[header]


def test_others_get_the_default() -> None:
    """A reader of another language gets what the host chose."""
    assert negotiate("fr", "pl") == Language("pl", "pl")
    assert 'lang="es"' in text_of(make_site(default_locale="es").browser(language="fr").get("/x"))


@pytest.mark.parametrize("locale", ["fr", "", "deutsch"])
def test_a_default_is_one_of_the_five(locale: str, quick_site: Site) -> None:
    """A portal that could not speak its default is not made."""
    with pytest.raises(ConfigurationError, match="default_locale"):
        Portal(quick_site.kit, default_locale=locale)


@pytest.mark.parametrize("tag", [None, "", "fr", "x", "e", "english"])
def test_other_tags_are_not_spoken(tag: str | None) -> None:
    """What is no language of the pages is None."""
    assert language_of(tag) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_speak_the_language(quick_site: Site, language: str) -> None:
    """Texts, the language mark and the header agree."""
    page = quick_site.browser(language=language).get("/x")

    assert TITLES[language] in text_of(page)
    assert f'<html lang="{language}" dir="ltr">' in text_of(page)
    assert language == page.header("Content-Language")


def _contact(kit: Sharekit, locale: str) -> Contact:
    return kit.people.add_contact("Uta", f"{locale}@acme.example", locale=locale, by=Staff("maria"))


def test_the_recipients_language_wins(site: Site) -> None:
    """A link for somebody speaks their language to every browser, before and after redeeming."""
    uta = _contact(site.kit, "de")
    plain = site.browser(language="pl").get(site.path(recipient=uta))
    guarded = site.path(recipient=uta, password="correct horse")
    ana = site.browser(language="pl")
    landing, wrong = ana.get(guarded), ana.post(guarded, password="wrong")
    visit = ana.follow(ana.post(guarded, password="correct horse"))

    assert "Fortschritt" in text_of(plain)
    assert "Live, Stand: " in text_of(plain)
    assert "Diese Seite ist geschützt" in text_of(landing)
    assert "Dieses Passwort stimmt nicht." in text_of(wrong)
    assert "Sie können diese Seite lesen" in text_of(visit)
    assert {"de"} == {page.header("Content-Language") for page in (plain, landing, wrong, visit)}


def test_too_many_attempts_are_told_in_the_recipients_language(site: Site) -> None:
    """So is the refusal after ten wrong passwords."""
    path, ana = site.path(recipient=_contact(site.kit, "nl"), password="correct horse"), site.browser(language="pl")
    answers = [ana.post(path, password="wrong") for _ in range(11)]

    assert "Te veel pogingen" in text_of(answers[-1])


def test_a_recipients_language_that_the_pages_do_not_speak(site: Site) -> None:
    """The sections may know it; the frame speaks what the browser asks for."""
    page = site.browser(language="es").get(site.path(recipient=_contact(site.kit, "pt-BR")))

    assert page.header("Content-Language") == "es"


def test_sections_are_told_the_language(quick_site: Site) -> None:
    """Titles follow the browser for a link without a recipient."""
    assert "Fortschritt" in text_of(quick_site.browser(language="de-CH").get(quick_site.path()))
