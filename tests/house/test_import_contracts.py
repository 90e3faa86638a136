"""Every import contract in pyproject.toml can fail, and says which import broke it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "sharekit"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()"]

# Per case: the contract that must break, the file that gets a stray line, the line, and what the report must name.
STRAYS = {
    "upward": ("floors", "records/catalog.py", "import sharekit.kit", "sharekit.kit"),
    "sideways": ("floors", "ids.py", "import sharekit.errors", "sharekit.errors"),
    "screening-chooses-a-store": ("floors", "screening/_gate.py", "import sharekit.backends", "sharekit.backends"),
    "screening-knows-features": ("floors", "screening/_names.py", "import sharekit.features", "sharekit.features"),
    "upward-in-a-function": (
        "floors",
        "errors/__init__.py",
        "def late():\n    import sharekit.ports",
        "sharekit.ports",
    ),
    "undeclared-room": ("floors", "utils.py", "HELP = 1", "sharekit.utils"),
    "undeclared-folder": ("floors", "shared/__init__.py", "HELP = 1", "sharekit.shared"),
    "feature-chooses-store": (
        "stores-are-chosen-late",
        "features/links.py",
        "import sharekit.backends",
        "sharekit.backends",
    ),
    "feature-knows-feature": (
        "features-are-strangers",
        "features/links.py",
        "import sharekit.features.catalog",
        "sharekit.features.catalog",
    ),
    "feature-knows-feature-through-a-private-module": (
        "features-are-strangers",
        "features/_unit.py",
        "import sharekit.features.people",
        "sharekit.features.people",
    ),
    "flask-in-core": ("door-flask", "kit.py", "from flask import request", "flask"),
    "werkzeug-in-web": ("door-flask", "web/__init__.py", "import werkzeug.routing", "werkzeug"),
    "django-in-core": ("door-django", "kit.py", "from django.db import models", "django"),
    "starlette-in-its-adapter": ("door-asgi", "adapters/asgi.py", "import starlette.routing", "starlette"),
    "django-in-the-test-kit": ("door-django", "testing/adapter/_frame.py", "import django.http", "django"),
    "flask-in-the-test-kit": ("door-flask", "testing/adapter/_frame.py", "import flask", "flask"),
    "sqlalchemy-in-another-store": ("door-sqlalchemy", "backends/memory.py", "import sqlalchemy", "sqlalchemy"),
    "fsspec-in-features": ("door-fsspec", "features/links.py", "import fsspec", "fsspec"),
    "templates-in-features": ("door-pages", "features/links.py", "import jinja2", "jinja2"),
    "foreign-html-in-web": ("door-nh3", "web/pages.py", "import nh3", "nh3"),
    "a-mail-server-in-the-command-line": ("door-aiosmtpd", "cli/inbound.py", "import aiosmtpd.lmtp", "aiosmtpd"),
    "second-opinions-in-features": ("door-puremagic", "features/_intake.py", "import puremagic", "puremagic"),
    "mail-knows-tokens": ("floors", "mail/composing.py", "import sharekit.tokens", "sharekit.tokens"),
    "signing-in-features": ("door-itsdangerous", "features/links.py", "import itsdangerous", "itsdangerous"),
    "signals-in-kit": ("door-blinker", "kit.py", "import blinker", "blinker"),
    "structuring-in-records": ("door-cattrs", "records/catalog.py", "import cattrs", "cattrs"),
    "pytest-in-ports": ("door-test-tools", "ports/rows.py", "import pytest", "pytest"),
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the package and of the contracts that may be spoilt."""
    shutil.copytree(PACKAGE, tmp_path / "sharekit", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def check(house: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Check a house, which is found first since it is the working folder, against some contracts or all."""
    chosen = [argument for contract in contracts for argument in ("--contract", contract)]
    command = [*LINT, "--no-logo", "--no-cache", "--config", "pyproject.toml", *chosen]
    return subprocess.run(command, cwd=house, capture_output=True, encoding="utf-8", check=False)


def test_the_house_keeps_all_contracts(house: Path) -> None:
    """An unspoilt copy passes, and it is the copy that was read."""
    kept = check(house)

    assert kept.returncode == 0, kept.stdout + kept.stderr
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in kept.stdout


@pytest.mark.parametrize("case", STRAYS)
def test_a_stray_import_fails(house: Path, case: str) -> None:
    """A stray import breaks its contract, and the report names it."""
    contract, file, line, named = STRAYS[case]
    path = house / "sharekit" / file
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as module:
        module.write(f"\n\n{line}\n")

    broken = check(house, contract)

    assert broken.returncode == 1, broken.stdout + broken.stderr
    assert "0 kept, 1 broken" in broken.stdout
    assert named in broken.stdout.partition("Broken contracts")[2]


def test_every_contract_is_seen_failing() -> None:
    """No contract stands without a case above that breaks it."""
    assert {contract["id"] for contract in CONTRACTS} == {case[0] for case in STRAYS.values()}


def test_every_public_feature_file_is_a_stranger() -> None:
    """A new feature file is added to the contract that keeps features apart."""
    (declared,) = (contract["modules"] for contract in CONTRACTS if contract["id"] == "features-are-strangers")
    public = {f"sharekit.features.{path.stem}" for path in (PACKAGE / "features").glob("[!_]*.py")}

    assert public == set(declared)
