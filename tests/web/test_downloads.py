"""The bytes of documents over HTTP: whole, in part, or not again; with exactly the headers that keep them harmless."""

import io
import zipfile
from collections.abc import Callable

import attrs
import pytest

from sharekit import Access, Contact, Visibility
from sharekit.backends.fsspec import FsspecBlobStore
from sharekit.ids import BlobKey, blob_prefix
from sharekit.ports import ScanResult, ScanVerdict
from sharekit.records.documents import Document
from sharekit.testing import kit, project_kind
from sharekit.web import Portal, WebResponse
from tests.features._documents import HeldBlobs, text
from tests.web.conftest import Browser, Site, text_of
from tests.web.test_clients import contact, inside

DATA = text(300_000)
EXACT = {
    "Content-Disposition": "attachment; filename=\"Plan.txt\"; filename*=UTF-8''Pl%C3%A4n.txt",
    "Content-Type": "text/plain; charset=utf-8",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "private, no-store",
    "Vary": "Cookie, Authorization",
    "X-Frame-Options": "DENY",
    "Accept-Ranges": "bytes",
}


@attrs.frozen
class Shared:
    """A client who came in, with a document in a project that is shared with them."""

    site: Site
    who: Contact
    browser: Browser
    plan: Document

    @property
    def path(self) -> str:
        """Where its bytes are."""
        return f"/d/{self.plan.id}"


def whole(response: WebResponse) -> bytes:
    """Return everything that a response carries."""
    return response.body + b"".join(response.stream or ())


@pytest.fixture
def shared(site: Site) -> Shared:
    """Such a client."""
    return _shared(site)


def _shared(site: Site) -> Shared:
    who = contact(site)
    site.kit.shares.grant(site.relaunch, to=who, by=site.maria, access=Access.CONTRIBUTE)
    plan = site.kit.documents.add(site.relaunch, "Plän.txt", DATA, by=site.maria)
    return Shared(site, who, inside(site, who), plan)


def test_a_download_is_the_bytes_and_nothing_that_could_run(shared: Shared) -> None:
    """The whole file comes with exactly the headers of requirement R-HTTP-1, and sets no cookie."""
    answer = shared.browser.get(shared.path)
    sent = dict(answer.headers)
    etag = sent.pop("ETag")

    assert answer.status == 200
    assert whole(answer) == DATA
    assert {name: sent[name] for name in EXACT} == EXACT
    assert set(sent) == {*EXACT, "Content-Length", "Permissions-Policy"}
    assert sent["Content-Length"] == str(len(DATA))
    assert len(etag) == 30
    assert "Set-Cookie" not in sent


RANGES = {
    "bytes=0-0": (206, 0, 1),
    "bytes=0-": (200, 0, 300_000),
    "bytes=0-299999": (200, 0, 300_000),
    "bytes=0-999999999": (200, 0, 300_000),
    "bytes=100-199": (206, 100, 200),
    "bytes=299999-": (206, 299_999, 300_000),
    "bytes=-5": (206, 299_995, 300_000),
    "bytes=-300000": (200, 0, 300_000),
    "bytes=-400000": (200, 0, 300_000),
    "bytes=200000-100": (200, 0, 300_000),
    "bytes=0-1,5-6": (200, 0, 300_000),
    "bytes=": (200, 0, 300_000),
    "bytes=-": (200, 0, 300_000),
    "bytes=a-b": (200, 0, 300_000),
    "chunks=0-1": (200, 0, 300_000),
    "bytes=٣-٤": (200, 0, 300_000),
    "bytes=" + "9" * 500 + "-": (200, 0, 300_000),
}


@pytest.mark.parametrize("asked", RANGES)
def test_a_part_is_what_was_asked_for(quick_site: Site, asked: str) -> None:
    """One range is answered exactly, and what cannot be understood is answered with the whole."""
    shared = _shared(quick_site)
    status, start, stop = RANGES[asked]
    answer = shared.browser.send("GET", shared.path, headers={"Range": asked})
    sent = dict(answer.headers)

    assert answer.status == status
    assert whole(answer) == DATA[start:stop]
    assert sent["Content-Length"] == str(stop - start)
    assert sent.get("Content-Range") == (f"bytes {start}-{stop - 1}/300000" if status == 206 else None)
    assert {name: sent[name] for name in EXACT} == EXACT


@pytest.mark.parametrize("asked", ["bytes=300000-", "bytes=999999-", "bytes=-0"])
def test_a_part_beyond_the_end_is_refused(quick_site: Site, asked: str) -> None:
    """416 names the size, with the same headers and no bytes."""
    shared = _shared(quick_site)
    answer = shared.browser.send("GET", shared.path, headers={"Range": asked})
    sent = dict(answer.headers)

    assert (answer.status, whole(answer)) == (416, b"")
    assert (sent["Content-Range"], sent["Content-Length"]) == ("bytes */300000", "0")
    assert {name: sent[name] for name in EXACT} == EXACT


