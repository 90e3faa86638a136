"""
With whom a case is shared, what each person sees, and what the portal shows at all.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe
from sharekit import AccessState, Contact, ContactProfile, InvitationState, Organization, OrganizationProfile, Staff
from sharekit.adapters.django import invitation_url, kit
from sharekit.errors import InvalidInputError, NotFoundError

from django_cases.office.casework import hand_over
from django_cases.office.models import Case
from django_cases.office.pages.desk import case_or_404, member
from django_cases.office.pages.panels import Form, case_ref, panels, sent
from django_cases.office.sharing.people import organization_of
from django_cases.office.sharing.rights import may_share

__all__ = [
    "handover",
    "handover_page",
    "invite",
    "obstacle",
    "organization",
    "organization_page",
    "person",
    "preview",
    "settings",
    "settings_page",
    "share",
    "share_page",
    "urlpatterns",
    "withdraw",
]

_STATES = {
    AccessState.NONE: "Not invited",
    AccessState.INVITED: "Invited",
    AccessState.ACTIVE: "In the portal",
    AccessState.WITHDRAWN: "Access withdrawn",
}


@login_required
def share(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show who can see a case, and share it; or do what was asked for there."""
    return share_page(request, case_id, sent(request))


def share_page(request: HttpRequest, case_id: int, form: Form | None) -> HttpResponse:
    """Answer a form that shares a case."""
    case = case_or_404(case_id)
    company = None if case.closed else organization_of(case.client)
    answer = panels(request).share(case_ref(case_id), form, organization=company, obstacle=obstacle(request, case))
    if answer.done:
        messages.success(request, answer.done)
        return redirect("share-case", case_id)
    if answer.partial:
        return HttpResponse(answer.html, status=answer.status)
    shown = {"case": case, "share": answer.html, "seen": answer.seen}
    return render(request, "office/share.html", shown, status=answer.status)


@login_required
@require_safe
def person(request: HttpRequest, contact_id: str) -> HttpResponse:
    """Show everything that one person sees, and where they stand with the portal."""
    found = _person_or_404(contact_id)
    access = kit().people.access_of(found)
    invitation = access.invitation
    opens = invitation is not None and invitation.state is InvitationState.OPEN
    shown = {
        "person": found,
        "seen": panels(request).what_can_see(found, after=request.GET.get("after")),
        "owed": panels(request).outstanding(found),
        "papers": panels(request).documents_of(found, query=request.META.get("QUERY_STRING", "")),
        "state": _STATES[access.state],
        "may_withdraw": access.state in {AccessState.INVITED, AccessState.ACTIVE},
        "url": invitation_url(invitation, request) if invitation is not None and opens else None,
    }
    return render(request, "office/person.html", shown)


@login_required
@require_safe
def preview(request: HttpRequest, contact_id: str, case_id: int) -> HttpResponse:
    """Show a case as one person sees it."""
    case, found = case_or_404(case_id), _person_or_404(contact_id)
    try:
        shown = panels(request).preview_as(found, case_ref(case_id))
    except NotFoundError as error:
        raise Http404 from error
    return render(request, "office/preview.html", {"case": case, "person": found, "preview": shown})


@login_required
@require_POST
def invite(request: HttpRequest, contact_id: str) -> HttpResponse:
    """Let somebody into the portal: their page then shows the address that they are to be sent."""
    kit().people.invite(_person_or_404(contact_id), by=_staff(request))
    messages.success(request, "The invitation is ready. Copy it and send it.")
    return redirect("person", contact_id)


@login_required
@require_POST
def withdraw(request: HttpRequest, contact_id: str) -> HttpResponse:
    """Let somebody in no more."""
    kit().people.withdraw(_person_or_404(contact_id), by=_staff(request))
    messages.success(request, "Access is withdrawn. Invitations and open sessions have ended.")
    return redirect("person", contact_id)


@login_required
def organization(request: HttpRequest, organization_id: str) -> HttpResponse:
    """Show what is shared with a client, who there sees it, what another choice would reveal, or change it."""
    return organization_page(request, organization_id, sent(request))


def organization_page(request: HttpRequest, organization_id: str, form: Form | None) -> HttpResponse:
    """Answer a form that chooses among the people of a client."""
    found = _organization_or_404(organization_id)
    after = request.GET.get("after")
    answer = panels(request).members(found, form, after=after)
    if answer.done:
        messages.success(request, answer.done)
        return redirect("organization", organization_id)
    seen = panels(request).what_can_see(found, after=after)
    shown = {"organization": found, "members": answer.html, "seen": seen}
    return render(request, "office/organization.html", shown, status=answer.status)


@login_required
def settings(request: HttpRequest) -> HttpResponse:
    """Show the settings of the portal, what a change of them would reveal, or change them."""
    return settings_page(request, sent(request))


def settings_page(request: HttpRequest, form: Form | None) -> HttpResponse:
    """Answer a form that changes the settings."""
    answer = panels(request).settings(form)
    if answer.done:
        messages.success(request, answer.done)
        return redirect("portal-settings")
    return render(request, "office/portal_settings.html", {"settings": answer.html}, status=answer.status)


@login_required
def handover(request: HttpRequest) -> HttpResponse:
    """Show who can hand over to whom, what that would be, or do it."""
    return handover_page(request, sent(request))


def handover_page(request: HttpRequest, form: Form | None) -> HttpResponse:
    """Answer a form that hands over."""
    user = member(request)
    left = [Staff(str(pk)) for pk in User.objects.filter(is_active=False).values_list("pk", flat=True)]
    answer = panels(request).handover(form, owners=left, hand_over=lambda lead, to: hand_over(lead, to, user))
    if answer.done:
        messages.success(request, answer.done)
        return redirect("handover")
    return render(request, "office/handover.html", {"handover": answer.html}, status=answer.status)


def obstacle(request: HttpRequest, case: Case) -> str | None:
    """Say why whoever is signed in may not share a case, or None when they may."""
    if case.closed:
        return "This case is closed. Nobody sees it any more."
    if not may_share(member(request), case):
        return f"You can read this case, but only {case.lead.get_full_name()} and the office manager share it."
    return None


def _staff(request: HttpRequest) -> Staff:
    return Staff(str(member(request).pk))


def _person_or_404(contact_id: str) -> ContactProfile:
    try:
        return kit().people.get(Contact(contact_id))
    except (NotFoundError, InvalidInputError) as error:
        raise Http404 from error


def _organization_or_404(organization_id: str) -> OrganizationProfile:
    try:
        return kit().people.get_organization(Organization(organization_id))
    except (NotFoundError, InvalidInputError) as error:
        raise Http404 from error


urlpatterns = [
    path("cases/<int:case_id>/people/", share, name="share-case"),
    path("people/<str:contact_id>/", person, name="person"),
    path("people/<str:contact_id>/invite/", invite, name="invite"),
    path("people/<str:contact_id>/withdraw/", withdraw, name="withdraw"),
    path("people/<str:contact_id>/sees/<int:case_id>/", preview, name="preview-case"),
    path("organizations/<str:organization_id>/", organization, name="organization"),
    path("handover/", handover, name="handover"),
    path("portal-settings/", settings, name="portal-settings"),
]
