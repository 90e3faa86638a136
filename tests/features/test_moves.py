"""
What lies in a large thing follows it in parts; whatever happens between two of them, nobody sees too much.

The bound is lowered for most of these stories, so that a tree of a few things is a large one.
"""

from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharekit import (
    Action,
    CatalogItem,
    Contact,
    PortalScope,
    ResourceKind,
    ResourceRef,
    Sharekit,
    Staff,
    Visibility,
    errors,
    signals,
)
from sharekit.backends.memory import MemoryRecordStore
from sharekit.codec.kinds import UNSETTLED
from sharekit.features import _moving, catalog
from sharekit.features._unit import Unit
from sharekit.ports import Query, RecordStore
from sharekit.records import events
from sharekit.testing import FrozenClock, kit
from tests.features._faults import FaultyRecords, Killed, Mode, Steps
from tests.features.conftest import KEY, Agency, opens, wrong
from tests.features.test_access_worlds import WORLDS, World, answers, scopes, steps

MARIA = Staff("maria")
FOLDER = ResourceKind("folder", title="Folder")
TREE = {
    "parcel": None,
    "a": "parcel",
    "b": "parcel",
    "c": "parcel",
    "a1": "a",
    "a2": "a",
    "b1": "b",
    "b2": "b",
    "deep": "b1",
}


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a transaction bring along two entries."""
    monkeypatch.setattr(Unit, "at_once", 2)


@pytest.fixture
def breaking_off(monkeypatch: pytest.MonkeyPatch, small_parts: None) -> None:
    """Have every move break off after its first transaction."""
    monkeypatch.setattr(catalog, "bring_the_rest", lambda _: None)


def _ref(name: str) -> ResourceRef:
    return ResourceRef("folder", name)


@attrs.frozen(kw_only=True)
class Removal:
    """A parcel that moves from one office to another, and those who may see the one, the other, or both."""

    kit: Sharekit
    records: RecordStore
    people: dict[str, Contact]

    @classmethod
    def prepared(cls, records: RecordStore, clock: FrozenClock) -> "Removal":
        """Put all of it."""
        made = _on(records, clock)
        for office in ("old", "new"):
            made.catalog.put(_ref(office), title=office, client_title=office, by=MARIA)
        for name, container in TREE.items():
            made.catalog.put(_ref(name), title=name, client_title=name, container=_ref(container or "old"), by=MARIA)
        names = ("ana", "bo", "cy", "dora")
        people = {name: Contact(made.people.add_contact(name, f"{name}@x.test", by=MARIA).id) for name in names}
        made.shares.grant(_ref("old"), to=[people["ana"], people["cy"]], by=MARIA)
        made.shares.grant(_ref("new"), to=[people["bo"], people["cy"]], by=MARIA)
        made.shares.grant(_ref("deep"), to=people["dora"], by=MARIA)
        return cls(kit=made, records=records, people=people)

    def seen(self, by: Sharekit | None = None) -> dict[str, set[str]]:
        """Return what each sees of the parcel, after asking in three ways that have to agree."""
        access = (by or self.kit).access
        seen: dict[str, set[str]] = {}
        for name, person in self.people.items():
            decided = {id_ for id_ in TREE if access.can(person, Action.VIEW, _ref(id_))}
            explained = {id_ for id_ in TREE if access.explain(person, Action.VIEW, _ref(id_)).decision}
            listed = {item.ref.id for item in access.visible(person).items} & set(TREE)
            known = {id_ for id_ in TREE if person in [each.party for each in access.who_can_see(_ref(id_)).parties]}

            assert decided == explained == listed == known
            seen[name] = decided
        return seen

    def left(self) -> int:
        """Return how many containers wait for somebody to see to their content."""
        with self.records.transaction(self.kit.tenant) as tx:
            return tx.count(Query(UNSETTLED.name))


def _on(records: RecordStore, clock: FrozenClock) -> Sharekit:
    return kit(records=records, clock=clock, kinds=[FOLDER], secret_keys=[KEY])


ALL = set(TREE)
BEFORE = {"ana": ALL, "bo": set[str](), "cy": ALL, "dora": {"deep"}}
AFTER = {"ana": set[str](), "bo": ALL, "cy": ALL, "dora": {"deep"}}


def _steps_of_a_move() -> Iterator[tuple[int, Mode]]:
    removal, steps = Removal.prepared(MemoryRecordStore(), FrozenClock()), Steps()
    _on(wrong(FaultyRecords(removal.records, steps)), FrozenClock()).catalog.move(_ref("parcel"), _ref("new"), by=MARIA)
    for number in range(1, len(steps.names) + 1):
        for mode in (Mode.KILL_BEFORE, Mode.KILL_AFTER, Mode.ERROR_BEFORE):
            yield number, mode


@pytest.mark.usefixtures("small_parts")
def test_wherever_a_move_breaks_off_nobody_sees_too_much_and_a_sweep_ends_it(*, deep: bool) -> None:
    """Whoever may see both places sees all of it all the time; who may see one, sees nothing more than there."""
    every = list(_steps_of_a_move())
    half_way = 0
    for number, mode in every if deep else every[::7]:
        clock = FrozenClock()
        removal, steps = Removal.prepared(MemoryRecordStore(), clock), Steps(number, mode)
        broken = _on(wrong(FaultyRecords(removal.records, steps)), clock)
        with pytest.raises((Killed, errors.StorageError)):
            broken.catalog.move(_ref("parcel"), _ref("new"), by=MARIA)
        moved = removal.kit.catalog.get(_ref("parcel")).container == _ref("new")
        amid = removal.seen()
        half_way += bool(removal.left())
        dry = removal.kit.sweep()
        report = removal.kit.sweep(dry_run=False)

        assert amid["cy"] == ALL
        assert amid["dora"] == {"deep"}
        assert amid["ana"] == (set() if moved else ALL)
        assert amid["bo"] <= (ALL if moved else set())
        assert removal.seen() == (AFTER if moved else BEFORE)
        assert dry.moves == report.moves
        assert removal.left() == 0
        assert removal.kit.portal.settings().moving == ()

    assert half_way > len(every) / 50


@pytest.mark.usefixtures("small_parts")
def test_a_large_move_is_whole_when_the_verb_returns() -> None:
    """Nothing waits, and all that lies in the thing is where it is."""
    removal = Removal.prepared(MemoryRecordStore(), FrozenClock())
    moved = removal.kit.catalog.move(_ref("parcel"), _ref("new"), by=MARIA)

    assert moved.container == _ref("new")
    assert removal.seen() == AFTER
    assert removal.left() == 0


@pytest.mark.usefixtures("breaking_off")
def test_moving_again_goes_on_with_what_was_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was told of a failure repeats the move, which ends it; another thing's move does, too."""
    for again in ("parcel", "new"):
        removal = Removal.prepared(MemoryRecordStore(), FrozenClock())
        removal.kit.catalog.move(_ref("parcel"), _ref("new"), by=MARIA)
        waiting = removal.left()
        with monkeypatch.context() as patched:
            patched.setattr(catalog, "bring_the_rest", _moving.bring_the_rest)
            removal.kit.catalog.move(_ref(again), _ref("new") if again == "parcel" else None, by=MARIA)

        assert waiting
        assert removal.left() == 0
        assert removal.seen() == AFTER


