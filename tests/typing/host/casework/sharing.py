"""What the firm's own pages call."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import assert_type

from casework.cases import CASE
from casework.parts import CourtClock, Partners, SharedLimiter
from casework.store import ShelfRecordStore
from sharekit import (
    UNSET,
    AuditEntry,
    Contact,
    ContactProfile,
    Decision,
    LinkState,
    LinkView,
    ReadLink,
    ReadLinkId,
    ResourceRef,
    SectionView,
    Sharekit,
    Staff,
    System,
    Unset,
    Visibility,
    end_of_day,
    errors,
)

SYNC = System("sync")


def make_kit(folder: Path, keys: list[str]) -> Sharekit:
    """Make the embedded kit."""
    return Sharekit.at(
        folder, secret_keys=keys, kinds=[CASE], directory=Partners(), clock=CourtClock(), rate_limiter=SharedLimiter()
    )


def make_kit_on_own_store(old: bytes, new: bytes) -> Sharekit:
    """Make a kit on the firm's own store."""
    return Sharekit(records=ShelfRecordStore(), secret_keys=(old, new), kinds=iter([CASE]), tenant="zaragoza")


def enter(kit: Sharekit, number: int, title: str, lawyer: Staff, shown: str | Unset = UNSET) -> ResourceRef:
    """Bring a case up to date."""
    ref = ResourceRef("case", str(number))
    entry = kit.catalog.put(ref, title=title, client_title=shown, owner=lawyer, visibility=Visibility.CLIENT, by=SYNC)
    assert_type(entry.visibility, Visibility)
    assert_type(kit.catalog.get(ref).removed_at, datetime | None)
    return ref


def share(kit: Sharekit, ref: ResourceRef, lawyer: Staff, client: ContactProfile, days: int) -> tuple[ReadLink, str]:
    """Make a link for a client."""
    decision = kit.links.may_create(ref, by=lawyer)
    assert_type(decision, Decision)
    if not decision:
        raise PermissionError(decision.reason)
    link = kit.links.create(
        ref,
        by=lawyer,
        sections={"hearings", "letters"},
        expires_at=end_of_day(datetime.now(UTC).date() + timedelta(days=days), "Europe/Madrid"),
        recipient=client,
    )
    link = kit.links.update(link, by=lawyer, add_sections=["fees"], expires_at=None, password=None)
    assert_type(link.state, LinkState)
    assert_type(link.id, ReadLinkId)
    return link, kit.links.token(link)


def client_of(kit: Sharekit, name: str, email: str) -> ContactProfile:
    """Add a client, or find the one who is there."""
    try:
        return kit.people.add_contact(name, email, by=SYNC, locale="es")
    except errors.DuplicateContactError as error:
        return kit.people.get(Contact(error.existing))


def page(kit: Sharekit, token: str, password: str | None) -> Mapping[str, SectionView] | str:
    """Open a link, and say what each refusal says."""
    try:
        view = kit.links.open(token)
    except errors.RedeemRequired as wanted:
        assert_type(wanted.password, bool)
        assert_type(wanted.locale, str | None)
        return redeemed(kit, token, password) if wanted.password else "press the button"
    except errors.LinkUnavailableError as error:
        return "expired" if error.expired else "not available"
    assert_type(view, LinkView)
    return view.sections


def redeemed(kit: Sharekit, token: str, password: str | None) -> str:
    """Redeem a link."""
    try:
        view = kit.links.redeem(token, password)
    except errors.WrongPasswordError as error:
        return error.code
    except errors.TooManyAttemptsError as error:
        assert_type(error.retry_after, float)
        return f"wait {error.retry_after:.0f} s"
    assert_type(view.ticket, str | None)
    return "" if view.ticket is None else kit.links.view(view.ticket).title


def refused(kit: Sharekit, ref: ResourceRef, lawyer: Staff) -> str:
    """Read what an error says of its reason."""
    try:
        kit.links.create(ref, by=lawyer, sections=frozenset({"fees"}), max_uses=3, password="p" * 12)
    except errors.UnknownSectionError as error:
        assert_type(error.unknown, frozenset[str])
        return ", ".join(sorted(error.unknown))
    except errors.InternalTitleError as error:
        return error.title
    except errors.InvalidInputError as error:
        return f"{error.field} {error.problem}"
    except errors.NotAllowedError as error:
        return error.reason
    except errors.SharekitError as error:
        return error.code
    return ""


def end(kit: Sharekit, ref: ResourceRef, lawyer: Staff) -> list[AuditEntry]:
    """Take everything back."""
    for link in kit.links.of(ref):
        kit.links.revoke(link.id, by=lawyer)
    assert_type(kit.links.revoke_all(ref, by=lawyer), list[ReadLink])
    assert_type(kit.for_tenant("huesca"), Sharekit)
    return list(kit.audit.entries())
