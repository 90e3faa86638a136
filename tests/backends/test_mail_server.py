"""The server to which a mail server hands mail over, on this machine."""

import smtplib
import socket
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit.backends.mail_doors import NO_SUCH_ADDRESS, deliver, take_from_pipe
from sharekit.backends.mail_server import MailServer
from sharekit.errors import ConfigurationError, MailRefusedError, StorageError
from sharekit.records.mail import ReplyOutcome, ReplyReason, Verdict

TAKEN = ReplyOutcome(Verdict.ACCEPTED, ReplyReason.GENUINE)
ERRORS = st.sampled_from(
    [None, MailRefusedError("too-large"), MailRefusedError("too-deep"), StorageError("secret"), RuntimeError("secret")]
)


class Post:
    """Takes mail, or fails as told."""

    def __init__(self) -> None:
        self.taken: list[tuple[bytes, tuple[str, ...], str | None]] = []
        self.failure: Exception | None = None

    def __call__(self, raw: bytes, recipients: Sequence[str], sender: str | None) -> ReplyOutcome:
        """Take one."""
        if self.failure is not None:
            raise self.failure
        self.taken.append((raw, tuple(recipients), sender))
        return TAKEN

    def server(self, place: str = "127.0.0.1:0", *, lmtp: bool = True, peers: Sequence[str] = ()) -> MailServer:
        """Return a server for it."""
        return MailServer(self, place, lmtp=lmtp, is_ours=lambda address: address.startswith("reply"), peers=peers)


@pytest.fixture
def post() -> Post:
    """What takes mail."""
    return Post()


def test_each_recipient_is_answered_and_the_mail_is_taken_once(post: Post) -> None:
    """As LMTP asks; bytes and envelope arrive as they were sent."""
    with post.server() as server, smtplib.LMTP("127.0.0.1", server.port) as client:
        client.ehlo()
        client.mail("ana@acme.example")
        codes = [client.rcpt(each)[0] for each in ("reply+a@x.test", "reply+b@x.test", "root@x.test")]
        client.docmd("DATA")
        client.send(b"Subject: x\r\n\r\n..dots\r\n.\r\n")
        answers = [client.getreply(), client.getreply()]

    assert [250, 250, 550] == codes
    assert [(250, b"2.0.0 Taken")] * 2 == answers
    assert [(b"Subject: x\r\n\r\n.dots\r\n", ("reply+a@x.test", "reply+b@x.test"), "ana@acme.example")] == post.taken


FAILURES: dict[str, tuple[Exception, tuple[int, bytes]]] = {
    "too-large": (MailRefusedError("too-large"), (552, b"5.3.4 The message is too large")),
    "unreadable": (MailRefusedError("too-deep"), (554, b"5.6.0 The message cannot be read")),
    "store": (StorageError("a secret"), (451, b"4.3.0 Try again later")),
    "surprise": (ZeroDivisionError("a secret"), (451, b"4.3.0 Try again later")),
}


@pytest.mark.parametrize("name", FAILURES)
@pytest.mark.parametrize("lmtp", [True, False])
def test_trouble_is_told_in_fixed_words(post: Post, name: str, lmtp: bool) -> None:
    """What may pass is 4xx, so that the mail is kept and comes again."""
    post.failure, answer = FAILURES[name]
    client_of = smtplib.LMTP if lmtp else smtplib.SMTP
    with (
        post.server(lmtp=lmtp) as server,
        client_of("127.0.0.1", server.port) as client,
        pytest.raises(smtplib.SMTPDataError) as caught,
    ):
        client.sendmail("ana@acme.example", ["reply+a@x.test"], "x")

    assert answer == (caught.value.smtp_code, caught.value.smtp_error)


def test_a_mail_that_is_too_large_does_not_travel(post: Post) -> None:
    """The server says how much it takes, and refuses more at the first word."""
    with post.server() as server, smtplib.LMTP("127.0.0.1", server.port) as client:
        client.ehlo()
        said = client.esmtp_features["size"]
        code, _ = client.mail("ana@acme.example", [f"size={30 * 1024 * 1024}"])

    assert str(25 * 1024 * 1024) == said
    assert 552 == code


def test_peers_are_those_that_are_named(post: Post) -> None:
    """From anywhere else nothing is taken."""
    with post.server(peers=["10.0.0.0/8"]) as server, smtplib.LMTP("127.0.0.1", server.port) as client:
        client.ehlo()
        refused = client.mail("ana@acme.example")
    with post.server(peers=["10.0.0.0/8", "127.0.0.0/8"]) as server, smtplib.LMTP("127.0.0.1", server.port) as client:
        client.ehlo()
        taken, _ = client.mail("ana@acme.example")

    assert (554, b"5.7.1 Not for you") == refused
    assert 250 == taken


def test_a_socket_in_the_file_system_does_as_well(post: Post, tmp_path: Path) -> None:
    """Also where a process that was killed has left one."""
    path = tmp_path / "lmtp.sock"
    with closing(socket.socket(socket.AF_UNIX)) as left:
        left.bind(str(path))
    with post.server(f"unix:{path}") as server, smtplib.LMTP(str(path)) as client:
        client.sendmail("", ["reply+a@x.test"], "x")

    assert f"unix:{path}" == server.place
    assert ["<>"] == [sender for _, _, sender in post.taken] or [""] == [sender for _, _, sender in post.taken]
    assert not path.exists()


@pytest.mark.parametrize("place", ["0.0.0.0:25", "mail.example:25", "2525", "127.0.0.1:x", "127.0.0.1:70000", ":25"])
def test_a_place_that_cannot_be_is_refused(post: Post, place: str) -> None:
    """As is one that others could reach."""
    with pytest.raises(ConfigurationError, match="place"):
        post.server(place)


def test_what_else_cannot_be_is_refused(post: Post) -> None:
    """A network that is none, no threads, a port that is taken."""
    with pytest.raises(ConfigurationError, match="peers"):
        post.server(peers=["everybody"])
    with pytest.raises(ConfigurationError, match="threads"):
        MailServer(post, "127.0.0.1:0", lmtp=True, is_ours=bool, threads=0)
    with post.server() as server, pytest.raises(ConfigurationError, match="listened"), post.server(server.place):
        pass


@given(raw=st.binary(max_size=200), error=ERRORS, reason=st.sampled_from(ReplyReason))
def test_no_word_of_ours_is_in_an_answer(raw: bytes, error: Exception | None, reason: ReplyReason) -> None:
    """Whatever becomes of a mail, its sender reads one of five sentences."""

    def receive(_: bytes, __: Sequence[str], ___: str | None) -> ReplyOutcome:
        if error is not None:
            raise error
        return ReplyOutcome(Verdict.HELD, reason)

    said = deliver(receive, raw, ["reply+a@x.test"], None)

    assert said.smtp in {
        "250 2.0.0 Taken",
        "451 4.3.0 Try again later",
        "552 5.3.4 The message is too large",
        "554 5.6.0 The message cannot be read",
        NO_SUCH_ADDRESS.smtp,
    }
    assert said.code in {0, 65, 75}


def test_a_pipe_reads_no_more_than_a_mail_may_have(post: Post) -> None:
    """And refuses what is longer without looking at it."""

    class Endless:
        def read(self, size: int = -1) -> bytes:
            assert size == 25 * 1024 * 1024 + 1
            return bytes(size)

    assert 65 == take_from_pipe(post, Endless(), [], None)
    assert [] == post.taken
