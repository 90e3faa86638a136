"""The agency lets people into its portal: share, see who sees it, take back, invite, preview."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_portal.pages.desk import Portal
from tests.examples.conftest import BAKERY, CAMPAIGN, PITCH, Desk

PEOPLE = f"/projects/{BAKERY}/people"


def chosen(desk: Desk, name: str, project: int = BAKERY) -> str:
    """Find somebody as the form does, and return what choosing them sends."""
    found = desk.get(f"/projects/{project}/people/found?q={name}")
    (person,) = re.findall(r'value="([^"]+)"', found)
    assert isinstance(person, str)
    return person


def let_in(desk: Desk, name: str, **fields: str) -> None:
    """Share the bakery's project with somebody."""
    sent = {"do": "share", "access": "view", "visibility": "client", "contact": chosen(desk, name), **fields}
    assert desk.post(PEOPLE, **sent).status_code == 302


def invitation(desk: Desk, name: str) -> str:
    """Invite somebody at the bakery, and return the path that the page shows."""
    page = desk.get("/clients/4")
    person = re.search(rf'action="(/clients/4/people/\d+/invite)".*?unseen">: {name}<', page)
    assert person is not None
    assert desk.post(person[1]).status_code == 302
    (path,) = re.findall(r'value="http://localhost(/share/i/[^"]+)"', desk.get("/clients/4"))
    assert isinstance(path, str)
    return path


def enter(client: FlaskClient, path: str) -> str:
    """Come in by an invitation, and return the list."""
    client.post(path, headers={"Sec-Fetch-Site": "same-origin"})
    return client.get("/share/p/").text


def test_a_project_is_shared_with_somebody(maria: Desk, client: FlaskClient) -> None:
    """They are found by name, let in, invited, and find the project with what clients see of it."""
    let_in(maria, "annelies")
    home = enter(client, invitation(maria, "Annelies de Wit"))
    page = client.get(f"/share/p/project/{BAKERY}").text

    assert "Annelies de Wit" in maria.get(PEOPLE)
    assert "Met u gedeeld" in home
    assert f"/share/p/project/{BAKERY}" in home
    assert "cheap" not in home + page
    assert "Voortgang" in page
    assert "Budget" not in page


def test_what_it_reveals_is_said_beforehand(maria: Desk, portal: Flask) -> None:
    """Nothing is shared by asking, for somebody new neither."""
    fields = {"access": "view", "visibility": "client", "expires_at": "", "do": "plan"}
    told = maria.post(PEOPLE, **fields, contact=chosen(maria, "joost")).text
    new = {"contact": "new", "name": "Fenna Bakker", "email": "fenna@korenaar.example", "locale": "nl"}
    told_of_new = maria.post(f"{PEOPLE}/revealed", **fields, **new).text
    internal = maria.post(f"{PEOPLE}/revealed", **{**fields, "visibility": "internal"}, contact=chosen(maria, "joost"))
    parts = portal.extensions["flask_portal"]

    assert isinstance(parts, Portal)
    assert "Joost Hofman will see “Project”." in told
    assert "Fenna Bakker will see “Project”." in told_of_new
    assert "Nobody gets to see anything" in internal.text
    assert "Nobody outside the agency." in maria.get(PEOPLE)
    assert parts.kit.people.find("fenna@korenaar.example") is None


def test_somebody_new_is_added_on_the_spot(maria: Desk) -> None:
    """They are a contact of the client from then on."""
    new = {"contact": "new", "name": "Fenna Bakker", "email": "fenna@korenaar.example", "locale": "nl"}
    answer = maria.post(PEOPLE, do="share", access="comment", visibility="client", **new)

    assert answer.status_code == 302
    assert "Fenna Bakker" in maria.get(PEOPLE)
    assert "may read and comment" in maria.get(PEOPLE)
    assert "Fenna Bakker" in maria.get("/clients/4")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"contact": ""}, "Choose a person"),
        ({"contact": "nobody"}, "Choose somebody from the list."),
        ({"contact": "new", "name": "", "email": "a@b.example"}, "Write the person"),
        ({"contact": "new", "name": "A", "email": "ab"}, "Write one e-mail address."),
        ({"contact": "new", "name": "A", "email": "a@b.example", "locale": "xx"}, "Choose a language."),
        ({"access": "everything"}, "Choose one of them."),
        ({"expires_at": "2001-01-01"}, "This day is over already."),
        ({"expires_at": "x"}, "This day is over already."),
    ],
)
def test_what_cannot_be_is_said(maria: Desk, fields: dict[str, str], words: str) -> None:
    """In words, beside what was typed, and nothing is shared."""
    sent = {"do": "share", "access": "view", "visibility": "client", "contact": chosen(maria, "joost"), "locale": "nl"}
    answer = maria.post(PEOPLE, **{**sent, **fields})

    assert answer.status_code == 422
    assert words in answer.text
    assert "Nobody outside the agency." in maria.get(PEOPLE)


