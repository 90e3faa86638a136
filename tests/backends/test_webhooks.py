"""
Webhooks over HTTP: what is sent and how it is signed, and where no call ever goes.
"""

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import attrs
import pytest

from sharekit import ResourceRef, Sharekit, Staff, System, errors
from sharekit.backends.webhook import HttpWebhookCaller
from sharekit.testing import FrozenClock, WebhookCallerContract, kit
from sharekit.testing.webhook_caller import Make

PROJECT, MARIA, ROOT = ResourceRef("project", "42"), Staff("maria"), System("setup")
LOOPBACK: Final = ("127.0.0.0/8",)


@attrs.define
class Receiver:
    """
    A host's other system, on this machine.

    Attributes:
        url: Where it is.
        status: What it answers.
        headers: Which headers it answers with.
        got: The headers and the body of each call.
    """

    url: str
    status: int = 204
    headers: dict[str, str] = attrs.field(factory=dict[str, str])
    got: list[tuple[dict[str, str], bytes]] = attrs.field(factory=list[tuple[dict[str, str], bytes]])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a receiver that listens."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            made.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(made.status)
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Receiver(f"http://127.0.0.1:{server.server_address[1]}/hook?from=us")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def clock() -> FrozenClock:
    """Return a standing clock."""
    return FrozenClock()


@pytest.fixture
def office(clock: FrozenClock) -> Sharekit:
    """Return a kit with a project, whose webhooks may be on this machine."""
    made = kit(clock=clock, webhook_caller=HttpWebhookCaller(allow=LOOPBACK))
    made.catalog.put(PROJECT, title="Relaunch", client_title="Relaunch", owner=MARIA, by=ROOT)
    return made


class TestHttpWebhookCaller(WebhookCallerContract):
    """The caller that ships keeps the laws."""

    @pytest.fixture
    def make(self) -> Make:
        """What is tested."""
        return lambda allow, seconds: HttpWebhookCaller(allow=allow, timeout=seconds)


def share(office: Sharekit, name: str = "Ana") -> None:
    """Do something that a webhook hears of."""
    ana = office.people.add_contact(name, f"{name.lower()}@acme.test", by=MARIA)
    office.shares.grant(PROJECT, to=ana, by=MARIA)