def test_who_has_it_is_not_given_it_again(shared: Shared) -> None:
    """304 for the version that a browser has, by its random tag; a new version has another tag."""
    etag = shared.browser.get(shared.path).header("ETag") or ""
    known = [{"If-None-Match": value} for value in (etag, f"W/{etag}", f'"x", {etag}', "*")]
    answers = [shared.browser.send("GET", shared.path, headers=headers) for headers in known]
    other = shared.browser.send("GET", shared.path, headers={"If-None-Match": '"x"'})
    part = shared.browser.send("GET", shared.path, headers={"If-Range": etag, "Range": "bytes=0-1"})
    shared.site.kit.documents.replace(shared.plan, text(50), by=shared.site.maria)
    anew = shared.browser.send("GET", shared.path, headers={"If-None-Match": etag})
    not_part = shared.browser.send("GET", shared.path, headers={"If-Range": etag, "Range": "bytes=0-1"})

    assert [(answer.status, whole(answer)) for answer in answers] == [(304, b"")] * 4
    assert all({name: dict(answer.headers)[name] for name in EXACT} == EXACT for answer in answers)
    assert (other.status, part.status) == (200, 206)
    assert (anew.status, whole(anew)) == (200, text(50))
    assert (not_part.status, whole(not_part)) == (200, text(50))


def test_what_was_taken_back_is_not_there_whatever_is_known_of_it(shared: Shared) -> None:
    """After a share ends, its tag and its ranges give the answer that an unknown document gives (R-HTTP-2)."""
    etag = shared.browser.get(shared.path).header("ETag") or ""
    shared.site.kit.documents.unshare(shared.plan, by=shared.site.maria)
    unknown = shared.browser.get(f"/d/{'x' * 28}")
    asked = [{}, {"If-None-Match": etag}, {"If-None-Match": "*"}, {"Range": "bytes=0-1", "If-Range": etag}]

    for headers in asked:
        answer = shared.browser.send("GET", shared.path, headers=headers)
        assert (answer.status, answer.body) == (404, unknown.body)
        assert [name for name, _ in answer.headers] == [name for name, _ in unknown.headers]


def test_a_look_at_the_head_reads_nothing(shared: Shared) -> None:
    """HEAD has the headers of the whole and no bytes, heeds no range, and is not noted as opened."""
    full = shared.browser.get(shared.path)
    whole(full)
    opened = len(shared.site.kit.audit.entries(action="document-opened"))
    head = shared.browser.send("HEAD", shared.path, headers={"Range": "bytes=0-1"})

    assert (head.status, whole(head)) == (200, b"")
    assert head.headers == full.headers
    assert len(shared.site.kit.audit.entries(action="document-opened")) == opened == 1


def test_without_a_session_nothing_is_told(shared: Shared) -> None:
    """Who did not come in gets the one answer of the portal, for a document that is there and for any other."""
    stranger = shared.site.browser()
    answers = [stranger.get(path) for path in (shared.path, "/d/unknown", "/d/?document=x", "/p/documents")]

    assert {answer.status for answer in answers} == {403}
    assert len({answer.body for answer in answers}) == 1


@pytest.mark.parametrize("id_", ["..%2f", "%00", "a b", "x" * 500, "sharekit.document:x", "é"])
def test_no_text_is_an_address(shared: Shared, id_: str) -> None:
    """Whatever stands in the place of the id, the answer is the one for what is not there."""
    answer = shared.browser.get(f"/d/{id_}")

    assert answer.status == 404


def test_another_tenants_document_is_not_there(quick_site: Site) -> None:
    """An id of another tenant is like any unknown one."""
    shared = _shared(quick_site)
    other = quick_site.kit.for_tenant("other")
    other.catalog.put(quick_site.relaunch, title="Relaunch", by=quick_site.maria)
    theirs = other.documents.add(quick_site.relaunch, "x.txt", b"text", by=quick_site.maria)

    assert shared.browser.get(f"/d/{theirs.id}").status == 404


TYPES = {
    "page.html": (b"<!doctype html><script>alert(1)</script>", "application/octet-stream"),
    "picture.svg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "application/octet-stream"),
    "notes.csv": (b"a,b\n1,2\n", "text/plain; charset=utf-8"),
}


@pytest.mark.parametrize("name", TYPES)
def test_no_type_that_runs_is_ever_said(quick_site: Site, name: str) -> None:
    """Text is plain text and what browsers would run is mere bytes, always as an attachment."""
    shared = _shared(quick_site)
    data, said = TYPES[name]
    document = quick_site.kit.documents.add(quick_site.relaunch, name, data, by=quick_site.maria)
    answer = shared.browser.get(f"/d/{document.id}")

    assert answer.header("Content-Type") == said
    assert (answer.header("Content-Disposition") or "").startswith("attachment;")


