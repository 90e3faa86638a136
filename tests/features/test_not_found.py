"""What is not there names what was asked for to the host's own code, and tells nobody whether it is there."""

import pickle
import traceback
from collections.abc import Callable

import pytest

from sharekit import Contact, ResourceRef, errors
from sharekit.ids import ConversationId, MessageId
from sharekit.records.conversations import HistoryPolicy
from tests.features._talks import note, reply, talk
from tests.features.conftest import Agency


def asked(act: Callable[[str], object], given: str) -> tuple[type[Exception], str, str, str | None]:
    """Return what the error says when something is asked for that is not there, or not for whoever asks."""
    with pytest.raises(errors.NotFoundError) as refused:
        act(given)
    error = refused.value

    assert [f"looked for {error.kind} {error.reference!r}"] == error.__notes__
    assert given not in str(error)
    return type(error), str(error), error.kind, error.reference


def test_denied_and_absent_are_one_answer_that_names_what_was_given(agency: Agency) -> None:
    """To a client: the class, the text and the kind are the same, and the reference is what they said (R-ENUM-1)."""
    ana, kit = agency.person("Ana"), agency.kit
    opened, other = talk(agency, ana), talk(agency)
    hidden, elsewhere = note(agency, opened, "careful"), reply(agency, other, "Hello")
    asks: list[tuple[Callable[[str], object], str, list[str]]] = [
        (lambda id_: kit.access.view(ana, ResourceRef("project", id_)), "project:", [agency.relaunch.id, "43"]),
        (
            lambda id_: kit.conversations.start(subject="x", about=ResourceRef("project", id_), by=ana),
            "project:",
            [agency.relaunch.id, "43"],
        ),
        (lambda id_: kit.conversations.thread(ConversationId(id_), by=ana), "", [other.id, "o" * 28]),
        (lambda id_: kit.conversations.undo(MessageId(id_), by=ana), "", [hidden.id, elsewhere.id, "m" * 28]),
        (
            lambda id_: kit.conversations.mark_read(opened, up_to=MessageId(id_), by=ana),
            "",
            [hidden.id, elsewhere.id, "m" * 28],
        ),
        (lambda id_: kit.documents.look(ResourceRef("sharekit.document", id_), by=ana), "sharekit.document:", ["d1"]),
    ]
    for act, prefix, ids in asks:
        answers = [asked(act, id_) for id_ in ids]

        assert 1 == len({answer[:3] for answer in answers})
        assert [f"{prefix}{id_}" for id_ in ids] == [answer[3] for answer in answers]


def test_staff_read_in_a_traceback_what_was_not_there(agency: Agency) -> None:
    """Of a thing that was never entered, a contact, and somebody who takes no part; also in another process."""
    ana, kit, nowhere = agency.person("Ana"), agency.kit, ResourceRef("project", "no-such")
    opened = talk(agency)
    acts: list[tuple[str, Callable[[], object]]] = [
        ("resource 'project:no-such'", lambda: kit.shares.grant(nowhere, to=ana, by=agency.maria)),
        ("resource 'project:no-such'", lambda: kit.links.create(nowhere, by=agency.maria, sections=set())),
        ("resource 'project:no-such'", lambda: kit.catalog.get(nowhere)),
        ("contact 'contact:nobody'", lambda: kit.conversations.reach(Contact("nobody"), by=agency.maria)),
        (f"participant '{ana.key}'", lambda: kit.conversations.remove_participant(opened, ana, by=agency.maria)),
        (
            "contact 'contact:nobody'",
            lambda: kit.conversations.add_participant(
                opened, Contact("nobody"), history=HistoryPolicy.FULL, by=agency.maria
            ),
        ),
    ]
    for said, act in acts:
        with pytest.raises(errors.NotFoundError) as refused:
            act()
        for error in (refused.value, pickle.loads(pickle.dumps(refused.value))):  # noqa: S301  # our own bytes
            assert f"looked for {said}" in "".join(traceback.format_exception(error))


def test_a_long_or_hostile_reference_is_kept_short_and_on_one_line() -> None:
    """So that a log stays what it is."""
    error = errors.NotFoundError("conversation", "x\n\x1b[2J" * 100)

    assert 200 == len(error.reference or "")
    assert "\n" not in error.__notes__[0]
    assert "\x1b" not in error.__notes__[0]
    assert "there is no such conversation" == str(error)
