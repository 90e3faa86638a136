"""
What is internal leaves no trace on a page: two worlds that differ only in internal things send clients the same bytes.

A session is left aside: its secret differs from one entry to the next.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharekit import Contact, ResourceRef
from sharekit.records.scopes import DEFAULT_SCOPE
from sharekit.web import Portal
from tests.features.test_access_worlds import DEEP, HOUR, MARIA, REFS, ROOT, World, scopes, steps
from tests.features.test_internal_secrecy import BEGINNING, HIDDEN, keep_secret, secrets
from tests.web.conftest import Browser

Answer = tuple[int, list[tuple[str, str]], bytes]

UNKNOWN = ResourceRef("paper", "9")
PAGES = [
    ("/p/", ""),
    *(("/p/", f"sort={order}") for order in ("name", "activity", "created", "-name", "nonsense")),
    *(("/p/", f"q={text}") for text in ("secret", "title+1", "%25", "_", "zzz")),
    ("/p/", "after=x"),
    ("/p/documents", ""),
    *((f"/p/{ref.kind}/{ref.id}{what}", "") for ref in (*REFS, *HIDDEN, UNKNOWN) for what in ("", "/decline")),
]


def sent_to(portal: Portal, contact: Contact, world: World) -> list[Answer]:
    """Return what a client is sent who enters and looks at everything that there is, or could be."""
    invitation = world.kit.people.invite(contact, by=MARIA)
    browser = Browser(portal=portal)
    browser.post(f"/i/{world.kit.people.invitation_token(invitation)}")
    found: list[Answer] = []
    for path, query in PAGES:
        answer = browser.send("GET", path, query=query)
        headers = [(name, value) for name, value in answer.headers if name != "Set-Cookie"]
        found.append((answer.status, headers, answer.body))
    return found


@pytest.mark.slow
@given(scope=st.just(DEFAULT_SCOPE) | scopes, story=st.lists(st.tuples(st.booleans(), steps, secrets), max_size=12))
@settings(max_examples=200 if DEEP else 10)
def test_worlds_that_differ_in_internal_things_send_the_same_bytes(
    scope: Any,  # noqa: ANN401  # drawn by Hypothesis
    story: list[tuple[Any, ...]],
) -> None:
    """Every page, its status and its headers are the same to every client, byte by byte (promise 4)."""
    worlds = plain, secretive = World(scope), World(scope)
    for world in worlds:
        world.kit.portal.configure(onlookers={"folder", "paper"}, by=ROOT)
        for step in BEGINNING:
            world.do(step)
    for said, step, secret in story:
        keep_secret(secretive, secret)
        for world in worlds if said else ():
            world.do(step)
        for world in worlds:
            world.clock.advance(HOUR / 60)

    portals = [Portal(world.kit) for world in worlds]
    for mine, theirs in zip(plain.contacts, secretive.contacts, strict=True):
        answers = sent_to(portals[0], mine, plain)
        assert answers == sent_to(portals[1], theirs, secretive)
        assert answers[0][0] == 200
