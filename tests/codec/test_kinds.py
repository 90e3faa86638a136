import json
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit import CatalogEntry, Contact, ContactProfile, ReadLink, ResourceRef, StaffProfile, Visibility
from sharekit.codec import RecordKind, fold
from sharekit.codec.kinds import ALL, AUDIT_ENTRY, CATALOG_ENTRY, CONTACT, EMAIL_CLAIM, READ_LINK, STAFF
from sharekit.errors import IntegrityError
from sharekit.ids import AuditEntryId, ContactId, ReadLinkId, TenantId
from sharekit.ports import Row
from sharekit.records.audit import AuditEntry
from sharekit.records.parties import EmailClaim

T = TenantId("default")
AT = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
REF = ResourceRef("project", "42")

# A record's class goes with its kind, which no type of a dictionary says.
SMALL: dict[RecordKind[Any], Any] = {
    CATALOG_ENTRY: CatalogEntry(tenant=T, ref=REF, title="x", created_at=AT),
    READ_LINK: ReadLink(
        tenant=T, id=ReadLinkId("a" * 28), ref=REF, sections=frozenset(), created_at=AT, created_by="staff:m"
    ),
    AUDIT_ENTRY: AuditEntry(
        tenant=T, id=AuditEntryId("1"), at=AT, actor="staff:m", action="link-created", resource=None, details={}
    ),
    CONTACT: ContactProfile(id="c", tenant=T, name="Ana", email="ana@acme.test"),
    EMAIL_CLAIM: EmailClaim(tenant=T, id="e", contact=ContactId("c")),
    STAFF: StaffProfile(id="m", tenant=T, name="Maria"),
}
FULL: dict[RecordKind[Any], Any] = {
    CATALOG_ENTRY: CatalogEntry(
        tenant=T,
        ref=REF,
        title="Ünï",
        client_title="y",
        container=ResourceRef("folder", "1"),
        owner="staff:m",
        visibility=Visibility.INTERNAL,
        incarnation=3,
        created_at=AT,
        removed_at=AT,
    ),
    READ_LINK: ReadLink(
        tenant=T,
        id=ReadLinkId("a" * 28),
        ref=REF,
        incarnation=2,
        generation=3,
        sections=frozenset({"b", "a"}),
        client_title="y",
        accepted_title="x",
        created_at=AT,
        created_by="staff:m",
        expires_at=AT,
        max_uses=5,
        uses=4,
        password_hash="scrypt$...",
        password_epoch=1,
        recipient=Contact("c"),
        views=9,
        last_opened_at=AT,
        revoked_at=AT,
        revoked_by="staff:b",
    ),
    AUDIT_ENTRY: AuditEntry(
        tenant=T,
        id=AuditEntryId("1"),
        at=AT,
        actor="staff:m",
        action="link-created",
        resource=REF.key,
        details={"a": 1, "b": True, "c": None, "d": "x", "e": ("p", "q")},
    ),
    CONTACT: ContactProfile(id="c", tenant=T, name="Ana", email="ana@acme.test", locale="es", active=False),
    EMAIL_CLAIM: EmailClaim(tenant=T, id="e", contact=ContactId("c")),
    STAFF: StaffProfile(id="m", tenant=T, name="Maria", roles=frozenset({"admin"}), active=False),
}


def cases() -> list[Any]:  # pytest's parameters are of any type
    """Return each kind with a small and a full record."""
    return [
        pytest.param(kind, record, id=f"{kind.name}-{label}")
        for label, records in (("small", SMALL), ("full", FULL))
        for kind, record in records.items()
    ]


def vars_of(record: Any) -> dict[str, object]:  # noqa: ANN401  # any record class
    """Return every field of a record, those that its equality leaves out too."""
    return {field.name: getattr(record, field.name) for field in attrs.fields(type(record))}


def test_every_kind_is_tried() -> None:
    """A kind that is added is added here too."""
    assert set(ALL) == set(SMALL) == set(FULL)


