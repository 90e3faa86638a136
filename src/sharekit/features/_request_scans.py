"""
What becomes of a request when a scanner finds something in a file that came: it does not count any more.
"""

from collections.abc import Sequence

from sharekit.codec.kinds_of_requests import DOCUMENT_REQUEST, REQUEST_RECIPIENT, SUBMISSION
from sharekit.features._facts import chain_of
from sharekit.features._request_facts import submissions_of, told
from sharekit.features._request_rules import keep_step
from sharekit.features._unit import Unit
from sharekit.policies.requests import RequestStep, is_complete
from sharekit.ports import Eq
from sharekit.records import events
from sharekit.records.catalog import CatalogEntry, ResourceRef
from sharekit.records.files import StoredFile
from sharekit.records.parties import System
from sharekit.records.requests import DocumentRequest, RequestRecipient
from sharekit.records.submissions import Submission, SubmissionKeys

__all__ = ["lost", "said_infected"]

_SCANNER = System("scanner")


def lost(unit: Unit, document: ResourceRef, file: StoredFile) -> None:
    """Have the request that a document answers go back when an infected file was needed, and say so."""
    for submission in unit.find(SUBMISSION, Eq(SubmissionKeys.DOCUMENT, document.key)):
        request, part = (
            unit.get(DOCUMENT_REQUEST, submission.request),
            unit.get(REQUEST_RECIPIENT, submission.recipient),
        )
        if submission.file != file.id or request is None or part is None:
            continue
        # Put, even unchanged: a file that is filed at the same time counted this one, and begins again.
        unit.put(REQUEST_RECIPIENT, part)
        missing = not is_complete(request.items, submissions_of(unit, part))
        moved = keep_step(unit, part, RequestStep.LOSE) if missing else part
        said_infected(unit, request, moved, chain_of(unit, request.about), submission, missing=missing)


def said_infected(
    unit: Unit,
    request: DocumentRequest,
    part: RequestRecipient,
    chain: Sequence[CatalogEntry],
    submission: Submission,
    *,
    missing: bool,
) -> None:
    """Say that an infected file came."""
    unit.emit(
        events.SubmissionInfected(
            tenant=unit.tenant,
            at=unit.now,
            by=_SCANNER,
            ref=request.about,
            request=request.id,
            party=part.contact.key,
            submission=submission.id,
            item=submission.item,
            document=submission.document.key,
            state=str(part.state),
            missing=missing,
            notify=told(request, chain),
        )
    )
