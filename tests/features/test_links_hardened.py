"""What a hostile look at the links found, and holds now."""

import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import attrs
import pytest

from sharekit import ReadLink, ResourceRef, Staff, errors
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.records.audit import AuditEntry
from sharekit.testing import FrozenClock, kit, project_kind
from tests.features.conftest import KEY, Agency, opens

EVE = Staff("eve")


@pytest.mark.parametrize("password", [5, True, 0, 1.5, b"x", ["x"], {}, ("x",)])
def test_a_password_is_text(agency: Agency, password: Any) -> None:  # noqa: ANN401  # of many types, on purpose
    """Anything else is refused, and never locks a record."""
    link = agency.link()
    before = agency.everything()

    verbs: list[Callable[[], object]] = [
        lambda: agency.link(password=password),
        lambda: agency.kit.links.update(link, by=agency.maria, password=password),
    ]
    for verb in verbs:
        with pytest.raises(errors.InvalidInputError) as refused:
            verb()
        assert "password" == refused.value.field

    assert before == agency.everything()
    guarded = agency.token(password="open sesame")
    with pytest.raises(errors.WrongPasswordError):
        agency.kit.links.redeem(guarded, password)


def test_one_damaged_row_keeps_nothing_else_alive(agency: Agency, caplog: pytest.LogCaptureFixture) -> None:
    """All readable links are shown and taken back; the damaged one opens nothing."""
    damaged, sound = agency.link(), agency.link()
    with agency.records.transaction(agency.kit.tenant, write=True) as tx:
        row = tx.get("read-link", damaged.id)
        assert row is not None
        tx.put(attrs.evolve(row, body="{"))

    shown = agency.kit.links.of(agency.relaunch)
    revoked = agency.kit.links.revoke_all(agency.relaunch, by=agency.maria)

    assert [sound.id] == [link.id for link in shown] == [link.id for link in revoked]
    with pytest.raises(errors.IntegrityError):
        agency.kit.links.open(agency.kit.links.token(damaged))
    assert f"read-link {damaged.id[:4]}... is damaged" in caplog.text


def test_a_link_of_a_kind_that_is_not_declared_uses_nothing_up(agency: Agency) -> None:
    """It is unavailable and says why to staff, who can still see it and take it back."""
    link = agency.link(max_uses=1)
    token = agency.kit.links.token(link)
    other = kit(records=agency.records, secret_keys=[KEY], kinds=[], clock=agency.clock)

    for verb in (other.links.open, other.links.redeem):
        with pytest.raises(errors.LinkUnavailableError):
            verb(token)

    assert 0 == agency.kit.links.get(link.id).uses
    assert "resource-removed" == other.links.problem(link)
    assert [link.id] == [found.id for found in other.links.of(agency.relaunch)]
    assert [link.id] == [found.id for found in other.links.revoke_all(agency.relaunch, by=agency.maria)]


def test_a_bad_language_uses_nothing_up(agency: Agency) -> None:
    """It is refused before anything is counted."""
    link = agency.link(max_uses=1)
    bad: Any = 5

    with pytest.raises(errors.InvalidInputError):
        agency.kit.links.redeem(agency.kit.links.token(link), locale=bad)

    assert 0 == agency.kit.links.get(link.id).uses


def test_a_mapping_is_no_set_of_sections(agency: Agency) -> None:
    """What a form maps to False is not shown by its name."""
    with pytest.raises(errors.InvalidInputError) as refused:
        agency.link(sections={"progress": True, "notes": False})

    assert "sections" == refused.value.field


def test_an_accepted_title_is_the_one_that_was_accepted(agency: Agency) -> None:
    """What the thing is called inside later is not shown."""
    ref = ResourceRef("project", "43")
    agency.put(ref, title="Website", client_title=None)
    link = agency.kit.links.create(ref, by=agency.maria, sections=set(), accept_internal_title=True)

    agency.put(ref, title="Website (stall them)", client_title=None)

    assert "Website" == agency.kit.links.open(agency.kit.links.token(link)).title


def test_narrowing_never_depends_on_titles(agency: Agency) -> None:
    """A link whose client title was taken away can still be tightened."""
    link = agency.link(sections={"progress", "hours"})
    agency.put(agency.relaunch, client_title=None)

    tightened = agency.kit.links.update(link, by=agency.maria, sections=set(), password="open sesame")

    assert (frozenset(), True) == (tightened.sections, tightened.has_password)


