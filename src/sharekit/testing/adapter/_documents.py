"""Law D18: the bytes of a document come over the adapter as they come without it."""

import io
import zipfile

from sharekit.records.documents import Document
from sharekit.testing._laws import fingerprint
from sharekit.testing.adapter._drivers import Sent
from sharekit.testing.adapter._frame import MARIA, PREFIX, RELAUNCH, Site

_DATA = b"".join(b"line %06d of a document that is sent in pieces\n" % n for n in range(60_000))


class DocumentLaws:
    """The law."""

    def test_d18_a_document_comes_whole(self, site: Site) -> None:
        """D18: in many pieces, with its length and its headers, and nothing else."""
        document, cookie = _shared(site)
        path = f"{PREFIX}/d/{document.id}"
        came, head = site.send(Sent("GET", path, (cookie,))), site.send(Sent("HEAD", path, (cookie,)))

        assert (came.status, came.header("Content-Length")) == (200, str(len(_DATA)))
        assert fingerprint(came.body) == fingerprint(_DATA)
        assert (head.headers, head.body) == (came.headers, b"")
        assert came.values("Set-Cookie") == []
        assert (came.header("Content-Disposition") or "").startswith("attachment;")

    def test_d18_a_part_is_the_part_that_was_asked_for(self, site: Site) -> None:
        """D18: the portal answers ranges, and nobody else does."""
        document, cookie = _shared(site)
        path = f"{PREFIX}/d/{document.id}"
        part = site.send(Sent("GET", path, (cookie, ("Range", "bytes=100000-1099999"))))
        beyond = site.send(Sent("GET", path, (cookie, ("Range", f"bytes={len(_DATA)}-"))))

        assert part.status == 206
        assert fingerprint(part.body) == fingerprint(_DATA[100_000:1_100_000])
        assert part.header("Content-Range") == f"bytes 100000-1099999/{len(_DATA)}"
        assert part.header("Content-Length") == "1000000"
        assert (beyond.status, beyond.body) == (416, b"")

    def test_d18_who_has_it_is_not_sent_it_again(self, site: Site) -> None:
        """D18: 304 for the tag that came with it, and 404 for the same tag once it was taken back."""
        document, cookie = _shared(site)
        path = f"{PREFIX}/d/{document.id}"
        known = ("If-None-Match", site.send(Sent("GET", path, (cookie,))).header("ETag") or "")
        again = site.send(Sent("GET", path, (cookie, known)))
        site.kit.documents.unshare(document, by=MARIA)

        assert (again.status, again.body) == (304, b"")
        assert site.send(Sent("GET", path, (cookie, known))).status == 404

    def test_d18_several_come_as_one_zip(self, site: Site) -> None:
        """D18: without a length, since nobody knows it before the end."""
        document, cookie = _shared(site)
        other = site.kit.documents.add(RELAUNCH, "Other.txt", b"another text", by=MARIA)
        target = f"{PREFIX}/d/?document={document.id}&document={other.id}"
        packed = zipfile.ZipFile(io.BytesIO(site.send(Sent("GET", target, (cookie,))).body))

        assert {name: fingerprint(packed.read(name)) for name in packed.namelist()} == {
            "Plan.txt": fingerprint(_DATA),
            "Other.txt": fingerprint(b"another text"),
        }


def _shared(site: Site) -> tuple[Document, tuple[str, str]]:
    """Return a document in a shared project, and the cookie of a contact who came in."""
    ana = site.kit.people.add_contact("Ana", "ana@acme.example", by=MARIA)
    site.kit.shares.grant(RELAUNCH, to=ana, by=MARIA)
    document = site.kit.documents.add(RELAUNCH, "Plan.txt", _DATA, by=MARIA)
    entered = site.post(site.path(site.kit.people.invite(ana, by=MARIA)))
    return document, ("Cookie", (entered.header("Set-Cookie") or "").partition(";")[0])
