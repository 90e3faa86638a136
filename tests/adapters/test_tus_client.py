"""A client of tus that is not ours sends files through every door, over real HTTP."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from flask import Flask
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from sharekit import Contact, Sharekit
from sharekit.adapters.asgi import PortalApp
from sharekit.adapters.flask import create_blueprint
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.records.requests import DocumentRequest, RequestItem, RequestState
from sharekit.testing import FrozenClock, kit
from sharekit.testing.adapter._frame import MARIA, RELAUNCH
from sharekit.web import Portal
from tests.adapters._http import over_uvicorn, over_wsgiref
from tests.adapters._tus_victim import kit_in, portal_of
from tests.adapters.test_contract_django import STARTPROJECT, urlconf
from tests.django_host.project import set_up

ROOT = Path(__file__).parents[2]
LETTER = b"one line of a letter that goes on and on\n" * 20_000


@attrs.frozen(kw_only=True)
class Door:
    """A request to Ana, and where her page is."""

    kit: Sharekit
    request: DocumentRequest
    ana: Contact
    url: str

    def client(self) -> TusClient:
        """Return a client that knows where files are announced."""
        return TusClient(f"{self.url}/files")


@contextmanager
def flask_door(portal: Portal) -> Iterator[str]:
    """Serve it in Flask."""
    app = Flask("agency")
    app.register_blueprint(create_blueprint(portal), url_prefix="/share")
    with over_wsgiref(app) as origin:
        yield origin


@contextmanager
def django_door(portal: Portal) -> Iterator[str]:
    """Serve it in Django."""
    set_up()
    changed = override_settings(
        MIDDLEWARE=STARTPROJECT, ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=urlconf(portal, "/share")
    )
    with changed, over_wsgiref(WSGIHandler()) as origin:
        yield origin


@contextmanager
def asgi_door(portal: Portal) -> Iterator[str]:
    """Serve it as it is, mounted by the server."""
    app = PortalApp(portal)

    # What ASGI hands over has no narrower types that every framework agrees on.
    async def mounted(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        await app({**scope, "root_path": "/share"}, receive, send)

    with over_uvicorn(mounted) as origin:
        yield origin


DOORS = {"flask": flask_door, "django": django_door, "asgi": asgi_door}


@pytest.fixture(params=list(DOORS))
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Door]:
    """Ana's page behind each door."""
    made = kit(records=SqliteRecordStore(tmp_path / "records.sqlite3"))
    made.catalog.put(RELAUNCH, title="in", client_title="Relaunch", by=MARIA)
    ana = made.people.add_contact("Ana", "ana@x.test", by=MARIA)
    items = [RequestItem("Letters", key="letters", accept={"txt"}, max=3, max_bytes=2_000_000)]
    asked = made.requests.create(to=ana, items=items, about=RELAUNCH, by=MARIA)
    portal = Portal(made, base_path="/share", secure_cookies=False)
    with DOORS[request.param](portal) as origin:
        yield Door(kit=made, request=asked, ana=ana, url=origin + portal.upload_path(asked, ana))
    made.close()


def test_a_file_is_sent_by_a_client_of_tus(door: Door) -> None:
    """In parts, to the end; it is a document, byte by byte."""
    meta = {"filename": "Ünï letter.txt", "item": "letters"}
    uploader = door.client().uploader(file_stream=BytesIO(LETTER), chunk_size=300_000, metadata=meta)
    uploader.upload()
    (sent,) = door.kit.requests.submissions(door.request)

    assert (len(LETTER), "Ünï letter.txt") == (uploader.offset, sent.name)
    assert LETTER == b"".join(door.kit.documents.open(sent.document, by=MARIA))
    assert RequestState.SUBMITTED is door.kit.requests.get(door.request).state


def test_a_client_of_tus_goes_on_where_another_stopped(door: Door) -> None:
    """By the address alone: it asks how much has come."""
    meta = {"filename": "letter.txt", "item": "letters"}
    first = door.client().uploader(file_stream=BytesIO(LETTER), chunk_size=200_000, metadata=meta)
    first.upload_chunk()  # type: ignore[no-untyped-call]  # tuspy has types for some of it
    second = door.client().uploader(file_stream=BytesIO(LETTER), chunk_size=200_000, url=first.url)
    resumed_at = second.offset
    second.upload()
    (sent,) = door.kit.requests.submissions(door.request)

    assert 200_000 == resumed_at
    assert LETTER == b"".join(door.kit.documents.open(sent.document, by=MARIA))


