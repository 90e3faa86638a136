"""The panels that hand things over, and that tell of upload pages and of answers by mail."""

import pytest

from sharekit import Action, Contact, ResourceRef, Right, Staff, System
from sharekit.records.requests import RequestItem
from sharekit.testing import FrozenClock, kit
from sharekit.web import Portal, StaffPanels, StaffUrls
from sharekit.web.locales import LANGUAGES
from tests.features._mail import PROJECT, office
from tests.web.conftest import Site, make_site
from tests.web.test_staff_panels import text_of

BEN = Staff("ben")
SHOP = ResourceRef("project", "8")
NAMES = {"maria": "Maria", "ben": "Ben", "eva": "Eva"}


def panels(site: Site, by: Staff | System | None = None, locale: str = "en") -> StaffPanels:
    """Return the panels of Maria, or of somebody else, who work with Ben."""
    return site.portal.staff_panels(
        by or site.maria,
        locale=locale,
        staff_name=lambda staff: NAMES.get(staff.id),
        colleagues=lambda: [site.maria, BEN],
    )


def test_all_that_somebody_answers_for_is_handed_over(site: Site) -> None:
    """After a look at what it is; links go on, and whoever took it over answers for it."""
    site.kit.catalog.put(SHOP, title="Cheap shop", client_title="Webshop", owner=site.maria, by=site.maria)
    path = site.path()
    form = {"owner": [site.maria.key], "to": [BEN.key]}
    empty, planned = panels(site).handover(), panels(site).handover({**form, "do": ["plan"]})
    owners = [site.kit.catalog.get(ref).owner for ref in (site.relaunch, SHOP)]
    done = panels(site).handover({**form, "do": ["save"]})
    again = panels(site, BEN).handover({**form, "do": ["save"]})

    assert f'<option value="{site.maria.key}" selected>Maria</option>' in empty.html
    assert "Ben will answer for “Cheap shop”" in text_of(planned.html)
    assert "Nobody comes to see anything that they do not see already" in text_of(planned.html)
    assert (planned.done, owners) == (None, [site.maria.key] * 2)
    assert done.done == "2 things are handed over to Ben."
    assert [BEN.key] * 2 == [site.kit.catalog.get(ref).owner for ref in (site.relaunch, SHOP)]
    assert site.browser().get(path).status == 200
    assert again.done == "Nothing was changed."


def test_a_host_hands_over_in_its_own_records_too(site: Site) -> None:
    """Its own way is taken once, when it is meant; those who left can be named besides."""
    told: list[tuple[Staff, Staff]] = []
    eva, root = Staff("eva"), panels(site, System("root"))
    form = {"owner": [eva.key], "to": [BEN.key]}
    unknown = root.handover({**form, "do": ["plan"]})
    site.kit.catalog.put(SHOP, title="Shop", owner=eva, by=System("root"))

    def do(owner: Staff, to: Staff) -> None:
        told.append((owner, to))
        site.kit.shares.handover(owner, to=to, by=System("root"))

    root.handover({**form, "do": ["plan"]}, owners=[eva], hand_over=do)
    done = root.handover({**form, "do": ["save"]}, owners=[eva], hand_over=do)

    assert unknown.status == 422
    assert told == [(eva, BEN)]
    assert done.done == "One thing is handed over to Ben."


@pytest.mark.parametrize(
    ("owner", "to"), [("maria", "maria"), ("maria", "nobody"), ("nobody", "ben"), ("", ""), ("ben", "")]
)
def test_who_is_not_offered_is_not_taken(site: Site, owner: str, to: str) -> None:
    """Neither oneself, nor somebody unknown, nor nobody."""
    answer = panels(site).handover({"do": ["save"], "owner": [f"staff:{owner}"], "to": [f"staff:{to}"]})

    assert (answer.status, answer.done) == (422, None)
    assert "Choose two different colleagues." in answer.html
    assert site.kit.catalog.get(site.relaunch).owner == site.maria.key


