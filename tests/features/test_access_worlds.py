"""
Random worlds: what is listed, what is decided and what an oracle says are the same.

The oracle knows nothing of how sharekit keeps or asks; it walks up a tree of dicts. Every day it looks at
300 worlds, and at 10 000 with `--deep`.
"""

import copy
import itertools
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharekit import (
    Access,
    AccessDiff,
    Action,
    Children,
    Contact,
    Grant,
    Order,
    Organization,
    OrganizationMode,
    PortalScope,
    ResourceKind,
    ResourceRef,
    Sharekit,
    Staff,
    System,
    Visibility,
    errors,
    in_shared_projects,
    requested_by_me,
    requested_by_my_organization,
    shared_with_me,
)
from sharekit.ports import AllOf, AnyOf, Condition, Eq, Predicate, ReaderFacts, RecordStore
from sharekit.records.scopes import ScopeAll, ScopeAny, ScopeNot, ScopePredicate, parse_scope
from sharekit.testing import FrozenClock, kit
from tests.testing._broken_glances import Glances

MARIA = Staff("maria")
ROOT = System("setup")
HOUR = timedelta(hours=1)
REFS = [ResourceRef("folder", "0"), ResourceRef("folder", "1"), ResourceRef("paper", "2"), ResourceRef("secret", "3")]
KINDS = [
    ResourceKind("folder", title="Folder"),
    ResourceKind("paper", title="Paper"),
    ResourceKind("secret", title="Secret", confidential=True),
]
# Of the deep profile's 3 000, one test would not be done in the time that a test may take.
DEEP = settings().max_examples >= 1000
WORLDS = 1000 if DEEP else 300
in_parts = pytest.mark.parametrize("part", range(10 if DEEP else 1))
"""Look at ten times as many worlds, other ones each time; every day they would be the same."""

LEVELS = {Access.VIEW: 1, Access.COMMENT: 2, Access.CONTRIBUTE: 3}

scopes = st.recursive(
    st.sampled_from(
        [
            requested_by_me,
            requested_by_my_organization,
            in_shared_projects,
            shared_with_me,
            *map(ScopePredicate, ("papers", "first", "even", "early", "broken", "broken-condition")),
        ]
    ),
    lambda inner: st.one_of(
        st.builds(lambda a, b: a | b, inner, inner),
        st.builds(lambda a, b: a & b, inner, inner),
        st.builds(lambda a: ~a, inner),
    ),
    max_leaves=4,
)
refs = st.integers(0, len(REFS) - 1)
people = st.integers(0, 2)
companies = st.integers(0, 1)
parties = st.one_of(st.tuples(st.just("contact"), people), st.tuples(st.just("organization"), companies))
steps = st.one_of(
    st.tuples(st.just("put"), refs, st.none() | refs, st.sampled_from(Visibility), st.none() | people),
    st.tuples(st.just("move"), refs, st.none() | refs),
    st.tuples(st.just("remove"), refs),
    st.tuples(st.just("restrict"), refs, st.booleans()),
    st.tuples(
        st.just("grant"),
        refs,
        parties,
        st.tuples(st.sampled_from(Access), st.sampled_from(Visibility), st.sampled_from(Children)),
        st.booleans(),
    ),
    st.tuples(st.just("revoke"), st.integers(0, 20)),
    st.tuples(st.just("join"), people, companies, st.sampled_from([None, "boss"]), st.booleans()),
    st.tuples(st.just("leave"), people, companies),
    st.tuples(st.just("mode"), st.sampled_from(OrganizationMode)),
    st.tuples(st.just("wait")),
)


@attrs.define(eq=False)
class Thing:
    """A thing, as the oracle knows it; putting it again after a removal makes another object."""

    ref: ResourceRef
    inside: "Thing | None"
    internal: bool
    requester: int | None
    removed: bool = False
    restricted: bool = False
    grants: dict[tuple[str, int], dict[str, Any]] = attrs.field(factory=dict[tuple[str, int], dict[str, Any]])
    """By party: level, client, children, ends."""

    def above(self) -> "list[Thing]":
        """Return everything it lies in."""
        return [] if self.inside is None else [self.inside, *self.inside.above()]

    def reaching(self) -> "list[Thing]":
        """Return everything from which grants reach it."""
        return [] if self.inside is None or self.restricted else [self.inside, *self.inside.reaching()]


