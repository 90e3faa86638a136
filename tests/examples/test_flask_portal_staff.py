"""The pages for staff: who may do what, and what is said about mistakes."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_portal.agency.hours import minutes_from
from flask_portal.pages.desk import Portal
from tests.examples.conftest import BAKERY, CAMPAIGN, PITCH, Desk


def edit(desk: Desk, project: int, **fields: str) -> int:
    """Send the form about a project, with some of its fields changed, and return the status code."""
    told = {
        "client_id": "4",
        "name": "Relaunch",
        "owner_id": "maria",
        "for_clients": "1",
        "percent": "62",
        "agreed": "72",
    }
    return desk.post(f"/projects/{project}/edit", **{**told, **fields}).status_code


class TestSigningIn:
    def test_pages_for_staff_lead_to_the_sign_in(self, client: FlaskClient, portal: Flask) -> None:
        """And from there to the page that was wanted."""
        answer = client.get(f"/projects/{BAKERY}?x=1")

        assert f"/sign-in?next=/projects/{BAKERY}?x%3D1" == answer.location

    @pytest.mark.parametrize("wanted", ["//evil.test/", "https://evil.test/projects", "/\\evil.test", "/share/l/x"])
    def test_the_sign_in_leads_nowhere_else(self, portal: Flask, wanted: str) -> None:
        """Only to pages of the portal's own."""
        assert "/projects" == Desk(portal, "lucia").post("/sign-in", staff="maria", next=wanted).location

    def test_a_form_that_no_page_of_ours_showed_is_refused(self, maria: Desk) -> None:
        """Without the secret of the session nothing is done."""
        answer = maria.browser.post(
            f"/projects/{CAMPAIGN}/hours", data={"day": "2025-01-02", "hours": "1", "work": "x"}
        )

        assert 400 == answer.status_code
        assert "out of date" in answer.text

    def test_signing_out_ends_the_session(self, maria: Desk) -> None:
        """The next page asks again."""
        maria.post("/sign-out")

        assert 302 == maria.browser.get("/projects").status_code

    def test_who_left_the_agency_is_out_with_all_links(self, maria: Desk, client: FlaskClient, portal: Flask) -> None:
        """The agency's own table decides, at once, for pages and for links that were made before."""
        path = maria.share(CAMPAIGN)
        parts = portal.extensions["flask_portal"]
        assert isinstance(parts, Portal)

        with parts.db.writing() as connection:
            connection.execute("UPDATE staff SET active = 0 WHERE id = 'maria'")

        assert 302 == maria.browser.get("/projects").status_code
        assert 404 == client.get(path).status_code

    def test_pages_for_staff_are_not_kept_or_framed(self, maria: Desk) -> None:
        """Each of them has the headers, the refusals too."""
        for path in ("/projects", f"/projects/{BAKERY}/links", "/projects/999", "/no-such-page"):
            headers = maria.browser.get(path).headers

            assert "DENY" == headers["X-Frame-Options"]
            assert "default-src 'none'" in headers["Content-Security-Policy"]


