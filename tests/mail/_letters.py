"""One of each letter, told what a real one would be told."""

from datetime import UTC, date, datetime
from typing import Final

from sharekit.mail.letters import (
    AcceptedLetter,
    ApprovedLetter,
    ConfirmationLetter,
    DigestLetter,
    InvitationLetter,
    LetterContent,
    ReminderLetter,
    ReplyLetter,
    RequestLetter,
    SentBackLetter,
    SharedLetter,
    SubmissionLetter,
)

__all__ = ["ALL"]

_URL: Final = (
    "https://portal.studio.example/i/default.Zk3v9QmB2xPq7LrT5sWyA1cD4eF.1.Hn8uJ2kL6mN0pR4tV8xZ2bD6fH0jL4nP8rT2vX6zB0d"
)
_DUE: Final = date(2026, 3, 20)

ALL: Final[tuple[LetterContent, ...]] = (
    InvitationLetter(reader="Ana", sender="Maria de Vries", until=datetime(2026, 3, 9, 17, tzinfo=UTC), url=_URL),
    SharedLetter(
        reader="Ana",
        sender="Maria de Vries",
        titles=("Floor plan, second draft.pdf", "Costs & hours 2026.xlsx", "Zażółć_gęślą_jaźń_" + "lang" * 20 + ".pdf"),
        message="The second draft has the larger kitchen.\n\nPlease look at page 3 first.",
        url=_URL,
    ),
    RequestLetter(
        reader="Ana",
        sender="Maria de Vries",
        items=(("Passport or ID card", "Both sides, please."), ("Last three payslips", "")),
        about="Mortgage for Herengracht 12",
        due=_DUE,
        url=_URL,
    ),
    ReminderLetter(
        reader="Ana", items=(("Last three payslips", ""),), about="Mortgage for Herengracht 12", due=_DUE, url=_URL
    ),
    SentBackLetter(
        reader="Ana",
        items=(("Passport or ID card", "The second side is missing."),),
        about="Mortgage for Herengracht 12",
        url=_URL,
    ),
    AcceptedLetter(
        reader="Ana",
        titles=("Passport or ID card", "Last three payslips"),
        about="Mortgage for Herengracht 12",
        url=_URL,
    ),
    ReplyLetter(
        reader="Ana",
        sender="Maria de Vries",
        subject="Two drafts",
        text="Good morning Ana,\n\nwhich draft do you prefer?\nThe second costs a bit more: < 5 % & no fee.",
        files=("Draft 1.pdf", "Draft 2.pdf"),
        url=_URL,
    ),
    DigestLetter(
        reader="Ana",
        entries=(
            ("Floor plan, second draft.pdf", "Maria de Vries shared it", "https://portal.studio.example/p/1"),
            ("Two drafts", "3 new messages", "https://portal.studio.example/p/2"),
            ("Costs & hours 2026.xlsx", "", ""),
        ),
        url=_URL,
    ),
    ApprovedLetter(reader="Ana", titles=("Relaunch of the shop",), url=_URL),
    SubmissionLetter(
        reader="Maria",
        client="Ana Pereira",
        files=("passport.pdf", "payslips.zip"),
        about="Mortgage for Herengracht 12",
        complete=True,
        url=_URL,
    ),
    ConfirmationLetter(news=("messages", "documents"), until=datetime(2026, 3, 9, 17, tzinfo=UTC), url=_URL),
)
