"""
What staff see of a link's page before the client does.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sharekit import ReadLink
from sharekit.web.formats import Formats
from sharekit.web.locales import Language, language_of

from flask_portal.pages.desk import portal

__all__ = ["REASONS", "reader_formats", "written"]

REASONS = {
    "resource-removed": "This link opens nothing: its project is gone.",
    "resource-internal": "This link opens nothing while the project is kept inside the agency.",
    "creator-may-not-share": "This link opens nothing: who made it may not share this project any more.",
    "recipient-inactive": "This link opens nothing: its recipient is not active any more.",
    "expired": "This link has ended. Choose a later day to let it work again.",
    "exhausted": "This link is used up. Create another one.",
    "revoked": "This link is deactivated. Nobody gets in with it, and it stays so.",
}
"""What the reasons of `LinkPreview.problem` mean, for staff."""


def reader_formats(link: ReadLink) -> Formats:
    """Return how dates and times are written for the client: in the recipient's language, else in English."""
    asked = portal()
    locale = asked.kit.people.get(link.recipient).locale if link.recipient else None
    return Formats(language_of(locale) or Language("en-GB", "en"), ZoneInfo(asked.settings.zone))


def written(value: object, formats: Formats) -> str:
    """Return a value of a section as the client reads it, or nearly so."""
    match value:
        case bool():
            return "✓" if value else ""
        case date():
            return formats.day(value)
        case timedelta():
            return formats.duration(value)
        case _:
            return str(value)
