"""A client of tus that is not ours sends files through every door, over real HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

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
from sharekit.testing import kit
from sharekit.testing.adapter._frame import MARIA, RELAUNCH
from sharekit.web import Portal
from tests.adapters._http import over_uvicorn, over_wsgiref
from tests.adapters.test_contract_django import STARTPROJECT, urlconf
from tests.django_host.project import set_up

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
