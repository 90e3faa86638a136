"""
Files what a contact sent: it becomes a submission, and a document of what the request is about (C5).
"""

from datetime import timedelta
from typing import Final

import attrs

from sharekit.codec.kinds import CATALOG_ENTRY
from sharekit.codec.kinds_of_documents import REPEATED
from sharekit.codec.kinds_of_requests import PENDING_UPLOAD, REQUEST_RECIPIENT, SUBMISSION
from sharekit.errors import NotFoundError, UploadLimitError, UploadOffsetError
from sharekit.features._documents import Once, entered, owner_above
from sharekit.features._entering import open_container
from sharekit.features._intake import Gate, Keep, Received, settle
from sharekit.features._request_facts import RequestFacts, receipt_of, submissions_of, told
from sharekit.features._request_places import admitted, find_upload
from sharekit.features._request_rules import keep_step
from sharekit.features._request_scans import said_infected
from sharekit.features._tree import held, keep_entry, settled
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import SubmissionId, random_id
from sharekit.policies.requests import RequestStep, is_complete
from sharekit.records import events
from sharekit.records.catalog import Inheritance, ResourceRef, Visibility
from sharekit.records.documents import Provenance, Source
from sharekit.records.files import ScanState
from sharekit.records.parties import Contact
from sharekit.records.requests import RecipientKeys, RequestItem, RequestState
from sharekit.records.submissions import PendingUpload, Submission

__all__ = ["Sending", "filed", "is_repeat", "said_submitted", "submission_at"]

_REMEMBERED: Final = timedelta(hours=24)


@attrs.frozen(kw_only=True)
class Sending:
    """
    One file that a contact sends.

    Attributes:
        wiring: Where to, in transactions that join nothing.
        generation: What the token says.
        facts: What decided when it was let in; what decides is read again when it is filed.
        item: What it answers.
        gate: What it must pass.
        key: The sender's idempotency key, or None.
    """

    wiring: Wiring
    generation: int
    facts: RequestFacts
    item: RequestItem
    gate: Gate
    key: str | None = None

    @property
    def sender(self) -> Contact:
        """Who sends it."""
        return Contact(self.facts.recipient.contact.id)

    @property
    def once(self) -> Once:
        """The idempotency key."""
        return Once.checked(f"submit {self.facts.recipient.id}", self.sender, self.key)


def is_repeat(sending: Sending) -> bool:
    """Say whether something was sent under this idempotency key already; whether it was the same shows later."""
    once = sending.once
    if once.id is None:
        return False
    with sending.wiring.reading() as unit:
        known = unit.get(REPEATED, once.id)
        return known is not None and unit.now < known.at + _REMEMBERED


def filed(sending: Sending, received: Received, upload: PendingUpload | None) -> Submission:
    """
    Make a received file a submission and a document, in one transaction, and have the request go on.

    Args:
        sending: What was sent.
        received: The file; its bytes are discarded when this fails, or when the same came before.
        upload: The place that it has; None for what came before under the same key.
    """
    wiring, facts = sending.wiring, sending.facts

    def work(unit: Unit, keep: Keep) -> Submission:
        once = sending.once.of(sending.item.key, received.name.display, received.file.sha256)
        # First, so that transactions about one part wait for each other, and read what the others left.
        held(unit, facts.request.about)
        unit.bump(REQUEST_RECIPIENT, facts.recipient.id, RecipientKeys.RECEIVED, None)
        earlier = once.earlier(unit)
        if earlier is not None:
            return submission_at(unit, SubmissionId(earlier))
        now = admitted(wiring, unit, facts.recipient.id, sending.generation, to_send=True)
        if upload is None:
            raise UploadLimitError("files", facts.request.max_files)
        place = find_upload(unit, facts.recipient.id, upload.id)
        if place.parts != upload.parts or place.submission is not None:
            raise UploadOffsetError(place.reserved if place.submission is not None else place.offset)
        submission = _entered(sending, unit, now, received, keep)
        once.note(unit, submission.id)
        _settled(unit, place, submission)
        _went_on(unit, now, submission)
        return submission

    submission = settle(wiring, [received], work)
    return attrs.evolve(submission, receipt=receipt_of(wiring, submission).text)


