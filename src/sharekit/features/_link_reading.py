"""
What those do who were handed a link: open and redeem it, and go on reading by a ticket.
"""

from sharekit.features._link_visits import Visits
from sharekit.records import checks
from sharekit.records.parties import LinkHolder
from sharekit.records.views import LinkView

__all__ = ["LinkReading"]


class LinkReading:
    """The part of `Links` for whoever holds a link's secret."""

    _visits: Visits

    def holder(self, secret: str) -> LinkHolder:
        """
        Return who reads by a link, to whom `Documents.open` gives the documents that the link lists.

        Nothing is counted.

        Args:
            secret: What `token` returned, or the ticket of a visit.

        Raises:
            LinkUnavailableError: The link opens nothing now; ``expired`` says whether its time was over.
            RedeemRequired: It must be redeemed first; then the ticket is the secret.
            VisitEndedError: The visit is over.
        """
        return self._visits.holder(secret)

    def open(self, token: str, *, locale: str | None = None) -> LinkView:
        """
        Show what a link shows, live, and change nothing.

        Args:
            token: What `token` returned.
            locale: The reader's language, for a link whose recipient has none.

        Raises:
            RedeemRequired: The link has a password or counts its uses; nothing was loaded.
            LinkUnavailableError: The link opens nothing, for whatever reason.
        """
        if locale is not None:
            checks.text("locale", locale)
        return self._visits.open(token, locale)

    def redeem(self, token: str, password: str | None = None, *, locale: str | None = None) -> LinkView:
        """
        Count one use of a link and show what it shows; the view's ``ticket`` carries the visit on.

        The use is counted before anything is loaded, and never more often than ``max_uses``, also
        when many redeem at the same time in many processes (R-LINK-4).

        Args:
            token: What `token` returned.
            password: The password, for a link that has one; take it from a request's body only.
            locale: The reader's language, for a link whose recipient has none.

        Raises:
            WrongPasswordError: The password is missing or wrong; nothing was counted.
            TooManyAttemptsError: Ten wrong passwords within an hour.
            LinkUnavailableError: The link opens nothing, for whatever reason.
        """
        checks.optional_text("locale", locale)
        return self._visits.redeem(token, password, locale)

    def view(self, ticket: str, *, locale: str | None = None) -> LinkView:
        """
        Show what a redeemed link shows now; counts nothing, and renews the ticket.

        Args:
            ticket: The ``ticket`` of the view before, good for 30 minutes of silence.
            locale: The reader's language, for a link whose recipient has none.

        Raises:
            VisitEndedError: The ticket is too old, or the password changed; redeem the link again.
            LinkUnavailableError: The link opens nothing any more, for whatever reason.
        """
        checks.optional_text("locale", locale)
        return self._visits.carry_on(ticket, locale)

    def record_view(self, token: str) -> None:
        """
        Count that a person looked at the page of a link that needs no redeeming.

        Call it for something that only people do, such as the request that the default page sends
        after a gesture; never for a GET, which scanners send too (R-LINK-11).

        Raises:
            RedeemRequired: Redeeming counts for this link.
            LinkUnavailableError: The link opens nothing, for whatever reason.
        """
        self._visits.record(token)
