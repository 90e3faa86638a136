"""
Sharekit's panels for staff, and where the firm has pages of its own.
"""

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from sharekit import Contact, Organization, ReadLink, ResourceRef, Staff
from sharekit.adapters.django import portal
from sharekit.web import StaffPanels, StaffUrls

from django_cases.office.pages.desk import member

__all__ = ["Form", "case_ref", "panels", "sent"]

Form = dict[str, list[str]]


def panels(request: HttpRequest) -> StaffPanels:
    """Return the panels for whoever is signed in."""
    return portal().staff_panels(
        Staff(str(member(request).pk)),
        locale="en-GB",
        hidden={"csrfmiddlewaretoken": get_token(request)},
        urls=StaffUrls(thing=_case, person=_person, link=_link, preview=_preview),
    )


def sent(request: HttpRequest) -> Form | None:
    """Return the form that was sent, or None when the page is only looked at."""
    return {name: list(map(str, values)) for name, values in request.POST.lists()} if request.method == "POST" else None


def case_ref(case_id: int) -> ResourceRef:
    """Return how sharekit calls a case."""
    return ResourceRef("case", str(case_id))


def _case(ref: ResourceRef) -> str:
    return reverse("share-case", args=[int(ref.id)])


def _person(party: Contact | Organization) -> str | None:
    return None if isinstance(party, Organization) else reverse("person", args=[party.id])


def _link(link: ReadLink) -> str:
    return reverse("case", args=[int(link.ref.id)]) + f"#link-{link.id}"


def _preview(contact: Contact, ref: ResourceRef) -> str:
    return reverse("preview-case", args=[contact.id, int(ref.id)])