def predicates(world: "World") -> list[Predicate]:
    """Return what a host may write: what a store can judge, what only the host can, and what fails."""

    def fail(_: object) -> Any:  # noqa: ANN401  # it never returns
        raise LookupError("the host's own trouble")

    def first(reader: ReaderFacts) -> Condition:
        return AllOf() if reader.contact == world.contacts[0] else AnyOf(())

    begun = world.clock.now()
    return [
        Predicate("papers", condition=lambda _: Eq("kind", "paper")),
        Predicate("first", condition=first),
        Predicate("even", decide=lambda facts: int(facts.entry.ref.id) % 2 == 0),
        Predicate("early", decide=lambda facts: facts.now < begun + HOUR),
        Predicate("broken", decide=fail),
        Predicate("broken-condition", condition=fail),
    ]


class World:
    """A kit, and an oracle that was told the same."""

    def __init__(self, scope: PortalScope, records: RecordStore | None = None) -> None:
        self.clock = FrozenClock()
        self.begun = self.clock.now()
        self.kit: Sharekit = kit(
            kinds=KINDS, clock=self.clock, scope=scope, predicates=predicates(self), records=records
        )
        self.scope = scope
        self.contacts = [self.kit.people.add_contact(n, f"{n}@x.test", by=MARIA) for n in ("ana", "bo", "cy")]
        self.companies = [self.kit.people.add_organization(n, by=MARIA) for n in ("Acme", "Brill")]
        self.things: dict[ResourceRef, Thing] = {}
        self.members: dict[tuple[int, int], str | None] = {}
        self.chosen: set[tuple[int, int]] = set()
        self.mode = OrganizationMode.EVERYONE
        self.granted: list[tuple[Grant, Thing, tuple[str, int]]] = []

    def party(self, name: tuple[str, int]) -> Contact | Organization:
        """Return the party of this name."""
        return self.contacts[name[1]] if name[0] == "contact" else self.companies[name[1]]

    def do(self, step: tuple[Any, ...]) -> None:
        """Do a step in the kit, and tell the oracle when it was taken."""
        verb, *rest = step
        try:
            told = getattr(self, f"do_{verb}")(*rest)
        except (errors.NotFoundError, errors.InvalidInputError):
            return
        if told is not None:
            told()

    def do_put(self, at: int, into: int | None, visibility: Visibility, requester: int | None) -> None:
        """Put a thing, or change it."""
        ref, old = REFS[at], self.things.get(REFS[at])
        known = old is not None and not old.removed
        container = None if into is None or known else REFS[into]
        self.kit.catalog.put(
            ref,
            title="x",
            client_title=f"Title {at}",
            container=container,
            visibility=visibility,
            requester=None if requester is None else self.contacts[requester],
            by=ROOT,
        )
        internal = visibility is Visibility.INTERNAL
        if known and old is not None:
            old.internal, old.requester = internal, requester
        else:
            self.things[ref] = Thing(ref, None if container is None else self.things[container], internal, requester)

    def do_move(self, at: int, into: int | None) -> None:
        """Move a thing; out of something that was removed it begins a new life."""
        self.kit.catalog.move(REFS[at], None if into is None else REFS[into], by=ROOT)
        thing = self.things[REFS[at]]
        if any(each.removed for each in thing.above()):
            thing.grants.clear()
            self.granted = [each for each in self.granted if each[1] is not thing]
        thing.inside = None if into is None else self.things[REFS[into]]

    def do_remove(self, at: int) -> None:
        """Remove a thing."""
        self.kit.catalog.remove(REFS[at], by=ROOT)
        self.things[REFS[at]].removed = True

    def do_restrict(self, at: int, restricted: bool) -> None:  # drawn by Hypothesis
        """Keep grants from above, or let them through."""
        (self.kit.catalog.restrict if restricted else self.kit.catalog.unrestrict)(REFS[at], by=ROOT)
        self.things[REFS[at]].restricted = restricted

    def do_grant(self, at: int, party: tuple[str, int], terms: tuple[Any, ...], ending: bool) -> None:
        """Grant a thing."""
        access, visibility, children = terms
        ends = self.clock.now() + HOUR if ending else None
        (grant,) = self.kit.shares.grant(
            REFS[at],
            to=self.party(party),
            access=access,
            visibility=visibility,
            children=children,
            expires_at=ends,
            by=ROOT,
        )
        thing = self.things[REFS[at]]
        told = {
            "level": LEVELS[access],
            "client": visibility is Visibility.CLIENT,
            "children": children,
            "ends": ends,
            "via": None,
        }
        thing.grants[party] = told
        self.granted = [each for each in self.granted if (each[1], each[2]) != (thing, party)]
        self.granted.append((grant, thing, party))
        renewed: list[Thing] = []
        if children is Children.NOW:
            for child in self.things.values():
                if thing in child.reaching() and self.is_shown(child):
                    own = child.grants.get(party)
                    if own is None or own["via"] is not None or not self.counts(own):
                        child.grants[party] = {**told, "children": Children.NONE, "via": thing}
                        renewed.append(child)
        self.take_what_came_with(thing, party, but=renewed)

    def do_revoke(self, at: int) -> None:
        """Revoke one of the grants that were made."""
        if not self.granted:
            return
        grant, thing, party = self.granted[at % len(self.granted)]
        self.kit.shares.revoke(grant, by=ROOT)
        thing.grants.pop(party, None)
        self.take_what_came_with(thing, party, but=[])

    def take_what_came_with(self, thing: Thing, party: tuple[str, int], *, but: list[Thing]) -> None:
        """Take back what a grant on a thing brought with it."""
        for child in self.things.values():
            if child not in but and child.grants.get(party, {}).get("via") is thing:
                del child.grants[party]

    def do_join(self, who: int, company: int, role: str | None, chosen: bool) -> None:  # drawn by Hypothesis
        """Make somebody a member."""
        self.kit.people.join(self.contacts[who], self.companies[company], role=role, sees_shared=chosen, by=ROOT)
        self.members[who, company] = role
        self.chosen = self.chosen - {(who, company)} | ({(who, company)} if chosen else set())

    def do_leave(self, who: int, company: int) -> None:
        """Have somebody leave."""
        self.kit.people.leave(self.contacts[who], self.companies[company], by=ROOT)
        self.members.pop((who, company), None)

    def do_mode(self, mode: OrganizationMode) -> None:
        """Say for whom of a company its grants count."""
        self.kit.portal.configure(organizations=mode, roles={"boss"}, by=ROOT)
        self.mode = mode

    def do_wait(self) -> None:
        """Let an hour pass."""
        self.clock.advance(HOUR)

    def seen(self) -> set[tuple[str, ResourceRef]]:
        """Return who sees what, by the kit."""
        return {
            (contact.id, item.ref)
            for contact in self.contacts
            for item in self.kit.access.visible(contact, order=Order.CREATED).items
        }

    def planned(self, step: tuple[Any, ...]) -> AccessDiff:
        """Have the kit say what a step would do; the oracle is told of it twice, and of nothing in the end."""
        kept = {name: copy.deepcopy(getattr(self, name)) for name in ("things", "members", "chosen", "mode", "granted")}
        real = self.kit

        def rehearse(kit: Sharekit) -> None:
            for name, value in copy.deepcopy(kept).items():
                setattr(self, name, value)
            self.kit = kit
            self.do(step)

        try:
            return real.access.plan(rehearse)
        finally:
            self.kit = real
            for name, value in kept.items():
                setattr(self, name, value)

    # --- the oracle

    def counts(self, terms: dict[str, Any]) -> bool:
        """Say whether a grant lets anybody in now."""
        ends: datetime | None = terms["ends"]
        return bool(terms["client"]) and (ends is None or self.clock.now() < ends)

    def is_shown(self, thing: Thing) -> bool:
        """Say whether clients may ever see a thing."""
        return not any(each.internal or each.removed for each in [thing, *thing.above()])

    def companies_of(self, who: int) -> set[int]:
        """Return the companies whose grants count for somebody."""
        roles = {company: role for (member, company), role in self.members.items() if member == who}
        match self.mode:
            case OrganizationMode.EVERYONE:
                return set(roles)
            case OrganizationMode.BY_ROLE:
                return {company for company, role in roles.items() if role == "boss"}
            case OrganizationMode.PER_MEMBER:
                return {company for company in roles if (who, company) in self.chosen}
            case _:
                return set()

    def may_view(self, who: int, thing: Thing) -> bool:
        """Say whether somebody may view a thing."""
        if not self.is_shown(thing):
            return False
        mine = {("contact", who)}
        if thing.ref.kind != "secret":
            mine |= {("organization", company) for company in self.companies_of(who)}
        held = any(party in mine and self.counts(terms) for party, terms in thing.grants.items())
        within = any(
            party in mine and self.counts(terms) and terms["children"] is Children.FUTURE
            for each in thing.reaching()
            for party, terms in each.grants.items()
        )
        colleagues = {member for member, company in self.members if company in self.companies_of(who)}
        facts = {
            "shared_with_me": held,
            "in_shared_projects": within,
            "requested_by_me": thing.requester == who,
            "requested_by_my_organization": thing.requester in colleagues,
            "host:papers": thing.ref.kind == "paper",
            "host:first": who == 0,
            "host:even": thing.ref.id in {"0", "2"},
            "host:early": self.clock.now() < self.begun + HOUR,
        }
        return judged(self.scope, facts) is True


