"""
What a host's type checker must understand. This file is checked and never run.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, assert_type

from sharekit import (
    CatalogEntry,
    Contact,
    ContactProfile,
    Invitation,
    LinkPreview,
    LinkState,
    LinkView,
    Membership,
    OrganizationProfile,
    PersonFound,
    PortalSession,
    ReadLink,
    ResourceKind,
    ResourceRef,
    Right,
    Section,
    SectionContext,
    SectionView,
    Sharekit,
    Staff,
    System,
    end_of_day,
    signals,
)
from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.features._reading import DocumentReader
from sharekit.ports import (
    Clock,
    Directory,
    RateLimiter,
    RecordStore,
    Scanner,
    ScanResult,
    ScanVerdict,
    SupportsContacts,
    SupportsOrganizations,
    SupportsStamp,
)
from sharekit.records.documents import Document, DocumentFile, DocumentPage, DocumentVersion, Upload
from sharekit.records.events import LinkRevoked, SubmissionInfected
from sharekit.records.grants import Grant
from sharekit.records.invitations import ContactAccess
from sharekit.records.people import ContactInfo, MembershipInfo, OrganizationInfo
from sharekit.records.requests import DocumentRequest, RequestItem, RequestRecipient
from sharekit.records.submissions import Receipt, RequestView, Submission, UploadView
from sharekit.records.upkeep import FsckReport, SweepReport
from sharekit.records.uploads import UploadPolicy
from sharekit.screening import Detector, FileName
from sharekit.testing import FrozenClock


def plain(ref: ResourceRef) -> list[int]:
    """Load without a context."""
    return [len(ref.id)]


def with_context(ref: ResourceRef, context: SectionContext) -> str:
    """Load with a context."""
    return f"{ref.id} {context.locale}"


class HostDirectory:
    """A host's directory needs no base class."""

    def rights(self, staff: Staff, ref: ResourceRef) -> set[Right]:
        """Return some rights."""
        return {Right.VIEW} if staff.id else set()


class HostPeople(HostDirectory):
    """Nor do its further abilities."""

    def contact(self, id: str) -> ContactInfo | None:
        """Return nobody."""
        return None

    def search_contacts(self, text: str, limit: int) -> list[ContactInfo]:
        """Find nobody."""
        return []

    def organization(self, id: str) -> OrganizationInfo | None:
        """Return nothing."""
        return None

    def organizations_of(self, contact_id: str) -> set[MembershipInfo]:
        """Belong to nothing."""
        return set()

    def members_of(self, organization_id: str) -> set[str]:
        """Have no members."""
        return set()

    def search_organizations(self, text: str, limit: int) -> list[OrganizationInfo]:
        """Find nothing."""
        return []


project = ResourceKind(
    "project",
    title="Project",
    sections={"a": Section("A", load=plain), "b": Section("B", load=with_context, titles={"nl": "B"})},
)
directory: Directory = HostDirectory()
contacts: SupportsContacts = HostPeople()
organizations: SupportsOrganizations = HostPeople()
clock: Clock = FrozenClock()
stores: list[RecordStore] = [MemoryRecordStore(), SqliteRecordStore("records.sqlite3")]
stamping: SupportsStamp = SqliteRecordStore("records.sqlite3")

kit = Sharekit.at("folder", secret_keys=["k" * 32, b"k" * 32], kinds=[project], directory=HostDirectory())
maria, ref = Staff("maria"), ResourceRef("project", "42")

assert_type(kit, Sharekit)
assert_type(kit.catalog.put(ref, title="x", by=maria), CatalogEntry)
ana = kit.people.add_contact("Ana", "ana@acme.test", by=System("sync"))
assert_type(ana, ContactProfile)
contact: Contact = ana
acme = kit.people.add_organization("Acme", by=maria)
assert_type(acme, OrganizationProfile)
assert_type(kit.people.join(ana, acme, role="manager", by=maria), Membership)
assert_type(kit.people.update(ana, phone=None, add_tags={"vip"}, by=maria), ContactProfile)
assert_type(kit.people.search("an", kinds={"contact"}, organization=acme, with_access=True), list[PersonFound])
assert_type(kit.people.find("ana@acme.test"), ContactProfile | None)
assert_type(kit.people.merge(ana, into=Contact("eva"), by=maria), ContactProfile)
assert_type(kit.people.access_of(ana), ContactAccess)
invitation = kit.people.invite(ana, by=maria, lasting=timedelta(days=1))
assert_type(invitation, Invitation)
assert_type(kit.people.enter(kit.people.invitation_token(invitation)), PortalSession)
assert_type(kit.people.session("ticket").contact, ContactProfile)
link = kit.links.create(ref, by=maria, sections={"a"}, expires_at=datetime.now(UTC) + timedelta(days=1), recipient=ana)
assert_type(link, ReadLink)
assert_type(link.state, LinkState)
assert_type(kit.links.token(link), str)
view = kit.links.open("token")
assert_type(view, LinkView)
assert_type(view.sections, Mapping[str, SectionView])
assert_type(view.ticket, str | None)
assert_type(kit.links.preview(link), LinkPreview)
assert_type(kit.links.of(ref), list[ReadLink])
assert_type(kit.links.revoke_all(ana, by=maria), list[ReadLink])
assert_type(kit.for_tenant("acme"), Sharekit)
assert_type(kit.rate_limiter, RateLimiter)
assert_type(end_of_day(datetime.now(UTC).date(), "Europe/Madrid"), datetime)
kit.links.update(link, by=maria, expires_at=None, password=None, client_title=None, add_sections={"b"})


