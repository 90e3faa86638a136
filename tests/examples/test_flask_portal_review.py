"""The agency looks over what it has shared: keeps it, has it end later, takes it back, and exports it."""

import re
from datetime import timedelta

from flask import Flask

from flask_portal.pages.desk import Portal
from flask_portal.sharing.catalog import ref_of
from sharekit import Staff
from tests.examples.conftest import BAKERY, Desk


def test_what_outlived_its_reason_is_answered(portal: Flask, maria: Desk) -> None:
    """Each with the reason; what is kept, extended or taken back needs no look any more."""
    parts = portal.extensions["flask_portal"]
    assert isinstance(parts, Portal)
    kit, by = parts.kit, Staff("maria")
    names = ("annelies", "invoices hof", "fenwick & d")
    found = [kit.people.search(name)[0].party for name in names]
    soon = kit.clock.now() + timedelta(days=3)
    for party in found:
        kit.shares.grant(ref_of(BAKERY), to=party, expires_at=soon, by=by)
    page = maria.get("/review")
    export = maria.browser.get("/review/access.csv")
    boxes = re.findall(r'name="item" value="([^"]+)"', page)
    grants = {grant.grantee: grant.id for grant in kit.shares.of(ref_of(BAKERY))}
    first, second, third = (grants[party.key] for party in found)
    maria.post("/review", do="keep", item=first)
    maria.post("/review", do="extend", item=second)
    maria.post("/review", do="revoke", item=third)
    told = maria.get("/review")

    assert {first, second, third} <= set(boxes)
    assert "It ends soon." in page
    assert export.mimetype == "text/csv"
    assert export.text.count("expiring") == 3
    assert "1 taken back." in told
    assert (kit.shares.get(second).expires_at or soon) > soon + timedelta(days=80)
    assert [kit.shares.get(each).revoked_at is None for each in (first, second, third)] == [True, True, False]


def test_nothing_is_changed_for_who_may_not_share(portal: Flask) -> None:
    """Whoever may look at a project but not share it reads so, and it stays as it is."""
    parts, lucia = portal.extensions["flask_portal"], Desk(portal, "lucia")
    assert isinstance(parts, Portal)
    (person,) = [one.party for one in parts.kit.people.search("annelies")]
    soon = parts.kit.clock.now() + timedelta(days=3)
    (grant,) = parts.kit.shares.grant(ref_of(BAKERY), to=person, expires_at=soon, by=Staff("maria"))
    lucia.post("/review", do="revoke", item=grant.id)

    assert "nothing was changed" in lucia.get("/review")
    assert parts.kit.shares.get(grant).revoked_at is None
