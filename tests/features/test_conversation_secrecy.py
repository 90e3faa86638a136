"""
Notes leave no trace: two worlds that differ only in notes give clients the same bytes (R-CONV-1).

What clients get is written out, with each random id replaced by the place at which it first came; places in lists
are opened, so that what stands in them is compared too.
"""

import json
import random
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import attrs
import pytest

from sharekit import Access, Audience, Contact, Organization, ResourceRef, Sharekit, Staff, errors
from sharekit.ids import MessageId
from sharekit.records.conversations import Conversation, HistoryPolicy, Message
from sharekit.records.documents import Upload
from sharekit.testing import FrozenClock, kit, project_kind
from sharekit.tokens import Purpose

KEY = b"0123456789abcdef0123456789abcdef"
MARIA, BEN = Staff("maria"), Staff("ben")
PROJECT = ResourceRef("project", "42")
WORDS = ("colour", "façade", "invoice", "secret", "bankrupt")
_ID = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{28}(?![A-Za-z0-9_-])")

Step = tuple[Any, ...]


@attrs.define
class World:
    """
    Two clients, an organisation and two members of staff who talk.

    Attributes:
        said: The messages for clients in the order in which they were written.
        notes: The notes, in the one world that has some.
        heard: What clients got for what they did.
    """

    kit: Sharekit
    clock: FrozenClock
    ana: Contact
    bo: Contact
    acme: Organization
    talks: list[Conversation] = attrs.field(factory=list[Conversation])
    said: list[Message] = attrs.field(factory=list[Message])
    notes: list[Message] = attrs.field(factory=list[Message])
    heard: list[object] = attrs.field(factory=list[object])

    @property
    def clients(self) -> tuple[Contact, Contact]:
        """Everybody outside."""
        return self.ana, self.bo

    def person(self, number: int) -> Contact | Staff:
        """Return somebody who writes."""
        return (self.ana, self.bo, MARIA, BEN)[number % 4]


def made_world(**options: Any) -> World:  # noqa: ANN401  # what a kit takes
    """Return a world in which nothing was said."""
    clock = FrozenClock()
    made = kit(clock=clock, kinds=[project_kind()], secret_keys=[KEY], undo_window=timedelta(seconds=10), **options)
    made.catalog.put(PROJECT, title="Internal", client_title="Relaunch", owner=MARIA, by=MARIA)
    ana, bo = (Contact(made.people.add_contact(n, f"{n.lower()}@x.test", by=MARIA).id) for n in ("Ana", "Bo"))
    acme = Organization(made.people.add_organization("Acme", by=MARIA).id)
    made.people.join(bo, acme, by=MARIA)
    made.shares.grant(PROJECT, to=ana, access=Access.COMMENT, by=MARIA)
    made.conversations.set_automatic_reply(PROJECT, "Thank you, colour.", by=MARIA)
    world = World(made, clock, ana, bo, acme)
    world.talks.append(made.conversations.start(subject="About colour", about=PROJECT, with_=[ana, acme], by=MARIA))
    clock.advance(timedelta(milliseconds=1))  # or else the next one may be as old
    return world


def drawn(chance: random.Random) -> Step:
    """Choose something that clients may know of."""
    verb = chance.choice(
        ["post"] * 6 + ["start", "add", "add", "remove", "read", "undo", "wait", "wait", "close", "follow", "leave"]
    )
    return verb, chance.randrange(100), chance.randrange(100), chance.choice(WORDS), chance.random()


def drawn_secret(chance: random.Random) -> Step:
    """Choose something that is for staff alone."""
    verb = chance.choice(["note"] * 5 + ["answer", "undo", "staff", "read"])
    return verb, chance.randrange(100), chance.randrange(100), chance.choice(WORDS), chance.random()


