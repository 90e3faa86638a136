"""
What happens to a form that is out of date, the setting ``CSRF_FAILURE_VIEW``.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.views.csrf import csrf_failure

from django_cases.office.pages import papers, people
from django_cases.office.pages.panels import sent

__all__ = ["show_again"]

_PANELS = {"ask", "organization", "portal-settings", "share-case", "share-paper"}


def show_again(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Do nothing, and show again what was typed into a panel."""
    # Another site's form never gets to a panel: the browser sends it without the session.
    page = resolve(request.path_info)
    if not request.user.is_authenticated or page.url_name not in _PANELS:
        return csrf_failure(request, reason)
    said = "The form was out of date, so nothing was done. What you typed is still here: send it once more."
    messages.error(request, said)
    typed = {**(sent(request) or {}), "do": []}
    if page.url_name == "portal-settings":
        return people.settings_page(request, typed)
    if page.url_name == "organization":
        return people.organization_page(request, page.kwargs["organization_id"], typed)
    if page.url_name == "share-paper":
        return papers.share_page(request, page.kwargs["document_id"], typed)
    answer = papers.ask_page if page.url_name == "ask" else people.share_page
    return answer(request, page.kwargs["case_id"], typed)
