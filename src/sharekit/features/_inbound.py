"""
Takes mail in: what a person wrote is posted, what is not proven is held for staff, and nobody is answered.

The mail is kept as it came. Bytes come first, as everywhere, and then one transaction in which the verdict is
given on what is true at that moment.
"""

import logging
from collections.abc import Sequence
from typing import Final

import attrs

from sharekit.codec.kinds_of_conversations import ADDRESS_BOUNCE
from sharekit.codec.kinds_of_mail import REPLY_ADDRESS
from sharekit.errors import FileNameError, InvalidInputError, UploadRefusedError
from sharekit.features._attachments import received_files
from sharekit.features._conversation_facts import hold
from sharekit.features._holding import held
from sharekit.features._inbound_facts import Case, addresses_behind, case_of, genuine, in_tenant, inbox_of
from sharekit.features._intake import Gate, Keep, Received, discard, receive, settle
from sharekit.features._mail_drafts import MAIL, MOST_FILES, draft_of, files_of
from sharekit.features._threads import answered, plain_text, written
from sharekit.features._unit import Unit, Wiring
from sharekit.mail.addresses import reply_codes
from sharekit.policies.mail import judge_inbound
from sharekit.records import checks, events
from sharekit.records.addresses import folded_address
from sharekit.records.conversations import MAX_TEXT
from sharekit.records.mail import Automatic, InboundMail, ReplyOutcome, ReplyReason
from sharekit.records.mail import Verdict as MailVerdict
from sharekit.records.reach import AddressBounce, bounce_id
from sharekit.records.several import Several
from sharekit.screening import Verdict, clean_name
from sharekit.tokens import Claims

__all__ = ["Receiving"]

_log = logging.getLogger("sharekit.mail")
_MOST_BYTES: Final = 25 * 1024 * 1024
_ORIGINAL: Final = "mail.eml"


class Receiving:
    """The part of `Conversations` that takes mail in."""

    _wiring: Wiring

    def takes_mail_at(self, address: str) -> bool:
        """Say whether an address has the form of those that are given out; whether it is one is told to nobody."""
        checks.text("address", address)
        return bool(reply_codes([address]))

    def receive_email(
        self, raw: bytes, *, envelope_to: Several[str] | None = None, envelope_from: str | None = None
    ) -> ReplyOutcome:
        """
        Take a mail in, of whichever tenant: post it, hold it for staff, or drop it. Its sender hears nothing.

        It is done, and committed, when this returns; the same mail may come again. It never joins a transaction
        of the host.

        Args:
            raw: The mail as it came.
            envelope_to: To whom the server was told to deliver it. Without that, the headers are asked.
            envelope_from: The sender of the envelope, empty for a report; None when it is not known.

        Returns:
            What became of it and why, for logs. No word of it is for the sender.

        Raises:
            MailRefusedError: It cannot be taken, now or ever: too large, too deep, or not readable.
            ConfigurationError: The kit was given no inbox, or no store of bytes.
            StorageError: A store failed; the mail may come again.
        """
        if not isinstance(raw, bytes):
            raise InvalidInputError("raw", "needs the bytes of a mail")
        if envelope_to is not None:
            checks.names("envelope_to", envelope_to)
        checks.optional_text("envelope_from", envelope_from)
        wiring = self._wiring.on_its_own()
        inbox = inbox_of(wiring)
        wiring.blob_store()
        mail = inbox.read(raw, sender=envelope_from, recipients=tuple(envelope_to or ()))
        claims = genuine(wiring, mail.reply_codes)
        outcome = _taken(wiring, mail, raw, claims)
        _log.info("a mail of %s bytes was %s: %s", mail.size, outcome.verdict, outcome.reason)
        return outcome


