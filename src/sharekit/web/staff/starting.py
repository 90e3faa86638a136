"""
The panel that starts a conversation: with whom, about what, how each is reached, and the first message.
"""

import secrets
from collections.abc import Sequence
from typing import Final

import attrs

from sharekit.errors import NotFoundError, SharekitError
from sharekit.ids import deterministic_id
from sharekit.records.catalog import Audience, ResourceRef
from sharekit.records.documents import Upload
from sharekit.records.parties import Contact, Organization, Staff
from sharekit.web.pages import Markup
from sharekit.web.staff.colleagues import chosen_colleagues, colleague_lines
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.people import PartyLine, find, line_of, party_of
from sharekit.web.staff.talk_words import ReachLine, reach_line, refusal
from sharekit.web.staff.thread import THREAD_ERRORS, ThreadPanel, status_of

__all__ = ["StartPanel", "chosen_lines"]

_OK: Final = 200
_WRONG: Final = 422


@attrs.define(kw_only=True)
class _Form:
    """What was typed, and what is wrong with it."""

    search: str = ""
    subject: str = ""
    text: str = ""
    audience: str = ""
    chosen: list[PartyLine] = attrs.field(factory=list[PartyLine])
    colleagues: tuple[Staff, ...] = ()
    followers: bool = False
    problems: dict[str, str] = attrs.field(factory=dict[str, str])


def chosen_lines(desk: Desk, keys: Sequence[str]) -> list[PartyLine]:
    """Return those whom a form names, as far as they are known."""
    parties = [party_of(key) for key in dict.fromkeys(keys)]
    lines = [line_of(desk.kit, party) for party in parties if party is not None]
    return [line for line in lines if line is not None]


@attrs.frozen(kw_only=True)
class StartPanel:
    """
    The panel.

    Attributes:
        desk: Who starts it.
        about: What it is about, or None.
        organization: Whose people are offered first, or None.
    """

    desk: Desk
    about: ResourceRef | None
    organization: Organization | None

    def show(self) -> PanelAnswer:
        """Return the panel with an empty form; whose matter it is about is chosen already, and seen to be."""
        asked = None if self.about is None else self.desk.kit.catalog.get(self.about).requester
        return self._answer(_Form(chosen=[] if asked is None else chosen_lines(self.desk, [asked.key])))

    def answer(self, fields: Fields, files: Sequence[Upload]) -> PanelAnswer:
        """Do what the form asks."""
        form = _Form(
            search=fields.one("q"),
            subject=fields.one("subject"),
            text=fields.text("text"),
            audience=fields.one("audience"),
            chosen=chosen_lines(self.desk, fields.many("to")),
            colleagues=chosen_colleagues(self.desk, fields.many("colleague")),
            followers=self.about is not None and fields.one("followers") == "1",
        )
        part = fields.one("part")
        if part == "found":
            return PanelAnswer(html=self._found(form), partial=True)
        if part == "revealed":
            return PanelAnswer(html=self._reached(form), partial=True)
        if fields.one("do") != "start":
            return self._answer(form)
        attached = [file for file in files if file.name]
        written = bool(form.text.strip() or attached)
        if not (form.chosen or form.colleagues or form.followers):
            form.problems["to"] = self.desk.gettext("Choose at least one person or organization.")
        if written and form.audience not in set(Audience):
            form.problems["audience"] = self.desk.gettext("Say who is to read the first message.")
        if form.problems:
            return self._answer(form, _WRONG)
        return self._start(form, fields, attached, written=written)

    def _start(self, form: _Form, fields: Fields, files: Sequence[Upload], *, written: bool) -> PanelAnswer:
        talks, by, once = self.desk.kit.conversations, self.desk.by, fields.one("once")
        try:
            started = talks.start(
                subject=form.subject,
                with_=[*(line.party for line in form.chosen), *form.colleagues],
                about=self.about,
                with_followers=form.followers,
                by=by,
                idempotency_key=deterministic_id("staff-talk", once) if once else None,
            )
        except THREAD_ERRORS as error:
            form.problems[_place(error)] = refusal(self.desk, error)
            return self._answer(form, status_of(error))
        leads_to = self.desk.urls.conversation(started.id)
        said = self.desk.gettext("The conversation is started.")
        if written:
            do = "reply" if form.audience == Audience.CLIENT else "note"
            # What is refused now is said in the conversation, where the rest of it is written.
            sent = Fields({**fields.values, "do": [do]})
            answer = ThreadPanel(desk=self.desk, id=started.id).answer(sent, files)
            if answer.done is None:
                return answer
        return PanelAnswer(html=Markup(""), done=said, leads_to=leads_to)

    def _found(self, form: _Form) -> Markup:
        keys = frozenset(line.key for line in form.chosen)
        return self.desk.render(
            "found", found=find(self.desk.kit, form.search, keys, self.organization), search=form.search
        )

    def _reached(self, form: _Form) -> Markup:
        return self.desk.render("reached", reached=self._reaches(form))

    def _reaches(self, form: _Form) -> list[ReachLine]:
        lines: list[ReachLine] = []
        for line in form.chosen:
            if isinstance(line.party, Contact):
                try:
                    lines.append(reach_line(self.desk, self.desk.kit.conversations.reach(line.party, by=self.desk.by)))
                except NotFoundError:
                    continue
            else:
                said = self.desk.gettext("Everybody who belongs to it hears of it, each as they are reached.")
                lines.append(ReachLine(name=line.name, said=said, reached=True))
        if form.followers:
            said = self.desk.gettext("Everybody who may see it then hears of it, each as they are reached.")
            lines.append(ReachLine(name=self.desk.gettext("Clients who follow it"), said=said, reached=True))
        return lines

    def _answer(self, form: _Form, status: int = _OK) -> PanelAnswer:
        keys = frozenset(line.key for line in form.chosen)
        html = self.desk.render(
            "start",
            form=form,
            found=find(self.desk.kit, form.search, keys, self.organization),
            reached=self._reaches(form),
            colleagues=colleague_lines(self.desk, form.colleagues),
            about_title=None if self.about is None else self.desk.kit.catalog.get(self.about).title,
            once=secrets.token_urlsafe(12),
            action=self.desk.urls.start(self.about),
        )
        return PanelAnswer(html=html, status=status)


def _place(error: SharekitError) -> str:
    return "subject" if getattr(error, "field", "") == "subject" else "to"
