"""The core needs none of the optional packages, and a door says which extra it lacks."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

OPTIONAL = (
    "aiosmtpd",
    "alembic",
    "babel",
    "botocore",
    "click",
    "django",
    "fastapi",
    "flask",
    "fsspec",
    "hypothesis",
    "jinja2",
    "litestar",
    "markupsafe",
    "nh3",
    "playwright",
    "psycopg",
    "puremagic",
    "pymysql",
    "pytest",
    "python_multipart",
    "s3fs",
    "sqlalchemy",
    "starlette",
    "uvicorn",
    "werkzeug",
)

PAGES = {"jinja2": "pages", "babel": "pages", "python_multipart": "pages"}
OPTIONAL_ROOMS: dict[str, dict[str, str]] = {
    "sharekit.adapters.asgi": PAGES,
    "sharekit.adapters.django": {"django": "django"},
    "sharekit.adapters.django.urls": {"django": "django", **PAGES},
    "sharekit.adapters.django.views": {"django": "django", **PAGES},
    "sharekit.adapters.flask": {
        "flask": "flask",
        "babel": "pages",
        "python_multipart": "pages",
    },  # Flask itself needs jinja2
    "sharekit.backends.django": {"django": "django"},
    "sharekit.backends.mail_server": {"aiosmtpd": "mail"},
    "sharekit.screening.puremagic": {"puremagic": "magic"},
    "sharekit.backends.sqlalchemy": {"sqlalchemy": "sqlalchemy"},
    "sharekit.languages": {"babel": "pages"},
    "sharekit.mail.inbound": {"nh3": "mail"},
    "sharekit.mail.inbox": {"nh3": "mail"},
    "sharekit.mail.writing": {"babel": "mail", "jinja2": "mail"},
    "sharekit.testing": {"hypothesis": "testing", "pytest": "testing"},
    "sharekit.web": PAGES,
}
"""What needs an extra: each package that it imports, with the extra that brings it."""

Asked = tuple[str, tuple[str, ...]]
"""A program, and the packages that it cannot import."""

_IN_TURN = """
import gc, json, os, sys, traceback
import sharekit
gc.freeze()  # what all of them have is copied for none of them
for program, absent in json.load(sys.stdin):
    sys.stdout.flush()
    child = os.fork()
    if not child:
        sys.modules.update(dict.fromkeys(absent))
        try:
            exec(program, {})
        except BaseException:
            traceback.print_exc(file=sys.stdout)
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(child, 0)
    print(END)
"""
_END = "-- the end of one of them --"

LACKING = [(room, package) for room, packages in OPTIONAL_ROOMS.items() for package in packages]


def _lacking(room: str, package: str) -> Asked:
    program = f"""
from sharekit.errors import MissingExtraError
try:
    import {room}
except MissingExtraError as error:
    print(error.package, error.extra)
