"""The agency lets people into its portal: share, see who sees it, take back, invite, preview."""

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_portal.pages.desk import Portal
from flask_portal.sharing.catalog import enter_all, ref_of
from sharekit import Contact, System
from tests.examples.conftest import BAKERY, CAMPAIGN, PITCH, Desk

PEOPLE = f"/projects/{BAKERY}/people"
NOBODY = "Nobody outside sees it."


def chosen(desk: Desk, name: str, project: int = BAKERY) -> str:
    """Find somebody as the form does, and return what choosing them sends."""
    found = desk.post(f"/projects/{project}/people", q=name, part="found").text
    (person,) = re.findall(r'name="to" value="([^"]+)"', found)
    assert isinstance(person, str)
    return person


def let_in(desk: Desk, *names: str, **fields: str) -> str:
    """Share the bakery's project with some, and return what the page says then."""
    answer = desk.post(PEOPLE, do="share", to=[chosen(desk, name) for name in names], **fields)
    assert answer.status_code == 302, answer.text
    return desk.get(PEOPLE)


def invitation(desk: Desk, name: str) -> str:
    """Invite somebody at the bakery, and return the path that the page shows."""
    page = desk.get("/clients/4")
    person = re.search(rf'action="(/clients/4/people/\d+/invite)".*?unseen">: {name}<', page)
    assert person is not None
    assert desk.post(person[1]).status_code == 302
    (path,) = re.findall(r'value="http://localhost(/share/i/[^"]+)"', desk.get("/clients/4"))
    assert isinstance(path, str)
    return path


def page_of(desk: Desk, name: str) -> str:
    """Return the path of the page about somebody at the bakery."""
    found = re.search(rf'href="(/clients/4/people/\d+)">[^<]*<span class="unseen">: {name}', desk.get("/clients/4"))
    assert found is not None
    return found[1]


def enter(client: FlaskClient, path: str) -> str:
    """Come in by an invitation, and return the list."""
    client.post(path, headers={"Sec-Fetch-Site": "same-origin"})
    return client.get("/share/p/").text


def test_a_project_is_shared_with_people_and_companies(maria: Desk, client: FlaskClient) -> None:
    """They are found by name and by tag, let in at once, and whoever belongs to the company finds the project."""
    told = let_in(maria, "annelies", "invoices hof", "fenwick & d")
    home = enter(client, invitation(maria, "Annelies de Wit"))
    page = client.get(f"/share/p/project/{BAKERY}").text

    assert "Shared with Annelies de Wit, Joost Hofman and Fenwick & Daughters." in told
    assert re.search(r"Fenwick & Daughters</a>\s*<span class=\"sk-tag\">Organization", told)
    assert "Met u gedeeld" in home
    assert f"/share/p/project/{BAKERY}" in home
    assert "cheap" not in home + page
    assert "Voortgang" in page
    assert "Budget" not in page


def test_a_second_press_shares_nothing_a_second_time(maria: Desk, portal: Flask) -> None:
    """The same form again changes no share and adds nobody; other terms renew the share that there is."""
    new = {"new-name": "Fenna Bakker", "new-email": "fenna@korenaar.example", "new-locale": "nl"}
    let_in(maria, "annelies", **new)
    parts = portal.extensions["flask_portal"]
    assert isinstance(parts, Portal)
    before = parts.kit.shares.of(ref_of(BAKERY))
    again = let_in(maria, "annelies", **new)
    after = parts.kit.shares.of(ref_of(BAKERY))
    let_in(maria, "annelies", access="comment")

    assert "It was shared with Annelies de Wit and Fenna Bakker already." in again
    assert before == after
    assert [1, 2] == sorted(grant.generation for grant in parts.kit.shares.of(ref_of(BAKERY)))