@pytest.mark.usefixtures("breaking_off")
def test_amid_a_move_staff_are_told_why_somebody_does_not_see_a_thing() -> None:
    """A thing that only the new place lets somebody see is said to be on its way."""
    removal = Removal.prepared(MemoryRecordStore(), FrozenClock())
    removal.kit.catalog.move(_ref("parcel"), _ref("new"), by=MARIA)
    access, people = removal.kit.access, removal.people
    told = {name: access.explain(people[name], Action.VIEW, _ref("deep")) for name in ("ana", "bo", "cy")}

    assert told["ana"].decision.reason == "out-of-scope"
    assert told["bo"].decision.reason == "being-moved"
    assert told["cy"].decision.reason == "in-shared-project"
    assert [cause.grant.ref for cause in told["cy"].causes if cause.grant is not None] == [_ref("new")]


@pytest.mark.usefixtures("breaking_off")
def test_what_was_hidden_by_a_move_loses_its_links_also_where_it_is_shown_again() -> None:
    """The links to what came into an internal place end, though that was opened before they were reached."""
    removal = Removal.prepared(MemoryRecordStore(), FrozenClock())
    made = removal.kit
    links = {name: made.links.create(_ref(name), sections=(), by=MARIA) for name in ("old", "parcel", "deep")}
    tokens = {name: made.links.token(link) for name, link in links.items()}
    made.catalog.put(_ref("new"), title="new", visibility=Visibility.INTERNAL, by=MARIA)
    made.catalog.move(_ref("parcel"), _ref("new"), by=MARIA)
    amid = {name: opens(made, token) for name, token in tokens.items()}
    made.catalog.put(_ref("new"), title="new", visibility=Visibility.CLIENT, by=MARIA)
    heard: list[events.LinkRevoked] = []
    with signals.link_revoked.connected(heard.append):
        made.sweep(dry_run=False)

    assert amid == {"old": True, "parcel": False, "deep": False}
    assert {name: opens(made, token) for name, token in tokens.items()} == amid
    assert [(event.ref, event.by) for event in heard] == [(_ref("deep"), MARIA)]
    assert removal.seen() == AFTER


@pytest.mark.usefixtures("breaking_off")
def test_what_moves_into_an_internal_place_is_hidden_from_everybody_at_once(records: RecordStore) -> None:
    """Also what was shared by itself, however far the move came; and it is still to be explained why."""
    removal = Removal.prepared(records, FrozenClock())
    made, people = removal.kit, removal.people
    made.catalog.put(_ref("new"), title="new", visibility=Visibility.INTERNAL, by=MARIA)
    before = removal.seen()
    made.catalog.move(_ref("parcel"), _ref("new"), by=MARIA)
    amid = removal.seen()
    told = made.access.explain(people["dora"], Action.VIEW, _ref("deep")).decision
    decided = made.access.decide(people["dora"], Action.VIEW, _ref("deep"))

    assert before["dora"] == {"deep"}
    assert removal.left()
    assert not any(amid.values())
    assert told == decided
    assert told.reason == "inside-internal"


