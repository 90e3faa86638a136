"""
What is internal leaves no trace: two worlds that differ only in internal things answer clients alike.

Cursors are left aside, which name their reader, whose id differs from world to world.
"""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sharekit import Access, Action, Audience, Children, Contact, Order, PortalScope, ResourceRef, Visibility, errors
from sharekit.records.scopes import DEFAULT_SCOPE
from tests.features.conftest import wrong
from tests.features.test_access_worlds import DEEP, HOUR, MARIA, REFS, ROOT, WORLDS, World, parties, scopes, steps

HIDDEN = [ResourceRef("paper", "7"), ResourceRef("folder", "8")]
spots = st.none() | st.integers(0, len(REFS) - 1)
secrets = st.one_of(
    st.tuples(st.just("put"), st.integers(0, 1), spots),
    st.tuples(st.just("put-inside"), st.none()),
    st.tuples(st.just("grant"), st.integers(0, 1), parties, st.sampled_from(Children)),
    st.tuples(st.just("touch"), st.integers(0, len(REFS) - 1)),
    st.tuples(st.just("rename"), st.integers(0, len(REFS) - 1)),
    st.tuples(st.just("follow"), st.integers(0, len(REFS) - 1), st.none()),
    st.tuples(st.just("remove"), st.integers(0, 1)),
    st.tuples(st.just("request"), st.integers(0, 1), st.integers(0, 2)),
    st.tuples(st.just("file"), st.integers(0, len(REFS) - 1), parties),
    st.tuples(st.just("follow"), st.integers(0, len(REFS) - 1), parties),
)


def keep_secret(world: World, step: tuple[Any, ...]) -> None:
    """Do something internal."""
    verb, *rest = step
    catalog, shares = world.kit.catalog, world.kit.shares
    hidden: dict[str, Any] = {
        "title": "secret",
        "client_title": "Secret",
        "visibility": Visibility.INTERNAL,
        "by": ROOT,
    }
    try:
        if verb == "put":
            catalog.put(HIDDEN[rest[0]], container=None if rest[1] is None else REFS[rest[1]], **hidden)
        elif verb == "put-inside":
            catalog.put(HIDDEN[0], container=HIDDEN[1], **{**hidden, "visibility": wrong(Visibility.CLIENT)})
        elif verb == "grant":
            shares.grant(HIDDEN[rest[0]], to=world.party(rest[1]), children=rest[2], by=ROOT)
        elif verb == "touch":
            catalog.touch(REFS[rest[0]], audience=Audience.INTERNAL, by=ROOT)
        elif verb == "rename":
            catalog.put(REFS[rest[0]], title=f"aaa secret {len(world.granted)}", by=ROOT) if _there(
                world, rest
            ) else None
        elif verb == "remove":
            catalog.remove(HIDDEN[rest[0]], by=ROOT)
        elif verb == "request":
            catalog.put(HIDDEN[rest[0]], requester=world.contacts[rest[1]], **hidden)
        else:
            _keep_by(world, verb, REFS[rest[0]], rest[1])
    except (errors.NotFoundError, errors.InvalidInputError):
        return


def _keep_by(world: World, verb: str, ref: ResourceRef, party: tuple[str, int] | None) -> None:
    """Have staff or a client hear of a thing, or file it under a client who was given nothing of it."""
    if party is None or verb == "follow":
        world.kit.shares.follow(ref, MARIA if party is None else world.party(party), by=ROOT)
    elif ref in world.things and party not in world.things[ref].grants:
        world.kit.shares.grant(ref, to=world.party(party), visibility=Visibility.INTERNAL, by=ROOT)


def _there(world: World, rest: list[int]) -> bool:
    thing = world.things.get(REFS[rest[0]])
    return thing is not None and not thing.removed


def outcome(act: Any) -> object:  # noqa: ANN401  # a verb of a client
    """Return what a client gets, or how they are refused."""
    try:
        return act()
    except errors.SharekitError as error:
        return type(error), str(error)


def heard_by(world: World, contact: Contact) -> list[object]:
    """Return everything that a client can get out of a kit, in the order of asking."""
    access, shares = world.kit.access, world.kit.shares
    told: list[object] = []
    for order in Order:
        for descending in (False, True):
            page = access.visible(contact, order=order, descending=descending, count=True)
            told += [page.items, page.total, page.next is None, page.previous is None]
    for search in ("secret", "title 1"):
        told.append(access.visible(contact, search=search, count=True).total)
    first = access.visible(contact, limit=1)
    told += [first.items, first.next is None]
    for ref in (*REFS, *HIDDEN, ResourceRef("paper", "9")):
        told += [
            [access.can(contact, action, ref) for action in Action],
            outcome(lambda ref=ref: access.view(contact, ref)),
            outcome(lambda ref=ref: access.who_else_can_see(ref, by=contact)),
            access.visible(contact, container=ref, count=True).items,
            outcome(lambda ref=ref: shares.unfollow(ref, contact, by=contact)),
            outcome(lambda ref=ref: world.kit.access_requests.ask(ref, by=contact)),
        ]
    return told


BEGINNING: list[tuple[Any, ...]] = [
    *(("put", at, None if at == 0 else 0, Visibility.CLIENT, None) for at in range(len(REFS))),
    ("grant", 0, ("contact", 0), (Access.VIEW, Visibility.CLIENT, Children.FUTURE), False),
]
"""So that there is a list in which something could move."""


@given(scope=st.just(DEFAULT_SCOPE) | scopes, story=st.lists(st.tuples(st.booleans(), steps, secrets), max_size=12))
@settings(max_examples=WORLDS if DEEP else 80)
def test_worlds_that_differ_in_internal_things_answer_alike(scope: PortalScope, story: list[tuple[Any, ...]]) -> None:
    """Lists, counts, orders, pages, titles, decisions and refusals are the same to every client (promise 4)."""
    plain, secretive = World(scope), World(scope)
    for world in (plain, secretive):
        world.kit.portal.configure(onlookers={"folder", "paper"}, by=ROOT)
    for step in BEGINNING:
        plain.do(step)
        secretive.do(step)
    for said, step, secret in story:
        keep_secret(secretive, secret)
        for world in (plain, secretive) if said else ():
            world.do(step)
        for world in (plain, secretive):
            world.clock.advance(HOUR / 60)

    for mine, theirs in zip(plain.contacts, secretive.contacts, strict=True):
        assert heard_by(plain, mine) == heard_by(secretive, theirs)
