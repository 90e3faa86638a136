"""Django's own mail system as a notifier: the contract over SMTP, and what backends of other kinds are given."""

import email
import email.policy
import smtplib
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from typing import ClassVar

import attrs
import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.test import override_settings

from sharekit.backends.django import DjangoNotifier
from sharekit.errors import ConfigurationError, PermanentDeliveryError, TemporaryDeliveryError
from sharekit.mail.composing import compose
from sharekit.ports import Mailbox, Notifier
from sharekit.testing.notifier import LETTER, Delivered, NotifierContract, Refusal, Refusing
from tests.backends._mail_server import MailServer

SMTP = "django.core.mail.backends.smtp.EmailBackend"
_SETTINGS = {"host": "EMAIL_HOST", "port": "EMAIL_PORT", "file_path": "EMAIL_FILE_PATH"}
FULL = attrs.evolve(
    LETTER,
    bounces_to="bounces@studio.example",
    in_reply_to="<parent@studio.example>",
    references=("<first@studio.example>", f"<{'x' * 200}@studio.example>"),
    unsubscribe_url="https://portal.studio.example/u/" + "s" * 200,
)


def mailing(backend: str, **options: str | int) -> override_settings:
    """Name a mail backend in the host's settings, as this Django wants it."""
    if hasattr(mail, "mailers"):
        return override_settings(MAILERS={"default": {"BACKEND": backend, "OPTIONS": options}})
    return override_settings(EMAIL_BACKEND=backend, **{_SETTINGS[name]: value for name, value in options.items()})


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A server that takes what comes, and that the host's settings name."""
    with MailServer().running() as server, mailing(SMTP, host="127.0.0.1", port=server.port):
        yield server


class TestDjangoNotifier(NotifierContract):
    @pytest.fixture
    def notifier(self, server: MailServer) -> Notifier:
        """What is tested."""
        return DjangoNotifier()

    @pytest.fixture
    def delivered(self, server: MailServer) -> Callable[[], Sequence[Delivered]]:
        """What arrived."""
        return lambda: server.taken

    @pytest.fixture
    def refusing(self, server: MailServer) -> Refusing:
        """The same server, in a bad mood."""

        def refuse(refusal: Refusal) -> Notifier:
            server.at_data = "554 5.6.0 not this" if refusal is Refusal.FOR_GOOD else "451 4.3.0 later"
            return DjangoNotifier()

        return refuse


def test_a_mail_server_gets_our_bytes(server: MailServer) -> None:
    """Long references and the address for unsubscribing are not folded anew, and the envelope hears of failures."""
    DjangoNotifier().send(FULL, compose(FULL))

    assert [Delivered(("ana@acme.example",), compose(FULL))] == server.taken
    assert ["bounces@studio.example"] == server.senders


def test_a_service_that_reads_fields_finds_all_of_them() -> None:
    """Subject, text, HTML, who it is from, where to answer, and every header that a thread needs."""
    mail.outbox = []
    with mailing("django.core.mail.backends.locmem.EmailBackend"):
        DjangoNotifier().send(FULL, compose(FULL))
    (sent,) = mail.outbox

    assert LETTER.subject == sent.subject
    assert LETTER.text == sent.body
    assert isinstance(sent, mail.EmailMultiAlternatives)
    assert [(LETTER.html, "text/html")] == [tuple(each) for each in sent.alternatives]
    assert ["ana@acme.example"] == sent.recipients()
    assert "bounces@studio.example" == sent.from_email
    assert ["reply+abc@in.studio.example"] == sent.reply_to
    assert LETTER.message_id == sent.extra_headers["Message-ID"]
    assert "Studio Noord <portal@studio.example>" == sent.extra_headers["From"]
    assert "<parent@studio.example>" == sent.extra_headers["In-Reply-To"]
    assert list(FULL.references) == sent.extra_headers["References"].split()
    assert f"<{FULL.unsubscribe_url}>" == sent.extra_headers["List-Unsubscribe"]
    assert "auto-generated" == sent.extra_headers["Auto-Submitted"]


