"""`sharekit review`."""

import csv
import io
import json
import sys
from datetime import timedelta
from types import ModuleType

import pytest

from sharekit import ResourceRef, Staff
from sharekit.cli import main
from sharekit.testing import FrozenClock, kit

AT = ["review", "--kit", "a_host_to_review:kit"]


def test_a_review_is_written_for_spreadsheets_and_programs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It has one row for each grant and link to look at, of the tenant that was named, and no formula."""
    clock, module, maria, project = (
        FrozenClock(),
        ModuleType("a_host_to_review"),
        Staff("maria"),
        ResourceRef("project", "42"),
    )
    made = kit(clock=clock)
    made.catalog.put(project, title="=1+1", by=maria)
    made.shares.grant(project, to=made.people.add_contact("Ana", "ana@acme.test", by=maria), by=maria)
    clock.advance(timedelta(days=100))
    vars(module).update(kit=made)
    monkeypatch.setitem(sys.modules, module.__name__, module)

    codes = [main(AT)]
    told = capsys.readouterr()
    codes += [main([*AT, "--format", "json"])]
    listed = json.loads(capsys.readouterr().out)
    codes += [main([*AT, "--idle-days", "120"]), main([*AT, "--tenant", "other"])]
    none = capsys.readouterr()
    (row,) = csv.DictReader(io.StringIO(told.out))

    assert codes == [0, 0, 0, 0]
    assert (row["title"], row["recipient"], row["reasons"]) == ("'=1+1", "Ana", "unused")
    assert told.err == "1 to look at\n"
    assert [one["title"] for one in listed] == ["=1+1"]
    assert none.err == "0 to look at\n" * 2
    assert main([*AT, "--expiring-days", "0"]) == 2