"""
    return program, (package,)


def _alone(room: str) -> Asked:
    brought = {
        "flask": ("click", "jinja2", "markupsafe", "werkzeug"),
        "jinja2": ("markupsafe",),
        "pytest": ("hypothesis", "fsspec"),
        "hypothesis": ("pytest", "fsspec"),
    }
    needed = {name for package in OPTIONAL_ROOMS[room] for name in (package, *brought.get(package, ()))}
    return f"import {room}; print('open')", tuple(package for package in OPTIONAL if package not in needed)


LACKING_ASKED = {pair: _lacking(*pair) for pair in LACKING}
ALONE_ASKED = {room: _alone(room) for room in OPTIONAL_ROOMS}


def python(program: str, *, absent: tuple[str, ...] = ()) -> str:
    """Run a program in a fresh process in which some packages cannot be imported, and return what it prints."""
    block = f"import sys; sys.modules.update(dict.fromkeys({absent!r}))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"{block}\n{program}"], capture_output=True, encoding="utf-8", check=False
    )

    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def answers() -> Callable[[Asked], str]:
    """
    What each program below prints with its packages absent.

    All of them begin where `sharekit` was imported, which is shown to import none of the packages: one process
    imports it and forks for each program, where a system can.
    """
    every = [*LACKING_ASKED.values(), *ALONE_ASKED.values()]
    if not hasattr(os, "fork"):
        return lambda asked: python(asked[0], absent=asked[1])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"END = {_END!r}\n{_IN_TURN}"],
        input=json.dumps(every),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *printed, rest = done.stdout.split(f"{_END}\n")
    assert not rest
    found = dict(zip(every, printed, strict=True))
    return lambda asked: found[asked].strip()


def test_importing_sharekit_imports_no_optional_package() -> None:
    """A fresh `import sharekit` loads no framework, no template engine, no test tool and no database."""
    loaded = python(f"import sharekit; print(sorted({{*{(*OPTIONAL, 'sqlite3')!r}}} & sys.modules.keys()))")

    assert loaded == "[]"


def test_importing_sharekit_asks_for_no_optional_package() -> None:
    """Nobody even looks whether one of them is there, so the window opens with any of them absent."""
    program = f"""
import sys
asked = set()
class Listens:
    def find_spec(self, name, path=None, target=None):
        asked.add(name.partition(".")[0])
sys.meta_path.insert(0, Listens())
import sharekit
print("sharekit" in asked, sorted({{*{OPTIONAL!r}}} & asked))
"""
    assert python(program) == "True []"


def test_a_kit_works_without_any_optional_package() -> None:
    """With every optional package absent a kit can be made, and its command line can be imported."""
    program = """
import sharekit.cli
from sharekit import Sharekit
from sharekit.backends.memory import MemoryRecordStore
Sharekit(records=MemoryRecordStore(), secret_keys=["k" * 40 + "0123456789"], kinds=[])
print("made")
"""
    assert python(program, absent=OPTIONAL) == "made"


def test_upgrading_without_alembic_names_the_extra() -> None:
    """The store works without Alembic, and `upgrade` says what brings it."""
    program = """
import sqlalchemy
from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore, upgrade
from sharekit.errors import MissingExtraError
engine = sqlalchemy.create_engine("sqlite://")
SqlAlchemyRecordStore(engine)
try:
    upgrade(engine)
except MissingExtraError as error:
    print(error.package, error.extra)
"""
    assert python(program, absent=("alembic",)) == "alembic sqlalchemy"


@pytest.mark.parametrize(("room", "package"), LACKING)
def test_a_room_names_the_extra_it_lacks(answers: Callable[[Asked], str], room: str, package: str) -> None:
    """Importing a room without a package that it needs raises `MissingExtraError` with package and extra."""
    assert answers(LACKING_ASKED[room, package]) == f"{package} {OPTIONAL_ROOMS[room][package]}"


@pytest.mark.parametrize("room", OPTIONAL_ROOMS)
def test_a_room_needs_no_package_but_its_own(answers: Callable[[Asked], str], room: str) -> None:
    """With every other optional package absent it can be imported."""
    assert answers(ALONE_ASKED[room]) == "open"


def test_the_asgi_door_works_without_any_framework() -> None:
    """It answers a request with nothing installed but the pages."""
    program = """
import asyncio
from sharekit import Sharekit
from sharekit.adapters.asgi import create_app
from sharekit.backends.memory import MemoryRecordStore
kit = Sharekit(records=MemoryRecordStore(), secret_keys=["k" * 40 + "0123456789"], kinds=[])
sent = []
async def send(message): sent.append(message)
scope = {"type": "http", "method": "GET", "path": "/l/x", "headers": []}
asyncio.run(create_app(kit)(scope, None, send))
print(sent[0]["status"])
"""
    absent = tuple(
        package for package in OPTIONAL if package not in {"jinja2", "babel", "markupsafe", "python_multipart"}
    )

    assert python(program, absent=absent) == "404"
