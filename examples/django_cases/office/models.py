"""
The firm's own tables. They know nothing of sharekit.
"""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q, Sum

__all__ = ["Case", "Client", "Document", "NextDate", "TimeEntry"]

LANGUAGES = {"nl": "Dutch", "en": "English", "de": "German", "pl": "Polish", "es": "Spanish"}


class Client(models.Model):
    """Whom the firm works for."""

    name: models.CharField[str, str] = models.CharField(max_length=120)
    contact: models.CharField[str, str] = models.CharField(max_length=120, help_text="the person we talk to")
    email: models.EmailField[str, str] = models.EmailField(unique=True)
    language: models.CharField[str, str] = models.CharField(max_length=2, choices=list(LANGUAGES.items()))

    def __str__(self) -> str:
        return self.name


class Case(models.Model):
    """A case file. A closed one stays, and is shared no more."""

    reference: models.CharField[str, str] = models.CharField(max_length=20, unique=True)
    title: models.CharField[str, str] = models.CharField(max_length=150, help_text="for the firm alone")
    client_title: models.CharField[str, str] = models.CharField(max_length=150, blank=True)
    client: models.ForeignKey[Client, Client] = models.ForeignKey(Client, on_delete=models.PROTECT)
    lead: models.ForeignKey[User, User] = models.ForeignKey(User, on_delete=models.PROTECT)
    stage: models.CharField[str, str] = models.CharField(max_length=120, blank=True)
    court: models.CharField[str, str] = models.CharField(max_length=120, blank=True)
    opened: models.DateField[date, date] = models.DateField()
    closed: models.DateField[date | None, date | None] = models.DateField(null=True, blank=True)

    class Meta:
        """Open cases first, the latest first."""

        ordering = (models.F("closed").asc(nulls_first=True), "-opened", "reference")

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def minutes(self) -> int:
        """Return the time that was worked."""
        total = TimeEntry.objects.filter(case=self).aggregate(total=Sum("minutes"))["total"]
        return int(total or 0)


class TimeEntry(models.Model):
    """Work on a case."""

    case: models.ForeignKey[Case, Case] = models.ForeignKey(Case, on_delete=models.CASCADE)
    person: models.ForeignKey[User, User] = models.ForeignKey(User, on_delete=models.PROTECT)
    day: models.DateField[date, date] = models.DateField()
    minutes: models.PositiveIntegerField[int, int] = models.PositiveIntegerField()
    work: models.CharField[str, str] = models.CharField(max_length=200)

    class Meta:
        """The latest first."""

        ordering = ("-day", "-pk")
        verbose_name_plural = "time entries"

    def __str__(self) -> str:
        return f"{self.day}: {self.work}"


class Document(models.Model):
    """A document in the file, by its title."""

    case: models.ForeignKey[Case, Case] = models.ForeignKey(Case, on_delete=models.CASCADE)
    day: models.DateField[date, date] = models.DateField()
    title: models.CharField[str, str] = models.CharField(max_length=200)
    sender: models.CharField[str, str] = models.CharField(max_length=120)
    for_client: models.BooleanField[bool, bool] = models.BooleanField(default=False)

    class Meta:
        """The latest first."""

        ordering = ("-day", "-pk")

    def __str__(self) -> str:
        return self.title


class NextDate(models.Model):
    """Something with a date: a hearing, a term, a talk."""

    case: models.ForeignKey[Case, Case] = models.ForeignKey(Case, on_delete=models.CASCADE)
    day: models.DateField[date, date] = models.DateField()
    what: models.CharField[str, str] = models.CharField(max_length=200)

    class Meta:
        """The next one first; one without words is none."""

        ordering = ("day", "pk")
        constraints = (models.CheckConstraint(condition=~Q(what=""), name="office_date_says_what"),)

    def __str__(self) -> str:
        return f"{self.day}: {self.what}"
