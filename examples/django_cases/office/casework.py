"""
What the firm does with cases, where sharekit takes part: each verb is one transaction.

The rows of the firm and those of sharekit are in the same database. Inside `transaction.atomic`
sharekit joins in by itself, so all of it is kept, or nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from sharekit import Contact, ReadLink, Staff, System
from sharekit.adapters.django import kit, ref_of
from sharekit.errors import DuplicateContactError

from django_cases.office.models import Case, Client, NextDate
from django_cases.office.sharing.kinds import SECTIONS
from django_cases.office.sharing.people import take_back_shares

__all__ = ["CaseDraft", "LinkWish", "close_case", "hand_over", "open_case", "share", "staff_of"]

_OFFICE = System("office")


@dataclass(frozen=True, kw_only=True)
class CaseDraft:
    """
    A case that is to be opened.

    Attributes:
        first_day: When the first thing with a date is.
        first_date: What it is.
        with_link: Whether the client gets a link at once.
    """

    reference: str
    title: str
    client_title: str
    client: Client
    court: str
    opened: date
    first_day: date
    first_date: str
    with_link: bool = True


@dataclass(frozen=True, kw_only=True)
class LinkWish:
    """What a new link shall be like."""

    sections: frozenset[str]
    client_title: str | None = None
    accept_internal_title: bool = False
    expires_at: datetime | None = None
    password: str | None = None


def open_case(draft: CaseDraft, by: User) -> tuple[Case, ReadLink | None]:
    """Open a case: the case, which takes its entry in the catalog along, a link for the client, and the first date."""
    with transaction.atomic():
        case = Case.objects.create(
            reference=draft.reference,
            title=draft.title,
            client_title=draft.client_title,
            client=draft.client,
            court=draft.court,
            lead=by,
            opened=draft.opened,
        )
        link = share(case, LinkWish(sections=frozenset(SECTIONS)), by) if draft.with_link else None
        NextDate.objects.create(case=case, day=draft.first_day, what=draft.first_date)
    return case, link


def close_case(case: Case, day: date, by: User) -> int:
    """Close a case, and take it back from everybody and every link to it; return how many links there were."""
    with transaction.atomic():
        revoked = kit().links.revoke_all(ref_of(case), by=staff_of(by))
        take_back_shares(ref_of(case), staff_of(by))
        Case.objects.filter(pk=case.pk).update(closed=day)
    return len(revoked)


def hand_over(lead: Staff, to: Staff, by: User) -> None:
    """Have somebody lead every case that another one led, with the links and requests that the other one made."""
    with transaction.atomic():
        kit().shares.handover(lead, to=to, by=staff_of(by))
        # The entries are up to date already, so the rows need not take theirs along.
        Case.objects.filter(lead_id=int(lead.id)).update(lead_id=int(to.id))


def share(case: Case, wish: LinkWish, by: User) -> ReadLink:
    """Make a link for the client of a case, in the client's language."""
    with transaction.atomic():
        return kit().links.create(
            ref_of(case),
            by=staff_of(by),
            sections=wish.sections,
            client_title=wish.client_title,
            accept_internal_title=wish.accept_internal_title,
            expires_at=wish.expires_at,
            password=wish.password,
            recipient=_recipient(case.client),
        )


def staff_of(user: User) -> Staff:
    """Return how sharekit calls a member of staff."""
    return Staff(str(user.pk))


def _recipient(client: Client) -> Contact:
    """Return sharekit's contact for a client, and add it the first time."""
    try:
        return kit().people.add_contact(client.contact, client.email, locale=client.language, by=_OFFICE)
    except DuplicateContactError as error:
        return Contact(error.existing)
