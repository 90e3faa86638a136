"""What must never be found, and what must never be told apart."""

import base64
import logging
import traceback
import urllib.parse
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sharekit import ResourceRef, Staff, Visibility, errors, signals
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.ids import TenantId, random_id
from sharekit.testing import FrozenClock, kit
from sharekit.tokens import Claims, Purpose, Seals
from tests.features.conftest import KEY, Agency


def spellings(token: str) -> list[bytes]:
    """Return the forms in which a token could lie about."""
    raw = token.encode()
    quoted = urllib.parse.quote(token).encode()
    return [raw, base64.b64encode(raw), base64.urlsafe_b64encode(raw), raw.hex().encode(), quoted]


def test_no_working_token_is_left_anywhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """After a full life of links, no store, log, event, repr or traceback holds a token (R-TOK-2)."""
    caplog.set_level(logging.DEBUG)
    seen: list[object] = []
    receive = seen.append
    password = random_id()  # not written in this file, whose lines tracebacks show
    listened = [signal for signal in vars(signals).values() if isinstance(signal, signals.EventSignal)]
    for signal in listened:
        signal.connect(receive)
    clock = FrozenClock()
    store = SqliteRecordStore(tmp_path / "records.sqlite3")
    own = kit(records=store, clock=clock, secret_keys=[KEY])
    ref, maria = ResourceRef("project", "1"), Staff("maria")
    own.catalog.put(ref, title="x", client_title="y", by=maria)
    plain = own.links.create(ref, by=maria, sections={"progress"}, expires_at=clock.now() + timedelta(days=1))
    guarded = own.links.create(ref, by=maria, sections={"progress"}, password=password, max_uses=3)
    secrets = [own.links.token(plain), own.links.token(guarded)]
    told: list[object] = [own, own.links, plain, guarded, own.links.preview(plain), own.links.open(secrets[0])]

    view = own.links.redeem(secrets[1], password)
    assert view.ticket is not None
    told += [view, own.links.view(view.ticket)]
    own.links.record_view(secrets[0])
    clock.advance(timedelta(days=2))
    own.links.revoke(guarded, by=maria)
    attempts: list[Callable[[], object]] = [
        lambda: own.links.open(secrets[0]),
        lambda: own.links.redeem(secrets[1], password),
        lambda: own.links.open(secrets[0] + "x"),
        lambda: own.links.open(view.ticket or ""),
    ]
    for attempt in attempts:
        with pytest.raises(errors.SharekitError) as refused:
            attempt()
        told += [refused.value, "".join(traceback.format_exception(refused.value))]
    told += [own.links.of(ref), own.audit.entries(), seen]
    own.close()
    for signal in listened:
        signal.disconnect(receive)

    places = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    places += [repr(told).encode(), str(told[-6:]).encode(), caplog.text.encode()]
    for secret in [*secrets, view.ticket]:
        assert not any(form in place for form in spellings(secret) for place in places)
    assert not any(password.encode() in place for place in places)
    assert seen


def test_the_key_alone_forges_nothing(agency: Agency) -> None:
    """Whoever has the key but not the id makes genuine tokens of links that are not there."""
    agency.link()
    forged = Seals([KEY]).seal(Purpose.LINK, Claims(TenantId("default"), random_id(), 1))

    with pytest.raises(errors.LinkUnavailableError):
        agency.kit.links.open(forged)


def test_the_store_alone_forges_nothing(agency: Agency) -> None:
    """Whoever reads the store but has another key gets in nowhere."""
    link = agency.link()
    forged = Seals([b"another key of thirty-two bytes.."]).seal(Purpose.LINK, Claims(link.tenant, link.id, 1))

    with pytest.raises(errors.LinkUnavailableError):
        agency.kit.links.open(forged)


def absent(agency: Agency) -> str:
    """A link that never was."""
    return Seals([KEY]).seal(Purpose.LINK, Claims(TenantId("default"), random_id(), 1))


def garbage(agency: Agency) -> str:
    """No token at all."""
    return "no-token"


def truncated(agency: Agency) -> str:
    """A part of a token."""
    return agency.token()[:-3]


def foreign(agency: Agency) -> str:
    """A link of another tenant."""
    other = agency.kit.for_tenant("other")
    other.catalog.put(agency.relaunch, title="x", client_title="y", by=agency.maria)
    return other.links.token(other.links.create(agency.relaunch, by=agency.maria, sections=set()))


def revoked(agency: Agency) -> str:
    """A link that was taken back."""
    link = agency.link()
    agency.kit.links.revoke(link, by=agency.maria)
    return agency.kit.links.token(link)


def outdated(agency: Agency) -> str:
    """A genuine token of another generation."""
    link = agency.link()
    return Seals([KEY]).seal(Purpose.LINK, Claims(link.tenant, link.id, link.generation + 1))


def internal(agency: Agency) -> str:
    """A link to something that became internal."""
    token = agency.token()
    agency.put(agency.relaunch, visibility=Visibility.INTERNAL)
    return token


def removed(agency: Agency) -> str:
    """A link to something that was removed."""
    token = agency.token()
    agency.kit.catalog.remove(agency.relaunch, by=agency.maria)
    return token


def orphaned(agency: Agency) -> str:
    """A link whose maker left."""
    token = agency.token()
    agency.kit.people.deactivate(agency.maria, by=agency.root)
    return token


def exhausted(agency: Agency) -> str:
    """A link that was used up."""
    token = agency.token(max_uses=1)
    agency.kit.links.redeem(token)
    return token


def revoked_with_password(agency: Agency) -> str:
    """A link with a password that was taken back."""
    link = agency.link(password="open sesame")
    agency.kit.links.revoke(link, by=agency.maria)
    return agency.kit.links.token(link)


DEAD = [
    absent,
    garbage,
    truncated,
    foreign,
    revoked,
    outdated,
    internal,
    removed,
    orphaned,
    exhausted,
    revoked_with_password,
]


@pytest.mark.parametrize("make", DEAD, ids=lambda make: make.__name__)
def test_a_client_cannot_tell_dead_links_apart(agency: Agency, make: Callable[[Agency], str]) -> None:
    """Whatever the reason, each verb gives the same type, text and attributes (R-ENUM-1)."""
    token = make(agency)

    for verb in (agency.kit.links.open, agency.kit.links.redeem, agency.kit.links.view, agency.kit.links.record_view):
        with pytest.raises(errors.LinkUnavailableError) as refused:
            verb(token)
        assert (errors.LinkUnavailableError, "this link is not available", {"expired": False}) == (
            type(refused.value),
            str(refused.value),
            vars(refused.value),
        )
        assert refused.value.__cause__ is None
        assert refused.value.__context__ is None or refused.value.__suppress_context__


def test_logs_name_a_link_by_its_first_characters_only(agency: Agency, caplog: pytest.LogCaptureFixture) -> None:
    """Staff find the reason in the log; the id is cut (R-HTTP-3)."""
    caplog.set_level(logging.INFO)
    link = agency.link()
    agency.kit.links.revoke(link, by=agency.maria)

    with pytest.raises(errors.LinkUnavailableError):
        agency.kit.links.open(agency.kit.links.token(link))

    assert f"link {link.id[:4]}... refused: revoked" in caplog.text
    assert link.id not in caplog.text
