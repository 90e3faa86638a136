"""Law D19: files arrive over the adapter, whole in a form and in parts by tus."""

import base64
import contextlib
from typing import Final

from sharekit.records.requests import DocumentRequest, RequestItem
from sharekit.testing._laws import fingerprint
from sharekit.testing.adapter._drivers import Received, Sent
from sharekit.testing.adapter._frame import MARIA, RELAUNCH, SAME_SITE, Site

TEXT: Final = b"one line of a letter that goes on and on\n" * 6000
PIECE: Final = 64 * 1024
BOUNDARY: Final = "----a-boundary"
MULTIPART: Final = ("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
TUS: Final = ("Tus-Resumable", "1.0.0")
PART: Final = ("Content-Type", "application/offset+octet-stream")


def asked(site: Site) -> tuple[DocumentRequest, str]:
    """Ask Ana for letters, and return the request with the path of her page."""
    ana = site.kit.people.add_contact("Ana", "ana@acme.example", by=MARIA)
    letters = RequestItem("Letters", key="letters", accept={"txt"})
    request = site.kit.requests.create(to=ana, items=[letters], about=RELAUNCH, by=MARIA)
    return request, site.prefix + site.portal.upload_path_below(request, ana)


def form(body: bytes) -> bytes:
    """Return a form with one file."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="letter.txt"\r\n\r\n'
    return head.encode() + body + f"\r\n--{BOUNDARY}--\r\n".encode()


def begun(site: Site, path: str) -> str:
    """Announce the letter, and return where its parts go."""
    described = f"filename {base64.b64encode(b'letter.txt').decode()},item {base64.b64encode(b'letters').decode()}"
    headers = (SAME_SITE, TUS, ("Upload-Length", str(len(TEXT))), ("Upload-Metadata", described))
    answer = site.ask(Sent("POST", f"{path}/files", headers))
    assert answer.status == 201
    return answer.header("Location") or ""


def part(offset: int, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the headers of a part that begins there."""
    return (SAME_SITE, TUS, PART, ("Upload-Offset", str(offset)), *more)


def offset_at(site: Site, where: str) -> int:
    """Return how much has come."""
    seen: Received = site.ask(Sent("HEAD", where, (TUS,)))
    assert (seen.status, seen.body) == (200, b"")
    return int(seen.header("Upload-Offset") or "-1")


class UploadLaws:
    """The laws."""

    def test_d19_a_file_in_a_form_arrives(self, site: Site) -> None:
        """D19: byte by byte, read in pieces, with and without a length."""
        request, path = asked(site)
        chunked = ("Transfer-Encoding", "chunked")
        for headers in ((SAME_SITE, MULTIPART), (SAME_SITE, MULTIPART, chunked)):
            answer = site.ask(Sent("POST", f"{path}/items/letters", headers, form(TEXT)))
            pieces = [len(piece) for piece in site.portal.exchanges[-1].read]

            assert (answer.status, answer.header("Location")) == (303, path)
            assert max(pieces) == PIECE
            assert sum(pieces) == len(form(TEXT))
        sent = site.kit.requests.submissions(request)
        came = [fingerprint(b"".join(site.kit.documents.open(each.document, by=MARIA))) for each in sent]

        assert came == [fingerprint(TEXT)] * 2

    def test_d19_a_file_in_parts_arrives(self, site: Site) -> None:
        """D19: the methods of tus come through, with their headers and their bodies, in chunks too."""
        request, path = asked(site)
        where = begun(site, path)
        first = site.ask(Sent("PATCH", where, part(0), TEXT[:100_000]))
        second = site.ask(Sent("PATCH", where, part(100_000, ("Transfer-Encoding", "chunked")), TEXT[100_000:200_000]))
        seen = offset_at(site, where)
        last = site.ask(Sent("PATCH", where, part(200_000), TEXT[200_000:]))
        (sent,) = site.kit.requests.submissions(request)

        assert [first.status, second.status, last.status, seen] == [204, 204, 204, 200_000]
        assert first.header("Content-Length") is None
        assert fingerprint(b"".join(site.kit.documents.open(sent.document, by=MARIA))) == fingerprint(TEXT)

    def test_d19_a_part_that_ends_early_is_no_whole_one(self, site: Site) -> None:
        """D19: no more counts than came, and the file goes on from there."""
        request, path = asked(site)
        where = begun(site, path)
        cut = Sent("PATCH", where, part(0, ("Content-Length", str(len(TEXT)))), TEXT[:150_000])
        try:
            status = site.send(cut).status
        except ConnectionAbortedError:
            status = 400
        offset = offset_at(site, where)

        assert status == 400
        assert 0 <= offset <= 150_000  # nothing, where the framework wants a body whole before it asks anybody
        assert site.kit.requests.submissions(request) == []
        assert site.ask(Sent("PATCH", where, part(offset), TEXT[offset:])).status == 204
        assert len(site.kit.requests.submissions(request)) == 1

    def test_d19_what_is_refused_is_read_no_further(self, site: Site) -> None:
        """D19: by its length, and by its first bytes."""
        request, path = asked(site)
        where = begun(site, path)
        program = site.ask(Sent("PATCH", where, part(0), b"\x7fELF\x02\x01\x01\x00" + TEXT[8:]))
        pieces = [len(piece) for piece in site.portal.exchanges[-1].read]
        large = Sent("POST", f"{path}/items/letters", (SAME_SITE, MULTIPART, ("Content-Length", "99000000")), b"--")
        with contextlib.suppress(ConnectionAbortedError):  # where the framework wants a body whole before it asks
            assert (site.ask(large).status, site.portal.exchanges[-1].read) == (413, [])

        assert (program.status, pieces) == (415, [PIECE])
        assert site.kit.requests.submissions(request) == []
