"""
The forms of the pages for staff.
"""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from sharekit import end_of_day
from sharekit.errors import InvalidInputError

from django_cases.office.casework import CaseDraft, LinkWish
from django_cases.office.models import Case, Client
from django_cases.office.sharing.kinds import SECTIONS

__all__ = ["LinkForm", "OpenCaseForm", "TimeForm"]

_DAY = {"type": "date"}

# sharekit says which field, and says to programmers what would be right; staff are told in words of their own.
_WORDS = {
    "sections": "Choose at least one part of the file.",
    "client_title": "Write at most 200 characters, on one line.",
    "expires_at": "This day is over already. Choose today or a later day.",
    "password": "Write 1 to 1,024 characters that are not only spaces.",
}


class OpenCaseForm(forms.Form):
    """A case that is to be opened."""

    reference = forms.CharField(label="Reference", max_length=20, help_text="Such as 26-040.")
    title = forms.CharField(label="Title for the firm", max_length=150)
    client_title = forms.CharField(
        label="Title for the client", max_length=150, help_text="The client reads this one and never the other."
    )
    client = forms.ModelChoiceField(Client.objects.order_by("name"), label="Client")
    court = forms.CharField(label="Court or office", max_length=120, required=False)
    first_day = forms.DateField(
        label="First date", widget=forms.DateInput(_DAY, format="%Y-%m-%d"), initial=timezone.localdate
    )
    first_date = forms.CharField(label="What happens then", max_length=200)
    with_link = forms.BooleanField(label="Make a link for the client at once", required=False, initial=True)

    def clean_reference(self) -> str:
        """Refuse a reference that is taken."""
        reference = str(self.cleaned_data["reference"])
        if Case.objects.filter(reference=reference).exists():
            raise ValidationError("There is a case with this reference already.")
        return reference

    def draft(self) -> CaseDraft:
        """Return what was typed into a form that is valid."""
        return CaseDraft(opened=timezone.localdate(), **self.cleaned_data)


class TimeForm(forms.Form):
    """Work on a case."""

    day = forms.DateField(label="Day", widget=forms.DateInput(_DAY, format="%Y-%m-%d"), initial=timezone.localdate)
    time = forms.CharField(label="Time", max_length=6, widget=forms.TextInput({"placeholder": "0:45"}))
    work = forms.CharField(label="What was done", max_length=200)

    def clean_time(self) -> int:
        """Read hours and minutes."""
        matched = re.fullmatch(r"(\d{1,2}):([0-5]\d)", str(self.cleaned_data["time"]))
        minutes = int(matched[1]) * 60 + int(matched[2]) if matched else 0
        if minutes == 0:
            raise ValidationError("Write hours and minutes, such as 0:45.")
        return minutes


class LinkForm(forms.Form):
    """A link that is to be made."""

    sections = forms.MultipleChoiceField(
        label="What does the client see?",
        choices=[*SECTIONS.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _WORDS["sections"]},
    )
    client_title = forms.CharField(label="Title on the page", max_length=200, required=False)
    accept_internal_title = forms.BooleanField(label="The client may read our own title", required=False)
    expires_at = forms.DateField(
        label="Last day",
        widget=forms.DateInput(_DAY, format="%Y-%m-%d"),
        required=False,
        help_text="To the end of that day.",
    )
    password = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text="Tell it by another way than the link. It cannot be shown again.",
    )

    def clean_expires_at(self) -> datetime | None:
        """Turn the last day into its end."""
        day = self.cleaned_data["expires_at"]
        return None if day is None else end_of_day(day, settings.TIME_ZONE)

    def wish(self) -> LinkWish:
        """Return what was chosen in a form that is valid."""
        given: dict[str, Any] = self.cleaned_data  # Any: what Django's fields make of texts
        return LinkWish(
            sections=frozenset(given["sections"]),
            client_title=given["client_title"] or None,
            accept_internal_title=given["accept_internal_title"],
            expires_at=given["expires_at"],
            password=given["password"] or None,
        )

    def refuse(self, error: InvalidInputError) -> None:
        """Show what sharekit found wrong at the field that it names."""
        field = error.field if error.field in self.fields else None
        self.add_error(field, _WORDS.get(error.field, error.problem))
