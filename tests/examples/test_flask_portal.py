"""The stories of read links, told by the example portal."""

import html
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sharekit.testing import FrozenClock
from tests.examples.conftest import BAKERY, CAMPAIGN, Desk

UNKNOWN = "/share/l/" + "x" * 40


class TestGenerating:
    def test_a_link_opens_the_project_for_whoever_has_it(self, maria: Desk, client: FlaskClient) -> None:
        """The client needs no account, and reads the hours with their total."""
        page = client.get(maria.share(BAKERY, client_title="Webwinkel"))

        assert 200 == page.status_code
        assert "Webwinkel" in page.text
        assert "Bestelformulier: eerste versie" in page.text
        assert "38\xa0hr" in page.text

    def test_a_link_is_shown_again_at_any_time(self, maria: Desk, portal: Flask) -> None:
        """The panel shows the same address each time, to a colleague with the right too."""
        path = maria.share(CAMPAIGN)

        assert [path] == maria.paths(CAMPAIGN)
        assert [path] == Desk(portal, "anke").paths(CAMPAIGN)

    def test_the_page_speaks_the_recipients_language(self, maria: Desk, client: FlaskClient) -> None:
        """Not the browser's, when the link was made for somebody."""
        path = maria.share(CAMPAIGN, recipient="1")

        page = client.get(path, headers={"Accept-Language": "en"})

        assert '<html lang="es"' in page.text
        assert "Horas" in page.text

    def test_somebody_new_can_be_the_recipient(self, maria: Desk, client: FlaskClient) -> None:
        """They are added to the client's people, once."""
        who = {"recipient": "new", "name": "Kasia Lis", "email": "kasia@jaskolka.example", "locale": "pl"}
        first, second = maria.share(CAMPAIGN, **who), maria.share(CAMPAIGN, **who)

        assert first != second
        assert "Godziny" in client.get(second).text
        assert 1 == maria.get(f"/projects/{CAMPAIGN}/links/new").count("Kasia Lis")


class TestReading:
    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    def test_a_link_is_strictly_read_only(self, maria: Desk, client: FlaskClient, method: str) -> None:
        """The page has no form, and nothing but reading is answered."""
        path = maria.share(CAMPAIGN)

        assert "<form" not in client.get(path).text
        assert 405 == getattr(client, method)(path).status_code

    def test_hours_show_at_the_next_load(self, maria: Desk, client: FlaskClient) -> None:
        """What staff log is what the client reads a moment later, in the totals too."""
        path = maria.share(CAMPAIGN)
        assert "Etiquetas" not in client.get(path).text

        maria.post(f"/projects/{CAMPAIGN}/hours", day="2025-01-02", hours="1:30", work="Etiquetas impresas")

        assert "Etiquetas impresas" in client.get(path).text
        assert "18\xa0hr" in client.get(path).text

    def test_notes_among_staff_stay_inside(self, maria: Desk, client: FlaskClient) -> None:
        """The client reads the updates that were written for him, and no others."""
        page = client.get(maria.share(CAMPAIGN, sections=["updates"])).text

        assert "El rodaje queda fijado" in page
        assert "Second reminder" not in page


class TestSwitching:
    def test_a_hidden_section_is_absent(self, maria: Desk, client: FlaskClient) -> None:
        """Neither its content nor its title is in the client's page; staff see it greyed."""
        page = client.get(maria.share(CAMPAIGN, sections=["progress"])).text
        preview = maria.get(maria.page_of(CAMPAIGN))

        assert "Hours" not in page
        assert "Milestones" not in page
        assert 5 == preview.count('class="previewed off"')
        assert "Tres propuestas" not in preview

    def test_staff_see_the_sections_as_the_client_does(self, maria: Desk, client: FlaskClient) -> None:
        """Those with a look of the agency's and those with sharekit's, to the letter."""
        page = client.get(maria.share(CAMPAIGN, sections=["progress", "milestones"])).text
        preview = maria.get(maria.page_of(CAMPAIGN))

        for end in ('<div class="progress">.*?</div>', '<div class="scroll".*?</table>'):
            shown = re.search(end, html.unescape(page), re.DOTALL)
            assert shown is not None
            assert shown[0] in preview

    def test_a_section_can_be_switched_on_a_link_that_was_sent(self, maria: Desk, client: FlaskClient) -> None:
        """Off and on again; the link stays the same."""
        path = maria.share(CAMPAIGN, sections=["hours"])
        switches = f"{maria.page_of(CAMPAIGN)}/sections"

        maria.post(switches, section="hours", show="0")
        maria.post(switches, section="milestones", show="1")
        changed = client.get(path).text
        maria.post(switches, section="hours", show="1")

        assert "Tres propuestas" not in changed
        assert "Rodaje en la bodega" in changed
        assert "Tres propuestas" in client.get(path).text

    def test_a_preview_counts_nothing(self, maria: Desk, client: FlaskClient) -> None:
        """Nor does loading the page: only a person's gesture does."""
        path = maria.share(CAMPAIGN)

        maria.get(maria.page_of(CAMPAIGN))
        client.get(path)

        assert "not yet" in maria.get(f"/projects/{CAMPAIGN}/links")