def test_what_it_reveals_is_said_beforehand(maria: Desk, portal: Flask) -> None:
    """Nothing is shared by asking, and for somebody new nobody is added."""
    new = {"new-name": "Fenna Bakker", "new-email": "fenna@korenaar.example", "new-locale": "nl"}
    told = maria.post(PEOPLE, do="plan", to=[chosen(maria, "joost"), chosen(maria, "bakkerij")], **new).text
    internal = maria.post(PEOPLE, part="revealed", to=chosen(maria, "joost"), visibility="internal").text
    parts = portal.extensions["flask_portal"]

    assert isinstance(parts, Portal)
    assert "“Project” will be seen by Annelies de Wit, Fenna Bakker and Joost Hofman." in told
    assert "You call it “Relaunch (cheap variant)”." in told
    assert "It has no title for clients: they read “Project”." in told
    assert "Progress, Hours, Milestones, Updates, Project lead and Started" in told
    assert re.search(r"Hidden from them</dt><dd>Budget", told)
    assert "It is filed under Joost Hofman, for staff alone." in internal
    assert "Nobody comes to see anything" in internal
    assert NOBODY in maria.get(PEOPLE)
    assert parts.kit.people.find("fenna@korenaar.example") is None


def test_somebody_new_is_added_on_the_spot(maria: Desk) -> None:
    """By themselves they are a contact of the client and chosen, and nothing is shared yet."""
    new = {"new-name": "Fenna Bakker", "new-email": "fenna@korenaar.example", "new-locale": "nl", "new-tags": "press"}
    company = re.findall(r'value="(organization:[^"]+)" selected>Bakkerij', maria.get(PEOPLE))
    page = maria.post(PEOPLE, do="add", **new, **{"new-organization": company[0]})
    unshared = maria.get(PEOPLE)
    let_in(maria, "fenna", access="comment")

    assert page.status_code == 200
    assert re.search(r'value="contact:[^"]+" checked>\s*<span class="sk-who"><span class="sk-name">Fenna', page.text)
    assert NOBODY in unshared
    assert "They may read and comment." in maria.get(PEOPLE)
    assert "fenna@korenaar.example · Dutch · press" in maria.get("/clients/4")


def test_an_address_that_is_taken_names_whose_it_is(maria: Desk) -> None:
    """They are chosen instead; nothing is shared before staff have seen that."""
    new = {"new-name": "Annie Wit", "new-email": "ANNELIES@korenaar.example", "new-locale": "nl"}
    answer = maria.post(PEOPLE, do="share", **new)

    assert answer.status_code == 422
    assert "This address belongs to Annelies de Wit, who is chosen now." in answer.text
    assert re.search(r" checked>\s*<span class=\"sk-who\"><span class=\"sk-name\">Annelies", answer.text)
    assert NOBODY in maria.get(PEOPLE)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"to": []}, "Choose somebody, or add a contact."),
        ({"to": ["contact:nobody"]}, "not known any more, and was left out."),
        ({"to": ["<script>"]}, "not known any more, and was left out."),
        ({"new-email": "a@b.example"}, "Write a name"),
        ({"new-name": "A", "new-email": "ab", "new-locale": "nl"}, "Write one e-mail address."),
        ({"new-name": "A", "new-email": "a@b.example", "new-locale": "xx"}, "Choose one of the languages."),
        ({"new-name": "A", "new-email": "a@b.example", "new-organization": "contact:x"}, "Choose an organization"),
        ({"new-name": "A", "new-email": "a@b.example", "new-organization": "organization:x"}, "Choose an organization"),
        ({"new-name": "A", "new-email": "a@b.example", "new-tags": "x" * 300}, "Write at most 50 short labels"),
        ({"access": "everything"}, "Choose one of these."),
        ({"children": "all"}, "Please look at what is marked."),
        ({"last-day": "2001-01-01"}, "This day is over already."),
        ({"last-day": "x"}, "This day is over already."),
    ],
)
def test_what_cannot_be_is_said(maria: Desk, fields: dict[str, str | list[str]], words: str) -> None:
    """In words, beside what was typed, which is all still there; and nothing is shared."""
    sent: dict[str, str | list[str]] = {
        "to": [chosen(maria, "joost")],
        "q": "wit",
        "new-locale": "nl",
        "last-day": "2090-01-01",
    }
    answer = maria.post(PEOPLE, do="share", **{**sent, **fields})

    assert answer.status_code == 422
    assert words in html.unescape(answer.text)
    assert "Nothing was shared." in answer.text
    assert 'name="q" type="search" value="wit"' in answer.text
    for name in ("new-name", "new-email", "new-tags", "last-day"):
        assert f'value="{fields.get(name, sent.get(name, ""))}"' in answer.text
    assert NOBODY in maria.get(PEOPLE)


