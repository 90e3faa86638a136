"""The table of hostile mails, as a server hands them over: what becomes of each, and that nobody else learns of it."""

import pytest

from sharekit import Contact, System, errors
from sharekit.mail.addresses import reply_codes
from sharekit.records.mail import ReplyReason, Verdict
from tests.features._mail import Office, office
from tests.mail._hostile import ANA_CODE, CASES, MARIA_CODE, Hostile, written

WHOLE = [case for case in CASES if not case.person and not case.facts]
"""Those that need no other world than this one."""


@pytest.fixture
def here() -> Office:
    """An office in which Maria answers by mail too."""
    made = office()
    made.kit.people.add_staff(made.maria, name="Maria", email="maria@studio.example", by=System("setup"))
    return made


def addressed(case: Hostile, here: Office) -> bytes:
    """Return a mail of the table, to the addresses of this office."""
    raw = written(case)
    for code, address in ((ANA_CODE, here.address()), (MARIA_CODE, here.address(here.maria))):
        (ours,) = reply_codes([address])
        raw = raw.replace(code.encode(), ours.encode()).replace(code.upper().encode(), ours.upper().encode())
    return raw


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: case.name)
def test_a_hostile_mail_becomes_what_the_table_says(here: Office, case: Hostile) -> None:
    """Posted, held or dropped; whatever is not posted is seen by no client, and counted nowhere."""
    to = None if case.sender is None else [here.address()]
    try:
        outcome = here.kit.conversations.receive_email(addressed(case, here), envelope_to=to, envelope_from=case.sender)
    except errors.MailRefusedError:
        pytest.fail("every mail of the table can be read")
    held = here.kit.conversations.held_mails(by=here.maria)
    thread = here.kit.conversations.thread(here.talk.id, by=Contact(here.ana.id))

    assert case.why == outcome.reason
    assert (1 if outcome.verdict is Verdict.HELD else 0) == len(held)
    assert (1 if case.why is ReplyReason.GENUINE else 0) == len(thread.messages)
    assert (case.why is ReplyReason.GENUINE) == (outcome.verdict is Verdict.ACCEPTED)


def test_the_table_is_as_long_as_it_has_to_be() -> None:
    """At least sixty of its mails are taken in whole (R-MAIL-1)."""
    assert len(WHOLE) >= 60
