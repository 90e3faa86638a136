"""
Which kinds of news there are, and when letters tell of them.
"""

import enum

__all__ = ["Cadence", "News"]


class News(enum.StrEnum):
    """A kind of news, each of which a person can choose by itself."""

    SHARED = "shared"
    """Something was shared with them, or a link was made for them."""
    DOCUMENTS = "documents"
    """There is a new document, or a new version of one, in what they follow."""
    REQUESTS = "requests"
    """They are asked for documents, reminded, or answered."""
    SUBMISSIONS = "submissions"
    """For staff: a client sent what was asked for."""
    MESSAGES = "messages"
    """Somebody wrote in a conversation of theirs."""
    ACCESS = "access"
    """For staff: a client asks to be let in. For clients: the answer."""
    INVITATION = "invitation"
    """They may enter the portal; it is sent at once, and cannot be turned off."""
    CONFIRMATION = "confirmation"
    """They asked for letters again and have to confirm it; it comes by mail alone, and cannot be turned off."""

    @property
    def can_be_chosen(self) -> bool:
        """Whether a person may have it later, or not at all."""
        return self not in {News.INVITATION, News.CONFIRMATION}

    @property
    def by_letter_alone(self) -> bool:
        """Whether it is nothing to the portal, and only whoever reads the mail is to have it."""
        return self is News.CONFIRMATION


class Cadence(enum.StrEnum):
    """When letters come."""

    IMMEDIATE = "immediate"
    HOURLY = "hourly"
    DAILY = "daily"
    OFF = "off"
    """Never; the portal shows the news all the same."""

    @property
    def gathers(self) -> bool:
        """Whether several pieces of news go in one letter, whatever they are about."""
        return self in {Cadence.HOURLY, Cadence.DAILY}
