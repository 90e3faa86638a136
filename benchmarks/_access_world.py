"""
The world of `benchmarks/access.py`: who there is, what lies in what, and what is shared with whom, as plain numbers.

Every side builds the same world from it, each in its own way.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import attrs

__all__ = ["FOLDERS", "MADE", "Grant", "Thing", "World"]

FOLDERS: Final = 5
"""Folders in each project; every second document lies in one, which is depth 2."""
MADE: Final = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

_TYPICAL: Final = 20
_LARGE_PROJECTS = 200
_LARGE_OWN = 20_000
_NOUNS: Final = 100
_FIRST_NOISY_CONTACT: Final = 100
_FIRST_NOISY_ORGANIZATION: Final = 50


@attrs.frozen
class Thing:
    """
    A project, folder or document.

    Attributes:
        number: Its own, unique among all things.
        kind: Of the three.
        above: The numbers of what it lies in, the nearest first.
        title: As clients read it.
        shown: Whether clients may see it at all; a tenth of the documents is internal.
    """

    number: int
    kind: str
    above: tuple[int, ...]
    title: str
    shown: bool = True


@attrs.frozen
class Grant:
    """A thing shared with a contact or, if `organization`, with an organisation."""

    party: int
    thing: int
    organization: bool = attrs.field(default=False, kw_only=True)


@attrs.frozen
class World:
    """
    How much there is of everything. What is shared grows by appending.

    Attributes:
        documents: How many documents.
        contacts: How many contacts.
        organizations: How many organisations.
    """

    documents: int = 100_000
    contacts: int = 10_000
    organizations: int = 1_000

    @property
    def projects(self) -> int:
        """How many projects, of 100 documents each; the documents of one were not made one after the other."""
        return self.documents // 100

    @property
    def typical(self) -> range:
        """Contacts who see some 30 to 250 things: by grants of their own and by an organisation's."""
        return range(_TYPICAL)

    @property
    def large_by_projects(self) -> int:
        """A contact who sees a fifth of all documents, by grants on projects."""
        return _TYPICAL

    @property
    def large_by_own(self) -> int:
        """A contact who sees as much by a grant on each document."""
        return _TYPICAL + 1

    @property
    def shared_projects(self) -> int:
        """How many projects are shared with `large_by_projects`, the first ones."""
        return min(_LARGE_PROJECTS, self.projects // 5)

    @property
    def first_document(self) -> int:
        """The number of the first document."""
        return self.projects * (1 + FOLDERS)

    def things(self) -> Iterator[Thing]:
        """Yield everything, what lies in something after that."""
        chance = random.Random(1)
        nouns = ["".join(chance.choices("abcdefghijklmnoprstuvz", k=6)) for _ in range(_NOUNS)]
        for project in range(self.projects):
            yield Thing(project, "project", (), f"{chance.choice(nouns)} {project}")
        for folder in range(self.projects * FOLDERS):
            yield Thing(self.projects + folder, "folder", (folder // FOLDERS,), f"{chance.choice(nouns)} {folder}")
        for document in range(self.documents):
            project, place = document % self.projects, document // self.projects
            folder = self.projects + project * FOLDERS + place // 2 % FOLDERS
            above = (folder, project) if place % 2 else (project,)
            title = f"{chance.choice(nouns)} {chance.choice(nouns)} {document}"
            yield Thing(self.first_document + document, "document", above, title, shown=document % 10 != 9)

    def search(self) -> str:
        """Return a text that about every fiftieth title has in it."""
        chance = random.Random(1)
        return "".join(chance.choices("abcdefghijklmnoprstuvz", k=6))

    def memberships(self) -> Iterator[tuple[int, int]]:
        """Yield contact and organisation; everybody belongs to one, and every tenth to two."""
        for contact in range(self.contacts):
            first = contact if contact < _FIRST_NOISY_ORGANIZATION else contact % self.organizations
            yield contact, first
            if contact % 10 == 0:
                yield contact, (first + 7) % self.organizations

    def grants(self, size: int) -> Iterator[Grant]:
        """Yield so many grants, of which a smaller number is always the beginning."""
        chance, known = random.Random(2), set[Grant]()
        for grant in self._every_grant(chance):
            if grant not in known:
                known.add(grant)
                yield grant
            if len(known) >= size:
                return

    def _every_grant(self, chance: random.Random) -> Iterator[Grant]:
        for contact in self.typical:
            for _ in range(15 + contact % 4 * 5):
                yield Grant(contact, self._document(chance))
            for _ in range(contact % 3):
                yield Grant(contact, self.projects // 2 + chance.randrange(self.projects // 2), organization=True)
        for project in range(self.shared_projects):
            yield Grant(self.large_by_projects, project)
        for _ in range(10_000):
            yield self._noise(chance)
        for _ in range(min(_LARGE_OWN, self.documents // 5)):
            yield Grant(self.large_by_own, self._document(chance))
        while True:
            yield self._noise(chance)

    def _noise(self, chance: random.Random) -> Grant:
        thing = chance.randrange(self.projects) if chance.random() < 0.1 else self._document(chance)
        if chance.random() < 0.2:
            return Grant(chance.randrange(_FIRST_NOISY_ORGANIZATION, self.organizations), thing, organization=True)
        return Grant(chance.randrange(_FIRST_NOISY_CONTACT, self.contacts), thing)

    def _document(self, chance: random.Random) -> int:
        return self.first_document + chance.randrange(self.documents)
