"""
Which of the firm's rows are things that can be shared, and what sharekit's catalog says of them.
"""

from sharekit import Staff
from sharekit.adapters.django import register

from django_cases.office.models import Case

__all__ = ["register_models"]


def register_models() -> None:
    """Let each case take its entry along when it is saved or deleted."""
    register(
        Case,
        title=str,
        client_title=lambda case: case.client_title,
        owner=lambda case: Staff(str(case.lead.pk)),
        rows=lambda: Case.objects.select_related("lead"),
    )
