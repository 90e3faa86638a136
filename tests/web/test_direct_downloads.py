"""Downloads from the store itself: only where the host wants them, for a minute, and as harmless as by the door."""

from datetime import timedelta

import httpx
import pytest

from sharekit import LinkHolder, Staff
from sharekit.backends.fsspec import DirectFsspecBlobStore, FsspecBlobStore
from sharekit.backends.memory import MemoryRecordStore
from sharekit.errors import ConfigurationError, InvalidInputError, NotFoundError
from sharekit.ids import BlobKey
from sharekit.ports import BlobStore
from sharekit.records.documents import Document
from sharekit.testing import FrozenClock, SectionLoads, kit, project_kind
from sharekit.web import Portal
from tests.servers.s3 import Bucket
from tests.web.conftest import KEY, Site
from tests.web.test_clients import contact, inside
from tests.web.test_downloads import whole

ADDRESS = "https://bucket.example/"


class Addressed(FsspecBlobStore):
    """A store in memory that has addresses to give, and notes for what."""

    def __init__(self) -> None:
        super().__init__("memory://")
        self.asked: list[tuple[timedelta, str, str]] = []

    def direct_url(self, key: BlobKey, *, lives: timedelta, name: str, media_type: str) -> str:
        """Return an address that leads nowhere."""
        self.asked.append((lives, name, media_type))
        return f"{ADDRESS}{key}"


def site_on(blobs: BlobStore, *, direct: bool = True) -> Site:
    """Return a site whose bytes are there."""
    clock, loads = FrozenClock(), SectionLoads()
    store = MemoryRecordStore()
    made = kit(records=store, blobs=blobs, clock=clock, kinds=[project_kind(loads)], secret_keys=[KEY])
    portal = Portal(made, site_name="Studio", direct_downloads=direct)
    site = Site(kit=made, records=store, clock=clock, loads=loads, portal=portal)
    made.catalog.put(site.relaunch, title="in", client_title="Relaunch", by=site.maria)
    return site


def plan(site: Site, name: str = "Plän.txt", body: bytes = b"The plan") -> Document:
    """Add a document to the project."""
    return site.kit.documents.add(site.relaunch, name, body, by=site.maria)


def test_a_whole_file_is_fetched_from_the_store() -> None:
    """The door decides, and sends the browser on; it is noted as opened, and nobody keeps the address."""
    blobs = Addressed()
    site = site_on(blobs)
    who, paper = contact(site), plan(site)
    site.kit.shares.grant(site.relaunch, to=who, by=site.maria)
    answer = inside(site, who).get(f"/d/{paper.id}")

    assert 303 == answer.status
    assert (answer.header("Location") or "").startswith(ADDRESS)
    assert "private, no-store" == answer.header("Cache-Control")
    assert answer.header("Set-Cookie") is None
    assert [(timedelta(seconds=60), "Plän.txt", "text/plain")] == blobs.asked
    assert "document-opened" in [entry.action for entry in site.audit()]


def test_what_only_the_door_can_do_it_does() -> None:
    """A look without the bytes, a part, and what the browser has already; and all of it when the host wants no more."""
    site = site_on(Addressed())
    who, paper = contact(site), plan(site)
    site.kit.shares.grant(site.relaunch, to=who, by=site.maria)
    browser = inside(site, who)
    head = browser.send("HEAD", f"/d/{paper.id}")
    etag = head.header("ETag") or ""
    part = browser.get(f"/d/{paper.id}", Range="bytes=0-2")
    all_of_it = browser.get(f"/d/{paper.id}", Range="bytes=0-")
    known = browser.get(f"/d/{paper.id}", **{"If-None-Match": etag})
    plain = site_on(Addressed(), direct=False)
    other = plan(plain)
    staff = plain.browser()

    assert (200, b"", str(len(b"The plan"))) == (head.status, whole(head), head.header("Content-Length"))
    assert (206, b"The") == (part.status, whole(part))
    assert (200, b"The plan") == (all_of_it.status, whole(all_of_it))
    assert 304 == known.status
    assert b"The plan" == plain.kit.documents.open(other, by=plain.maria).read()
    assert 403 == staff.get(f"/d/{other.id}").status


def test_what_browsers_would_run_is_called_something_else() -> None:
    """A web page that staff added is no web page at the store either."""
    blobs = Addressed()
    site = site_on(blobs)
    who, page = contact(site), plan(site, "page.html", b"<!doctype html><script>alert(1)</script>")
    site.kit.shares.grant(page.ref, to=who, by=site.maria)
    inside(site, who).get(f"/d/{page.id}")
    ((_, name, media_type),) = blobs.asked

    assert "page.html" == name
    assert media_type in {"application/octet-stream", "text/plain"}


def test_nobody_gets_an_address_who_gets_no_bytes() -> None:
    """It is decided as for every reading; afterwards it lives for a minute at most."""
    site = site_on(Addressed())
    ana, paper = contact(site), plan(site)

    with pytest.raises(NotFoundError):
        site.kit.documents.direct_url(paper, by=ana)
    with pytest.raises(NotFoundError):
        site.kit.documents.direct_url(paper, by=LinkHolder("nothing"))
    for lives in (timedelta(seconds=61), timedelta()):
        with pytest.raises(InvalidInputError):
            site.kit.documents.direct_url(paper, by=site.maria, lives=lives)
    assert (site.kit.documents.direct_url(paper, by=Staff("maria")) or "").startswith(ADDRESS)


def test_a_store_without_addresses_is_told_at_once() -> None:
    """The portal does not start; asked all the same, the kit has none to give."""
    with pytest.raises(ConfigurationError):
        site_on(FsspecBlobStore("memory://"))
    site = site_on(FsspecBlobStore("memory://"), direct=False)

    assert not site.kit.documents.direct
    assert site.kit.documents.direct_url(plan(site), by=site.maria) is None


@pytest.mark.slow
def test_a_bucket_gives_the_bytes_as_an_attachment(moto_bucket: Bucket) -> None:
    """Followed by a real client, the address has the name and the type that the portal said."""
    site = site_on(DirectFsspecBlobStore(moto_bucket.url, options=moto_bucket.options))
    who, paper = contact(site), plan(site)
    site.kit.shares.grant(site.relaunch, to=who, by=site.maria)
    place = inside(site, who).get(f"/d/{paper.id}").header("Location")
    answer = httpx.get(place or "", timeout=240)  # seconds; a machine that is busy answers late

    assert b"The plan" == answer.content
    assert "text/plain" == answer.headers["Content-Type"]
    assert answer.headers["Content-Disposition"].startswith("attachment;")
