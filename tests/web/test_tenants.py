"""Several tenants in one process."""

from collections.abc import Callable

import pytest

from sharekit import ReadLink, Sharekit
from sharekit.web import WebRequest
from tests.web.conftest import SAME_SITE, Site, make_site, text_of


def make_other(site: Site) -> tuple[Sharekit, ReadLink]:
    """Return the kit of another tenant of the same site, and a link to a project of its own."""
    kit = site.kit.for_tenant("other")
    kit.catalog.put(site.relaunch, title="Rebrand", client_title="Rebrand", by=site.maria)
    return kit, kit.links.create(site.relaunch, sections={"progress"}, max_uses=5, by=site.maria)


def test_a_token_tells_its_tenant(site: Site) -> None:
    """One portal shows the links of all tenants, each from its own rows."""
    _, link = make_other(site)
    ana = site.browser()
    mine = ana.get(site.path())
    theirs = ana.follow(ana.post(site.portal.link_path(link)))

    assert "<h1>Relaunch</h1>" in text_of(mine)
    assert "<h1>Rebrand</h1>" in text_of(theirs)


def test_views_are_counted_in_their_tenant(site: Site) -> None:
    """The report of a view goes to the tenant of the link."""
    kit, _ = make_other(site)
    link = kit.links.create(site.relaunch, sections={"progress"}, by=site.maria)
    site.browser().send("POST", f"{site.portal.link_path(link)}/seen", headers=SAME_SITE)

    assert kit.links.get(link).views == 1


def by_host(request: WebRequest) -> str | None:
    """Tell the tenant from the host name."""
    return {"https://portal.example": "default", "https://other.example": "other"}.get(request.origin)


def nobody(_: WebRequest) -> str | None:
    """Know no tenant."""
    return None


def impossible(request: WebRequest) -> str | None:
    """Take the host name itself, which can be no tenant."""
    return request.origin


@pytest.mark.parametrize(
    ("resolve", "statuses"), [(by_host, (200, 404)), (nobody, (404, 404)), (impossible, (404, 404))]
)
def test_a_host_tells_the_tenant(resolve: Callable[[WebRequest], str | None], statuses: tuple[int, int]) -> None:
    """Where the host says which tenant a request is for, the links of others are unknown."""
    site = make_site(resolve_tenant=resolve)
    _, link = make_other(site)
    ana = site.browser()
    own, foreign = ana.get(site.path()), ana.get(site.portal.link_path(link))

    assert statuses == (own.status, foreign.status)
    assert foreign == ana.get("/x")


def test_a_ticket_of_another_tenant_is_unknown() -> None:
    """So are their visits."""
    tenants = ["other", "default"]
    site = make_site(resolve_tenant=lambda _: tenants[-1])
    _, link = make_other(site)
    ana = site.browser()
    tenants.append("other")
    entered = ana.post(site.portal.link_path(link))
    inside = ana.follow(entered)
    tenants.append("default")

    assert inside.status == 200
    assert ana.follow(entered).status == 404


def test_the_host_is_not_asked_about_garbage() -> None:
    """A false token is refused before anything of the host runs."""

    def never(_: WebRequest) -> str | None:
        raise AssertionError

    assert make_site(resolve_tenant=never).browser().get("/l/x").status == 404