class HostScanner:
    """A host's scanner needs no base class."""

    def scan(self, chunks: Iterator[bytes]) -> ScanResult:
        """Find nothing."""
        return ScanResult(ScanVerdict.CLEAN)


def no_drafts(name: FileName, file: BinaryIO, size: int) -> str | None:
    """Refuse drafts."""
    return "draft" if name.display.startswith("draft") and file.read(size) else None


scanner: Scanner = HostScanner()
detector: Detector = no_drafts
Sharekit.at(
    "folder",
    secret_keys=[b"k" * 32],
    kinds=[],
    scanner=HostScanner(),
    detectors=[no_drafts],
    uploads=UploadPolicy(max_bytes=1024),
)
plan = kit.documents.add(ref, "Plan.txt", b"a plan", by=maria, idempotency_key="once")
assert_type(plan, Document)
assert_type(kit.documents.replace(plan, iter([b"a", b"plan"]), by=maria), Document)
assert_type(
    kit.documents.share([plan, Upload("New.txt", b"new")], to=[contact, acme], by=maria, container=ref),
    tuple[list[Document], list[Grant]],
)
assert_type(kit.documents.copy(plan.ref, None, by=maria), Document)
assert_type(kit.documents.get(plan.id, by=maria), Document)
assert_type(kit.documents.versions(plan, by=maria), list[DocumentVersion])
assert_type(kit.documents.of(ref, by=maria), list[Document])
assert_type(kit.documents.look(plan, by=contact), DocumentFile)
assert_type(kit.documents.open(plan, by=contact, start=0, stop=10), DocumentReader)
assert_type(kit.documents.zip([plan, plan.ref], by=contact), Iterator[bytes])
assert_type(kit.documents.visible(contact, search="plan"), DocumentPage)
assert_type(kit.documents.scan_waiting(), int)
asked = kit.requests.create(
    to=contact, items=[RequestItem("Passport", accept={"pdf"})], about=ref, by=maria, idempotency_key="once"
)
assert_type(asked, DocumentRequest)
assert_type(asked.recipients[0], RequestRecipient)
assert_type(kit.requests.token(asked, contact), str)
assert_type(kit.requests.open("token"), RequestView)
sent = kit.requests.submit("token", "passport", "p.pdf", b"%PDF-", idempotency_key="once")
assert_type(sent, Submission)
assert_type(kit.requests.begin_upload("token", "passport", "p.pdf", size=10), UploadView)
assert_type(kit.requests.accept(sent, by=maria), DocumentRequest)
assert_type(kit.requests.send_back(asked, reason="blurred", by=maria), DocumentRequest)
assert_type(kit.requests.outstanding(contact), list[RequestView])
assert_type(kit.requests.verify_receipt("text"), Receipt)
assert_type(
    kit.sweep(dry_run=False, grace=timedelta(days=1), removed_grace=timedelta(days=30)),
    SweepReport,
)
assert_type(kit.sweep().documents, tuple[str, ...])
assert_type(kit.fsck(read=True, repair=False), FsckReport)


@signals.submission_infected.connect
def on_infected(event: SubmissionInfected) -> None:
    """Read what the requester hears."""
    assert_type(event.notify, frozenset[str])


@signals.link_revoked.connect
def on_revoked(event: LinkRevoked) -> None:
    """Read an event."""
    assert_type(event.ref, ResourceRef)


# Wrong uses are type errors: each line below must be one, or its ignore is unused and fails the check.
kit.links.create("project:42", by=maria, sections={"a"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # a reference, not text
kit.links.create(ref, by="maria", sections={"a"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # a principal, not text
kit.links.create(ref, sections={"a"})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # somebody acts
kit.links.create(ref, maria, {"a"})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # keywords only
kit.links.update(link, by=maria, expires="tomorrow")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # no such option
kit.people.search("an", kinds={"staff"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # no such sort
kit.people.invite(acme, by=maria)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # an organization never comes in
kit.people.add_organization("X", by=acme)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # an organization never acts
kit.links.revoke_all(System("x"), by=maria)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # a target has links
kit.documents.add(ref, "a.txt", "text", by=maria)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # bytes, not text
kit.documents.replace(plan, b"x", by=maria, visibility=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # no such option
kit.documents.open(plan)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # somebody reads
kit.requests.submit("token", 7, "a.pdf", b"")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # an item or its key
kit.requests.send_back(asked, by=maria)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # the contact reads why
kit.sweep(grace=24)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # a duration, not hours
Section("A", load=lambda: 1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # a loader takes the reference


def wrong_event(event: int) -> None:
    """Listen to something else."""


signals.link_revoked.connect(wrong_event)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # another event
