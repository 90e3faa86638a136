"""One policy with three faces: what is listed, what is decided, and what is explained are the same."""

import random
from datetime import timedelta

import pytest

from sharekit import Audience, Contact, Staff, errors
from sharekit.records.conversations import Conversation, Message
from tests.features.test_conversation_secrecy import BEN, MARIA, World, do, do_secretly, drawn, drawn_secret, made_world


def told_story(seed: int) -> World:
    """Return a world in which replies, notes, joinings and partings came in some order."""
    chance = random.Random(seed)  # noqa: S311  # a story, no secret
    world = made_world()
    for _ in range(chance.randrange(10, 30)):
        do(world, drawn(chance))
        do_secretly(world, drawn_secret(chance))
        world.clock.advance(timedelta(milliseconds=1))
    return world


def everything_written(world: World, opened: Conversation) -> list[Message]:
    """Return every message of a conversation that is still there."""
    ours = [each for each in (*world.said, *world.notes) if each.conversation == opened.id]
    shown = {each.id for each in world.kit.conversations.thread(opened, by=MARIA, limit=200).messages}
    return [each for each in ours if each.id in shown]


def listed(world: World, person: Contact | Staff) -> set[str]:
    """Return the ids of the conversations that somebody finds, page by page."""
    found: list[str] = []
    after: str | None = None
    while True:
        page = world.kit.conversations.visible(person, limit=2, after=after)
        found += [item.conversation for item in page.items]
        after = page.next
        if after is None:
            assert len(found) == len(set(found))
            return set(found)


@pytest.mark.parametrize("seed", range(20))
def test_lists_threads_and_decisions_agree(seed: int, deep: bool) -> None:
    """A conversation is listed when it is decided for, a message shown when it is, and counted when it is unread."""
    for each in range(seed, 300 if deep else 20, 20):
        world = told_story(each)
        talks = world.kit.conversations
        for person in (*world.clients, MARIA, BEN):
            decided = {opened.id for opened in world.talks if talks.decide(person, opened)}

            assert decided == listed(world, person)
            for opened in world.talks:
                if opened.id not in decided:
                    with pytest.raises((errors.NotFoundError, errors.NotAllowedError)):
                        talks.thread(opened, by=person)
                    continue
                thread = talks.thread(opened, by=person, limit=200)
                shown = {message.id for message in thread.messages if not message.automatic}

                assert shown == {m.id for m in everything_written(world, opened) if talks.decide(person, m)}
                assert thread.unread == sum(message.unread for message in thread.messages)
                if isinstance(person, Contact):
                    assert all(message.audience is Audience.CLIENT for message in thread.messages)
