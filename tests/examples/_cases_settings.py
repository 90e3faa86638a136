"""
The settings of the case files for a test: a clock that the test moves, mail that comes in, and time to take back.
"""

from datetime import UTC, datetime, timedelta

from django_cases import settings as ours
from django_cases.settings import *  # noqa: F403  # a module of settings is what its names are
from sharekit.testing import FrozenClock
from tests.features._mail import INBOX

CLOCK = FrozenClock(datetime.now(UTC))
SHAREKIT = {**ours.SHAREKIT, "CLOCK": lambda: CLOCK, "INBOX": lambda: INBOX, "UNDO_WINDOW": timedelta(minutes=2)}
