"""
The help desk as it could have existed before: tickets, work on them, and who works there.
"""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import BaseModel

__all__ = ["COLLEAGUES", "Desk", "Ticket", "Work"]

COLLEAGUES: Mapping[str, str] = {"maria-works-here": "maria", "tomasz-works-here": "tomasz"}
"""Who may use the desk, by the token that they send. A real desk keeps these elsewhere."""


class Work(BaseModel):
    """Something that was done for a ticket."""

    text: str
    minutes: int
    at: datetime


class Ticket(BaseModel):
    """
    A question of a customer.

    ``subject`` is what colleagues call it; ``wording`` is what the customer called it.
    """

    number: int
    subject: str
    wording: str
    agent: str
    status: str = "open"
    work: list[Work] = []
    remark: str = ""


class Desk:
    """All tickets, in memory: this example is about the pages beside it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tickets = {ticket.number: ticket for ticket in _seed()}

    def all(self) -> list[Ticket]:
        """Return every ticket."""
        return list(self._tickets.values())

    def ticket(self, number: int) -> Ticket | None:
        """Return a ticket, or None."""
        return self._tickets.get(number)

    def log(self, number: int, text: str, minutes: int) -> Ticket | None:
        """Note what was done for a ticket."""
        done = Work(text=text, minutes=minutes, at=datetime.now(UTC))
        with self._lock:
            ticket = self._tickets.get(number)
            if ticket is not None:
                ticket = self._tickets[number] = ticket.model_copy(update={"work": [*ticket.work, done]})
        return ticket


def _seed() -> list[Ticket]:
    monday = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    return [
        Ticket(
            number=1,
            subject="Fenwick again: printer, and they have not paid",
            wording="The printer on the second floor prints nothing",
            agent="maria",
            work=[
                Work(text="Called the shop, asked for the error code", minutes=10, at=monday),
                Work(text="New driver on the print server", minutes=35, at=monday.replace(hour=13)),
            ],
            remark="Ask for the invoice of January first.",
        ),
        Ticket(
            number=2,
            subject="Museum: tickets sold twice",
            wording="Two visitors had the same seat",
            agent="tomasz",
            status="waiting for the supplier",
            remark="Our own fault, most likely.",
        ),
    ]
