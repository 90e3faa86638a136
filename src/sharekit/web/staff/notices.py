"""
The panels of notices: how one wants to hear of news oneself, and what is told about one thing.
"""

from collections.abc import Mapping
from datetime import time
from typing import Final

import attrs

from sharekit.errors import InvalidInputError, NotAllowedError, NotFoundError
from sharekit.records.catalog import ResourceRef
from sharekit.records.decisions import Action
from sharekit.records.notices import Cadence, News, NoticePreferences
from sharekit.records.parties import Staff
from sharekit.web.locales import LANGUAGES
from sharekit.web.pages import Markup
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.letters import news_words

__all__ = ["PreferencesPanel", "ThingNoticesPanel"]

_OK: Final = 200
_REFUSED: Final = 403
_WRONG: Final = 422
_CHOSEN: Final = (News.MESSAGES, News.DOCUMENTS, News.SUBMISSIONS, News.ACCESS)


@attrs.frozen(kw_only=True)
class PreferencesPanel:
    """
    The panel of one's own preferences.

    Attributes:
        desk: Who chooses.
        who: The same, as somebody who has mail.
    """

    desk: Desk
    who: Staff

    def show(self) -> PanelAnswer:
        """Return the panel with what is chosen."""
        return self._answer(_typed(self.desk.kit.notifications.preferences(self.who)), {})

    def answer(self, fields: Fields) -> PanelAnswer:
        """Do what the form asks."""
        notices, gettext = self.desk.kit.notifications, self.desk.gettext
        if fields.one("do") == "unmute":
            try:
                notices.unmute(self.who, ResourceRef.parse(fields.one("thing")), by=self.who)
            except InvalidInputError:
                return self.show()
            return PanelAnswer(html=Markup(""), done=gettext("Letters about it come again."))
        typed = {name: fields.one(name) for name in _typed(notices.preferences(self.who))}
        if fields.one("do") != "save":
            return self._answer(typed, {})
        quiet_from, until, daily = (_time(typed[name]) for name in ("quiet-from", "quiet-until", "daily-at"))
        problems: dict[str, str] = {}
        if any(typed[str(news)] not in set(Cadence) for news in _CHOSEN):
            problems["all"] = gettext("Choose one of these.")
        if daily is None:
            problems["daily-at"] = gettext("Write a time, such as 08:00.")
        if (quiet_from is None) is not (until is None):
            problems["quiet-until"] = gettext("Write both times, or neither.")
        if problems or daily is None:
            return self._answer(typed, problems, _WRONG)
        notices.choose(
            self.who,
            by=self.who,
            cadences={news: Cadence(typed[str(news)]) for news in _CHOSEN},
            quiet=None if quiet_from is None or until is None else (quiet_from, until),
            daily_at=daily,
        )
        return PanelAnswer(html=Markup(""), done=gettext("Your choice is saved."))

    def _answer(self, typed: Mapping[str, str], problems: Mapping[str, str], status: int = _OK) -> PanelAnswer:
        desk, words = self.desk, news_words(self.desk)
        muted = sorted(desk.kit.notifications.preferences(self.who).muted)
        html = desk.render(
            "preferences",
            typed=typed,
            problems=problems,
            news={str(each): words[each] for each in _CHOSEN},
            cadences=_cadence_words(desk),
            muted={key: _title(desk, key) for key in muted},
        )
        return PanelAnswer(html=html, status=status)


