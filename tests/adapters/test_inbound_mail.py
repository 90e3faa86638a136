"""Mail that comes by HTTP, through each adapter: signed, or not at all."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from sharekit.adapters.asgi import PortalApp
from sharekit.adapters.flask import create_blueprint
from sharekit.errors import InvalidInputError, NaiveDatetimeError
from sharekit.mail.signing import FROM, SIGNATURE, TO, checked_envelope, signed_headers
from sharekit.testing import kit
from sharekit.testing.adapter import Received, Send, Sent, over_asgi, over_wsgi
from sharekit.web import Portal
from tests.adapters.test_contract_django import STARTPROJECT, urlconf
from tests.django_host.project import set_up
from tests.features._mail import WEBHOOK_KEY, Office, mail, office

MIB = 1024 * 1024


def in_flask(portal: Portal, _: ExitStack) -> Send:
    """Mount the portal in Flask."""
    app = Flask("agency")
    app.register_blueprint(create_blueprint(portal), url_prefix="/share")
    return over_wsgi(app)


def in_django(portal: Portal, until_the_end: ExitStack) -> Send:
    """Mount the portal in Django."""
    set_up()
    until_the_end.enter_context(
        override_settings(
            MIDDLEWARE=STARTPROJECT, ALLOWED_HOSTS=["portal.example"], ROOT_URLCONF=urlconf(portal, "/share")
        )
    )
    return over_wsgi(WSGIHandler())


def in_asgi(portal: Portal, _: ExitStack) -> Send:
    """Mount the portal as an ASGI application."""
    return over_asgi(PortalApp(portal), root_path="/share")


@pytest.fixture
def here() -> Office:
    """An office."""
    return office()


@pytest.fixture(params=[in_flask, in_django, in_asgi])
def send(request: pytest.FixtureRequest, here: Office) -> Iterator[Send]:
    """What sends requests to its portal."""
    mount: Callable[[Portal, ExitStack], Send] = request.param
    with ExitStack() as until_the_end:
        yield mount(Portal(here.kit, base_path="/share"), until_the_end)


def posted(send: Send, raw: bytes, headers: dict[str, str]) -> Received:
    """Send a mail."""
    fields = (("Content-Type", "message/rfc822"), *headers.items())
    return send(Sent("POST", "/share/mail", headers=fields, body=raw))


def signed(here: Office, raw: bytes, to: str, key: bytes = WEBHOOK_KEY) -> dict[str, str]:
    """Return the headers of a mail of Ana."""
    return signed_headers(key, raw, to=[to], sender="ana@acme.example", at=here.kit.clock.now())


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("key", {"key": b"short"}),
        ("key", {"key": "short"}),
        ("key", {"key": None}),
        ("raw", {"raw": "a mail"}),
        ("to", {"to": "ana@acme.example"}),
        ("to", {"to": ["ana@acme.example,bo@acme.example"]}),
        ("to", {"to": ["ana@acme.example\nX: 1"]}),
        ("sender", {"sender": "ana@acme.example\r\n"}),
        ("at", {"at": datetime(2026, 3, 2)}),  # noqa: DTZ001  # that is what is refused
    ],
)
def test_what_nobody_could_check_is_not_signed(field: str, options: dict[str, Any]) -> None:
    """A short key, one text for several addresses, and an address that would be two or another header."""
    given = {"key": WEBHOOK_KEY, "raw": b"", "to": (), "sender": None, "at": datetime(2026, 3, 2, tzinfo=UTC)} | options
    with pytest.raises(InvalidInputError) as refused:
        signed_headers(given.pop("key"), given.pop("raw"), **given)

    assert refused.value.field == field


def test_a_signed_mail_is_posted(here: Office, send: Send) -> None:
    """And committed when the answer comes, which says nothing more."""
    address = here.address()
    raw = mail("somebody@else.example")
    answer = posted(send, raw, signed(here, raw, address))

    assert (204, b"") == (answer.status, answer.body)
    assert ["The second one, please."] == here.texts()


def test_a_mail_that_is_not_signed_like_this_is_none(here: Office, send: Send) -> None:
    """Another key, another envelope, another text, another time, no signature at all."""
    address = here.address()
    raw = mail(address)
    good = signed(here, raw, address)
    old = signed_headers(WEBHOOK_KEY, raw, to=[address], sender="x", at=here.kit.clock.now() - timedelta(minutes=6))
    tries = [
        (raw, signed(here, raw, address, key=b"k" * 32)),
        (raw, {**good, TO: "reply+other@in.studio.example"}),
        (raw, {**good, FROM: ""}),
        (raw, {name: value for name, value in good.items() if name != FROM}),
        (raw + b"x", good),
        (raw, old),
        (raw, {SIGNATURE: "t=1, v1=" + "0" * 64}),
        (raw, {}),
    ]

    assert {(403, b"")} == {(answer.status, answer.body) for answer in (posted(send, *each) for each in tries)}
    assert [] == here.texts()
    assert [] == here.kit.conversations.held_mails(by=here.maria)


def test_what_cannot_be_taken_says_so_by_its_status(here: Office, send: Send) -> None:
    """Too large, unreadable; other methods are not known."""
    address = here.address()
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(30))
    large = b"x" * (25 * MIB + 1)

    assert 413 == posted(send, large, signed(here, large, address)).status
    assert 422 == posted(send, deep, signed(here, deep, address)).status
    assert 405 == send(Sent("GET", "/share/mail")).status


def test_without_keys_there_is_no_such_address() -> None:
    """Whoever signs whatever."""
    portal = Portal(kit(), base_path="/share")
    with ExitStack() as until_the_end:
        answer = posted(in_asgi(portal, until_the_end), b"x", {})

    assert 404 == answer.status


TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters=","), max_size=20)


@given(raw=st.binary(max_size=50), to=st.lists(TEXTS, max_size=3), sender=TEXTS, other=st.binary(max_size=50))
def test_a_signature_is_of_these_bytes_and_no_others(raw: bytes, to: list[str], sender: str, other: bytes) -> None:
    """And of the envelope as it is read."""
    now = office().kit.clock.now()
    headers = signed_headers(WEBHOOK_KEY, raw, to=[each.strip() for each in to], sender=sender.strip(), at=now)
    found = checked_envelope([b"k" * 32, WEBHOOK_KEY], headers, raw, now=now)

    assert found is not None
    assert [each.strip() for each in to if each.strip()] == list(found.recipients)
    assert sender.strip() == found.sender
    assert (raw == other) == (checked_envelope([WEBHOOK_KEY], headers, other, now=now) is not None)
    assert checked_envelope([b"k" * 32], headers, raw, now=now) is None


def test_a_signature_of_a_year_that_never_comes_is_none() -> None:
    """A moment that no calendar holds is refused like any other wrong one."""
    headers = {SIGNATURE: f"t=999999999999, v1={'0' * 64}"}

    assert checked_envelope([WEBHOOK_KEY], headers, b"", now=datetime.now(UTC)) is None


def test_a_signature_needs_a_time_with_a_zone() -> None:
    """The machine's own zone decides nothing."""
    with pytest.raises(NaiveDatetimeError):
        signed_headers(WEBHOOK_KEY, b"", at=datetime(2026, 3, 2, 9, 0))  # noqa: DTZ001  # what the test is about