def test_a_folder_gets_lines_as_the_system_ends_them(tmp_path: Path) -> None:
    """Django's own backend for development writes a letter that can be read back whole."""
    with mailing("django.core.mail.backends.filebased.EmailBackend", file_path=str(tmp_path)):
        DjangoNotifier().send(FULL, compose(FULL))
    (file,) = tmp_path.iterdir()
    read = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)

    assert b"\r" not in file.read_bytes()
    assert isinstance(read, EmailMessage)
    assert LETTER.subject == read["Subject"]


def test_the_console_shows_a_letter(capsys: pytest.CaptureFixture[str]) -> None:
    """The other backend for development."""
    with mailing("django.core.mail.backends.console.EmailBackend"):
        DjangoNotifier().send(LETTER, compose(LETTER))

    assert LETTER.message_id in capsys.readouterr().out


class Strange(BaseEmailBackend):
    """A backend of somebody else."""

    answer: object = None
    heard: ClassVar[list[str]] = []

    def send_messages(self, email_messages: Sequence[mail.EmailMessage]) -> int:
        """Raise or answer whatever the test wants."""
        self.heard.append("letter")
        if isinstance(self.answer, Exception):
            raise self.answer
        assert email_messages[0].message().as_string().count("Message-ID") == 1
        assert isinstance(self.answer, int)
        return self.answer

    def close(self) -> None:
        """Fail at the goodbye."""
        self.heard.append("goodbye")
        raise smtplib.SMTPServerDisconnected("gone")


STRANGE = f"{__name__}.Strange"


@pytest.mark.parametrize("answer", [0, RuntimeError("nobody logs the key"), smtplib.SMTPDataError(451, b"later")])
def test_what_a_backend_makes_of_a_failure_is_ours(monkeypatch: pytest.MonkeyPatch, answer: object) -> None:
    """Nothing taken, an exception of its own, and one of SMTP's: tried again, and told in our words."""
    monkeypatch.setattr(Strange, "answer", answer)

    with mailing(STRANGE), pytest.raises(TemporaryDeliveryError) as caught:
        DjangoNotifier().send(LETTER, compose(LETTER))
    assert "nobody logs" not in str(caught.value)
    assert (caught.value.__cause__ is None) == (answer == 0)


def test_a_failure_at_the_goodbye_is_none_of_the_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was taken (N1); saying that it was not would send it twice."""
    monkeypatch.setattr(Strange, "answer", 1)
    monkeypatch.setattr(Strange, "heard", [])
    with mailing(STRANGE):
        DjangoNotifier().send(LETTER, compose(LETTER))

    assert ["letter", "goodbye"] == Strange.heard


def test_an_address_that_django_would_mangle_is_refused(server: MailServer) -> None:
    """Foreign letters before the @, and a domain that is none (N6)."""
    for address in ("józef@acme.example", f"{'x' * 65}@acme.example"):
        with pytest.raises(PermanentDeliveryError) as caught:
            DjangoNotifier().send(attrs.evolve(LETTER, recipient=Mailbox(address)), b"")

        assert caught.value.recipient
    assert [] == server.taken


def test_a_server_that_does_not_answer_is_waited_for_no_longer_than_said() -> None:
    """Django's own default is to wait for ever (N4)."""
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as silent,
        mailing(SMTP, host="127.0.0.1", port=silent.getsockname()[1]),
        pytest.raises(TemporaryDeliveryError) as caught,
    ):
        DjangoNotifier(timeout=0.3).send(LETTER, compose(LETTER))

    assert "timed out" in str(caught.value.__cause__)


def test_a_notifier_that_cannot_work_says_so(server: MailServer) -> None:
    """No time at all, and a mailer that the settings do not name."""
    with pytest.raises(ConfigurationError, match="timeout"):
        DjangoNotifier(timeout=0)
    with pytest.raises(ConfigurationError, match="mailer"):
        DjangoNotifier("letters").send(LETTER, compose(LETTER))
    assert "DjangoNotifier('letters')" == repr(DjangoNotifier("letters"))
