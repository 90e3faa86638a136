"""What becomes of hostile mail: read as it comes in, and judged by the policy."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from sharekit.errors import InvalidInputError
from sharekit.mail.authentication import Trust
from sharekit.mail.composing import compose, message_id
from sharekit.mail.inbound import Envelope, parse_mail
from sharekit.policies.mail import judge_inbound
from sharekit.ports import Letter, Mailbox
from sharekit.records.mail import InboundMail, ReplyFacts, ReplyOutcome, ReplyPerson, ReplyReason, Verdict
from tests.mail._hostile import ANA_CODE, CASES, MARIA_CODE, Hostile, written

NOW = datetime(2026, 3, 2, 8, 31, tzinfo=UTC)
TRUST = Trust(servers={"mx.studio.example"})
ANA = ReplyPerson(
    addresses=("ana@acme.example",),
    staff=False,
    active=True,
    may_write=True,
    open=True,
    expires_at=NOW + timedelta(days=30),
)
MARIA = attrs.evolve(ANA, addresses=("maria@studio.example",), staff=True)
DROPPED = {
    ReplyReason.BOUNCE,
    ReplyReason.AUTO_REPLY,
    ReplyReason.BULK,
    ReplyReason.OWN_ADDRESS,
    ReplyReason.LOOP,
    ReplyReason.DUPLICATE,
    ReplyReason.EMPTY,
    ReplyReason.NO_ADDRESS,
}


def arrived(case: Hostile) -> InboundMail:
    """Read a mail of the table."""
    envelope = (
        None
        if case.sender is None
        else Envelope(sender=case.sender, recipients=(f"reply+{ANA_CODE}@in.studio.example",))
    )
    return parse_mail(written(case), envelope=envelope, trust=TRUST)


def people(mail: InboundMail, changes: Mapping[str, object] | None = None) -> tuple[ReplyPerson, ...]:
    """Look the codes of a mail up, as a store would."""
    different: dict[str, Any] = dict(changes or {})  # whatever a person may be
    ends = {"expired": NOW - timedelta(days=1), "ends_now": NOW}
    for name, end in ends.items():
        if different.pop(name, False):
            different["expires_at"] = end
    known = {ANA_CODE: attrs.evolve(ANA, **different), MARIA_CODE: attrs.evolve(MARIA, **different)}
    return tuple(known[code] for code in mail.reply_codes if code in known)


def judged(case: Hostile) -> ReplyOutcome:
    """Judge a mail of the table."""
    mail = arrived(case)
    facts: dict[str, Any] = {"own_addresses": frozenset({"portal@studio.example"}), **case.facts}
    return judge_inbound(ReplyFacts(mail=mail, people=people(mail, case.person), now=NOW, **facts))


def test_there_are_enough_hostile_mails() -> None:
    """At least 60 that must not be accepted (R-MAIL-1), each with a name of its own."""
    assert len([case for case in CASES if case.why is not ReplyReason.GENUINE]) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


def test_every_reason_is_in_the_table() -> None:
    """No reason is given that no mail of the table shows, but for what only taking it in shows."""
    assert {case.why for case in CASES} == set(ReplyReason) - {ReplyReason.FILES, ReplyReason.TOO_LONG}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mail_becomes_what_it_must(case: Hostile) -> None:
    """Accepted is only what is genuine; all else is held, or dropped where it could be held for nobody."""
    outcome = judged(case)
    verdict = (
        Verdict.ACCEPTED
        if case.why is ReplyReason.GENUINE
        else Verdict.DROPPED
        if case.why in DROPPED
        else Verdict.HELD
    )

    assert outcome == ReplyOutcome(verdict, case.why)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_else_in_a_mail_makes_up_for_the_address(case: Hostile) -> None:
    """Without a record behind its address no mail is accepted or held, whatever it holds."""
    facts = ReplyFacts(mail=arrived(case), people=(), now=NOW, proof_needed=False)

    assert judge_inbound(facts).verdict is Verdict.DROPPED


def test_our_own_letters_end_where_they_arrive() -> None:
    """Two sharekits that write to each other stop after the first letter (R-MAIL-4)."""
    letter = Letter(
        id="d1",
        recipient=Mailbox(f"reply+{ANA_CODE}@in.studio.example"),
        sender=Mailbox("ana@acme.example"),
        subject="New message",
        text="Hello\n",
        message_id=message_id("acme.example", "d1"),
        date=NOW,
    )
    mail = parse_mail(compose(letter), trust=TRUST)

    assert judge_inbound(ReplyFacts(mail=mail, people=people(mail), now=NOW)).reason is ReplyReason.AUTO_REPLY


@pytest.mark.parametrize(("hops", "allowed", "accepted"), [(0, 0, True), (1, 0, False), (1, 1, True), (3, None, True)])
def test_a_result_below_too_many_of_our_servers_does_not_count(hops: int, allowed: int | None, accepted: bool) -> None:
    """Where it is known how many servers a mail passes, a result that came in from outside is not taken for ours."""
    raw = b"Received: by lmtp.studio.example; x\r\n" * hops + written(CASES[0])
    mail = parse_mail(raw, trust=attrs.evolve(TRUST, received_above=allowed))

    assert (judge_inbound(ReplyFacts(mail=mail, people=people(mail), now=NOW)).verdict is Verdict.ACCEPTED) == accepted


def test_nobody_is_trusted_unless_named() -> None:
    """Without a server of our own every sender is unchecked."""
    mail = parse_mail(written(CASES[0]))

    assert judge_inbound(ReplyFacts(mail=mail, people=people(mail), now=NOW)).reason is ReplyReason.NOT_CHECKED


def test_one_name_is_not_a_set_of_names() -> None:
    """A text where names are meant would trust servers named by single letters."""
    with pytest.raises(InvalidInputError, match="servers"):
        Trust(servers="mx.studio.example")