@attrs.frozen(kw_only=True)
class ThingNoticesPanel:
    """
    The panel of what is told about one thing: to whom of staff, by letters or not, and at once to clients.

    Attributes:
        desk: Who chooses.
        who: The same, as somebody who has mail; None where it is a machine.
        ref: The thing.
    """

    desk: Desk
    who: Staff | None
    ref: ResourceRef

    def show(self) -> PanelAnswer:
        """Return the panel with what is chosen."""
        known = self.desk.kit.conversations.automatic_reply(self.ref)
        typed = {"text": "", "hours": "24", **dict.fromkeys(LANGUAGES, "")}
        if known is not None:
            typed |= {"text": known.text, "hours": str(known.hours), **{each.locale: each.text for each in known.texts}}
        return self._answer(typed, {})

    def answer(self, fields: Fields) -> PanelAnswer:
        """Do what the form asks."""
        notices, wanted, gettext = self.desk.kit.notifications, fields.one("do"), self.desk.gettext
        if self.who is not None and wanted == "mute":
            notices.mute(self.who, self.ref, by=self.who)
            return PanelAnswer(html=Markup(""), done=gettext("No letter about it comes to you any more."))
        if self.who is not None and wanted == "unmute":
            notices.unmute(self.who, self.ref, by=self.who)
            return PanelAnswer(html=Markup(""), done=gettext("Letters about it come again."))
        if self.who is not None and wanted in {"follow", "unfollow"}:
            return self._follow(self.who, follows=wanted == "follow")
        typed = {"text": fields.text("text"), "hours": fields.one("hours")}
        typed |= {code: fields.text(f"text-{code}") for code in LANGUAGES}
        if wanted not in {"reply", "no-reply"}:
            return self._answer(typed, {})
        return self._set(typed, remove=wanted == "no-reply")

    def _follow(self, who: Staff, *, follows: bool) -> PanelAnswer:
        gettext, shares = self.desk.gettext, self.desk.kit.shares
        if follows:
            shares.follow(self.ref, who, by=who)
            return PanelAnswer(html=Markup(""), done=gettext("You hear of it from now on."))
        shares.unfollow(self.ref, who, by=who)
        return PanelAnswer(html=Markup(""), done=gettext("You hear of it no more."))

    def _set(self, typed: Mapping[str, str], *, remove: bool) -> PanelAnswer:
        hours = typed["hours"]
        texts = {code: typed[code] for code in LANGUAGES if typed.get(code, "").strip()}
        try:
            self.desk.kit.conversations.set_automatic_reply(
                self.ref,
                None if remove else typed["text"],
                texts={} if remove else texts,
                hours=int(hours) if hours.isascii() and hours.isdigit() and len(hours) < 6 else 0,  # digits
                by=self.desk.by,
            )
        except InvalidInputError as error:
            words = {
                "hours": self.desk.gettext("Write a whole number of hours, from 1 to 8,760."),
                "text": self.desk.gettext("Write a reply of at most 5,000 characters."),
            }
            field = "hours" if error.field == "hours" else "text"
            return self._answer(typed, {field: words[field]}, _WRONG)
        except (NotAllowedError, NotFoundError):
            said = self.desk.gettext("You may look at this, but not do that.")
            return self._answer(typed, {"all": said}, _REFUSED)
        gettext = self.desk.gettext
        done = gettext("No automatic reply is sent any more.") if remove else gettext("The automatic reply is saved.")
        return PanelAnswer(html=Markup(""), done=done)

    def _answer(self, typed: Mapping[str, str], problems: Mapping[str, str], status: int = _OK) -> PanelAnswer:
        desk = self.desk
        who = None if self.who is None else self.who.key
        muted = self.who is not None and self.ref.key in desk.kit.notifications.preferences(self.who).muted
        html = desk.render(
            "thing-notices",
            typed=typed,
            problems=problems,
            muted=muted,
            has_mail=self.who is not None,
            answers=who is not None and desk.kit.catalog.get(self.ref).owner == who,
            follows=who in {each.party for each in desk.kit.shares.followers(self.ref)},
            replies=desk.kit.conversations.automatic_reply(self.ref) is not None,
            may_edit=desk.kit.access.can(desk.by, Action.EDIT, self.ref),
            languages={code: desk.formats.language_name(code) for code in LANGUAGES},
        )
        return PanelAnswer(html=html, status=status)


def _typed(chosen: NoticePreferences) -> dict[str, str]:
    """Return what is chosen as the fields of the form have it."""
    times = {"quiet-from": chosen.quiet_from, "quiet-until": chosen.quiet_until, "daily-at": chosen.daily_at}
    typed = {name: "" if minute is None else f"{minute // 60:02}:{minute % 60:02}" for name, minute in times.items()}
    return {**typed, **{str(news): str(chosen.cadence(news)) for news in _CHOSEN}}


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None) if text else None
    except ValueError:
        return None


def _cadence_words(desk: Desk) -> dict[str, str]:
    return {
        str(Cadence.IMMEDIATE): desk.gettext("At once"),
        str(Cadence.HOURLY): desk.gettext("Once an hour"),
        str(Cadence.DAILY): desk.gettext("Once a day"),
        str(Cadence.OFF): desk.gettext("No letter"),
    }


def _title(desk: Desk, key: str) -> str:
    try:
        ref = ResourceRef.parse(key)
        if desk.kit.access.can(desk.by, Action.VIEW, ref):
            return desk.kit.catalog.get(ref).title
    except (InvalidInputError, NotFoundError):
        pass
    return desk.gettext("Something that is gone")
