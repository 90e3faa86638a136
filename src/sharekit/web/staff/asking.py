"""
The panel that asks contacts for documents: whom, for what, in which words, and a look at it before it is sent.
"""

import secrets
from collections.abc import Callable, Mapping
from typing import Final

import attrs

from sharekit.errors import InvalidInputError, NotAllowedError, NotFoundError
from sharekit.ids import deterministic_id
from sharekit.records.catalog import ResourceRef
from sharekit.records.decisions import Action
from sharekit.records.parties import Contact, Organization, Staff
from sharekit.records.requests import RequestTemplate
from sharekit.web.pages import Markup
from sharekit.web.staff.ask_form import (
    AskForm,
    ItemRow,
    check_form,
    days_of,
    fill_from,
    read_form,
    slug_of,
    text_of,
    typed,
)
from sharekit.web.staff.ask_preview import PreviewLine, previewed
from sharekit.web.staff.choosing import Chooser
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.people import NewContact
from sharekit.web.staff.reveals import listed_names

__all__ = ["AskPanel"]

_OK: Final = 200
_REFUSED: Final = 403
_WRONG: Final = 422
_SHOWN: Final = 3


@attrs.frozen(kw_only=True)
class AskPanel:
    """
    The panel, for one thing.

    Attributes:
        desk: Who asks.
        about: What it is about.
        case_type: Of which type of case it is; None for templates of every type.
        add_contact: What makes somebody new known; by default the kit's own directory.
        organization: Whose people are shown first, and what somebody new belongs to unless it is changed.
        obstacle: Why nothing can be asked here, in the host's words; None for the kit's own rule.
    """

    desk: Desk
    about: ResourceRef
    case_type: str | None
    add_contact: Callable[[NewContact], Contact] | None
    organization: Organization | None
    obstacle: str | None

    def show(self) -> PanelAnswer:
        """Return the panel with an empty form."""
        form = AskForm()
        self._chooser.begin(form)
        return self._answer(form)

    def answer(self, fields: Fields) -> PanelAnswer:
        """Do what the form asks."""
        form, wanted, part = read_form(self._chooser, fields), fields.one("do"), fields.one("part")
        if self._reason_against() is not None:
            return self._answer(form, _REFUSED)
        if part == "found":
            return PanelAnswer(html=self._chooser.found(form), partial=True)
        if part == "revealed":
            return PanelAnswer(html=self._told(form), partial=True)
        verb, _, place = wanted.partition("-")
        changing: Mapping[str, Callable[[], None]] = {
            "template": lambda: self._fill(form),
            "more": lambda: form.rows.append(ItemRow()),
            "drop": lambda: _drop(form, place),
        }
        if verb in changing:
            changing[verb]()
            form.problems.clear()
            return PanelAnswer(html=self._rows(form), partial=True) if part == "rows" else self._answer(form)
        doing: Mapping[str, Callable[[AskForm], PanelAnswer]] = {
            "add": self._add,
            "preview": self._preview,
            "send": lambda form: self._send(form, _key(self.desk, fields)),
            "keep": self._keep,
            "forget": self._forget,
        }
        act = doing.get(verb)
        return self._answer(form) if act is None else self._done(act, form)

    def _done(self, act: Callable[[AskForm], PanelAnswer], form: AskForm) -> PanelAnswer:
        try:
            return act(form)
        except NotAllowedError:
            if self._reason_against() is None:
                self._chooser.note_refusal(form)
            if not form.problems:
                form.problems["all"] = self.desk.gettext("You may look at this, but not ask for anything.")
            return self._answer(form, _REFUSED)
        except NotFoundError:
            form.problems["to"] = self.desk.gettext("Something has changed in the meantime. Please look once more.")
        except InvalidInputError as error:
            self._refuse(form, error)
        return self._answer(form, _WRONG)

    @property
    def _chooser(self) -> Chooser:
        return Chooser(desk=self.desk, add_contact=self.add_contact, organization=self.organization, only_contacts=True)

    def _add(self, form: AskForm) -> PanelAnswer:
        self._chooser.add(form)
        return self._answer(form, _WRONG if form.problems else _OK)

    def _preview(self, form: AskForm) -> PanelAnswer:
        template = self._template(form)
        check_form(self.desk, form, template, asks=True)
        self._chooser.recognize(form)
        if form.has_problems:
            return self._answer(form, _WRONG)
        return self._answer(form, previews=previewed(self.desk, self.about, form, template))

    def _send(self, form: AskForm, key: str | None) -> PanelAnswer:
        """Ask, once however often the same form is sent."""
        template = self._template(form)
        check_form(self.desk, form, template, asks=True)
        self._chooser.recognize(form)
        if form.has_problems or not self._chooser.added(form):
            return self._answer(form, _WRONG)
        by = self.desk.by
        self.desk.kit.requests.create(
            to=form.contacts,
            about=self.about,
            by=by,
            items=form.items,
            **typed(form, template),
            due=form.due,
            notify=Staff(by.id) if form.told == "me" and isinstance(by, Staff) else None,
            template=None if template is None else template.name,
            idempotency_key=key,
        )
        return PanelAnswer(html=Markup(""), done=self._said(form), leads_to=self.desk.urls.requests(self.about))

    def _said(self, form: AskForm) -> str:
        names = listed_names(self.desk, [line.name for line in form.chosen])
        return self.desk.gettext("%(names)s is asked for it. Each upload page is ready.", names=names)

    def _keep(self, form: AskForm) -> PanelAnswer:
        check_form(self.desk, form, self._template(form), asks=False)
        text, days = text_of(self.desk, form), days_of(self.desk, form)
        if not form.keep_title:
            form.problems["keep-title"] = self.desk.gettext("Write what the template shall be called.")
        if form.has_problems:
            return self._answer(form, _WRONG)
        requests = self.desk.kit.requests
        kept = requests.save_template(
            slug_of(form.keep_title, [each.name for each in requests.templates()]),
            title=form.keep_title,
            items=form.items,
            by=self.desk.by,
            case_type=self.case_type,
            text=text,
            due_days=days,
        )
        form.template, form.keep_title, form.keep_days = kept.name, "", ""
        return self._answer(form, said=self.desk.gettext("The template “%(title)s” is kept.", title=kept.title))

    def _forget(self, form: AskForm) -> PanelAnswer:
        template = self._template(form)
        if template is not None:
            self.desk.kit.requests.remove_template(template.name, by=self.desk.by)
            form.template = ""
        return self._answer(form)

    def _fill(self, form: AskForm) -> None:
        template = self._template(form)
        if template is not None:
            fill_from(form, template)

    def _template(self, form: AskForm) -> RequestTemplate | None:
        return next((each for each in self._templates() if each.name == form.template), None)

    def _templates(self) -> list[RequestTemplate]:
        found = self.desk.kit.requests.templates(case_type=self.case_type)
        return sorted(found, key=lambda each: each.title.casefold())

    def _refuse(self, form: AskForm, error: InvalidInputError) -> None:
        """Say in words what the kit found wrong, at the field that it is about."""
        gettext = self.desk.gettext
        words = {
            "due": ("last-day", gettext("This day is over already. Choose today or a later day.")),
            "accept": ("items", gettext("Clients may not send one of these types here.")),
            "max_bytes": ("items", gettext("Clients may not send files of this size here.")),
            "items": ("items", gettext("Ask for at least one thing, and at most 40.")),
            "to": ("to", gettext("Choose at most 100 people who are active.")),
            "subject": ("subject", gettext("Write one line, with {name} and {title} as the only places.")),
            "body": ("body", gettext("Write a text with {name} and {title} as the only places.")),
            "button": ("button", gettext("Write at most 60 characters, with {name} and {title} as the only places.")),
            "title": ("keep-title", gettext("Write what the template shall be called.")),
            "due_days": ("keep-days", gettext("Write a number of days, or nothing.")),
        }
        place, said = words.get(error.field, ("all", gettext("Please look at what is marked.")))
        form.problems[place] = said

    def _told(self, form: AskForm) -> Markup:
        """Return what the script asks for while somebody types; a form that is not complete yet shows nothing."""
        template, previews = self._template(form), None
        check_form(self.desk, form, template, asks=True)
        if not form.has_problems:
            try:
                previews = previewed(self.desk, self.about, form, template)
            except (InvalidInputError, NotAllowedError, NotFoundError):
                previews = None
        return self._shown(previews)

    def _shown(self, previews: list[PreviewLine] | None) -> Markup:
        more = 0 if previews is None else max(len(previews) - _SHOWN, 0)
        return self.desk.render("ask-preview", previews=None if previews is None else previews[:_SHOWN], more=more)

    def _rows(self, form: AskForm) -> Markup:
        return self.desk.render("ask-items", form=form)

    def _reason_against(self) -> str | None:
        if self.obstacle:
            return self.obstacle
        if self.desk.kit.access.can(self.desk.by, Action.SHARE, self.about):
            return None
        return self.desk.gettext("You may look at this, but not ask for anything.")

    def _answer(
        self,
        form: AskForm,
        status: int = _OK,
        *,
        previews: list[PreviewLine] | None = None,
        said: str | None = None,
    ) -> PanelAnswer:
        against = self._reason_against()
        templates = [] if against else self._templates()
        html = self.desk.render(
            "ask",
            form=form,
            said=said,
            against=against,
            templates=templates,
            template=next((each for each in templates if each.name == form.template), None),
            preview=self._shown(previews),
            rows=self._rows(form),
            by_staff=isinstance(self.desk.by, Staff),
            action=self.desk.urls.ask(self.about),
            once=secrets.token_urlsafe(12),
            **({} if against else self._chooser.shown(form)),
        )
        return PanelAnswer(html=html, status=status)


def _drop(form: AskForm, place: str) -> None:
    if place.isascii() and place.isdigit() and len(place) < len("1000") and int(place) < len(form.rows):
        del form.rows[int(place)]
    if not form.rows:
        form.rows.append(ItemRow())


def _key(desk: Desk, fields: Fields) -> str | None:
    """Return what is the same when the same form is sent again, and another for a form that was changed since."""
    once = fields.one("once")
    if not once:
        return None
    sent = sorted((name, *values) for name, values in fields.values.items() if name not in desk.hidden)
    return deterministic_id("staff-ask", once, *(part for line in sent for part in (str(len(line)), *line)))
