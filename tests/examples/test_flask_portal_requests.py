"""The agency's documents and requests: asked for, sent, accepted, sent back; added, replaced, read, and removed."""

import re
from io import BytesIO

from flask import Flask
from flask.testing import FlaskClient

from tests.examples.conftest import BAKERY, PITCH, Desk
from tests.features._requests import PDF, PROGRAM

REBRAND = 2
PAPERS = f"/projects/{BAKERY}/documents"
REQUESTS = f"/projects/{BAKERY}/requests"
ASK = f"{REQUESTS}/ask"


def all_of(pattern: str, desk: Desk, path: str = REQUESTS) -> list[str]:
    """Return what a page has of this form."""
    return [str(found) for found in re.findall(pattern, desk.get(path))]


def ask(desk: Desk, **fields: str) -> str:
    """Ask the first person for two things, and return the path of their page."""
    person = all_of(r'name="to" value="(contact:[^"]+)"', desk, ASK)[0]
    rows = {"rows": "2", "item-0-title": "Logo", "item-1-title": "Price list"}
    counts = {f"item-{place}-{name}": value for place in (0, 1) for name, value in (("least", "1"), ("most", "2"))}
    answer = desk.post(ASK, do="send", to=person, **rows, **counts, **fields)
    assert (302, REQUESTS) == (answer.status_code, answer.location)
    return all_of(r'value="http://localhost(/share/u/[^"]+)"', desk)[0]


def send(client: FlaskClient, path: str, item: str, name: str, body: bytes = PDF) -> int:
    """Send a file as a browser without JavaScript does."""
    data = {"file": (BytesIO(body), name)}
    answer = client.post(f"{path}/items/{item}", data=data, headers={"Sec-Fetch-Site": "same-origin"})
    return answer.status_code


def act(desk: Desk, do: str, **fields: str) -> str:
    """Send one of the forms of the first request, and return the page that follows."""
    request = all_of(r'name="request" value="([^"]+)"', desk)[0]
    answer = desk.post(REQUESTS, do=do, request=request, **{name.replace("_", "-"): v for name, v in fields.items()})
    return desk.get(REQUESTS) if answer.status_code == 302 else answer.text


def file_of(desk: Desk) -> str:
    """Return the id of the last file that waits."""
    return all_of(r'name="file" value="([^"]+)"', desk)[-1]


def test_documents_are_asked_for_and_come(maria: Desk, client: FlaskClient) -> None:
    """A large file too, whatever limit the agency has for its own forms."""
    path = ask(maria, **{"last-day": "2099-12-01"})
    page = client.get(path).text
    logo = send(client, path, "item-1", "logo.pdf", PDF.replace(b"%%EOF", b"%" + b"x" * 200_000 + b"\n%%EOF"))
    prices = send(client, path, "item-2", "prices.pdf")
    seen = maria.get(REQUESTS)

    assert "Logo" in page
    assert (303, 303) == (logo, prices)
    assert "Waits for you" in seen
    assert "logo.pdf" in seen
    assert "Document (Portal)" in maria.get(PAPERS)


def test_somebody_new_is_asked(maria: Desk) -> None:
    """They are added on the spot, to the agency's own people too, and have a page of their own."""
    new = {"new-name": "Fenna Bakker", "new-email": "fenna@korenaar.example", "new-locale": "nl"}
    path = ask(maria, **new)

    assert path
    assert "Fenna Bakker" in maria.get(REQUESTS)
    assert "fenna@korenaar.example · Dutch" in maria.get("/clients/4")


def test_files_are_accepted_and_sent_back(maria: Desk, client: FlaskClient) -> None:
    """The client reads why; when all is accepted nothing more is taken."""
    path = ask(maria)
    send(client, path, "item-1", "small.pdf")
    send(client, path, "item-2", "prices.pdf")
    act(maria, "send-back", file=all_of(r'name="file" value="([^"]+)"', maria)[0], reason="Too small")
    sent_back = client.get(path).text
    send(client, path, "item-1", "large.pdf")
    accepted = act(maria, "accept", part_of="0")

    assert "Too small" in sent_back
    assert "One request that is over" in accepted
    assert "<form" not in client.get(path).text


def test_a_request_is_cancelled(maria: Desk, client: FlaskClient) -> None:
    """Its page is gone; before that it was too soon to remind anybody."""
    path = ask(maria)
    reminded = act(maria, "remind")
    act(maria, "cancel")

    assert "It is too soon to remind them." in reminded
    assert client.get(path).status_code == 404


