"""
The panel of who takes part in a conversation: add somebody after a look at what that reveals, or take them out.
"""

from collections.abc import Iterator
from typing import Final

import attrs

from sharekit.errors import InvalidInputError, NotFoundError
from sharekit.ids import ConversationId, MessageId
from sharekit.records.conversations import HistoryPolicy
from sharekit.records.parties import Contact, Organization, Staff, parse_party
from sharekit.web.histories import history_sentence
from sharekit.web.pages import Markup
from sharekit.web.staff.colleagues import chosen_colleagues, colleague_lines
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.people import PartyLine, find
from sharekit.web.staff.reveals import listed_names
from sharekit.web.staff.starting import chosen_lines
from sharekit.web.staff.talk_words import MessageLine, ReachLine, message_line, party_name, reach_line, refusal
from sharekit.web.staff.thread import THREAD_ERRORS, status_of

__all__ = ["JoiningPanel"]

_OK: Final = 200
_WRONG: Final = 422
_MESSAGES: Final = 100


@attrs.define(kw_only=True)
class _Form:
    """What was typed, and what is wrong with it."""

    search: str = ""
    history: str = ""
    chosen: list[PartyLine] = attrs.field(factory=list[PartyLine])
    colleagues: tuple[Staff, ...] = ()
    messages: frozenset[str] = frozenset()
    problems: dict[str, str] = attrs.field(factory=dict[str, str])

    @property
    def policy(self) -> HistoryPolicy | None:
        """What they get to see, or None while nobody said."""
        return HistoryPolicy(self.history) if self.history in set(HistoryPolicy) else None

    @property
    def selected(self) -> tuple[MessageId, ...]:
        """The messages that were chosen, where messages are."""
        return tuple(map(MessageId, sorted(self.messages))) if self.history == HistoryPolicy.SELECTED else ()

    def joining(self) -> Iterator[tuple[Contact | Organization | Staff, HistoryPolicy, tuple[MessageId, ...]]]:
        """Yield who is to take part, and what of the past is chosen for them; staff read everything anyway."""
        if self.policy is not None:
            yield from ((line.party, self.policy, self.selected) for line in self.chosen)
        yield from ((each, HistoryPolicy.FULL, ()) for each in self.colleagues)


@attrs.frozen(kw_only=True)
class JoiningPanel:
    """
    The panel.

    Attributes:
        desk: Who looks.
        id: The conversation.
        organization: Whose people are offered first, or None.
    """

    desk: Desk
    id: ConversationId
    organization: Organization | None

    def show(self) -> PanelAnswer:
        """Return the panel with an empty form."""
        return self._answer(_Form())

    def answer(self, fields: Fields) -> PanelAnswer:
        """Do what the form asks."""
        form = _Form(
            search=fields.one("q"),
            history=fields.one("history"),
            chosen=chosen_lines(self.desk, fields.many("to")),
            colleagues=chosen_colleagues(self.desk, fields.many("colleague")),
            messages=frozenset(fields.many("message")),
        )
        part, wanted = fields.one("part"), fields.one("do")
        if part == "found":
            return PanelAnswer(html=self._found(form), partial=True)
        if part == "revealed":
            return PanelAnswer(html=self._revealed(form), partial=True)
        if wanted == "remove":
            return self._remove(fields.one("party"))
        if wanted in {"plan", "add"}:
            return self._added(form, really=wanted == "add")
        return self._answer(form)

    def _remove(self, key: str) -> PanelAnswer:
        try:
            party = parse_party(key)
            if not isinstance(party, Contact | Organization | Staff):
                raise NotFoundError("participant")
            self.desk.kit.conversations.remove_participant(self.id, party, by=self.desk.by)
        except THREAD_ERRORS as error:
            return self._answer(_Form(problems={"all": refusal(self.desk, error)}), status_of(error))
        said = self.desk.gettext("%(name)s takes part no more.", name=party_name(self.desk, key))
        return PanelAnswer(html=Markup(""), done=said)

    def _added(self, form: _Form, *, really: bool) -> PanelAnswer:
        talks, by = self.desk.kit.conversations, self.desk.by
        if not (form.chosen or form.colleagues):
            form.problems["to"] = self.desk.gettext("Choose at least one person or organization.")
        if form.policy is None and (form.chosen or not form.colleagues):
            form.problems["history"] = self.desk.gettext("Choose how much of what was written they see.")
        if form.problems:
            return self._answer(form, _WRONG)
        joining = list(form.joining())
        try:
            # Whatever would be refused is, before anybody is added.
            for party, history, messages in joining:
                talks.preview_history(self.id, party, history=history, messages=messages, by=by)
            for party, history, messages in joining if really else ():
                talks.add_participant(self.id, party, history=history, messages=messages, by=by)
        except THREAD_ERRORS as error:
            at = "history" if isinstance(error, InvalidInputError) and error.field == "messages" else "to"
            form.problems[at] = refusal(self.desk, error)
            return self._answer(form, status_of(error))
        if not really:
            return self._answer(form)
        colleagues = [party_name(self.desk, each.key) for each in form.colleagues]
        names = listed_names(self.desk, [*(line.name for line in form.chosen), *colleagues])
        return PanelAnswer(html=Markup(""), done=self.desk.gettext("Now taking part: %(names)s.", names=names))

    def _found(self, form: _Form) -> Markup:
        keys = frozenset(line.key for line in form.chosen)
        return self.desk.render(
            "found", found=find(self.desk.kit, form.search, keys, self.organization), search=form.search
        )

    def _revealed(self, form: _Form) -> Markup:
        return self.desk.render("joining-reveals", reached=self._reaches(form), sentences=self._sentences(form))

    def _sentences(self, form: _Form) -> list[str]:
        """Return what each of those who were chosen would see, as far as that can be said."""
        policy = form.policy
        if policy is None or (policy is HistoryPolicy.SELECTED and not form.messages):
            return []
        said: list[str] = []
        for line in form.chosen:
            try:
                told = self.desk.kit.conversations.preview_history(
                    self.id, line.party, history=policy, messages=form.selected, by=self.desk.by
                )
            except THREAD_ERRORS as error:
                said.append(refusal(self.desk, error))
            else:
                said.append(history_sentence(told, locale=self.desk.language.tag))
        return said

    def _reaches(self, form: _Form) -> list[ReachLine]:
        contacts = [line.party for line in form.chosen if isinstance(line.party, Contact)]
        return [reach_line(self.desk, self.desk.kit.conversations.reach(each, by=self.desk.by)) for each in contacts]

    def _messages(self) -> list[MessageLine]:
        """Return the latest messages for clients that can be shown one by one."""
        thread = self.desk.kit.conversations.thread(self.id, by=self.desk.by, limit=_MESSAGES)
        return [message_line(self.desk, each) for each in thread.messages if not each.is_note and each.settled]

    def _answer(self, form: _Form, status: int = _OK) -> PanelAnswer:
        desk = self.desk
        view = desk.kit.conversations.thread(self.id, by=desk.by, limit=1)
        keys = frozenset(line.key for line in form.chosen)
        html = desk.render(
            "joining",
            form=form,
            view=view,
            colleagues=colleague_lines(desk, form.colleagues, [each.party for each in view.participants]),
            people=[(each, party_name(desk, each.party or "", each.name)) for each in view.participants],
            found=find(desk.kit, form.search, keys, self.organization),
            reached=self._reaches(form),
            sentences=self._sentences(form),
            messages=self._messages(),
            back=desk.urls.conversation(self.id),
            action=desk.urls.participants(self.id),
        )
        return PanelAnswer(html=html, status=status)
