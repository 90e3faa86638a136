"""`sharekit sweep` and `sharekit fsck`."""

import sys
from datetime import timedelta
from types import ModuleType

import pytest

from sharekit import ResourceRef, Sharekit, Staff
from sharekit.backends.fsspec import FsspecBlobStore
from sharekit.cli import main
from sharekit.ids import BlobKey, blob_prefix
from sharekit.testing import FrozenClock, kit

MARIA = Staff("maria")
PROJECT = ResourceRef("project", "42")
AT = ["--kit", "a_host_of_a_test:kit"]


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Sharekit:
    """A host whose kit has a document that stays and one that was removed a day ago."""
    clock, module = FrozenClock(), ModuleType("a_host_of_a_test")
    made = kit(clock=clock, blobs=FsspecBlobStore("memory://"))
    made.catalog.put(PROJECT, title="Relaunch", by=MARIA)
    made.documents.add(PROJECT, "Stays.txt", b"a text that stays", by=MARIA)
    made.documents.remove(made.documents.add(PROJECT, "Gone.txt", b"a text", by=MARIA), by=MARIA)
    clock.advance(timedelta(days=2))
    vars(module).update(kit=made, broken=lambda: 1 / 0, other=7)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return made


def _blobs(made: Sharekit) -> list[BlobKey]:
    return [blob.key for blob in made._wiring.blob_store().blobs(blob_prefix(made.tenant))]


def test_a_sweep_deletes_only_when_told_to(host: Sharekit, capsys: pytest.CaptureFixture[str]) -> None:
    """Without `--delete` it names what would go; with it, it goes."""
    before = _blobs(host)
    codes = [main(["sweep", *AT])]
    named, still = capsys.readouterr().out, _blobs(host)
    codes += [main(["sweep", *AT, "--hours", "72", "--delete"])]
    too_young = capsys.readouterr().out
    codes += [main(["sweep", *AT, "--delete"])]
    swept = capsys.readouterr().out

    assert codes == [0, 0, 0]
    assert "would delete 1 of 2 blobs in 1 tenants" in named
    assert "do it with --delete" in named
    assert sorted(still) == sorted(before)
    assert "deleted 0 of 2" in too_young
    assert "deleted 1 of 2" in swept
    assert len(_blobs(host)) == 1


def test_a_comparison_fails_when_bytes_are_lost(host: Sharekit, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 0 when all is there, 1 when a file lost its bytes; a repair notes that, and then all is well."""
    codes = [main(["fsck", *AT, "--read"])]
    fine = capsys.readouterr().out
    for key in _blobs(host):
        host._wiring.blob_store().delete(key)
    codes += [main(["fsck", *AT]), main(["fsck", *AT, "--repair"]), main(["fsck", *AT])]
    told = capsys.readouterr().out

    assert codes == [0, 1, 1, 0]
    assert "1 files in 1 tenants were read; 0 findings" in fine
    assert "default  missing" in told
    assert "(noted)" in told


@pytest.mark.parametrize(
    "place", ["no.such:kit", "a_host_of_a_test:none", "a_host_of_a_test:broken", "a_host_of_a_test:other", "x"]
)
@pytest.mark.parametrize("command", ["sweep", "fsck"])
def test_a_kit_that_is_not_there_is_told(
    host: Sharekit, capsys: pytest.CaptureFixture[str], command: str, place: str
) -> None:
    """A place without a kit is an error that names it, and nothing is done."""
    code = main([command, "--kit", place])

    assert code == 2
    assert place in capsys.readouterr().err
    assert len(_blobs(host)) == 2


def test_a_grace_of_nothing_is_refused(host: Sharekit, capsys: pytest.CaptureFixture[str]) -> None:
    """Zero hours would take what is being uploaded."""
    assert main(["sweep", *AT, "--hours", "0", "--delete"]) == 2
    assert "grace" in capsys.readouterr().err
    assert len(_blobs(host)) == 2
