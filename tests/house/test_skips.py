"""A test that skips itself is a failure where everything is asked for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
BODIES = {
    "missing": 'def test_it():\n    pytest.skip("there is no browser")\n',
    "missing-module": 'pytest.importorskip("no_such_module", reason="there is no such module")\n\ndef test_it(): ...\n',
    "platform": '@pytest.mark.skip(reason="platform: needs fork")\ndef test_it(): ...\n',
    "deep": "@pytest.mark.deep\ndef test_it():\n    assert not 'run'\n",
    "expected-failure": "@pytest.mark.xfail\ndef test_it():\n    assert False\n",
}


def outcomes(folder: Path, *options: str, **environment: str) -> dict[str, str]:
    """Run the bodies, each a test file under this project's conftest, and return what became of each."""
    shutil.copy(CONFTEST, folder)
    (folder / "pytest.toml").write_text("[pytest]\nmarkers = ['deep']\n", "utf-8")
    for name, body in BODIES.items():
        (folder / f"test_{name}.py").write_text(f"import pytest\n\n{body}", "utf-8")
    inherited = {name: value for name, value in os.environ.items() if name not in {"CI", "SHAREKIT_REQUIRE_ALL"}}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=report.xml"]
    subprocess.run(
        [*command, "--continue-on-collection-errors", *options],
        cwd=folder,
        env={**inherited, **environment},
        capture_output=True,
        check=False,
    )
    cases = ET.parse(folder / "report.xml").iter("testcase")  # noqa: S314  # pytest wrote it a moment ago
    return {_body_of(case): next((part.tag for part in case), "passed") for case in cases}


def _body_of(case: ET.Element) -> str:
    """Return which body a case is of; of a file that could not be collected it is named otherwise."""
    return (case.get("classname") or case.get("name") or "").rpartition("test_")[2]


@pytest.fixture(scope="module")
def at_home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What becomes of the bodies where nothing is asked for."""
    return outcomes(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def where_all_is_required(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What becomes of the bodies where everything is."""
    return outcomes(tmp_path_factory.mktemp("required"), SHAREKIT_REQUIRE_ALL="1")


@pytest.mark.parametrize("body", BODIES)
def test_at_home_a_skip_is_taken(at_home: dict[str, str], body: str) -> None:
    """Without the environment variable nobody must have a browser."""
    assert at_home[body] == "skipped"


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("missing", "failure"),
        ("missing-module", "error"),
        ("platform", "skipped"),
        ("deep", "skipped"),
        ("expected-failure", "skipped"),
    ],
)
def test_where_all_is_required_a_skip_fails(where_all_is_required: dict[str, str], body: str, outcome: str) -> None:
    """With the environment variable only the platform and the long proofs are reasons."""
    assert where_all_is_required[body] == outcome


def test_ci_requires_all(tmp_path: Path, where_all_is_required: dict[str, str]) -> None:
    """`CI=true` asks for everything too."""
    assert outcomes(tmp_path, CI="true") == where_all_is_required


def test_the_long_proofs_run_when_asked(tmp_path: Path) -> None:
    """`--deep` runs what is marked deep."""
    assert outcomes(tmp_path, "--deep")["deep"] == "failure"