def test_who_was_deactivated_meanwhile_is_left_out_by_name(maria: Desk, portal: Flask) -> None:
    """The others stay chosen, so that one more press is enough."""
    parts = portal.extensions["flask_portal"]
    assert isinstance(parts, Portal)
    joost, annelies = chosen(maria, "joost"), chosen(maria, "annelies")
    parts.kit.people.deactivate(Contact(joost.partition(":")[2]), by=System("test"))
    answer = maria.post(PEOPLE, do="share", to=[joost, annelies])

    assert answer.status_code == 422
    assert "Joost Hofman is not active any more, and was left out." in answer.text
    assert f'value="{annelies}" checked' in answer.text
    assert f'value="{joost}"' not in answer.text
    assert NOBODY in maria.get(PEOPLE)


def test_a_form_that_is_out_of_date_is_shown_again(maria: Desk, client: FlaskClient) -> None:
    """Nothing is done, nothing that was typed is lost, and one more press does it; a stranger is shown nothing."""
    typed = {"do": "share", "to": chosen(maria, "joost"), "new-name": "Fenna", "last-day": "2090-01-01"}
    answer = maria.browser.post(PEOPLE, data={"csrf": "old", **typed})
    nothing = maria.get(PEOPLE)
    settings = maria.browser.post("/settings", data={"do": "save"})

    assert "The form was out of date, so nothing was done." in answer.text
    assert f'value="{typed["to"]}" checked' in answer.text
    assert 'value="Fenna"' in answer.text
    assert 'value="2090-01-01"' in answer.text
    assert NOBODY in nothing
    assert "The form was out of date, so nothing was done." in settings.text
    assert client.post(PEOPLE, data=typed).location.startswith("/sign-in")


def test_an_internal_share_is_filed_alone(maria: Desk, client: FlaskClient) -> None:
    """Staff find it under the person, who sees nothing; and it can be taken out of the file."""
    told = let_in(maria, "annelies", visibility="internal")
    (grant,) = re.findall(r'name="grant" value="([^"]+)"', told)
    seen = enter(client, invitation(maria, "Annelies de Wit"))
    maria.post(PEOPLE, do="revoke", grant=grant)

    assert "Filed under Annelies de Wit, for staff alone." in told
    assert NOBODY in told
    assert f"/p/project/{BAKERY}" not in seen
    assert "It is not filed under Annelies de Wit any more." in maria.get(PEOPLE)


def test_a_share_is_taken_back(maria: Desk, client: FlaskClient) -> None:
    """The person's next look finds nothing; a second press, or one under another project, does no harm."""
    told = let_in(maria, "annelies")
    before = enter(client, invitation(maria, "Annelies de Wit"))
    (grant,) = re.findall(r'name="grant" value="([^"]+)"', told)
    elsewhere = maria.post(f"/projects/{CAMPAIGN}/people", do="revoke", grant=grant)
    still = client.get(f"/share/p/project/{BAKERY}").status_code
    for _ in range(2):
        assert maria.post(PEOPLE, do="revoke", grant=grant).status_code == 302

    assert (elsewhere.status_code, still) == (404, 200)
    assert "This share is not there any more." in elsewhere.text
    assert f"/p/project/{BAKERY}" in before
    assert f"/p/project/{BAKERY}" not in client.get("/share/p/").text
    assert client.get(f"/share/p/project/{BAKERY}").status_code == 404
    assert "Annelies de Wit does not see it any more." in maria.get(PEOPLE)
    assert NOBODY in maria.get(PEOPLE)


