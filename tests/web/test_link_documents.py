"""Documents by read links: a section lists them, its holder has just those, and they die with the link."""

import re

import pytest

from sharekit import Action, LinkHolder, NewChildren, ReadLink, ResourceKind, ResourceRef, Section, Visibility
from sharekit.errors import LinkUnavailableError, NotFoundError, RedeemRequired, VisitEndedError
from sharekit.ports import RecordStore
from sharekit.records.documents import Document, DocumentPage, DocumentSection
from sharekit.records.unset import UNSET, Unset
from tests.web.conftest import Browser, Site, make_site, text_of
from tests.web.test_clients import contact, inside
from tests.web.test_downloads import whole

FOLDER = ResourceRef("folder", "1")
KINDS = [
    ResourceKind(
        "project",
        title="Project",
        sections={
            "progress": Section("Progress", load=lambda _: "60 %"),
            "papers": DocumentSection("Papers", client=True, titles={"de": "Unterlagen"}),
        },
    ),
    ResourceKind("folder", title="Folder"),
]


@pytest.fixture
def site(records: RecordStore) -> Site:
    """A site whose project has a section that lists its documents."""
    return make_site(records, KINDS, site_name="Studio")


def add(
    site: Site, name: str, container: ResourceRef | None = None, visibility: Visibility | Unset = UNSET
) -> Document:
    """Add a document to the project, or to something else."""
    return site.kit.documents.add(container or site.relaunch, name, name.encode(), by=site.maria, visibility=visibility)


def papers(site: Site) -> ReadLink:
    """Make a link that shows the documents."""
    return site.link(sections={"papers"})


def paths(page: str) -> list[str]:
    """Return where a page says that documents are."""
    return re.findall(r'class="download" href="([^"]+)"', page)


def test_a_section_lists_documents_and_gives_them(site: Site, ana: Browser) -> None:
    """With their bytes as harmless as everywhere, and no more than they are; nothing is counted by it."""
    add(site, "Plan.txt")
    link = papers(site)
    page = text_of(ana.get(site.portal.link_path(link)))
    (path,) = paths(page)
    answer, part, head = ana.get(path), ana.get(path, Range="bytes=0-1"), ana.send("HEAD", path)
    opened = [each for each in site.audit() if each.action == "document-opened"]

    assert "Plan.txt" in page
    assert (200, b"Plan.txt") == (answer.status, whole(answer))
    assert (206, b"Pl") == (part.status, whole(part))
    assert (200, b"") == (head.status, whole(head))
    assert "attachment" in (answer.header("Content-Disposition") or "")
    assert "private, no-store" == answer.header("Cache-Control")
    assert answer.header("Set-Cookie") is None
    assert 0 == site.kit.links.get(link).views
    assert {LinkHolder(link.id).key} == {each.actor for each in opened}


def test_just_those_and_no_others(site: Site, ana: Browser) -> None:
    """What is internal, shared by itself alone, elsewhere, removed or only known by its id is not there."""
    site.kit.catalog.put(FOLDER, title="in", client_title="Folder", container=site.relaunch, by=site.maria)
    closed = ResourceRef("folder", "2")
    site.kit.catalog.put(
        closed, title="in", client_title="x", container=site.relaunch, new_children=NewChildren.HIDDEN, by=site.maria
    )
    elsewhere = ResourceRef("project", "8")
    site.kit.catalog.put(elsewhere, title="Other", client_title="Other", by=site.maria)
    shown = [add(site, "a.txt"), add(site, "b.txt", FOLDER)]
    ben = site.kit.people.add_contact("Ben", "ben@acme.example", by=site.maria)
    unshared, named, gone = add(site, "c.txt"), add(site, "d.txt"), add(site, "e.txt")
    site.kit.documents.unshare(unshared, by=site.maria)
    site.kit.catalog.restrict(named.ref, by=site.maria)
    site.kit.shares.grant(named.ref, to=ben, by=site.maria)
    site.kit.documents.remove(gone, by=site.maria)
    others = [unshared, named, gone, add(site, "f.txt", visibility=Visibility.INTERNAL)]
    others += [add(site, "g.txt", elsewhere), add(site, "h.txt", closed)]
    link = papers(site)
    page = ana.get(site.portal.link_path(link))
    token, holder = site.kit.links.token(link), LinkHolder(link.id)
    decided = {each.name: site.kit.access.can(holder, Action.VIEW, each.ref) for each in [*shown, *others]}
    answers = {each.name: ana.get(f"/l/{token}/d/{each.id}").status for each in [*shown, *others]}

    assert ["a.txt", "b.txt"] == re.findall(r"<strong>([^<]+)</strong>", text_of(page))
    assert {"a.txt", "b.txt"} == {name for name, may in decided.items() if may}
    assert answers == {name: 200 if may else 404 for name, may in decided.items()}
    assert 404 == ana.get(f"/l/{token}/d/nothing").status


