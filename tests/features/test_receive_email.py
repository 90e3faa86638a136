"""Mail that comes in: what is posted, what waits for staff, and what is dropped."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit import Audience, Contact, Sharekit, Staff, System, errors
from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.outbox import MemoryOutbox
from sharekit.codec.kinds_of_conversations import MESSAGE
from sharekit.features._holding import MAX_HELD_OF_ONE
from sharekit.mail.writing import LetterWriter
from sharekit.ports import Mailbox, ScanResult, ScanVerdict
from sharekit.records.conversations import Message
from sharekit.records.held_mail import HeldState
from sharekit.records.mail import ReplyOutcome, ReplyReason, Verdict
from sharekit.records.reach import ReachReason
from sharekit.relay import Post
from sharekit.testing import FrozenClock, kit
from tests.features._mail import DOMAIN, INBOX, PROJECT, Office, mail, office

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "5a4d7a0d0000000049454e44ae426082"
)
POSTED = ReplyOutcome(Verdict.ACCEPTED, ReplyReason.GENUINE)


def held(reason: ReplyReason) -> ReplyOutcome:
    """Return the outcome of a mail that waits for staff."""
    return ReplyOutcome(Verdict.HELD, reason)


def dropped(reason: ReplyReason) -> ReplyOutcome:
    """Return the outcome of a mail that is forgotten."""
    return ReplyOutcome(Verdict.DROPPED, reason)


def test_an_answer_of_ana_is_posted_as_what_she_says() -> None:
    """Its new text alone, for clients, with the mail kept as it came for staff."""
    here = office()
    raw = mail(here.address())

    assert POSTED == here.kit.conversations.receive_email(raw)
    assert ["The second one, please."] == here.texts() == here.texts(Contact(here.ana.id))
    (view,) = here.kit.conversations.thread(here.talk.id, by=here.maria).messages
    assert (f"contact:{here.ana.id}", Audience.CLIENT) == (view.author, view.audience)
    assert raw == here.kit.conversations.original_mail(message_at(here, view.id), by=here.maria)


def test_the_envelope_says_for_whom_a_mail_is() -> None:
    """A blind copy names us nowhere in its headers, and headers alone do not bring a mail in."""
    here = office()
    address = here.address()
    blind = mail("somebody@else.example")

    assert POSTED == here.kit.conversations.receive_email(blind, envelope_to=[address], envelope_from="x@acme.example")
    assert dropped(ReplyReason.NO_ADDRESS) == here.kit.conversations.receive_email(
        mail(address), envelope_to=["somebody@else.example"]
    )


def test_the_same_mail_counts_once() -> None:
    """By its Message-ID at this address; and a forged one with that id keeps nobody out."""
    here = office()
    address = here.address()
    forged = mail(address, "Pay to another account.", dmarc="fail")

    assert held(ReplyReason.NOT_PROVEN) == here.kit.conversations.receive_email(forged)
    assert dropped(ReplyReason.DUPLICATE) == here.kit.conversations.receive_email(forged)
    assert POSTED == here.kit.conversations.receive_email(mail(address))
    assert dropped(ReplyReason.DUPLICATE) == here.kit.conversations.receive_email(mail(address))
    assert ["The second one, please."] == here.texts()


def test_a_mail_without_an_id_counts_once_too() -> None:
    """By all of its bytes."""
    here = office()
    raw = mail(here.address(), message_id=None)

    assert POSTED == here.kit.conversations.receive_email(raw)
    assert dropped(ReplyReason.DUPLICATE) == here.kit.conversations.receive_email(raw)


def test_an_address_works_for_thirty_days_after_the_last_letter() -> None:
    """And no longer; the next letter puts that off, with the same address."""
    here = office()
    address = here.address()
    here.clock.advance(timedelta(days=29))
    again = here.address()
    here.clock.advance(timedelta(days=29))

    assert address == again
    assert POSTED == here.kit.conversations.receive_email(mail(address))
    here.clock.advance(timedelta(days=1))
    assert held(ReplyReason.EXPIRED) == here.kit.conversations.receive_email(mail(address, message_id="<m2@x.test>"))


def test_an_address_can_be_taken_back() -> None:
    """Mail to it waits for staff, and the next letter brings another one."""
    here = office()
    address = here.address()

    assert 1 == here.kit.conversations.revoke_reply_addresses(Contact(here.ana.id), by=here.maria)
    assert held(ReplyReason.REVOKED) == here.kit.conversations.receive_email(mail(address))
    assert address != here.address()


def test_who_takes_part_no_more_cannot_write_by_mail() -> None:
    """The right is asked for at the arrival; the same for a closed conversation and a deactivated contact."""
    here = office()
    address, talk = here.address(), here.kit.conversations
    talk.close(here.talk, by=here.maria)
    closed = talk.receive_email(mail(address, message_id="<a@x.test>"))
    talk.reopen(here.talk, by=here.maria)
    talk.remove_participant(here.talk, Contact(here.ana.id), by=here.maria)
    removed = talk.receive_email(mail(address, message_id="<b@x.test>"))
    here.kit.people.deactivate(Contact(here.ana.id), by=here.maria)
    gone = talk.receive_email(mail(address, message_id="<c@x.test>"))

    assert [ReplyReason.CLOSED, ReplyReason.NO_RIGHT, ReplyReason.PERSON_LEFT] == [
        each.reason for each in (closed, removed, gone)
    ]
    assert [] == here.texts()


def test_an_address_of_a_contact_who_was_merged_is_of_who_they_are_now() -> None:
    """From the address that counts now, and once."""
    here = office()
    address = here.address()
    ana = here.kit.people.add_contact("Ana Pereira", "ana@private.example", by=here.maria)
    here.kit.people.merge(Contact(here.ana.id), into=Contact(ana.id), by=here.maria)
    raw = mail(address, sender="ana@private.example")

    assert POSTED == here.kit.conversations.receive_email(raw)
    assert dropped(ReplyReason.DUPLICATE) == here.kit.conversations.receive_email(raw)
    (view,) = here.kit.conversations.thread(here.talk.id, by=here.maria).messages
    assert f"contact:{ana.id}" == view.author


def test_somebody_else_is_held_and_staff_take_it_with_one_click() -> None:
    """Only staff see it; who accepts vouches for the sender, and it counts once."""
    here = office()
    raw = mail(here.address(), sender="Ben <ben@private.example>")

    assert held(ReplyReason.OTHER_SENDER) == here.kit.conversations.receive_email(raw)
    assert [] == here.texts()
    (waiting,) = here.kit.conversations.held_mails(by=here.maria)
    assert ("ben@private.example", "The second one, please.") == (waiting.sender, waiting.text)
    assert raw == here.kit.conversations.original_mail(waiting, by=here.maria)
    message = here.kit.conversations.accept_held(waiting, by=here.maria)
    assert f"contact:{here.ana.id}" == message.author
    assert ["The second one, please."] == here.texts(Contact(here.ana.id))
    with pytest.raises(errors.InvalidInputError, match="was accepted before"):
        here.kit.conversations.accept_held(waiting, by=here.maria)
    (settled,) = here.kit.conversations.held_mails(by=here.maria, state=HeldState.ACCEPTED)
    assert (message.id, "staff:maria") == (settled.message, settled.settled_by)


def test_a_discarded_mail_is_gone_and_does_not_come_back() -> None:
    """Its text and its bytes go, and the same bytes are dropped."""
    here = office()
    raw = mail(here.address(), dmarc=None)
    here.kit.conversations.receive_email(raw)
    (waiting,) = here.kit.conversations.held_mails(by=here.maria, conversation=here.talk)
    here.kit.conversations.discard_held(waiting.id, by=here.maria)

    assert [] == here.kit.conversations.held_mails(by=here.maria)
    assert dropped(ReplyReason.DUPLICATE) == here.kit.conversations.receive_email(raw)
    with pytest.raises(errors.IntegrityError):
        here.kit.conversations.original_mail(waiting, by=here.maria)
    (settled,) = here.kit.conversations.held_mails(by=here.maria, state=HeldState.DISCARDED)
    assert "" == settled.text


def test_clients_and_strangers_know_nothing_of_held_mail() -> None:
    """Staff without a right on the conversation see none either."""
    here = office()
    here.kit.conversations.receive_email(mail(here.address(), dmarc=None))
    (waiting,) = here.kit.conversations.held_mails(by=here.maria)
    ana, ben = Contact(here.ana.id), Staff("ben")

    for verb in (here.kit.conversations.accept_held, here.kit.conversations.discard_held):
        with pytest.raises(errors.NotAllowedError):
            verb(waiting, by=ana)
        with pytest.raises(errors.NotAllowedError):
            verb(waiting, by=ben)
    with pytest.raises(errors.NotAllowedError):
        here.kit.conversations.held_mails(by=ana)
    with pytest.raises(errors.NotAllowedError):
        here.kit.conversations.original_mail(waiting, by=ben)
    assert [] == here.kit.conversations.held_mails(by=ben)
    assert 0 == here.kit.conversations.unread(ana)


def test_files_come_along_screened() -> None:
    """A picture does, the logo of a signature does not."""
    here = office()
    raw = mail(here.address(), files=[("wall.png", PNG, "image/png")])

    assert POSTED == here.kit.conversations.receive_email(raw)
    (view,) = here.kit.conversations.thread(here.talk.id, by=Contact(here.ana.id)).messages
    assert ["wall.png"] == [each.name for each in view.attachments]
    with here.kit.conversations.open_attachment(view.id, 1, by=Contact(here.ana.id)) as reader:
        assert PNG == b"".join(reader)


def test_a_file_that_does_not_pass_holds_the_mail() -> None:
    """Nothing is lost: staff have it posted without the file, and the mail itself is kept."""
    here = office()
    raw = mail(here.address(), files=[("run.exe", b"MZ" + bytes(200), "application/octet-stream")])

    assert held(ReplyReason.FILES) == here.kit.conversations.receive_email(raw)
    (waiting,) = here.kit.conversations.held_mails(by=here.maria)
    assert ("run.exe",) == waiting.files
    with pytest.raises(errors.UploadRefusedError):
        here.kit.conversations.accept_held(waiting, by=here.maria)
    assert () == here.kit.conversations.accept_held(waiting, by=here.maria, files=False).attachments


def test_a_text_longer_than_a_message_waits_for_staff() -> None:
    """It is posted cut, if they want it, and kept whole."""
    here = office()
    raw = mail(here.address(), "word " * 25_000)

    assert held(ReplyReason.TOO_LONG) == here.kit.conversations.receive_email(raw)
    (waiting,) = here.kit.conversations.held_mails(by=here.maria)
    assert 100_000 >= len(here.kit.conversations.accept_held(waiting, by=here.maria).text) > 99_000


def test_a_picture_in_a_signature_is_left_in_the_mail() -> None:
    """A small one to which the text refers; when a mail is nothing else, it is what was sent."""
    here = office()

    def sent(text: str, id_: str) -> bytes:
        made = EmailMessage()
        made["Authentication-Results"] = "mx.studio.example; dmarc=pass header.from=acme.example"
        made["From"], made["To"], made["Message-ID"] = "ana@acme.example", here.address(), id_
        made.set_content(text)
        made.add_related(PNG, "image", "png", cid="<logo@acme.example>", disposition="inline", filename="logo.png")
        return made.as_bytes()

    assert POSTED == here.kit.conversations.receive_email(sent("Yes.", "<a@x.test>"))
    assert POSTED == here.kit.conversations.receive_email(sent("\n", "<b@x.test>"))
    with_text, alone = here.kit.conversations.thread(here.talk.id, by=here.maria).messages
    assert [[], ["logo.png"]] == [[each.name for each in view.attachments] for view in (with_text, alone)]


def test_a_letter_that_came_back_for_good_says_so_in_the_composer() -> None:
    """The report has to come where reports alone go, not to an address for answers, about the very person, for good."""
    here = office()
    address, ana = here.address(reports=True), Contact(here.ana.id)
    here.kit.conversations.receive_email(report(here.address(), "ana@acme.example", "5.1.1"))
    here.kit.conversations.receive_email(report(address, "somebody@else.example", "5.1.1"))
    here.kit.conversations.receive_email(report(address, "ana@acme.example", "4.2.2"))
    here.kit.conversations.receive_email(report(f"reply+{'a' * 42}@{DOMAIN}", "ana@acme.example", "5.1.1"))
    before = here.kit.conversations.reach(ana, by=here.maria)
    outcome = here.kit.conversations.receive_email(
        report(address, "ANA@acme.example", "5.1.1"), envelope_to=[address], envelope_from=""
    )
    after = here.kit.conversations.reach(ana, by=here.maria)

    assert dropped(ReplyReason.BOUNCE) == outcome
    assert ReachReason.NO_PORTAL_ACCESS == before.reason
    assert ReachReason.BOUNCED == after.reason
    assert [] == here.texts()


def report(to: str, failed: str, status: str) -> bytes:
    """Return what a server reports of a letter (RFC 3464)."""
    action = "failed" if status.startswith("5") else "delayed"
    return (
        f"From: MAILER-DAEMON@mx.acme.example\r\nTo: {to}\r\nSubject: Undelivered\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n'
        "Content-Type: text/plain\r\n\r\nIt did not arrive.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.acme.example\r\n\r\nFinal-Recipient: rfc822; {failed}\r\nAction: {action}\r\n"
        f"Status: {status}\r\n\r\n--b--\r\n"
    ).encode()


def test_machines_are_dropped() -> None:
    """An absence, a list, our own letters."""
    here = office()
    address = here.address()

    def outcome(raw: bytes) -> ReplyReason:
        return here.kit.conversations.receive_email(raw).reason

    assert ReplyReason.AUTO_REPLY == outcome(mail(address, headers=[("Auto-Submitted", "auto-replied")]))
    assert ReplyReason.BULK == outcome(mail(address, headers=[("List-Id", "<l.acme.example>")]))
    assert ReplyReason.OWN_ADDRESS == outcome(mail(address, sender="portal@studio.example"))
    assert [] == here.texts()
    assert [] == here.kit.conversations.held_mails(by=here.maria)


def test_an_hour_takes_so_many_mails_and_no_more() -> None:
    """Of one person twenty are posted, and of one sender twenty are held; the rest is dropped."""
    here = office()
    address = here.address()
    posted = [
        here.kit.conversations.receive_email(mail(address, message_id=f"<{number}@x.test>")) for number in range(21)
    ]
    more = [
        here.kit.conversations.receive_email(mail(address, message_id=f"<h{number}@x.test>"))
        for number in range(MAX_HELD_OF_ONE)
    ]

    assert [POSTED] * 20 + [held(ReplyReason.TOO_MANY)] == posted
    assert [held(ReplyReason.TOO_MANY)] * 19 + [dropped(ReplyReason.TOO_MANY)] == more
    here.clock.advance(timedelta(hours=1, seconds=1))
    assert POSTED == here.kit.conversations.receive_email(mail(address, message_id="<later@x.test>"))


def test_a_mail_finds_its_tenant_by_the_signature() -> None:
    """Whichever tenant the kit works in; and nothing goes to the other."""
    here = office()
    there = office(here.kit.for_tenant("second"))

    assert POSTED == here.kit.conversations.receive_email(mail(there.address()))
    assert ["The second one, please."] == there.texts()
    assert [] == here.texts()
    assert held(ReplyReason.SEVERAL_ADDRESSES) == there.kit.conversations.receive_email(
        mail(f"{here.address()}, {there.address()}", message_id="<both@x.test>")
    )


def test_an_address_of_staff_is_for_whom_the_letter_was() -> None:
    """An answer to a note stays a note, whoever writes and whatever the mail says; unproven staff wait."""
    here = office()
    address = here.address(here.maria, audience=Audience.INTERNAL)
    raw = mail(address, "They are late again.", sender="maria@studio.example")

    assert Verdict.HELD == here.kit.conversations.receive_email(raw).verdict
    (waiting,) = here.kit.conversations.held_mails(by=here.maria)
    message = here.kit.conversations.accept_held(waiting, by=here.maria)
    assert (Audience.INTERNAL, "staff:maria") == (message.audience, message.author)
    assert [] == here.texts(Contact(here.ana.id))


def test_proven_staff_answer_by_mail() -> None:
    """By DMARC alone, and with the right on the conversation at the arrival."""
    here = office()
    here.kit.people.add_staff(here.maria, name="Maria", email="maria@studio.example", by=System("setup"))
    address = here.address(here.maria)
    sender = "Maria <maria@studio.example>"

    assert POSTED == here.kit.conversations.receive_email(mail(address, sender=sender))
    assert ["The second one, please."] == here.texts(Contact(here.ana.id))
    unproven = mail(address, sender=sender, dmarc="none", message_id="<m2@x.test>")
    assert held(ReplyReason.STAFF_NOT_PROVEN) == here.kit.conversations.receive_email(unproven)
    here.kit.people.deactivate(here.maria, by=System("setup"))
    left = mail(address, sender=sender, message_id="<m3@x.test>")
    assert held(ReplyReason.PERSON_LEFT) == here.kit.conversations.receive_email(left)


def test_the_letter_that_the_relay_sends_can_be_answered() -> None:
    """To the address that it names; the answer to staff goes out the same way, and a report marks the contact."""
    outbox, clock = MemoryOutbox(), FrozenClock()
    post = Post(
        writer=LetterWriter(site_name="Studio Noord"),
        sender=Mailbox("portal@studio.example", "Studio Noord"),
        pages="https://portal.studio.example/share",
        reply_domain=DOMAIN,
        gather=timedelta(0),
    )
    here = office(kit(clock=clock, inbox=INBOX, notifier=outbox, post=post))
    here.kit.conversations.post(here.talk, "Which of the two?", audience=Audience.CLIENT, by=here.maria)
    clock.advance(timedelta(hours=1))
    here.kit.relay.run_once()
    letter = next(letter for letter, _ in outbox.sent if letter.recipient.address == "ana@acme.example")

    assert letter.reply_to is not None
    assert POSTED == here.kit.conversations.receive_email(mail(letter.reply_to.address))
    assert ["Which of the two?", "The second one, please."] == here.texts(Contact(here.ana.id))
    assert letter.bounces_to is not None
    back = report(letter.bounces_to, "ana@acme.example", "5.1.1")
    here.kit.conversations.receive_email(back, envelope_to=[letter.bounces_to], envelope_from="")
    assert ReachReason.BOUNCED == here.kit.conversations.reach(Contact(here.ana.id), by=here.maria).reason
    loop = next(raw for _, raw in outbox.sent)
    again = here.kit.conversations.receive_email(loop, envelope_to=[letter.reply_to.address])
    assert dropped(ReplyReason.AUTO_REPLY) == again


def test_what_comes_while_the_plan_has_no_messages_waits() -> None:
    """It is asked for mail as for all else, and by whoever accepts; a note among staff needs no plan (D6)."""
    included = [True]
    here = office(kit(clock=FrozenClock(), inbox=INBOX, plan_allows=lambda *_: included[0]))
    included[0] = False
    outcome = here.kit.conversations.receive_email(mail(here.address()))
    (waiting,) = here.kit.conversations.held_mails(by=here.maria)
    with pytest.raises(errors.MessagingRefusedError):
        here.kit.conversations.accept_held(waiting, by=here.maria)
    included[0] = True
    here.kit.conversations.accept_held(waiting, by=here.maria)

    assert outcome == ReplyOutcome(Verdict.HELD, ReplyReason.PLAN)
    assert here.texts() == ["The second one, please."]


def test_nobody_writes_as_another_member_of_staff() -> None:
    """What came to the address of one is accepted by that one alone."""
    here = office()
    here.kit.people.add_staff(Staff("ben"), name="Ben", roles={"admin"}, by=System("setup"))
    here.kit.conversations.receive_email(mail(here.address(here.maria), sender="maria@studio.example"))
    (waiting,) = here.kit.conversations.held_mails(by=Staff("ben"))

    with pytest.raises(errors.NotAllowedError):
        here.kit.conversations.accept_held(waiting, by=Staff("ben"))


def test_an_automatic_reply_answers_what_was_posted_and_nothing_that_is_held() -> None:
    """So that two machines never talk to each other."""
    here = office(about=True)
    here.kit.conversations.set_automatic_reply(PROJECT, "We answer tomorrow.", by=here.maria)
    address = here.address()
    here.kit.conversations.receive_email(mail(address, dmarc="fail"))
    before = here.texts()
    here.kit.conversations.receive_email(mail(address))

    assert [] == before
    assert ["The second one, please.", "We answer tomorrow."] == here.texts()


def test_a_kit_without_an_inbox_says_so() -> None:
    """So does one without a store of bytes, before anything is read; what is no mail is an error of the caller."""
    with pytest.raises(errors.ConfigurationError, match="inbox"):
        kit().conversations.receive_email(b"")
    bare = Sharekit(records=MemoryRecordStore(), secret_keys=["k" * 40], kinds=[], inbox=INBOX)
    with pytest.raises(errors.ConfigurationError, match="blobs"):
        bare.conversations.receive_email(b"")
    here = office()
    text: Any = "what it refuses"
    with pytest.raises(errors.InvalidInputError):
        here.kit.conversations.receive_email(text)
    with pytest.raises(errors.MailRefusedError):
        here.kit.conversations.receive_email(b"x" * (25 * 1024 * 1024 + 1))


class Finding:
    """A scanner that finds a virus in everything."""

    def scan(self, chunks: Iterator[bytes]) -> ScanResult:
        """Find one."""
        return ScanResult(verdict=ScanVerdict.INFECTED)


def test_a_mail_in_which_a_scanner_finds_something_shows_its_text_alone() -> None:
    """The file and the mail itself are deleted; that they came is on record."""
    here = office(kit(inbox=INBOX, scanner=Finding()))
    outcome = here.kit.conversations.receive_email(mail(here.address(), files=[("wall.png", PNG, "image/png")]))
    (view,) = here.kit.conversations.thread(here.talk.id, by=Contact(here.ana.id)).messages

    assert POSTED == outcome
    assert "The second one, please." == view.text
    with pytest.raises(errors.QuarantinedError):
        here.kit.conversations.open_attachment(view.id, 1, by=Contact(here.ana.id))
    with pytest.raises(errors.QuarantinedError):
        here.kit.conversations.original_mail(message_at(here, view.id), by=here.maria)


def message_at(here: Office, id_: str) -> Message:
    """Return the record of a message."""
    with here.kit._wiring.reading() as unit:
        found = unit.get(MESSAGE, id_)
    assert found is not None
    return found


NAMES = st.sampled_from(["From", "To", "Subject", "Content-Type", "Message-ID", "Date"])
HOSTILE = st.binary(max_size=300)


@given(head=st.lists(st.tuples(NAMES, HOSTILE)), body=HOSTILE)
def test_any_bytes_have_an_outcome(head: list[tuple[str, bytes]], body: bytes) -> None:
    """An outcome, or the error of a mail that cannot be read, and never anything else; nothing is ever posted."""
    lines = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in head)
    here = office()
    address = here.address().encode()
    for raw in (lines + b"\r\n" + body, b"To: " + address + b"\r\n" + lines + b"\r\n" + body, body):
        with suppress(errors.MailRefusedError):
            here.kit.conversations.receive_email(raw)

    assert [] == here.texts()
