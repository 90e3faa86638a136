"""
Notes leave no trace in pages, feeds and letters: two worlds that differ only in notes give clients the same (R-CONV-1).

Each random id and each sealed token is replaced by the place at which it first came.
"""

import email
import email.policy
import random
import re
from collections.abc import Sequence
from datetime import timedelta

import pytest

from sharekit import Audience, Contact
from sharekit.backends.outbox import MemoryOutbox
from sharekit.mail.writing import LetterWriter
from sharekit.ports import Letter, Mailbox
from sharekit.relay import Post
from sharekit.web import Portal
from tests.features.test_conversation_secrecy import (
    MARIA,
    WORDS,
    World,
    do,
    do_secretly,
    drawn,
    drawn_secret,
    made_world,
)
from tests.web.conftest import Browser

_RANDOM = re.compile(r"[A-Za-z0-9_-]{24,}")
_BOUNDARY = re.compile(r'boundary="?[^";]+"?')


class Mailed:
    """A world whose letters are kept."""

    def __init__(self) -> None:
        self.outbox = MemoryOutbox()
        sender = Mailbox("portal@studio.test", "Studio")
        post = Post(sender=sender, writer=LetterWriter(site_name="Studio"), pages="https://studio.test/portal")
        self.world: World = made_world(notifier=self.outbox, post=post)
        self._runs: list[Sequence[tuple[Letter, bytes]]] = []

    def run(self, seconds: float) -> None:
        """Let time pass, and have the relay send what is due."""
        self.world.clock.advance(timedelta(seconds=seconds))
        before = len(self.outbox.sent)
        self.world.kit.relay.run_once()
        self._runs.append(self.outbox.sent[before:])

    def letters(self, client: Contact) -> list[str]:
        """Return all that is in the letters to a client."""
        address = self.world.kit.people.get(client).email
        return [
            written
            for run in self._runs
            for written in [_parts(message) for letter, message in run if letter.recipient.address == address]
        ]

    def feed(self, client: Contact) -> list[object]:
        """Return the client's news, and how much of it is new."""
        return [self.world.kit.notifications.unseen(client), *self.world.kit.notifications.feed(client).items]

    def pages(self, client: Contact) -> list[object]:
        """Return what a client is sent who comes in and looks at everything about conversations."""
        kit = self.world.kit
        browser = Browser(portal=Portal(kit))
        browser.post(f"/i/{kit.people.invitation_token(kit.people.invite(client, by=MARIA))}")
        asked = [
            ("/p/", ""),
            ("/c/", ""),
            *(("/c/", f"q={word}") for word in WORDS),
            ("/p/news", ""),
            ("/p/project/42", ""),
        ]
        asked += [(f"/c/{talk.id}", "") for talk in self.world.talks]
        told: list[object] = []
        for path, query in asked:
            answer = browser.send("GET", path, query=query)
            told += [answer.status, [each for each in answer.headers if each[0] != "Set-Cookie"], answer.body.decode()]
        return told


def _parts(message: bytes) -> str:
    read = email.message_from_bytes(message, policy=email.policy.default)
    headers = [_BOUNDARY.sub("boundary", f"{name}: {value}") for name, value in read.items()]
    return plainly([*headers, *(part.get_content() for part in read.walk() if not part.is_multipart())])


def plainly(told: list[object]) -> str:
    """Return it as text without what is random."""
    known: dict[str, str] = {}
    return _RANDOM.sub(lambda found: known.setdefault(found[0], f"<{len(known)}>"), "\n".join(map(repr, told)))


def compare(seed: int) -> tuple[int, int]:
    """Run one story in two worlds of which one has notes; return how many notes and how many letters there were."""
    chance = random.Random(seed)  # noqa: S311  # a story, no secret
    plain, secretive = both = (Mailed(), Mailed())
    for _ in range(chance.randrange(5, 25)):
        if chance.random() < 0.6:
            do_secretly(secretive.world, drawn_secret(chance))
        step, told, seconds = drawn(chance), chance.random() < 0.3, chance.randrange(1, 600)
        for one in both:
            do(one.world, step)
            one.run(seconds if told else 0.001)
    for one in both:
        one.run(86_400)
    sent = 0
    for mine, theirs in zip(plain.world.clients, secretive.world.clients, strict=True):
        letters = plain.letters(mine)
        sent += len(letters)

        assert letters == secretive.letters(theirs), seed
        assert plainly(plain.feed(mine)) == plainly(secretive.feed(theirs)), seed
        assert plainly(plain.pages(mine)) == plainly(secretive.pages(theirs)), seed
    return len(secretive.world.notes), sent


@pytest.mark.parametrize("start", range(10))
def test_worlds_that_differ_in_notes_send_the_same_pages_feeds_and_letters(start: int, deep: bool) -> None:
    """Whatever is shown, counted or mailed to a client: 20 stories a day, 500 when looked deeply."""
    stories = [compare(seed) for seed in range(start, 500 if deep else 20, 10)]

    assert sum(notes for notes, _ in stories) > 0
    assert sum(letters for _, letters in stories) > 0


def test_the_comparison_can_fail() -> None:
    """One message for clients that the other world has not, and each of the three differs."""
    plain, other = Mailed(), Mailed()
    other.world.kit.conversations.post(other.world.talks[0], "secret", audience=Audience.CLIENT, by=MARIA)
    for one in (plain, other):
        one.run(86_400)
    ana = (plain.world.ana, other.world.ana)

    assert plain.letters(ana[0]) != other.letters(ana[1])
    assert plainly(plain.feed(ana[0])) != plainly(other.feed(ana[1]))
    assert plainly(plain.pages(ana[0])) != plainly(other.pages(ana[1]))
