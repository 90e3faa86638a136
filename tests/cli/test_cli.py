"""`sharekit doctor` and `sharekit key`."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import sharekit
from sharekit import Sharekit
from sharekit.backends.memory import MemoryRecordStore
from sharekit.cli import doctor, main

SOURCE = Path(sharekit.__file__).parents[1]


def install(folder: Path, name: str, version: str = "0.1.0", **files: str) -> Path:
    """Make a folder look as if a distribution were installed in it."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", "utf-8")
    for file, text in files.items():
        (info / file.replace("__", ".")).write_text(text, "utf-8")
    return folder


def diagnose(*paths: Path) -> tuple[int, str]:
    """Run the doctor in a fresh process that finds packages in these folders first."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    code = "import sys; from sharekit.cli import main; sys.exit(main(['doctor']))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, encoding="utf-8", check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_a_key_is_fresh_and_good(capsys: pytest.CaptureFixture[str]) -> None:
    """Each call prints another key, which a kit takes."""
    assert (main(["key"]), main(["key"])) == (0, 0)
    first, second = capsys.readouterr().out.split()

    assert first != second
    assert Sharekit(records=MemoryRecordStore(), secret_keys=[first], kinds=[]).tenant == "default"


def test_the_doctor_knows_an_installation(tmp_path: Path) -> None:
    """The package that the distribution installed is fine."""
    shutil.copytree(SOURCE / "sharekit", tmp_path / "sharekit", ignore=shutil.ignore_patterns("__pycache__"))
    code, text = diagnose(install(tmp_path, "sharekit-core"))

    assert code == 0, text
    assert "ok  sharekit-core 0.1.0, installed, in" in text
    assert "ok  Python" in text
    assert "ok  SQLite" in text
    assert "!!" not in text


def test_the_doctor_knows_a_checkout(tmp_path: Path) -> None:
    """So is one that was installed for development."""
    direct = json.dumps({"url": SOURCE.parent.as_uri(), "dir_info": {"editable": True}})
    code, text = diagnose(SOURCE, install(tmp_path, "sharekit-core", direct_url__json=direct))

    assert code == 0, text
    assert "installed for development" in text


def test_the_doctor_sees_another_copy(tmp_path: Path) -> None:
    """A package from elsewhere than the installed one is an error."""
    code, text = diagnose(SOURCE, install(tmp_path, "sharekit-core", direct_url__json="{}"))

    assert code == 1
    assert f"!!  sharekit was imported from {SOURCE / 'sharekit'}, but sharekit-core 0.1.0" in text


def test_the_doctor_sees_the_namesake(tmp_path: Path) -> None:
    """The unrelated distribution whose package has our name is an error that says how to mend it."""
    shutil.copytree(SOURCE / "sharekit", tmp_path / "sharekit", ignore=shutil.ignore_patterns("__pycache__"))
    install(tmp_path, "sharekit", "9.9")
    code, text = diagnose(install(tmp_path, "sharekit-core"))

    assert code == 1
    assert "!!  the unrelated distribution 'sharekit' 9.9 is installed" in text
    assert "pip uninstall sharekit" in text


def test_the_doctor_sees_that_nothing_is_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A package that no distribution answers for is an error."""
    find = metadata.distribution

    def all_but_ours(name: str) -> metadata.Distribution:
        if name == "sharekit-core":
            raise metadata.PackageNotFoundError(name)
        return find(name)

    monkeypatch.setattr(metadata, "distribution", all_but_ours)

    assert main(["doctor"]) == 1
    assert "!!  sharekit-core is not installed" in capsys.readouterr().out


def test_the_doctor_lists_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing extra is no error, and is told with what it lacks."""
    monkeypatch.setitem(sys.modules, "flask", None)
    findings = {finding.text: finding.fine for finding in doctor.examine()}

    assert findings["extra [flask] is not installed (flask missing)"]
    assert [text for text in findings if text.startswith("extra [pages]: jinja2 ")]


@pytest.mark.parametrize(("version", "fine"), [((3, 34, 9), False), ((3, 35, 0), True), ((4, 0), True)])
def test_the_doctor_looks_at_sqlite(monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], fine: bool) -> None:
    """A SQLite that the store would refuse is an error."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)

    assert fine == doctor.examine()[1].fine


@pytest.mark.parametrize("arguments", [[], ["operate"]])
def test_an_unknown_command_is_explained(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The usage is shown, and the exit code is that of a wrong command line."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)

    assert caught.value.code == 2
    assert "usage: sharekit" in capsys.readouterr().err


def test_a_kit_is_found_in_the_present_folder(tmp_path: Path) -> None:
    """The installed command finds ``app.py`` beside it, as other commands do, without any setting."""
    (tmp_path / "myhost.py").write_text(
        "from sharekit import Sharekit\n"
        "kit = Sharekit.at('portal-data', secret_keys=['0123456789abcdef-0123456789abcdef'], kinds=[])\n",
        "utf-8",
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    begin = "import sys; sys.path[:] = [place for place in sys.path if place]"
    script = f"{begin}; from sharekit.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", script, "sweep", "--kit", "myhost:kit"],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert "would delete 0 of 0 blobs" in done.stdout