def judged(scope: PortalScope, facts: dict[str, bool]) -> bool | None:
    """Say whether a scope holds; None where that hangs on something that nobody can tell."""
    if isinstance(scope, ScopeNot):
        held = judged(scope.scope, facts)
        return None if held is None else not held
    if isinstance(scope, ScopeAny | ScopeAll):
        parts = [judged(part, facts) for part in scope.scopes]
        settling = isinstance(scope, ScopeAny)
        return settling if settling in parts else None if None in parts else not settling
    return facts.get(str(scope))


def answers(world: World) -> list[tuple[set[ResourceRef], ...]]:
    """Return for everybody what they see: by the oracle, by decisions, by explanations, and by their list."""
    return [
        (
            {ref for ref, thing in world.things.items() if world.may_view(who, thing)},
            {ref for ref in REFS if world.kit.access.can(contact, Action.VIEW, ref)},
            {ref for ref in REFS if world.kit.access.explain(contact, Action.VIEW, ref).decision},
            {item.ref for item in world.kit.access.visible(contact, order=Order.CREATED).items},
        )
        for who, contact in enumerate(world.contacts)
    ]


@in_parts
@given(scope=scopes, story=st.lists(steps, max_size=25))
@settings(max_examples=WORLDS)
def test_list_decision_explanation_and_oracle_agree(
    scope: PortalScope, story: list[tuple[Any, ...]], part: int
) -> None:
    """Whatever was done, a thing is listed exactly when it is decided, explained, and when the oracle says so."""
    del part
    world = World(scope)
    for step in story:
        world.do(step)

    for expected, decided, explained, listed in answers(world):
        assert expected == decided
        assert expected == explained
        assert expected == listed


