"""A letter goes out by Postfix, and its answer comes back by Postfix to ``sharekit inbound``."""

import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from sharekit.backends.smtp import SmtpNotifier, Transport
from sharekit.mail.composing import compose, message_id
from sharekit.mail.inbound import parse_mail
from sharekit.ports import Letter, Mailbox
from tests.backends._mail_server import MailServer
from tests.cli._office import host_in, listening, until
from tests.features._mail import office
from tests.servers import _postfix
from tests.servers._processes import free_port


def answer(to: str, text: str, id_: str) -> EmailMessage:
    """Return an answer of Ana, with findings of her own about her."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = "ana@acme.example", to, "Re: Two drafts", id_
    made["Authentication-Results"] = "mx.studio.example; dmarc=fail header.from=acme.example"
    made.set_content(text)
    return made


@pytest.mark.slow
def test_a_letter_and_its_answer_go_through_postfix(tmp_path: Path) -> None:
    """Out by SMTP, back by LMTP; kept while we are away; refused in words that tell nothing."""
    here = office(host_in(tmp_path))
    address, port, lmtp = here.address(), free_port(), free_port()
    letter = Letter(
        id="delivery-1",
        recipient=Mailbox("ana@acme.example", "Ana"),
        sender=Mailbox("portal@studio.example", "Studio Noord"),
        reply_to=Mailbox(address),
        bounces_to=address,
        subject="Two drafts",
        text="Which of the two?",
        message_id=message_id("studio.example", "delivery-1"),
        date=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    )
    with MailServer().running() as world, _postfix.running(port, lmtp=lmtp, elsewhere=world.port) as postfix:
        SmtpNotifier("127.0.0.1", port, transport=Transport.PLAIN).send(letter, compose(letter))

        assert until(lambda: len(world.taken) == 1), postfix.log
        arrived = parse_mail(world.taken[0].message)
        assert letter.message_id == arrived.message_id
        assert [address] == world.senders

        def send(message: EmailMessage) -> None:
            with smtplib.SMTP("127.0.0.1", port) as client:
                client.send_message(message, "ana@acme.example", [address])

        # Nobody listens yet: Postfix keeps the mail.
        send(answer(address, "The second one.", "<m1@acme.example>"))
        assert until(lambda: "status=deferred" in postfix.log), postfix.log
        with listening(tmp_path, "--lmtp", f"127.0.0.1:{lmtp}"):
            postfix.try_again()
            assert until(lambda: here.texts() == ["The second one."]), postfix.log

            with smtplib.SMTP("127.0.0.1", port) as client, pytest.raises(smtplib.SMTPRecipientsRefused):
                client.sendmail("ana@acme.example", ["info@in.studio.example"], b"x")

            deep = answer(address, "x", "<m2@acme.example>").as_bytes().split(b"\n\n")[0]
            levels = b"".join(
                b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (number, number) for number in range(40)
            )
            head = b"\n".join(line for line in deep.splitlines() if not line.lower().startswith(b"content-"))
            with smtplib.SMTP("127.0.0.1", port) as client:
                client.sendmail("ana@acme.example", [address], head.replace(b"MIME", b"X-M") + b"\n" + levels)
            assert until(lambda: len(world.taken) == 2), postfix.log

    assert b"554 5.6.0 The message cannot be read" in world.taken[1].message
    assert ("<>", ("ana@acme.example",)) == (world.senders[1], world.taken[1].recipients)
    said = world.taken[1].message.decode("ascii", "replace").lower()
    for word in ("too-deep", "sharekit", "traceback", "held", "token", "conversation"):
        assert word not in said.replace("multipart", "").replace(address, "")
    assert ["The second one."] == here.texts()
    here.kit.close()
