"""What the stories of requests have in common."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import attrs

from sharekit import Contact
from sharekit.records.requests import DocumentRequest, RequestItem
from sharekit.records.submissions import Submission
from tests.features.conftest import Agency

MIB = 1024 * 1024
PASSPORT = RequestItem("Passport", key="passport", accept={"pdf"}, max=2)
LETTERS = RequestItem("Letters", key="letters", accept={"pdf", "images"}, min=0, max=40)


def pdf(filling: int = 0) -> bytes:
    """Return a small PDF with so many bytes in it that say nothing."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] /Contents 4 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (filling, b" " * filling),
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), list[int]()
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


PDF = pdf()
PROGRAM = b"MZ" + bytes(200)


@attrs.frozen(kw_only=True)
class Desk:
    """A request to Ana, and what she does with it."""

    agency: Agency
    ana: Contact
    request: DocumentRequest

    @property
    def token(self) -> str:
        """The secret of Ana's page."""
        return self.agency.kit.requests.token(self.request, self.ana)

    @property
    def now(self) -> DocumentRequest:
        """The request as it is now."""
        return self.agency.kit.requests.get(self.request)

    # Any: each story passes other options, good and bad.
    def send(self, item: str = "passport", name: str = "id.pdf", body: Any = PDF, **options: Any) -> Submission:  # noqa: ANN401
        """Send a file for an item."""
        return self.agency.kit.requests.submit(self.token, item, name, body, **options)


def asked(agency: Agency, *names: str, **options: Any) -> Desk:  # noqa: ANN401  # each story passes other options
    """Ask contacts of these names, Ana by default, for a passport and perhaps letters."""
    people = [agency.person(name) for name in names or ("Ana",)]
    chosen: dict[str, Any] = {"to": people, "items": [PASSPORT, LETTERS], "about": agency.relaunch, "by": agency.maria}
    return Desk(agency=agency, ana=people[0], request=agency.kit.requests.create(**(chosen | options)))


def breaking(body: bytes, after: int) -> Iterator[bytes]:
    """Yield so many bytes, then break as a connection does."""
    yield body[:after]
    raise ConnectionResetError


DAY = timedelta(days=1)
