import copy
import json
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit import CatalogEntry, Contact, ContactProfile, ReadLink, ResourceRef, StaffProfile, Visibility
from sharekit.codec import RecordKind, fold
from sharekit.codec.folding import words
from sharekit.codec.kinds import (
    ALL,
    ANCESTRY,
    AUDIT_ENTRY,
    CATALOG_ENTRY,
    CONTACT,
    EMAIL_CLAIM,
    READ_LINK,
    STAFF,
    UNSETTLED,
)
from sharekit.codec.kinds_of_documents import BLOB_INTENT, DOCUMENT_ROW, REPEATED, STORED_FILE, VERSION
from sharekit.codec.kinds_of_people import (
    CONTACT_TAG,
    INVITATION,
    MEMBERSHIP,
    NAME_CLAIM,
    ORGANIZATION,
    PORTAL_ACCESS,
)
from sharekit.codec.kinds_of_sharing import ACCESS_REQUEST, FOLLOW, GRANT, PORTAL_SETTINGS
from sharekit.errors import IntegrityError
from sharekit.ids import AuditEntryId, ContactId, DocumentId, FileId, InvitationId, OrganizationId, ReadLinkId, TenantId
from sharekit.ports import KeyValue, Row
from sharekit.records.access_requests import AccessRequest, AccessRequestState
from sharekit.records.audit import AuditEntry
from sharekit.records.catalog import Ancestry, Inheritance, NewChildren
from sharekit.records.documents import Document, DocumentVersion, Provenance, Repeated, Source
from sharekit.records.files import BlobIntent, BlobPurpose, ScanState, StoredFile
from sharekit.records.grants import Access, Children, Follow, Grant
from sharekit.records.invitations import AccessState, Invitation, PortalAccess
from sharekit.records.moves import UnsettledContent
from sharekit.records.parties import EmailClaim, Organization
from sharekit.records.people import ContactTag, Membership, NameClaim, OrganizationProfile
from sharekit.records.settings import OrganizationMode, PortalSettings
from tests.codec import _conversations as conversations
from tests.codec import _mail as mail
from tests.codec import _notices as notices
from tests.codec import _requests as requests

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
    ORGANIZATION: OrganizationProfile(id="o", tenant=T, name="Acme"),
    NAME_CLAIM: NameClaim(tenant=T, id="n", organization=OrganizationId("o")),
    MEMBERSHIP: Membership(tenant=T, contact=Contact("c"), organization=Organization("o")),
    CONTACT_TAG: ContactTag(tenant=T, contact=Contact("c"), label="VIP"),
    PORTAL_ACCESS: PortalAccess(tenant=T, contact=Contact("c"), handle="h" * 28),
    INVITATION: Invitation(
        tenant=T,
        id=InvitationId("i" * 28),
        contact=Contact("c"),
        address="digest",
        created_at=AT,
        created_by="staff:m",
        expires_at=AT,
    ),
    ANCESTRY: Ancestry(tenant=T, entry=REF.key, ancestor="folder:1#1"),
    UNSETTLED: UnsettledContent(tenant=T, container=REF, moved=ResourceRef("folder", "1"), by="staff:m"),
    GRANT: Grant(tenant=T, ref=REF, grantee="contact:c", granted_at=AT, granted_by="staff:m"),
    FOLLOW: Follow(tenant=T, ref=REF, party="contact:c", since=AT),
    ACCESS_REQUEST: AccessRequest(tenant=T, ref=REF, contact=Contact("c"), asked_at=AT),
    PORTAL_SETTINGS: PortalSettings(tenant=T),
    **requests.SMALL,
    **conversations.SMALL,
    **notices.SMALL,
    **mail.SMALL,
    STORED_FILE: StoredFile(
        tenant=T,
        id=FileId("f" * 28),
        size=3,
        sha256="a" * 64,
        media_type="text/plain",
        etag="e",
        received_at=AT,
        received_from="staff:m",
    ),
    BLOB_INTENT: BlobIntent(tenant=T, file=FileId("f" * 28), purpose=BlobPurpose.RECEIVE, since=AT),
    DOCUMENT_ROW: Document(
        tenant=T,
        id=DocumentId("d" * 28),
        name="a.txt",
        creator=None,
        provenance=Provenance(source=Source.STAFF, sender="staff:m"),
        created_at=AT,
    ),
    VERSION: DocumentVersion(
        tenant=T,
        document=DocumentId("d" * 28),
        number=1,
        name="a.txt",
        file=FileId("f" * 28),
        size=3,
        sha256="a" * 64,
        media_type="text/plain",
        provenance=Provenance(source=Source.STAFF, sender="staff:m"),
        added_at=AT,
        added_by="staff:m",
    ),
    REPEATED: Repeated(tenant=T, id="r" * 64, content="c" * 64, result="d" * 28, at=AT),
}
FULL: dict[RecordKind[Any], Any] = {
    CATALOG_ENTRY: CatalogEntry(
        tenant=T,
        ref=REF,
        title="Ünï",
        client_title="y",
        container=ResourceRef("folder", "1"),
        owner="staff:m",
        requester=Contact("c"),
        visibility=Visibility.INTERNAL,
        inherits=Inheritance.CLOSED,
        new_children=NewChildren.ASK,
        veiled=True,
        reached_from=("folder:1#1", "folder:0#2"),
        children=7,
        activity=AT,
        client_activity=AT,
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
        seal=7,
    ),
    CONTACT: ContactProfile(
        id="c",
        tenant=T,
        name="Ana",
        email="ana@acme.test",
        locale="es",
        phone="+34 600 000 000",
        messaging=False,
        active=False,
        merged_into=Contact("d"),
    ),
    EMAIL_CLAIM: EmailClaim(tenant=T, id="e", contact=ContactId("c")),
    STAFF: StaffProfile(
        id="m", tenant=T, name="Maria", roles=frozenset({"admin"}), active=False, email="maria@studio.test", locale="nl"
    ),
    ORGANIZATION: OrganizationProfile(id="o", tenant=T, name="Acme", active=False),
    NAME_CLAIM: NameClaim(tenant=T, id="n", organization=OrganizationId("o")),
    MEMBERSHIP: Membership(
        tenant=T, contact=Contact("c"), organization=Organization("o"), role="manager", sees_shared=True, since=AT
    ),
    CONTACT_TAG: ContactTag(tenant=T, contact=Contact("c"), label="Ünï ünï"),
    PORTAL_ACCESS: PortalAccess(
        tenant=T,
        contact=Contact("c"),
        handle="h" * 28,
        state=AccessState.WITHDRAWN,
        epoch=3,
        invitation=InvitationId("i" * 28),
        entered_at=AT,
        ended_at=AT,
    ),
    INVITATION: Invitation(
        tenant=T,
        id=InvitationId("i" * 28),
        contact=Contact("c"),
        address="digest",
        created_at=AT,
        created_by="staff:m",
        expires_at=AT,
        uses=1,
        ended_at=AT,
    ),
    ANCESTRY: Ancestry(tenant=T, entry=REF.key, ancestor="folder:1#1"),
    UNSETTLED: UnsettledContent(
        tenant=T, container=REF, moved=ResourceRef("folder", "1"), by="staff:m", after="paper:3", hidden=True
    ),
    GRANT: Grant(
        tenant=T,
        ref=REF,
        incarnation=2,
        grantee="organization:o",
        access=Access.CONTRIBUTE,
        visibility=Visibility.INTERNAL,
        children=Children.NOW,
        expires_at=AT,
        via="g",
        granted_at=AT,
        granted_by="staff:m",
        generation=4,
        revoked_at=AT,
        revoked_by="staff:b",
        declined_at=AT,
    ),
    FOLLOW: Follow(tenant=T, ref=REF, incarnation=2, party="staff:m", since=AT),
    ACCESS_REQUEST: AccessRequest(
        tenant=T,
        ref=REF,
        incarnation=2,
        contact=Contact("c"),
        asked_at=AT,
        state=AccessRequestState.DISMISSED,
        answered_at=AT,
        answered_by="staff:m",
    ),
    PORTAL_SETTINGS: PortalSettings(
        tenant=T,
        scope="shared_with_me | ~requested_by_me",
        organizations=OrganizationMode.BY_ROLE,
        roles=frozenset({"boss"}),
        shown={"project": ("hours", "progress")},
        moving=("folder:1",),
    ),
    **requests.FULL,
    **conversations.FULL,
    **notices.FULL,
    **mail.FULL,
    STORED_FILE: StoredFile(
        tenant=T,
        id=FileId("f" * 28),
        size=3,
        sha256="a" * 64,
        media_type="text/plain",
        inline=True,
        etag="e",
        scan=ScanState.INFECTED,
        received_at=AT,
        received_from="staff:m",
        gone_at=AT,
    ),
    BLOB_INTENT: BlobIntent(tenant=T, file=FileId("f" * 28), purpose=BlobPurpose.DELETE, since=AT),
    DOCUMENT_ROW: Document(
        tenant=T,
        id=DocumentId("d" * 28),
        name="ünï.txt",
        version=2,
        latest=3,
        creator="staff:m",
        uploader="contact:c",
        provenance=Provenance(source=Source.LIBRARY, sender="staff:m", copied_from=REF, request="q"),
        created_at=AT,
        removed_at=AT,
    ),
    VERSION: DocumentVersion(
        tenant=T,
        document=DocumentId("d" * 28),
        number=2,
        name="a.txt",
        file=FileId("f" * 28),
        size=3,
        sha256="a" * 64,
        media_type="text/plain",
        provenance=Provenance(source=Source.PORTAL, sender="contact:c", request="q"),
        added_at=AT,
        added_by="contact:c",
    ),
    REPEATED: Repeated(tenant=T, id="r" * 64, content="c" * 64, result="d" * 28, at=AT),
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
    assert [type(value) for value in vars_of(record).values()] == [type(value) for value in vars_of(loaded).values()]
    assert set(kind.spec.keys) == set(row.keys)
    assert (T, kind.name, 3, 1) == (row.tenant, row.kind, row.revision, row.schema)


@pytest.mark.parametrize(("kind", "record"), cases())
def test_what_was_read_is_as_firm_as_what_was_made(kind: RecordKind[Any], record: Any) -> None:  # noqa: ANN401  # any record class
    """A record that comes from a row is of its class, equal both ways, copied like any other, and cannot be changed."""
    loaded = kind.load(kind.dump(T, record, 3))
    name = attrs.fields(type(record))[0].name

    assert type(loaded) is kind.record is type(record)
    assert loaded == record
    assert record == loaded
    assert vars_of(copy.copy(loaded)) == vars_of(attrs.evolve(loaded)) == vars_of(record)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(loaded, name, "else")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        delattr(loaded, name)


@pytest.mark.parametrize(("kind", "record"), cases())
def test_nothing_is_coerced_and_nothing_is_ignored(kind: RecordKind[Any], record: object) -> None:
    """A body with a further field, a wrong type or a foreign tenant is damage (R-AUTH-6)."""
    row = kind.dump(T, record, 1)
    body = json.loads(row.body)

    damaged = [body | dict.fromkeys(kind.counters, 1)] if kind.counters else []
    damaged += [body | {"surplus": 1}, body | {"tenant": 7}, body | {"tenant": "other"}, [], "text"]
    damaged += [body | {name: {"no": "such"}} for name, value in body.items() if name != "details"]
    damaged += [body | {name: "false"} for name, value in body.items() if isinstance(value, bool)]
    damaged += [body | {name: str(value)} for name, value in body.items() if isinstance(value, int)]
    damaged += [body | {name: [*value, {"no": "such"}]} for name, value in body.items() if isinstance(value, list)]
    damaged += [{key: value for key, value in body.items() if key != "tenant"}]

    for values in damaged:
        with pytest.raises(IntegrityError):
            kind.load(attrs.evolve(row, body=json.dumps(values)))
    for text in (row.body[:-1], f"{row.body}{{}}", f" {row.body}", f"{row.body} "):
        with pytest.raises(IntegrityError):
            kind.load(attrs.evolve(row, body=text))
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


@pytest.mark.parametrize("count", [True, "7"])
def test_a_count_that_is_no_whole_number_is_damage(count: KeyValue) -> None:
    """A key is trusted no more than a body."""
    row: Row = READ_LINK.dump(T, SMALL[READ_LINK], 1)

    with pytest.raises(IntegrityError):
        READ_LINK.load(attrs.evolve(row, keys={"uses": count}))
    assert 0 == READ_LINK.load(attrs.evolve(row, keys={"uses": None})).uses


def test_what_a_row_meant_is_remembered_by_all_of_it() -> None:
    """A row that was read before is not decoded again; one that differs in anything is, and is checked anew."""
    row = CATALOG_ENTRY.dump(T, SMALL[CATALOG_ENTRY], 1)
    first = CATALOG_ENTRY.load(row)

    assert CATALOG_ENTRY.load(attrs.evolve(row, revision=2)) is first
    counted = CATALOG_ENTRY.load(attrs.evolve(row, keys={**row.keys, "children": 7}))
    assert counted == attrs.evolve(first, children=7)
    for other in ({"id": "project:else"}, {"tenant": TenantId("else")}, {"schema": 9}):
        with pytest.raises(IntegrityError):
            CATALOG_ENTRY.load(attrs.evolve(row, **other))


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


@pytest.mark.parametrize(
    ("name", "typed", "found"),
    [
        ("Ana Łukasz", "lu", True),
        ("Ana Łukasz", "na", False),
        ("Sean O'Brien", "o'b", True),
        ("Smith-Jones", "jo", True),
        ("Smith-Jones", "smith-j", True),
        ("100% Design", "%", True),
        ("100 Design", "%", False),
        ("a_b", "_", True),
        ("ab", "_", False),
        ("李小明", "小明", True),
        ("李小明", "明小", False),
    ],
)
def test_words_hold_what_people_have_typed_so_far(name: str, typed: str, found: bool) -> None:
    """A beginning of a word is found, a part from its middle is not, and no sign is special."""
    assert found == (words(typed) in words(name))


@given(st.text())
def test_words_fit_a_key(text: str) -> None:
    """However long the text is, and whatever it is made of."""
    assert len(words(text)) <= 255
    assert words(text) == words(fold(text))
