"""Erasing who somebody was: no row says it any more, and the sealed audit trail is as it was."""

from typing import Final

import pytest

from sharekit import Action, Contact, System, errors
from sharekit.codec.kinds import ALL
from sharekit.codec.kinds_of_conversations import ADDRESS_BOUNCE
from sharekit.ports import Query
from sharekit.records.instants import utc
from sharekit.records.reach import AddressBounce, bounce_id
from sharekit.records.requests import RequestItem
from tests.features._talks import reply, talk
from tests.features.conftest import Agency, wrong

SAID: Final = ("Ortega", "ortega", "600 000", "stubborn")
EMAIL: Final = "ana.ortega@x.test"


def rows_that_say_it(agency: Agency) -> set[str]:
    """Return the kinds of the rows that hold anything that says who she is."""
    found = set()
    with agency.records.transaction(agency.kit.tenant) as tx:
        for kind in ALL:
            for row in tx.find(Query(kind.name)):
                text = f"{row.id} {row.body} {row.keys!r}"
                found |= {kind.name for word in SAID if word in text}
    return found


def ana_of(agency: Agency) -> Contact:
    """Return somebody with whom much was done, and whose address is known not to work."""
    kit, maria = agency.kit, agency.maria
    ana = Contact(
        kit.people.add_contact(
            "Ana Ortega", EMAIL, phone="+34 600 000 000", locale="es", tags={"stubborn"}, by=maria
        ).id
    )
    kit.people.join(ana, agency.company("Acme"), by=maria)
    kit.people.invite(ana, by=maria)
    agency.share(agency.relaunch, ana)
    kit.requests.create(to=[ana], items=[RequestItem("ID card")], about=agency.relaunch, by=maria)
    reply(agency, talk(agency, ana), "Here I am.", ana)
    with agency.records.transaction(kit.tenant, write=True) as tx:
        bounce = AddressBounce(tenant=kit.tenant, id=bounce_id(EMAIL), at=utc("at", agency.clock.now()))
        tx.put(ADDRESS_BOUNCE.dump(kit.tenant, bounce, 0))
    kit.relay.run_once()
    return ana


def test_nothing_says_any_more_who_somebody_was(agency: Agency) -> None:
    """Name, address, number, language and tags stood in few rows, and in none of the trail; after it in none."""
    kit, ana = agency.kit, ana_of(agency)
    before, head = rows_that_say_it(agency), kit.audit.verify().head
    kit.audit.erase(ana, by=agency.root)
    after = rows_that_say_it(agency)
    kit.relay.run_once()
    report, trail = kit.audit.verify(head=head), kit.audit.entries(limit=1000)

    assert {"contact", "contact-tag"} == before
    assert set() == after
    assert (True, 0) == (report.fine, report.unsealed)
    assert {"contact-added", "contact-invited", "message-posted"} <= {
        each.action for each in trail if ana.key in (each.actor, each.details.get("party"))
    }
    with agency.records.transaction(kit.tenant) as tx:
        assert tx.get(ADDRESS_BOUNCE.name, bounce_id(EMAIL)) is None


def test_who_was_erased_comes_in_no_more_and_is_shown_as_nobody(agency: Agency) -> None:
    """What they wrote stays, under the name that staff gave them; the address is free for somebody else."""
    kit, ana = agency.kit, ana_of(agency)
    kit.audit.erase(ana, by=agency.root, name="Former client")
    again = kit.audit.entries(limit=1000)
    kit.audit.erase(ana, by=agency.root)
    (opened,) = kit.conversations.visible(agency.maria).items
    shown = kit.conversations.thread(opened.conversation, by=agency.maria)

    assert again == kit.audit.entries(limit=1000)
    assert [("Former client", "Here I am.")] == [(each.author_name, each.text) for each in shown.messages]
    assert not kit.access.can(ana, Action.VIEW, agency.relaunch)
    assert ana.id != kit.people.add_contact("Another", EMAIL, by=agency.maria).id


def test_erasing_is_for_admins(agency: Agency) -> None:
    """Staff without the role, and the contact, may not; what is no contact is refused."""
    ana = agency.person("Ana")
    before = agency.everything()
    refused: list[tuple[object, dict[str, object], type[errors.SharekitError]]] = [
        (ana, {"by": agency.maria}, errors.NotAllowedError),
        (ana, {"by": ana}, errors.NotAllowedError),
        (agency.maria, {"by": agency.root}, errors.InvalidInputError),
        (ana, {"by": agency.root, "name": " "}, errors.InvalidInputError),
        (Contact("nobody"), {"by": System("setup")}, errors.NotFoundError),
    ]
    for party, options, error in refused:
        with pytest.raises(error):
            agency.kit.audit.erase(wrong(party), **wrong(options))

    assert before == agency.everything()
