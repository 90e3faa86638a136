"""
Conversations with clients: all of them, each by itself, and a page that starts one.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_safe
from sharekit import ResourceRef, Staff
from sharekit.adapters.django import kit, ref_of
from sharekit.errors import InvalidInputError, NotAllowedError, NotFoundError, QuarantinedError
from sharekit.ids import ConversationId, MessageId
from sharekit.screening import content_disposition
from sharekit.web import PanelAnswer

from django_cases.office.models import Case
from django_cases.office.pages.desk import case_or_404, member
from django_cases.office.pages.panels import Form, case_ref, panels, sent, sent_files
from django_cases.office.sharing.people import organization_of

__all__ = [
    "attachment",
    "held",
    "letters",
    "lost",
    "notices",
    "people",
    "people_page",
    "start",
    "start_page",
    "talk",
    "talk_page",
    "talks",
    "urlpatterns",
]


@login_required
@require_safe
def talks(request: HttpRequest) -> HttpResponse:
    """Show the conversations that one may read, of all cases or of one."""
    things = [ref_of(case) for case in Case.objects.filter(closed=None)]
    panel = panels(request).inbox(query=request.META.get("QUERY_STRING", ""), things=things)
    return render(request, "office/talks.html", {"title": "Conversations", "panel": panel})


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Start a conversation, about a case or a paper, or about nothing."""
    return start_page(request, sent(request))


def start_page(request: HttpRequest, form: Form | None) -> HttpResponse:
    """Answer a form that starts a conversation."""
    about = _about(request)
    case = case_or_404(int(about.id)) if about is not None and about.kind == "case" else None
    company = None if case is None or case.closed else organization_of(case.client)
    try:
        answer = panels(request).start_conversation(form, sent_files(request), about=about, organization=company)
    except (NotFoundError, InvalidInputError):
        raise Http404 from None
    return _answered(request, "Start a conversation", answer)


@login_required
def talk(request: HttpRequest, talk_id: str) -> HttpResponse:
    """Show one conversation, and write in it."""
    return talk_page(request, talk_id, sent(request))


def talk_page(request: HttpRequest, talk_id: str, form: Form | None) -> HttpResponse:
    """Answer a form of a conversation."""
    query = request.META.get("QUERY_STRING", "")
    try:
        answer = panels(request).conversation(ConversationId(talk_id), form, sent_files(request), query=query)
    except (NotFoundError, NotAllowedError):
        raise Http404 from None
    return _answered(request, "Conversation", answer)


@login_required
def people(request: HttpRequest, talk_id: str) -> HttpResponse:
    """Show who takes part in a conversation, and have somebody join or leave it."""
    return people_page(request, talk_id, sent(request))


def people_page(request: HttpRequest, talk_id: str, form: Form | None) -> HttpResponse:
    """Answer a form about who takes part in a conversation."""
    try:
        answer = panels(request).participants(ConversationId(talk_id), form)
    except (NotFoundError, NotAllowedError):
        raise Http404 from None
    return _answered(request, "Who takes part", answer)


@login_required
def held(request: HttpRequest) -> HttpResponse:
    """Show mails that wait for staff."""
    return _answered(request, "Mails that wait", panels(request).held_mails(sent(request)))


@login_required
def lost(request: HttpRequest) -> HttpResponse:
    """Show letters that did not arrive, for administrators."""
    return _answered(request, "Letters that were lost", panels(request).dead_letters(sent(request)))


@login_required
def letters(request: HttpRequest) -> HttpResponse:
    """Show how one wants to hear of news, and have it otherwise."""
    return _answered(request, "Your letters", panels(request).preferences(sent(request)))


@login_required
def notices(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show what is told about one case, and have it otherwise."""
    case = case_or_404(case_id)
    answer = panels(request).notices_about(case_ref(case_id), sent(request))
    return _answered(request, f"What is told about {case.reference}", answer)


@login_required
@require_safe
def attachment(request: HttpRequest, message_id: str, number: int) -> StreamingHttpResponse:
    """Send a file that came with a message."""
    conversations, by = kit().conversations, Staff(str(member(request).pk))
    try:
        file = conversations.look_at_attachment(MessageId(message_id), number, by=by)
        pieces = conversations.open_attachment(MessageId(message_id), number, by=by)
    except (NotFoundError, NotAllowedError, QuarantinedError):
        raise Http404 from None
    headers = {"Content-Disposition": content_disposition(file.name), "X-Content-Type-Options": "nosniff"}
    return StreamingHttpResponse(pieces, content_type="application/octet-stream", headers=headers)


def _about(request: HttpRequest) -> ResourceRef | None:
    try:
        return ResourceRef.parse(request.GET["about"]) if "about" in request.GET else None
    except InvalidInputError:
        raise Http404 from None


def _answered(request: HttpRequest, title: str, answer: PanelAnswer) -> HttpResponse:
    if answer.done:
        messages.success(request, answer.done)
        return redirect(answer.leads_to or request.path)
    if answer.partial:
        return HttpResponse(answer.html, status=answer.status)
    return render(request, "office/talks.html", {"title": title, "panel": answer.html}, status=answer.status)


urlpatterns = [
    path("conversations/", talks, name="talks"),
    path("conversations/new/", start, name="start-talk"),
    path("conversations/held/", held, name="held-mails"),
    path("conversations/lost/", lost, name="lost-letters"),
    path("conversations/letters/", letters, name="letters"),
    path("conversations/about/<int:case_id>/", notices, name="case-notices"),
    path("conversations/<str:talk_id>/people/", people, name="talk-people"),
    path("conversations/files/<str:message_id>/<int:number>/", attachment, name="talk-file"),
    path("conversations/<str:talk_id>/", talk, name="talk"),
]
