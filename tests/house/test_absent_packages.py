"""The core needs none of the optional packages, and a door says which extra it lacks."""

import subprocess
import sys

import pytest

OPTIONAL = (
    "alembic",
    "babel",
    "click",
    "django",
    "flask",
    "fsspec",
    "hypothesis",
    "jinja2",
    "markupsafe",
    "playwright",
    "pytest",
    "sqlalchemy",
    "werkzeug",
)
DOORS = {
    "sharekit.adapters.django": ("django", "django"),
    "sharekit.adapters.flask": ("flask", "flask"),
    "sharekit.backends.django": ("django", "django"),
}


def python(program: str, *, absent: tuple[str, ...] = ()) -> str:
    """Run a program in a fresh process in which some packages cannot be imported, and return what it prints."""
    block = f"import sys; sys.modules.update(dict.fromkeys({absent!r}))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"{block}\n{program}"], capture_output=True, encoding="utf-8", check=False
    )

    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_sharekit_imports_no_optional_package() -> None:
    """A fresh `import sharekit` loads no framework, no template engine, no test tool and no database."""
    loaded = python(f"import sharekit; print(sorted({{*{(*OPTIONAL, 'sqlite3')!r}}} & sys.modules.keys()))")

    assert loaded == "[]"


@pytest.mark.parametrize("package", OPTIONAL)
def test_sharekit_imports_without(package: str) -> None:
    """The window opens with any one optional package absent."""
    assert python("import sharekit; print('open')", absent=(package,)) == "open"


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


@pytest.mark.parametrize("door", DOORS)
def test_a_door_names_the_extra_it_lacks(door: str) -> None:
    """Importing a door without its framework raises `MissingExtraError` with package and extra."""
    package, extra = DOORS[door]
    program = f"""
from sharekit.errors import MissingExtraError
try:
    import {door}
except MissingExtraError as error:
    print(error.package, error.extra)
"""
    assert python(program, absent=(package,)) == f"{package} {extra}"
