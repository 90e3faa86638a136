"""
Uploading: what the holder of an upload token can do. It lets files in, and nothing out but receipts (R-REQ-2).
"""

import logging
from typing import Final

import attrs

from sharekit import signals
from sharekit.codec.kinds_of_requests import PENDING_UPLOAD
from sharekit.errors import (
    InvalidInputError,
    InvalidTokenError,
    NotFoundError,
    RequestUnavailableError,
    SharekitError,
    StorageError,
    UploadLimitError,
    UploadOffsetError,
    UploadRefusedError,
)
from sharekit.features._intake import discard, outside, receive
from sharekit.features._parts import abandon, joined_parts, take_part
from sharekit.features._request_facts import RequestFacts, policy_for, receipt_of, request_view, submissions_of
from sharekit.features._request_filing import Sending, filed, is_repeat, said_submitted, submission_at
from sharekit.features._request_places import admitted, find_upload, give_up, hold
from sharekit.features._request_rules import keep_step
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import RequestRecipientId, UploadId
from sharekit.policies.requests import RequestStep
from sharekit.records import checks, events
from sharekit.records.documents import Stream
from sharekit.records.requests import RequestItem
from sharekit.records.submissions import PendingUpload, RequestView, Submission, UploadPart, UploadView
from sharekit.screening import RefusalReason
from sharekit.tokens import Claims, Purpose

__all__ = ["Uploading"]

_log = logging.getLogger("sharekit.requests")
_MOST_BYTES: Final = 2**50


