"""The way of a contact into the portal: invited, let in once, carried on, out at the next call."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sharekit import (
    AccessState,
    Contact,
    ContactProfile,
    InvitationState,
    InvitationView,
    PortalSession,
    Sharekit,
    signals,
)
from sharekit.codec.kinds_of_people import INVITATION, PORTAL_ACCESS
from sharekit.errors import (
    InvalidInputError,
    InvitationUnavailableError,
    NotFoundError,
    PortalSessionEndedError,
)
from sharekit.ids import TenantId
from sharekit.ports import AllOf, Query
from sharekit.records.events import InvitationRefused
from sharekit.testing import kit
from sharekit.tokens import Claims, Purpose
from tests.features.conftest import KEY, Agency

MICROSECOND = timedelta(microseconds=1)
WEEK = timedelta(days=7)


@pytest.fixture
def ana(agency: Agency) -> ContactProfile:
    """A contact whom nobody invited yet."""
    return agency.kit.people.add_contact("Ana", "ana@acme.test", locale="es", by=agency.maria)


def token(agency: Agency, contact: Contact, **options: Any) -> str:  # noqa: ANN401  # options of an invitation
    """Invite a contact, and return the token."""
    people = agency.kit.people
    return people.invitation_token(people.invite(contact, by=agency.maria, **options))


def come_in(agency: Agency, contact: Contact) -> PortalSession:
    """Invite a contact and let them in."""
    return agency.kit.people.enter(token(agency, contact))


def lets_in(agency: Agency, sealed: str) -> bool:
    """Say whether an invitation would let somebody in, and see that looking and entering agree on a refusal."""
    try:
        agency.kit.people.view_invitation(sealed)
    except InvitationUnavailableError as error:
        seen = error
    else:
        return True
    with pytest.raises(InvitationUnavailableError) as refused:
        agency.kit.people.enter(sealed)
    assert (str(seen), seen.expired) == (str(refused.value), refused.value.expired)
    return False


def carries_on(own: Sharekit, ticket: str) -> bool:
    """Say whether a ticket is good."""
    try:
        own.people.session(ticket)
    except PortalSessionEndedError:
        return False
    return True


def test_an_invited_contact_comes_in(agency: Agency, ana: ContactProfile) -> None:
    """The states of a contact go from none over invited to active, and the session says who it is."""
    people = agency.kit.people
    before = people.access_of(ana)
    sealed = token(agency, ana)
    invited = people.access_of(ana)
    session = people.enter(sealed)
    after = people.access_of(ana)

    assert [AccessState.NONE, AccessState.INVITED, AccessState.ACTIVE] == [
        before.state,
        invited.state,
        after.state,
    ]
    assert invited.invitation is not None
    assert InvitationState.OPEN is invited.invitation.state
    assert (None, agency.clock.now()) == (after.invitation, after.entered_at)
    assert ana == session.contact == people.session(session.ticket).contact
    assert ["contact-invited", "portal-entered"] == [entry.action for entry in agency.kit.audit.entries()][-2:]
    assert [ana.key] == [entry.actor for entry in agency.kit.audit.entries(action="portal-entered")]


def test_looking_changes_nothing(agency: Agency, ana: ContactProfile) -> None:
    """Scanners may follow the address a hundred times (R-LINK-11)."""
    sealed = token(agency, ana)
    before = agency.everything()
    seen = [agency.kit.people.view_invitation(sealed) for _ in range(100)]

    assert {InvitationView(name="Ana", locale="es", expires_at=agency.clock.now() + WEEK)} == set(seen)
    assert before == agency.everything()
    assert lets_in(agency, sealed)


def test_an_invitation_lets_in_once(agency: Agency, ana: ContactProfile) -> None:
    """The second time it is as good as no invitation, and the session goes on."""
    sealed = token(agency, ana)
    session = agency.kit.people.enter(sealed)

    assert not lets_in(agency, sealed)
    assert carries_on(agency.kit, session.ticket)


def test_of_many_at_the_same_time_one_gets_in(agency: Agency, ana: ContactProfile, deep: bool) -> None:
    """However many present the same token, one session comes of it (R-LINK-4)."""
    people = agency.kit.people
    for _ in range(50 if deep else 5):
        sealed = token(agency, ana)
        sessions: list[PortalSession] = []
        start = threading.Barrier(8)

        def enter(sealed: str = sealed, sessions: list[PortalSession] = sessions, start: Any = start) -> None:  # noqa: ANN401  # a barrier
            start.wait(60)
            try:
                sessions.append(people.enter(sealed))
            except InvitationUnavailableError:
                return

        threads = [threading.Thread(target=enter) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 1 == len(sessions)


@pytest.mark.parametrize(("late", "open_"), [(-MICROSECOND, True), (timedelta(0), False), (MICROSECOND, False)])
def test_an_invitation_ends_on_time(agency: Agency, ana: ContactProfile, late: timedelta, open_: bool) -> None:
    """The end is exclusive, to the microsecond, and may be named (R-LINK-2)."""
    sealed = token(agency, ana, lasting=timedelta(hours=1))
    agency.clock.advance(timedelta(hours=1) + late)

    assert open_ == lets_in(agency, sealed)
    if not open_:
        with pytest.raises(InvitationUnavailableError) as refused:
            agency.kit.people.enter(sealed)
        assert refused.value.expired


def test_sending_again_never_doubles(agency: Agency, ana: ContactProfile) -> None:
    """Every mail holds the same token, it lasts longer, and one of them lets in once."""
    people = agency.kit.people
    first = people.invite(ana, by=agency.maria)
    agency.clock.advance(timedelta(days=6))
    again = people.invite(ana, by=agency.ben)
    shorter = people.invite(ana, by=agency.ben, lasting=timedelta(hours=1))

    assert first.id == again.id == shorter.id
    assert people.invitation_token(first) == people.invitation_token(shorter)
    assert agency.clock.now() + WEEK == again.expires_at == shorter.expires_at
    people.enter(people.invitation_token(first))
    assert not lets_in(agency, people.invitation_token(again))


def test_a_new_invitation_never_revives_an_old_one(agency: Agency, ana: ContactProfile) -> None:
    """What was used, expired or withdrawn stays dead when the contact is invited again."""
    people = agency.kit.people
    dead = [token(agency, ana)]
    people.enter(dead[-1])
    dead.append(token(agency, ana))
    agency.clock.advance(WEEK)
    dead.append(token(agency, ana))
    people.withdraw(ana, by=agency.maria)
    last = token(agency, ana)

    assert 4 == len({*dead, last})
    assert [False] * 3 == [lets_in(agency, sealed) for sealed in dead]
    assert lets_in(agency, last)
    assert 1 == len(agency.kit.people.search("ana", with_access=True))


def test_an_invitation_to_an_old_address_is_dead(agency: Agency, ana: ContactProfile) -> None:
    """Whoever reads the wrong mailbox does not get in, and the contact gets another invitation."""
    people = agency.kit.people
    wrong = token(agency, ana)
    people.update(ana, by=agency.maria, email="ana@right.test")
    right = token(agency, ana)
    people.update(ana, by=agency.maria, email="ANA@right.test")

    assert not lets_in(agency, wrong)
    assert wrong != right
    assert lets_in(agency, right)


def changes(agency: Agency, ana: ContactProfile) -> dict[str, Callable[[], object]]:
    """Return what ends access."""
    people = agency.kit.people
    eva = people.add_contact("Eva", "eva@acme.test", by=agency.maria)
    return {
        "withdrawn": lambda: people.withdraw(ana, by=agency.maria),
        "deactivated": lambda: people.deactivate(ana, by=agency.maria),
        "merged": lambda: people.merge(ana, into=eva, by=agency.maria),
    }


@pytest.mark.parametrize("change", ["withdrawn", "deactivated", "merged"])
def test_access_ends_at_the_next_call(agency: Agency, ana: ContactProfile, change: str) -> None:
    """The session and the open invitation are dead in every kit that shares the store (R-AUTH-4)."""
    people = agency.kit.people
    session, sealed = come_in(agency, ana), token(agency, ana)
    other = kit(records=agency.records, clock=agency.clock, secret_keys=[KEY])
    before = carries_on(other, session.ticket)
    changes(agency, ana)[change]()

    assert before
    assert not carries_on(other, session.ticket)
    assert not carries_on(agency.kit, session.ticket)
    assert not lets_in(agency, sealed)
    assert AccessState.WITHDRAWN is people.access_of(ana).state


def test_what_ended_does_not_come_back(agency: Agency, ana: ContactProfile) -> None:
    """Neither being reactivated nor being invited again revives a session or an invitation."""
    people = agency.kit.people
    session, sealed = come_in(agency, ana), token(agency, ana)
    people.deactivate(ana, by=agency.maria)
    people.reactivate(ana, by=agency.maria)
    again = come_in(agency, ana)

    assert not carries_on(agency.kit, session.ticket)
    assert not lets_in(agency, sealed)
    assert carries_on(agency.kit, again.ticket)


def test_withdrawing_again_changes_nothing(agency: Agency, ana: ContactProfile) -> None:
    """Nor does it for somebody who never had access."""
    people = agency.kit.people
    people.withdraw(ana, by=agency.maria)
    none = people.access_of(ana).state
    come_in(agency, ana)
    people.withdraw(ana, by=agency.maria)
    before = agency.everything()
    people.withdraw(ana, by=agency.maria)

    assert AccessState.NONE is none
    assert before == agency.everything()
    assert 1 == len(agency.kit.audit.entries(action="portal-access-withdrawn"))


def test_a_session_slides(agency: Agency, ana: ContactProfile) -> None:
    """It lives by being used, dies of twelve hours of silence, and is over after thirty days."""
    people = agency.kit.people
    first = session = come_in(agency, ana)
    for _ in range(59):
        agency.clock.advance(timedelta(hours=12) - timedelta(seconds=1))
        session = people.session(session.ticket)

    assert first.since == session.since
    assert not carries_on(agency.kit, first.ticket)
    agency.clock.advance(timedelta(hours=12))
    assert not carries_on(agency.kit, session.ticket)

    session = come_in(agency, ana)
    for _ in range(60):
        agency.clock.advance(timedelta(hours=11, minutes=59))
        session = people.session(session.ticket)
    agency.clock.advance(timedelta(hours=1))
    assert not carries_on(agency.kit, session.ticket)


def test_a_session_of_tomorrow_is_none(agency: Agency, ana: ContactProfile) -> None:
    """A clock that is set back does not lengthen a session."""
    session = come_in(agency, ana)
    agency.clock.advance(-timedelta(minutes=2))

    assert not carries_on(agency.kit, session.ticket)


def test_being_invited_again_ends_no_session(agency: Agency, ana: ContactProfile) -> None:
    """A contact may come in on a second device."""
    first = come_in(agency, ana)
    second = come_in(agency, ana)

    assert carries_on(agency.kit, first.ticket)
    assert carries_on(agency.kit, second.ticket)
    assert AccessState.ACTIVE is agency.kit.people.access_of(ana).state


def test_a_signature_alone_lets_nobody_in(agency: Agency, ana: ContactProfile) -> None:
    """Without its row a genuine token is nothing (R-TOK-5)."""
    session, sealed = come_in(agency, ana), token(agency, ana)
    with agency.records.transaction(agency.kit.tenant, write=True) as tx:
        for kind in (INVITATION, PORTAL_ACCESS):
            for row in tx.find(Query(kind.name)):
                tx.delete(kind.name, row.id, row.revision)

    assert not lets_in(agency, sealed)
    assert not carries_on(agency.kit, session.ticket)


def test_tokens_are_good_for_their_purpose_and_tenant_alone(agency: Agency, ana: ContactProfile) -> None:
    """An invitation is no ticket, a ticket no invitation, a link neither, and another tenant knows none of them."""
    sealed, link = token(agency, ana), agency.token()
    session = agency.kit.people.enter(token(agency, ana))
    sealed = token(agency, ana)
    other = agency.kit.for_tenant("other")

    for wrong in (session.ticket, link, "", "x" * 600, sealed[:-1], sealed + "="):
        assert not lets_in(agency, wrong)
    for wrong in (sealed, link, "", session.ticket[:-1]):
        assert not carries_on(agency.kit, wrong)
    assert not carries_on(other, session.ticket)
    with pytest.raises(InvitationUnavailableError):
        other.people.enter(sealed)
    assert [agency.kit.tenant] * 2 == [other.people.tenant_of(sealed), other.people.tenant_of(session.ticket)]
    assert other.people.tenant_of(link) is None
    assert lets_in(agency, sealed)
    with pytest.raises(NotFoundError):
        other.people.invitation_token(agency.kit.people.invite(ana, by=agency.maria))


def test_a_ticket_of_another_shape_is_none(agency: Agency, ana: ContactProfile) -> None:
    """What an earlier or later release may have sealed does not get in by mistake."""
    come_in(agency, ana)
    wiring = agency.kit._wiring
    with wiring.reading() as unit:
        (access,) = unit.find(PORTAL_ACCESS, AllOf())
    now = int(agency.clock.now().timestamp())

    for epoch, extra in ((1, ()), (1, (now,)), (1, (now, now, now)), (2, (now, now)), (0, (now, now))):
        ticket = wiring.seals.seal(Purpose.PORTAL_SESSION, Claims(TenantId("default"), access.handle, epoch, extra))
        assert not carries_on(agency.kit, ticket)
    good = wiring.seals.seal(Purpose.PORTAL_SESSION, Claims(TenantId("default"), access.handle, 1, (now, now)))
    assert carries_on(agency.kit, good)


def test_every_refusal_reads_the_same(agency: Agency, ana: ContactProfile) -> None:
    """Only the end of its time is named, and only of an invitation that would let in otherwise (R-ENUM-1)."""
    people = agency.kit.people
    used = token(agency, ana)
    people.enter(used)
    withdrawn = token(agency, ana)
    people.withdraw(ana, by=agency.maria)
    eva = people.add_contact("Eva", "eva@acme.test", by=agency.maria)
    gone, moved = token(agency, eva), people.add_contact("Uta", "uta@acme.test", by=agency.maria)
    people.deactivate(eva, by=agency.maria)
    wrong = token(agency, moved)
    people.update(moved, by=agency.maria, email="uta@other.test")
    agency.clock.advance(timedelta(days=30))
    texts = set()
    reasons: list[str] = []

    def hear(event: InvitationRefused) -> None:
        reasons.append(event.reason)

    with signals.invitation_refused.connected(hear):
        for sealed in (used, withdrawn, gone, wrong, "nonsense"):
            with pytest.raises(InvitationUnavailableError) as refused:
                people.enter(sealed)
            texts.add((str(refused.value), refused.value.expired, refused.value.__cause__))

    assert 1 == len(texts)
    assert ["used", "ended", "ended", "address-changed"] == reasons


def test_nothing_written_or_said_lets_anybody_in(
    agency: Agency, ana: ContactProfile, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither rows, audit, logs, signals nor reprs hold a token or a ticket (R-TOK-2)."""
    people = agency.kit.people
    said: list[object] = []
    with (
        caplog.at_level(logging.DEBUG),
        signals.contact_invited.connected(said.append),
        signals.portal_entered.connected(said.append),
        signals.invitation_refused.connected(said.append),
    ):
        invitation = people.invite(ana, by=agency.maria)
        sealed = people.invitation_token(invitation)
        session = people.enter(sealed)
        assert not lets_in(agency, sealed)
    rows = repr(agency.everything())
    told = repr((said, invitation, session, people.access_of(ana), agency.kit.audit.entries())) + caplog.text

    for secret in (sealed, session.ticket, sealed[-43:], session.ticket[-43:]):
        assert secret not in rows
        assert secret not in told
    assert invitation.id not in told
    assert session.ticket.split(".")[2] not in told


