"""
Answering: staff accept what came, send it back, remind, and end requests.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final

import attrs

from sharekit.codec.kinds_of_requests import DOCUMENT_REQUEST, REQUEST_RECIPIENT, SUBMISSION
from sharekit.errors import NotFoundError, ReminderRefusedError, RequestStateError
from sharekit.features._facts import chain_of, require, require_staff
from sharekit.features._request_facts import find_request, recipients_of, request_facts, submissions_of
from sharekit.features._request_rules import end_parts, ended, keep_step, requests_with
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import RequestId
from sharekit.policies.requests import RequestStep, is_complete
from sharekit.records import checks, events
from sharekit.records.catalog import ResourceRef
from sharekit.records.parties import Contact, Principal, Right, Staff
from sharekit.records.requests import DocumentRequest, RecipientKeys, RequestRecipient, RequestState
from sharekit.records.submissions import Submission, SubmissionState

__all__ = ["Answering"]

_AT_MOST: Final = 3
_PAUSE: Final = timedelta(days=2)
_LONGEST_PAUSE: Final = timedelta(days=365)
_LONGEST_REASON: Final = 2000
_NOTHING: Final = "nothing-missing"

Asked = DocumentRequest | RequestRecipient | RequestId


class Answering:
    """The part of `Requests` that is about what staff do with what came."""

    _wiring: Wiring

    def accept(
        self, what: Submission | RequestRecipient | DocumentRequest, *, by: Principal, item: str | None = None
    ) -> DocumentRequest:
        """
        Be content with one file, with all files for an item, or with all that a contact sent.

        One who has everything accepted that was needed has their request accepted, and can send nothing more.
        So has one whose part is accepted as a whole, also when something is missing: staff know best.

        Args:
            what: A file, the part of one contact, or a whole request: then of all who sent something.
            by: Somebody with the right SHARE on what the request is about.
            item: The key of one item, of a part or a whole request.

        Returns:
            The request as it is now.

        Raises:
            InvalidInputError: An argument cannot be used.
            RequestStateError: There is nothing to accept.
            NotAllowedError: *by* may not.
            NotFoundError: There is no such request or file in this tenant.
        """

        def accepted(unit: Unit, request: DocumentRequest, recipient: RequestRecipient, chosen: "_Chosen") -> None:
            after = _judged(unit, by, chosen, SubmissionState.ACCEPTED, None)
            done = is_complete(request.items, after) and all(
                each.state is SubmissionState.ACCEPTED for each in after if each.counts
            )
            if done or chosen.is_whole:
                self._accept_all(unit, request, recipient, by)
            elif recipient.state.is_over or recipient.state is RequestState.OPEN:
                raise RequestStateError(recipient.state, RequestStep.ACCEPT)

        return self._answered(what, item, by, RequestStep.ACCEPT, accepted)

    def _accept_all(self, unit: Unit, request: DocumentRequest, recipient: RequestRecipient, by: Principal) -> None:
        moved = keep_step(unit, recipient, RequestStep.ACCEPT)
        if moved.state is not recipient.state:
            unit.emit(
                events.RequestAccepted(
                    tenant=unit.tenant,
                    at=unit.now,
                    by=by,
                    ref=request.about,
                    request=request.id,
                    party=recipient.contact.key,
                )
            )

    def send_back(
        self,
        what: Submission | RequestRecipient | DocumentRequest,
        *,
        reason: str,
        by: Principal,
        item: str | None = None,
    ) -> DocumentRequest:
        """
        Ask for something else instead of one file, of the files for an item, or of all that a contact sent.

        The files stay documents of the case; they do not count as an answer any more.

        Args:
            what: As for `accept`.
            reason: What the contact reads: what is wrong, and what would be right.
            by: As for `accept`.
            item: As for `accept`.

        Returns:
            The request as it is now.

        Raises:
            InvalidInputError: An argument cannot be used.
            RequestStateError: There is nothing to send back.
            NotAllowedError: *by* may not.
            NotFoundError: There is no such request or file in this tenant.
        """
        checks.prose("reason", reason, _LONGEST_REASON)

        def sent_back(unit: Unit, request: DocumentRequest, recipient: RequestRecipient, chosen: "_Chosen") -> None:
            _judged(unit, by, chosen, SubmissionState.SENT_BACK, reason)
            keep_step(unit, recipient, RequestStep.SEND_BACK, reason=reason)
            unit.emit(
                events.RequestSentBack(
                    tenant=unit.tenant,
                    at=unit.now,
                    by=by,
                    ref=request.about,
                    request=request.id,
                    party=recipient.contact.key,
                    submissions=frozenset(each.id for each in chosen.submissions),
                )
            )

        return self._answered(what, item, by, RequestStep.SEND_BACK, sent_back)

    def close(self, what: Asked, *, by: Principal) -> DocumentRequest:
        """
        Want nothing more of one contact, or of all: the upload page is gone at once, and what came stays.

        To close again changes nothing.

        Args:
            what: The part of one contact, or a whole request.
            by: Who made the request, or somebody with the right SHARE on what it is about.

        Returns:
            The request as it is now.

        Raises:
            RequestStateError: It was cancelled.
            NotAllowedError: *by* may not.
            NotFoundError: There is no such request in this tenant.
        """
        return self._end(what, RequestStep.CLOSE, by)

    def cancel(self, what: Asked, *, by: Principal) -> DocumentRequest:
        """
        Take a request back from one contact, or from all: the upload page is gone at once, and what came stays.

        To cancel again changes nothing. Of a whole request, parts that were accepted or closed stay so.

        Args:
            what: As for `close`.
            by: As for `close`.

        Returns:
            The request as it is now.

        Raises:
            RequestStateError: All that was asked for was accepted, or it was closed.
            NotAllowedError: *by* may not.
            NotFoundError: There is no such request in this tenant.
        """
        return self._end(what, RequestStep.CANCEL, by)

    def cancel_all(self, target: ResourceRef | Contact | Staff, *, by: Principal) -> list[DocumentRequest]:
        """
        Take back everything that is asked about a thing, of a contact, or by a member of staff, in one transaction.

        Parts that were accepted are closed.

        Args:
            target: The thing, the contact, or who asked.
            by: Who does it: each request's maker, or with the right SHARE on each thing.

        Returns:
            The requests of which something was ended by this call.

        Raises:
            NotAllowedError: *by* may not end one of them; none was.
        """
        require_staff(by)
        where = requests_with(target)

        def work(unit: Unit) -> list[DocumentRequest]:
            done: list[DocumentRequest] = []
            for request in unit.find(DOCUMENT_REQUEST, where):
                parts = [part for part in recipients_of(unit, request.id) if not part.state.is_over]
                if isinstance(target, Contact):
                    parts = [part for part in parts if part.contact == target]
                if parts:
                    self._require(unit, request, by, or_maker=True)
                    end_parts(unit, request, parts, by)
                    done.append(attrs.evolve(request, recipients=recipients_of(unit, request.id)))
            return done

        return self._wiring.write(work)

    def _end(self, what: Asked, step: RequestStep, by: Principal) -> DocumentRequest:
        require_staff(by)

        def work(unit: Unit) -> DocumentRequest:
            request, parts = _parts(unit, what)
            self._require(unit, request, by, or_maker=True)
            _each(parts, lambda recipient: ended(unit, request, recipient, step, by))
            return attrs.evolve(request, recipients=recipients_of(unit, request.id))

        return self._wiring.write(work)

    def remind(
        self, what: Asked, *, by: Principal, at_most: int = _AT_MOST, pause: timedelta = _PAUSE
    ) -> list[RequestRecipient]:
        """
        Remind one contact, or all from whom something is missing; whoever delivers hears it by ``request_reminded``.

        Each is reminded once, also when several processes do it at the same time.

        Args:
            what: As for `close`.
            by: A `System`, or somebody with the right SHARE on what the request is about.
            at_most: How often a contact is reminded in all.
            pause: How long to leave them alone after they were asked, or reminded.

        Returns:
            Who is reminded now.

        Raises:
            ReminderRefusedError: Nobody is; ``reason`` says why, of the first from whom something is missing.
            NotAllowedError: *by* may not.
            NotFoundError: There is no such request in this tenant.
        """
        require_staff(by)
        checks.whole("at_most", at_most, 1, 100)
        checks.duration("pause", pause, _LONGEST_PAUSE)

        def work(unit: Unit) -> list[RequestRecipient]:
            request, parts = _parts(unit, what)
            self._require(unit, request, by)
            refusals: list[str] = []
            reminded: list[RequestRecipient] = []
            for part in parts:
                refusal = self._reminder_refused(unit, part, pause)
                if refusal is None and unit.bump(REQUEST_RECIPIENT, part.id, RecipientKeys.REMINDERS, at_most) is None:
                    refusal = "too-often"
                if refusal is not None:
                    refusals.append(refusal)
                    continue
                reminded.append(_reminded(unit, request, part, by))
            if not reminded:
                raise ReminderRefusedError(next((each for each in refusals if each != _NOTHING), refusals[0]))
            return reminded

        return self._wiring.write(work)

    def _reminder_refused(self, unit: Unit, part: RequestRecipient, pause: timedelta) -> str | None:
        facts = request_facts(self._wiring, unit, part, part.generation)
        if not part.state.is_waiting or facts.refusal is not None:
            return _NOTHING
        return "too-soon" if unit.now - max(part.last_reminded_at or part.created_at, part.created_at) < pause else None

    def _answered(
        self,
        what: object,
        item: str | None,
        by: Principal,
        step: RequestStep,
        act: "Callable[[Unit, DocumentRequest, RequestRecipient, _Chosen], None]",
    ) -> DocumentRequest:
        require_staff(by)
        checks.optional_text("item", item)

        def work(unit: Unit) -> DocumentRequest:
            single = what if isinstance(what, Submission) else None
            request, parts = _parts(unit, what if single is None else _part_of(unit, single))
            self._require(unit, request, by)
            if item is not None:
                request.item(item)
            chosen = [(part, _chosen(unit, part, single, item)) for part in parts]
            wanted = [(part, one) for part, one in chosen if one.submissions] if len(chosen) > 1 else chosen
            if not wanted or not any(one.submissions for _, one in wanted):
                raise RequestStateError(parts[0].state, step)
            for part, one in wanted:
                act(unit, request, part, one)
            return attrs.evolve(request, recipients=recipients_of(unit, request.id))

        return self._wiring.write(work)

    def _require(self, unit: Unit, request: DocumentRequest, by: Principal, *, or_maker: bool = False) -> None:
        if or_maker and by.key == request.created_by:
            return
        require(self._wiring, unit, by, Right.SHARE, request.about, chain=chain_of(unit, request.about))


@attrs.frozen(kw_only=True)
class _Chosen:
    """
    The files of one contact that are judged.

    Attributes:
        submissions: Those.
        others: What else the contact sent.
        is_whole: Whether all that the contact sent is meant.
    """

    submissions: list[Submission]
    others: list[Submission]
    is_whole: bool


def _chosen(unit: Unit, part: RequestRecipient, single: Submission | None, item: str | None) -> _Chosen:
    everything = submissions_of(unit, part)

    def is_meant(each: Submission) -> bool:
        if single is not None:
            return each.id == single.id
        return each.counts and item in {None, each.item}

    return _Chosen(
        submissions=[each for each in everything if is_meant(each)],
        others=[each for each in everything if not is_meant(each)],
        is_whole=single is None and item is None,
    )


def _judged(unit: Unit, by: Principal, chosen: _Chosen, state: SubmissionState, reason: str | None) -> list[Submission]:
    """Put what staff think of the chosen files, and return all that the contact sent as it is now."""
    judged = [
        attrs.evolve(each, state=state, reason=reason, judged_at=unit.now, judged_by=by.key)
        for each in chosen.submissions
    ]
    for each in judged:
        unit.put(SUBMISSION, each)
    return [*judged, *chosen.others]


def _reminded(unit: Unit, request: DocumentRequest, part: RequestRecipient, by: Principal) -> RequestRecipient:
    counted = unit.get(REQUEST_RECIPIENT, part.id)
    assert counted is not None  # noqa: S101  # it was counted in this transaction
    reminded = attrs.evolve(counted, last_reminded_at=unit.now)
    unit.put(REQUEST_RECIPIENT, reminded)
    unit.emit(
        events.RequestReminded(
            tenant=unit.tenant,
            at=unit.now,
            by=by,
            ref=request.about,
            request=request.id,
            party=part.contact.key,
            times=reminded.reminders,
        )
    )
    return reminded


def _part_of(unit: Unit, submission: Submission) -> RequestRecipient:
    known = unit.get(SUBMISSION, submission.id) if submission.tenant == unit.tenant else None
    part = None if known is None else unit.get(REQUEST_RECIPIENT, known.recipient)
    if part is None:
        raise NotFoundError(SUBMISSION.name)
    return part


def _parts(unit: Unit, what: object) -> tuple[DocumentRequest, tuple[RequestRecipient, ...]]:
    """Return a request, and the parts of it that are meant, as they are now."""
    if not isinstance(what, RequestRecipient):
        request = find_request(unit, what)
        return request, request.recipients
    part = unit.get(REQUEST_RECIPIENT, what.id) if what.tenant == unit.tenant else None
    if part is None:
        raise NotFoundError(REQUEST_RECIPIENT.name)
    return find_request(unit, part.request), (part,)


def _each(parts: Iterable[RequestRecipient], act: Callable[[RequestRecipient], object]) -> None:
    """Do something to each part that allows it; raise what the first one raised when none did."""
    first: RequestStateError | None = None
    done = False
    for part in parts:
        try:
            act(part)
            done = True
        except RequestStateError as error:
            first = first or error
    if not done and first is not None:
        raise first