def test_nothing_is_asked_about_what_is_kept_inside(maria: Desk, portal: Flask) -> None:
    """Nor by somebody who may only look; both are told why."""
    inside = maria.post(f"/projects/{PITCH}/requests/ask", do="send")
    lucia = Desk(portal, "lucia").post(ASK, do="send")

    assert (403, 403) == (inside.status_code, lucia.status_code)
    assert "kept inside the agency" in inside.text
    assert "only Maria Jansen and office managers" in lucia.text


def test_a_form_that_is_out_of_date_keeps_what_was_typed(maria: Desk) -> None:
    """Nothing is asked, and nothing is lost."""
    maria.get(ASK)
    answer = maria.browser.post(ASK, data={"csrf": "old", "do": "send", "rows": "1", "item-0-title": "Bank card"})

    assert "The form was out of date" in answer.text
    assert 'value="Bank card"' in answer.text


def test_documents_are_added_read_replaced_and_removed(maria: Desk) -> None:
    """Several at once, larger than the agency's limit for its own forms; a program is refused."""
    large = b"A long letter. " * 20_000
    files = [(BytesIO(large), "letter.txt"), (BytesIO(PROGRAM), "run.exe")]
    mixed = maria.post(PAPERS, do="add", once="1", visibility="internal", file=files)
    (page,) = all_of(r'href="(/documents/[^"/]+)">letter\.txt', maria, PAPERS)
    maria.post(page, do="replace", file=[(BytesIO(b"Short."), "other.txt")])
    now, before = (maria.browser.get(f"{page}/bytes{query}") for query in ("", "?version=1"))
    shown = maria.get(page)
    removed = maria.post(page, do="remove")

    assert 422 == mixed.status_code
    assert "Programs and scripts are not taken." in mixed.text
    assert (b"Short.", large) == (now.data, before.data)
    assert "attachment" in now.headers["Content-Disposition"]
    assert "Sent by</dt><dd>Maria Jansen" in shown
    assert PAPERS == removed.location
    assert 404 == maria.browser.get(page).status_code


def test_a_document_is_shared_by_itself(maria: Desk) -> None:
    """With people who do not see its project; the page of a person tells of it, and what they still owe."""
    (page,) = all_of(r'href="(/documents/[^"/]+)">Quote for print\.pdf', maria, f"/projects/{REBRAND}/documents")
    offered = maria.post(f"{page}/people", do="search", q="annelies").text
    (annelies,) = re.findall(r'name="to" value="(contact:[^"]+)"', offered)
    assert maria.post(f"{page}/people", do="share", to=annelies).status_code == 302
    (path,) = re.findall(r'href="(/clients/2/people/\d+)"', maria.get("/clients/2"))
    imogen = maria.get(path)

    assert "Annelies de Wit" in maria.get(f"{page}/people")
    assert "Nutrition tables of the four blends" in imogen
    assert "Trademark certificate.pdf" in maria.get("/clients/2/documents")
    assert "Margin on print.pdf" not in maria.get("/clients/2/documents")


def test_absent_documents_are_not_there(maria: Desk, client: FlaskClient) -> None:
    """And nobody reads one who is not signed in."""
    (page,) = all_of(r'href="(/documents/[^"/]+)">Quote for print\.pdf', maria, f"/projects/{REBRAND}/documents")

    assert [404, 404, 404] == [
        maria.browser.get(path).status_code
        for path in ("/documents/x", "/documents/x/bytes", f"{page}/bytes?version=9")
    ]
    assert 302 == client.get(f"{page}/bytes").status_code


def test_a_read_link_gives_the_documents_of_its_project(maria: Desk, client: FlaskClient) -> None:
    """Those for clients, to whoever holds it, for as long as it opens."""
    path = maria.share(REBRAND, sections=["papers"])
    page = client.get(path).text
    places = re.findall(r'class="download" href="([^"]+)"', page)
    bytes_of = [client.get(place).data for place in places]
    maria.post(f"{maria.page_of(REBRAND)}/deactivate")

    assert ["Packaging, second round.pdf", "Quote for print.pdf", "Tea tin, copper.png"] == re.findall(
        r"<strong>([^<]+)</strong>", page
    )
    assert all(body.startswith((b"%PDF", b"\x89PNG")) for body in bytes_of)
    assert {404} == {client.get(place).status_code for place in places}