def signature(secret: str, headers: dict[str, str], body: bytes) -> str:
    """Return the signature that a call has by the published rules of Standard Webhooks."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def test_a_call_is_signed_and_says_plain_facts(office: Sharekit, receiver: Receiver, clock: FrozenClock) -> None:
    """Its receiver can check it with the secret alone; it has ids and facts, and nothing that people wrote."""
    hook = office.webhooks.add(receiver.url, by=ROOT)
    share(office, "Annabella")
    report = office.relay.run_once()

    ((headers, body),) = receiver.got
    said = json.loads(body)
    assert report.called == 1
    assert headers["webhook-signature"] == signature(office.webhooks.secret(hook, by=ROOT), headers, body)
    assert headers["webhook-timestamp"] == str(int(clock.now().timestamp()))
    assert (said["type"], said["data"]["resource"], said["data"]["actor"]) == (
        "resource-shared",
        "project:42",
        "staff:maria",
    )
    assert b"annabella" not in body.lower()
    assert b"Relaunch" not in body


def test_only_chosen_events_are_told(office: Sharekit, receiver: Receiver) -> None:
    """A webhook that hears of new documents is not told of shares; an event that nobody hears of is refused."""
    office.webhooks.add(receiver.url, events={"document-added"}, by=ROOT)
    share(office)
    office.relay.run_once()

    assert receiver.got == []
    with pytest.raises(errors.InvalidInputError, match=r"nobody can be notified of; there are .*document-added, "):
        office.webhooks.add(receiver.url, events={"link-viewed"}, by=ROOT)


def test_a_secret_can_be_changed_without_losing_a_call(
    office: Sharekit, receiver: Receiver, clock: FrozenClock
) -> None:
    """For a day both secrets sign; after it the new one alone."""
    hook = office.webhooks.add(receiver.url, by=ROOT)
    old = office.webhooks.secret(hook, by=ROOT)
    new = office.webhooks.secret(office.webhooks.rotate(hook, by=ROOT), by=ROOT)
    share(office)
    office.relay.run_once()
    clock.advance(timedelta(days=1))
    share(office, "Ben")
    office.relay.run_once()

    both, alone = receiver.got
    assert both[0]["webhook-signature"].split() == [signature(new, *both), signature(old, *both)]
    assert alone[0]["webhook-signature"].split() == [signature(new, *alone)]


def test_a_receiver_that_fails_is_called_again_with_the_same_id(
    office: Sharekit, receiver: Receiver, clock: FrozenClock
) -> None:
    """A later call has another time, and so another signature, and the same id and body."""
    office.webhooks.add(receiver.url, by=ROOT)
    receiver.status = 503
    share(office)
    first = office.relay.run_once()
    receiver.status = 200
    clock.advance(timedelta(minutes=2))
    second = office.relay.run_once()

    (failed, body), (went, again) = receiver.got
    assert (first.postponed, second.called) == (1, 1)
    assert (failed["webhook-id"], body) == (went["webhook-id"], again)
    assert failed["webhook-signature"] != went["webhook-signature"]


def test_a_receiver_that_is_gone_is_told_no_more(office: Sharekit, receiver: Receiver) -> None:
    """410 ends it, as the rules have it."""
    office.webhooks.add(receiver.url, by=ROOT)
    receiver.status = 410
    share(office)
    report = office.relay.run_once()
    share(office, "Ben")
    office.relay.run_once()

    assert (report.dead, len(receiver.got), office.webhooks.all(by=ROOT)) == (1, 1, [])


def test_a_removed_webhook_is_not_told_of_what_waits(office: Sharekit, receiver: Receiver, clock: FrozenClock) -> None:
    """Also of what failed before."""
    hook = office.webhooks.add(receiver.url, by=ROOT)
    receiver.status = 500
    share(office)
    office.relay.run_once()
    office.webhooks.remove(hook, by=ROOT)
    clock.advance(timedelta(minutes=2))
    office.relay.run_once()

    assert len(receiver.got) == 1


def test_webhooks_are_for_admins(office: Sharekit, receiver: Receiver) -> None:
    """Staff without the role see none, and no secret."""
    hook = office.webhooks.add(receiver.url, by=ROOT)

    for deed in (
        lambda: office.webhooks.add(receiver.url, by=MARIA),
        lambda: office.webhooks.all(by=MARIA),
        lambda: office.webhooks.secret(hook, by=MARIA),
        lambda: office.webhooks.rotate(hook, by=MARIA),
        lambda: office.webhooks.remove(hook, by=MARIA),
    ):
        with pytest.raises(errors.NotAllowedError):
            deed()


# --- where no call goes --------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0.0.0.0",  # noqa: S104  # where no call goes
        "10.0.0.1",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fd00::1]",
        "[fe80::1]",
        "224.0.0.1",
    ],
)
def test_no_call_goes_into_a_private_network(host: str) -> None:
    """However such an address is written, and without anything being sent."""
    with pytest.raises(errors.TemporaryDeliveryError) as caught:
        HttpWebhookCaller(timeout=1).call(f"https://{host}/hook", {}, b"{}")

    assert "reached" in caught.value.reason or "private" in caught.value.reason


def test_a_name_that_means_a_private_address_leads_nowhere(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """One private address among public ones is enough to refuse; and the address that was looked at is called."""
    port = int(receiver.url.rpartition(":")[2].partition("/")[0])
    answers = {
        "mixed.test": ["93.184.215.14", "127.0.0.1"],
    }
    asked = list[str]()

    def resolve(host: str, *_: object, **__: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in answers[host]]

    monkeypatch.setattr("sharekit.backends.webhook.socket.getaddrinfo", resolve)
    with pytest.raises(errors.TemporaryDeliveryError, match="private"):
        HttpWebhookCaller().call("https://mixed.test/hook", {}, b"{}")
    monkeypatch.undo()

    assert (asked, receiver.got) == (["mixed.test"], [])


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    """It is a failure like any other answer."""
    receiver.status, receiver.headers = 302, {"location": receiver.url}
    with pytest.raises(errors.TemporaryDeliveryError, match="302"):
        HttpWebhookCaller(allow=LOOPBACK).call(receiver.url, {}, b"{}")

    assert len(receiver.got) == 1


def test_a_receiver_says_how_long_to_wait(receiver: Receiver) -> None:
    """What it asks for is passed on."""
    receiver.status, receiver.headers = 429, {"retry-after": "90"}
    with pytest.raises(errors.TemporaryDeliveryError) as caught:
        HttpWebhookCaller(allow=LOOPBACK).call(receiver.url, {}, b"{}")

    assert caught.value.retry_after == 90.0


def test_plain_http_is_for_allowed_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the open internet a call goes by https, unless its maker said otherwise."""
    monkeypatch.setattr(
        "sharekit.backends.webhook.socket.getaddrinfo",
        lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 80))],
    )

    with pytest.raises(errors.TemporaryDeliveryError, match="https"):
        HttpWebhookCaller().call("http://host.test/hook", {}, b"{}")


@pytest.mark.parametrize(
    "url",
    ["ftp://host.test/", "https://user:pw@host.test/", "https://", "javascript:alert(1)", "https://host.test/#x", "/x"],
)
def test_an_address_that_is_none_is_refused(office: Sharekit, url: str) -> None:
    """When it is added already."""
    with pytest.raises(errors.InvalidInputError):
        office.webhooks.add(url, by=ROOT)