def test_an_internal_share_is_filed_alone(maria: Desk, client: FlaskClient) -> None:
    """Staff find it under the person, who sees nothing."""
    let_in(maria, "annelies", visibility="internal")

    assert "Filed for, not shown to" in maria.get(PEOPLE)
    assert "Nobody outside the agency." in maria.get(PEOPLE)
    assert f"/p/project/{BAKERY}" not in enter(client, invitation(maria, "Annelies de Wit"))


def test_a_share_is_taken_back(maria: Desk, client: FlaskClient) -> None:
    """The person's next look finds nothing."""
    let_in(maria, "annelies")
    before = enter(client, invitation(maria, "Annelies de Wit"))
    (grant,) = re.findall(r'name="grant" value="([^"]+)"', maria.get(PEOPLE))
    maria.post(f"{PEOPLE}/revoke", grant=grant)

    assert f"/p/project/{BAKERY}" in before
    assert f"/p/project/{BAKERY}" not in client.get("/share/p/").text
    assert client.get(f"/share/p/project/{BAKERY}").status_code == 404
    assert "Nobody outside the agency." in maria.get(PEOPLE)
    assert maria.post(f"/projects/{CAMPAIGN}/people/revoke", grant=grant).status_code == 404


def test_links_are_among_those_who_see_it(maria: Desk) -> None:
    """Whoever has a link can see the project too."""
    maria.share(BAKERY, client_title="Webwinkel")
    anybody = maria.get(PEOPLE)
    maria.share(CAMPAIGN, recipient="new", name="Fenna Bakker", email="fenna@korenaar.example", locale="nl")

    assert "Anybody who has a read link" in anybody
    assert "Fenna Bakker, by a read link" in maria.get(f"/projects/{CAMPAIGN}/people")


def test_staff_see_it_as_the_client_does(maria: Desk) -> None:
    """From the client's page, in the client's language, and only what that person sees."""
    let_in(maria, "annelies")
    page = maria.get("/clients/4")
    (preview,) = re.findall(r'href="(/clients/4/people/\d+/sees/4)"', page)
    seen = maria.get(preview)

    assert "shared with this person" in page
    assert 'lang="nl' in seen
    assert "Voortgang" in seen
    assert "Budget" not in seen
    assert maria.browser.get(preview.replace("sees/4", "sees/1")).status_code == 404


def test_access_is_withdrawn(maria: Desk, client: FlaskClient) -> None:
    """Whoever was in is out with the next page."""
    let_in(maria, "annelies")
    path = invitation(maria, "Annelies de Wit")
    enter(client, path)
    (withdrawal,) = re.findall(r'action="(/clients/4/people/\d+/withdraw)"', maria.get("/clients/4"))
    before = client.get("/share/p/").status_code
    maria.post(withdrawal)

    assert (before, client.get("/share/p/").status_code) == (200, 403)
    assert "Access withdrawn" in maria.get("/clients/4")


def test_only_who_may_share_may(portal: Flask, maria: Desk) -> None:
    """Others read who sees it; a project that is kept inside is shared by nobody."""
    tomasz = Desk(portal, "tomasz")
    fields = {"do": "share", "access": "view", "visibility": "client", "contact": chosen(maria, "joost")}

    assert "Let somebody in" not in tomasz.get(PEOPLE)
    assert tomasz.post(PEOPLE, **fields).status_code == 403
    assert maria.post(f"/projects/{PITCH}/people", **fields).status_code == 403
    assert maria.browser.get("/projects/0/people").status_code == 404
    assert maria.browser.get("/clients/0").status_code == 404
