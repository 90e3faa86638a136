"""
What becomes of a mail that came in.

Threading never authorizes: a subject, ``In-Reply-To``, ``References`` or a ticket number say nothing here
(R-MAIL-1). What counts is the address that it came to, which sharekit gave to one person for one conversation,
and that this very person sent it, which our own mail server found out (R-MAIL-2).
"""

from collections.abc import Collection
from typing import Final

from sharekit.records.addresses import folded_address
from sharekit.records.mail import (
    Automatic,
    InboundMail,
    ReplyFacts,
    ReplyOutcome,
    ReplyPerson,
    ReplyReason,
    SenderProof,
    Verdict,
)

__all__ = ["MAX_ACCEPTED_AN_HOUR", "judge_inbound"]

MAX_ACCEPTED_AN_HOUR: Final = 20
"""So many mails of one person are accepted within an hour (R-MAIL-4)."""

_MAX_HOPS: Final = 50
_MACHINES: Final = {
    Automatic.BOUNCE: ReplyReason.BOUNCE,
    Automatic.AUTO_REPLY: ReplyReason.AUTO_REPLY,
    Automatic.BULK: ReplyReason.BULK,
}


def judge_inbound(facts: ReplyFacts) -> ReplyOutcome:
    """
    Return what becomes of a mail.

    Dropped is what no person wrote for us, what came before, and what names no conversation: it could be held
    for nobody. All else that is not proven is held, so that staff can take it with one click. Neither is answered.
    """
    dropped = _why_dropped(facts)
    if dropped is not None:
        return ReplyOutcome(Verdict.DROPPED, dropped)
    held = _why_held(facts)
    if held is not None:
        return ReplyOutcome(Verdict.HELD, held)
    return ReplyOutcome(Verdict.ACCEPTED, ReplyReason.GENUINE)


def _why_dropped(facts: ReplyFacts) -> ReplyReason | None:
    mail = facts.mail
    if mail.automatic is not None:
        return _MACHINES[mail.automatic]
    if mail.hops > _MAX_HOPS:
        return ReplyReason.LOOP
    if _is_one_of(mail.sender, facts.own_addresses) or (
        mail.envelope_from and _is_one_of(mail.envelope_from, facts.own_addresses)
    ):
        return ReplyReason.OWN_ADDRESS
    if not facts.people:
        return ReplyReason.NO_ADDRESS
    if facts.seen_before:
        return ReplyReason.DUPLICATE
    if not mail.reply.strip() and not mail.attachments:
        return ReplyReason.EMPTY
    return None


def _why_held(facts: ReplyFacts) -> ReplyReason | None:
    person, *others = facts.people
    if others:
        return ReplyReason.SEVERAL_ADDRESSES
    for wrong in (_wrong_with_address(person, facts), _wrong_with_sender(person, facts)):
        if wrong is not None:
            return wrong
    if facts.accepted_lately >= MAX_ACCEPTED_AN_HOUR:
        return ReplyReason.TOO_MANY
    return None


def _wrong_with_address(person: ReplyPerson, facts: ReplyFacts) -> ReplyReason | None:
    """Say why the address is not good for writing, as things are at the arrival."""
    if person.revoked:
        return ReplyReason.REVOKED
    if facts.now >= person.expires_at:
        return ReplyReason.EXPIRED
    if not person.active:
        return ReplyReason.PERSON_LEFT
    if not person.may_write:
        return ReplyReason.NO_RIGHT
    if not person.open:
        return ReplyReason.CLOSED
    if not person.planned:
        return ReplyReason.PLAN
    return None


def _wrong_with_sender(person: ReplyPerson, facts: ReplyFacts) -> ReplyReason | None:
    """Say why it is not sure that the person of the address sent the mail."""
    mail = facts.mail
    if mail.sender is None:
        return ReplyReason.UNCLEAR_SENDER
    if not _is_one_of(mail.sender, person.addresses):
        return ReplyReason.OTHER_SENDER
    return _unproven(mail, staff=person.staff, needed=facts.proof_needed)


def _unproven(mail: InboundMail, *, staff: bool, needed: bool) -> ReplyReason | None:
    if staff:  # whoever writes as staff writes for the house (R-MAIL-3)
        return None if mail.proof is SenderProof.DMARC else ReplyReason.STAFF_NOT_PROVEN
    if mail.proof is SenderProof.FAILED:
        return ReplyReason.NOT_PROVEN
    if mail.proof is SenderProof.UNKNOWN and needed:
        return ReplyReason.NOT_CHECKED
    return None


def _is_one_of(address: str | None, known: Collection[str]) -> bool:
    if address is None:
        return False
    wanted = folded_address(address)
    return any(folded_address(one) == wanted for one in known)
