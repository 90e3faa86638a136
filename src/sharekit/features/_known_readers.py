"""
Who reads lists, as far as it is known from the last time, where the store says that nothing was committed since.
"""

from collections.abc import Callable
from typing import Final, TypeVar

import attrs

from sharekit.features._access_facts import ListReader, list_reader
from sharekit.features._parties import contacts_of_host, organizations_of_host
from sharekit.features._stillness import Stamps, Stillness
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import TenantId
from sharekit.ports import RecordStore
from sharekit.records.parties import Contact

__all__ = ["KnownReaders"]

T = TypeVar("T")

_MOST: Final = 1024


@attrs.frozen
class _Known:
    reader: ListReader
    stamps: Stamps


class KnownReaders:
    """Reads for clients, and reads who they are only where something may have changed."""

    def __init__(self, records: RecordStore) -> None:
        self._stillness = Stillness(records)
        self._known: dict[tuple[TenantId, str], _Known] = {}

    def reading(self, wiring: Wiring, contact: Contact, work: Callable[[Unit, ListReader], T]) -> T:
        """
        Return what some work reads for a client, all of it from one state of the store.

        Args:
            wiring: Where.
            contact: The client.
            work: Reads by the unit, and changes nothing: it may be done a second time.
        """
        if contacts_of_host(wiring) is not None or organizations_of_host(wiring) is not None:
            with wiring.reading() as unit:
                return work(unit, list_reader(wiring, unit, contact))
        key = wiring.tenant, contact.id
        known = self._known.get(key)
        if known is not None and self._stillness.since(known.stamps):
            with wiring.reading() as unit:
                done = work(unit, known.reader)
            # A commit just before the work began would have it read with an older reader.
            if self._stillness.since(known.stamps):
                return done
        stamps = self._stillness.noted()
        with wiring.reading() as unit:
            reader = list_reader(wiring, unit, contact)
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = _Known(reader, stamps)
            return work(unit, reader)
