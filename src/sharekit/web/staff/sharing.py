"""
The panel that shares: search, choose, add somebody, read what it would reveal, and share.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs

from sharekit.errors import DuplicateContactError, InvalidInputError, NotAllowedError, NotFoundError
from sharekit.records.catalog import ResourceRef, Visibility
from sharekit.records.decisions import Action
from sharekit.records.grants import Access, Children, Grant
from sharekit.records.parties import Contact, Organization
from sharekit.web.locales import LANGUAGES
from sharekit.web.pages import Markup
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.people import NewContact, entered, find, line_of, organizations
from sharekit.web.staff.reveals import Revealed, listed_names
from sharekit.web.staff.share_form import ShareForm, check_form, check_new, read_form, refuse
from sharekit.web.staff.share_plan import rehearse

__all__ = ["SharePanel"]

_OK: Final = 200
_REFUSED: Final = 403
_WRONG: Final = 422

Recipient = Contact | Organization


@attrs.frozen(kw_only=True)
class SharePanel:
    """
    The panel, for one or several things.

    Attributes:
        desk: Who shares.
        refs: What.
        add_contact: What makes somebody new known; by default the kit's own directory.
        organization: Whose people are shown first, and what somebody new belongs to unless it is changed.
        obstacle: Why nothing can be shared here, in the host's words; None for the kit's own rule.
    """

    desk: Desk
    refs: Sequence[ResourceRef]
    add_contact: Callable[[NewContact], Contact] | None
    organization: Organization | None
    obstacle: str | None

    def show(self) -> PanelAnswer:
        """Return the panel with an empty form."""
        home = self.desk.language.texts if self.organization is None else self._language_of(self.organization)
        form = ShareForm()
        form.new |= {"locale": home, "organization": "" if self.organization is None else self.organization.key}
        return self._answer(form)

    def answer(self, fields: Fields) -> PanelAnswer:
        """Do what the form asks."""
        form, wanted = read_form(self.desk, fields), fields.one("do")
        part = fields.one("part")
        if self._reason_against() is not None:
            return self._answer(form, status=_REFUSED)
        if part == "found":
            return PanelAnswer(html=self._found(form), partial=True)
        if part == "revealed":
            return PanelAnswer(html=self._part(form), partial=True)
        if wanted == "add":
            return self._add(form)
        if wanted in {"plan", "share"}:
            return self._done(form, really=wanted == "share")
        return self._answer(form)

    def _add(self, form: ShareForm) -> PanelAnswer:
        check_new(self.desk, form)
        self._recognize(form)
        if not form.problems:
            try:
                self._added(form)
            except NotAllowedError:
                self._note_refusal(form)
        return self._answer(form, status=_WRONG if form.problems else _OK)

    def _done(self, form: ShareForm, *, really: bool) -> PanelAnswer:
        check_form(self.desk, form)
        self._recognize(form)
        status = _WRONG
        try:
            if not form.problems and not really:
                return self._answer(form, told=rehearse(self.desk, self.refs, form))
            if not form.problems and self._added(form):
                return PanelAnswer(html=Markup(""), done=self._share(form))
        except NotAllowedError:
            status = _REFUSED
            self._note_refusal(form)
        except NotFoundError:
            form.problems["to"] = self.desk.gettext("Something has changed in the meantime. Please look once more.")
        except InvalidInputError as error:
            refuse(self.desk, form, error)
        return self._answer(form, status=status, in_vain=really)

    def _note_refusal(self, form: ShareForm) -> None:
        """Where people are the host's alone, nobody is added here; all else is said by the panel itself."""
        if form.newcomer is not None and self._reason_against() is None:
            form.problems["new-name"] = (
                self.desk.gettext("Somebody new cannot be added here.")
                if self.add_contact is None
                else self.desk.gettext("Add them first, then choose what else you want.")
            )

    def _recognize(self, form: ShareForm) -> None:
        """Choose who is known by the address already instead of adding them; if the name is another, ask first."""
        new = form.newcomer
        known = None if new is None or form.problems else self.desk.kit.people.find(new.email)
        if new is None or known is None:
            return
        line = line_of(self.desk.kit, Contact(known.id))
        if line is None or not line.active:
            form.problems["new-email"] = self.desk.gettext(
                "This address belongs to %(name)s, who is not active any more.", name=known.name
            )
            return
        form.choose(line)
        form.forget_new()
        # The same form a second time is no mistake.
        if line.name.casefold() != new.name.casefold():
            form.problems["new-email"] = self.desk.gettext(
                "This address belongs to %(name)s, who is chosen now.", name=line.name
            )

    def _added(self, form: ShareForm) -> bool:
        """Have somebody new be known and chosen, and say whether nobody is left to be added."""
        if form.newcomer is None:
            return True
        try:
            contact = self._make(form.newcomer)
        except DuplicateContactError:  # somebody else was faster
            self._recognize(form)
            return not form.problems
        except InvalidInputError as error:
            refuse(self.desk, form, error)
            return False
        line = line_of(self.desk.kit, contact)
        if line is not None:
            form.choose(line)
            form.forget_new()
        return line is not None

    def _make(self, new: NewContact) -> Contact:
        if self.add_contact is not None:
            return self.add_contact(new)
        return entered(self.desk.kit, new, self.desk.by)

    def _share(self, form: ShareForm) -> str:
        """Share, but for what is shared on these very terms, and say so."""
        access, visibility, expires_at, children = form.terms
        wanted = [(ref, self._without_it(ref, form)) for ref in self.refs]
        for parties in {tuple(parties) for _, parties in wanted if parties}:
            self.desk.kit.shares.grant(
                [ref for ref, theirs in wanted if tuple(theirs) == parties],
                to=parties,
                by=self.desk.by,
                access=access,
                visibility=visibility,
                expires_at=expires_at,
                children=children,
            )
        names = listed_names(self.desk, [line.name for line in form.chosen])
        if not any(parties for _, parties in wanted):
            return self.desk.gettext("It was shared with %(names)s already.", names=names)
        if visibility is Visibility.INTERNAL:
            return self.desk.gettext("Filed under %(names)s, for staff alone.", names=names)
        return self.desk.gettext("Shared with %(names)s.", names=names)

    def _without_it(self, ref: ResourceRef, form: ShareForm) -> list[Recipient]:
        present = {_terms(grant): None for grant in self.desk.kit.shares.of(ref)}
        return [party for party in form.parties if (party.key, *form.terms) not in present]

    def _part(self, form: ShareForm) -> Markup:
        """Return what the script asks for while somebody chooses; a form that is not complete yet reveals nothing."""
        check_form(self.desk, form)
        told = None
        if not form.problems:
            try:
                told = rehearse(self.desk, self.refs, form)
            except (InvalidInputError, NotAllowedError, NotFoundError):
                told = None
        return self.desk.render("revealed", told=told, asked=False)

    def _reason_against(self) -> str | None:
        if self.obstacle:
            return self.obstacle
        access, by = self.desk.kit.access, self.desk.by
        if all(access.can(by, Action.SHARE, ref) for ref in self.refs):
            return None
        return self.desk.gettext("You may look at this, but not share it.")

    def _found(self, form: ShareForm) -> Markup:
        found = find(self.desk.kit, form.search, form.keys, self.organization)
        return self.desk.render("found", found=found, search=form.search)

    def _answer(
        self, form: ShareForm, *, status: int = _OK, told: Revealed | None = None, in_vain: bool = False
    ) -> PanelAnswer:
        against = self._reason_against()
        html = self.desk.render(
            "share",
            form=form,
            action=self.desk.urls.thing(self.refs[0]) if len(self.refs) == 1 else None,
            against=against,
            in_vain=in_vain,
            found=[] if against else find(self.desk.kit, form.search, form.keys, self.organization),
            told=told,
            access=_access_words(self.desk),
            children=_children_words(self.desk) if self._holds_something() else {},
            languages={code: self.desk.formats.language_name(code) for code in LANGUAGES},
            organizations=[] if against else organizations(self.desk.kit),
        )
        return PanelAnswer(html=html, status=status)

    def _holds_something(self) -> bool:
        listed = self.desk.kit.access.visible
        return any(listed(self.desk.by, container=ref, limit=1).items for ref in self.refs)

    def _language_of(self, organization: Organization) -> str:
        """Return the language that people of an organization speak: that of the first of them."""
        try:
            members = self.desk.kit.people.members(organization, limit=1)
        except (NotAllowedError, NotFoundError):
            members = []
        spoken = (members[0].contact.locale or "").partition("-")[0] if members else ""
        return spoken if spoken in LANGUAGES else self.desk.language.texts


def _terms(grant: Grant) -> tuple[object, ...]:
    return grant.grantee, grant.access, grant.visibility, grant.expires_at, grant.children


def _access_words(desk: Desk) -> Mapping[Access, str]:
    return {
        Access.VIEW: desk.gettext("Read"),
        Access.COMMENT: desk.gettext("Read and comment"),
        Access.CONTRIBUTE: desk.gettext("Read, comment and add documents"),
    }


def _children_words(desk: Desk) -> Mapping[Children, str]:
    return {
        Children.FUTURE: desk.gettext("Everything in it, now and later"),
        Children.NOW: desk.gettext("Everything in it now, and nothing that comes later"),
        Children.NONE: desk.gettext("Nothing that lies in it"),
    }
