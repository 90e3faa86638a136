"""dev.py works before anything is installed, and what it installs is pinned."""

import ast
import itertools
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import dev

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "dev.py"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PINS = (ROOT / "constraints.txt").read_text("utf-8").splitlines()


def normal(requirement: str) -> str:
    """The bare name of a requirement, spelt as pins spell it."""
    (name,) = re.findall(r"^[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[-_.]+", "-", name).lower()


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run dev.py in a fresh process."""
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, encoding="utf-8", check=False)


def test_it_imports_the_standard_library_only() -> None:
    """Nothing has to be installed before dev.py can run."""
    tree = ast.walk(ast.parse(SCRIPT.read_text("utf-8")))
    imported = {
        name.split(".")[0]
        for node in tree
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert imported
    assert imported <= sys.stdlib_module_names


def test_an_old_python_can_read_the_refusal() -> None:
    """The file parses as Python 3.8, so that an old interpreter gets to the sentence that refuses it."""
    assert ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 8)).body


def test_an_old_python_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal says what is needed and what this is."""
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))

    with pytest.raises(SystemExit, match=r"Python 3\.11 or newer is needed, and this is"):
        dev.main(["test"])


def test_help_names_every_verb() -> None:
    """`--help` succeeds and describes each verb."""
    shown = call("--help")
    described = set(re.findall(r"^    ([a-z]+) ", shown.stdout, re.MULTILINE))

    assert shown.returncode == 0
    assert described == set(dev.commands([]))


@pytest.mark.parametrize(
    ("arguments", "said"), [(["frob"], "there is no verb 'frob'"), (["bench", "?"], "benchmarks:")]
)
def test_what_is_not_there_is_refused(arguments: list[str], said: str) -> None:
    """An unknown verb or benchmark is refused before anything is installed, and what there is is listed."""
    refused = call(*arguments)

    assert refused.returncode == 1
    assert said in refused.stderr


def test_without_a_verb_it_helps_and_fails() -> None:
    """No verb is a mistake, answered with the help text."""
    shown = call()

    assert shown.returncode == 2
    assert "VERB" in shown.stdout


def test_groups_are_spelt_out() -> None:
    """The largest set holds the members of the groups that it includes, each once."""
    wanted = dev.requirements("dev")

    assert set(PROJECT["dependency-groups"]["test"]) <= set(wanted)
    assert len(set(wanted)) == len(wanted)


def test_each_set_holds_the_one_before() -> None:
    """An environment made for one verb serves every verb that needs less."""
    names = [{normal(item) for item in dev.requirements(name)[4:]} for name in dev.SETS]

    assert all(less <= more for less, more in itertools.pairwise(names))


def test_everything_is_pinned_and_nothing_else_is_said() -> None:
    """constraints.txt has one exact version a line for all that can be installed, and names no place to get it from."""
    groups = [item for group in PROJECT["dependency-groups"].values() for item in group if isinstance(item, str)]
    extras = [item for extra in PROJECT["project"]["optional-dependencies"].values() for item in extra]
    wanted = {normal(item) for item in [*PROJECT["project"]["dependencies"], *groups, *extras]} - {"sharekit-core"}
    marker = "[a-z_]+ [!=<>]+ '[^']+'"
    pin = re.compile(rf"[a-z0-9-]+==[0-9][a-z0-9.]*( ; {marker}( (and|or) {marker})*)?")

    assert [line for line in PINS if not pin.fullmatch(line)] == []
    assert wanted <= {normal(line) for line in PINS}
