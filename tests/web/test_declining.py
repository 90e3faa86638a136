"""A contact gives back what was shared with them: asked first, done by a form, and only what is theirs (p27)."""

from sharekit import Action, ResourceRef, signals
from tests.web.conftest import Site, text_of
from tests.web.test_clients import contact, inside, names
from tests.web.test_staff_panels import text_of as words_of

ITEM = "/p/project/42"
DECLINE = f"{ITEM}/decline"


def test_a_share_is_given_back_after_a_question(site: Site) -> None:
    """Looking changes nothing; the form takes the thing out of the list, staff hear of it and may share it again."""
    who = contact(site)
    site.kit.shares.grant(site.relaunch, to=who, by=site.maria)
    ana = inside(site, who)
    offered, question = ana.get(ITEM), ana.get(DECLINE)
    heard: list[str] = []
    with signals.share_declined.connected(lambda event: heard.append(event.party)):
        given = ana.post(DECLINE)
    home = ana.send("GET", "/p/", query="given-back=1")

    assert f'href="{DECLINE}"' in text_of(offered)
    assert question.status == 200
    assert "You will not see “Relaunch” any more." in words_of(text_of(question))
    assert (given.status, given.header("Location"), heard) == (303, "/p/?given-back=1", [who.key])
    assert "You have given it back." in text_of(home)
    assert [] == names(text_of(home))
    site.kit.shares.grant(site.relaunch, to=who, by=site.maria)
    assert ana.get(ITEM).status == 200


def test_what_is_shared_in_another_way_too_stays(site: Site) -> None:
    """It is said beforehand, and the form leads back to the thing, where nothing is left to give back."""
    who = contact(site)
    acme = site.kit.people.add_organization("Acme", by=site.maria)
    site.kit.people.join(who, acme, by=site.maria)
    site.kit.shares.grant(site.relaunch, to=[who, acme], by=site.maria)
    ana = inside(site, who)
    question = ana.get(DECLINE)
    given = ana.post(DECLINE)

    assert "“Relaunch” is shared with you in another way, too." in words_of(text_of(question))
    assert given.header("Location") == ITEM
    assert "decline" not in text_of(ana.follow(given))
    assert site.kit.access.can(who, Action.VIEW, site.relaunch)


def test_what_is_not_theirs_to_give_back_is_not_there(site: Site) -> None:
    """Of a company's share, of what they do not see, of what is gone and of nonsense there is one page."""
    who = contact(site)
    acme = site.kit.people.add_organization("Acme", by=site.maria)
    site.kit.people.join(who, acme, by=site.maria)
    site.kit.shares.grant(site.relaunch, to=acme, by=site.maria)
    shop = ResourceRef("project", "8")
    site.kit.catalog.put(shop, title="Shop", client_title="Shop", by=site.maria)
    site.kit.shares.grant(shop, to=contact(site, "Bo"), by=site.maria)
    ana, rows = inside(site, who), len(site.kit.shares.of(site.relaunch))
    paths = [DECLINE, "/p/project/8/decline", "/p/project/none/decline", "/p/nothing/1/decline", "/p/x%20y/1/decline"]
    answers = [(ana.get(path), ana.post(path)) for path in paths]

    assert {404} == {answer.status for pair in answers for answer in pair}
    assert 1 == len({answer.body for pair in answers for answer in pair})
    assert "decline" not in text_of(ana.get(ITEM))
    assert rows == len(site.kit.shares.of(site.relaunch))


def test_nobody_gives_back_by_the_form_of_another_site(site: Site) -> None:
    """Nor does a program without a session, whatever it sends."""
    who = contact(site)
    site.kit.shares.grant(site.relaunch, to=who, by=site.maria)
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}

    assert inside(site, who).send("POST", DECLINE, headers=foreign).status == 403
    assert site.browser().post(DECLINE).status == 403
    assert site.kit.access.can(who, Action.VIEW, site.relaunch)
