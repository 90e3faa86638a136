"""A host outside the repository uses the installed wheel, and both type checkers understand it."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HOST = Path(__file__).parent / "host"
NEEDED = ("uv", "mypy", "pyright")
_EXPECTED = re.compile(r"^ *# wrong \((\S+), (\S+)\): \S", re.MULTILINE)


@attrs.frozen
class Installed:
    """A wheel, an environment of its own that it is installed in, and a copy of the host."""

    wheel: Path
    python: Path
    host: Path


Report = list[tuple[str, int, str]]
"""What a checker finds fault with: the file, the line, the rule."""


def run(command: Sequence[str | Path], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a tool that knows nothing of the checkout."""
    known = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "MYPYPATH", "VIRTUAL_ENV"}}
    return subprocess.run(command, cwd=cwd, env=known, capture_output=True, encoding="utf-8", check=False)


def run_uv(*arguments: str | Path) -> None:
    """Run uv from what it has kept, and with the package index only when that is not enough."""
    for options in (["--offline"], []):
        done = run([sys.executable, "-m", "uv", *arguments, "--quiet", *options], ROOT)
        if done.returncode == 0:
            return
    pytest.fail(f"uv {arguments[0]} failed: {done.stderr}")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Build the wheel, and install it beside a copy of the host."""
    lacking = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if lacking:
        pytest.skip(f"{', '.join(lacking)} not installed: `python3 dev.py types` installs them")
    folder = tmp_path_factory.mktemp("outside")
    run_uv("build", "--wheel", "--out-dir", folder / "dist", ROOT)
    (wheel,) = (folder / "dist").glob("*.whl")
    run_uv("venv", "--python", sys.executable, folder / "venv")
    python = folder / "venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    run_uv("pip", "install", "--python", python, "-c", ROOT / "constraints.txt", f"{wheel}[flask,testing]")
    shutil.copytree(HOST, folder / "host", ignore=shutil.ignore_patterns("__pycache__"))
    return Installed(wheel, python, folder / "host")


def mypy(installed: Installed) -> Report:
    """Check the host with mypy."""
    cache = installed.host.parent / "cache"
    options = ["--python-executable", str(installed.python), "--cache-dir", str(cache), "-O", "json"]
    done = run([sys.executable, "-m", "mypy", *options], installed.host)

    assert done.returncode in {0, 1}, done.stdout + done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [(Path(item["file"]).name, item["line"], item["code"]) for item in found if item["severity"] == "error"]


def pyright(installed: Installed) -> Report:
    """Check the host with pyright."""
    done = run(
        [sys.executable, "-m", "pyright", "--pythonpath", installed.python, "--outputjson"],
        installed.host,
    )

    assert done.returncode in {0, 1}, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["summary"]["filesAnalyzed"] == len([*installed.host.rglob("*.py")])
    return [
        (Path(item["file"]).name, item["range"]["start"]["line"] + 1, item["rule"])
        for item in found["generalDiagnostics"]
        # The type of what does not exist is unknown: an echo of the error that is reported for it.
        if not (Path(item["file"]).name == "wrong.py" and item["rule"].startswith("reportUnknown"))
    ]


def expected(checker: int) -> Report:
    """Read off the host's file of mistakes what a checker must find."""
    text = (HOST / "wrong.py").read_text("utf-8")
    return [
        ("wrong.py", text[: match.start()].count("\n") + 2, match.groups()[checker])
        for match in _EXPECTED.finditer(text)
    ]


@pytest.mark.parametrize(("check", "number"), [(mypy, 0), (pyright, 1)])
def test_a_host_is_clean_and_its_mistakes_are_found(
    installed: Installed, check: Callable[[Installed], Report], number: int
) -> None:
    """Right uses pass the strictest settings, and each wrong one is reported on its line, once, for its reason."""
    report = check(installed)

    assert expected(number) == sorted(report, key=lambda item: item[1])


def test_there_are_mistakes_to_find() -> None:
    """Every line of the file of mistakes that is meant to be wrong says why."""
    text = (HOST / "wrong.py").read_text("utf-8")

    assert text.count("# wrong") == len(expected(0)) > 60


def test_the_wheel_holds_the_package_alone(installed: Installed) -> None:
    """What is published is `sharekit` with its types, and no test or example."""
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = wheel.namelist()

    about = installed.wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"
    assert {"sharekit", about} == {name.split("/")[0] for name in names}
    assert "sharekit/py.typed" in names


def test_the_installed_package_reaches_no_test_or_example(installed: Installed) -> None:
    """`import sharekit` comes from the wheel, and finds neither the checkout nor what stands beside `src` there."""
    code = """
import importlib.util, pathlib, sharekit, sharekit.backends.sqlite, sys
beside = [name for name in ("tests", "examples", "flask_portal", "custom_store", "dev", "benchmarks")
          if importlib.util.find_spec(name)]
print(pathlib.Path(sharekit.__file__).parent, (pathlib.Path(sharekit.__file__).parent / "py.typed").exists(), beside)
print(*sorted({module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)}))
"""
    done = run([installed.python, "-I", "-c", code], installed.host.parent)
    said, files = done.stdout.splitlines()
    home, typed, beside = said.split(" ", 2)

    assert ("True", "[]") == (typed, beside)
    assert Path(home).is_relative_to(installed.python.parents[1])
    assert str(ROOT / "src") not in files
