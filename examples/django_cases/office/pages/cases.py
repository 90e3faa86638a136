"""
The list of cases, the file of one, and opening and closing one.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from sharekit import LinkState
from sharekit.adapters.django import kit, link_url, ref_of

from django_cases.office import casework
from django_cases.office.forms import OpenCaseForm, TimeForm
from django_cases.office.models import Case, Document, NextDate, TimeEntry
from django_cases.office.pages.desk import case_or_404, member
from django_cases.office.pages.panels import case_ref, panels
from django_cases.office.pages.people import obstacle
from django_cases.office.sharing.kinds import SECTIONS
from django_cases.office.sharing.rights import may_share

__all__ = ["add_time", "close", "file", "index", "open_new"]


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show every case."""
    cases = Case.objects.select_related("client", "lead").annotate(documents=Count("document"))
    coming = NextDate.objects.filter(day__gte=timezone.localdate(), case__closed=None).select_related("case")
    return render(request, "office/cases.html", {"cases": cases, "coming": coming[:5]})


@login_required
@require_safe
def file(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show a case with its documents, its time, its dates and its links."""
    return _file(request, case_or_404(case_id), TimeForm())


@login_required
@require_POST
def add_time(request: HttpRequest, case_id: int) -> HttpResponse:
    """Write down what was done."""
    case, form = case_or_404(case_id), TimeForm(request.POST)
    if case.closed is not None or not form.is_valid():
        return _file(request, case, form)
    given = form.cleaned_data
    TimeEntry.objects.create(
        case=case, person=member(request), day=given["day"], minutes=given["time"], work=given["work"]
    )
    messages.success(request, "The time was added.")
    return redirect("case", case_id)


@login_required
def open_new(request: HttpRequest) -> HttpResponse:
    """Open a case: its row, its place in the catalog, a link and the first date, all or nothing."""
    form = OpenCaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        case, link = casework.open_case(form.draft(), member(request))
        messages.success(request, "The case is open." + (" The client's link is below." if link else ""))
        return redirect("case", case.pk)
    return render(request, "office/open_case.html", {"form": form})


@login_required
def close(request: HttpRequest, case_id: int) -> HttpResponse:
    """Ask, and close a case together with every link to it."""
    case = case_or_404(case_id)
    if not may_share(member(request), case):
        messages.error(request, "Only who leads an open case closes it.")
        return redirect("case", case_id)
    if request.method == "POST":
        count = casework.close_case(case, timezone.localdate(), member(request))
        messages.success(request, f"The case is closed, and {count} link{'' if count == 1 else 's'} with it.")
        return redirect("case", case_id)
    live = sum(link.state is LinkState.ACTIVE for link in kit().links.of(ref_of(case)))
    return render(request, "office/close_case.html", {"case": case, "live": live})


def _file(request: HttpRequest, case: Case, form: TimeForm) -> HttpResponse:
    links = [
        {
            "link": link,
            "url": link_url(link, request) if kit().links.problem(link) is None else None,
            "shows": ", ".join(SECTIONS[name] for name in SECTIONS if name in link.sections),
        }
        for link in reversed(kit().links.of(ref_of(case)))
    ]
    shown = {
        "case": case,
        "documents": Document.objects.filter(case=case),
        "dates": NextDate.objects.filter(case=case, day__gte=timezone.localdate()),
        "entries": TimeEntry.objects.filter(case=case).select_related("person"),
        "minutes": case.minutes(),
        "links": links,
        "seen": panels(request).who_can_see(case_ref(case.pk), obstacle=obstacle(request, case)),
        "talks": panels(request).conversations_about(case_ref(case.pk)),
        "may_share": may_share(member(request), case),
        "form": form,
    }
    return render(request, "office/case.html", shown, status=422 if form.errors else 200)