def submission_at(unit: Unit, id_: SubmissionId) -> Submission:
    """Return a submission that must be there."""
    found = unit.get(SUBMISSION, id_)
    if found is None:
        raise NotFoundError(SUBMISSION.name)
    return found


def _entered(sending: Sending, unit: Unit, facts: RequestFacts, received: Received, keep: Keep) -> Submission:
    request = facts.request
    above = open_container(unit, request.about)
    file = keep(received)
    document = entered(
        sending.wiring,
        unit,
        received,
        file,
        above=above,
        by=sending.sender,
        creator=owner_above(above),
        visibility=Visibility.CLIENT,
        provenance=Provenance(source=Source.PORTAL, sender=sending.sender.key, request=request.id),
    )
    _keep_from_others(unit, document.ref, above[0].ref)
    submission = Submission(
        tenant=unit.tenant,
        id=SubmissionId(random_id()),
        request=request.id,
        recipient=facts.recipient.id,
        contact=sending.sender,
        number=facts.recipient.received,
        item=sending.item.key,
        document=document.ref,
        file=file.id,
        name=received.name.display,
        size=file.size,
        sha256=file.sha256,
        at=unit.now,
        scan=file.scan,
    )
    unit.put(SUBMISSION, submission)
    return submission


def _keep_from_others(unit: Unit, document: ResourceRef, container: ResourceRef) -> None:
    """Keep what is granted on a case from reaching what one contact sent: others who see the case do not see it."""
    entry, above = unit.get(CATALOG_ENTRY, document.key), unit.get(CATALOG_ENTRY, container.key)
    assert entry is not None  # noqa: S101  # it was entered in this transaction
    if entry.inherits is not Inheritance.CLOSED:
        keep_entry(unit, entry, settled(attrs.evolve(entry, inherits=Inheritance.CLOSED), above))


def _settled(unit: Unit, place: PendingUpload, submission: Submission) -> None:
    """Have the file keep no more than it needs, and end its being on its way."""
    if place.resumable:
        # Who sent the last part and did not hear the answer asks for it.
        unit.put(PENDING_UPLOAD, attrs.evolve(place, submission=submission.id, parts=()))
    else:
        unit.delete(PENDING_UPLOAD, place.id)
    if place.reserved > submission.size:
        spare = place.reserved - submission.size
        unit.bump(REQUEST_RECIPIENT, place.recipient, RecipientKeys.BYTES_RETURNED, None, spare)


def _went_on(unit: Unit, facts: RequestFacts, submission: Submission) -> None:
    """Have the request go on by one file, and say so."""
    request = facts.request
    unit.emit(
        events.SubmissionReceived(
            tenant=unit.tenant,
            at=unit.now,
            by=submission.contact,
            ref=request.about,
            request=request.id,
            party=submission.contact.key,
            submission=submission.id,
            item=submission.item,
            document=submission.document.key,
            size=submission.size,
            sha256=submission.sha256,
            notify=told(request, facts.chain),
        )
    )
    part = unit.get(REQUEST_RECIPIENT, facts.recipient.id)
    assert part is not None  # noqa: S101  # it was admitted in this transaction
    complete = is_complete(request.items, submissions_of(unit, part))
    moved = keep_step(unit, part, RequestStep.RECEIVE_ALL if complete else RequestStep.RECEIVE_SOME)
    if moved.state is RequestState.SUBMITTED and part.state is not RequestState.SUBMITTED:
        said_submitted(unit, attrs.evolve(facts, recipient=moved))
    if submission.scan is ScanState.INFECTED:
        said_infected(unit, request, moved, facts.chain, submission, missing=not complete)


def said_submitted(unit: Unit, facts: RequestFacts) -> None:
    """Say that a contact has sent all that they will for now."""
    request, part = facts.request, facts.recipient
    everything = submissions_of(unit, part)
    unit.emit(
        events.RequestSubmitted(
            tenant=unit.tenant,
            at=unit.now,
            by=Contact(part.contact.id),
            ref=request.about,
            request=request.id,
            party=part.contact.key,
            files=sum(1 for each in everything if each.counts),
            complete=is_complete(request.items, everything),
            notify=told(request, facts.chain),
        )
    )