def do(world: World, step: Step) -> None:
    """Do something that clients may know of; what cannot be done is not done in either world."""
    verb, where, who, word, luck = step
    talks, opened = world.kit.conversations, world.talks[where % len(world.talks)]
    person = world.person(who)
    party: Any = (world.ana, world.bo, world.acme)[who % 3]

    def post() -> None:
        files = [Upload(f"{word}.txt", f"{word}\n".encode())] if luck < 0.3 else []
        before = world.said[who % len(world.said)] if world.said and luck > 0.6 else None
        world.said.append(
            talks.post(
                opened,
                f"{word} {where}",
                audience=Audience.CLIENT,
                by=person,
                attachments=files,
                in_reply_to=before if before is not None and before.conversation == opened.id else None,
            )
        )
        if isinstance(person, Contact):
            world.heard.append(world.said[-1])

    def start() -> None:
        world.talks.append(
            talks.start(subject=f"New {word}", about=PROJECT, with_=[party], with_followers=luck < 0.5, by=MARIA)
        )

    def add() -> None:
        history = list(HistoryPolicy)[where % 4]
        chosen = [each for each in world.said if each.conversation == opened.id][:2]
        messages = chosen if history is HistoryPolicy.SELECTED else []
        talks.add_participant(opened, party, history=history, messages=messages, by=MARIA)

    acts: dict[str, Callable[[], object]] = {
        "post": post,
        "start": start,
        "add": add,
        "remove": lambda: talks.remove_participant(opened, party, by=MARIA),
        "read": lambda: talks.mark_read(opened, by=person),
        "undo": lambda: talks.undo(world.said[-1], by=person),
        "wait": lambda: world.clock.advance(timedelta(seconds=where)),
        "close": lambda: (talks.close if luck < 0.5 else talks.reopen)(opened, by=MARIA),
        "follow": lambda: world.kit.shares.follow(PROJECT, party, by=MARIA),
        "leave": lambda: talks.leave(opened, by=world.clients[who % 2]),
    }
    try:
        acts[verb]()
    except (errors.SharekitError, IndexError) as error:
        world.heard.append((type(error).__name__, str(error)))


def do_secretly(world: World, step: Step) -> None:
    """Do something that is for staff alone."""
    verb, where, who, word, luck = step
    talks, opened = world.kit.conversations, world.talks[where % len(world.talks)]
    staff = (MARIA, BEN)[who % 2]

    def write(**options: Any) -> None:  # noqa: ANN401  # whatever a note may have
        files = [Upload("secret.txt", b"secret\n")] if luck < 0.3 else []
        world.notes.append(
            talks.post(opened, f"secret {word}", audience=Audience.INTERNAL, by=staff, attachments=files, **options)
        )

    acts: dict[str, Callable[[], object]] = {
        "note": write,
        "answer": lambda: write(in_reply_to=world.said[-1] if world.said else None),
        "undo": lambda: talks.undo(world.notes[-1], by=staff),
        "staff": lambda: talks.add_participant(opened, BEN, history=HistoryPolicy.FULL, by=MARIA),
        "read": lambda: talks.mark_read(opened, by=staff),
    }
    try:
        acts[verb]()
    except (errors.SharekitError, IndexError):
        return


def outcome(act: Callable[[], object], given: str = "") -> object:
    """Return what a client gets, or how they are refused; in the host's own facts what they gave may come back."""
    try:
        return act()
    except errors.SharekitError as error:
        facts = {name: str(value).replace(given, "given") if given else value for name, value in vars(error).items()}
        return type(error).__name__, str(error), sorted(facts.items())


def place(world: World, cursor: str | None) -> object:
    """Return what stands in a place of a list, without the digest that names the list and its reader."""
    if cursor is None:
        return None
    _, *told = json.loads(world.kit._wiring.seals.unseal_text(Purpose.CURSOR, cursor))
    return told


def told_to(world: World, client: Contact, secrets: int) -> list[object]:
    """Return everything that a client can get out of conversations, in the order of asking."""
    talks = world.kit.conversations
    told: list[object] = [*world.heard, talks.unread(client)]
    searches: list[dict[str, Any]] = [{"search": word} for word in WORDS]
    choices: list[dict[str, Any]] = [{}, {"limit": 1}, {"unread": True}, {"about": PROJECT}, *searches]
    for options in choices:
        page = talks.visible(client, **options)
        told += [page.items, place(world, page.next), place(world, page.previous)]
    for opened in world.talks:
        told += [outcome(partial(thread, world, client, opened, limit)) for limit in (1, 2, 50)]
        told += [outcome(partial(verb, opened, by=client)) for verb in (talks.participants, talks.close)]
        told.append(outcome(partial(talks.get, opened.id, by=client)))
    for message in world.said:
        told += [
            outcome(partial(read, world, client, message)),
            outcome(partial(talks.look_at_attachment, message.id, 7, by=client)),
            outcome(partial(talks.decide, client, message)),
        ]
    # Ids that somebody guessed, or got from elsewhere: of notes in one world, of nothing in the other.
    for number in range(secrets):
        guess = world.notes[number].id if number < len(world.notes) else MessageId("z" * 28)
        told += [
            outcome(partial(talks.open_attachment, guess, 1, by=client), guess),
            outcome(partial(talks.look_at_attachment, guess, 9, by=client), guess),
            outcome(partial(talks.undo, guess, by=client), guess),
            outcome(partial(talks.promote, guess, reason="r", by=client), guess),
        ]
        for opened in world.talks:
            answer = partial(talks.post, opened, "x", audience=Audience.CLIENT, by=client, in_reply_to=guess)
            told += [outcome(partial(talks.mark_read, opened, by=client, up_to=guess), guess), outcome(answer, guess)]
    return told


