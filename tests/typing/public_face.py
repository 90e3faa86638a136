"""
What a host's type checker must understand. This file is checked and never run.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import assert_type

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
from sharekit.ports import Clock, Directory, RateLimiter, RecordStore, SupportsContacts, SupportsOrganizations
from sharekit.records.events import LinkRevoked
from sharekit.records.invitations import ContactAccess
from sharekit.records.people import ContactInfo, MembershipInfo, OrganizationInfo
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
Section("A", load=lambda: 1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # a loader takes the reference


def wrong_event(event: int) -> None:
    """Listen to something else."""


signals.link_revoked.connect(wrong_event)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # another event
