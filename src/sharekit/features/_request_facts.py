"""
Reads requests: what decides about an upload page, and what its contact may know.
"""

import json
from collections.abc import Sequence
from datetime import datetime

import attrs

from sharekit.codec.kinds_of_documents import STORED_FILE
from sharekit.codec.kinds_of_people import PORTAL_ACCESS
from sharekit.codec.kinds_of_requests import DOCUMENT_REQUEST, REQUEST_RECIPIENT, SUBMISSION
from sharekit.errors import IntegrityError, InvalidInputError, NotFoundError
from sharekit.features._facts import chain_of, rights_on
from sharekit.features._parties import contact_of
from sharekit.features._request_wording import filled
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import RequestId
from sharekit.policies.links import may_go_on_sharing
from sharekit.policies.requests import RequestRefusal, counted, judge_request
from sharekit.ports import Eq, OrderBy
from sharekit.records.catalog import CatalogEntry
from sharekit.records.invitations import portal_access_id
from sharekit.records.parties import ContactProfile, Principal, Staff, parse_party
from sharekit.records.requests import DocumentRequest, RecipientKeys, RequestItem, RequestRecipient
from sharekit.records.submissions import ItemView, Receipt, RequestView, Submission, SubmissionKeys
from sharekit.records.uploads import UploadPolicy
from sharekit.tokens import Purpose

__all__ = [
    "RequestFacts",
    "find_request",
    "policy_for",
    "receipt_of",
    "recipients_of",
    "request_facts",
    "request_view",
    "submissions_of",
    "told",
]


@attrs.frozen(kw_only=True)
class RequestFacts:
    """
    What decides about one contact's part of a request.

    Attributes:
        request: The request.
        recipient: How far the contact has come.
        chain: The entry of what it is about, then each container above it.
        contact: The contact; None when they are gone.
        refusal: Why there is no upload page; None when there is.
    """

    request: DocumentRequest
    recipient: RequestRecipient
    chain: Sequence[CatalogEntry]
    contact: ContactProfile | None
    refusal: RequestRefusal | None


def find_request(unit: Unit, request: object) -> DocumentRequest:
    """Return a request as it is now, with its recipients; raise `NotFoundError` when there is none."""
    if isinstance(request, DocumentRequest):
        if request.tenant != unit.tenant:
            raise NotFoundError(DOCUMENT_REQUEST.name)
        request = request.id
    if not isinstance(request, str):
        raise InvalidInputError("request", "needs a DocumentRequest or its id")
    found = unit.get(DOCUMENT_REQUEST, request)
    if found is None:
        raise NotFoundError(DOCUMENT_REQUEST.name)
    return attrs.evolve(found, recipients=recipients_of(unit, found.id))


def recipients_of(unit: Unit, request: RequestId) -> tuple[RequestRecipient, ...]:
    """Return who was asked, in the order in which they were named."""
    found = unit.find(REQUEST_RECIPIENT, Eq(RecipientKeys.REQUEST, request))
    return tuple(sorted(found, key=lambda recipient: recipient.place))


def submissions_of(unit: Unit, recipient: RequestRecipient) -> list[Submission]:
    """Return what a contact sent, the oldest first, with what a scanner said of it by now."""
    sent = unit.find(SUBMISSION, Eq(SubmissionKeys.RECIPIENT, recipient.id), order=OrderBy(SubmissionKeys.NUMBER))
    scans = {file.id: file.scan for file in unit.get_many(STORED_FILE, [each.file for each in sent])}
    return [attrs.evolve(each, scan=scans.get(each.file, each.scan)) for each in sent]


def request_facts(wiring: Wiring, unit: Unit, recipient: RequestRecipient, generation: int) -> RequestFacts:
    """Return what decides about one contact's part of a request, for a token of this generation."""
    request = unit.get(DOCUMENT_REQUEST, recipient.request)
    if request is None:
        raise IntegrityError(REQUEST_RECIPIENT.name, "it belongs to no request")
    chain = chain_of(unit, request.about)
    contact = contact_of(wiring, unit, recipient.contact.id)
    refusal = judge_request(
        request,
        recipient,
        chain=chain,
        contact=contact,
        access=unit.get(PORTAL_ACCESS, portal_access_id(recipient.contact)),
        maker_may_share=may_go_on_sharing(rights_on(wiring, unit, _maker(request), request.about, chain)),
        generation=generation,
        now=unit.now,
    )
    return RequestFacts(request=request, recipient=recipient, chain=chain, contact=contact, refusal=refusal)