@given(scope=scopes, story=st.lists(steps, max_size=25), action=st.sampled_from(Action))
@settings(max_examples=150)
def test_what_is_decided_at_a_glance_is_what_is_decided(
    scope: PortalScope, story: list[tuple[Any, ...]], action: Action
) -> None:
    """On a store that can find rows at a glance nothing is decided otherwise, whatever was remembered before."""
    world = World(scope, Glances())
    for place, step in enumerate(story):
        world.do(step)
        if place in {len(story) // 2, len(story) - 2}:
            for contact, ref in itertools.product(world.contacts, REFS):
                world.kit.access.decide(contact, action, ref)

    for expected, decided, explained, listed in answers(world):
        assert expected == decided
        assert expected == explained
        assert expected == listed
    for who in [*world.contacts, Contact("nobody")]:
        for ref in REFS:
            decision = world.kit.access.decide(who, action, ref)
            assert decision == world.kit.access.explain(who, action, ref).decision


@given(scope=scopes)
def test_a_scope_is_read_back_as_it_was_written(scope: PortalScope) -> None:
    """Settings keep a scope as text."""
    again = parse_scope(str(scope))

    assert str(again) == str(scope)


@pytest.mark.parametrize("text", ["", "shared", "shared_with_me |", "(shared_with_me", "~", "shared_with_me)"])
def test_what_is_no_scope_is_refused(text: str) -> None:
    """A damaged setting is an error, and not a wider scope."""
    with pytest.raises(errors.InvalidInputError):
        parse_scope(text)


@given(scope=scopes, story=st.lists(steps, max_size=15), change=steps)
@settings(max_examples=WORLDS if DEEP else 100)
def test_a_plan_is_what_happens(scope: PortalScope, story: list[tuple[Any, ...]], change: tuple[Any, ...]) -> None:
    """What a change was said to reveal and to hide is exactly what it does, and saying so changes nothing."""
    world = World(scope)
    for step in story:
        world.do(step)
    verb = change[0]
    if verb == "wait":
        return
    before = world.seen()
    said = world.planned(change)

    assert before == world.seen()
    world.do(change)
    after = world.seen()
    assert {(each.contact.id, each.ref) for each in said.every_gain} == after - before
    assert {(each.contact.id, each.ref) for each in said.every_loss} == before - after
