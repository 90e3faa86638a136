"""Notifiers: the contract for those that are shipped, and what a mail server may do to the one over SMTP."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import attrs
import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from sharekit.backends.outbox import FolderOutbox, MemoryOutbox
from sharekit.backends.smtp import SmtpNotifier, Transport
from sharekit.errors import ConfigurationError, PermanentDeliveryError, TemporaryDeliveryError
from sharekit.mail.composing import compose
from sharekit.ports import Mailbox, Notifier
from sharekit.testing.notifier import LETTER, Delivered, NotifierContract, Refusal, Refusing
from tests.backends._mail_server import MailServer


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A server that takes what comes."""
    with MailServer().running() as server:
        yield server


def smtp(port: int) -> SmtpNotifier:
    """A notifier for a server on this machine."""
    return SmtpNotifier("127.0.0.1", port, transport=Transport.PLAIN, timeout=240)


class TestSmtpNotifier(NotifierContract):
    @pytest.fixture
    def notifier(self, server: MailServer) -> Notifier:
        """What is tested."""
        return smtp(server.port)

    @pytest.fixture
    def delivered(self, server: MailServer) -> Callable[[], Sequence[Delivered]]:
        """What arrived."""
        return lambda: server.taken

    @pytest.fixture
    def refusing(self, server: MailServer) -> Refusing:
        """The same server, in a bad mood."""

        def refuse(refusal: Refusal) -> Notifier:
            server.at_data = "554 5.6.0 not this" if refusal is Refusal.FOR_GOOD else "451 4.3.0 later"
            return smtp(server.port)

        return refuse


class TestMemoryOutbox(NotifierContract):
    @pytest.fixture
    def notifier(self) -> MemoryOutbox:
        """What is tested."""
        return MemoryOutbox()

    @pytest.fixture
    def delivered(self, notifier: MemoryOutbox) -> Callable[[], Sequence[Delivered]]:
        """What arrived."""
        return lambda: [Delivered((letter.recipient.address,), message) for letter, message in notifier.sent]

    @pytest.fixture
    def refusing(self, notifier: MemoryOutbox) -> Refusing:
        """The same outbox, in a bad mood."""

        def refuse(refusal: Refusal) -> Notifier:
            notifier.failure = refusal.value("told so")
            return notifier

        return refuse


def test_a_folder_holds_each_letter_once(tmp_path: Path) -> None:
    """One file for each letter, by its date, also when it is sent again; nothing is left half written."""
    outbox = FolderOutbox(tmp_path / "outbox")
    other = attrs.evolve(LETTER, id="delivery-2")
    for letter in (LETTER, other, LETTER):
        outbox.send(letter, compose(letter))
    files = sorted((tmp_path / "outbox").iterdir())

    assert 2 == len(files)
    assert all(file.name.startswith("20260302-093000-") and file.suffix == ".eml" for file in files)
    assert {compose(LETTER)} == {file.read_bytes() for file in files}


def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    """A full or missing disk is no fault of the letter."""
    (tmp_path / "file").write_text("in the way", "utf-8")

    with pytest.raises(TemporaryDeliveryError):
        FolderOutbox(tmp_path / "file").send(LETTER, b"x")


def test_memory_forgets_when_told() -> None:
    """A test looks at its own letters."""
    outbox = MemoryOutbox()
    outbox.send(LETTER, b"x")
    outbox.clear()

    assert () == outbox.sent


