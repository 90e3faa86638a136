"""
Places for files: each file on its way has one, so that quotas are exact however many come at the same time.

A place is a row and two counters of the contact's part of the request. The counters are raised first in each
transaction, which makes transactions about one part wait for each other; what they read then is how it is.
A place that is given up is counted as returned, for a counter only ever grows.
"""

from datetime import timedelta
from typing import Final

from sharekit.codec.kinds_of_requests import PENDING_UPLOAD, REQUEST_RECIPIENT
from sharekit.errors import NotFoundError, RequestStateError, RequestUnavailableError, UploadLimitError
from sharekit.features._request_facts import RequestFacts, request_facts, submissions_of
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import RequestRecipientId, UploadId, random_id
from sharekit.policies.requests import RequestRefusal, counted
from sharekit.ports import AllOf, Eq, Range
from sharekit.records.requests import RecipientKeys, RequestItem, RequestState
from sharekit.records.submissions import PendingUpload, UploadKeys

__all__ = ["LIVES", "admitted", "find_upload", "give_up", "hold", "returned"]

LIVES: Final = timedelta(hours=12)
"""How long a file may be on its way: half of what the sweep leaves alone (R-BLOB-2)."""

_AT_ONCE: Final = 200
_RECEIVE: Final = "receive"


def admitted(
    wiring: Wiring, unit: Unit, recipient: RequestRecipientId, generation: int, *, to_send: bool = False
) -> RequestFacts:
    """
    Return what decides about an upload page that is there.

    Args:
        wiring: Where.
        unit: Where to read.
        recipient: The id that the token says.
        generation: The generation that the token says.
        to_send: Whether a file is to come.

    Raises:
        RequestUnavailableError: It is not there.
        RequestStateError: Nothing more is taken.
    """
    part = unit.get(REQUEST_RECIPIENT, recipient)
    if part is None:
        raise RequestUnavailableError
    facts = request_facts(wiring, unit, part, generation)
    if facts.refusal is not None or facts.contact is None:
        raise RequestUnavailableError(expired=facts.refusal is RequestRefusal.EXPIRED)
    if to_send and part.state is RequestState.ACCEPTED:
        raise RequestStateError(part.state, _RECEIVE)
    return facts


def hold(
    wiring: Wiring,
    recipient: RequestRecipientId,
    generation: int,
    item: RequestItem,
    *,
    name: str,
    most: int,
    size: int | None,
    resumable: bool = False,
) -> PendingUpload:
    """
    Keep a place for a file; nothing of it has travelled yet.

    Args:
        wiring: Where.
        recipient: Whose part.
        generation: The generation that the token says.
        item: What the file answers.
        name: Its name.
        most: How many bytes it may have.
        size: How many bytes it will have; None where nobody said: then as many as there is room for.
        resumable: Whether it comes in parts.

    Raises:
        UploadLimitError: There is no room.
        RequestUnavailableError: The request is over.
        RequestStateError: Nothing more is taken.
    """

    def work(unit: Unit) -> PendingUpload:
        if unit.bump(REQUEST_RECIPIENT, recipient, RecipientKeys.FILES_TAKEN, None) is None:
            raise RequestUnavailableError
        for late in _late(unit, recipient):
            returned(unit, late)
        facts = admitted(wiring, unit, recipient, generation, to_send=True)
        request, part = facts.request, facts.recipient
        if part.files_held > request.max_files:
            raise UploadLimitError("files", request.max_files)
        under_way = unit.find(PENDING_UPLOAD, Eq(UploadKeys.RECIPIENT, recipient))
        waiting = sum(1 for each in under_way if each.item == item.key and each.submission is None)
        if counted(item, submissions_of(unit, part)) + waiting >= item.max:
            raise UploadLimitError("item", item.max)
        room = request.max_total_bytes - part.bytes_held
        wanted = min(most, room) if size is None else max(size, 1)
        if not 0 < wanted <= room:
            raise UploadLimitError("bytes", request.max_total_bytes)
        unit.bump(REQUEST_RECIPIENT, recipient, RecipientKeys.BYTES_TAKEN, None, wanted)
        upload = PendingUpload(
            tenant=unit.tenant,
            id=UploadId(random_id()),
            recipient=recipient,
            item=item.key,
            name=name,
            reserved=wanted,
            resumable=resumable,
            created_at=unit.now,
            expires_at=min(unit.now + LIVES, request.expires_at),
        )
        unit.put(PENDING_UPLOAD, upload)
        return upload

    return wiring.write(work)


def find_upload(unit: Unit, recipient: RequestRecipientId, upload: str) -> PendingUpload:
    """Return a file on its way that belongs to this part; any other is unknown (R-AUTH-3)."""
    found = unit.get(PENDING_UPLOAD, upload)
    if found is None or found.recipient != recipient or found.expires_at <= unit.now:
        raise NotFoundError("upload")
    return found


def returned(unit: Unit, upload: PendingUpload) -> None:
    """Give up the place of a file that this unit read."""
    unit.delete(PENDING_UPLOAD, upload.id)
    if upload.submission is None:
        unit.bump(REQUEST_RECIPIENT, upload.recipient, RecipientKeys.FILES_RETURNED, None)
        unit.bump(REQUEST_RECIPIENT, upload.recipient, RecipientKeys.BYTES_RETURNED, None, upload.reserved)


def give_up(wiring: Wiring, id_: UploadId) -> PendingUpload | None:
    """Give up the place of a file, unless that has happened already; return what was known of it."""

    def work(unit: Unit) -> PendingUpload | None:
        upload = unit.get(PENDING_UPLOAD, id_)
        if upload is not None:
            returned(unit, upload)
        return upload

    return wiring.write(work)


def _late(unit: Unit, recipient: RequestRecipientId) -> list[PendingUpload]:
    # Parts that came have intents of their own, by which the sweep finds them.
    late = AllOf([Eq(UploadKeys.RECIPIENT, recipient), Range(UploadKeys.EXPIRES_AT, at_most=unit.now)])
    return unit.find(PENDING_UPLOAD, late, limit=_AT_ONCE)
