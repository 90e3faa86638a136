"""
The firm's rows and sharekit's rows are kept together, or not at all.
"""

from datetime import date, timedelta
from io import StringIO
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.test import TestCase, TransactionTestCase
from sharekit import LinkState, signals
from sharekit.adapters.django import kit, ref_of
from sharekit.adapters.django.models import MODELS
from sharekit.errors import LinkUnavailableError, NotFoundError
from sharekit.records.events import LinkCreated, LinkRevoked

from django_cases.office.casework import (
    CaseDraft,
    LinkWish,
    close_case,
    open_case,
    share,
    staff_of,
)
from django_cases.office.models import Case, Client, NextDate
from django_cases.office.sharing.kinds import SECTIONS

TODAY = date(2026, 3, 2)
NO_DAY: Any = "the thirtieth of February"  # Any: what the types forbid


def draft(**changes: Any) -> CaseDraft:  # Any: whatever the draft holds
    """Return a case to be opened."""
    client = Client.objects.create(name="Okke", contact="Okke Dam", email="okke@dam.example", language="nl")
    given: dict[str, Any] = {
        "reference": "26-100",
        "title": "Dam, parking fines again",
        "client_title": "Parkeerboetes",
        "client": client,
        "court": "",
        "opened": TODAY,
        "first_day": TODAY + timedelta(days=7),
        "first_date": "Bezwaar indienen",
        **changes,
    }
    return CaseDraft(**given)


def rows() -> dict[str, int]:
    """Count the rows of sharekit's tables."""
    return {kind: model._default_manager.count() for kind, model in MODELS.items()}


class OneFate(TransactionTestCase):
    """With commits and rollbacks as they are in real life."""

    def setUp(self) -> None:
        """Hire somebody."""
        self.judith = User.objects.create_user("judith")

    def test_opening_a_case_keeps_everything(self) -> None:
        """The case, its entry, the client's link and the first date are there, and the news is told once."""
        told: list[str] = []

        def listen(event: LinkCreated) -> None:
            told.append(event.link)

        with signals.link_created.connected(listen):
            case, link = open_case(draft(), self.judith)

        assert link is not None
        assert kit().links.open(kit().links.token(link)).title == "Parkeerboetes"
        assert NextDate.objects.get(case=case).what == "Bezwaar indienen"
        assert told == [link.id]

    def test_when_the_firms_last_part_fails_nothing_is_left(self) -> None:
        """A date without words is refused by the database, after sharekit has written its rows; all of them go."""
        told: list[LinkCreated] = []
        wrong, before = draft(first_date=""), rows()
        with signals.link_created.connected(told.append), self.assertRaises(IntegrityError):
            open_case(wrong, self.judith)

        assert not Case.objects.exists()
        assert rows() == before == dict.fromkeys(before, 0)
        assert told == []

    def test_closing_a_case_takes_its_links_back(self) -> None:
        """The case is closed and every link to it dead, with one commit."""
        case, first = open_case(draft(), self.judith)
        second = share(case, LinkWish(sections=frozenset(SECTIONS), password="een wachtwoord"), self.judith)
        assert first is not None

        assert close_case(case, TODAY, self.judith) == 2
        assert Case.objects.get().closed == TODAY
        assert {kit().links.get(link).state for link in (first, second)} == {LinkState.REVOKED}

    def test_when_closing_fails_the_links_live_on(self) -> None:
        """The firm's row cannot be changed after the links were taken back: they were not."""
        case, link = open_case(draft(), self.judith)
        told: list[LinkRevoked] = []
        assert link is not None
        with (
            signals.link_revoked.connected(told.append),
            self.assertRaises(ValidationError),
        ):
            close_case(case, NO_DAY, self.judith)

        assert Case.objects.get().closed is None
        assert kit().links.get(link).state is LinkState.ACTIVE
        assert kit().links.open(kit().links.token(link)).title == "Parkeerboetes"
        assert told == []


class Rights(TestCase):
    """What the firm's own tables say, sharekit asks at every use."""

    def setUp(self) -> None:
        """Open a case."""
        self.judith = User.objects.create_user("judith")
        self.case, link = open_case(draft(), self.judith)
        assert link is not None
        self.token = kit().links.token(link)

    def test_a_link_dies_when_its_maker_leaves(self) -> None:
        """Somebody who is no longer active has no rights, and so have the links."""
        User.objects.update(is_active=False)

        with self.assertRaises(LinkUnavailableError):
            kit().links.open(self.token)

    def test_a_link_dies_when_the_case_is_handed_over(self) -> None:
        """Who leads the case no more shares it no more."""
        case = Case.objects.get()
        case.lead = User.objects.create_user("kofi")
        case.save()

        assert kit().catalog.get(ref_of(case)).owner == staff_of(case.lead).key
        with self.assertRaises(LinkUnavailableError):
            kit().links.open(self.token)

    def test_a_closed_case_is_shared_with_nobody(self) -> None:
        """Even when somebody closes it in the admin, past the verb that takes its links back."""
        Case.objects.update(closed=TODAY)

        assert not kit().links.may_create(ref_of(self.case), by=staff_of(self.judith)).allowed
        with self.assertRaises(LinkUnavailableError):
            kit().links.open(self.token)

    def test_a_change_in_the_admin_reaches_the_client(self) -> None:
        """A new title for the client is on the page at once."""
        case = Case.objects.get()
        case.client_title = "Uw parkeerboetes"
        case.save()

        assert kit().links.open(self.token).title == "Uw parkeerboetes"

    def test_a_case_that_is_deleted_leaves_the_catalog(self) -> None:
        """Its entry goes with it, and so does what was shared of it."""
        ref = ref_of(self.case)
        self.case.delete()

        with self.assertRaises(NotFoundError):
            kit().catalog.get(ref)
        with self.assertRaises(LinkUnavailableError):
            kit().links.open(self.token)

    def test_sync_finds_what_went_past_the_signals(self) -> None:
        """An `update()` of many cases is told to nobody: `sync --check` fails, `sync` mends it."""
        Case.objects.update(client_title="Uw zaak")
        before = kit().links.open(self.token).title
        with self.assertRaises(CommandError):
            call_command("sharekit", "sync", "--check", stdout=StringIO())
        call_command("sharekit", "sync", stdout=StringIO())

        assert before == "Parkeerboetes"
        assert kit().links.open(self.token).title == "Uw zaak"
        call_command("sharekit", "sync", "--check", stdout=StringIO())
