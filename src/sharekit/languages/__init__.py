"""
The languages that sharekit speaks, for every room that writes to a person: pages and letters.

The texts in the source are the English ones. A room that writes keeps the other four as catalogues
of gettext in its folder ``locale``, and makes its own kind of `Language` by naming itself.
Needs the extra ``pages``.
"""

import functools
import gettext
import io
from importlib import resources
from typing import ClassVar, Final, Self

import attrs

from sharekit.errors import MissingExtraError

try:
    from babel.core import Locale, UnknownLocaleError
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("babel", "pages") from _missing

__all__ = ["LANGUAGES", "Language"]

LANGUAGES: Final = ("en", "nl", "es", "pl", "de")
"""The languages that are spoken."""


@attrs.frozen
class Language:
    """
    A language as a page or a letter speaks it.

    Attributes:
        room: The package whose catalogues hold the texts.
        tag: With a country where that is known, ``"en-GB"``: dates and numbers are written so.
        texts: The language of the texts, one of `LANGUAGES`.
    """

    room: ClassVar[str]
    tag: str
    texts: str

    @classmethod
    def of(cls, tag: str | None) -> Self | None:
        """Return the language of a tag such as ``"de-AT"``, or None when it is not spoken."""
        texts = (tag or "").partition("-")[0].lower()
        if tag is None or texts not in LANGUAGES:
            return None
        parsed = _parsed(tag)
        return cls(texts if parsed is None else str(parsed).replace("_", "-"), texts)

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
        return _translations(self.room, self.texts).gettext(text)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Return an English text in this language, in the form that the number wants."""
        return _translations(self.room, self.texts).ngettext(singular, plural, number)


@functools.lru_cache(maxsize=256)
def _parsed(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None


@functools.cache
def _translations(room: str, language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    source = resources.files(room) / "locale" / language / "LC_MESSAGES" / "sharekit.po"
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source.read_bytes()), locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
