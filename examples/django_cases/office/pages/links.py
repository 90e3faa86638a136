"""
Making a link to a case, and taking it back.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from sharekit import ReadLink, ReadLinkId
from sharekit.adapters.django import kit
from sharekit.errors import InternalTitleError, InvalidInputError, NotAllowedError, NotFoundError

from django_cases.office import casework
from django_cases.office.forms import LinkForm
from django_cases.office.models import Case
from django_cases.office.pages.desk import case_or_404, member
from django_cases.office.sharing.kinds import DESCRIPTIONS, SECTIONS
from django_cases.office.sharing.rights import may_share

__all__ = ["create", "deactivate"]


@login_required
def create(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show the form of a new link, and make the link."""
    case = case_or_404(case_id)
    if not may_share(member(request), case):
        messages.error(request, "Only who leads an open case shares it.")
        return redirect("case", case_id)
    form = LinkForm(request.POST or None, initial={"sections": ["standing", "dates"]})
    if request.method == "POST" and form.is_valid() and _made(form, case, request):
        messages.success(request, "The link was made. Copy it below.")
        return redirect("case", case_id)
    choices = [(name, title, DESCRIPTIONS[name]) for name, title in SECTIONS.items()]
    chosen = form["sections"].value() or []
    return render(
        request,
        "office/create_link.html",
        {"case": case, "form": form, "choices": choices, "chosen": chosen},
        status=422 if form.errors else 200,
    )


@login_required
def deactivate(request: HttpRequest, case_id: int, link_id: str) -> HttpResponse:
    """Ask, and take a link back."""
    case, link = case_or_404(case_id), _link(case_id, link_id)
    if request.method == "POST":
        try:
            kit().links.revoke(link, by=casework.staff_of(member(request)))
        except NotAllowedError:
            messages.error(request, "Only who leads this case takes a link back.")
        else:
            messages.success(request, "The link is dead from now on, also where it is open.")
        return redirect("case", case_id)
    return render(request, "office/deactivate.html", {"case": case, "link": link})


def _made(form: LinkForm, case: Case, request: HttpRequest) -> bool:
    try:
        casework.share(case, form.wish(), member(request))
    except InternalTitleError as error:
        problem = f"The client would read “{error.title}”. Write a title, or allow that below."
        form.add_error("client_title", problem)
    except InvalidInputError as error:
        form.refuse(error)
    return not form.errors


def _link(case_id: int, link_id: str) -> ReadLink:
    try:
        link = kit().links.get(ReadLinkId(link_id))
    except (NotFoundError, InvalidInputError) as error:
        raise Http404 from error
    if link.ref.id != str(case_id):
        raise Http404
    return link