def test_the_pages_lead_to_documents(shared: Shared) -> None:
    """The page of a project lists the documents in it, the documents page all of them, and each can be downloaded."""
    mine = shared.site.kit.documents.add(shared.site.relaunch, "Mine.txt", text(5000), by=shared.who)
    shared.site.kit.documents.add(
        shared.site.relaunch, "Memo.txt", text(10), by=shared.site.maria, visibility=Visibility.INTERNAL
    )
    project = text_of(shared.browser.get("/p/project/42"))
    listed = text_of(shared.browser.get("/p/documents"))
    found = text_of(shared.browser.send("GET", "/p/documents", query="q=pla"))
    page = text_of(shared.browser.get(f"/p/sharekit.document/{shared.plan.id}"))

    for text_ in (project, listed):
        assert f'href="/d/{shared.plan.id}"' in text_
        assert f'href="/d/{mine.id}"' in text_
        assert "Plän.txt" in text_
        assert "300 kB" in text_
        assert "Uploaded by you" in text_
        assert "Memo" not in text_
    assert "Mine.txt" not in found
    assert f'href="/d/{shared.plan.id}"' in page
    assert all(said in page for said in ("TXT", "300 kB", "Added <time"))
    assert "Relaunch" not in listed


def test_several_come_as_one_zip(shared: Shared) -> None:
    """The documents of a page are one ZIP away; one that is not theirs makes the whole be not there."""
    mine = shared.site.kit.documents.add(shared.site.relaunch, "Mine.txt", text(5000), by=shared.who)
    query = f"document={shared.plan.id}&document={mine.id}"
    listed = text_of(shared.browser.get("/p/documents"))
    answer = shared.browser.send("GET", "/d/", query=query)
    packed = zipfile.ZipFile(io.BytesIO(whole(answer)))
    head = shared.browser.send("HEAD", "/d/", query=query)

    assert "/d/?document=" in listed
    assert packed.namelist() == ["Plän.txt", "Mine.txt"]
    assert packed.read("Plän.txt") == DATA
    assert answer.header("Content-Type") == "application/zip"
    assert answer.header("Set-Cookie") is None
    assert (head.status, whole(head)) == (200, b"")
    for bad in ("document=x", query + "&document=x"):
        assert shared.browser.send("GET", "/d/", query=bad).status == 404


@attrs.define
class _Scanner:
    says: ScanVerdict = ScanVerdict.UNDECIDED

    def scan(self, chunks: object) -> ScanResult:
        """Say it without a look."""
        return ScanResult(self.says)


def test_what_is_being_checked_says_so(quick_site: Site) -> None:
    """A document in quarantine is listed as being checked, without a way to its bytes; asking for them leads to it."""
    scanner, blobs = _Scanner(), FsspecBlobStore("memory://")
    made = kit(
        records=quick_site.records,
        clock=quick_site.clock,
        kinds=[project_kind()],
        scanner=scanner,
        blobs=blobs,
        secret_keys=[b"0123456789abcdef0123456789abcdef"],
    )
    shared = _shared(attrs.evolve(quick_site, kit=made, portal=Portal(made)))
    listed = text_of(shared.browser.get("/p/documents"))
    asked = shared.browser.get(shared.path)
    page = text_of(shared.browser.follow(asked))
    scanner.says = ScanVerdict.CLEAN
    made.documents.scan_waiting()

    for text_ in (listed, page):
        assert "Being checked for viruses" in text_
        assert shared.path not in text_
    assert whole(shared.browser.get(shared.path)) == DATA


DAMAGES: dict[str, Callable[[HeldBlobs, BlobKey], object]] = {
    "lost": lambda blobs, key: blobs.inner.delete(key),
    "cut": lambda blobs, key: blobs.content.update({key: DATA[:-1]}),
    "changed": lambda blobs, key: blobs.content.update({key: bytes(len(DATA))}),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_bytes_are_an_error_and_no_file(quick_site: Site, damage: str) -> None:
    """A reader of damaged bytes gets a page that says that something is out of order, and none of them."""
    blobs = HeldBlobs()
    made = kit(
        records=quick_site.records,
        clock=quick_site.clock,
        kinds=[project_kind()],
        blobs=blobs,
        secret_keys=[b"0123456789abcdef0123456789abcdef"],
    )
    shared = _shared(attrs.evolve(quick_site, kit=made, portal=Portal(made)))
    (blob,) = list(blobs.blobs(blob_prefix(made.tenant)))
    DAMAGES[damage](blobs, blob.key)
    answer = shared.browser.get(shared.path)

    assert answer.status == 500
    assert DATA[:20] not in answer.body
    with blobs.broken("size"):
        assert shared.browser.get(shared.path).status == 503