def test_taking_back_says_who_still_sees_it(maria: Desk) -> None:
    """Somebody whose company has it keeps it, and the page names the company as the reason."""
    told = let_in(maria, "annelies", "bakkerij")
    grants = re.findall(r'name="grant" value="([^"]+)".*?Take back from ([^"]+)"', told)
    (grant,) = [grant for grant, name in grants if name == "Annelies de Wit"]
    maria.post(PEOPLE, do="revoke", grant=grant)

    assert "It is shared with Bakkerij De Korenaar, to which they belong." in told
    assert len(grants) == 2
    assert "The share with Annelies de Wit is taken back, but they still see it." in maria.get(PEOPLE)


def test_links_are_among_those_who_see_it(maria: Desk) -> None:
    """Whoever has a link can see the project too; the project's own page tells the same."""
    maria.share(BAKERY, client_title="Webwinkel")
    maria.share(CAMPAIGN, recipient="new", name="Fenna Bakker", email="fenna@korenaar.example", locale="nl")

    assert "Whoever has a read link" in maria.get(PEOPLE)
    assert "Whoever has a read link" in maria.get(f"/projects/{BAKERY}")
    assert "Fenna Bakker, by a read link" in maria.get(f"/projects/{CAMPAIGN}/people")


def test_staff_see_it_as_the_client_does(maria: Desk) -> None:
    """From the person's page, in the person's language, and only what they see."""
    let_in(maria, "annelies")
    page = maria.get(page_of(maria, "Annelies de Wit"))
    (preview,) = re.findall(r'href="(/clients/4/people/\d+/sees/4)"', page)
    seen = maria.get(preview)

    assert "Relaunch (cheap variant)" in page
    assert "They read “Project”." in page
    assert "It is shared with them." in page
    assert 'lang="nl' in seen
    assert "Voortgang" in seen
    assert "Budget" not in seen
    assert maria.browser.get(preview.replace("sees/4", "sees/1")).status_code == 404
    assert "Joost Hofman sees nothing yet." in maria.get(page_of(maria, "Joost Hofman"))
    assert maria.browser.get(f"{page_of(maria, 'Joost Hofman')}?after=nonsense").status_code == 200


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
    let_in(maria, "annelies")
    fields = {"do": "share", "to": chosen(maria, "joost")}
    (grant,) = re.findall(r'name="grant" value="([^"]+)"', maria.get(PEOPLE))

    assert "only Maria Jansen and office managers can share it" in tomasz.get(PEOPLE)
    assert "Annelies de Wit" in tomasz.get(PEOPLE)
    assert "Take back" not in tomasz.get(PEOPLE)
    assert tomasz.post(PEOPLE, **fields).status_code == 403
    assert tomasz.post(PEOPLE, do="revoke", grant=grant).status_code == 403
    assert maria.post(f"/projects/{PITCH}/people", **fields).status_code == 403
    assert maria.browser.get("/projects/0/people").status_code == 404
    assert maria.browser.get("/clients/0").status_code == 404