class TestRights:
    def test_who_may_not_share_sees_why(self, maria: Desk, portal: Flask) -> None:
        """A colleague sees that there is a link, but neither its address nor a way to make one."""
        maria.share(CAMPAIGN)
        lucia = Desk(portal, "lucia")

        assert "only Maria Jansen and office managers" in lucia.get(f"/projects/{CAMPAIGN}/links")
        assert [] == lucia.paths(CAMPAIGN)
        assert 403 == lucia.post(f"/projects/{CAMPAIGN}/links/new", sections=["hours"]).status_code

    def test_who_may_not_share_changes_no_link(self, maria: Desk, client: FlaskClient, portal: Flask) -> None:
        """Not by forms of their own either."""
        path, lucia = maria.share(CAMPAIGN, sections=["hours"]), Desk(portal, "lucia")
        page = maria.page_of(CAMPAIGN)

        refused = [
            lucia.post(f"{page}/sections", section="hours", show="0"),
            lucia.post(f"{page}/expires_at", expires_at="2030-01-01"),
            lucia.post(f"{page}/deactivate"),
        ]

        assert [403, 403, 403] == [answer.status_code for answer in refused]
        assert "Tres propuestas" in client.get(path).text

    def test_a_project_kept_inside_is_not_shared(self, maria: Desk) -> None:
        """Its owner is told what to do about it."""
        assert "kept inside the agency" in maria.get(f"/projects/{PITCH}/links")
        assert 403 == maria.post(f"/projects/{PITCH}/links/new", sections=["hours"]).status_code

    def test_taking_a_project_inside_ends_its_links(self, maria: Desk, client: FlaskClient) -> None:
        """At once, and for good: when it comes out again, staff share it anew."""
        path = maria.share(BAKERY, client_title="Webwinkel")

        assert 302 == edit(maria, BAKERY, for_clients="")
        inside = client.get(path).status_code
        assert 302 == edit(maria, BAKERY)

        assert [404, 404] == [inside, client.get(path).status_code]

    def test_a_handover_ends_the_links_of_the_owner_before(self, maria: Desk, client: FlaskClient) -> None:
        """Who may not share any more has no working links."""
        path = maria.share(BAKERY, client_title="Webwinkel")

        edit(maria, BAKERY, owner_id="tomasz")

        assert 404 == client.get(path).status_code
        assert 422 == edit(maria, BAKERY, name="Mine")

    def test_links_belong_to_their_project(self, maria: Desk) -> None:
        """The address of a link under another project is no page."""
        maria.share(CAMPAIGN)
        link = maria.page_of(CAMPAIGN).rpartition("/")[2]

        assert 404 == maria.browser.get(f"/projects/{BAKERY}/links/{link}").status_code


class TestForms:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("expires_at", "2020-01-01"),
            ("expires_at", "soon"),
            ("expires_at", "9999-12-31"),
            ("max_uses", "0"),
            ("max_uses", "many"),
            ("max_uses", "-1"),
            ("password", "   "),
            ("client_title", "x" * 201),
            ("recipient", "999"),
        ],
    )
    def test_a_mistake_is_told_at_its_field(self, maria: Desk, field: str, value: str) -> None:
        """Nothing is made, and what was typed is still there."""
        answer = maria.post(f"/projects/{CAMPAIGN}/links/new", **{"sections": ["budget"], field: value})

        assert 422 == answer.status_code
        assert f'id="{field}-problem"' in answer.text
        assert 'value="budget" checked' in answer.text
        assert [] == maria.paths(CAMPAIGN)

    def test_a_link_shows_something(self, maria: Desk) -> None:
        """Without a section no link is made; a section that does not exist is refused."""
        assert 422 == maria.post(f"/projects/{CAMPAIGN}/links/new", sections=[]).status_code
        assert 422 == maria.post(f"/projects/{CAMPAIGN}/links/new", sections=["salaries"]).status_code

    @pytest.mark.parametrize(("field", "value"), [("name", ""), ("email", "nobody"), ("locale", "fr")])
    def test_a_new_recipient_is_complete(self, maria: Desk, field: str, value: str) -> None:
        """Otherwise nobody is added."""
        who = {"recipient": "new", "name": "Kasia Lis", "email": "kasia@jaskolka.example", "locale": "pl", field: value}

        answer = maria.post(f"/projects/{CAMPAIGN}/links/new", sections=["hours"], **who)

        assert f'id="{field}-problem"' in answer.text
        assert "Kasia Lis</option>" not in maria.get(f"/projects/{CAMPAIGN}/links/new")

    @pytest.mark.parametrize(("field", "value"), [("day", "2999-01-01"), ("day", ""), ("hours", "25"), ("work", " ")])
    def test_hours_that_make_no_sense_are_refused(self, maria: Desk, field: str, value: str) -> None:
        """Each mistake is told at its field."""
        told = {"day": "2025-01-02", "hours": "1:30", "work": "Werk", field: value}

        answer = maria.post(f"/projects/{BAKERY}/hours", **told)

        assert 422 == answer.status_code
        assert f'id="{field}-problem"' in answer.text

    @pytest.mark.parametrize(
        ("text", "minutes"),
        [("1:30", 90), ("1.5", 90), ("1,25", 75), ("2", 120), ("24", 1440), ("0", None), ("1:75", None), ("-1", None)],
    )
    def test_hours_are_read_as_people_write_them(self, text: str, minutes: int | None) -> None:
        """With a colon, a point or a comma."""
        assert minutes == minutes_from(text)