def _taken(wiring: Wiring, mail: InboundMail, raw: bytes, claims: Sequence[Claims]) -> ReplyOutcome:
    if mail.automatic is Automatic.BOUNCE:
        for each in claims:
            _note_bounce(in_tenant(wiring, each), mail, each)
    here = in_tenant(wiring, claims[0]) if claims else wiring
    with here.reading() as unit:
        case = case_of(here, unit, mail, claims)
    outcome = judge_inbound(case.facts)
    if outcome.verdict is MailVerdict.DROPPED:
        return outcome
    original = _original(here, raw)
    expected = outcome.verdict is MailVerdict.ACCEPTED
    files, refused = _files(here, case, original) if expected else ([], outcome.reason)

    def work(unit: Unit, keep: Keep) -> ReplyOutcome:
        if case.conversation is not None:
            hold(unit, case.conversation)
        now = case_of(here, unit, mail, claims)
        verdict = judge_inbound(now.facts)
        if verdict.verdict is MailVerdict.DROPPED:
            return verdict
        if verdict.verdict is MailVerdict.ACCEPTED:
            if refused is None:
                _posted(here, unit, now, [original, *files], keep)
                return verdict
            # A file does not pass; or it would have been held a moment ago, and has no files here.
            verdict = ReplyOutcome(MailVerdict.HELD, refused)
        return held(unit, now, verdict.reason, original, keep)

    return settle(here, [original, *files], work)


def _posted(wiring: Wiring, unit: Unit, case: Case, received: Sequence[Received], keep: Keep) -> None:
    """Post a mail, which is the first of the received files; the others came with it."""
    if case.conversation is None or case.author is None or case.address is None:
        raise AssertionError  # pragma: no cover  # nothing is accepted that came to nobody
    original, *files = received
    draft = draft_of(case.facts.mail, case.author, case.address.audience, files)
    draft = attrs.evolve(draft, original=keep(original).id)
    message, after = written(wiring, unit, case.conversation, draft, keep)
    answered(wiring, unit, after, message)


def _files(wiring: Wiring, case: Case, original: Received) -> tuple[Sequence[Received], ReplyReason | None]:
    """Take in the files of a mail; say why it is held when one does not pass."""
    if case.conversation is None or case.author is None:
        raise AssertionError  # pragma: no cover  # as above
    mail = case.facts.mail
    if len(plain_text(mail.reply)) > MAX_TEXT:
        return [], ReplyReason.TOO_LONG
    uploads = files_of(mail)
    if len(uploads) > MOST_FILES:
        return [], ReplyReason.FILES
    try:
        return received_files(wiring, uploads, case.conversation.about, case.author), None
    except (UploadRefusedError, FileNameError):
        return [], ReplyReason.FILES
    except Exception:
        discard(wiring, original.file.id)
        raise


def _original(wiring: Wiring, raw: bytes) -> Received:
    gate = Gate(
        name=clean_name(_ORIGINAL),
        max_bytes=_MOST_BYTES,
        early=lambda _size, _head: None,
        prove=lambda _file, _size: Verdict(
            media_type="message/rfc822", extension="eml", group="attachment", inline=False
        ),
    )
    return receive(wiring, raw, by=MAIL, gate=gate)


def _note_bounce(wiring: Wiring, mail: InboundMail, claims: Claims) -> None:
    """
    Note that letters to somebody come back for good: a report came where reports alone go, about their own address.
    """
    report = mail.bounce
    if report is None or not report.permanent:
        return
    failed = {folded_address(each) for each in report.recipients}

    def work(unit: Unit) -> None:
        address = unit.get(REPLY_ADDRESS, claims.id)
        if address is None or address.conversation is not None:
            return  # whom a letter is forwarded to knows where it is answered, and could say anything came back
        for email in addresses_behind(wiring, unit, address.party):
            if folded_address(email) not in failed or unit.get(ADDRESS_BOUNCE, bounce_id(email)) is not None:
                continue
            unit.put(
                ADDRESS_BOUNCE,
                AddressBounce(tenant=unit.tenant, id=bounce_id(email), status=report.status, at=unit.now),
            )
            unit.emit(
                events.MailBounced(tenant=unit.tenant, at=unit.now, by=MAIL, party=address.party, status=report.status)
            )

    wiring.write(work)
