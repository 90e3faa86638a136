"""
Starting a conversation: what can be said of it beforehand, and who takes part from the beginning.
"""

from collections.abc import Sequence
from typing import Final

from sharekit.errors import InvalidInputError, NotFoundError
from sharekit.features._deciding import decide
from sharekit.features._documents import owner_above
from sharekit.features._facts import require, require_active, require_staff
from sharekit.features._taking_part import Joining
from sharekit.features._unit import Unit, Wiring
from sharekit.records import checks
from sharekit.records.catalog import CatalogEntry, ResourceRef
from sharekit.records.decisions import Action
from sharekit.records.documents import DOCUMENT
from sharekit.records.parties import Contact, Principal, Right, Staff, parse_party

__all__ = ["check_start", "starters_of"]

_MOST: Final = 2**31


def check_start(
    subject: object,
    by: Principal,
    about: object,
    version: object,
    requester: object,
    *,
    with_followers: object,
) -> None:
    """Refuse what cannot be started, before anything is read."""
    checks.title("subject", subject)
    if not isinstance(by, Contact):
        require_staff(by)
    if about is not None and not isinstance(about, ResourceRef):
        raise InvalidInputError("about", "needs a ResourceRef, or None")
    if version is not None:
        checks.whole("version", version, 1, _MOST)
        if about is None or about.kind != DOCUMENT:
            raise InvalidInputError("version", "goes with a document that it is about")
    if requester is not None and not isinstance(requester, Contact):
        raise InvalidInputError("requester", "needs a Contact, or None")
    checks.flag("with_followers", with_followers)
    if with_followers and about is None:
        raise InvalidInputError("with_followers", "goes with a thing that it is about")


def starters_of(
    wiring: Wiring,
    unit: Unit,
    by: Principal,
    parties: Sequence[Joining],
    *,
    about: ResourceRef | None,
    chain: Sequence[CatalogEntry],
) -> tuple[Joining, ...]:
    """Return who takes part from the beginning, when *by* may start it."""
    if isinstance(by, Contact):
        if about is None or not decide(wiring, unit, by, Action.COMMENT, about):
            raise NotFoundError("resource")
        owner = owner_above(tuple(chain))
        answering = None if owner is None else parse_party(owner)
        return (by, answering) if isinstance(answering, Staff) else (by,)
    require_active(unit, by)
    if about is not None:
        if not chain or chain[0].removed_at is not None:
            raise NotFoundError("resource")
        require(wiring, unit, by, Right.VIEW, about, chain=chain)
    own = (Staff(by.id),) if isinstance(by, Staff) else ()
    return tuple(dict.fromkeys((*own, *parties)))
