"""
The languages of the pages: which one a reader gets, and its texts.
"""

import re
from typing import ClassVar, Final

import attrs

from sharekit import languages
from sharekit.errors import ConfigurationError
from sharekit.languages import LANGUAGES

__all__ = ["LANGUAGES", "Language", "language_of", "negotiate"]

_MAX_HEADER: Final = 1000
_MAX_RANGES: Final = 20
_RANGE: Final = re.compile(r"([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)(?:\s*;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?")


@attrs.frozen
class Language(languages.Language):
    """A language as a page speaks it."""

    room: ClassVar[str] = "sharekit.web"


def language_of(tag: str | None) -> Language | None:
    """Return the language of a tag such as ``"de-AT"``, or None when the pages do not speak it."""
    return Language.of(tag)


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