ANSWERS: dict[str, tuple[type[PermanentDeliveryError | TemporaryDeliveryError], bool | None]] = {
    "550 5.1.1 no such user": (PermanentDeliveryError, True),
    "550 no such user": (PermanentDeliveryError, True),
    "553 5.1.3 bad address": (PermanentDeliveryError, True),
    "550 5.7.1 you may not relay": (PermanentDeliveryError, False),
    "552 5.2.2 mailbox full": (PermanentDeliveryError, False),
    "450 4.2.1 greylisted": (TemporaryDeliveryError, None),
    "421 4.3.2 going down": (TemporaryDeliveryError, None),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_refused_recipient_is_told_apart(server: MailServer, answer: str) -> None:
    """What comes again tomorrow, what never does, and whether the address itself is at fault."""
    kind, recipient = ANSWERS[answer]
    server.at_recipient = answer

    with pytest.raises(kind) as caught:
        smtp(server.port).send(LETTER, compose(LETTER))
    assert recipient == getattr(caught.value, "recipient", None)
    assert answer.split(maxsplit=1)[0] in str(caught.value)
    assert caught.value.__cause__ is not None
    assert [] == server.taken


def test_a_server_without_smtputf8_cannot_take_foreign_letters() -> None:
    """The address is at fault, and nothing is sent to a mangled one (N6)."""
    letter = attrs.evolve(LETTER, recipient=Mailbox("józef@acme.example"))
    with MailServer({"enable_SMTPUTF8": False}).running() as server, pytest.raises(PermanentDeliveryError) as caught:
        smtp(server.port).send(letter, compose(letter))

    assert caught.value.recipient
    assert [] == server.taken


def test_a_server_that_is_not_there_is_tried_again() -> None:
    """The same for a name that cannot be found."""
    # Bound and not listened at: nobody answers there, and nobody else can meanwhile.
    with closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        with pytest.raises(TemporaryDeliveryError):
            smtp(silent.getsockname()[1]).send(LETTER, compose(LETTER))


@pytest.mark.parametrize("greeting", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"554 go away\r\n", b"220 hello\r\n"])
def test_a_server_that_says_strange_things_is_tried_again(greeting: bytes) -> None:
    """Silence within the time, another protocol, a refusal before the first word, and hanging up."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with closing(connection):
                connection.sendall(greeting)
                if not greeting:
                    connection.recv(1)  # until the other side has had enough

        thread = threading.Thread(target=serve)
        thread.start()
        notifier = SmtpNotifier("127.0.0.1", listening.getsockname()[1], transport=Transport.PLAIN, timeout=0.3)
        with pytest.raises(TemporaryDeliveryError):
            notifier.send(LETTER, compose(LETTER))
        thread.join()


def test_a_server_without_tls_gets_nothing_where_tls_is_asked_for(server: MailServer) -> None:
    """Not even the letter, let alone a password."""
    notifier = SmtpNotifier("127.0.0.1", server.port, username="u", password="p", timeout=240)

    with pytest.raises(TemporaryDeliveryError):
        notifier.send(LETTER, compose(LETTER))
    with pytest.raises(TemporaryDeliveryError):
        SmtpNotifier("127.0.0.1", server.port, transport=Transport.TLS, timeout=240).send(LETTER, compose(LETTER))
    assert [] == server.taken


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate with its key for this machine, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


def _knows(_: object, __: object, ___: object, mechanism: str, login: object) -> AuthResult:
    known = mechanism in {"LOGIN", "PLAIN"} and login == LoginPassword(b"studio", b"right")
    return AuthResult(success=known, handled=False)  # or else the server says nothing


@pytest.mark.parametrize("transport", [Transport.STARTTLS, Transport.TLS])
def test_a_letter_and_a_password_go_over_tls(certificate: Path, transport: Transport) -> None:
    """To a server whose certificate is trusted; a wrong password, and any other certificate, are tried again."""
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=certificate)
    tls = {"tls_context": ours} if transport is Transport.STARTTLS else {"ssl_context": ours}
    demands = transport is Transport.STARTTLS  # the library does not know that it listens behind TLS
    login = {"authenticator": _knows, "auth_required": demands, "auth_require_tls": demands}

    def notifier(port: int, password: str, context: ssl.SSLContext | None) -> SmtpNotifier:
        return SmtpNotifier(
            "127.0.0.1", port, transport=transport, username="studio", password=password, context=context
        )

    with MailServer({**tls, **login}).running() as server:
        notifier(server.port, "right", trusting).send(LETTER, compose(LETTER))
        for password, context in (("wrong", trusting), ("right", None)):
            with pytest.raises(TemporaryDeliveryError):
                notifier(server.port, password, context).send(LETTER, compose(LETTER))

        assert [("ana@acme.example",)] == [each.recipients for each in server.taken]


def test_a_way_that_is_not_safe_is_refused_when_it_is_made() -> None:
    """PLAIN to another machine, or with a password; half of a login; no time."""
    with pytest.raises(ConfigurationError, match="transport"):
        SmtpNotifier("mail.example", transport=Transport.PLAIN)
    with pytest.raises(ConfigurationError, match="transport"):
        SmtpNotifier("127.0.0.1", transport=Transport.PLAIN, username="u", password="p")
    with pytest.raises(ConfigurationError, match="password"):
        SmtpNotifier("mail.example", username="u")
    with pytest.raises(ConfigurationError, match="timeout"):
        SmtpNotifier("mail.example", timeout=0)


def test_a_password_shows_nowhere() -> None:
    """The notifier's ``repr`` says where it sends to, and nothing else."""
    shown = repr(
        SmtpNotifier("mail.example", username="u", password="very secret", context=ssl.create_default_context())
    )

    assert "SmtpNotifier('mail.example', 587" in shown
    assert "very secret" not in shown
