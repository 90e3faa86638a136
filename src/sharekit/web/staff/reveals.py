"""
What a change would reveal and hide, in words, before it is made.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from sharekit.errors import InvalidInputError, NotFoundError
from sharekit.policies.sections import PartPolicy
from sharekit.records.catalog import ResourceRef
from sharekit.records.parties import Contact
from sharekit.records.plans import AccessChange, AccessDiff
from sharekit.web.staff.desk import Desk
from sharekit.web.staff.people import name_of

__all__ = ["Revealed", "RevealedThing", "ShownParts", "listed_names", "parts_of", "revealed"]

_THINGS: Final = 8
_PEOPLE: Final = 6


@attrs.frozen(kw_only=True)
class RevealedThing:
    """
    A thing that some would come to see, or cease to.

    Attributes:
        said: The sentence about it.
        internal_title: What staff call it, where clients read another title.
    """

    said: str
    internal_title: str | None = None


@attrs.frozen(kw_only=True)
class ShownParts:
    """
    What whoever sees a thing sees of it.

    Attributes:
        title: The title that they read.
        untitled: Whether that is only what such things are called.
        shown: The titles of the sections and properties that they see, joined.
        hidden: Those that they do not see, joined.
    """

    title: str
    untitled: bool
    shown: str
    hidden: str


@attrs.frozen(kw_only=True)
class Revealed:
    """
    A difference, as a page tells it.

    Attributes:
        gains: What would be seen: the first things.
        losses: What would not be seen any more: the first things.
        more: How many things more there are of both, in sentences.
        notes: What else is to be known, in sentences.
        warnings: What should be thought about first, in sentences.
        parts: What is seen of each thing, where that is told.
    """

    gains: tuple[RevealedThing, ...] = ()
    losses: tuple[RevealedThing, ...] = ()
    more: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    parts: tuple[ShownParts, ...] = ()


def revealed(
    desk: Desk,
    diff: AccessDiff,
    *,
    newcomers: Mapping[str, str] | None = None,
    notes: Iterable[str] = (),
    parts: Iterable[ShownParts] = (),
) -> Revealed:
    """
    Return a difference in the words of a page.

    Args:
        desk: Who reads.
        diff: What `Access.plan` returned.
        newcomers: The names of contacts whom the change itself would add, by id.
        notes: What else is to be known.
        parts: What is seen of the things.
    """
    names = _Names(desk, newcomers or {})
    gains, losses = _by_thing(diff.every_gain), _by_thing(diff.every_loss)
    ngettext = desk.language.ngettext
    more, unseen = len(gains) - _THINGS, len(losses) - _THINGS
    told = (
        ngettext("One more thing would be seen.", "%(num)s more things would be seen.", more) if more > 0 else "",
        ngettext(
            "One more thing would not be seen any more.", "%(num)s more things would not be seen any more.", unseen
        )
        if unseen > 0
        else "",
    )
    ended = len(diff.ended_links)
    reading = desk.gettext("Clients would read your internal title “%(title)s”.")
    warnings = [reading % {"title": title} for title in diff.titles]
    if ended:
        warnings.append(ngettext("One read link would end.", "%(num)s read links would end.", ended) % {"num": ended})
    return Revealed(
        gains=tuple(
            _thing(desk, ref, names.of(people), desk.gettext("“%(title)s” will be seen by %(names)s."))
            for ref, people in list(gains.items())[:_THINGS]
        ),
        losses=tuple(
            _thing(desk, ref, names.of(people), desk.gettext("“%(title)s” will not be seen any more by %(names)s."))
            for ref, people in list(losses.items())[:_THINGS]
        ),
        more=tuple(text % {"num": number} for text, number in zip(told, (more, unseen), strict=True) if text),
        notes=tuple(notes),
        warnings=tuple(warnings),
        parts=tuple(parts),
    )


def listed_names(desk: Desk, names: list[str]) -> str:
    """Return some names as one enumeration; of very many the first, and how many more there are."""
    first, more = names[:_PEOPLE], len(names) - _PEOPLE
    if more > 0:
        first = [*first, desk.language.ngettext("one more", "%(num)s more", more) % {"num": more}]
    return desk.formats.listed(first)


def parts_of(desk: Desk, ref: ResourceRef) -> ShownParts:
    """Return what clients who see a thing see of it now."""
    kind, entry, locale = desk.kit.kinds[ref.kind], desk.kit.catalog.get(ref), desk.language.tag
    policy = PartPolicy.for_clients(kind, desk.kit.portal.settings())
    seen = {name for name, _ in (*policy.sections(kind), *policy.properties(kind))}
    titles = [(part.title_in(locale), name in seen) for name, part in kind.parts.items()]
    return ShownParts(
        title=entry.client_title or kind.title_in(locale),
        untitled=entry.client_title is None,
        shown=desk.formats.listed([title for title, is_seen in titles if is_seen]),
        hidden=desk.formats.listed([title for title, is_seen in titles if not is_seen]),
    )


def _by_thing(changes: Iterable[AccessChange]) -> dict[ResourceRef, list[Contact]]:
    found: dict[ResourceRef, list[Contact]] = {}
    for change in changes:
        found.setdefault(change.ref, []).append(change.contact)
    return found


def _thing(desk: Desk, ref: ResourceRef, names: str, sentence: str) -> RevealedThing:
    kind = desk.kit.kinds.get(ref.kind)
    shown, internal = ref.key if kind is None else kind.title_in(desk.language.tag), None
    try:
        entry = desk.kit.catalog.get(ref)
    except (NotFoundError, InvalidInputError):  # the change itself would bring it, or it is of no kind any more
        pass
    else:
        shown = entry.client_title or shown
        internal = entry.title if entry.title != shown else None
    return RevealedThing(said=sentence % {"title": shown, "names": names}, internal_title=internal)


@attrs.frozen
class _Names:
    """Names contacts, also those whom a rehearsed change adds."""

    desk: Desk
    newcomers: Mapping[str, str]

    def of(self, people: list[Contact]) -> str:
        """Return the names as one enumeration, by name, without reading more of them than are told."""
        names = [self._one(contact) for contact in people[: _PEOPLE * 4]]
        return listed_names(self.desk, [*sorted(names, key=str.casefold), *[""] * (len(people) - len(names))])

    def _one(self, contact: Contact) -> str:
        known = self.newcomers.get(contact.id) or name_of(self.desk.kit, contact)
        return known or self.desk.gettext("Somebody")
