"""News in the portal: the feed, how to hear of things, and ending letters by one click."""

import re

import attrs
import pytest

from sharekit import Audience, Contact
from sharekit.records.notices import Cadence, News
from sharekit.web import WebResponse
from tests.web.conftest import FORM, SAME_SITE, Browser, Site, text_of

GIVEN = {"daily-at": "07:30", "quiet-from": "22:00", "quiet-until": "06:15", "zone": "Europe/Madrid"}


@attrs.frozen
class Heard:
    """A client who came in, and their browser."""

    site: Site
    ana: Contact
    browser: Browser

    @property
    def unsubscribe_path(self) -> str:
        """The address in a letter about messages."""
        return f"/n/{self.site.kit.notifications.unsubscribe_token(self.ana, [News.MESSAGES])}"

    def cadence(self, news: News) -> Cadence:
        """Return when letters of a kind come."""
        return self.site.kit.notifications.preferences(self.ana).cadence(news)


@pytest.fixture
def heard(quick_site: Site) -> Heard:
    """The story's beginning: something is shared, and something was written."""
    kit, maria = quick_site.kit, quick_site.maria
    ana = kit.people.add_contact("Ana García", "ana@acme.example", locale="en", by=maria)
    invitation = kit.people.invite(ana, by=maria)
    kit.shares.grant(quick_site.relaunch, to=ana, by=maria)
    talk = kit.conversations.start(subject="The colour", with_=ana, about=quick_site.relaunch, by=maria)
    kit.conversations.post(talk, "Blue or green?", audience=Audience.CLIENT, by=maria)
    kit.relay.run_once()
    browser = quick_site.browser()
    browser.post(f"/i/{kit.people.invitation_token(invitation)}")
    return Heard(quick_site, ana, browser)


def test_the_feed_tells_what_is_new_and_leads_there(heard: Heard) -> None:
    """The number stands on each page until the news was looked at."""
    home = text_of(heard.browser.get("/p/"))
    unseen = heard.site.kit.notifications.unseen(heard.ana)
    first, second = text_of(heard.browser.get("/p/news")), text_of(heard.browser.get("/p/news"))
    talk = heard.site.kit.conversations.visible(heard.ana).items[0].conversation

    assert unseen >= 2
    assert f'<span class="count" aria-hidden="true">{unseen}</span>' in home
    assert f'href="/c/{talk}"' in first
    assert ('href="/p/project/42"' in first, "This was shared with you" in first) == (True, True)
    assert (first.count('class="fresh"'), second.count('class="fresh"')) == (unseen, 0)
    assert heard.site.kit.notifications.unseen(heard.ana) == 0


def test_everything_can_be_marked_as_seen(heard: Heard) -> None:
    """One button does it, for what no page has shown too."""
    heard.browser.send("HEAD", "/p/news")
    before = heard.site.kit.notifications.unseen(heard.ana)
    answer = heard.browser.post("/p/news")

    assert (before > 0, heard.site.kit.notifications.unseen(heard.ana)) == (True, 0)
    assert answer.header("Location") == "/p/news"


def test_what_was_taken_back_is_no_news(heard: Heard) -> None:
    """The feed holds what its reader may open at this moment."""
    heard.site.kit.shares.revoke(heard.site.kit.shares.of(heard.site.relaunch)[0], by=heard.site.maria)

    assert "Relaunch" not in text_of(heard.browser.get("/p/news"))