class TestSettings:
    def fields(self, page: str) -> dict[str, str | list[str]]:
        """Return what the form of the settings sends as it stands."""
        fields: dict[str, list[str]] = {}
        for tag in re.findall(r"<input[^>]+>", page):
            named, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
            if named and value and (" checked" in tag or ('type="radio"' not in tag and 'type="checkbox"' not in tag)):
                fields.setdefault(named[1], []).append(value[1])
        for name, options in re.findall(r'<select[^>]+name="([^"]+)">(.*?)</select>', page, re.DOTALL):
            fields[name] = re.findall(r'value="([^"]+)" selected', options)
        return {name: values for name, values in fields.items() if name != "csrf"}

    def test_what_clients_see_is_changed_after_a_look(self, portal: Flask, maria: Desk, client: FlaskClient) -> None:
        """An office manager reads who would lose what, saves, and the next look of the client shows it."""
        anke = Desk(portal, "anke")
        let_in(maria, "bakkerij")
        enter(client, invitation(maria, "Annelies de Wit"))
        sent = {**self.fields(anke.get("/settings")), "organizations": "nobody"}
        told = anke.post("/settings", **{**sent, "do": "plan"}).text
        before = client.get("/share/p/").text
        anke.post("/settings", **{**sent, "do": "save"})

        assert "“Project” will not be seen any more by Annelies de Wit and Joost Hofman." in told
        assert f"/p/project/{BAKERY}" in before
        assert f"/p/project/{BAKERY}" not in client.get("/share/p/").text
        assert "The settings are saved." in anke.get("/settings")
        assert NOBODY in maria.get(PEOPLE)

    def test_members_are_chosen_one_by_one(self, portal: Flask, maria: Desk, client: FlaskClient) -> None:
        """What is shared with a client is seen by those who were chosen, after a look at what that reveals."""
        anke = Desk(portal, "anke")
        let_in(maria, "bakkerij")
        enter(client, invitation(maria, "Annelies de Wit"))
        before = client.get("/share/p/").text
        settings = {**self.fields(anke.get("/settings")), "organizations": "per-member", "do": "save"}
        anke.post("/settings", **settings)
        nobody = client.get("/share/p/").text
        where = str(re.findall(r'href="(/clients/\d+)"', maria.get(f"/projects/{BAKERY}"))[0]) + "/members"
        page, _, shared = maria.get(where).partition("<h2>Shared with")
        ids = dict(
            zip(re.findall(r'sk-name">([^<]+)<', page), re.findall(r'name="sees" value="([^"]+)"', page), strict=True)
        )
        sent: dict[str, str | list[str]] = {"offered": list(ids.values()), "sees": ids["Annelies de Wit"]}
        told = maria.post(where, **{**sent, "do": "plan"}).text
        planned_only = client.get("/share/p/").text
        maria.post(where, **{**sent, "do": "save"})
        after = client.get("/share/p/").text
        shown = maria.get(where)
        maria.post(where, **{**self.fields(shown), "sees": [], "do": "save"})

        assert f"/p/project/{BAKERY}" in before
        assert f"/p/project/{BAKERY}" not in nobody + planned_only
        assert "will be seen by Annelies de Wit." in told
        assert f"/p/project/{BAKERY}" in after
        assert "The choice is saved." in shown
        assert "This list counts once they do." not in page
        assert "It is shared with them." in shared
        assert re.search(rf'value="{ids["Annelies de Wit"]}" checked', shown)
        assert f"/p/project/{BAKERY}" not in client.get("/share/p/").text
        assert maria.browser.get("/clients/0/members").status_code == 404

    def test_what_nobody_decided_about_is_marked_until_it_is(self, portal: Flask, maria: Desk) -> None:
        """Saving decides about everything that the form shows."""
        anke = Desk(portal, "anke")
        page = anke.get("/settings")
        sent = self.fields(page)
        anke.post("/settings", **{**sent, "do": "save", "show-project": ["progress", "budget"]})
        told = maria.post(PEOPLE, do="plan", to=chosen(maria, "joost")).text

        assert "nobody has decided yet" in page
        assert "nobody has decided yet" not in anke.get("/settings")
        assert "Progress and Budget" in told

    def test_options_are_added_and_removed_without_saving(self, portal: Flask) -> None:
        """Every choice made so far stays."""
        anke = Desk(portal, "anke")
        sent = {**self.fields(anke.get("/settings")), "way-0-requested_by_me": "no"}
        more = anke.post("/settings", **{**sent, "do": "add"}).text
        fewer = anke.post("/settings", **{**sent, "do": "drop-1"}).text

        assert "Option 3" in more
        assert "no" == self.fields(more)["way-0-requested_by_me"][0]
        assert "Option 2" not in fewer
        assert "no" == self.fields(fewer)["way-0-requested_by_me"][0]
        assert "Option 2" in anke.get("/settings")

    @pytest.mark.parametrize(
        ("fields", "status", "words"),
        [
            ({"ways": "0"}, 422, "Choose at least one condition."),
            ({"ways": "many"}, 422, "Choose at least one condition."),
            ({"organizations": "some"}, 422, "Choose one of these."),
            ({"organizations": "by-role"}, 422, "Name at least one role"),
            ({"roles": "The Boss"}, 422, "Name at least one role"),
            ({"seen": "x"}, 409, "changed in the meantime"),
            ({"offered-project": ["progress"]}, 409, "What can be shown has changed"),
            ({"show-project": ["salaries"]}, 409, "What can be shown has changed"),
        ],
    )
    def test_what_cannot_be_is_said(
        self, portal: Flask, fields: dict[str, str | list[str]], status: int, words: str
    ) -> None:
        """Nothing is saved, and every choice is still there."""
        anke = Desk(portal, "anke")
        sent = {**self.fields(anke.get("/settings")), "way-1-requested_by_me": "no", **fields}
        answer = anke.post("/settings", **{**sent, "do": "save"})

        assert answer.status_code == status
        assert words in answer.text
        assert "Nothing was saved." in answer.text
        if "ways" not in fields:
            assert "no" == self.fields(answer.text)["way-1-requested_by_me"][0]
        assert "no" not in self.fields(anke.get("/settings")).get("way-1-requested_by_me", [])

    def test_only_administrators_change_them(self, maria: Desk) -> None:
        """Others read them."""
        page = maria.get("/settings")

        assert "Only administrators change what the portal shows." in page
        assert "Save</button>" not in page
        assert maria.post("/settings", **{**self.fields(page), "do": "save"}).status_code == 403

    def test_clients_are_told_who_else_sees_a_project(self, portal: Flask, maria: Desk, client: FlaskClient) -> None:
        """After an office manager says so, having read what that means; before, nobody is named (u13)."""
        anke = Desk(portal, "anke")
        let_in(maria, "annelies", "imogen")
        enter(client, invitation(maria, "Annelies de Wit"))
        path = f"/share/p/project/{BAKERY}"
        before = client.get(path).text
        sent = {**self.fields(anke.get("/settings")), "onlookers": "project"}
        told = anke.post("/settings", **{**sent, "do": "plan"}).text
        planned_only = client.get(path).text
        anke.post("/settings", **{**sent, "do": "save"})

        assert "Project: those who see one would read the names of all others who see it." in told
        assert "Imogen Fenwick" not in before + planned_only
        assert "Imogen Fenwick" in client.get(path).text


