"""The help desk on a real server: staff shares a ticket, a customer reads it, staff takes it back."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from fastapi_mount.app import create_app

LONG = 240.0  # seconds; a machine that is busy answers late


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The address of a desk that uvicorn serves on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(create_app(tmp_path), access_log=False, log_level="warning", lifespan="on")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def maria(address: str) -> Iterator[httpx.Client]:
    """The agent of the first ticket."""
    with httpx.Client(base_url=address, headers={"Authorization": "Bearer maria-works-here"}, timeout=LONG) as client:
        yield client


@pytest.fixture
def customer(address: str) -> Iterator[httpx.Client]:
    """Somebody with nothing but a link."""
    with httpx.Client(base_url=address, follow_redirects=True, timeout=LONG) as client:
        yield client


def test_a_ticket_is_shared_and_taken_back(maria: httpx.Client, customer: httpx.Client, address: str) -> None:
    """The customer reads it live, in own words and without the remark, until the link is revoked."""
    link = maria.post("/tickets/1/links", json={}).json()
    first = customer.get(link["url"])
    maria.post("/tickets/1/work", json={"text": "Replaced the fuser", "minutes": 20})
    second = customer.get(link["url"])
    seen = customer.post(f"{link['url']}/seen", headers={"Sec-Fetch-Site": "same-origin"})
    listed = maria.get("/tickets/1/links").json()
    revoked = maria.delete(f"/links/{link['id']}")
    third = customer.get(link["url"])

    assert link["url"].startswith(f"{address}/share/l/")
    assert (200, 204, 204, 404) == (first.status_code, seen.status_code, revoked.status_code, third.status_code)
    assert "The printer on the second floor prints nothing" in first.text
    assert "not paid" not in first.text
    assert "invoice" not in first.text
    assert ("Replaced the fuser" in first.text, "Replaced the fuser" in second.text) == (False, True)
    assert [(one["id"], one["views"]) for one in listed] == [(link["id"], 1)]


def test_the_pages_style_is_served(maria: httpx.Client, customer: httpx.Client) -> None:
    """What a page refers to is there, below the mount."""
    page = customer.get(maria.post("/tickets/1/links", json={}).json()["url"])
    style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]

    assert style.startswith("/share/static/")
    assert customer.get(style).headers["Content-Type"] == "text/css; charset=utf-8"


def test_a_password_opens_a_visit(maria: httpx.Client, customer: httpx.Client) -> None:
    """Form, cookie and redirect go through a real server."""
    url = maria.post("/tickets/1/links", json={"password": "correct horse"}).json()["url"]
    wrong = customer.post(url, data={"password": "wrong"})
    page = customer.post(url, data={"password": "correct horse"})

    assert (403, 200) == (wrong.status_code, page.status_code)
    assert page.url.path.startswith("/share/v/")
    assert "New driver on the print server" in page.text


def test_only_the_agent_shares(maria: httpx.Client, customer: httpx.Client) -> None:
    """Another colleague's ticket, an unknown section, an unknown link, a stranger: refused in words."""
    foreign = maria.post("/tickets/2/links", json={})
    unknown = maria.post("/tickets/1/links", json={"sections": ["remark"]})
    missing = maria.delete("/links/nothing")

    assert (403, "not-allowed") == (foreign.status_code, foreign.json()["code"])
    assert (422, "unknown-section") == (unknown.status_code, unknown.json()["code"])
    assert 404 == missing.status_code
    assert 404 == maria.get("/tickets/9").status_code
    assert {401, 403} >= {customer.get("/tickets").status_code}


def test_the_interface_describes_itself(maria: httpx.Client) -> None:
    """The desk's own addresses are in its OpenAPI, the portal's are not."""
    paths = maria.get("/openapi.json").json()["paths"]

    assert {"/tickets/{number}/links", "/links/{link}"} <= set(paths)
    assert not [path for path in paths if path.startswith("/share")]


def test_the_server_adds_nothing_but_its_own(customer: httpx.Client) -> None:
    """Over a real server the headers are the portal's, with date and server."""
    came = customer.get("/share/l/x")

    assert 404 == came.status_code
    assert {"date", "server"} == set(came.headers) - {
        "cache-control",
        "content-language",
        "content-length",
        "content-security-policy",
        "content-type",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "permissions-policy",
        "referrer-policy",
        "vary",
        "x-content-type-options",
        "x-frame-options",
        "x-robots-tag",
    }