@pytest.mark.usefixtures("breaking_off")
def test_what_moves_out_of_an_internal_place_is_shown_when_it_was_reached(records: RecordStore) -> None:
    """Until then it is said to be on its way, by a decision as by an explanation."""
    removal = Removal.prepared(records, FrozenClock())
    made, dora = removal.kit, removal.people["dora"]
    made.catalog.put(_ref("old"), title="old", visibility=Visibility.INTERNAL, by=MARIA)
    made.catalog.move(_ref("parcel"), _ref("new"), by=MARIA)
    told = made.access.explain(dora, Action.VIEW, _ref("deep")).decision
    decided = made.access.decide(dora, Action.VIEW, _ref("deep"))
    made.sweep(dry_run=False)

    assert told == decided
    assert told.reason == "being-moved"
    assert removal.seen() == AFTER


@pytest.mark.usefixtures("small_parts")
def test_a_plan_of_a_large_move_says_all_that_it_changes() -> None:
    """A plan looks at the end of the move, and leaves nothing half done."""
    removal = Removal.prepared(MemoryRecordStore(), FrozenClock())
    plan = removal.kit.access.plan(lambda made: made.catalog.move(_ref("parcel"), _ref("new"), by=MARIA))

    assert {(each.contact, each.ref.id) for each in plan.every_gain} == {(removal.people["bo"], id_) for id_ in TREE}
    assert {(each.contact, each.ref.id) for each in plan.every_loss} == {(removal.people["ana"], id_) for id_ in TREE}
    assert removal.seen() == BEFORE
    assert removal.left() == 0


def test_five_hundred_entries_are_brought_along_at_once(agency: Agency) -> None:
    """The bound: with 500 things in it a thing moves in one transaction, with one more in two."""
    ana = agency.person("Ana")
    for id_ in ("from", "to"):
        agency.thing(id_, container=None)
    agency.share(ResourceRef("project", "to"), ana)
    box = agency.thing("box", container=ResourceRef("project", "from"))
    items = [CatalogItem(ResourceRef("project", f"i{n}"), title="x", container=box) for n in range(500)]
    agency.kit.catalog.put_many(items, by=agency.maria)
    commits: list[int] = []
    total: int | None = None
    for target in ("to", "from"):
        faulty = Steps()
        counted = kit(records=wrong(FaultyRecords(agency.records, faulty)), secret_keys=[KEY])
        counted.catalog.move(box, ResourceRef("project", target), by=agency.maria)
        commits.append(faulty.names.count("S3 commit"))
        if target == "to":
            total = agency.kit.access.visible(ana, count=True).total
            agency.put(ResourceRef("project", "i500"), container=box)

    assert total == 502
    assert commits == [1, 2]
    assert agency.sees(ana) == ["to"]


@given(scope=scopes, story=st.lists(steps, max_size=25))
@settings(max_examples=WORLDS // 2)
def test_amid_moves_lists_decisions_and_explanations_agree(scope: PortalScope, story: list[tuple[Any, ...]]) -> None:
    """With every move breaking off, all three are the same, and within what the sweep at the end makes of it."""
    world = World(scope)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Unit, "at_once", 1)
        patched.setattr(catalog, "bring_the_rest", lambda _: None)
        for step in story:
            world.do(step)
            for expected, decided, explained, listed in answers(world) if step[0] == "move" else ():
                assert decided == explained == listed
                assert decided <= expected
    for expected, decided, explained, listed in answers(world):
        assert decided == explained == listed
        assert decided <= expected
    world.kit.sweep(dry_run=False)

    assert world.kit.portal.settings().moving == ()
    for expected, decided, _, listed in answers(world):
        assert expected == decided == listed


@given(scope=scopes, story=st.lists(steps, max_size=15), at=st.integers(0, 3), into=st.none() | st.integers(0, 3))
@settings(max_examples=WORLDS // 6)
def test_a_plan_of_a_move_in_parts_is_what_happens(
    scope: PortalScope, story: list[tuple[Any, ...]], at: int, into: int | None
) -> None:
    """Also where earlier moves broke off, whose rest follows with this one."""
    world = World(scope)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Unit, "at_once", 1)
        with pytest.MonkeyPatch.context() as breaking:
            breaking.setattr(catalog, "bring_the_rest", lambda _: None)
            for step in story:
                world.do(step)
        before = world.seen()
        said = world.planned(("move", at, into))

        assert before == world.seen()
        world.do(("move", at, into))
    after = world.seen()
    assert {(each.contact.id, each.ref) for each in said.every_gain} == after - before
    assert {(each.contact.id, each.ref) for each in said.every_loss} == before - after
