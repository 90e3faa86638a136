"""
Mistakes that a host might make. Each is reported by both checkers, on its line, once.

Above a line that is wrong stand mypy's code, pyright's rule, and what is wrong.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta

from casework.cases import CASE, hearings_of
from casework.news import on_created
from casework.sharing import SYNC
from flask import Flask

from sharekit import (
    Contact,
    LinkHolder,
    ReadLink,
    ResourceKind,
    ResourceRef,
    Right,
    Section,
    SectionContext,
    Sharekit,
    Staff,
    TenantId,
    errors,
    signals,
)
from sharekit.adapters.flask import init_app
from sharekit.ports import Int, KindSpec, Prefix, Query, RecordStore, Transaction
from sharekit.testing import FrozenClock
from sharekit.web import WebRequest

KEY = "0123456789abcdef0123456789abcdef"
MARIA, ANA, CASE_7 = Staff("maria"), Contact("ana"), ResourceRef("case", "7")


def making_a_link(kit: Sharekit) -> None:
    """Misuse `create`."""
    # wrong (arg-type, reportArgumentType): a reference, not text
    kit.links.create("case:7", by=MARIA, sections={"fees"})
    # wrong (call-arg, reportCallIssue): somebody acts
    kit.links.create(CASE_7, sections={"fees"})
    # wrong (arg-type, reportArgumentType): a principal, not text
    kit.links.create(CASE_7, by="maria", sections={"fees"})
    # wrong (call-arg, reportCallIssue): what is shown is named
    kit.links.create(CASE_7, by=MARIA)
    # wrong (arg-type, reportArgumentType): several, not one text
    kit.links.create(CASE_7, by=MARIA, sections="fees")
    # wrong (arg-type, reportArgumentType): names, not numbers
    kit.links.create(CASE_7, by=MARIA, sections={1})
    # wrong (call-arg, reportCallIssue): keywords only
    kit.links.create(CASE_7, MARIA, {"fees"})
    # wrong (arg-type, reportArgumentType): a datetime, not text
    kit.links.create(CASE_7, by=MARIA, sections={"fees"}, expires_at="2026-03-02T12:00")
    # wrong (arg-type, reportArgumentType): an instant, not a day
    kit.links.create(CASE_7, by=MARIA, sections={"fees"}, expires_at=date(2026, 3, 2))
    # wrong (arg-type, reportArgumentType): an instant, not a duration
    kit.links.create(CASE_7, by=MARIA, sections={"fees"}, expires_at=timedelta(days=3))
    # wrong (call-arg, reportCallIssue): a misspelt option
    kit.links.create(CASE_7, by=MARIA, sections={"fees"}, expires="never")
    # wrong (arg-type, reportArgumentType): a number, not text
    kit.links.create(CASE_7, by=MARIA, sections={"fees"}, max_uses="3")
    # wrong (arg-type, reportArgumentType): a contact, not an address
    kit.links.create(CASE_7, by=MARIA, sections={"fees"}, recipient="ana@acme.test")
    # wrong (arg-type, reportArgumentType): outside, not staff
    kit.links.create(CASE_7, by=MARIA, sections={"fees"}, recipient=MARIA)


def using_a_link(kit: Sharekit, link: ReadLink) -> None:
    """Misuse what came back."""
    # wrong (arg-type, reportArgumentType): the token opens
    kit.links.open(link)
    # wrong (arg-type, reportArgumentType): the record, not its id
    kit.links.token(link.id)
    # wrong (arg-type, reportArgumentType): an id, not any text
    kit.links.get("a-link")
    # wrong (call-arg, reportCallIssue): somebody acts
    kit.links.revoke(link)
    # wrong (arg-type, reportArgumentType): machinery has no links
    kit.links.revoke_all(SYNC, by=MARIA)
    # wrong (arg-type, reportArgumentType): nothing is an empty set
    kit.links.update(link, by=MARIA, sections=None)
    # wrong (call-arg, reportCallIssue): what cannot be changed
    kit.links.update(link, by=MARIA, max_uses=5)
    # wrong (arg-type, reportArgumentType): the token is redeemed
    kit.links.redeem(CASE_7)
    # wrong (arg-type, reportArgumentType): there may be none
    kit.links.view(kit.links.open("token").ticket)
    # wrong (union-attr, reportOptionalMemberAccess): it may have no end
    link.expires_at.isoformat()
    # wrong (attr-defined, reportAttributeAccessIssue): a verb revokes
    link.revoked = True
    # wrong (misc, reportAttributeAccessIssue): a record never changes
    link.sections = frozenset()
    # wrong (attr-defined, reportAttributeAccessIssue): misspelt
    str(kit.links.open("token").sections["fees"].contents)


def people_and_catalog(kit: Sharekit) -> None:
    """Misuse the other rooms."""
    # wrong (call-arg, reportCallIssue): an address is needed
    kit.people.add_contact("Ana", by=SYNC)
    # wrong (arg-type, reportArgumentType): a client is no staff
    kit.people.add_staff(ANA, by=SYNC, name="Ana")
    # wrong (arg-type, reportArgumentType): several, not one text
    kit.people.add_staff(MARIA, by=SYNC, name="Maria", roles="admin")
    # wrong (arg-type, reportArgumentType): people only
    kit.people.deactivate(LinkHolder("x"), by=SYNC)
    # wrong (call-arg, reportCallIssue): misspelt
    kit.catalog.put(CASE_7, title="T", by=SYNC, clients_title="T")
    # wrong (arg-type, reportArgumentType): a member of the enum
    kit.catalog.put(CASE_7, title="T", by=SYNC, visibility="client")
    # wrong (arg-type, reportArgumentType): a client owns nothing
    kit.catalog.put(CASE_7, title="T", by=SYNC, owner=ANA)
    # wrong (arg-type, reportArgumentType): a title is needed
    kit.catalog.put(CASE_7, title=None, by=SYNC)
    # wrong (call-arg, reportCallIssue): where to
    kit.catalog.move(CASE_7, by=SYNC)
    # wrong (attr-defined, reportAttributeAccessIssue): no such room
    kit.link.open("token")


def reading_errors(kit: Sharekit) -> str:
    """Misread what an error knows."""
    try:
        kit.links.open("token")
    except errors.LinkUnavailableError as error:
        # wrong (attr-defined, reportAttributeAccessIssue): a client is not told
        return str(error.reason)
    except errors.NotAllowedError as error:
        return error.code + error.reason
    # wrong (call-arg, reportCallIssue): and what is wrong with it
    raise errors.InvalidInputError("title")


def too_little() -> object:
    """Load without the reference."""
    return 1


def too_much(ref: ResourceRef, context: SectionContext, more: int) -> object:
    """Load with too much."""
    return ref, context, more


def by_id(id_: str) -> object:
    """Load by an id."""
    return id_


# wrong (arg-type, reportArgumentType): a loader takes the reference
Section("Fees", load=too_little)
# wrong (arg-type, reportArgumentType): a loader takes at most two
Section("Fees", load=too_much)
# wrong (arg-type, reportArgumentType): a loader takes a reference, not an id
Section("Fees", load=by_id)
# wrong (call-arg, reportCallIssue): keywords only
Section("Fees", hearings_of)
# wrong (dict-item, reportArgumentType): sections, not loaders
ResourceKind("case", title="Case", sections={"fees": by_id})
# wrong (call-arg, reportCallIssue): keywords only
ResourceKind("case", "Case")
# wrong (arg-type, reportArgumentType): ids are text
ResourceRef("case", 7)


class Lists:
    """A directory that answers with texts."""

    def rights(self, staff: Staff, ref: ResourceRef) -> set[str]:
        """Answer with texts."""
        return {staff.id, ref.id}


class Strangers:
    """A directory that takes an id."""

    def rights(self, staff: str, ref: ResourceRef) -> set[Right]:
        """Take an id."""
        return {Right.VIEW} if staff == ref.id else set()


class Seconds:
    """A clock of seconds."""

    def now(self) -> float:
        """Return seconds."""
        return 0.0


class NeverReleases:
    """A limiter without a way back."""

    def acquire(self, key: str, *, limit: int, window: timedelta) -> float | None:
        """Count."""
        return window.total_seconds() if key and limit else None


class NoTenants:
    """A store that lacks a method."""

    def open(self, kinds: Sequence[KindSpec]) -> None:
        """Open."""

    @contextmanager
    def transaction(self, tenant: TenantId, *, write: bool = False) -> Generator[Transaction]:
        """Begin."""
        raise NotImplementedError

    def close(self) -> None:
        """Close."""


class WritesAlways(NoTenants):
    """A store whose transactions cannot be asked for writing."""

    @contextmanager
    # wrong (override, reportIncompatibleMethodOverride): write= is missing
    def transaction(self, tenant: TenantId) -> Generator[Transaction]:
        """Begin."""
        raise NotImplementedError

    def tenants(self, kind: str) -> Sequence[TenantId]:
        """Return nobody."""
        return []


# wrong (arg-type, reportArgumentType): a list of keys
Sharekit.at("folder", secret_keys=KEY, kinds=[CASE])
# wrong (arg-type, reportArgumentType): a list of kinds
Sharekit.at("folder", secret_keys=[KEY], kinds=CASE)
# wrong (list-item, reportArgumentType): kinds, not names
Sharekit.at("folder", secret_keys=[KEY], kinds=["case"])
# wrong (call-arg, reportCallIssue): there is no default key
Sharekit.at("folder", kinds=[CASE])
# wrong (call-arg, reportCallIssue): misspelt
Sharekit.at("folder", secret_keys=[KEY], kinds=[CASE], tennant="acme")
# wrong (arg-type, reportArgumentType): rights, not texts
Sharekit.at("folder", secret_keys=[KEY], kinds=[CASE], directory=Lists())
# wrong (arg-type, reportArgumentType): staff, not an id
Sharekit.at("folder", secret_keys=[KEY], kinds=[CASE], directory=Strangers())
# wrong (arg-type, reportArgumentType): datetimes
Sharekit.at("folder", secret_keys=[KEY], kinds=[CASE], clock=Seconds())
# wrong (arg-type, reportArgumentType): an object, not its class
Sharekit.at("folder", secret_keys=[KEY], kinds=[CASE], clock=FrozenClock)
# wrong (arg-type, reportArgumentType): release is missing
Sharekit.at("folder", secret_keys=[KEY], kinds=[CASE], rate_limiter=NeverReleases())
# wrong (arg-type, reportArgumentType): tenants is missing
Sharekit(records=NoTenants(), secret_keys=[KEY], kinds=[CASE])
# wrong (arg-type, reportArgumentType): a store, not its address
Sharekit(records="sqlite:///records.db", secret_keys=[KEY], kinds=[CASE])
# wrong (assignment, reportAssignmentType): write= is missing
store: RecordStore = WritesAlways()
# wrong (dict-item, reportArgumentType): a KeyType
KindSpec("case", {"size": int})
# wrong (arg-type, reportArgumentType): indexes hold several keys
KindSpec("case", {"size": Int}, indexes=("size",))
# wrong (arg-type, reportArgumentType): an OrderBy
Query("case", order="size")
# wrong (arg-type, reportArgumentType): a number, not text
Query("case", limit="5")
# wrong (arg-type, reportArgumentType): a condition
Query("case", where={"size": 1})
# wrong (arg-type, reportArgumentType): text
Prefix("title", 1)
# wrong (arg-type, reportArgumentType): another event
signals.link_revoked.connect(on_created)
# wrong (attr-defined, reportAttributeAccessIssue): no such news
signals.link_deleted.connect(on_created)


# wrong (arg-type, reportArgumentType): a receiver takes the event
@signals.link_created.connect
def no_event() -> None:
    """Take nothing."""


def by_number(request: WebRequest) -> int:
    """Name a tenant by a number."""
    return len(request.path)


def mounting(app: Flask, kit: Sharekit) -> None:
    """Misuse the door."""
    # wrong (call-arg, reportCallIssue): the kit is needed
    init_app(app)
    # wrong (call-arg, reportCallIssue): misspelt
    init_app(app, kit, prefix="/share")
    # wrong (arg-type, reportArgumentType): several folders
    init_app(app, kit, template_folders="templates")
    # wrong (arg-type, reportArgumentType): a name
    init_app(app, kit, resolve_tenant=by_number)
