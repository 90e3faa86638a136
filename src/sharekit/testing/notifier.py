"""
The contract of notifiers: a test for each law of `Notifier` that can be seen from outside.

::

    class TestMyNotifier(NotifierContract):
        @pytest.fixture
        def notifier(self): ...

        @pytest.fixture
        def delivered(self, notifier): ...

        @pytest.fixture
        def refusing(self): ...
"""

import email
import email.policy
import enum
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.message import EmailMessage

import attrs
import pytest

from sharekit.errors import PermanentDeliveryError, TemporaryDeliveryError
from sharekit.mail.composing import compose, message_id
from sharekit.ports.letters import Letter, Mailbox, Notifier
from sharekit.testing._laws import Contract, laws_of

__all__ = ["LAWS", "LETTER", "Delivered", "NotifierContract", "Refusal", "Refusing"]

LETTER = Letter(
    id="delivery-1",
    recipient=Mailbox("ana@acme.example", "Zoë, of Acme"),
    sender=Mailbox("portal@studio.example", "Studio Noord"),
    reply_to=Mailbox("reply+abc@in.studio.example"),
    subject="A subject with żółć that nobody logs",
    text="A text with żółć that nobody logs.\n\n.\nEnd\n",
    html="<p>A text with żółć that nobody logs.</p>",
    message_id=message_id("studio.example", "delivery-1"),
    date=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
)


@attrs.frozen
class Delivered:
    """
    What arrived somewhere.

    Attributes:
        recipients: To whom it was handed over.
        message: As its recipient sees it.
    """

    recipients: tuple[str, ...]
    message: bytes


class Refusal(enum.Enum):
    """How a service refuses a letter."""

    FOR_NOW = TemporaryDeliveryError
    """It may take it later."""
    FOR_GOOD = PermanentDeliveryError
    """It never takes it."""


Refusing = Callable[[Refusal], Notifier]
"""Returns a notifier whose service refuses each letter in this way."""


class NotifierContract(Contract, contract=True):
    """The laws of `Notifier`. A subclass gives the three fixtures."""

    @pytest.fixture
    def notifier(self) -> Notifier:
        """A notifier whose service takes letters."""
        raise NotImplementedError

    @pytest.fixture
    def delivered(self, notifier: Notifier) -> Callable[[], Sequence[Delivered]]:
        """Return what arrived so far."""
        raise NotImplementedError

    @pytest.fixture
    def refusing(self) -> Refusing:
        """Return a notifier whose service refuses."""
        raise NotImplementedError

    def test_n1_a_letter_goes_to_its_recipient_and_to_nobody_else(
        self, notifier: Notifier, delivered: Callable[[], Sequence[Delivered]]
    ) -> None:
        """When `send` returned, it was taken for this one person."""
        _send(notifier, LETTER)

        assert [("ana@acme.example",)] == [each.recipients for each in delivered()]

    @pytest.mark.parametrize("refusal", Refusal)
    def test_n2_a_failure_says_whether_it_may_pass(self, refusing: Refusing, refusal: Refusal) -> None:
        """So that it is tried again, or not."""
        with pytest.raises(refusal.value):
            _send(refusing(refusal), LETTER)

    def test_n3_a_letter_arrives_as_it_was_given(
        self, notifier: Notifier, delivered: Callable[[], Sequence[Delivered]]
    ) -> None:
        """Subject, text, sender, address to reply to, and Message-ID; also when it is sent again."""
        _send(notifier, LETTER)
        _send(notifier, LETTER)
        arrived = [_read(each.message) for each in delivered()]

        assert arrived
        for message in arrived:
            body = message.get_body(("plain",))

            assert body is not None
            assert LETTER.text.split() == body.get_content().split()
            assert LETTER.subject == str(message["Subject"])
            assert LETTER.message_id == str(message["Message-ID"])
            assert "portal@studio.example" == message["From"].addresses[0].addr_spec
            assert "reply+abc@in.studio.example" == message["Reply-To"].addresses[0].addr_spec

    def test_n5_several_threads_send_at_once(
        self, notifier: Notifier, delivered: Callable[[], Sequence[Delivered]]
    ) -> None:
        """Each of their letters arrives once, whole."""
        letters = [
            attrs.evolve(LETTER, id=f"d{number}", message_id=message_id("studio.example", f"d{number}"))
            for number in range(12)
        ]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda letter: _send(notifier, letter), letters))

        assert sorted(letter.message_id for letter in letters) == sorted(
            str(_read(each.message)["Message-ID"]) for each in delivered()
        )

    def test_n6_an_address_that_cannot_be_written_is_the_recipients_fault(
        self, notifier: Notifier, delivered: Callable[[], Sequence[Delivered]]
    ) -> None:
        """It arrives, or it is refused for good as an address."""
        letter = attrs.evolve(LETTER, recipient=Mailbox("józef@acme.example"))
        at_fault = False
        try:
            _send(notifier, letter)
        except PermanentDeliveryError as error:
            at_fault = error.recipient

        assert at_fault or [("józef@acme.example",)] == [each.recipients for each in delivered()]

    @pytest.mark.parametrize("refusal", Refusal)
    def test_n7_nobody_reads_a_letter_in_a_log(
        self, refusing: Refusing, refusal: Refusal, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Neither the log nor the error has its subject or text."""
        caplog.set_level("INFO")  # below that, a service in this process tells all that it hears
        with pytest.raises(refusal.value) as caught:
            _send(refusing(refusal), LETTER)

        assert "nobody logs" not in caplog.text + str(caught.value) + repr(caught.value)


LAWS = laws_of(NotifierContract)
"""The law that each test is about."""


def _send(notifier: Notifier, letter: Letter) -> None:
    notifier.send(letter, compose(letter))


def _read(message: bytes) -> EmailMessage:
    read = email.message_from_bytes(message, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read
