"""
What happens to a form that is out of date, the setting ``CSRF_FAILURE_VIEW``.
"""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.views.csrf import csrf_failure

from django_cases.office.pages import papers, people, talks
from django_cases.office.pages.panels import sent

__all__ = ["show_again"]

# What a page's address names stands between the request and the form.
_PANELS: dict[str, Callable[..., HttpResponse]] = {
    "ask": papers.ask_page,
    "handover": people.handover_page,
    "organization": people.organization_page,
    "portal-settings": people.settings_page,
    "share-case": people.share_page,
    "share-paper": papers.share_page,
    "start-talk": talks.start_page,
    "talk": talks.talk_page,
    "talk-people": talks.people_page,
}


def show_again(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Do nothing, and show again what was typed into a panel."""
    # Another site's form never gets to a panel: the browser sends it without the session.
    page = resolve(request.path_info)
    panel = _PANELS.get(page.url_name or "")
    if not request.user.is_authenticated or panel is None:
        return csrf_failure(request, reason)
    said = "The form was out of date, so nothing was done. What you typed is still here: send it once more."
    messages.error(request, said)
    typed = {**(sent(request) or {}), "do": []}
    return panel(request, *page.kwargs.values(), typed)