@pytest.mark.parametrize(("kind", "record"), cases())
def test_a_record_comes_back_as_it_was(kind: RecordKind[Any], record: object) -> None:
    """What was kept is read again, field by field, and its keys are the declared ones."""
    row = kind.dump(T, record, 3)

    loaded = kind.load(row)

    assert vars_of(record) == vars_of(loaded)
    assert set(kind.spec.keys) == set(row.keys)
    assert (T, kind.name, 3, 1) == (row.tenant, row.kind, row.revision, row.schema)


@pytest.mark.parametrize(("kind", "record"), cases())
def test_nothing_is_coerced_and_nothing_is_ignored(kind: RecordKind[Any], record: object) -> None:
    """A body with a further field, a wrong type or a foreign tenant is damage (R-AUTH-6)."""
    row = kind.dump(T, record, 1)
    body = json.loads(row.body)

    damaged = [body | {"surplus": 1}, body | {"tenant": 7}, body | {"tenant": "other"}, [], "text"]
    damaged += [body | {name: {"no": "such"}} for name, value in body.items() if name != "details"]
    damaged += [body | {name: "false"} for name, value in body.items() if isinstance(value, bool)]
    damaged += [body | {name: str(value)} for name, value in body.items() if isinstance(value, int)]
    damaged += [{key: value for key, value in body.items() if key != "tenant"}]

    for values in damaged:
        with pytest.raises(IntegrityError):
            kind.load(attrs.evolve(row, body=json.dumps(values)))
    with pytest.raises(IntegrityError):
        kind.load(attrs.evolve(row, body=row.body[:-1]))
    with pytest.raises(IntegrityError):
        kind.load(attrs.evolve(row, id="another"))
    with pytest.raises(IntegrityError):
        kind.load(attrs.evolve(row, schema=2))


@pytest.mark.parametrize("time", ["2026-03-02T09:00:00", "2026-03-02T09:00:00+01:00", 5, None])
def test_a_time_without_its_zone_is_damage(time: object) -> None:
    """Stored times are in UTC and say so."""
    row = CATALOG_ENTRY.dump(T, SMALL[CATALOG_ENTRY], 1)
    body = json.loads(row.body) | {"created_at": time}

    with pytest.raises(IntegrityError):
        CATALOG_ENTRY.load(attrs.evolve(row, body=json.dumps(body)))


def test_a_counter_is_read_from_its_key() -> None:
    """`bump` raises the key and leaves the body alone; the record has the present number."""
    row: Row = READ_LINK.dump(T, SMALL[READ_LINK], 1)

    loaded = READ_LINK.load(attrs.evolve(row, keys={**row.keys, "uses": 7}))

    assert 7 == loaded.uses
    assert "uses" not in json.loads(row.body)


def test_older_shapes_rise_step_by_step() -> None:
    """Each upcast lifts a body by one shape; a shape of the future is refused."""
    kind = RecordKind(
        STAFF.spec,
        StaffProfile,
        id_of=lambda staff: staff.id,
        keys_of=lambda _: {},
        upcasts=[
            lambda body: {**body, "name": body["title"]},
            lambda body: {key: value for key, value in body.items() if key != "title"},
        ],
    )
    body = '{"id":"m","tenant":"default","title":"M"}'
    first = Row(tenant=T, kind="staff", id="m", revision=1, schema=1, keys={}, body=body)

    assert "M" == kind.load(first).name
    assert 3 == kind.dump(T, kind.load(first), 0).schema
    with pytest.raises(IntegrityError):
        kind.load(attrs.evolve(first, schema=4))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Łódź", "lodz"), ("STRASSE", "straße"), ("Ærø", "aero"), ("İstanbul", "istanbul"), ("ﬁne", "FINE")],
)
def test_folding_finds_what_people_mean(one: str, other: str) -> None:
    """Case, marks and letters that do not decompose make no difference."""
    assert fold(one) == fold(other)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    """A folded text is its own fold, and fits a key."""
    assert fold(text) == fold(fold(text))
    assert len(fold(text)) <= 255
