"""
The documents that the firm and its clients give one another, and what clients are asked for.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_safe
from sharekit import Staff
from sharekit.adapters.django import kit, send_document
from sharekit.errors import InvalidInputError, NotFoundError, QuarantinedError
from sharekit.ids import DocumentId
from sharekit.records.documents import Document

from django_cases.office.models import Case
from django_cases.office.pages.desk import case_or_404, member
from django_cases.office.pages.panels import Form, case_ref, panels, sent, sent_files
from django_cases.office.pages.people import obstacle
from django_cases.office.sharing.people import organization_of

__all__ = ["ask", "ask_page", "bytes_of", "paper", "papers", "requests", "share_page", "share_paper", "urlpatterns"]


@login_required
def papers(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show the documents of a case, and add more."""
    case = case_or_404(case_id)
    query = request.META.get("QUERY_STRING", "")
    answer = panels(request).documents(
        case_ref(case_id), sent(request), sent_files(request), query=query, obstacle=_closed(case)
    )
    if answer.done:
        messages.success(request, answer.done)
        return redirect("case-papers", case_id)
    shown = {"case": case, "panel": answer.html, "title": "Documents"}
    return render(request, "office/papers.html", shown, status=answer.status)


@login_required
def paper(request: HttpRequest, document_id: str) -> HttpResponse:
    """Show one document, and do with it what was asked for."""
    document, case = _document_or_404(request, document_id)
    answer = panels(request).document(document, sent(request), sent_files(request), obstacle=_closed(case))
    if answer.done:
        messages.success(request, answer.done)
        return redirect(answer.leads_to or request.path)
    seen = panels(request).who_can_see(document.ref, obstacle=obstacle(request, case))
    talks = panels(request).conversations_about(document.ref)
    shown = {"case": case, "document": document, "panel": answer.html, "seen": seen, "talks": talks}
    return render(request, "office/paper.html", shown, status=answer.status)


@login_required
def share_paper(request: HttpRequest, document_id: str) -> HttpResponse:
    """Show who can see a document, and share it."""
    return share_page(request, document_id, sent(request))


def share_page(request: HttpRequest, document_id: str, form: Form | None) -> HttpResponse:
    """Answer a form that shares a document."""
    document, case = _document_or_404(request, document_id)
    company = None if case.closed else organization_of(case.client)
    answer = panels(request).share(document.ref, form, organization=company, obstacle=obstacle(request, case))
    if answer.done:
        messages.success(request, answer.done)
        return redirect("share-paper", document_id)
    if answer.partial:
        return HttpResponse(answer.html, status=answer.status)
    shown = {"case": case, "document": document, "panel": answer.html, "seen": answer.seen}
    return render(request, "office/paper.html", shown, status=answer.status)


@login_required
@require_safe
def bytes_of(request: HttpRequest, document_id: str) -> HttpResponseBase:
    """Send the bytes of a document, of an earlier version when one is named."""
    document, _ = _document_or_404(request, document_id)
    version = request.GET.get("version", "")
    try:
        return send_document(request, document, by=_staff(request), version=int(version) if version.isdigit() else None)
    except (NotFoundError, InvalidInputError, QuarantinedError) as error:
        raise Http404 from error


@login_required
def requests(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show what was asked for, and answer it."""
    case = case_or_404(case_id)
    answer = panels(request).requests(case_ref(case_id), sent(request), obstacle=obstacle(request, case))
    if answer.done:
        messages.success(request, answer.done)
        return redirect("case-requests", case_id)
    shown = {"case": case, "panel": answer.html, "title": "Asked for"}
    return render(request, "office/papers.html", shown, status=answer.status)


@login_required
def ask(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show the form that asks for documents, and what the client would read; or ask."""
    return ask_page(request, case_id, sent(request))


def ask_page(request: HttpRequest, case_id: int, form: Form | None) -> HttpResponse:
    """Answer a form that asks for documents."""
    case = case_or_404(case_id)
    company = None if case.closed else organization_of(case.client)
    answer = panels(request).ask(case_ref(case_id), form, organization=company, obstacle=obstacle(request, case))
    if answer.done:
        messages.success(request, answer.done)
        return redirect(answer.leads_to or request.path)
    if answer.partial:
        return HttpResponse(answer.html, status=answer.status)
    shown = {"case": case, "panel": answer.html, "title": "Ask for documents"}
    return render(request, "office/papers.html", shown, status=answer.status)


def _closed(case: Case) -> str | None:
    return "This case is closed. Nothing is added to it any more." if case.closed else None


def _document_or_404(request: HttpRequest, document_id: str) -> tuple[Document, Case]:
    try:
        document = kit().documents.get(DocumentId(document_id), by=_staff(request))
        container = kit().catalog.get(document.ref).container
    except NotFoundError as error:
        raise Http404 from error
    if container is None:
        raise Http404
    return document, case_or_404(int(container.id))


def _staff(request: HttpRequest) -> Staff:
    return Staff(str(member(request).pk))


urlpatterns = [
    path("cases/<int:case_id>/papers/", papers, name="case-papers"),
    path("cases/<int:case_id>/requests/", requests, name="case-requests"),
    path("cases/<int:case_id>/requests/ask/", ask, name="ask"),
    path("papers/<str:document_id>/", paper, name="paper"),
    path("papers/<str:document_id>/people/", share_paper, name="share-paper"),
    path("papers/<str:document_id>/bytes/", bytes_of, name="paper-bytes"),
]
