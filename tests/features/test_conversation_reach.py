"""How clients are reached, who hears of a message, and what the plan of the host includes."""

from typing import Any

import pytest

from sharekit import (
    Audience,
    Contact,
    Decision,
    Staff,
    System,
    TenantId,
    errors,
)
from sharekit.codec.kinds_of_conversations import ADDRESS_BOUNCE
from sharekit.features._hearing import hearing_of
from sharekit.records.conversations import HistoryPolicy, Message
from sharekit.records.reach import AddressBounce, ReachReason, ReachWay, bounce_id
from sharekit.testing import kit, project_kind
from tests.features._talks import WINDOW, note, reply, talk, texts, unhurried
from tests.features.conftest import KEY, Agency, wrong


def test_how_somebody_is_reached(agency: Agency) -> None:
    """In the portal, by mail, or by the details they gave and why; the composer knows before it is written (D4, d7)."""
    people, talks = agency.kit.people, agency.kit.conversations
    ana = people.add_contact("Ana", "ana@x.test", phone="0123", messaging=False, by=agency.maria)
    bo, cleo = agency.person("Bo"), agency.person("Cleo")
    people.enter(people.invitation_token(people.invite(bo, by=agency.maria)))
    gone = agency.person("Gone")
    people.deactivate(gone, by=agency.root)
    bounced = agency.person("Bounced")
    wiring = agency.kit._wiring
    bounce = AddressBounce(tenant=TenantId("default"), id=bounce_id("BOUNCED@x.test"), at=agency.clock.now())
    wiring.write(lambda unit: unit.put(ADDRESS_BOUNCE, bounce))

    def reached(contact: Contact) -> tuple[ReachWay, ReachReason]:
        reach = talks.reach(contact, by=agency.maria)
        return reach.way, reach.reason

    assert (ReachWay.DETAILS, ReachReason.MESSAGING_OFF) == reached(ana)
    assert ("ana@x.test", "0123") == (talks.reach(ana, by=agency.maria).email, talks.reach(ana, by=agency.maria).phone)
    assert (ReachWay.PORTAL, ReachReason.PORTAL_ACCESS) == reached(bo)
    assert (ReachWay.MAIL, ReachReason.NO_PORTAL_ACCESS) == reached(cleo)
    assert (ReachWay.DETAILS, ReachReason.INACTIVE) == reached(gone)
    assert (ReachWay.DETAILS, ReachReason.BOUNCED) == reached(bounced)
    before = agency.everything()
    for contact, reason in ((ana, "messaging-off"), (bounced, "bounced")):
        with pytest.raises(errors.MessagingRefusedError) as refused:
            talk(agency, contact)

        assert (reason, contact.id) == (refused.value.reason, refused.value.contact)
    assert before == agency.everything()


def test_who_would_hear_of_it_is_shown_before_it_is_written(agency: Agency) -> None:
    """Staff who take part, else whoever answers for the thing; and of clients everybody who does now (C7, u11)."""
    ana, bo, cleo = (agency.person(name) for name in ("Ana", "Bo", "Cleo"))
    acme = agency.company("Acme", bo)
    agency.share(agency.relaunch, cleo)
    agency.kit.shares.follow(agency.relaunch, agency.person("Blind"), by=agency.maria)
    opened = talk(agency, ana, acme, with_followers=True)
    talks = agency.kit.conversations

    def heard(audience: Audience, by: Staff | System) -> list[tuple[str, ReachWay | None]]:
        found = talks.recipients(opened, audience=audience, by=by)
        return [(each.name or each.party, None if each.reach is None else each.reach.way) for each in found]

    clients = [("Ana", ReachWay.MAIL), ("Bo", ReachWay.MAIL), ("Cleo", ReachWay.MAIL)]

    assert clients == sorted(heard(Audience.CLIENT, agency.maria), key=lambda each: each[0])
    assert [] == heard(Audience.INTERNAL, agency.maria)
    assert [("staff:maria", None)] == heard(Audience.INTERNAL, agency.ben)
    talks.leave(opened, by=agency.maria)
    agency.kit.catalog.put(agency.relaunch, title="R", client_title="R", owner=Staff("boss"), by=agency.root)

    assert [("staff:boss", None)] == heard(Audience.INTERNAL, agency.maria)
    for missing in (None, "client"):
        with pytest.raises(errors.InvalidInputError):
            talks.recipients(opened, audience=wrong(missing), by=agency.maria)
    with pytest.raises(errors.NotAllowedError):
        talks.recipients(opened, audience=Audience.CLIENT, by=wrong(ana))


