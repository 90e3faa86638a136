"""A test that skips itself is a failure where everything is asked for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
BODIES = {
    "missing": 'def test_it():\n    pytest.skip("there is no browser")\n',
    "missing-module": 'pytest.importorskip("no_such_module", reason="there is no such module")\n\ndef test_it(): ...\n',
    "platform": '@pytest.mark.skip(reason="platform: needs fork")\ndef test_it(): ...\n',
    "deep": "@pytest.mark.deep\ndef test_it():\n    assert not 'run'\n",
    "expected-failure": "@pytest.mark.xfail\ndef test_it():\n    assert False\n",
}


def run(folder: Path, body: str, *options: str, **environment: str) -> int:
    """Run one small test file under this project's conftest and return pytest's exit code."""
    shutil.copy(CONFTEST, folder)
    (folder / "pytest.toml").write_text("[pytest]\nmarkers = ['deep']\n", "utf-8")
    (folder / "test_it.py").write_text(f"import pytest\n\n{body}", "utf-8")
    inherited = {name: value for name, value in os.environ.items() if name not in {"CI", "SHAREKIT_REQUIRE_ALL"}}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    return subprocess.run(
        command, cwd=folder, env={**inherited, **environment}, capture_output=True, check=False
    ).returncode


@pytest.mark.parametrize("body", ["missing", "platform", "deep", "expected-failure"])
def test_at_home_a_skip_is_taken(tmp_path: Path, body: str) -> None:
    """Without the environment variable nobody must have a browser."""
    assert run(tmp_path, BODIES[body]) == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [("missing", 1), ("missing-module", 2), ("platform", 0), ("deep", 0), ("expected-failure", 0)],
)
def test_where_all_is_required_a_skip_fails(tmp_path: Path, body: str, code: int) -> None:
    """With the environment variable only the platform and the long proofs are reasons."""
    assert run(tmp_path, BODIES[body], SHAREKIT_REQUIRE_ALL="1") == code


def test_ci_requires_all(tmp_path: Path) -> None:
    """`CI=true` asks for everything too."""
    assert run(tmp_path, BODIES["missing"], CI="true") == 1


def test_the_long_proofs_run_when_asked(tmp_path: Path) -> None:
    """`--deep` runs what is marked deep."""
    assert run(tmp_path, BODIES["deep"], "--deep") == 1
