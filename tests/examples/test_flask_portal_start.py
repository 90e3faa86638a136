"""The example portal as a program: its check, its keys, its port."""

import socket
import stat
import struct
import warnings
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from flask_portal.__main__ import main
from flask_portal.app import create_app
from flask_portal.keys import key_from
from flask_portal.pages.desk import Portal
from flask_portal.server import background, listen
from flask_portal.settings import Settings
from flask_portal.walk import walk


def test_the_check_walks_through_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` ends by itself, with a line for each step."""
    assert 0 == main(["--check"])
    assert 13 == capsys.readouterr().out.count("ok      ")


def test_a_check_that_fails_says_where(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is 1, and the steps after it are not tried."""
    monkeypatch.setattr("flask_portal.walk._HEADERS", {"content-security-policy": "nothing at all"})

    assert 1 == walk()
    assert "failed  The client's page has the security headers." in capsys.readouterr().out


def test_a_busy_port_is_told_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is made, and no traceback is shown."""
    with closing(listen(0)) as taken:
        port = taken.getsockname()[1]

        assert 1 == main(["--port", str(port), "--data", str(tmp_path / "data")])

    assert f"Port {port} is in use already." in capsys.readouterr().out
    assert not (tmp_path / "data").exists()


def test_whoever_hangs_up_leaves_no_file_open(tmp_path: Path) -> None:
    """A browser that leaves a page cuts its connections, also while a picture is on its way."""
    at_once = struct.pack("ii", 1, 0)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with background(create_app(Settings(data=tmp_path))) as address:
            server = urlsplit(address)
            assert server.hostname is not None
            for _ in range(40):
                with socket.create_connection((server.hostname, server.port or 0)) as browser:
                    browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
                    browser.sendall(b"GET /static/mark.svg HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    browser.recv(10)

    assert [] == [str(warning.message) for warning in warned]


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    """The second start reads what the first one wrote."""
    file = tmp_path / "secret.key"
    key = key_from(file)

    assert key == key_from(file)
    assert 32 <= len(key)
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)


def test_a_second_start_keeps_the_data(tmp_path: Path) -> None:
    """Links that were sent go on working, and no project comes twice."""
    for _ in range(2):
        parts = create_app(Settings(data=tmp_path)).extensions["flask_portal"]
        assert isinstance(parts, Portal)
        with closing(parts.kit), parts.db.reading() as connection:
            count = connection.execute("SELECT count(*) FROM project").fetchone()[0]

        assert 6 == count


def test_https_makes_cookies_secure(tmp_path: Path) -> None:
    """For plain HTTP on this machine they are not, or no browser would send them back."""
    app = create_app(Settings(data=tmp_path, https=True))
    parts = app.extensions["flask_portal"]
    assert isinstance(parts, Portal)

    with closing(parts.kit):
        cookie = app.test_client().get("/sign-in").headers["Set-Cookie"]

    assert "; Secure;" in cookie
    assert app.config["SHAREKIT_SECURE_COOKIES"]
