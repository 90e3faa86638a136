"""
Remembers what the entries of the catalog meant that links led to, for as long as some are read again.

Five links of a project read its entry five times. Among so many projects that none comes again soon,
remembering would be in vain, and cost as much as it is to save.
"""

from typing import Final

from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.ids import TenantId
from sharekit.records.catalog import CatalogEntry

__all__ = ["RecentEntries"]

_MOST: Final = 4096
_SAMPLE: Final = 256
"""After so many were noted it is seen whether that pays."""
_ENOUGH: Final = 4
"""How many of them must have been read again. Where they are 4 000 in all, nine are at the first 256."""
_ONE_OF: Final = 16
"""Where it does not pay, one of so many is noted, which tells when it does again."""

_Seen = tuple[TenantId, str, int, str, int | None]


class RecentEntries:
    """Decodes entries, but those that were noted. It only saves the decoding, never the reading."""

    def __init__(self) -> None:
        self._known: dict[_Seen, CatalogEntry] = {}
        self._noted = 0
        self._again = 0
        self._between = 0
        self._passed = 0

    def of(self, *seen: *_Seen) -> CatalogEntry:
        """
        Return the entry of a row of which tenant, id, schema, body and children were seen.

        Raises:
            IntegrityError: As `RecordKind.load` raises it.
        """
        entry = self._known.get(seen)
        if entry is not None:
            self._again += 1
            return entry
        entry = CATALOG_ENTRY.load_anew(*seen)
        if self._passed < self._between:
            self._passed += 1
        else:
            self._note(seen, entry)
        return entry

    def _note(self, seen: _Seen, entry: CatalogEntry) -> None:
        # Two threads at once may miscount, which costs a little time and nothing else.
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[seen] = entry
        self._passed = 0
        self._noted += 1
        if self._noted >= _SAMPLE:
            self._between = 0 if self._again >= _ENOUGH else _ONE_OF - 1
            self._noted = self._again = 0
