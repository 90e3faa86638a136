"""Rows survive JSON, and what is no packed row is refused."""

import json
from datetime import UTC, datetime, timedelta, timezone

import attrs
import pytest

from sharekit.errors import IntegrityError
from sharekit.ids import TenantId
from sharekit.ports import Bool, Int, KindSpec, Ref, Row, Text, Time
from sharekit.ports.packing import Packed, pack, unpack

TENANT = TenantId("acme")
SPEC = KindSpec("note", {"title": Text, "size": Int, "at": Time, "done": Bool, "owner": Ref})
FULL = Row(
    tenant=TENANT,
    kind="note",
    id="a",
    revision=3,
    schema=2,
    keys={"title": "\u0142", "size": -(2**63), "at": datetime(1, 1, 1, tzinfo=UTC), "done": False, "owner": "staff:x"},
    body='{"a": 1}',
)
NULLS = attrs.evolve(FULL, keys=dict.fromkeys(SPEC.keys))


@pytest.mark.parametrize("row", [FULL, NULLS], ids=["full", "nulls"])
def test_a_row_survives_json(row: Row) -> None:
    """What was packed and written as JSON comes back as the same row."""
    packed = json.loads(json.dumps(pack(row)))

    assert row == unpack(packed, TENANT, SPEC, "a")


def test_a_time_of_another_zone_is_the_same_instant() -> None:
    """A time comes back in UTC, whatever zone it was packed in."""
    noon = datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    row = unpack(pack(attrs.evolve(FULL, keys={**FULL.keys, "at": noon})), TENANT, SPEC, "a")

    assert (noon, UTC) == (row.keys["at"], getattr(row.keys["at"], "tzinfo", None))


def test_the_keys_are_those_that_are_declared_now() -> None:
    """A key that was added is null, and one that is no longer declared is left out."""
    row = unpack(pack(FULL), TENANT, KindSpec("note", {"title": Text, "colour": Ref}), "a")

    assert {"title": "\u0142", "colour": None} == row.keys


@pytest.mark.parametrize(
    "packed",
    [
        None,
        [],
        {},
        {**pack(FULL), "more": 1},
        {**pack(FULL), "revision": "3"},
        {**pack(FULL), "schema": None},
        {**pack(FULL), "body": {}},
        {**pack(FULL), "keys": []},
        {**pack(FULL), "keys": {"size": "1"}},
        {**pack(FULL), "keys": {"at": 5}},
        {**pack(FULL), "keys": {"at": "yesterday"}},
        {**pack(FULL), "keys": {"at": "2026-03-02T12:00:00"}},
        {**pack(FULL), "keys": {"done": 1}},
    ],
    ids=repr,
)
def test_what_is_no_packed_row_is_refused(packed: Packed | list[object] | None) -> None:
    """Anything else raises `IntegrityError` with the kind."""
    with pytest.raises(IntegrityError) as caught:
        unpack(packed, TENANT, SPEC, "a")

    assert "note" == caught.value.kind
