"""Each law test of the contract of webhook callers fails on a caller that breaks its law, and on no other."""

import http.client
import inspect
import logging
import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from ipaddress import ip_address, ip_network
from urllib.parse import urljoin, urlsplit

import pytest

from sharekit.errors import PermanentDeliveryError, TemporaryDeliveryError
from sharekit.testing import webhook_caller
from sharekit.testing.webhook_caller import LAWS, WebhookCallerContract, receiving
from tests.testing._catching import cases

LONG = 240.0  # seconds for what always comes


class Caller:
    """A caller that keeps every law, and is broken by its subclasses."""

    def __init__(self, allow: Sequence[str], seconds: float) -> None:
        self.allowed = [ip_network(each) for each in allow]
        self.seconds = seconds

    def call(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Send one POST."""
        parts = urlsplit(url)
        try:
            places = self.places(parts.hostname or "", parts.port or 80)
            for place in places:
                self.look_at(place)
            connection = self.connection(url, places[0])
            over = threading.Event()
            ending = threading.Timer(3 * self.seconds, lambda: self.end(connection, over))
            ending.start()
            try:
                connection.request("POST", f"{parts.path}?{parts.query}", body, dict(headers))
                with connection.getresponse() as answer:
                    said = self.read(answer)
                    status, location = answer.status, answer.headers.get("location", "")
                if over.is_set():
                    raise TimeoutError
            finally:
                ending.cancel()
                connection.close()
        except (OSError, http.client.HTTPException) as error:
            self.unreachable(error)
        else:
            self.judge(url, status, location, said)

    def places(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host."""
        return [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]

    def look_at(self, place: str) -> None:
        """Refuse an address that may not be called."""
        if not any(ip_address(place) in network for network in self.allowed):
            raise TemporaryDeliveryError("private")

    def connection(self, url: str, place: str) -> http.client.HTTPConnection:
        """Return a connection to an address."""
        return http.client.HTTPConnection(place, urlsplit(url).port, timeout=self.seconds)

    def end(self, connection: http.client.HTTPConnection, over: threading.Event) -> None:
        """End a call that takes too long."""
        over.set()
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)

    def read(self, answer: http.client.HTTPResponse) -> bytes:
        """Read what is of use."""
        return b""

    def unreachable(self, error: Exception) -> None:
        """Say that there was no answer."""
        raise TemporaryDeliveryError("no answer") from error

    def judge(self, url: str, status: int, location: str, said: bytes) -> None:
        """Say how it went."""
        if status == 410:
            raise PermanentDeliveryError("gone", recipient=True)
        if not 200 <= status < 300:
            raise TemporaryDeliveryError(f"it answered {status}")


class Careless(Caller):
    def judge(self, url: str, status: int, location: str, said: bytes) -> None:
        """Take every answer for a success."""


