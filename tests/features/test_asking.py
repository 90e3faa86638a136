"""Whoever asks who sees what, and why, is judged like whoever acts, where it is said who asks."""

from collections.abc import Callable

import pytest

from sharekit import Action, Contact, LinkHolder, Principal, ResourceRef, Right, Sharekit, Staff, System, errors
from sharekit.ports import RecordStore
from sharekit.testing import FrozenClock, kit
from tests.features.conftest import KEY, Agency, wrong

MARIA, BEN, ROOT = Staff("maria"), Staff("ben"), System("setup")
OPEN, CLOSED = ResourceRef("project", "1"), ResourceRef("project", "2")

Question = Callable[[Sharekit, Contact, ResourceRef, Principal | None], object]
QUESTIONS: dict[str, Question] = {
    "explain": lambda own, ana, ref, by: own.access.explain(ana, Action.VIEW, ref, by=by),
    "who_can_see": lambda own, ana, ref, by: own.access.who_can_see(ref, by=by),
    "what_can_see": lambda own, ana, ref, by: own.access.what_can_see(ana, by=by),
    "entries": lambda own, ana, ref, by: own.audit.entries(ref=ref, by=by),
    "preview_as": lambda own, ana, ref, by: own.access.preview_as(ana, ref, by=by),
    "plan": lambda own, ana, ref, by: own.access.plan(lambda made: made.catalog.restrict(ref, by=MARIA), by=by),
}
OF_ONE_THING = {name: QUESTIONS[name] for name in ("explain", "who_can_see", "entries", "preview_as")}
questions = pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
of_one_thing = pytest.mark.parametrize("ask", OF_ONE_THING.values(), ids=OF_ONE_THING)


class Doors:
    """A directory by which Ben may see one project, and Maria everything."""

    def rights(self, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
        """Return what each may."""
        return frozenset(Right) if staff == MARIA else frozenset({Right.VIEW} if ref == OPEN else ())


def _shared(records: RecordStore, directory: Doors | None = None) -> tuple[Sharekit, Contact]:
    own = kit(records=records, directory=directory, secret_keys=[KEY], clock=FrozenClock())
    ana = Contact(own.people.add_contact("Ana", "ana@x.test", by=MARIA).id)
    for ref in (OPEN, CLOSED):
        own.catalog.put(ref, title="Internal", client_title=f"Title {ref.id}", by=MARIA)
        own.shares.grant(ref, to=ana, by=MARIA)
    return own, ana


@questions
def test_staff_and_the_machinery_are_answered_as_the_hosts_own_code_is(records: RecordStore, ask: Question) -> None:
    """Without a directory every active member of staff may look at everything."""
    own, ana = _shared(records)
    expected = ask(own, ana, OPEN, None)

    for by in (MARIA, BEN, ROOT):
        assert expected == ask(own, ana, OPEN, by)


@questions
def test_clients_are_not_answered(records: RecordStore, ask: Question) -> None:
    """Neither of others nor of themselves; nor is the holder of a link."""
    own, ana = _shared(records)

    for by in (ana, Contact("nobody"), LinkHolder("l" * 28)):
        with pytest.raises(errors.NotAllowedError) as refused:
            ask(own, ana, OPEN, by)
        assert refused.value.reason == "staff-only"


@questions
def test_who_asks_is_a_principal(records: RecordStore, ask: Question) -> None:
    """A name alone, or an organisation, is refused as what cannot act."""
    own, ana = _shared(records)
    acme = own.people.add_organization("Acme", by=MARIA)

    for by in ("maria", acme, 7):
        with pytest.raises(errors.InvalidInputError) as refused:
            ask(own, ana, OPEN, wrong(by))
        assert refused.value.field == "by"


@questions
def test_deactivated_staff_are_not_answered(agency: Agency, ask: Question) -> None:
    """Whoever left asks nothing."""
    own, ana = _shared(agency.records)
    own.people.deactivate(BEN, by=ROOT)

    with pytest.raises(errors.NotAllowedError):
        ask(own, ana, OPEN, BEN)


@of_one_thing
def test_the_host_says_who_may_ask_about_a_thing(records: RecordStore, ask: Question) -> None:
    """Whoever may not view a thing is not told who does, nor why, nor how it looks to them."""
    own, ana = _shared(records, Doors())
    told = ask(own, ana, OPEN, BEN)

    assert told == ask(own, ana, OPEN, MARIA)
    with pytest.raises(errors.NotAllowedError) as refused:
        ask(own, ana, CLOSED, BEN)
    assert refused.value.reason == "needs-view"


def test_a_list_of_what_somebody_sees_leaves_out_what_the_asker_may_not_view(records: RecordStore) -> None:
    """Page by page, so that the next page is found all the same."""
    own, ana = _shared(records, Doors())
    all_of_it = own.access.what_can_see(ana, by=MARIA)
    some = own.access.what_can_see(ana, by=BEN)
    first = own.access.what_can_see(ana, by=BEN, limit=1)
    second = own.access.what_can_see(ana, by=BEN, limit=1, after=first.next)

    assert [item.ref for item in all_of_it.items] == [OPEN, CLOSED]
    assert [item.ref for item in some.items] == [OPEN]
    assert [[item.ref for item in page.items] for page in (first, second)] == [[OPEN], []]


def test_a_planned_change_is_judged_by_who_makes_it(records: RecordStore) -> None:
    """Whoever may ask for a plan may not therefore do what is planned."""
    own, _ = _shared(records, Doors())

    with pytest.raises(errors.NotAllowedError):
        own.access.plan(lambda made: made.catalog.restrict(OPEN, by=BEN), by=BEN)


def test_the_whole_trail_is_read_by_administrators(records: RecordStore) -> None:
    """Whoever may view one thing reads what was done with it; all else, and what is gone, is for who may all."""
    own, _ = _shared(records)
    own.people.add_staff(BEN, name="Ben", roles={"admin"}, by=ROOT)
    everything = own.audit.entries()
    asked = [own.audit.entries(by=by) for by in (ROOT, BEN)]
    with pytest.raises(errors.NotAllowedError) as refused:
        own.audit.entries(by=MARIA)
    own.catalog.remove(OPEN, by=MARIA)

    assert [everything, everything] == asked
    assert refused.value.reason == "needs-admin"
    assert "resource-removed" in {entry.action for entry in own.audit.entries(ref=OPEN, by=BEN)}
