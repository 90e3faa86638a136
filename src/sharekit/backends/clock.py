"""
The clock of the machine.
"""

from datetime import UTC, datetime

__all__ = ["SystemClock"]


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return datetime.now(UTC)