def test_a_reader_chooses_how_to_hear_of_things(heard: Heard) -> None:
    """What is chosen is kept, shown, and said to be kept."""
    answer = heard.browser.post("/p/settings", **GIVEN, **{"when-messages": "daily", "when-shared": "off"})
    page = text_of(heard.browser.send("GET", "/p/settings", query="saved=1"))
    kept = heard.site.kit.notifications.preferences(heard.ana)

    assert answer.header("Location") == "/p/settings?saved=1"
    assert (heard.cadence(News.MESSAGES), heard.cadence(News.SHARED)) == (Cadence.DAILY, Cadence.OFF)
    assert (kept.quiet_from, kept.quiet_until, kept.daily_at) == (22 * 60, 6 * 60 + 15, 7 * 60 + 30)
    assert kept.time_zone == "Europe/Madrid"
    assert 'value="22:00"' in page
    assert "<option selected>Europe/Madrid</option>" in page
    assert "Your choices are kept." in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"quiet-until": ""}, "Give both times, or neither."), ({"zone": "Mars/Base"}, "This time zone is not known.")],
)
def test_what_cannot_be_chosen_is_said(heard: Heard, changed: dict[str, str], said: str) -> None:
    """Half a quiet time and an unknown zone change nothing."""
    answer = heard.browser.post("/p/settings", **(GIVEN | changed))

    assert (answer.status, said in text_of(answer)) == (400, True)
    assert heard.site.kit.notifications.preferences(heard.ana).time_zone is None


def test_letters_about_one_thing_can_be_ended(heard: Heard) -> None:
    """The page of the thing ends them; the choices have them come again."""
    heard.browser.post("/p/mute", kind="project", id="42", mute="1")
    muted = heard.site.kit.notifications.preferences(heard.ana).muted
    page = text_of(heard.browser.get("/p/settings"))
    heard.browser.post("/p/settings", **GIVEN, **{"again-project:42": "1"})

    assert muted == {"project:42"}
    assert ("Relaunch: have letters come again" in page, "cheap" in page) == (True, False)
    assert heard.site.kit.notifications.preferences(heard.ana).muted == frozenset()
    assert heard.browser.post("/p/mute", kind="project", id="43", mute="1").status == 404


def _names_ana(page: WebResponse) -> bool:
    """Say whether a page names her, as a word: three letters may stand in any token."""
    return re.search(r"\bAna\b", text_of(page)) is not None


def test_looking_at_the_address_in_a_letter_ends_nothing(heard: Heard) -> None:
    """GET asks, whoever comes, and changes nothing; it tells of nobody."""
    page = heard.site.browser().get(heard.unsubscribe_path)

    assert page.status == 200
    assert 'method="post"' in text_of(page)
    assert not _names_ana(page)
    assert heard.cadence(News.MESSAGES) is Cadence.IMMEDIATE