def test_who_is_told_is_asked_at_the_moment_of_telling(agency: Agency) -> None:
    """Nobody hears of what they wrote, what is not settled or gone, or after they left; of notes only staff (p44)."""
    agency = unhurried(agency)
    ana, bo, cleo = (agency.person(name) for name in ("Ana", "Bo", "Cleo"))
    opened = talk(agency, ana, bo)
    agency.kit.conversations.add_participant(opened, cleo, history=HistoryPolicy.NONE, by=agency.maria)
    said, hidden, slip = reply(agency, opened, "a", ana), note(agency, opened, "b"), reply(agency, opened, "c")
    agency.kit.conversations.undo(slip, by=agency.maria)

    def told(message: Message) -> dict[str, bool]:
        wiring = agency.kit._wiring
        parties = [ana.key, bo.key, cleo.key, agency.maria.key, agency.ben.key]
        with wiring.reading() as unit:
            found = {party: hearing_of(wiring, unit, party, message.id) for party in parties}
        return {party: hearing.shown for party, hearing in found.items() if hearing.told}

    assert {} == told(said)
    agency.clock.advance(WINDOW)

    assert {bo.key: True, cleo.key: False, agency.maria.key: True, agency.ben.key: True} == told(said)
    assert {agency.ben.key: True} == told(hidden)
    assert {} == told(slip)
    agency.kit.conversations.leave(opened, by=bo)
    agency.kit.people.update(cleo, messaging=False, by=agency.maria)

    assert {agency.maria.key, agency.ben.key} == told(said).keys()


def test_the_plan_of_the_host(agency: Agency) -> None:
    """Where the plan has no messages nobody writes to clients, and staff read why; notes go on (D6)."""
    asked: list[tuple[str, str]] = []
    answers: list[Any] = [True]

    def allows(tenant: TenantId, feature: str, /) -> Any:  # noqa: ANN401  # good answers and bad ones
        asked.append((tenant, feature))
        answer = answers[-1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    limited = kit(
        records=agency.records, clock=agency.clock, kinds=[project_kind()], secret_keys=[KEY], plan_allows=allows
    )
    planned = Agency(kit=limited, records=agency.records, clock=agency.clock, loads=agency.loads)
    ana = planned.person("Ana")
    opened = talk(planned, ana)
    answers.append(Decision(allowed=False, reason="Messages come with the Enterprise plan."))
    reach = limited.conversations.reach(ana, by=agency.maria)

    assert ("default", "messaging") == asked[-1]
    assert (ReachWay.DETAILS, ReachReason.PLAN) == (reach.way, reach.reason)
    assert "Messages come with the Enterprise plan." == reach.words == limited.conversations.plan().reason
    for by in (agency.maria, ana):
        with pytest.raises(errors.MessagingRefusedError) as refused:
            reply(planned, opened, "Hello", by)

        assert ("plan", reach.words) == (refused.value.reason, refused.value.words)
    with pytest.raises(errors.MessagingRefusedError):
        talk(planned)
    note(planned, opened, "We should upgrade")

    assert ["We should upgrade"] == texts(planned, opened, agency.maria)
    for broken in (RuntimeError("no plan"), "yes", None, 1):
        answers.append(broken)
        with pytest.raises(errors.DirectoryError):
            reply(planned, opened, "Hello")
