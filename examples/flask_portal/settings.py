"""
What a start of the portal can choose.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

__all__ = ["LANGUAGES", "Settings"]

LANGUAGES = {"nl": "Dutch", "en": "English", "de": "German", "pl": "Polish", "es": "Spanish"}
"""The languages that client pages come in, as staff call them."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """
    How this portal runs.

    Attributes:
        data: The folder for the agency's database, sharekit's records and the two keys.
        agency: Whose portal it is; clients read this name too.
        accent: Its colour.
        zone: Where the agency's days begin and end.
        https: Whether browsers reach it by https; cookies are then marked secure.
        undo: How long whoever wrote a message may take it back; until then nobody else sees it.
    """

    data: Path
    agency: str = "Studio Havendijk"
    accent: str = "#0b5f63"
    zone: str = "Europe/Amsterdam"
    https: bool = False
    undo: timedelta = timedelta(seconds=5)
