"""
The contract of callers of webhooks: a test for each law of `WebhookCaller`.

::

    class TestMyCaller(WebhookCallerContract):
        @pytest.fixture
        def make(self):
            return lambda allow, seconds: MyCaller(allow=allow, timeout=seconds)

It calls receivers on this machine, and goes nowhere else.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import Final

import pytest

from sharekit.errors import PermanentDeliveryError, TemporaryDeliveryError
from sharekit.ports import WebhookCaller
from sharekit.testing._laws import Contract, laws_of
from sharekit.testing._receiver import DRIPS, ENDLESS, SILENT, Receiver, receiving

__all__ = ["LAWS", "Make", "Receiver", "WebhookCallerContract", "receiving"]

Make = Callable[[Sequence[str], float], WebhookCaller]
"""Returns a caller that may call these networks though they are private, by http too, and that gives up after about
so many seconds."""

HERE: Final = ("127.0.0.1/32",)
"""The only network that most of the laws allow."""

_BODY: Final = b'{"type":"resource-shared","data":"nobody logs this"}'
_HEADERS: Final = {
    "content-type": "application/json",
    "webhook-id": "a1",
    "webhook-timestamp": "1772442000",
    "webhook-signature": "v1,nobody+logs+this+either=",
}
_SECRETS: Final = ("nobody logs", "nobody+logs")
_PATIENT: Final = 60.0
_HASTY: Final = 0.2
_DELIVERY: Final = (TemporaryDeliveryError, PermanentDeliveryError)

LIMIT = 60.0
"""The seconds after which a call that gives up after a moment is taken never to come back."""


class WebhookCallerContract(Contract, contract=True):
    """The laws of `WebhookCaller`. A subclass gives the fixture `make`."""

    @pytest.fixture
    def make(self) -> Make:
        """Return what makes callers."""
        raise NotImplementedError

    @pytest.fixture
    def receiver(self) -> Iterator[Receiver]:
        """Somebody who listens on 127.0.0.1."""
        with receiving("127.0.0.1") as receiver:
            yield receiver

    @pytest.fixture
    def forbidden(self, receiver: Receiver) -> Iterator[Receiver]:
        """Somebody who listens at the same port of another address of this machine."""
        with ExitStack() as stack:
            try:
                opened = stack.enter_context(receiving("127.0.0.2", receiver.port))
            except OSError:
                pytest.skip("needs 127.0.0.2 to be this machine too, as on Linux; elsewhere add it to the loopback")
            yield opened

    @pytest.mark.parametrize("status", [200, 202, 204])
    def test_w1_a_call_that_returns_was_taken(self, make: Make, receiver: Receiver, status: int) -> None:
        """It arrived once, by POST, at the whole address, with each header and byte as it was given."""
        receiver.status = status
        _call(make(HERE, _PATIENT), receiver.url)
        (arrived,) = receiver.got

        assert ("POST", "/hook?from=us", _BODY) == (arrived.method, arrived.target, arrived.body)
        assert _HEADERS == {name: arrived.headers.get(name) for name in _HEADERS}

    @pytest.mark.parametrize("status", [302, 400, 401, 404, 500])
    def test_w1_anything_but_success_does_not_return(self, make: Make, receiver: Receiver, status: int) -> None:
        """Whether it may pass is for the caller to say."""
        receiver.status = status
        with pytest.raises(_DELIVERY):
            _call(make(HERE, _PATIENT), receiver.url)

        assert 1 == len(receiver.got)

    @pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
    def test_w2_a_failure_may_pass(self, make: Make, receiver: Receiver, status: int) -> None:
        """So that it is tried again."""
        receiver.status = status
        with pytest.raises(TemporaryDeliveryError):
            _call(make(HERE, _PATIENT), receiver.url)

    def test_w2_an_address_where_nobody_listens_may_be_good_later(self, make: Make) -> None:
        """The exception of the network is the cause, and does not escape."""
        with receiving("127.0.0.1") as nobody:
            url = nobody.url
        with pytest.raises(TemporaryDeliveryError):
            _call(make(HERE, _PATIENT), url)

    def test_w2_an_address_that_is_gone_is_gone_for_good(self, make: Make, receiver: Receiver) -> None:
        """410 says so, and that it is the address."""
        receiver.status = 410
        with pytest.raises(PermanentDeliveryError) as gone:
            _call(make(HERE, _PATIENT), receiver.url)

        assert gone.value.recipient

    @pytest.mark.parametrize(
        "host",
        ["127.0.0.1", "localhost", "2130706433", "127.1", "0.0.0.0", "::ffff:127.0.0.1"],  # noqa: S104  # where no call goes
    )
    def test_w3_no_call_goes_to_a_private_network(self, make: Make, receiver: Receiver, host: str) -> None:
        """However the address of this machine is written."""
        with pytest.raises(_DELIVERY):
            _call(make((), _PATIENT), receiver.at(host))

        assert [] == receiver.got

    def test_w3_nor_by_a_redirect(self, make: Make, receiver: Receiver, forbidden: Receiver) -> None:
        """What is allowed is the one address, and not where it leads."""
        receiver.status, receiver.headers = 307, {"location": forbidden.url}
        with suppress(*_DELIVERY):
            _call(make(HERE, _PATIENT), receiver.url)

        assert [] == forbidden.got

    @pytest.mark.parametrize("together", [False, True], ids=["one-after-the-other", "together"])
    def test_w3_nor_by_a_name_that_means_two_things(
        self,
        make: Make,
        receiver: Receiver,
        forbidden: Receiver,
        monkeypatch: pytest.MonkeyPatch,
        together: bool,  # noqa: FBT001  # a case
    ) -> None:
        """The address that was looked at is the one that is called; and all of them are looked at."""
        known = [receiver.host, forbidden.host]
        asked: list[object] = []
        truly = socket.getaddrinfo

        def resolve(host: str | bytes | None, port: object, *rest: object, **options: object) -> list[object]:
            if host not in {"hook.test", b"hook.test"}:
                return list(truly(host, port, *rest, **options))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # passed on
            asked.append(host)
            means = reversed(known) if together else known[min(len(asked), len(known)) - 1 :][:1]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, receiver.port)) for each in means]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        with suppress(*_DELIVERY):
            _call(make(HERE, _PATIENT), receiver.at("hook.test"))

        assert [] == forbidden.got

    @pytest.mark.parametrize("manner", [SILENT, DRIPS, ENDLESS])
    def test_w4_a_call_comes_back(self, make: Make, receiver: Receiver, manner: str) -> None:
        """Whatever the receiver does: it never answers, answers without end, or sends more than anybody reads."""
        receiver.manner = manner
        caller, raised = make(HERE, _HASTY), list[BaseException | None]()

        def call() -> None:
            try:
                _call(caller, receiver.url)
            except BaseException as error:  # noqa: BLE001  # shown below
                raised.append(error)
            else:
                raised.append(None)

        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        thread.join(LIMIT)

        assert raised, "the call did not come back"
        assert isinstance(raised[0], TemporaryDeliveryError) or (raised[0] is None and manner == ENDLESS)

    def test_w5_several_threads_call_at_once(self, make: Make, receiver: Receiver) -> None:
        """Each of their calls arrives once, whole."""
        caller = make(HERE, _PATIENT)
        bodies = [str(number).encode() * 1000 for number in range(12)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda body: _call(caller, receiver.url, body), bodies))

        assert sorted(bodies) == sorted(arrived.body for arrived in receiver.got)

    @pytest.mark.parametrize("status", [204, 410, 500])
    def test_w6_nobody_reads_a_call_in_a_log(
        self, make: Make, receiver: Receiver, status: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Neither the log nor the error has its body, or its signature; also where the receiver says it back."""
        caplog.set_level("INFO")  # below that, a library tells all that it hears
        receiver.status = status
        said = ""
        try:
            _call(make(HERE, _PATIENT), receiver.url)
        except _DELIVERY as error:
            said = f"{error} {error!r} {vars(error)}"

        assert (status == 204) is (said == "")
        assert not [secret for secret in _SECRETS if secret in caplog.text + said]


LAWS: Mapping[str, str] = laws_of(WebhookCallerContract)
"""The law that each test is about."""


def _call(caller: WebhookCaller, url: str, body: bytes = _BODY) -> None:
    caller.call(url, _HEADERS, body)
