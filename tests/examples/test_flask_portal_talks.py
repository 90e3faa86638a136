"""The agency's conversations: a list, a thread with two composers, and who takes part; without a browser and in two."""

import re
from io import BytesIO

import pytest
from flask import Flask

from tests.examples.conftest import Desk
from tests.features._requests import PROGRAM

REBRAND = 2


def talk_of(desk: Desk, subject: str = "Which copper for the tins?") -> str:
    """Return the path of a conversation."""
    (path,) = re.findall(rf'href="(/conversations/[^"]+)">{re.escape(subject)}', desk.get("/conversations"))
    return str(path)


def test_staff_answer_clients_and_keep_notes(maria: Desk, portal: Flask) -> None:
    """Colleagues read both; a program is refused beside the form, and what was typed stays."""
    path = talk_of(maria)
    note = maria.post(path, do="note", once="1", text="The printer says yes.")
    reply = maria.post(path, do="reply", once="2", text="The lid too.")
    refused = maria.post(path, do="reply", text="Run this.", file=[(BytesIO(PROGRAM), "run.exe")])
    seen = Desk(portal, "lucia").get(path)
    (file,) = re.findall(r'href="(/conversations/files/[^"]+)"', seen)
    sent = maria.browser.get(file)

    assert (302, 302, 422) == (note.status_code, reply.status_code, refused.status_code)
    assert "Programs and scripts are not taken." in refused.text
    assert "Run this." in refused.text
    assert "The printer says yes." in seen
    assert sent.data.startswith(b"\x89PNG")
    assert "attachment" in sent.headers["Content-Disposition"]
    assert maria.browser.get("/conversations/files/x/1").status_code == 404


def test_conversations_stand_beside_their_project(maria: Desk) -> None:
    """And lead to a form that starts one about it; what is not there is a page that says so."""
    project = maria.get(f"/projects/{REBRAND}")
    (start,) = re.findall(r'href="(/conversations/new[^"]+)"', project)
    offered = re.findall(r'name="to" value="(contact:[^"]+)"[^>]*>\s*<span class="sk-who">([^\n]+)', maria.get(start))
    (imogen,) = [key for key, name in offered if "Imogen" in name]
    started = maria.post(start, do="start", to=imogen, subject="The lid", text="Copper?", audience="client")
    people = f"{started.location}/people"
    removed = maria.post(people, do="remove", party=imogen)

    assert "Which copper for the tins?" in project
    assert "Copper?" in maria.get(started.location)
    assert (302, people) == (removed.status_code, removed.location)
    for path in ("/conversations/x", "/conversations/x/people", "/conversations/new?about=project:99"):
        assert maria.browser.get(path).status_code == 404


@pytest.mark.parametrize("page", ["held", "letters", "about/2"])
def test_the_pages_around_conversations(maria: Desk, page: str) -> None:
    """Each shows its panel and takes its form; lost letters are for office managers."""
    shown = maria.get(f"/conversations/{page}")
    lost = maria.browser.get("/conversations/lost")

    assert "sk-panel" in shown
    assert lost.status_code == 403
