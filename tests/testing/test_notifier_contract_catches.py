"""Each law test of the notifier contract fails on a notifier that breaks its law, and on no other."""

import inspect
import logging
import threading
from collections.abc import Sequence

import pytest

from sharekit.errors import PermanentDeliveryError, TemporaryDeliveryError
from sharekit.ports import Letter, Notifier
from sharekit.testing.notifier import LAWS, LETTER, Delivered, NotifierContract, Refusal
from tests.testing._catching import cases

LONG = 240.0  # seconds for what always comes


class Post:
    """A notifier that keeps every law, and is broken by its subclasses."""

    def __init__(self) -> None:
        self.arrived: list[Delivered] = []
        self.refusal: Refusal | None = None

    def send(self, letter: Letter, message: bytes) -> None:
        """Take a letter."""
        if self.refusal is not None:
            self.refuse(letter, self.refusal)
        self.take(letter, message)

    def refuse(self, letter: Letter, refusal: Refusal) -> None:
        """Refuse a letter."""
        raise refusal.value("no")

    def take(self, letter: Letter, message: bytes) -> None:
        """Deliver a letter."""
        self.arrived.append(Delivered((letter.recipient.address,), message))


class Forgetful(Post):
    def take(self, letter: Letter, message: bytes) -> None:
        """Deliver to somebody else too."""
        self.arrived.append(Delivered((letter.recipient.address, "boss@studio.example"), message))


class Hopeful(Post):
    def refuse(self, letter: Letter, refusal: Refusal) -> None:
        """Call every failure temporary."""
        raise TemporaryDeliveryError("no")


class Resigned(Post):
    def refuse(self, letter: Letter, refusal: Refusal) -> None:
        """Call every failure permanent."""
        raise PermanentDeliveryError("no")


class Leaky(Post):
    def refuse(self, letter: Letter, refusal: Refusal) -> None:
        """Let an exception of the service escape."""
        raise ConnectionResetError


class Renaming(Post):
    def take(self, letter: Letter, message: bytes) -> None:
        """Give each letter a Message-ID of its own, as some services do."""
        super().take(letter, message.replace(b"Message-ID: <", b"Message-ID: <x" + str(len(self.arrived)).encode()))


class Flattening(Post):
    def take(self, letter: Letter, message: bytes) -> None:
        """Lose where an answer goes."""
        super().take(letter, message.replace(b"Reply-To: ", b"X-Reply-To: "))


class OneAtATime(Post):
    def __init__(self) -> None:
        super().__init__()
        self._busy = threading.Lock()
        self._begun, self._others = threading.Event(), threading.Event()

    def take(self, letter: Letter, message: bytes) -> None:
        """Lose what comes while another letter is on its way."""
        if letter.id == "d0":
            with self._busy:
                self._begun.set()
                self._others.wait(LONG)
        elif letter.id != LETTER.id:
            self._begun.wait(LONG)
            if self._busy.locked():
                self._others.set()
                return
        super().take(letter, message)


class Mangling(Post):
    def take(self, letter: Letter, message: bytes) -> None:
        """Write foreign letters as question marks."""
        address = letter.recipient.address.encode("ascii", "replace").decode("ascii")
        self.arrived.append(Delivered((address,), message))


class Talkative(Post):
    def refuse(self, letter: Letter, refusal: Refusal) -> None:
        """Log what could not be sent."""
        logging.getLogger("post").warning("could not send %s", letter.subject)
        super().refuse(letter, refusal)


class Quoting(Post):
    def refuse(self, letter: Letter, refusal: Refusal) -> None:
        """Say in the error what could not be sent."""
        raise refusal.value(letter.text)


BROKEN: dict[type[Post], set[str]] = {
    Forgetful: {"N1", "N6"},  # whom it goes to is asked by both
    Hopeful: {"N2", "N7"},  # N7 asks a failure of each kind
    Resigned: {"N2", "N7"},
    Leaky: {"N2", "N7"},
    Renaming: {"N3", "N5"},  # N5 tells letters apart by it
    Flattening: {"N3"},
    OneAtATime: {"N5"},
    Mangling: {"N6"},
    Talkative: {"N7"},
    Quoting: {"N7"},
}


def failed(make: type[Post], caplog: pytest.LogCaptureFixture) -> set[str]:
    """Return the laws that a notifier breaks."""
    broken = set()
    for name, law in LAWS.items():
        test = getattr(NotifierContract(), name)
        for case in cases(test):
            post = make()

            def refusing(refusal: Refusal, post: Post = post) -> Notifier:
                post.refusal = refusal
                return post

            def delivered(post: Post = post) -> Sequence[Delivered]:
                return post.arrived

            known = {"notifier": post, "delivered": delivered, "refusing": refusing, "caplog": caplog}
            asked = {key: known[key] for key in inspect.signature(test).parameters if key not in case}
            caplog.clear()
            try:
                test(**asked, **case)
            except (Exception, pytest.fail.Exception):  # noqa: BLE001  # a test fails by any exception
                broken.add(law)
    return broken


def test_a_good_notifier_breaks_no_law(caplog: pytest.LogCaptureFixture) -> None:
    """The way of asking used here finds nothing wrong with one that keeps every law."""
    assert set() == failed(Post, caplog)


@pytest.mark.parametrize("make", BROKEN, ids=lambda make: make.__name__)
def test_a_broken_notifier_breaks_its_laws_alone(make: type[Post], caplog: pytest.LogCaptureFixture) -> None:
    """The tests of the broken law fail, and those of every other law pass."""
    assert BROKEN[make] == failed(make, caplog)


def test_every_law_has_a_broken_notifier() -> None:
    """No law test is without a notifier that shows that it can fail."""
    assert set(LAWS.values()) == {law for laws in BROKEN.values() for law in laws}
