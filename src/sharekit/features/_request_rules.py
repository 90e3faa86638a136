"""
What must hold before something is asked for, and what ends a request from outside of it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from sharekit.codec.kinds_of_people import PORTAL_ACCESS
from sharekit.codec.kinds_of_requests import DOCUMENT_REQUEST, REQUEST_RECIPIENT
from sharekit.errors import InvalidInputError
from sharekit.features._facts import chain_of
from sharekit.features._request_facts import recipients_of
from sharekit.features._unit import Unit
from sharekit.policies.requests import RequestStep, after, epoch_of, is_admitted
from sharekit.ports import Condition, Eq, In, InSelect, Select
from sharekit.records import events
from sharekit.records.catalog import CatalogEntry, ResourceRef
from sharekit.records.instants import utc
from sharekit.records.invitations import portal_access_id
from sharekit.records.parties import Contact, ContactProfile, Principal, Staff
from sharekit.records.requests import (
    DocumentRequest,
    RecipientKeys,
    RequestKeys,
    RequestRecipient,
    RequestState,
)

__all__ = [
    "contacts_given",
    "end_parts",
    "end_requests",
    "ended",
    "epoch_now",
    "hand_over_requests",
    "keep_step",
    "move_recipients",
    "requests_with",
    "staff_keys",
    "times",
]

_MOST_CONTACTS: Final = 100
_MOST_TOLD: Final = 50
_IDS_AT_ONCE: Final = 200
_AFTER_DUE: Final = timedelta(days=30)
_WITHOUT_DUE: Final = timedelta(days=90)


def contacts_given(to: object) -> list[Contact]:
    """Return one or several contacts, each once; refuse anything else."""
    given: list[object] = [to] if isinstance(to, Contact) or not isinstance(to, Iterable) else list(to)
    found = {each.key: each for each in given if isinstance(each, Contact)}
    if not 1 <= len(found) <= _MOST_CONTACTS or any(not isinstance(each, Contact) for each in given):
        raise InvalidInputError("to", f"needs 1 to {_MOST_CONTACTS} Contacts")
    return list(found.values())


def staff_keys(notify: object) -> frozenset[str]:
    """Return the keys of one or several members of staff; none for None."""
    if notify is None:
        return frozenset()
    given: list[object] = [notify] if isinstance(notify, Staff) or not isinstance(notify, Iterable) else list(notify)
    keys = frozenset(each.key for each in given if isinstance(each, Staff))
    if not 1 <= len(keys) <= _MOST_TOLD or any(not isinstance(each, Staff) for each in given):
        raise InvalidInputError("notify", f"needs 1 to {_MOST_TOLD} Staff, or None for whoever owns the case")
    return keys


def times(now: datetime, due: datetime | None, expires_at: datetime | None) -> tuple[datetime | None, datetime]:
    """Return until when something is wanted, and from when on nothing is taken, both in UTC."""
    wanted = None if due is None else utc("due", due)
    if wanted is not None and wanted <= now:
        raise InvalidInputError("due", "is over already")
    if expires_at is None:
        return wanted, now + _WITHOUT_DUE if wanted is None else wanted + _AFTER_DUE
    ends = utc("expires_at", expires_at)
    if ends <= now:
        raise InvalidInputError("expires_at", "is over already")
    if wanted is not None and ends < wanted:
        raise InvalidInputError("expires_at", "is before the date until which it is wanted")
    return wanted, ends


def epoch_now(unit: Unit, contact: ContactProfile) -> int:
    """Return the epoch of a contact's access; refuse one whose access was withdrawn."""
    access = unit.get(PORTAL_ACCESS, portal_access_id(contact))
    if not is_admitted(access, epoch_of(access)):
        raise InvalidInputError("to", "names a contact whose access was withdrawn; invite them again first")
    return epoch_of(access)