class Owners:
    """A directory by which only Maria does more than look."""

    def rights(self, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
        """Return what each may."""
        del ref
        return frozenset(Right) if staff.id == "maria" else frozenset({Right.VIEW})


def test_whoever_may_not_is_told_so_and_nothing_changes() -> None:
    """Neither by planning nor by doing it; nor is anything given to somebody who was deactivated."""
    maria = Staff("maria")
    own = kit(directory=Owners(), clock=FrozenClock())
    own.catalog.put(PROJECT, title="Relaunch", owner=maria, by=maria)
    own.people.add_staff(Staff("gone"), name="Gone", by=System("root"))
    own.people.deactivate(Staff("gone"), by=System("root"))

    def desk(by: Staff) -> StaffPanels:
        return Portal(own).staff_panels(by, colleagues=lambda: [maria, BEN, Staff("gone")])

    form = {"owner": [maria.key], "to": [BEN.key]}
    refused = [desk(BEN).handover({**form, "do": [do]}) for do in ("plan", "save")]
    gone = desk(maria).handover({"owner": [maria.key], "to": ["staff:gone"], "do": ["save"]})

    assert [403, 403] == [answer.status for answer in refused]
    assert "You may not hand all of this over" in refused[1].html
    assert (gone.status, "Gone does not work here any more." in gone.html) == (422, True)
    assert own.catalog.get(PROJECT).owner == maria.key


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_panel_speaks_every_language(site: Site, locale: str) -> None:
    """Titles that look like places to be filled, or like markup, are only read."""
    site.kit.catalog.put(SHOP, title="100% %(name)s <b>", owner=site.maria, by=site.maria)
    form = {"owner": [site.maria.key], "to": [BEN.key]}
    told = [panels(site, locale=locale).handover({**form, "do": [do]}) for do in ("", "plan", "save")]

    assert "100% %(name)s &lt;b&gt;" in told[1].html
    assert "2" in (told[2].done or "")


def test_upload_pages_and_answers_by_mail_are_told_of() -> None:
    """With those for whom they are, where to look at each, and until when; gone when they end (R-LINK-8)."""
    here = office(about=True)
    bo = Contact(here.kit.people.add_contact("Bo <b>", "bo@x.test", by=here.maria).id)
    request = here.kit.requests.create(
        to=[Contact(here.ana.id), bo],
        items=[RequestItem("ID card <i>"), RequestItem("Passport")],
        subject="Documents for {title}",
        body="b",
        about=PROJECT,
        by=here.maria,
    )
    here.address()
    urls = StaffUrls(requests=lambda ref: f"/asked/{ref.id}", conversation=lambda talk: f"/talks/{talk}")
    desk = Portal(here.kit).staff_panels(here.maria, urls=urls)
    seen = desk.who_can_see(PROJECT)
    here.kit.requests.cancel(request, by=here.maria)
    here.kit.conversations.revoke_reply_addresses(Contact(here.ana.id), by=here.maria)
    after = text_of(desk.who_can_see(PROJECT))

    assert "Nobody outside sees it." in text_of(seen)
    assert "Can send files by an upload page Ana and Bo &lt;b&gt; Asked for: ID card &lt;i&gt; and Passport" in text_of(
        seen
    )
    assert "Can answer by mail Ana In the conversation “Two drafts”, until" in text_of(seen)
    assert ('href="/asked/42"' in seen, f'href="/talks/{here.talk.id}"' in seen) == (True, True)
    assert "Can send files" not in after
    assert "Can answer by mail" not in after


def test_a_site_without_colleagues_hands_nothing_over() -> None:
    """Nobody is offered, and what is typed all the same is not taken."""
    site = make_site()
    answer = site.portal.staff_panels(site.maria).handover({"do": ["save"], "owner": [site.maria.key], "to": [BEN.key]})

    assert answer.status == 422
    assert site.kit.access.can(site.maria, Action.SHARE, site.relaunch)