@pytest.mark.parametrize(
    "end",
    [
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=5))),
    ],
)
def test_the_ends_of_time_are_refused(agency: Agency, end: datetime) -> None:
    """A time that UTC cannot tell is bad input."""
    with pytest.raises(errors.InvalidInputError) as refused:
        agency.link(expires_at=end)

    assert "expires_at" == refused.value.field


def test_a_ticket_from_the_future_is_over(agency: Agency) -> None:
    """When the clock goes back, an old visit does not begin anew."""
    ticket = agency.kit.links.redeem(agency.token(max_uses=1)).ticket
    assert ticket is not None

    agency.clock.advance(-timedelta(hours=1))

    with pytest.raises(errors.VisitEndedError):
        agency.kit.links.view(ticket)


def test_the_audit_trail_keeps_its_order_when_the_clock_goes_back(agency: Agency) -> None:
    """What is written later sorts later, and the next page finds it."""
    last = agency.kit.audit.entries()[-1]
    agency.clock.advance(-timedelta(hours=1))

    agency.link()
    agency.link()

    later: list[AuditEntry] = agency.kit.audit.entries(after=last.id)
    assert ["link-created", "link-created"] == [entry.action for entry in later]


def test_a_directory_that_fails_lets_nobody_in() -> None:
    """Its failure is a sharekit error with the cause, and no answer is no right."""

    class Failing:
        answer: Any = frozenset()

        def rights(self, staff: Staff, ref: ResourceRef) -> Any:  # noqa: ANN401  # wrong on purpose
            if self.answer is None:
                raise KeyError(ref.id)
            return self.answer

    directory = Failing()
    own = kit(directory=directory)
    for answer in (None, 5, {"share"}):
        directory.answer = answer
        with pytest.raises(errors.DirectoryError):
            own.catalog.put(ResourceRef("project", "1"), title="x", by=EVE)


def test_a_principal_of_a_hosts_own_type_is_refused(agency: Agency) -> None:
    """No record could name its maker."""

    class Robot(Staff):
        type = "robot"

    with pytest.raises(errors.NotAllowedError):
        agency.kit.links.create(agency.relaunch, by=Robot("maria"), sections=set())


@pytest.mark.parametrize(
    "error",
    [
        errors.LinkUnavailableError(expired=True),
        errors.RedeemRequired(password=True, counted=False),
        errors.InvalidInputError("a", "b"),
        errors.UnknownSectionError("a", {"b"}, {"c"}),
        errors.WideningError({"a", "b"}),
        errors.NotAllowedError("needs-share"),
        errors.TooManyAttemptsError(3.5),
        errors.MissingExtraError("flask", "flask"),
        errors.RetryTransaction(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_travel_between_processes(error: errors.SharekitError) -> None:
    """With their class, text and attributes."""
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own

    assert (type(error), str(error), vars(error)) == (type(copy), str(copy), vars(copy))


def test_what_an_interruption_leaves_open_is_rolled_back(tmp_path: Path) -> None:
    """A transaction whose block was never reached does not outlive its handle, and no later read sees its old state."""
    store = SqliteRecordStore(tmp_path / "records.sqlite3")
    own, ref = kit(records=store, kinds=[project_kind()], clock=FrozenClock()), ResourceRef("project", "1")
    own.catalog.put(ref, title="x", client_title="y", by=EVE)
    token = own.links.token(own.links.create(ref, by=EVE, sections=set()))
    assert opens(own, token)
    begun = store.transaction(own.tenant).__enter__()
    begun.get("read-link", "x")

    handle = store._connections._local.handle
    assert handle is not None
    handle.release()  # what is left to do when an exception comes between two statements

    assert handle.connection is not None
    assert not handle.connection.in_transaction
    assert opens(own, token)
    own.close()


def test_verbs_of_a_link_that_cannot_be_are_not_found(agency: Agency) -> None:
    """An id that no link could have is an unknown link."""
    bad: Any = "a/b"
    verbs: list[Callable[[], object]] = [
        lambda: agency.kit.links.get(bad),
        lambda: agency.kit.links.problem(bad),
        lambda: agency.kit.links.preview(bad),
        lambda: agency.kit.links.revoke(bad, by=agency.maria),
    ]
    for verb in verbs:
        with pytest.raises(errors.NotFoundError):
            verb()


def test_ends_are_kept_in_utc(agency: Agency) -> None:
    """Whatever zone an end was given in."""
    end = datetime(2026, 12, 31, 23, 0, tzinfo=timezone(timedelta(hours=1)))

    link: ReadLink = agency.link(expires_at=end)

    assert (end, UTC) == (link.expires_at, link.expires_at and link.expires_at.tzinfo)
