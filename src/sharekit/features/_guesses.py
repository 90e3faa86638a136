"""
Remembers for what a decision had to look, and what that meant.

So the next one about the same people and things looks for it at once, and decodes only what has changed.
It is nothing to decide by: what is found, or that nothing was committed, tells each time anew whether this was
the right thing to look for, and whether it means what it meant.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import attrs

from sharekit.features._stillness import Stamps
from sharekit.ids import TenantId
from sharekit.policies.access import ClientFacts
from sharekit.ports import RecordStore
from sharekit.records.decisions import Action, Decision
from sharekit.records.documents import Document, DocumentVersion
from sharekit.records.files import StoredFile
from sharekit.records.scopes import PortalScope
from sharekit.records.settings import PortalSettings

__all__ = ["Asked", "DocumentSight", "Guesses", "Lying", "Sight"]

T = TypeVar("T")

_MOST: Final = 8192
_MOST_SIGHTS: Final = 4096

_Key = tuple[TenantId, str]


@attrs.frozen
class Lying:
    """
    Where a thing lies.

    Attributes:
        nodes: Its own, and those from which grants reach it.
        requesters: The id of the contact who asked for it, if one did.
    """

    nodes: tuple[str, ...]
    requesters: tuple[str, ...] = ()


@attrs.frozen
class Asked:
    """
    For what was looked.

    Attributes:
        values: What the glance was given.
        lying: Where the thing was taken to lie.
        belonging: The ids of the organisations that the contact was taken to belong to, sorted; None
            where it was not looked for memberships.
        weighed: Of these the ones of which it was asked whether they are active.
        leaves_out: Whether of the grants on what the thing lies in some were not looked for.
    """

    values: tuple[Sequence[str], ...]
    lying: Lying
    belonging: tuple[str, ...] | None
    weighed: tuple[str, ...]
    leaves_out: bool = False


@attrs.define(eq=False)
class Sight:
    """
    What was seen of a client and a thing. Nothing but the stamps and the answer is ever changed.

    Attributes:
        asked: For what was looked.
        lines: What the store answered.
        settings: What this means.
        facts: The same.
        expires: Whether a grant among them ends at an instant; the facts say nothing of the present one.
        lying: Where the thing lies.
        belonging: The ids of the organisations that the contact belongs to, sorted, as far as it was looked for them.
        weighty: Those of them on which it depends whether they are active.
        stamps: The stamps that this was noted with, each time that it was seen.
        answer: What followed from it the last time, and from which scope and action; None where time matters.
    """

    asked: Asked
    lines: Sequence[Sequence[Any]]  # of every type
    settings: PortalSettings
    facts: ClientFacts
    expires: bool
    lying: Lying
    belonging: tuple[str, ...]
    weighty: tuple[str, ...]
    stamps: Stamps
    answer: tuple[PortalScope, Action, Decision] | None = None

    def answered(self, scope: PortalScope, action: Action) -> Decision | None:
        """Return what followed from it for this scope and action, where that is known."""
        answer = self.answer
        return None if answer is None or answer[0] is not scope or answer[1] is not action else answer[2]

    @property
    def is_near(self) -> bool:
        """Whether everything was looked for that can decide, but for grants on what the thing lies in."""
        asked = self.asked
        return (
            self.belonging == asked.belonging
            and self.lying == asked.lying
            and (self.weighty == asked.weighed or {*self.weighty} <= {*asked.weighed})
        )

    @property
    def is_whole(self) -> bool:
        """Whether everything was looked for that can decide, but for what the host says."""
        return self.is_near and not self.asked.leaves_out


@attrs.frozen
class DocumentSight:
    """
    What was seen of a document.

    Attributes:
        lines: What the store answered.
        document: What this means: itself.
        version: The one that readers get.
        file: That of this version.
    """

    lines: Sequence[Sequence[Any]]  # of every type
    document: Document
    version: DocumentVersion
    file: StoredFile


class Guesses:
    """What this process saw last, for the tenants of one kit."""

    def __init__(self) -> None:
        self._belonging: dict[_Key, tuple[str, ...]] = {}
        self._lying: dict[_Key, Lying] = {}
        self._sights: dict[tuple[TenantId, str, str], Sight] = {}
        self._documents: dict[_Key, DocumentSight] = {}
        self._prepared: dict[Callable[[RecordStore], Any], tuple[RecordStore, Any]] = {}  # of every class

    def prepared(self, make: Callable[[RecordStore], T], records: RecordStore) -> T:
        """
        Return what is made once for a store, so that a view of another tenant, made for a request, finds it there.

        The stores of joined kits and rehearsals come and go; for them it is made each time.
        """
        known = self._prepared.get(make)
        if known is None:
            known = self._prepared.setdefault(make, (records, make(records)))
        of, made = known
        kept: T = made if of is records else make(records)
        return kept

    def sight(self, tenant: TenantId, contact: str, thing: str) -> Sight | None:
        """Return what was seen of both."""
        return self._sights.get((tenant, contact, thing))

    def belonging(self, tenant: TenantId, contact: str) -> tuple[str, ...]:
        """Return the ids of the organisations that a contact belonged to."""
        return self._belonging.get((tenant, contact), ())

    def lying(self, tenant: TenantId, thing: str) -> Lying | None:
        """Return where a thing lay."""
        return self._lying.get((tenant, thing))

    def belongs(self, tenant: TenantId, contact: str, organizations: tuple[str, ...]) -> None:
        """Remember to what a contact belongs."""
        _remember(self._belonging, (tenant, contact), organizations, _MOST)

    def lies(self, tenant: TenantId, thing: str, lying: Lying) -> None:
        """Remember where a thing lies."""
        _remember(self._lying, (tenant, thing), lying, _MOST)

    def saw(self, tenant: TenantId, contact: str, thing: str, sight: Sight) -> None:
        """Remember what was seen of both."""
        _remember(self._sights, (tenant, contact, thing), sight, _MOST_SIGHTS)

    def document(self, tenant: TenantId, id_: str) -> DocumentSight | None:
        """Return what was seen of a document."""
        return self._documents.get((tenant, id_))

    def saw_document(self, tenant: TenantId, id_: str, sight: DocumentSight) -> None:
        """Remember what was seen of a document."""
        _remember(self._documents, (tenant, id_), sight, _MOST_SIGHTS)


def _remember(known: dict[Any, Any], key: object, value: object, most: int) -> None:  # of every type
    if len(known) >= most:
        known.clear()
    known[key] = value