@pytest.mark.parametrize("lasting", [timedelta(0), -timedelta(1), timedelta(days=366), 7, None])
def test_an_invitation_lasts_a_sensible_time(agency: Agency, ana: ContactProfile, lasting: Any) -> None:  # noqa: ANN401  # good and bad ones
    """Nothing is written otherwise."""
    before = agency.everything()

    with pytest.raises(InvalidInputError) as refused:
        agency.kit.people.invite(ana, by=agency.maria, lasting=lasting)

    assert "lasting" == refused.value.field
    assert before == agency.everything()


def test_nobody_invites_who_is_not_active(agency: Agency, ana: ContactProfile) -> None:
    """Nor somebody unknown."""
    agency.kit.people.deactivate(ana, by=agency.maria)

    for who in (ana, Contact("nobody")):
        with pytest.raises(NotFoundError):
            agency.kit.people.invite(who, by=agency.maria)


def test_an_invitation_says_where_it_stands(agency: Agency, ana: ContactProfile) -> None:
    """Open, expired, used and ended are told apart by staff."""
    people = agency.kit.people
    first = people.invite(ana, by=agency.maria)
    people.enter(people.invitation_token(first))
    second = people.invite(ana, by=agency.maria)
    people.withdraw(ana, by=agency.maria)
    with agency.kit._wiring.reading() as unit:
        used, ended = unit.get(INVITATION, first.id), unit.get(INVITATION, second.id)

    assert used is not None
    assert ended is not None
    assert (InvitationState.OPEN, InvitationState.EXPIRED) == (first.state, first.state_at(first.expires_at))
    assert (InvitationState.USED, InvitationState.ENDED) == (used.state, ended.state)