def test_a_client_gives_a_project_back(maria: Desk, client: FlaskClient) -> None:
    """From its page, after a question; then staff read that nobody sees it (p27)."""
    let_in(maria, "annelies")
    enter(client, invitation(maria, "Annelies de Wit"))
    path = f"/share/p/project/{BAKERY}"
    (question,) = re.findall(rf'href="({path}/decline)"', client.get(path).text)
    asked = client.get(question).text
    given = client.post(question, headers={"Sec-Fetch-Site": "same-origin"})

    assert "U ziet “Project” dan niet meer." in html.unescape(asked)
    assert given.headers["Location"].endswith("/share/p/?given-back=1")
    assert "U hebt het teruggegeven." in client.get(given.headers["Location"]).text
    assert path not in client.get("/share/p/").text
    assert NOBODY in maria.get(PEOPLE)


def test_everything_is_handed_over_and_links_go_on(portal: Flask, maria: Desk, client: FlaskClient) -> None:
    """In the agency's own tables as well, so that it lasts; who may not is told so (p34)."""
    path = maria.share(BAKERY, client_title="Webwinkel")
    form = {"owner": "staff:maria", "to": "staff:tomasz"}
    refused = Desk(portal, "lucia").post("/handover", do="save", **form)
    planned = maria.post("/handover", do="plan", **form).text
    before = maria.get(f"/projects/{BAKERY}")
    done = maria.post("/handover", do="save", **form)
    parts = portal.extensions["flask_portal"]
    assert isinstance(parts, Portal)
    enter_all(parts.db, parts.kit)

    assert refused.status_code == 403
    assert "Tomasz" in planned
    assert "nobody loses anything" in planned
    assert "Maria Jansen" in before
    assert done.status_code == 302
    assert "handed over to Tomasz" in maria.get("/handover")
    assert parts.kit.catalog.get(ref_of(BAKERY)).owner == "staff:tomasz"
    assert client.get(path).status_code == 200
    assert "only Tomasz" in maria.get(PEOPLE)
