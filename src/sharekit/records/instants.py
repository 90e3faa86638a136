"""
Points in time: always aware, always kept in UTC, and those that people name by a date.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sharekit.errors import InvalidInputError, NaiveDatetimeError

__all__ = ["end_of_day", "utc", "zone_of"]


def end_of_day(day: date, zone: str) -> datetime:
    """
    Return the instant at which *day* is over in *zone*, for use as an exclusive ``expires_at``.

    A link that expires then still opens in the day's last microsecond and no more at midnight,
    also on days of 23 or 25 hours.

    Args:
        day: A calendar day; the date of a datetime is not taken by mistake.
        zone: An IANA zone name such as ``"Europe/Amsterdam"``.

    Returns:
        An aware time in UTC.

    Raises:
        InvalidInputError: The zone is unknown, or *day* is not a plain date.
    """
    if isinstance(day, datetime) or not isinstance(day, date):
        raise InvalidInputError("day", "needs a date, not a datetime")
    info = zone_of("zone", zone)
    try:
        following = day + timedelta(days=1)
    except OverflowError as error:
        raise InvalidInputError("day", "is the last day that can be counted") from error
    return datetime.combine(following, time.min, tzinfo=info).astimezone(UTC)


def utc(field: str, value: object) -> datetime:
    """
    Return an aware time in UTC.

    Args:
        field: The argument's name, for the error.
        value: An aware datetime in any zone.

    Raises:
        NaiveDatetimeError: It has no zone.
        InvalidInputError: It is no datetime.
    """
    if type(value) is datetime and value.tzinfo is UTC:  # as every time in a record is
        return value
    if not isinstance(value, datetime):
        raise InvalidInputError(field, "needs a datetime with a time zone")
    if value.utcoffset() is None:
        raise NaiveDatetimeError(field)
    try:
        return value.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise InvalidInputError(field, "is outside the years that can be counted") from error


def zone_of(field: str, name: object) -> ZoneInfo:
    """
    Return the time zone of this name.

    Args:
        field: The argument's name, for the error.
        name: An IANA zone name such as ``"Europe/Amsterdam"``.

    Raises:
        InvalidInputError: There is none.
    """
    try:
        return ZoneInfo(name)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # it says so itself
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise InvalidInputError(field, "needs an IANA zone name such as 'Europe/Amsterdam'") from error
