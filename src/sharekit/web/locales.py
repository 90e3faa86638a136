"""
The languages of the pages: which one a reader gets, and its texts.
"""

import functools
import gettext
import io
import re
from importlib import resources
from typing import Final

import attrs

from sharekit.errors import ConfigurationError, MissingExtraError

try:
    from babel.core import Locale, UnknownLocaleError
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("babel", "pages") from _missing

__all__ = ["LANGUAGES", "Language", "language_of", "negotiate"]

LANGUAGES: Final = ("en", "nl", "es", "pl", "de")
"""The languages that the pages speak; the texts in the templates are the English ones."""

_MAX_HEADER: Final = 1000
_MAX_RANGES: Final = 20
_RANGE: Final = re.compile(r"([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)(?:\s*;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?")


@attrs.frozen
class Language:
    """
    A language as a page speaks it.

    Attributes:
        tag: With a country where that is known, ``"en-GB"``: dates and numbers are written so.
        texts: The language of the texts, one of `LANGUAGES`.
    """

    tag: str
    texts: str

    @property
    def identifier(self) -> str:
        """The tag as Babel writes it, ``"en_GB"``; the language alone when Babel does not know the country."""
        return self.texts if _parsed(self.tag) is None else self.tag.replace("-", "_")

    @property
    def direction(self) -> str:
        """``"ltr"`` or ``"rtl"``."""
        return Locale.parse(self.identifier).text_direction

    def gettext(self, text: str) -> str:
        """Return an English text in this language."""
        return _translations(self.texts).gettext(text)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Return an English text in this language, in the form that the number wants."""
        return _translations(self.texts).ngettext(singular, plural, number)


def language_of(tag: str | None) -> Language | None:
    """Return the language of a tag such as ``"de-AT"``, or None when the pages do not speak it."""
    texts = (tag or "").partition("-")[0].lower()
    if tag is None or texts not in LANGUAGES:
        return None
    parsed = _parsed(tag)
    return Language(texts if parsed is None else str(parsed).replace("_", "-"), texts)


def negotiate(accept: str | None, default: str) -> Language:
    """
    Return the language that a browser asks for most, among those that the pages speak.

    Args:
        accept: The ``Accept-Language`` header; anything in it that is no language is passed over.
        default: The language for readers of all others.

    Raises:
        ConfigurationError: The pages do not speak the default language.
    """
    for tag in _ranked(accept or ""):
        language = language_of(tag)
        if language is not None:
            return language
    fallback = language_of(default)
    if fallback is None:
        raise ConfigurationError("default_locale", f"needs one of {', '.join(LANGUAGES)}")
    return fallback


def _ranked(accept: str) -> list[str]:
    weighed: list[tuple[float, str]] = []
    for part in accept[:_MAX_HEADER].split(",")[:_MAX_RANGES]:
        found = _RANGE.fullmatch(part.strip())
        if found is not None:
            weighed.append((float(found[2] or 1), found[1]))
    return [tag for weight, tag in sorted(weighed, key=lambda pair: -pair[0]) if weight > 0]


@functools.lru_cache(maxsize=256)
def _parsed(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None


@functools.cache
def _translations(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    source = resources.files("sharekit.web") / "locale" / language / "LC_MESSAGES" / "sharekit.po"
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source.read_bytes()), locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
