"""The page of a link that needs no redeeming: live, counted once, dead at once."""

from datetime import UTC, datetime, timedelta

import pytest

from sharekit import ResourceKind, Section, Visibility
from sharekit.errors import StorageError
from tests.web.conftest import SAME_SITE, Browser, Site, make_site, text_of


def test_a_client_reads_the_page(site: Site, ana: Browser) -> None:
    """The page shows the client's title, the kind, the shown sections and nothing of the others."""
    page = ana.get(site.path(sections={"progress", "notes"}))

    assert page.status == 200
    assert "<h1>Relaunch</h1>" in text_of(page)
    assert '<p class="eyebrow">Project</p>' in text_of(page)
    assert "a remark on 42" in text_of(page)
    assert "Hours" not in text_of(page)
    assert "cheap variant" not in text_of(page)
    assert ["progress", "notes"] == site.loads.calls


def test_the_page_is_live() -> None:
    """What the host changes is on the page at the next load, with the time of reading."""
    hours = ["3 hours"]
    site = make_site(
        kinds=[ResourceKind("project", title="Project", sections={"h": Section("Hours", load=lambda _: hours)})]
    )
    path, ana = site.path(sections={"h"}), site.browser()
    before = text_of(ana.get(path))
    hours.append("5 hours")
    site.clock.advance(timedelta(minutes=7))
    after = text_of(ana.get(path))

    assert "5 hours" not in before
    assert '<time datetime="2026-03-02T09:00:00+00:00">March 2, 2026, 9:00' in before
    assert "5 hours" in after
    assert '<time datetime="2026-03-02T09:07:00+00:00">' in after


def test_the_page_dies_with_the_link(site: Site, ana: Browser) -> None:
    """The load after the revocation shows nothing, and a new link does not bring the old one back."""
    link = site.link()
    path = site.portal.link_path(link)
    alive = ana.get(path)
    site.kit.links.revoke(link, by=site.maria)
    site.link()

    assert alive.status == 200
    assert ana.get(path).status == 404


def test_sections_that_are_taken_away_are_gone(site: Site, ana: Browser) -> None:
    """A section that is switched off is neither on the page nor loaded at the next load."""
    link = site.link(sections={"progress", "hours"})
    site.kit.links.update(link, sections={"progress"}, by=site.maria)
    page = ana.get(site.portal.link_path(link))

    assert "Hours" not in text_of(page)
    assert ["progress"] == site.loads.calls


def test_an_expired_link_may_say_so(site: Site, ana: Browser) -> None:
    """Only the end of its time is told, with 410, and only by a link that would open otherwise."""
    link = site.link(expires_at=site.clock.now() + timedelta(hours=1))
    path = site.portal.link_path(link)
    site.clock.advance(timedelta(hours=1))
    expired = ana.get(path)
    site.kit.catalog.put(site.relaunch, title="x", visibility=Visibility.INTERNAL, by=site.maria)
    hidden = ana.get(path)

    assert expired.status == 410
    assert "This link has expired" in text_of(expired)
    assert hidden.status == 404
    assert "expired" not in text_of(hidden)


def test_the_end_is_told_by_the_day_or_by_the_minute() -> None:
    """A link that ends at midnight tells its last day, any other the minute and the zone."""
    site = make_site(time_zone="Europe/Amsterdam")
    ana = site.browser()
    midnight = site.clock.now().replace(hour=23, day=31)
    by_day = ana.get(site.path(expires_at=midnight - timedelta(hours=1)))
    by_minute = ana.get(site.path(expires_at=midnight))

    assert "Available up to and including March 31, 2026." in text_of(by_day)
    assert "Available until April 1, 2026, 1:00\u202fAM CEST." in text_of(by_minute)
    assert "Available" not in text_of(ana.get(site.path()))


def test_an_end_that_no_zone_can_tell_is_told_all_the_same() -> None:
    """A host that says "never" with the last instant there is gets a page."""
    site = make_site(time_zone="Europe/Amsterdam")
    page = site.browser().get(site.path(expires_at=datetime.max.replace(tzinfo=UTC)))

    assert page.status == 200
    assert "Available until December 31, 9999, 11:59\u202fPM UTC." in text_of(page)


def test_a_person_is_counted_once(site: Site, ana: Browser) -> None:
    """The page's own report counts a view, once per client in half an hour."""
    link = site.link()
    path = site.portal.link_path(link)
    seen = f"{path}/seen"
    page = text_of(ana.get(path))
    answers = [ana.send("POST", seen, headers=SAME_SITE).status for _ in range(3)]
    site.browser("192.0.2.2").send("POST", seen, headers=SAME_SITE)
    twice = site.kit.links.get(link).views
    site.clock.advance(timedelta(minutes=31))
    ana.send("POST", seen, headers=SAME_SITE)

    assert f'data-seen="{seen}"' in page
    assert [204, 204, 204] == answers
    assert twice == 2
    assert site.kit.links.get(link).views == 3
    assert site.kit.links.get(link).last_opened_at == site.clock.now()


