"""
Demo data: a firm in the middle of its work, told relative to today.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.utils import timezone

from django_cases.office.models import Case, Client, Document, NextDate, TimeEntry

__all__ = ["People", "seed"]

_FOLDER = Path(__file__).with_name("demo")
_STAFF = _FOLDER / "staff.toml"

Table = dict[str, Any]  # TOML of our own, read in this file only


@dataclass(frozen=True)
class People:
    """Who can sign in: one password, and what each person does."""

    password: str
    jobs: Mapping[str, str]


def seed(*, fill: bool) -> People:
    """Fill an empty database if asked, and tell who can sign in."""
    told = _read(_STAFF)
    people = People(told["password"], {person["username"]: person["job"] for person in told["person"]})
    if fill:
        password = make_password(people.password)  # once, since it takes its time
        for person in told["person"]:
            boss = person.get("superuser", False)
            User.objects.create(
                username=person["username"],
                password=password,
                first_name=person["first_name"],
                last_name=person["last_name"],
                is_staff=boss,
                is_superuser=boss,
            )
        today = timezone.localdate()
        for file in sorted(_FOLDER.glob("*.toml")):
            if file != _STAFF:
                _seed_case(_read(file), today)
    return people


def _read(file: Path) -> Table:
    return tomllib.loads(file.read_text("utf-8"))


def _seed_case(told: Table, today: date) -> None:
    about = told["case"]
    closed = about.get("closed_ago")
    case = Case.objects.create(
        reference=about["reference"],
        title=about["title"],
        client_title=about["client_title"],
        client=Client.objects.create(**told["client"]),
        lead=User.objects.get(username=about["lead"]),
        stage=about["stage"],
        court=about["court"],
        opened=_workday(today, about["opened_ago"]),
        closed=None if closed is None else _workday(today, closed),
    )
    for item in told.get("date", []):
        NextDate.objects.create(case=case, day=_workday(today, -item["in"]), what=item["what"])
    for item in told.get("document", []):
        Document.objects.create(
            case=case,
            day=_workday(today, item["ago"]),
            title=item["title"],
            sender=item["sender"],
            for_client=item.get("for_client", False),
        )
    for item in told.get("time", []):
        TimeEntry.objects.create(
            case=case,
            person=User.objects.get(username=item["person"]),
            day=_workday(today, item["ago"]),
            minutes=item["minutes"],
            work=item["work"],
        )


def _workday(today: date, days_ago: int) -> date:
    """Count back from today, and from a weekend on to the Friday before it."""
    day = today - timedelta(days=days_ago)
    return day - timedelta(days=max(0, day.weekday() - 4))
