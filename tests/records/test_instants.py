from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit import end_of_day
from sharekit.errors import InvalidInputError, NaiveDatetimeError
from sharekit.records.instants import utc


@pytest.mark.parametrize(
    ("day", "zone", "end"),
    [
        (date(2026, 1, 31), "UTC", datetime(2026, 2, 1, tzinfo=UTC)),
        (date(2026, 1, 31), "Europe/Amsterdam", datetime(2026, 1, 31, 23, tzinfo=UTC)),
        (date(2026, 3, 29), "Europe/Berlin", datetime(2026, 3, 29, 22, tzinfo=UTC)),  # a day of 23 hours
        (date(2026, 10, 25), "Europe/Berlin", datetime(2026, 10, 25, 23, tzinfo=UTC)),  # a day of 25 hours
        (date(2024, 2, 29), "Asia/Kolkata", datetime(2024, 2, 29, 18, 30, tzinfo=UTC)),
    ],
)
def test_a_day_ends_where_the_next_begins(day: date, zone: str, end: datetime) -> None:
    """The end is exclusive, in the zone that was named, also when the clocks change."""
    assert end == end_of_day(day, zone)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from(["Europe/Warsaw", "America/New_York", "UTC"]))
def test_days_follow_one_another(day: date, zone: str) -> None:
    """A day is 23 to 25 hours long."""
    length = end_of_day(day + timedelta(days=1), zone) - end_of_day(day, zone)

    assert timedelta(hours=23) <= length <= timedelta(hours=25)


@pytest.mark.parametrize(
    ("day", "zone", "field"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "UTC", "day"),
        ("2026-01-01", "UTC", "day"),
        (date.max, "UTC", "day"),
        (date(2026, 1, 1), "Mars/Olympus", "zone"),
        (date(2026, 1, 1), "../../etc/passwd", "zone"),
        (date(2026, 1, 1), "", "zone"),
        (date(2026, 1, 1), None, "zone"),
    ],
)
def test_other_arguments_are_named(day: date, zone: str, field: str) -> None:
    """A datetime is no day, and an unknown zone is no zone."""
    with pytest.raises(InvalidInputError) as refused:
        end_of_day(day, zone)

    assert field == refused.value.field


def test_times_are_turned_to_utc() -> None:
    """The instant stays, the zone goes; a naive time has no instant."""
    noon = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))

    assert (noon, UTC) == (utc("at", noon), utc("at", noon).tzinfo)
    with pytest.raises(NaiveDatetimeError):
        utc("at", noon.replace(tzinfo=None))
    with pytest.raises(InvalidInputError):
        utc("at", "2026-01-01T12:00:00Z")