class TestProjects:
    def test_a_new_project_can_be_shared_at_once(self, maria: Desk, client: FlaskClient) -> None:
        """It is in sharekit's catalog from its first moment, under its owner."""
        told = {"client_id": "2", "owner_id": "maria", "for_clients": "1", "percent": "0", "agreed": "0"}

        path = maria.post("/projects/new", name="Tea shop", client_title="The shop", **told).location

        assert "The shop" in client.get(maria.share(int(path.rpartition("/")[2]))).text

    def test_renaming_a_project_renames_it_for_clients(self, maria: Desk, client: FlaskClient) -> None:
        """The next look shows the new title for clients."""
        path = maria.share(BAKERY, title_answer="accept")

        edit(maria, BAKERY, client_title="De webwinkel")

        assert "De webwinkel" in client.get(path).text

    def test_what_sharekit_refuses_is_not_kept_by_the_agency(self, maria: Desk) -> None:
        """Both tables change, or neither."""
        assert 422 == edit(maria, BAKERY, name="x" * 300)
        assert "Relaunch (cheap variant)" in maria.get("/projects")


class TestGuardedLinks:
    def test_a_password_opens_a_visit(self, maria: Desk, client: FlaskClient) -> None:
        """The page of such a link shows nothing before; a wrong password shows nothing either."""
        path = maria.share(CAMPAIGN, password="cierzo")

        asked, wrong = client.get(path), client.post(path, data={"password": "tramontana"})
        right = client.post(path, data={"password": "cierzo"}, follow_redirects=True)

        assert "Campaña" not in asked.text + wrong.text
        assert 403 == wrong.status_code
        assert "Campaña de vendimia" in right.text

    def test_a_new_password_ends_the_visit(self, maria: Desk, client: FlaskClient) -> None:
        """Whoever is reading has to enter it; taking it away makes the link an ordinary one."""
        path = maria.share(CAMPAIGN, password="cierzo")
        visit = client.post(path, data={"password": "cierzo"}).location

        maria.post(f"{maria.page_of(CAMPAIGN)}/password", password="levante")
        ended = client.get(visit)
        maria.post(f"{maria.page_of(CAMPAIGN)}/password", remove="1")

        assert "Campaña" not in ended.text
        assert "Campaña" in client.get(path).text

    def test_visits_are_counted(self, maria: Desk, portal: Flask) -> None:
        """Each person confirms, and after the last one the link is used up."""
        path = maria.share(CAMPAIGN, max_uses="2")

        answers = [portal.test_client().post(path, follow_redirects=True).status_code for _ in range(3)]
        panel = maria.get(f"/projects/{CAMPAIGN}/links")

        assert [200, 200, 404] == answers
        assert "Used up" in panel


def test_the_seed_is_told_relative_to_today(portal: Flask) -> None:
    """The demonstration never looks abandoned."""
    parts = portal.extensions["flask_portal"]
    assert isinstance(parts, Portal)

    with parts.db.reading() as connection:
        row: sqlite3.Row = connection.execute("SELECT max(day) AS latest FROM time_entry").fetchone()

    assert datetime.now(UTC).date() - timedelta(days=4) <= datetime.fromisoformat(row["latest"]).date()
