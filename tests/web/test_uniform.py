"""What must not be told apart is one answer, byte by byte (R-ENUM-1)."""

from collections.abc import Callable

import pytest

from sharekit import ReadLink, Visibility
from sharekit.codec.kinds import READ_LINK
from sharekit.ids import random_id
from sharekit.tokens import Claims, Purpose, Seals
from tests.web.conftest import FORM, KEY, SAME_SITE, Site


def _revoke(site: Site, link: ReadLink) -> str:
    site.kit.links.revoke(link, by=site.maria)
    return site.kit.links.token(link)


def _revoked_later(site: Site, link: ReadLink) -> str:
    token = site.kit.links.token(link)
    site.kit.links.revoke(link, by=site.maria)
    return token


def _delete(site: Site, link: ReadLink) -> str:
    with site.records.transaction(site.kit.tenant, write=True) as tx:
        row = tx.get(READ_LINK.name, link.id)

        assert row is not None
        tx.delete(READ_LINK.name, link.id, row.revision)
    return site.kit.links.token(link)


def _remove(site: Site, link: ReadLink) -> str:
    site.kit.catalog.remove(link.ref, by=site.maria)
    return site.kit.links.token(link)


def _hide(site: Site, link: ReadLink) -> str:
    site.kit.catalog.put(link.ref, title="x", visibility=Visibility.INTERNAL, by=site.maria)
    return site.kit.links.token(link)


def _sack(site: Site, link: ReadLink) -> str:
    site.kit.people.deactivate(site.maria, by=site.root)
    return site.kit.links.token(link)


def _exhaust(site: Site, link: ReadLink) -> str:
    counted = site.link(max_uses=1)
    token = site.kit.links.token(counted)
    site.kit.links.redeem(token)
    return token


def _never_made(site: Site, link: ReadLink) -> str:
    return Seals([KEY]).seal(Purpose.LINK, Claims(site.kit.tenant, random_id(), 1))


def _other_tenant(site: Site, link: ReadLink) -> str:
    return Seals([KEY]).seal(Purpose.LINK, Claims(site.kit.for_tenant("other").tenant, link.id, 1))


def _other_purpose(site: Site, link: ReadLink) -> str:
    return Seals([KEY]).seal(Purpose.LINK_SESSION, Claims(link.tenant, link.id, 1, (0, 0)))


def _forged(site: Site, link: ReadLink) -> str:
    return Seals([b"another key of thirty-two bytes!"]).seal(Purpose.LINK, Claims(link.tenant, link.id, 1))


def _cut(site: Site, link: ReadLink) -> str:
    return site.kit.links.token(link)[:-1]


def _garbage(site: Site, link: ReadLink) -> str:
    return "%00 ../<b>ż"


DEATHS: tuple[Callable[[Site, ReadLink], str], ...] = (
    _revoke,
    _revoked_later,
    _delete,
    _remove,
    _hide,
    _sack,
    _exhaust,
    _never_made,
    _other_tenant,
    _other_purpose,
    _forged,
    _cut,
    _garbage,
)


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_dead_link_is_an_unknown_address(
    site: Site, death: Callable[[Site, ReadLink], str], language: str
) -> None:
    """Page, form and report of a dead link answer with the bytes and headers of an address that never was."""
    path = f"/l/{death(site, site.link())}"
    site.loads.calls.clear()
    ana = site.browser(language=language)
    unknown = ana.get("/no/such/address")
    form = SAME_SITE | FORM

    assert unknown.status == 404
    assert unknown == ana.get(path)
    assert unknown == ana.send("POST", path, headers=form, body=b"password=x")
    assert unknown == ana.send("POST", f"{path}/seen", headers=SAME_SITE)
    assert ana.send("HEAD", "/no/such/address") == ana.send("HEAD", path)
    assert [] == site.loads.calls


@pytest.mark.parametrize("death", [_revoked_later, _delete, _remove, _hide, _sack])
def test_every_dead_visit_is_an_unknown_address(site: Site, death: Callable[[Site, ReadLink], str]) -> None:
    """So does the page of a visit whose link has died."""
    link = site.link(max_uses=5)
    ana = site.browser()
    entered = ana.post(site.portal.link_path(link))
    death(site, link)

    assert ana.get("/no/such/address") == ana.follow(entered)


@pytest.mark.parametrize("ticket", ["x", "link-session.default.x.1.0.0.y", "ż" * 300], ids=["short", "shaped", "long"])
def test_a_made_up_ticket_is_an_unknown_address(site: Site, ticket: str) -> None:
    """A cookie that nobody gave out opens nothing and tells nothing."""
    ana = site.browser()
    ana.cookies["__Host-sharekit-0123456789abcdef0123"] = ticket

    assert ana.get("/no/such/address") == ana.get("/v/0123456789abcdef0123")


@pytest.mark.parametrize(
    "path", ["", "/", "/l", "/l/", "/l/a/b", "/l/a/seen/", "/v/", "/v/a/b", "/static/", "/static/../portal.py", "/L/x"]
)
def test_any_other_address_is_unknown(quick_site: Site, path: str) -> None:
    """There are no other addresses, and none leads out of the folder of our files."""
    ana = quick_site.browser()

    assert ana.get("/no/such/address") == ana.get(path)
