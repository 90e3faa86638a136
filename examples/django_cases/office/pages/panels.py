"""
Sharekit's panels for staff, and where the firm has pages of its own.
"""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from sharekit import Contact, Organization, ReadLink, ResourceRef, Staff
from sharekit.adapters.django import portal, upload_url
from sharekit.records.documents import DOCUMENT, Upload
from sharekit.web import StaffPanels, StaffUrls

from django_cases.office.pages.desk import member

__all__ = ["Form", "case_ref", "panels", "sent", "sent_files"]

Form = dict[str, list[str]]


def panels(request: HttpRequest) -> StaffPanels:
    """Return the panels for whoever is signed in."""
    return portal().staff_panels(
        Staff(str(member(request).pk)),
        locale="en-GB",
        hidden={"csrfmiddlewaretoken": get_token(request)},
        urls=StaffUrls(
            thing=_thing,
            person=_person,
            link=_link,
            preview=_preview,
            documents=lambda ref: reverse("case-papers", args=[int(ref.id)]),
            document=lambda ref: reverse("paper", args=[ref.id]),
            download=_download,
            requests=lambda ref: reverse("case-requests", args=[int(ref.id)]),
            ask=lambda ref: reverse("ask", args=[int(ref.id)]),
            upload=lambda asked, contact: upload_url(asked, contact, request),
            conversations=lambda ref: _about("talks", ref),
            conversation=lambda talk: reverse("talk", args=[talk]),
            start=lambda ref: _about("start-talk", ref),
            participants=lambda talk: reverse("talk-people", args=[talk]),
            held_mails=lambda: reverse("held-mails"),
            attachment=lambda message, number: reverse("talk-file", args=[message, number]),
        ),
        staff_name=_staff_name,
        colleagues=_colleagues,
    )


def sent(request: HttpRequest) -> Form | None:
    """Return the form that was sent, or None when the page is only looked at."""
    return {name: list(map(str, values)) for name, values in request.POST.lists()} if request.method == "POST" else None


def case_ref(case_id: int) -> ResourceRef:
    """Return how sharekit calls a case."""
    return ResourceRef("case", str(case_id))


def sent_files(request: HttpRequest) -> list[Upload]:
    """Return the files that were sent, in order; Django has put large ones on the disk."""
    return [Upload(file.name or "", file) for file in request.FILES.getlist("file")]


def _thing(ref: ResourceRef) -> str:
    if ref.kind == DOCUMENT:
        return reverse("share-paper", args=[ref.id])
    return reverse("share-case", args=[int(ref.id)])


def _person(party: Contact | Organization) -> str:
    return reverse("organization" if isinstance(party, Organization) else "person", args=[party.id])


def _link(link: ReadLink) -> str:
    return reverse("case", args=[int(link.ref.id)]) + f"#link-{link.id}"


def _about(page: str, ref: ResourceRef | None) -> str:
    return reverse(page) + ("" if ref is None else f"?about={ref.key}")


def _download(ref: ResourceRef, version: int | None) -> str:
    path = reverse("paper-bytes", args=[ref.id])
    return path if version is None else f"{path}?version={version}"


def _staff_name(staff: Staff) -> str | None:
    user = User.objects.filter(pk=int(staff.id)).first() if staff.id.isdigit() else None
    return None if user is None else user.get_full_name()


def _colleagues() -> list[Staff]:
    return [Staff(str(pk)) for pk in User.objects.filter(is_active=True).values_list("pk", flat=True)]


def _preview(contact: Contact, ref: ResourceRef) -> str | None:
    if ref.kind == DOCUMENT:
        return None
    return reverse("preview-case", args=[contact.id, int(ref.id)])
