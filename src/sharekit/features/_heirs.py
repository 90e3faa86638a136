"""
Who a contact turned out to be, when they were merged into another.
"""

from collections.abc import Iterable, Mapping

from sharekit.codec.kinds import CONTACT
from sharekit.features._unit import Unit
from sharekit.records.parties import Contact

__all__ = ["heir_of", "heirs_of"]

_PREFIX = f"{Contact.type}:"


def heirs_of(unit: Unit, keys: Iterable[str]) -> Mapping[str, str]:
    """Return for each party key who that is now, through however many mergers; others are who they are."""
    heirs = {key: key for key in keys}
    while True:
        ids = sorted({key.removeprefix(_PREFIX) for key in heirs.values() if key.startswith(_PREFIX)})
        merged = {
            Contact(each.id).key: each.merged_into.key
            for each in unit.get_many(CONTACT, ids)
            if each.merged_into is not None
        }
        if not merged:
            return heirs
        heirs = {key: merged.get(heir, heir) for key, heir in heirs.items()}


def heir_of(unit: Unit, key: str) -> str:
    """Return who one of them is now."""
    return heirs_of(unit, [key])[key]