class Rewriting(Caller):
    def call(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Send another body than was signed."""
        super().call(url, headers, body + b"\n")


class Hopeful(Caller):
    def judge(self, url: str, status: int, location: str, said: bytes) -> None:
        """Call a receiver that is gone again and again."""
        if not 200 <= status < 300:
            raise TemporaryDeliveryError("no")


class Resigned(Caller):
    def judge(self, url: str, status: int, location: str, said: bytes) -> None:
        """Give up at once."""
        if not 200 <= status < 300:
            raise PermanentDeliveryError("no", recipient=True)


class Leaky(Caller):
    def unreachable(self, error: Exception) -> None:
        """Let an exception of the network escape."""
        raise error


class Trusting(Caller):
    def look_at(self, place: str) -> None:
        """Call whatever is named."""


class Following(Caller):
    def judge(self, url: str, status: int, location: str, said: bytes) -> None:
        """Go where the receiver says."""
        if location:
            Trusting((), self.seconds).call(urljoin(url, location), {}, b"")
        super().judge(url, status, location, said)


class Forgetful(Caller):
    def connection(self, url: str, place: str) -> http.client.HTTPConnection:
        """Look one address up, and call another."""
        return super().connection(url, urlsplit(url).hostname or "")


class Hasty(Caller):
    def look_at(self, place: str) -> None:
        """Refuse by the first address, and call the last."""
        if place == "127.0.0.1" or not self.allowed:
            super().look_at(place)


class Patient(Caller):
    def __init__(self, allow: Sequence[str], seconds: float) -> None:
        """Wait for ever."""
        super().__init__(allow, 3600)


class Greedy(Caller):
    def __init__(self, allow: Sequence[str], seconds: float) -> None:
        super().__init__(allow, max(seconds, 1.0))  # a busy machine may have the receiver pause between two letters

    def end(self, connection: http.client.HTTPConnection, over: threading.Event) -> None:
        """Let each step take its time, however many there are."""

    def read(self, answer: http.client.HTTPResponse) -> bytes:
        """Read all that the receiver says."""
        return answer.read()


class OneAtATime(Caller):
    def __init__(self, allow: Sequence[str], seconds: float) -> None:
        super().__init__(allow, seconds)
        self._busy = threading.Lock()
        self._begun, self._others = threading.Event(), threading.Event()

    def call(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Lose what comes while another call is on its way."""
        if body.startswith(b"0"):
            with self._busy:
                self._begun.set()
                self._others.wait(LONG)
        elif body[:1].isdigit():
            self._begun.wait(LONG)
            if self._busy.locked():
                self._others.set()
                return
        super().call(url, headers, body)


class Talkative(Caller):
    def call(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Log what is sent."""
        logging.getLogger("post").info("calling %s with %s", url, headers)
        super().call(url, headers, body)


class Quoting(Caller):
    def read(self, answer: http.client.HTTPResponse) -> bytes:
        """Read a little of the answer."""
        return answer.read(200) if answer.headers.get("content-length") else b""

    def judge(self, url: str, status: int, location: str, said: bytes) -> None:
        """Say in the error what the receiver said."""
        if status >= 400 and status != 410:
            raise TemporaryDeliveryError(f"it answered {said!r}")
        super().judge(url, status, location, said)


BROKEN: dict[type[Caller], set[str]] = {
    Careless: {"W1", "W2", "W6"},  # W6 asks what a failure says
    Rewriting: {"W1", "W5"},
    Hopeful: {"W2"},
    Resigned: {"W2"},
    Leaky: {"W2", "W4"},  # what ends a call that takes too long escapes too
    Trusting: {"W3"},
    Following: {"W3"},
    Forgetful: {"W3"},
    Hasty: {"W3"},
    Patient: {"W4"},
    Greedy: {"W4"},
    OneAtATime: {"W5"},
    Talkative: {"W6"},
    Quoting: {"W6"},
}


NEVER_BACK: dict[type[Caller], float] = {Patient: 0.5, Greedy: 3.0}
"""Who need not be waited for long, since they do not come back at all."""


def failed(make: type[Caller], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the laws that a caller breaks."""
    monkeypatch.setattr(webhook_caller, "LIMIT", NEVER_BACK.get(make, LONG))
    broken = set()
    for name, law in LAWS.items():
        test = getattr(WebhookCallerContract(), name)
        for case in cases(test):
            wanted = set(inspect.signature(test).parameters) - set(case)
            with ExitStack() as stack:
                receiver = stack.enter_context(receiving("127.0.0.1"))
                known: dict[str, object] = {"make": make, "receiver": receiver, "caplog": caplog}
                if "forbidden" in wanted:
                    known["forbidden"] = stack.enter_context(receiving("127.0.0.2", receiver.port))
                known["monkeypatch"] = stack.enter_context(pytest.MonkeyPatch.context())
                caplog.clear()
                try:
                    test(**{key: known[key] for key in wanted}, **case)
                except (Exception, pytest.fail.Exception):  # noqa: BLE001  # a test fails by any exception
                    broken.add(law)
                    break
    return broken


def test_a_good_caller_breaks_no_law(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way of asking used here finds nothing wrong with one that keeps every law."""
    assert set() == failed(Caller, caplog, monkeypatch)


@pytest.mark.parametrize("make", BROKEN, ids=lambda make: make.__name__)
def test_a_broken_caller_breaks_its_laws_alone(
    make: type[Caller], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests of the broken law fail, and those of every other law pass."""
    assert BROKEN[make] == failed(make, caplog, monkeypatch)


def test_every_law_has_a_broken_caller() -> None:
    """No law test is without a caller that shows that it can fail."""
    assert set(LAWS.values()) == {law for laws in BROKEN.values() for law in laws}