@pytest.mark.parametrize(
    "headers",
    [
        FORM,
        {"Content-Type": "multipart/form-data; boundary=x"},
        FORM | {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"},
        FORM | SAME_SITE,
    ],
)
def test_one_post_ends_letters_without_a_session(heard: Heard, headers: dict[str, str]) -> None:
    """As RFC 8058 has it: from wherever the mail program is, and twice as once."""
    path = heard.unsubscribe_path
    browser = heard.site.browser()
    answers = [browser.send("POST", path, headers=headers, body=b"List-Unsubscribe=One-Click") for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].header("Set-Cookie") is None
    assert heard.cadence(News.MESSAGES) is Cadence.OFF
    assert heard.cadence(News.SHARED) is Cadence.IMMEDIATE


def test_letters_come_again_once_their_reader_confirms(heard: Heard) -> None:
    """After ending them by mistake one button asks; looking at the letter's address changes nothing, its form does."""
    stranger = heard.site.browser()
    ended = text_of(stranger.send("POST", heard.unsubscribe_path, headers=FORM, body=b"x=1"))
    sent = stranger.post(f"{heard.unsubscribe_path}/again")
    path = f"/y/{heard.site.kit.notifications.subscription_token(heard.ana)}"
    looked = stranger.get(path)
    before = heard.cadence(News.MESSAGES)
    done = [stranger.post(path) for _ in range(2)]

    assert f'action="{heard.unsubscribe_path}/again"' in ended
    assert (sent.status, "We send a letter to your address." in text_of(sent)) == (200, True)
    assert (looked.status, before, heard.cadence(News.MESSAGES)) == (200, Cadence.OFF, Cadence.IMMEDIATE)
    assert ["Messages to you" in text_of(looked), _names_ana(looked)] == [True, False]
    assert [(answer.status, "These letters come again" in text_of(answer)) for answer in done] == [(200, True)] * 2
    assert stranger.get(path).status == 410
    assert "This confirmation is over" in text_of(stranger.get(path))


def test_another_site_cannot_have_letters_come_again(heard: Heard) -> None:
    """Unlike ending them, that is no business of mail programs and foreign pages; garbage is an unknown address."""
    foreign = FORM | {"Sec-Fetch-Site": "cross-site"}
    stranger = heard.site.browser()
    heard.site.kit.notifications.unsubscribe(heard.unsubscribe_path.removeprefix("/n/"))
    asked = stranger.send("POST", f"{heard.unsubscribe_path}/again", headers=foreign, body=b"x=1")
    stranger.post(f"{heard.unsubscribe_path}/again")
    path = f"/y/{heard.site.kit.notifications.subscription_token(heard.ana)}"
    confirmed = stranger.send("POST", path, headers=foreign, body=b"x=1")

    assert (asked.status, confirmed.status) == (403, 403)
    assert heard.cadence(News.MESSAGES) is Cadence.OFF
    assert [stranger.get(f"/y/{token}").status for token in ("garbage", heard.unsubscribe_path[3:])] == [404, 404]


def test_the_choices_say_what_waits_to_be_confirmed(heard: Heard) -> None:
    """Choosing letters again that were ended waits for the mailbox; the fourth letter of a day is refused in words."""
    heard.browser.post("/p/settings", **GIVEN, **{"when-messages": "off"})
    heard.browser.post("/p/settings", **GIVEN, **{"when-messages": "daily"})
    page = text_of(heard.browser.get("/p/settings"))
    again = [heard.browser.post("/p/settings", again="1") for _ in range(3)]
    heard.browser.post(f"/y/{heard.site.kit.notifications.subscription_token(heard.ana)}")
    after = text_of(heard.browser.get("/p/settings"))

    assert "Please confirm it from your mail" in page
    assert '<option value="daily" selected>' in page
    assert [answer.status for answer in again] == [303, 303, 429]
    assert "try again tomorrow" in text_of(again[2])
    assert (heard.cadence(News.MESSAGES), "Please confirm it from your mail" in after) == (Cadence.DAILY, False)


def test_no_other_secret_ends_letters(heard: Heard) -> None:
    """Garbage and a session's ticket are addresses like any unknown one, and counted as guesses."""
    garbage = heard.site.browser().get("/n/garbage")
    ticket = next(iter(heard.browser.cookies.values()))

    assert garbage.status == 404
    assert heard.site.browser().get(f"/n/{ticket}").body == garbage.body
    assert [heard.site.browser("192.0.2.9").send("POST", "/n/garbage").status for _ in range(25)][-1] == 429


def test_nothing_is_shown_without_a_session(heard: Heard) -> None:
    """News, choices and muting are behind the session, and a foreign page changes none of them."""
    stranger = heard.site.browser()
    foreign = FORM | {"Sec-Fetch-Site": "cross-site"}

    assert [stranger.get(path).status for path in ("/p/news", "/p/settings", "/c/")] == [403, 403, 403]
    assert stranger.post("/p/mute", kind="project", id="42", mute="1").status == 403
    assert heard.browser.send("POST", "/p/settings", headers=foreign, body=b"when-messages=off").status == 403
    assert heard.cadence(News.MESSAGES) is Cadence.IMMEDIATE
    assert heard.site.kit.notifications.preferences(heard.ana).quiet_from is None
    assert 8 * 60 == heard.site.kit.notifications.preferences(heard.ana).daily_at