def test_a_household_is_counted_once(site: Site) -> None:
    """Other addresses of the same IPv6 network, of which one reader has any number, add nothing."""
    link = site.link()
    seen = f"{site.portal.link_path(link)}/seen"
    for client in ("2001:db8::1", "2001:db8::2:2", "2001:db8:0:1::1"):
        site.browser(client).send("POST", seen, headers=SAME_SITE)

    assert site.kit.links.get(link).views == 2


def test_a_report_for_a_dead_link_is_refused_each_time(site: Site, ana: Browser) -> None:
    """What was not counted does not silence the next refusal."""
    link = site.link()
    site.kit.links.revoke(link, by=site.maria)
    seen = f"{site.portal.link_path(link)}/seen"

    assert [404, 404] == [ana.send("POST", seen, headers=SAME_SITE).status for _ in range(2)]


def test_a_report_that_cannot_be_kept_says_so(
    quick_site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A store in trouble is no dead link: the operator is told, and the next report counts."""
    link = quick_site.link()
    seen, ana = f"{quick_site.portal.link_path(link)}/seen", quick_site.browser()
    with monkeypatch.context() as trouble:
        trouble.setattr(quick_site.kit.links, "record_view", _fail)
        refused = ana.send("POST", seen, headers=SAME_SITE)

    assert refused.status == 503
    assert "could not be answered" in caplog.text
    assert ana.send("POST", seen, headers=SAME_SITE).status == 204
    assert quick_site.kit.links.get(link).views == 1


def _fail(*_: object, **__: object) -> None:
    raise StorageError("writing")


def test_a_link_that_is_redeemed_takes_no_report(site: Site, ana: Browser) -> None:
    """Redeeming counts for it, so its page does not report and the report is unknown there."""
    link = site.link(max_uses=3)
    path = site.portal.link_path(link)
    visit = text_of(ana.follow(ana.post(path)))

    assert "data-seen" not in visit
    assert ana.send("POST", f"{path}/seen", headers=SAME_SITE).status == 404
    assert site.kit.links.get(link).views == 1


@pytest.mark.parametrize("content", [None, "", [], {}, "  \n "], ids=repr)
def test_an_empty_section_says_so(content: object) -> None:
    """A section without content says quietly that nothing is there yet."""
    kind = ResourceKind("project", title="Project", sections={"files": Section("Files", load=lambda _: content)})
    site = make_site(kinds=[kind])
    page = text_of(site.browser().get(site.path(sections={"files"})))

    assert '<p class="quiet">Nothing here yet.</p>' in page


def test_a_section_that_fails_leaves_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    """A loader that raises, and a content that cannot be shown, cost their own section only."""
    sections = {
        "broken": Section("Broken", load=lambda ref: 1 / 0),
        "strange": Section("Strange", load=lambda _: object()),
        "fine": Section("Fine", load=lambda _: "all is well"),
    }
    site = make_site(kinds=[ResourceKind("project", title="Project", sections=sections)])
    page = site.browser().get(site.path(sections=set(sections)))

    assert page.status == 200
    assert text_of(page).count("This part cannot be shown right now.") == 2
    assert "all is well" in text_of(page)
    assert "ZeroDivisionError" not in text_of(page)
    assert "object has no default look" in caplog.text


def test_a_link_without_sections_says_so(site: Site, ana: Browser) -> None:
    """A page on which nothing is shown tells that instead of looking broken."""
    assert "Nothing is shared here at the moment." in text_of(ana.get(site.path(sections=set())))


def test_a_path_is_shown_again(site: Site) -> None:
    """The path of a link is the same at every call, and holds the secret as a segment."""
    link = site.link()
    path = site.portal.link_path(link)

    assert path == site.portal.link_path(site.kit.links.get(link))
    assert path == f"/l/{site.kit.links.token(link)}"


def test_half_a_character_spoils_nothing() -> None:
    """Damaged text in one section is shown as well as can be, with the rest of the page."""
    broken = Section("Hours", load=lambda _: "three \ud83d hours")
    site = make_site(kinds=[ResourceKind("project", title="Project", sections={"h": broken})])

    page = site.browser().get(site.path(sections={"h"}))

    assert page.status == 200
    assert "three ? hours" in text_of(page)