class TestEnding:
    def test_deactivating_is_asked_for_first(self, maria: Desk, client: FlaskClient) -> None:
        """To look at the question changes nothing."""
        path = maria.share(CAMPAIGN)

        assert "Deactivate this link?" in maria.get(f"{maria.page_of(CAMPAIGN)}/deactivate")
        assert 200 == client.get(path).status_code

    def test_nobody_gets_in_after_it(self, maria: Desk, client: FlaskClient) -> None:
        """A dead link and one that never was get the same page."""
        path = maria.share(CAMPAIGN)

        maria.post(f"{maria.page_of(CAMPAIGN)}/deactivate")
        dead, unknown = client.get(path), client.get(UNKNOWN)

        assert 404 == dead.status_code
        assert (unknown.status_code, unknown.text) == (dead.status_code, dead.text)
        assert [] == maria.paths(CAMPAIGN)

    def test_a_new_link_is_another_one(self, maria: Desk, client: FlaskClient) -> None:
        """For the same client and project; the old one stays dead."""
        old = maria.share(CAMPAIGN, recipient="1", sections=["hours"])
        page = maria.page_of(CAMPAIGN)
        maria.post(f"{page}/deactivate")
        again = maria.get(f"/projects/{CAMPAIGN}/links/new?like={page.rpartition('/')[2]}")

        new = maria.share(CAMPAIGN, recipient="1", sections=["hours"])

        assert 1 == again.count(" checked")
        assert '<option value="1" selected>' in again
        assert new != old
        assert [200, 404] == [client.get(path).status_code for path in (new, old)]

    def test_a_link_ends_with_its_last_day(self, maria: Desk, client: FlaskClient, clock: FrozenClock) -> None:
        """A client who comes later is told so, and a later day lets the same link work again."""
        today = clock.now().date()
        path = maria.share(CAMPAIGN, expires_at=(today + timedelta(days=1)).isoformat())
        page = maria.page_of(CAMPAIGN)

        clock.advance(timedelta(days=3))
        assert 410 == client.get(path).status_code
        assert "Expired" in maria.get(f"/projects/{CAMPAIGN}/links")

        maria.post(f"{page}/expires_at", expires_at=(today + timedelta(days=30)).isoformat())
        assert 200 == client.get(path).status_code


class TestTitles:
    def test_an_internal_title_is_asked_about(self, maria: Desk, client: FlaskClient) -> None:
        """No link is made until staff give a title for the client or accept the internal one."""
        answer = maria.post(f"/projects/{BAKERY}/links/new", sections=["hours"])

        assert "Your client would read your internal title" in answer.text
        assert [] == maria.paths(BAKERY)

    def test_a_title_can_be_given_in_the_dialogue(self, maria: Desk, client: FlaskClient) -> None:
        """The client then reads that title, and the internal one nowhere."""
        page = client.get(maria.share(BAKERY, offered_title="Webwinkel")).text

        assert "Webwinkel" in page
        assert "cheap" not in page

    def test_the_internal_title_can_be_accepted(self, maria: Desk, client: FlaskClient) -> None:
        """Whoever means it can let the client read it."""
        page = client.get(maria.share(BAKERY, title_answer="accept")).text

        assert "Relaunch (cheap variant)" in page

    def test_a_project_with_a_title_for_clients_is_not_asked_about(self, maria: Desk, client: FlaskClient) -> None:
        """The client reads that title; another one can be given to a single link."""
        assert "Campaña de vendimia" in client.get(maria.share(CAMPAIGN)).text
        assert "Vendimia en Calatayud" in client.get(maria.share(CAMPAIGN, client_title="Vendimia en Calatayud")).text

    def test_the_last_title_is_not_taken_away_unseen(self, maria: Desk, client: FlaskClient) -> None:
        """A link whose title is cleared would show the internal one: it is refused at the field."""
        path = maria.share(BAKERY, client_title="Webwinkel")

        answer = maria.post(f"{maria.page_of(BAKERY)}/client_title", client_title="")

        assert 'id="client_title-problem"' in answer.text
        assert "Webwinkel" in client.get(path).text
