"""
What all pages for staff have in common.
"""

from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from django_cases.office.models import Case

__all__ = ["case_or_404", "firm", "member"]


def firm(request: HttpRequest) -> dict[str, str]:
    """Give every template the name of the firm."""
    return {"firm": settings.FIRM}


def member(request: HttpRequest) -> User:
    """Return who is signed in; the views that ask are closed to others."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user


def case_or_404(case_id: int) -> Case:
    """Return a case, or end with the page for what does not exist."""
    return get_object_or_404(Case.objects.select_related("client", "lead"), pk=case_id)