def test_a_client_of_tus_is_refused(door: Door) -> None:
    """Before its bytes travel, and once the request is over."""
    client = door.client()
    with pytest.raises(TusCommunicationError) as refused:
        client.uploader(
            file_stream=BytesIO(b"MZ"), chunk_size=2, metadata={"filename": "a.exe", "item": "letters"}
        ).upload()
    uploader = client.uploader(
        file_stream=BytesIO(LETTER), chunk_size=200_000, metadata={"filename": "a.txt", "item": "letters"}
    )
    uploader.upload_chunk()  # type: ignore[no-untyped-call]  # as above
    door.kit.requests.cancel(door.request, by=MARIA)
    with pytest.raises(TusCommunicationError) as over:
        uploader.upload()

    assert (415, 404) == (refused.value.status_code, over.value.status_code)
    assert [] == door.kit.requests.submissions(door.request)


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve the pages of a folder in a process of its own, which is killed (kill -9) in the end."""
    command = [sys.executable, "-m", "tests.adapters._tus_victim", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def half_a_part(url: str, offset: int, announced: int) -> socket.socket:
    """Send half of a part that is as long as announced, and wait."""
    where = urlsplit(url)
    head = (
        f"PATCH {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n"
        f"Content-Type: application/offset+octet-stream\r\nContent-Length: {announced}\r\n\r\n"
    )
    sending = socket.create_connection((where.hostname or "", where.port or 0))
    sending.sendall(head.encode() + LETTER[offset : offset + announced // 2])
    return sending


def files_in(folder: Path) -> set[Path]:
    """Return the files of the bytes that are kept, or on their way."""
    return {path for path in (folder / "data" / "blobs").rglob("*") if path.is_file()}


@pytest.mark.skipif(sys.platform == "win32", reason="platform: Windows has no kill -9")
def test_a_client_of_tus_goes_on_after_the_server_was_killed(tmp_path: Path) -> None:
    """In the middle of a part: it asks another server how much is kept, sends the rest, and nothing is left over."""
    made = kit_in(str(tmp_path / "data"))
    made.catalog.put(RELAUNCH, title="in", client_title="Relaunch", by=MARIA)
    ana = made.people.add_contact("Ana", "ana@x.test", by=MARIA)
    items = [RequestItem("Letters", key="letters", accept={"txt"}, max_bytes=2_000_000)]
    asked = made.requests.create(to=ana, items=items, about=RELAUNCH, by=MARIA)
    page = portal_of(made).upload_path(asked, ana)
    meta = {"filename": "letter.txt", "item": "letters"}
    with served(tmp_path / "data") as (process, origin):
        client = TusClient(f"{origin}{page}/files")
        first = client.uploader(file_stream=BytesIO(LETTER), chunk_size=200_000, metadata=meta)
        first.upload_chunk()  # type: ignore[no-untyped-call]  # as above
        url = str(first.url)
        kept = files_in(tmp_path)
        with half_a_part(url, 200_000, 300_000):
            while files_in(tmp_path) == kept:
                time.sleep(0.01)
            process.kill()
            killed = process.wait()
    with served(tmp_path / "data") as (_, another):
        client = TusClient(f"{another}{page}/files")
        rest = client.uploader(file_stream=BytesIO(LETTER), chunk_size=300_000, url=url.replace(origin, another))
        resumed_at = rest.offset
        rest.upload()
    (sent,) = made.requests.submissions(asked)
    document = b"".join(made.documents.open(sent.document, by=MARIA))
    made.close()
    later = kit_in(str(tmp_path / "data"), clock=FrozenClock(datetime.now(UTC) + timedelta(days=2)))
    later.sweep(dry_run=False)
    findings = later.fsck(read=True).findings
    later.close()

    assert (-9, 200_000) == (killed, resumed_at)
    assert LETTER == document
    assert () == findings
