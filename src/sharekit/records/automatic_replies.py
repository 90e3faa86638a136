"""
Automatic replies: what clients are told at once when they write about a thing, or anything in it.
"""

from collections.abc import Mapping
from datetime import datetime

import attrs

from sharekit.errors import InvalidInputError
from sharekit.ids import TenantId, deterministic_id
from sharekit.records import checks
from sharekit.records.catalog import ResourceRef, node_of
from sharekit.records.instants import utc

__all__ = ["AutomaticReply", "ReplyWords", "automatic_reply_id", "reply_words"]

_LONGEST = 5000
_MOST_HOURS = 24 * 365


@attrs.frozen
class ReplyWords:
    """
    What is said in one language.

    Attributes:
        locale: The language, such as ``"nl"``.
        text: What is said.
    """

    locale: str
    text: str = attrs.field(repr=False)

    def __attrs_post_init__(self) -> None:
        checks.locale("texts", self.locale)
        checks.prose("texts", self.text, _LONGEST)


def reply_words(given: object) -> tuple[ReplyWords, ...]:
    """Return texts by language as words; refuse anything but a mapping of texts."""
    if not isinstance(given, Mapping):
        raise InvalidInputError("texts", "needs texts by language, such as {'nl': 'Bedankt'}")
    return tuple(ReplyWords(locale, text) for locale, text in given.items())


def automatic_reply_id(tenant: TenantId, node: str) -> str:
    """Return the id of the one automatic reply of this thing."""
    return deterministic_id("automatic-reply", tenant, node)


@attrs.frozen(kw_only=True)
class AutomaticReply:
    """
    What a client is told at once who writes about a thing.

    Attributes:
        tenant: Where.
        ref: The thing; it counts for everything in it that has none of its own.
        incarnation: The `CatalogEntry.incarnation` of that thing.
        text: What is said.
        texts: The same in other languages.
        hours: Each person is told in each conversation at most once in so many hours.
        changed_at: When it was last set.
        changed_by: The party key of who set it.
    """

    tenant: TenantId
    ref: ResourceRef
    incarnation: int = 1
    text: str
    texts: tuple[ReplyWords, ...] = ()
    hours: int = 24
    changed_at: datetime
    changed_by: str

    def __attrs_post_init__(self) -> None:
        checks.prose("text", self.text, _LONGEST)
        checks.whole("hours", self.hours, 1, _MOST_HOURS)
        utc("changed_at", self.changed_at)

    @property
    def node(self) -> str:
        """The thing in this life of it, as text."""
        return node_of(self.ref, self.incarnation)

    @property
    def id(self) -> str:
        """The id of its row."""
        return automatic_reply_id(self.tenant, self.node)

    def text_in(self, locale: str | None) -> str:
        """Return what is said in a language, or in the first one."""
        if locale is None:
            return self.text
        known = {words.locale: words.text for words in self.texts}
        return known.get(locale) or known.get(locale.partition("-")[0], self.text)
