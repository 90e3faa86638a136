"""
The panel that shares: search, choose, add somebody, read what it would reveal, and share.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs

from sharekit.errors import InvalidInputError, NotAllowedError, NotFoundError
from sharekit.records.catalog import ResourceRef, Visibility
from sharekit.records.decisions import Action
from sharekit.records.grants import Access, Children, Grant
from sharekit.records.parties import Contact, Organization
from sharekit.web.pages import Markup
from sharekit.web.staff.choosing import Chooser
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.people import NewContact
from sharekit.web.staff.reveals import Revealed, listed_names
from sharekit.web.staff.share_form import ShareForm, check_form, read_form, refuse
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
        form = ShareForm()
        self._chooser.begin(form)
        return self._answer(form)

    def answer(self, fields: Fields) -> PanelAnswer:
        """Do what the form asks."""
        form, wanted = read_form(self._chooser, fields), fields.one("do")
        part = fields.one("part")
        if self._reason_against() is not None:
            return self._answer(form, status=_REFUSED)
        if part == "found":
            return PanelAnswer(html=self._chooser.found(form), partial=True)
        if part == "revealed":
            return PanelAnswer(html=self._part(form), partial=True)
        if wanted == "add":
            self._chooser.add(form)
            return self._answer(form, status=_WRONG if form.problems else _OK)
        if wanted in {"plan", "share"}:
            return self._done(form, really=wanted == "share")
        return self._answer(form)

    @property
    def _chooser(self) -> Chooser:
        return Chooser(desk=self.desk, add_contact=self.add_contact, organization=self.organization)

    def _done(self, form: ShareForm, *, really: bool) -> PanelAnswer:
        check_form(self.desk, form)
        self._chooser.recognize(form)
        status = _WRONG
        try:
            if not form.problems and not really:
                return self._answer(form, told=rehearse(self.desk, self.refs, form))
            if not form.problems and self._chooser.added(form):
                return PanelAnswer(html=Markup(""), done=self._share(form))
        except NotAllowedError:
            status = _REFUSED
            if self._reason_against() is None:  # all else is said by the panel itself
                self._chooser.note_refusal(form)
        except NotFoundError:
            form.problems["to"] = self.desk.gettext("Something has changed in the meantime. Please look once more.")
        except InvalidInputError as error:
            refuse(self.desk, form, error)
        return self._answer(form, status=status, in_vain=really)

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
            told=told,
            access=_access_words(self.desk),
            children=_children_words(self.desk) if self._holds_something() else {},
            **({} if against else self._chooser.shown(form)),
        )
        return PanelAnswer(html=html, status=status)

    def _holds_something(self) -> bool:
        listed = self.desk.kit.access.visible
        return any(listed(self.desk.by, container=ref, limit=1).items for ref in self.refs)


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