def test_a_link_without_the_section_gives_nothing(site: Site, ana: Browser) -> None:
    """Nor once it is switched off; what was on the page before is dead at once."""
    paper = add(site, "Plan.txt")
    plain = site.link(sections={"progress"})
    link = site.link(sections={"progress", "papers"})
    path = paths(text_of(ana.get(site.portal.link_path(link))))[0]
    site.kit.links.update(link, sections={"progress"}, by=site.maria)

    assert 404 == ana.get(f"/l/{site.kit.links.token(plain)}/d/{paper.id}").status
    assert 404 == ana.get(path).status
    assert "Plan.txt" not in text_of(ana.get(site.portal.link_path(link)))


def test_documents_die_with_the_link(site: Site, ana: Browser) -> None:
    """By revoking, by the end of its time, by its maker's rights; a forged token gets the same answer."""
    paper = add(site, "Plan.txt")
    revoked, ended = papers(site), papers(site)
    token = site.kit.links.token(revoked)
    site.kit.links.revoke(revoked, by=site.maria)
    site.kit.catalog.put(site.relaunch, title="Relaunch", visibility=Visibility.INTERNAL, by=site.maria)
    dead = [ana.get(f"/l/{each}/d/{paper.id}") for each in (token, site.kit.links.token(ended), "x" * 40)]

    assert [404, 404, 404] == [answer.status for answer in dead]
    assert 1 == len({answer.body for answer in dead})
    with pytest.raises(LinkUnavailableError):
        site.kit.links.holder(token)
    with pytest.raises(NotFoundError):
        site.kit.documents.open(paper, by=LinkHolder(revoked.id))


def test_a_guarded_link_gives_documents_to_its_visit_alone(site: Site, ana: Browser) -> None:
    """One use lets in, and goes on for as many documents as there are; the token alone leads to the door."""
    paper = add(site, "Plan.txt")
    link = site.link(sections={"papers"}, max_uses=1, password="open sesame")
    path = site.portal.link_path(link)
    token = site.kit.links.token(link)
    early = ana.get(f"/l/{token}/d/{paper.id}")
    page = ana.follow(ana.post(path, password="open sesame"))
    (place,) = paths(text_of(page))
    answers = [whole(ana.get(place)) for _ in range(3)]
    stranger = site.browser("192.0.2.9")
    site.kit.links.revoke(link, by=site.maria)

    assert path == early.header("Location")
    assert [b"Plan.txt"] * 3 == answers
    assert 1 == site.kit.links.get(link).uses
    assert 403 == stranger.get(place).status
    assert 404 == ana.get(place).status


def test_the_holder_of_a_secret_is_told_by_the_kit(site: Site) -> None:
    """By the token, or by the ticket of a visit; a link that must be redeemed says so."""
    paper = add(site, "Plan.txt")
    link, guarded = papers(site), site.link(sections={"papers"}, max_uses=2)
    holder = site.kit.links.holder(site.kit.links.token(link))
    visit = site.kit.links.redeem(site.kit.links.token(guarded))
    ticket = visit.ticket or ""
    listed = visit.sections["papers"].content

    assert b"Plan.txt" == site.kit.documents.open(paper, by=holder).read()
    assert b"Plan.txt" == site.kit.documents.open(paper, by=site.kit.links.holder(ticket)).read()
    assert isinstance(listed, DocumentPage)
    assert [(None, False)] == [(item.uploader, item.uploaded) for item in listed.items]
    with pytest.raises(RedeemRequired):
        site.kit.links.holder(site.kit.links.token(guarded))
    site.kit.links.update(guarded, password="another", by=site.maria)
    with pytest.raises(VisitEndedError):
        site.kit.links.holder(ticket)
    for action in (Action.EDIT, Action.COMMENT):
        assert not site.kit.access.can(holder, action, paper.ref)


def test_staff_see_who_reads_a_document_by_a_link(site: Site) -> None:
    """The links that list it, and no others; a preview shows the list without a way to the bytes."""
    paper = add(site, "Plan.txt")
    link = papers(site)
    site.link(sections={"progress"})
    hidden = add(site, "Internal.txt", visibility=Visibility.INTERNAL)
    (shown,) = [section for section in site.portal.preview(link).sections if section.visible]

    assert [link.id] == [each.id for each in site.kit.access.who_can_see(paper.ref).links]
    assert () == site.kit.access.who_can_see(hidden.ref).links
    assert "Plan.txt" in shown.html
    assert "href" not in shown.html


def test_contacts_find_their_documents_in_the_same_section(site: Site) -> None:
    """What they see there, also what is shared with them alone; staff see all of it."""
    who = contact(site, locale="de")
    add(site, "Plan.txt")
    named = add(site, "Named.txt")
    site.kit.catalog.restrict(named.ref, by=site.maria)
    site.kit.shares.grant([site.relaunch, named.ref], to=who, by=site.maria)
    browser = inside(site, who)
    page = text_of(browser.get("/p/project/42"))
    content = site.kit.access.view(site.maria, site.relaunch).sections["papers"].content

    assert "Unterlagen" in page
    assert ["Named.txt", "Plan.txt"] == re.findall(r"<strong>([^<]+)</strong>", page)
    assert b"Named.txt" == whole(browser.get(paths(page)[0]))
    assert isinstance(content, DocumentPage)
    assert 2 == len(content.items)
