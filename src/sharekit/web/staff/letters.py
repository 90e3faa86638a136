"""
The panel of what did not arrive: letters that were given up, and events of which nobody could be told.
"""

from typing import Final

import attrs

from sharekit.errors import InvalidInputError, NotAllowedError, NotFoundError
from sharekit.records.notices import Carrier, Delivery, News
from sharekit.records.outbox import OutboxEntry
from sharekit.web.pages import Markup
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.people import sender_name

__all__ = ["LettersPanel", "LostEvent", "LostLetter", "news_words"]

_OK: Final = 200
_REFUSED: Final = 403
_GONE: Final = 409


@attrs.frozen(kw_only=True)
class LostLetter:
    """
    A letter, or a call of a webhook, that was given up.

    Attributes:
        delivery: The delivery.
        to: To whom it was to go.
        news: What it told of, as one enumeration.
        at: When it was given up.
    """

    delivery: Delivery
    to: str
    news: str
    at: str


@attrs.frozen(kw_only=True)
class LostEvent:
    """
    An event of which no notices could be made.

    Attributes:
        entry: The event.
        actor: Who did it.
        at: When.
    """

    entry: OutboxEntry
    actor: str
    at: str


@attrs.frozen(kw_only=True)
class LettersPanel:
    """
    The panel.

    Attributes:
        desk: Who looks.
    """

    desk: Desk

    def show(self) -> PanelAnswer:
        """Return the panel."""
        return self._answer()

    def answer(self, fields: Fields) -> PanelAnswer:
        """Have something be tried again, or be done with."""
        notices, by, wanted = self.desk.kit.notifications, self.desk.by, fields.one("do")
        try:
            if wanted == "retry":
                notices.retry(fields.one("delivery"), by=by)
            elif wanted == "dismiss":
                notices.dismiss(fields.one("delivery"), by=by)
                return PanelAnswer(html=Markup(""), done=self.desk.gettext("It is not tried again."))
            elif wanted == "retry-event":
                notices.retry_event(self._event_of(fields), by=by)
            elif wanted == "dismiss-event":
                notices.dismiss_event(self._event_of(fields), by=by)
                return PanelAnswer(html=Markup(""), done=self.desk.gettext("It is not tried again."))
            else:
                return self._answer()
        except (InvalidInputError, NotFoundError):
            problem = self.desk.gettext("Something has changed in the meantime. Please look once more.")
            return self._answer(_GONE, problem)
        except NotAllowedError:
            return self._answer(_REFUSED)
        return PanelAnswer(html=Markup(""), done=self.desk.gettext("It is tried again shortly."))

    def _event_of(self, fields: Fields) -> OutboxEntry:
        return _of(self.desk.kit.notifications.dead_events(by=self.desk.by), fields.one("event"))

    def _answer(self, status: int = _OK, problem: str = "") -> PanelAnswer:
        notices, by = self.desk.kit.notifications, self.desk.by
        try:
            letters, lost = notices.dead_letters(by=by), notices.dead_events(by=by)
        except NotAllowedError:
            return PanelAnswer(html=self.desk.render("letters", refused=True), status=_REFUSED)
        html = self.desk.render(
            "letters",
            refused=False,
            problem=problem,
            letters=[self._letter(each) for each in letters],
            lost=[self._event(each) for each in lost],
        )
        return PanelAnswer(html=html, status=status)

    def _letter(self, delivery: Delivery) -> LostLetter:
        desk, words = self.desk, news_words(self.desk)
        mail = delivery.carrier is Carrier.MAIL
        news = [words[News(each)] for each in sorted(delivery.news) if each in set(News)]
        return LostLetter(
            delivery=delivery,
            to=sender_name(desk, delivery.party) if mail else desk.gettext("A webhook"),
            news=desk.formats.listed(news),
            at=desk.formats.instant(delivery.settled_at or delivery.created_at),
        )

    def _event(self, entry: OutboxEntry) -> LostEvent:
        desk = self.desk
        return LostEvent(entry=entry, actor=sender_name(desk, entry.actor), at=desk.formats.instant(entry.at))


def _of(entries: list[OutboxEntry], id_: str) -> OutboxEntry:
    found = next((each for each in entries if each.id == id_), None)
    if found is None:
        raise NotFoundError("event")
    return found


def news_words(desk: Desk) -> dict[News, str]:
    """Return what each kind of news is called."""
    return {
        News.SHARED: desk.gettext("Something is shared"),
        News.DOCUMENTS: desk.gettext("New documents"),
        News.REQUESTS: desk.gettext("Documents are asked for"),
        News.SUBMISSIONS: desk.gettext("Documents came in"),
        News.MESSAGES: desk.gettext("New messages"),
        News.ACCESS: desk.gettext("Somebody asks to be let in"),
        News.INVITATION: desk.gettext("Invitations"),
        News.CONFIRMATION: desk.gettext("Confirmations of an address"),
    }
