"""
Who hears of news: their names, addresses and languages, as they are now.
"""

import attrs

from sharekit.codec.kinds import STAFF
from sharekit.errors import DirectoryError, InvalidInputError, SharekitError
from sharekit.features._parties import ask, contact_of
from sharekit.features._unit import Unit, Wiring
from sharekit.ports import SupportsStaff
from sharekit.records import checks
from sharekit.records.parties import Contact, Principal, Staff, parse_party
from sharekit.records.people import StaffInfo

__all__ = ["Reader", "name_of", "reader_of"]


@attrs.frozen(kw_only=True)
class Reader:
    """
    Somebody who may hear of news.

    Attributes:
        party: Who.
        name: Their name.
        email: Where letters to them go, or None for nowhere.
        locale: Their language, or None when it is not known.
    """

    party: Contact | Staff
    name: str
    email: str | None = attrs.field(repr=False)
    locale: str | None


def reader_of(wiring: Wiring, unit: Unit, key: str) -> Reader | None:
    """Return who this is now, or None when they are unknown, not active, or nobody who reads."""
    party = _parsed(key)
    if isinstance(party, Contact):
        contact = contact_of(wiring, unit, party.id)
        if contact is None or not contact.active:
            return None
        return Reader(party=party, name=contact.name, email=contact.email, locale=contact.locale)
    if isinstance(party, Staff):
        return _staff(wiring, unit, party)
    return None


def name_of(wiring: Wiring, unit: Unit, key: str) -> str:
    """Return the name of who did something; empty for machinery, and for whom nobody knows."""
    party = _parsed(key)
    if isinstance(party, Contact):
        contact = contact_of(wiring, unit, party.id)
        return "" if contact is None else contact.name
    if isinstance(party, Staff):
        info = _info(wiring, party)
        profile = unit.get(STAFF, party.id)
        if info is not None:
            return info.name
        return "" if profile is None else profile.name
    return ""


def _parsed(key: str) -> Principal | None:
    try:
        return parse_party(key)
    except InvalidInputError:
        return None


def _staff(wiring: Wiring, unit: Unit, staff: Staff) -> Reader | None:
    profile, info = unit.get(STAFF, staff.id), _info(wiring, staff)
    if (profile is not None and not profile.active) or (info is not None and not info.active):
        return None
    if info is not None:
        return Reader(party=staff, name=info.name, email=info.email, locale=info.locale)
    if profile is not None:
        return Reader(party=staff, name=profile.name, email=profile.email, locale=profile.locale)
    # The portal shows them their news all the same.
    return Reader(party=staff, name="", email=None, locale=None)


def _info(wiring: Wiring, staff: Staff) -> StaffInfo | None:
    directory: object = wiring.directory
    if directory is None or not isinstance(directory, SupportsStaff):
        return None
    info: object = ask(lambda: directory.staff_info(staff.id))
    if info is None:
        return None
    if not isinstance(info, StaffInfo) or info.id != staff.id:
        raise DirectoryError
    try:
        checks.title("name", info.name)
        if info.email is not None:
            checks.email("email", info.email)
        if info.locale is not None:
            checks.locale("locale", info.locale)
        checks.flag("active", info.active)
    except SharekitError as error:
        raise DirectoryError from error
    return info