def read(world: World, client: Contact, message: Message) -> tuple[str, bytes]:
    """Return name and bytes of the first file of a message."""
    talks = world.kit.conversations
    return talks.look_at_attachment(message, 1, by=client).name, talks.open_attachment(message, 1, by=client).read()


def thread(world: World, client: Contact, opened: Conversation, limit: int) -> list[object]:
    """Return the first two pages of a thread."""
    talks = world.kit.conversations
    first = talks.thread(opened, by=client, limit=limit)
    told: list[object] = [attrs.evolve(first, previous=None), first.messages, place(world, first.previous)]
    if first.previous is not None:
        second = talks.thread(opened, by=client, after=first.previous, limit=limit)
        told += [second.messages, place(world, second.previous), place(world, second.next)]
    # Their text is in no `repr`.
    told += [message.text for message in first.messages]
    return told


def written_out(told: list[object]) -> bytes:
    """Return it as bytes, with each random id replaced by the place at which it first came."""
    known: dict[str, str] = {}
    text = "\n".join(repr(each) for each in told)
    return _ID.sub(lambda found: known.setdefault(found[0], f"<{len(known)}>"), text).encode()


def compare(seed: int) -> int:
    """Run one story in two worlds of which one has notes, and return how many notes there were."""
    chance = random.Random(seed)  # noqa: S311  # a story, no secret
    plain, secretive = made_world(), made_world()
    for _ in range(chance.randrange(5, 25)):
        if chance.random() < 0.6:
            do_secretly(secretive, drawn_secret(chance))
        step = drawn(chance)
        for world in (plain, secretive):
            do(world, step)
            # Where two conversations are as old as each other, their random ids decide which comes first.
            world.clock.advance(timedelta(milliseconds=1))
    secrets = len(secretive.notes)
    for mine, theirs in zip(plain.clients, secretive.clients, strict=True):
        assert written_out(told_to(plain, mine, secrets)) == written_out(told_to(secretive, theirs, secrets)), seed
    return secrets


@pytest.mark.parametrize("start", range(20))
def test_worlds_that_differ_in_notes_give_clients_the_same_bytes(start: int, deep: bool) -> None:
    """Threads, lists, counts, orders, places, searches, files, refusals: 20 stories a day, 500 when looked deeply."""
    notes = sum(compare(seed) for seed in range(start, 500 if deep else 20, 20))

    assert notes > 0


def test_the_comparison_can_fail() -> None:
    """One message for clients that the other world has not, and the bytes differ."""
    plain, other = made_world(), made_world()
    other.kit.conversations.post(other.talks[0], "secret", audience=Audience.CLIENT, by=MARIA)
    other.clock.advance(timedelta(seconds=10))
    plain.clock.advance(timedelta(seconds=10))

    assert written_out(told_to(plain, plain.ana, 0)) != written_out(told_to(other, other.ana, 0))


def test_what_was_written_holds_no_note(agency: Any) -> None:  # noqa: ANN401  # on every store
    """Neither an event that a client's reading makes, nor a list's place, nor an error text holds a word of it."""
    ana = agency.person("Ana")
    talks = agency.kit.conversations
    opened = talks.start(subject="s", about=PROJECT, with_=[ana], by=MARIA)
    note = talks.post(opened, "bankrupt", audience=Audience.INTERNAL, by=MARIA)
    talks.post(opened, "hello", audience=Audience.CLIENT, by=MARIA)
    shown = talks.thread(opened, by=ana, limit=1)

    assert shown.previous is None
    assert "bankrupt" not in repr((shown, [message.text for message in shown.messages], note))
    assert 1 == shown.unread
    talks.mark_read(opened, by=ana)
    (read,) = [entry for entry in agency.kit.audit.entries() if entry.action == "conversation-read"]

    assert 1 == read.details["number"]
