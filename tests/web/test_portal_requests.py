"""What contacts find in the portal of what is asked of them, and how they choose documents for one ZIP."""

import io
import re
import zipfile
from datetime import timedelta

from sharekit import Contact
from sharekit.records.requests import DocumentRequest, RequestItem
from tests.features._requests import PDF
from tests.web.conftest import Site, make_site, text_of
from tests.web.test_clients import contact, inside
from tests.web.test_downloads import whole


def asked(site: Site, who: Contact, **options: object) -> DocumentRequest:
    """Ask somebody for two things, one of which may be left out."""
    assert not options.keys() - {"days"}
    days = options.get("days")
    return site.kit.requests.create(
        to=who,
        items=[RequestItem("Passport", key="passport"), RequestItem("Bank card", key="card"), RequestItem("x", min=0)],
        about=site.relaunch,
        due=site.clock.now() + timedelta(days=days) if isinstance(days, int) else None,
        by=site.maria,
    )


def test_what_is_asked_of_somebody_stands_above_the_lists(site: Site) -> None:
    """With how far they have come, until when it is wanted, and a way to the page that takes it; of nobody else."""
    who = contact(site, locale="de")
    request, browser = asked(site, who, days=3), inside(site, who)
    token = site.kit.requests.token(request, who)
    before = text_of(browser.get("/p/"))
    site.kit.requests.submit(token, "passport", "card.pdf", PDF)
    after = text_of(browser.get("/p/documents"))
    other = text_of(inside(site, contact(site, "Ben")).get("/p/"))

    assert "Anforderungen an Sie" in before
    assert "0 von 2 erhalten" in before
    assert "Benötigt bis" in before
    assert f'href="/u/{token}"' in before
    assert "Dokumente hochladen" in before
    assert "1 von 2 erhalten" in after
    assert "Bank card" in after
    assert "Passport" not in after
    assert "/u/" not in other


def test_what_was_sent_back_says_why_and_what_is_late_says_so(site: Site) -> None:
    """Until it has come, or is over."""
    who = contact(site)
    request, browser = asked(site, who, days=1), inside(site, who)
    sent = site.kit.requests.submit(site.kit.requests.token(request, who), "passport", "card.pdf", PDF)
    site.kit.requests.send_back(sent, reason="Both sides <please>.", by=site.maria)
    site.clock.advance(timedelta(hours=11))
    browser.get("/p/")
    back = text_of(browser.get("/p/"))
    site.clock.advance(timedelta(hours=11))
    browser.get("/p/")
    site.clock.advance(timedelta(hours=3))
    late = text_of(browser.get("/p/"))
    site.kit.requests.cancel(request, by=site.maria)

    assert "Sent back: Both sides &lt;please&gt;." in back
    assert "overdue" not in back
    assert "overdue" in late
    assert "Requests for you" not in text_of(browser.get("/p/"))


def test_chosen_documents_come_as_one_zip() -> None:
    """Those that were ticked, and no others; with nothing ticked the list is shown again."""
    site = make_site()
    who = contact(site)
    for name in ("a.txt", "b.txt", "c.txt"):
        site.kit.documents.add(site.relaunch, name, name.encode(), by=site.maria)
    site.kit.shares.grant(site.relaunch, to=who, by=site.maria)
    browser = inside(site, who)
    page = text_of(browser.get("/p/documents"))
    ids = re.findall(r'type="checkbox" name="document" value="([^"]+)" form="several"', page)
    packed = browser.send("GET", "/d/", query=f"document={ids[0]}&document={ids[2]}")
    nothing = browser.get("/d/")

    assert 3 == len(ids)
    assert 'type="checkbox"' not in text_of(browser.get("/p/"))
    assert ["a.txt", "c.txt"] == sorted(zipfile.ZipFile(io.BytesIO(whole(packed))).namelist())
    assert "/p/documents" == nothing.header("Location")