class Uploading:
    """The part of `Requests` that is about the upload page."""

    _wiring: Wiring

    def open(self, token: str, *, locale: str | None = None) -> RequestView:
        """
        Show what is asked of a contact, and what of it has come; changes nothing.

        Args:
            token: What `Requests.token` returned.
            locale: The reader's language, for a contact of whom none is known.

        Raises:
            RequestUnavailableError: There is no upload page, for whatever reason.
        """
        checks.optional_text("locale", locale)
        claims = self._claims(token)
        with self._wiring.reading() as unit:
            facts = admitted(self._wiring, unit, _part_id(claims), claims.generation)
            return self._view(unit, facts, locale)

    def submit(
        self,
        token: str,
        item: RequestItem | str,
        name: str,
        stream: Stream,
        *,
        size: int | None = None,
        idempotency_key: str | None = None,
    ) -> Submission:
        """
        Send one file; it becomes a document of what the request is about.

        The file has a place before its bytes travel, so that limits hold however many are sent at the same
        time, and gives it back when it comes to nothing.

        Args:
            token: What `Requests.token` returned.
            item: What the file answers, or its key.
            name: Its name, as the contact's machine has it.
            stream: Its bytes, read once.
            size: How many bytes there will be, where that is known; more are refused.
            idempotency_key: A text of the sender's own: sending the same again with the same key within
                24 hours returns the first result.

        Returns:
            The submission, with its signed receipt.

        Raises:
            RequestUnavailableError: There is no upload page, for whatever reason.
            RequestStateError: Everything was accepted; nothing more is taken.
            UploadRefusedError: The file is of a kind or size that is not taken.
            UploadLimitError: There is no room for it.
            KeyReusedError: The idempotency key was used for something else.
            InvalidInputError: Another argument cannot be used.
        """
        if size is not None:
            checks.whole("size", size, 0, _MOST_BYTES)
        sending = self._sending(token, item, name, idempotency_key)
        self._refuse_early(sending, size)
        if is_repeat(sending):
            return filed(sending, receive(sending.wiring, stream, by=sending.sender, gate=sending.gate), None)
        upload = self._hold(sending, name, size)
        try:
            return self._submitted(sending, upload, stream, size)
        finally:
            _let_go(sending.wiring, upload.id)

    def _submitted(self, sending: Sending, upload: PendingUpload, stream: Stream, size: int | None) -> Submission:
        most = sending.gate.max_bytes
        gate = attrs.evolve(sending.gate, max_bytes=min(most, upload.reserved))
        try:
            received = receive(sending.wiring, stream, by=sending.sender, gate=gate, declared_size=size)
        except UploadRefusedError as error:
            self._report(sending, error.reason)
            if error.reason == RefusalReason.TOO_LARGE and gate.max_bytes < most:
                if size is not None:
                    raise InvalidInputError("size", "is less than what came") from error
                raise UploadLimitError("bytes", sending.facts.request.max_total_bytes) from error
            raise
        return filed(sending, received, upload)

    def begin_upload(self, token: str, item: RequestItem | str, name: str, *, size: int) -> UploadView:
        """
        Begin to send a file in parts, each in a request of its own; it has a place from now on, for 12 hours.

        Args:
            token: What `Requests.token` returned.
            item: What the file answers, or its key.
            name: Its name, as the contact's machine has it.
            size: How many bytes there will be.

        Raises:
            RequestUnavailableError: As for `submit`, and so are the others.
            UploadRefusedError: A file of this name or size is not taken.
            UploadLimitError: There is no room for it.
        """
        checks.whole("size", size, 1, _MOST_BYTES)
        sending = self._sending(token, item, name)
        self._refuse_early(sending, size)
        return _upload_view(self._hold(sending, name, size, resumable=True))

    def upload(self, token: str, upload: UploadId | str) -> UploadView:
        """
        Return how much of a file has come.

        Raises:
            RequestUnavailableError: There is no upload page, for whatever reason.
            NotFoundError: There is no such upload of this contact, or its time is over.
        """
        claims = self._claims(token)
        with self._wiring.reading() as unit:
            admitted(self._wiring, unit, _part_id(claims), claims.generation)
            found = _resumable(unit, claims, upload)
            return self._upload_seen(unit, found)

    def append(self, token: str, upload: UploadId | str, offset: int, stream: Stream) -> UploadView:
        """
        Send the next part of a file; the last one makes it a submission.

        What came before a connection broke is kept, and the next part goes on from there.

        Args:
            token: What `Requests.token` returned.
            upload: The id that `begin_upload` returned.
            offset: Where this part begins.
            stream: Its bytes, read once.

        Raises:
            UploadOffsetError: The last part ended elsewhere.
            UploadRefusedError: The file is not taken, as its first bytes or all of them show; it is gone.
            RequestUnavailableError: As for `submit`, and so are the others.
            NotFoundError: There is no such upload of this contact, or its time is over.
            InvalidInputError: More bytes came than were announced; nothing is kept of this part.
        """
        checks.whole("offset", offset, 0, _MOST_BYTES)
        claims, wiring = self._claims(token), self._wiring.on_its_own()
        with wiring.reading() as unit:
            admitted(wiring, unit, _part_id(claims), claims.generation, to_send=True)
            known = _resumable(unit, claims, upload)
        if known.submission is not None or offset != known.offset:
            raise UploadOffsetError(known.reserved if known.submission is not None else known.offset)
        sending = self._sending(token, known.item, known.name)
        try:
            part, broken = take_part(wiring, known, stream, sending.gate)
            if known.offset + (0 if part is None else part.size) == known.reserved:
                return self._completed(sending, known, part)
        except UploadRefusedError as error:
            self._report(sending, error.reason)
            abandon(wiring, known.id)
            raise
        after = self._longer(sending, known, part)
        if broken is not None:
            raise broken
        return _upload_view(after)

    def _longer(self, sending: Sending, known: PendingUpload, part: UploadPart | None) -> PendingUpload:
        """Keep a part that is not the last one."""
        recipient = sending.facts.recipient.id

        def work(unit: Unit) -> PendingUpload:
            admitted(sending.wiring, unit, recipient, sending.generation, to_send=True)
            place = find_upload(unit, recipient, known.id)
            if place.parts != known.parts or place.submission is not None:
                raise UploadOffsetError(place.reserved if place.submission is not None else place.offset)
            if part is None:
                return place
            longer = attrs.evolve(place, parts=(*place.parts, part))
            unit.put(PENDING_UPLOAD, longer)
            return longer

        try:
            return sending.wiring.write(work)
        except (InvalidInputError, NotFoundError, RequestUnavailableError):
            if part is not None:
                discard(sending.wiring, part.file)
            raise

    def _completed(self, sending: Sending, known: PendingUpload, last: UploadPart | None) -> UploadView:
        """Join the parts; the last one is kept only now, so that an upload is complete when its submission is there."""
        parts = known.parts if last is None else (*known.parts, last)
        try:
            bytes_ = joined_parts(sending.wiring, parts)
            received = receive(sending.wiring, bytes_, by=sending.sender, gate=sending.gate)
            submission = filed(sending, received, known)
        except Exception as error:
            if last is not None:
                discard(sending.wiring, last.file)
            if isinstance(error, NotFoundError | StorageError):
                _refuse_if_complete(sending, known, error)
            raise
        for part in parts:
            discard(sending.wiring, part.file)
        receipt = receipt_of(sending.wiring, submission)
        return attrs.evolve(_upload_view(known), offset=known.reserved, receipt=receipt)

    def abort(self, token: str, upload: UploadId | str) -> None:
        """
        Give up a file that is on its way; its place goes to others.

        Raises:
            RequestUnavailableError: There is no upload page, for whatever reason.
            NotFoundError: There is no such upload of this contact, or its time is over.
        """
        claims, wiring = self._claims(token), self._wiring.on_its_own()
        with wiring.reading() as unit:
            admitted(wiring, unit, _part_id(claims), claims.generation)
            known = _resumable(unit, claims, upload)
        abandon(wiring, known.id)

    def finish(self, token: str, *, locale: str | None = None) -> RequestView:
        """
        Say that this is all, though something is missing; staff hear of it and look at what there is.

        Where nothing is missing that has been said already, by the last file that was needed.

        Raises:
            RequestUnavailableError: There is no upload page, for whatever reason.
            RequestStateError: Nothing came yet, or not since something was sent back.
        """
        checks.optional_text("locale", locale)
        claims = self._claims(token)

        def work(unit: Unit) -> RequestView:
            facts = admitted(self._wiring, unit, _part_id(claims), claims.generation)
            before = facts.recipient.state
            moved = keep_step(unit, facts.recipient, RequestStep.FINISH)
            facts = attrs.evolve(facts, recipient=moved)
            if moved.state is not before:
                said_submitted(unit, facts)
            return self._view(unit, facts, locale)

        return self._wiring.on_its_own().write(work)

    def _claims(self, token: str) -> Claims:
        try:
            claims = self._wiring.seals.unseal(Purpose.UPLOAD, token)
        except InvalidTokenError:
            raise RequestUnavailableError from None
        if claims.tenant != self._wiring.tenant:
            raise RequestUnavailableError
        return claims

    def _sending(self, token: str, item: object, name: str, key: str | None = None) -> Sending:
        claims, wiring = self._claims(token), self._wiring.on_its_own()
        wanted = item.key if isinstance(item, RequestItem) else item
        if not isinstance(wanted, str):
            raise InvalidInputError("item", "needs a RequestItem or its key")
        with wiring.reading() as unit:
            facts = admitted(wiring, unit, _part_id(claims), claims.generation, to_send=True)
        asked = facts.request.item(wanted)
        return Sending(
            wiring=wiring,
            generation=claims.generation,
            facts=facts,
            item=asked,
            gate=outside(wiring, name, policy_for(wiring, asked)),
            key=key,
        )

    def _refuse_early(self, sending: Sending, size: int | None) -> None:
        refusal = sending.gate.early(size, b"")
        if refusal is not None:
            self._report(sending, refusal.reason)
            raise refusal.as_error()

    def _hold(self, sending: Sending, name: str, size: int | None, *, resumable: bool = False) -> PendingUpload:
        return hold(
            sending.wiring,
            sending.facts.recipient.id,
            sending.generation,
            sending.item,
            name=name,
            most=sending.gate.max_bytes,
            size=size,
            resumable=resumable,
        )

    def _view(self, unit: Unit, facts: RequestFacts, locale: str | None) -> RequestView:
        assert facts.contact is not None  # noqa: S101  # who was admitted is there
        return request_view(
            self._wiring,
            facts.request,
            facts.recipient,
            contact=facts.contact,
            entry=facts.chain[0],
            submissions=submissions_of(unit, facts.recipient),
            locale=locale,
            at=unit.now,
        )

    def _upload_seen(self, unit: Unit, upload: PendingUpload) -> UploadView:
        view = _upload_view(upload)
        if upload.submission is None:
            return view
        receipt = receipt_of(self._wiring, submission_at(unit, upload.submission))
        return attrs.evolve(view, offset=upload.reserved, receipt=receipt)

    def _report(self, sending: Sending, reason: str) -> None:
        request = sending.facts.request
        _log.info("a file for request %s... was refused: %s", request.id[:4], reason)
        signals.submission_refused.send(
            events.SubmissionRefused(
                tenant=self._wiring.tenant,
                at=self._wiring.clock.now(),
                by=sending.sender,
                ref=request.about,
                request=request.id,
                party=sending.sender.key,
                item=sending.item.key,
                reason=reason,
            )
        )


def _part_id(claims: Claims) -> RequestRecipientId:
    return RequestRecipientId(claims.id)


def _resumable(unit: Unit, claims: Claims, upload: str) -> PendingUpload:
    try:
        checks.identifier("upload", upload)
    except InvalidInputError:
        raise NotFoundError("upload") from None
    found = find_upload(unit, _part_id(claims), upload)
    if not found.resumable:
        raise NotFoundError("upload")
    return found


def _upload_view(upload: PendingUpload) -> UploadView:
    return UploadView(id=upload.id, offset=upload.offset, size=upload.reserved, expires_at=upload.expires_at)


def _refuse_if_complete(sending: Sending, known: PendingUpload, error: SharekitError) -> None:
    """Say so when another request was faster with the last part, and has taken the parts away."""
    with sending.wiring.reading() as unit:
        now = unit.get(PENDING_UPLOAD, known.id)
    if now is not None and now.submission is not None:
        raise UploadOffsetError(now.reserved) from error


def _let_go(wiring: Wiring, upload: UploadId) -> None:
    """Give up a place that nothing came of; what fails is left to the sweep."""
    try:
        give_up(wiring, upload)
    except SharekitError:
        _log.exception("the place of upload %s... could not be given up; the sweep will", upload[:4])
