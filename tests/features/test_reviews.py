"""The access review: what may have outlived its reason, and what staff make of it."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest

from sharekit import Children, Principal, ResourceRef, Right, Sharekit, Staff, System, Visibility, errors
from sharekit.records.reviews import ReviewItem, as_csv, as_json
from sharekit.testing import kit
from tests.features.conftest import Agency, opens, wrong

DAY = timedelta(days=1)


def found(agency: Agency) -> dict[str, list[str]]:
    """Return the reasons by the thing, or by the thing and "link"."""
    return {
        item.ref.id + ("" if hasattr(item.subject, "grantee") else " link"): [str(reason) for reason in item.reasons]
        for item in agency.kit.access.review()
    }


def test_what_is_fresh_needs_no_look(agency: Agency) -> None:
    """Nor does what is filed internally, revoked, or declined."""
    ana = agency.person("Ana")
    agency.share(agency.relaunch, ana)
    agency.share(agency.thing("filed"), ana, visibility=Visibility.INTERNAL)
    agency.kit.shares.revoke(agency.share(agency.thing("revoked"), ana), by=agency.maria)
    agency.kit.links.revoke(agency.link(), by=agency.maria)
    agency.link()

    assert {} == found(agency)


def test_each_reason_is_named(agency: Agency) -> None:
    """People who left, things that are gone, ends that are near or over, and what nobody used."""
    ana, gone = agency.person("Ana"), agency.person("Gone")
    empty = agency.company("Empty")
    for id_, to in (("left", gone), ("empty", empty), ("unused", ana), ("removed", ana)):
        agency.share(agency.thing(id_, container=None), to)
    for id_, days in (("expired", 1), ("expiring", 100), ("later", 300)):
        ref = agency.thing(id_, container=None)
        agency.share(ref, ana, expires_at=agency.clock.now() + days * DAY)
    agency.kit.links.create(ResourceRef("project", "left"), by=agency.maria, sections=set(), recipient=gone)
    agency.kit.links.create(ResourceRef("project", "removed"), by=agency.maria, sections=set())
    agency.clock.advance(91 * DAY)
    agency.kit.people.deactivate(gone, by=agency.maria)
    agency.kit.catalog.remove(ResourceRef("project", "removed"), by=agency.maria)

    assert {
        "left": ["recipient-left", "unused"],
        "empty": ["recipient-left", "unused"],
        "unused": ["unused"],
        "removed": ["resource-removed", "unused"],
        "expired": ["expired", "unused"],
        "expiring": ["expiring", "unused"],
        "later": ["unused"],
        "left link": ["recipient-left", "unused"],
        "removed link": ["resource-removed", "unused"],
    } == found(agency)


def test_what_is_kept_counts_as_used(agency: Agency) -> None:
    """Until it goes unused for as long again."""
    agency.share(agency.relaunch, agency.person("Ana"))
    agency.link()
    agency.clock.advance(90 * DAY)

    kept = agency.kit.access.keep(agency.kit.access.review(), by=agency.maria)

    assert (2, {}) == (len(kept), found(agency))
    agency.clock.advance(90 * DAY)
    assert {"42": ["unused"], "42 link": ["unused"]} == found(agency)


def test_what_is_taken_back_lets_nobody_in(agency: Agency) -> None:
    """All at once, with what came along; what was taken back meanwhile is left as it is."""
    ana = agency.person("Ana")
    agency.thing("task")
    agency.share(agency.relaunch, ana, children=Children.NOW)
    token = agency.token()
    agency.clock.advance(90 * DAY)
    items = list(agency.kit.access.review())

    revoked = agency.kit.access.revoke(items, by=agency.maria)

    assert ([], False, {}) == (agency.sees(ana), opens(agency.kit, token), found(agency))
    assert 2 <= len(revoked)
    assert [] == agency.kit.access.revoke(items, by=agency.maria) == agency.kit.access.keep(items, by=agency.maria)


def test_what_is_extended_ends_later(agency: Agency) -> None:
    """One that expired gives access again, because that was said."""
    ana = agency.person("Ana")
    agency.share(agency.relaunch, ana, expires_at=agency.clock.now() + DAY)
    token = agency.token(expires_at=agency.clock.now() + DAY)
    agency.clock.advance(2 * DAY)
    assert ([], False) == (agency.sees(ana), opens(agency.kit, token))

    agency.kit.access.extend(agency.kit.access.review(), expires_at=agency.clock.now() + 30 * DAY, by=agency.maria)

    assert (["42"], True, {}) == (agency.sees(ana), opens(agency.kit, token), found(agency))


def test_only_who_may_share_decides(agency: Agency) -> None:
    """One thing that is not theirs, and nothing is changed."""
    ana = agency.person("Ana")
    agency.share(agency.thing("bens", owner=agency.ben, container=None), ana, by=agency.ben)
    agency.share(agency.relaunch, ana)
    agency.clock.advance(90 * DAY)
    items, before = list(agency.kit.access.review()), agency.everything()
    later = agency.clock.now() + DAY

    verbs: list[Callable[[Principal], object]] = [
        lambda by: agency.kit.access.keep(items, by=by),
        lambda by: agency.kit.access.revoke(items, by=by),
        lambda by: agency.kit.access.extend(items, expires_at=later, by=by),
    ]
    for by in (agency.ben, agency.maria, ana):
        for verb in verbs:
            with pytest.raises(errors.NotAllowedError):
                verb(by)

    assert before == agency.everything()


def test_who_asks_finds_what_they_may_view(agency: Agency) -> None:
    """Grants and links on other things are left out, and who is nobody's active staff is told nothing."""

    class Rights:
        def rights(self, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
            return frozenset({Right.VIEW}) if (staff.id, ref.id) == ("eve", "theirs") else frozenset()

    ana, eve = agency.person("Ana"), Staff("eve")
    theirs = agency.thing("theirs", container=None)
    agency.share(agency.relaunch, ana)
    agency.share(theirs, ana)
    agency.link()
    agency.kit.links.create(theirs, by=agency.maria, sections=set())
    agency.clock.advance(91 * DAY)
    hosts: Sharekit = kit(records=agency.records, directory=Rights(), clock=agency.clock)

    assert [item.subject.ref for item in hosts.access.review(by=eve)] == [theirs, theirs]
    assert list(hosts.access.review(by=Staff("bo"))) == []
    assert len(list(agency.kit.access.review(by=agency.maria))) == 4
    assert len(list(agency.kit.access.review(by=System("audit")))) == 4
    agency.kit.people.add_staff(eve, name="Eve", by=System("setup"))
    agency.kit.people.deactivate(eve, by=System("setup"))
    for by in (ana, eve):
        with pytest.raises(errors.NotAllowedError):
            hosts.access.review(by=by)


def test_bad_arguments_are_named(agency: Agency) -> None:
    """Nothing is changed by them."""
    agency.share(agency.relaunch, agency.person("Ana"))
    agency.clock.advance(90 * DAY)
    items, before = list(agency.kit.access.review()), agency.everything()
    access, other = agency.kit.access, agency.kit.for_tenant("other").access

    for verb in (
        lambda: access.review(idle=timedelta(0)),
        lambda: access.review(expiring=wrong(30)),
        lambda: access.keep(wrong("all"), by=agency.maria),
        lambda: access.keep([wrong(items[0].subject)], by=agency.maria),
        lambda: access.revoke(wrong(None), by=agency.maria),
        lambda: access.extend(items, expires_at=agency.clock.now(), by=agency.maria),
        lambda: other.revoke(items, by=agency.root),
    ):
        with pytest.raises(errors.InvalidInputError):
            verb()

    assert before == agency.everything()


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', " =1", "'=1", 'a "b", c'])
def test_exports_hold_no_formulas(agency: Agency, title: str) -> None:
    """A cell that a spreadsheet would compute is text; JSON keeps the value as it is (R-NAME-5)."""
    agency.share(agency.thing("x", title=title, container=None), agency.person("Ana"))
    agency.clock.advance(90 * DAY)
    items = list(agency.kit.access.review())

    (row,) = csv.DictReader(io.StringIO(as_csv(items)))
    (fact,) = json.loads(as_json(items))

    assert row["title"].lstrip(" ")[0] not in "=+-@\t\r"
    assert title == row["title"].removeprefix("'") or title == row["title"]
    assert (title, "Ana", "unused", "grant") == (fact["title"], fact["recipient"], fact["reasons"], fact["type"])
    assert list(fact) == list(row)


def test_a_control_character_at_the_front_is_defused_too(agency: Agency) -> None:
    """Whatever a host's directory calls people."""
    agency.share(agency.relaunch, agency.person("Ana"))
    agency.clock.advance(90 * DAY)
    (item,) = agency.kit.access.review()

    for name in ("\t=1", "\r=1", "\n=1"):
        cells = next(csv.DictReader(io.StringIO(as_csv([attrs.evolve(item, recipient=name)]), newline="")))
        assert "'" + name == cells["recipient"]


def test_one_can_be_decided_while_the_next_is_read(agency: Agency) -> None:
    """A review holds no transaction open between two items."""
    agency.share(agency.relaunch, agency.person("Ana"), agency.person("Bo"))
    agency.clock.advance(90 * DAY)

    for item in agency.kit.access.review():
        agency.kit.access.revoke([item], by=agency.maria)

    assert [] == agency.kit.shares.of(agency.relaunch)


def test_reviews_are_read_in_pages(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, each is met once."""
    from sharekit.features import _reviewing

    monkeypatch.setattr(_reviewing, "_AT_ONCE", 3)
    people = [agency.person(f"P{at}") for at in range(7)]
    agency.share(agency.relaunch, *people)
    links = [agency.link() for _ in range(6)]
    agency.clock.advance(90 * DAY)
    items: list[ReviewItem] = list(agency.kit.access.review())

    made: set[str] = {grant.id for grant in agency.kit.shares.of(agency.relaunch)}
    made |= {link.id for link in links}
    assert (13, made) == (len(items), {item.subject.id for item in items})
