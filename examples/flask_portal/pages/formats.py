"""
How the pages for staff write days, times and amounts.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from flask import Flask

from flask_portal.pages.desk import portal
from flask_portal.settings import LANGUAGES

__all__ = ["add_formats", "clock", "day", "moment"]

_LOCALE = "en_GB"


def clock(minutes: int) -> str:
    """Write minutes as hours and minutes: ``1:30``."""
    return f"{minutes // 60}:{minutes % 60:02}"


def day(value: date) -> str:
    """Write a day: ``Fri 14 Nov``."""
    return format_date(value, "EEE d MMM", locale=_LOCALE)


def moment(value: datetime) -> str:
    """Write an instant by the agency's clock: ``14 Nov, 09:12``."""
    return format_datetime(value, "d MMM, HH:mm", tzinfo=ZoneInfo(portal().settings.zone), locale=_LOCALE)


def last_moment(value: datetime) -> str:
    """Write the end of a link: by its last day when it ends with a day, else by the minute."""
    local = value.astimezone(ZoneInfo(portal().settings.zone))
    if local.time() != time.min:
        return format_datetime(local, "d MMM y, HH:mm", locale=_LOCALE)
    return "after " + format_date(local.date() - timedelta(days=1), "d MMM y", locale=_LOCALE)


def language(code: str) -> str:
    """Name a language."""
    return LANGUAGES.get(code, code)


def add_formats(app: Flask) -> None:
    """Make the formats known to templates."""
    for filter_ in (clock, day, moment, last_moment, language):
        app.add_template_filter(filter_)