def keep_step(
    unit: Unit, recipient: RequestRecipient, step: RequestStep, *, reason: str | None = None
) -> RequestRecipient:
    """Put where a step leads a contact, and return that; raise `RequestStateError` where it leads nowhere."""
    state = after(recipient.state, step)
    moved = attrs.evolve(
        recipient,
        state=state,
        changed_at=recipient.changed_at if state is recipient.state else unit.now,
        reason=reason or recipient.reason,
        generation=recipient.generation + (state.is_over and not recipient.state.is_over),
    )
    if moved != recipient:
        unit.put(REQUEST_RECIPIENT, moved)
    return moved


def ended(
    unit: Unit, request: DocumentRequest, recipient: RequestRecipient, step: RequestStep, by: Principal
) -> RequestRecipient:
    """End what was asked of a contact, and say so; to do it again changes nothing."""
    moved = keep_step(unit, recipient, step)
    if moved.state is not recipient.state:
        event = events.RequestClosed if step is RequestStep.CLOSE else events.RequestCancelled
        unit.emit(
            event(
                tenant=unit.tenant,
                at=unit.now,
                by=by,
                ref=request.about,
                request=request.id,
                party=recipient.contact.key,
            )
        )
    return moved


def end_requests(unit: Unit, hidden: Sequence[CatalogEntry], by: Principal) -> None:
    """End the requests about things that clients may no longer see; showing the things again revives none."""
    keys = [entry.ref.key for entry in hidden]
    for start in range(0, len(keys), _IDS_AT_ONCE):
        for request in unit.find(DOCUMENT_REQUEST, In(RequestKeys.RESOURCE, keys[start : start + _IDS_AT_ONCE])):
            end_parts(unit, request, recipients_of(unit, request.id), by)


def end_parts(unit: Unit, request: DocumentRequest, parts: Iterable[RequestRecipient], by: Principal) -> None:
    """Cancel these parts of a request; close those that were accepted."""
    for part in parts:
        if not part.state.is_over:
            is_done = part.state is RequestState.ACCEPTED
            ended(unit, request, part, RequestStep.CLOSE if is_done else RequestStep.CANCEL, by)


def requests_with(target: object) -> Condition:
    """Return the condition that finds the requests about a thing, to a contact, or by a member of staff."""
    if isinstance(target, ResourceRef):
        return Eq(RequestKeys.RESOURCE, target.key)
    if isinstance(target, Contact):
        of_contact = Eq(RecipientKeys.CONTACT, target.id)
        return InSelect("id", Select(REQUEST_RECIPIENT.name, RecipientKeys.REQUEST, of_contact))
    if isinstance(target, Staff):
        return Eq(RequestKeys.CREATED_BY, target.key)
    raise InvalidInputError("target", "needs a ResourceRef, a Contact or a Staff")


def hand_over_requests(unit: Unit, moved: Sequence[CatalogEntry], owner: Staff, to: Staff) -> None:
    """Have the requests that the owner made about these things, and about what lies in them, be the other's."""
    handed = {entry.node for entry in moved}
    for request in unit.find(DOCUMENT_REQUEST, Eq(RequestKeys.CREATED_BY, owner.key)):
        if handed & {entry.node for entry in chain_of(unit, request.about)}:
            notify = frozenset(to.key if key == owner.key else key for key in request.notify)
            unit.put(DOCUMENT_REQUEST, attrs.evolve(request, created_by=to.key, notify=notify))


def move_recipients(unit: Unit, contact: ContactProfile, into: ContactProfile, _: Principal) -> None:
    """Have the second contact answer what the first was asked."""
    epoch = epoch_of(unit.get(PORTAL_ACCESS, portal_access_id(into)))
    theirs = unit.get(PORTAL_ACCESS, portal_access_id(contact))
    for recipient in unit.find(REQUEST_RECIPIENT, Eq(RecipientKeys.CONTACT, contact.id)):
        # What was dead by a withdrawal stays dead.
        still = epoch if is_admitted(theirs, recipient.access_epoch) else 0
        unit.put(REQUEST_RECIPIENT, attrs.evolve(recipient, contact=Contact(into.id), access_epoch=still))
