"""The agency asks a client for documents: preview, send, the client's page, accept, send back, remind, cancel."""

import re
from io import BytesIO

from flask.testing import FlaskClient

from tests.examples.conftest import BAKERY, PITCH, Desk
from tests.features._requests import PDF

REQUESTS = f"/projects/{BAKERY}/requests"


def all_of(pattern: str, desk: Desk) -> list[str]:
    """Return what the page of requests has of this form."""
    return [str(found) for found in re.findall(pattern, desk.get(REQUESTS))]


def person(desk: Desk) -> str:
    """Return what choosing the first person sends."""
    return all_of(r'name="to" value="([^"]+)"', desk)[0]


def ask(desk: Desk, **fields: str) -> str:
    """Ask the first person for two things, and return the path of their page."""
    sent = {"do": "send", "to": person(desk), "items": "Logo\nPrice list", **fields}
    assert desk.post(REQUESTS, **sent).status_code == 302
    return all_of(r'value="http://localhost(/share/u/[^"]+)"', desk)[0]


def send(client: FlaskClient, path: str, item: str, name: str, body: bytes = PDF) -> int:
    """Send a file as a browser without JavaScript does."""
    data = {"file": (BytesIO(body), name)}
    answer = client.post(f"{path}/items/{item}", data=data, headers={"Sec-Fetch-Site": "same-origin"})
    return answer.status_code


def act(desk: Desk, do: str, **fields: str) -> None:
    """Send one of the forms of the first request."""
    path = all_of(rf'action="({REQUESTS}/[^"]+)"', desk)[0]
    assert desk.post(path, do=do, **fields).status_code == 302


def file_of(desk: Desk) -> str:
    """Return the id of the last file that waits."""
    return all_of(r'name="file" value="([^"]+)"', desk)[-1]


def test_a_preview_writes_nothing(maria: Desk) -> None:
    """What the client would read is shown in their language; nothing was asked."""
    answer = maria.post(REQUESTS, do="preview", to=person(maria), items="Logo")

    assert "reads: Documenten voor" in answer.text
    assert "Nothing was asked for yet." in maria.get(REQUESTS)


def test_documents_are_asked_for_and_come(maria: Desk, client: FlaskClient) -> None:
    """A large file too, whatever limit the agency has for its own forms."""
    path = ask(maria, due="2099-12-01")
    page = client.get(path).text
    logo = send(client, path, "item-1", "logo.pdf", PDF.replace(b"%%EOF", b"%" + b"x" * 200_000 + b"\n%%EOF"))
    prices = send(client, path, "item-2", "prices.pdf")
    seen = maria.get(REQUESTS)

    assert "Logo" in page
    assert (303, 303) == (logo, prices)
    assert "waits for you" in seen
    assert "logo.pdf" in seen


def test_files_are_accepted_and_sent_back(maria: Desk, client: FlaskClient) -> None:
    """The client reads why; when all is accepted nothing more is taken."""
    path = ask(maria, items="Logo")
    send(client, path, "item-1", "small.pdf")
    act(maria, "send-back", file=file_of(maria), reason="Too small")
    sent_back = client.get(path).text
    send(client, path, "item-1", "large.pdf")
    act(maria, "accept", file=file_of(maria))

    assert "Too small" in sent_back
    assert "accepted" in maria.get(REQUESTS)
    assert "<form" not in client.get(path).text


def test_a_request_is_cancelled(maria: Desk, client: FlaskClient) -> None:
    """Its page is gone; before that it was too soon to remind anybody."""
    path = ask(maria)
    act(maria, "remind")
    reminded = maria.get(REQUESTS)
    act(maria, "cancel")

    assert "too soon" in reminded
    assert client.get(path).status_code == 404


def test_what_cannot_be_asked_is_said(maria: Desk) -> None:
    """Nobody chosen, nothing asked for, a date that is over; and nothing at all of what is kept inside."""
    nobody = maria.post(REQUESTS, do="send", items="Logo")
    nothing = maria.post(REQUESTS, do="send", to=person(maria), items=" ")
    late = maria.post(REQUESTS, do="send", to=person(maria), items="Logo", due="2020-01-01")

    assert [422, 422, 422] == [answer.status_code for answer in (nobody, nothing, late)]
    assert "is over already" in late.text
    assert maria.post(f"/projects/{PITCH}/requests", do="send", items="Logo").status_code == 403
