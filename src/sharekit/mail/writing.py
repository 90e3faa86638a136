"""
Letters in the language of their reader: subject, text and HTML of one template each, which a host can replace.

Needs the extra ``mail``.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import ClassVar, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from sharekit.colours import Accent
from sharekit.errors import ConfigurationError, InvalidInputError, MissingExtraError
from sharekit.mail._news_lines import NEWS_LINES
from sharekit.mail.letters import LetterContent, NewsLine, ReplyLetter, Words
from sharekit.mail.replies import MARKER
from sharekit.records.instants import zone_of
from sharekit.records.several import SeveralInOrder

try:
    import babel as _babel  # noqa: F401  # what `languages` needs, named here by the extra that brings both
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("babel", "mail") from _missing
try:
    from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader, pass_context
    from jinja2.loaders import BaseLoader
    from jinja2.runtime import Context
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("jinja2", "mail") from _missing

from sharekit import languages
from sharekit.languages.dates import Dates

__all__ = ["LetterWriter", "Written"]

_FOLDER: Final = "sharekit/letters"
_HOLE: Final = re.compile(r"\{([a-z]{1,20})\}")
_SECRET: Final = re.compile(r"[A-Za-z0-9_.~-]{22,}")
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://([^\s/?#@]{0,255})[^\s]*")
_BLANKS: Final = re.compile(r"\n{3,}")
_PREVIEW: Final = 140  # characters that mail programs show beside the subject


@attrs.frozen
class _Language(languages.Language):
    """A language as a letter speaks it."""

    room: ClassVar[str] = "sharekit.mail"


@attrs.frozen(kw_only=True)
class Written:
    """
    A letter as it is read.

    Attributes:
        subject: In one line.
        text: As text.
        html: As a page of HTML that loads nothing.
        language: The tag of its language.
    """

    subject: str
    text: str = attrs.field(repr=False)
    html: str = attrs.field(repr=False)
    language: str


class LetterWriter:
    """
    Writes letters.

    Args:
        site_name: Who writes, as the reader knows them.
        time_zone: In which dates and times are told.
        accent: The colour of buttons and links; shades that can be read are made of it.
        default_locale: For readers whose language is not spoken.
        imprint: What stands at the foot of each letter, such as an address; in several lines.
        template_folders: Where templates are looked for before ours: a file ``sharekit/letters/shared.letter``
            takes the place of ours, which stays reachable for ``extends`` below ``default/``.
        template_loaders: The same, for templates that come from elsewhere; folders come first.

    Raises:
        ConfigurationError: The zone, the colour or the language is none.
    """

    def __init__(
        self,
        *,
        site_name: str,
        time_zone: str = "UTC",
        accent: str = "#1d5fa8",
        default_locale: str = "en",
        imprint: str = "",
        template_folders: SeveralInOrder[str | Path] = (),
        template_loaders: SeveralInOrder[BaseLoader] = (),
    ) -> None:
        default = _Language.of(default_locale)
        if default is None:
            raise ConfigurationError("default_locale", f"needs one of {', '.join(languages.LANGUAGES)}")
        try:
            self._zone = ZoneInfo(time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ConfigurationError("time_zone", "needs an IANA zone name such as 'Europe/Amsterdam'") from error
        self._default = default
        self._accent = Accent.of(accent)
        self._site_name = site_name
        self._imprint = imprint
        ours = PackageLoader("sharekit.mail")
        folders = [FileSystemLoader(folder) for folder in template_folders]
        loader = ChoiceLoader([*folders, *template_loaders, ours, PrefixLoader({"default": ours})])
        self._text = _environment(loader, escape=False)
        self._html = _environment(loader, escape=True)

    def write(
        self,
        letter: LetterContent,
        *,
        locale: str | None = None,
        words: Words | None = None,
        settings_url: str | None = None,
        ending_url: str | None = None,
        time_zone: str | None = None,
    ) -> Written:
        """
        Return a letter as it is read.

        Args:
            letter: Which letter, and what it is told.
            locale: The language of its reader, ``"de"`` or ``"de-AT"``.
            words: What staff say instead of our words.
            settings_url: Where the reader chooses which letters come.
            ending_url: Where a reader ends letters of this kind who has no such page.
            time_zone: In which the reader is told dates and times; None for the writer's own.

        Raises:
            InvalidInputError: The words have a hole that the letter does not fill, or the subject would show
                a part of the letter's address that can be a secret.
            ConfigurationError: A template of the host's is wrong; its own exception is the ``__cause__``.
        """
        language = _Language.of(locale) or self._default
        dates = Dates(language, self._zone if time_zone is None else zone_of("time_zone", time_zone))
        said = self._filled(words or Words(), letter, dates)
        values: dict[str, object] = {
            "letter": letter,
            "words": said,
            "language": language,
            "site_name": self._site_name,
            "imprint": self._imprint,
            "accent": self._accent,
            "settings_url": settings_url,
            "ending_url": ending_url,
            "greeting": _greeting(letter.reader, language),
            "marker": _marker(letter, language),
            "day": lambda value: _day(value, dates),
            "instant": lambda value: dates.instant(value, wordy=True, zone=True),
        }
        try:
            subject = _without_addresses(self._rendered(self._text, "subject", letter, values))
            text = _tidy(self._rendered(self._text, "txt", letter, values))
            beginning = _beginning(text, str(values["greeting"]))
            html = self._rendered(self._html, "html", letter, {**values, "subject": subject, "preview": beginning})
        except Exception as error:  # whatever a template of the host's does
            raise ConfigurationError("template_folders", f"{letter.template}.letter cannot be rendered") from error
        _refuse_secret(subject, letter.url)
        return Written(subject=subject, text=text, html=html, language=language.tag)

    def line(self, news: NewsLine, locale: str | None) -> str:
        """Return a piece of news in one line, in the language of its reader; empty for an event without one."""
        language = _Language.of(locale) or self._default
        by_somebody, plain = NEWS_LINES.get(news.event, ("", ""))
        if not plain:
            return ""
        return language.gettext(by_somebody) % {"actor": news.actor} if news.actor else language.gettext(plain)

    def _rendered(
        self, environment: Environment, form: str, letter: LetterContent, values: Mapping[str, object]
    ) -> str:
        template = environment.get_template(f"{_FOLDER}/{letter.template}.letter")
        pieces = environment.get_template(f"{_FOLDER}/parts.{'html' if form == 'html' else 'txt'}")
        say = pieces.make_module({"accent": self._accent, "language": values["language"]})
        return template.render(values, say=say, frame=f"{_FOLDER}/frame.{form}")

    def _filled(self, words: Words, letter: LetterContent, dates: Dates[_Language]) -> Words:
        """Put values into the words of staff, as text: nothing in a value is a hole again."""
        known = {"reader": letter.reader, "site": self._site_name}
        for name in ("sender", "about", "due", "client", "subject"):
            value = getattr(letter, name, None)
            if isinstance(value, date):
                known[name] = _day(value, dates)
            elif isinstance(value, str):
                known[name] = value
        return Words(
            **{
                name: None if text is None else _with_values(name, text, known)
                for name, text in attrs.asdict(words).items()
            }
        )


def _environment(loader: BaseLoader, *, escape: bool) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=escape,  # noqa: S701  # text is not HTML
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # The extension adds this method when it is loaded.
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        _gettext, _ngettext, newstyle=True
    )
    environment.filters["paragraphs"] = _paragraphs
    return environment


@pass_context
def _gettext(context: Context, text: str) -> str:
    return _language(context).gettext(text)


@pass_context
def _ngettext(context: Context, singular: str, plural: str, number: int) -> str:
    return _language(context).ngettext(singular, plural, number)


def _language(context: Context) -> _Language:
    language = context["language"]
    assert isinstance(language, _Language)  # noqa: S101  # write() put it there
    return language


def _day(value: date, dates: Dates[_Language]) -> str:
    """Write a day; of an instant, the day that it is in the zone."""
    return dates.day(dates.local(value).date() if isinstance(value, datetime) else value, wordy=True)


def _greeting(reader: str, language: _Language) -> str:
    return language.gettext("Hello %(name)s,") % {"name": reader} if reader else language.gettext("Hello,")


def _marker(letter: LetterContent, language: _Language) -> str:
    if not isinstance(letter, ReplyLetter) or not letter.by_mail:
        return ""
    words = language.gettext("Please write your answer above this line")
    return f"{MARKER} {words} {MARKER[::-1]}"


def _paragraphs(text: str) -> list[list[str]]:
    return [block.split("\n") for block in re.split(r"\n\s*\n", text.strip().replace("\r\n", "\n"))]


def _with_values(field: str, text: str, known: Mapping[str, str]) -> str:
    unknown = sorted(set(_HOLE.findall(text)) - known.keys())
    if unknown:
        there = ", ".join(f"{{{name}}}" for name in sorted(known))
        raise InvalidInputError(field, f"has {{{unknown[0]}}}, which this letter does not know; it knows {there}")
    return _HOLE.sub(lambda found: known[found[1]], text)


def _tidy(text: str) -> str:
    """Return a text without spaces at the end of lines, but for the mark of a signature, and few empty lines."""
    lines = [line if line == "-- " else line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip("\n") + "\n"


def _beginning(text: str, greeting: str) -> str:
    """Return what mail programs show beside the subject: the first words after the greeting."""
    body = text.partition(greeting)[2].partition("\n-- \n")[0]
    words = [word for word in body.split() if "://" not in word and word != "|"]
    return " ".join(words)[:_PREVIEW]


def _without_addresses(subject: str) -> str:
    """Return a subject in one line; of the address of a page its host alone is left, since the rest can be a secret."""
    return " ".join(_ADDRESS.sub(r"\1", subject).replace("://", " ").split())


def _refuse_secret(subject: str, url: str | None) -> None:
    """Refuse a subject that shows what in an address can be a secret (R-MAIL-5)."""
    if any(part in subject for part in _SECRET.findall(url or "")):
        raise InvalidInputError("subject", "may not show a part of the letter's address")