def _maker(request: DocumentRequest) -> Principal:
    try:
        return parse_party(request.created_by)
    except InvalidInputError:
        raise IntegrityError(DOCUMENT_REQUEST.name, "it names no maker") from None


def told(request: DocumentRequest, chain: Sequence[CatalogEntry]) -> frozenset[str]:
    """Return the keys of the staff who hear of what comes: those named, else who owns what it is about (C7)."""
    if request.notify:
        return request.notify
    owner = next((entry.owner for entry in chain if entry.owner is not None), None)
    if owner is None and request.created_by.startswith(f"{Staff.type}:"):
        owner = request.created_by
    return frozenset() if owner is None else frozenset({owner})


def policy_for(wiring: Wiring, item: RequestItem) -> UploadPolicy:
    """Return what may be sent for an item: what the kit lets in, narrowed, and widened with a reason alone (R-UP-6)."""
    ours = wiring.uploads
    policy = UploadPolicy(
        accept=ours.accept if item.accept is None else item.accept,
        allow=item.allow or (ours.allow if item.accept is None else {}),
        max_bytes=item.max_bytes or ours.max_bytes,
    )
    wider = policy.extensions - ours.extensions - frozenset(item.allow)
    if wider:
        raise InvalidInputError("accept", f"takes {', '.join(sorted(wider))}, which this kit does not let in")
    if policy.max_bytes > ours.max_bytes:
        raise InvalidInputError("max_bytes", f"is more than the {ours.max_bytes} bytes that this kit lets in")
    return policy


def receipt_of(wiring: Wiring, submission: Submission) -> Receipt:
    """Return the signed receipt of a submission, the same each time while the key is the newest."""
    facts = {
        "submission": submission.id,
        "request": submission.request,
        "item": submission.item,
        "name": submission.name,
        "size": submission.size,
        "sha256": submission.sha256,
        "at": submission.at.isoformat(timespec="microseconds"),
        "tenant": submission.tenant,
    }
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return Receipt(
        submission=submission.id,
        request=submission.request,
        name=submission.name,
        size=submission.size,
        sha256=submission.sha256,
        at=submission.at,
        item=submission.item,
        text=wiring.seals.seal_text(Purpose.RECEIPT, text),
        state=submission.state,
        scan=submission.scan,
    )


def request_view(
    wiring: Wiring,
    request: DocumentRequest,
    recipient: RequestRecipient,
    *,
    contact: ContactProfile,
    entry: CatalogEntry,
    submissions: Sequence[Submission],
    locale: str | None,
    at: datetime,
) -> RequestView:
    """Return a request as one contact sees it; *locale* is their language when none is known of them."""
    language = contact.locale or locale
    title = entry.client_title or wiring.kind_of(entry.ref).title_in(language)
    text = filled(request.text_in(language), name=contact.name, title=title)
    return RequestView(
        request=request.id,
        contact=recipient.contact,
        contact_name=contact.name,
        locale=contact.locale,
        subject=text.subject,
        body=text.body,
        button=text.button,
        about=title,
        items=tuple(_item_view(wiring, item, submissions, language) for item in request.items),
        state=recipient.state,
        due=request.due,
        expires_at=request.expires_at,
        files_left=max(request.max_files - recipient.files_held, 0),
        bytes_left=max(request.max_total_bytes - recipient.bytes_held, 0),
        receipts=tuple(receipt_of(wiring, each) for each in submissions),
        at=at,
    )


def _item_view(wiring: Wiring, item: RequestItem, submissions: Sequence[Submission], language: str | None) -> ItemView:
    policy = policy_for(wiring, item)
    return ItemView(
        key=item.key,
        title=item.title_in(language),
        note=item.note,
        types=tuple(sorted((*policy.accept, *policy.allow))),
        extensions=tuple(sorted(policy.extensions)),
        max_bytes=policy.max_bytes,
        min=item.min,
        max=item.max,
        received=counted(item, submissions),
        reasons=tuple(each.reason for each in submissions if each.item == item.key and each.reason is not None),
    )
