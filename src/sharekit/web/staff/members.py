"""
The panel of an organization's people: who of them sees what is shared with it, where they are chosen one by one.
"""

from collections.abc import Sequence
from typing import Final

import attrs

from sharekit.errors import InvalidInputError, NotAllowedError, NotFoundError
from sharekit.records.parties import Contact, Organization
from sharekit.records.people import Member
from sharekit.records.settings import OrganizationMode
from sharekit.web.pages import Markup
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.reveals import Revealed, revealed

__all__ = ["MembersPanel"]

_AT_ONCE: Final = 50
_OK: Final = 200
_REFUSED: Final = 403
_CHANGED: Final = 409


@attrs.frozen(kw_only=True)
class MemberLine:
    """
    One of the people of an organization.

    Attributes:
        id: What a form sends for them.
        name: Their name.
        email: Their address.
        role: What they are there, or None.
        active: False once deactivated.
        sees: Whether they see what is shared with it, as it is.
        chosen: The same, as the form has it.
    """

    id: str
    name: str
    email: str
    role: str | None
    active: bool
    sees: bool
    chosen: bool


@attrs.frozen(kw_only=True)
class MembersPanel:
    """
    The panel.

    Attributes:
        desk: Who chooses.
        organization: Among whose people.
        after: The id of the last of the page before; None for the first page.
    """

    desk: Desk
    organization: Organization
    after: str | None

    def show(self) -> PanelAnswer:
        """Return the panel with the choice as it is."""
        return self._answer(None)

    def answer(self, fields: Fields) -> PanelAnswer:
        """Do what the form asks: only of those is anything changed of whom it says something else than it was shown."""
        was, sees = set(fields.many("was")), set(fields.many("sees"))
        offered = set(fields.many("offered"))
        wanted = fields.one("do")
        if wanted not in {"plan", "save"}:
            return self._answer(sees)
        try:
            return self._done(sees, _contacts((sees - was) & offered), _contacts(was - sees), really=wanted == "save")
        except NotAllowedError:
            return self._answer(sees, status=_REFUSED)
        except (InvalidInputError, NotFoundError):
            problem = self.desk.gettext("Somebody does not belong to it any more. Look at the list, then save again.")
            return self._answer(sees, status=_CHANGED, problem=problem)

    def _done(
        self, sees: set[str], seeing: Sequence[Contact], not_seeing: Sequence[Contact], *, really: bool
    ) -> PanelAnswer:
        kit, by = self.desk.kit, self.desk.by
        if not really:
            diff = kit.access.plan(
                lambda made: made.people.choose(self.organization, seeing=seeing, not_seeing=not_seeing, by=by), by=by
            )
            return self._answer(sees, told=revealed(self.desk, diff))
        kit.people.choose(self.organization, seeing=seeing, not_seeing=not_seeing, by=by)
        changed = seeing or not_seeing
        said = self.desk.gettext("The choice is saved.") if changed else self.desk.gettext("Nothing was changed.")
        return PanelAnswer(html=Markup(""), done=said)

    def _answer(
        self,
        sees: set[str] | None,
        *,
        status: int = _OK,
        told: Revealed | None = None,
        problem: str | None = None,
    ) -> PanelAnswer:
        kit = self.desk.kit
        name = kit.people.get_organization(self.organization).name
        members = self._members()
        found = [] if members is None else members[:_AT_ONCE]
        html = self.desk.render(
            "members",
            name=name,
            lines=[_line(member, sees) for member in found],
            elsewhere=members is None,
            refused=status == _REFUSED,
            counts=kit.portal.settings().organizations is OrganizationMode.PER_MEMBER,
            begun=self.after is not None,
            next=found[-1].contact.id if members is not None and len(members) > _AT_ONCE else None,
            told=told,
            problem=problem,
        )
        return PanelAnswer(html=html, status=status)

    def _members(self) -> Sequence[Member] | None:
        """Return those of this page and the next one, or None where the host alone knows who belongs to what."""
        people = self.desk.kit.people
        try:
            after = None if self.after is None else Contact(self.after)
            return people.members(self.organization, after=after, limit=_AT_ONCE + 1)
        except NotAllowedError:
            return None
        except (InvalidInputError, NotFoundError):  # a place that is none
            return people.members(self.organization, limit=_AT_ONCE + 1)


def _line(member: Member, sees: set[str] | None) -> MemberLine:
    contact = member.contact
    return MemberLine(
        id=contact.id,
        name=contact.name,
        email=contact.email,
        role=member.role,
        active=contact.active,
        sees=member.sees_shared,
        chosen=member.sees_shared if sees is None else contact.id in sees,
    )


def _contacts(ids: set[str]) -> list[Contact]:
    return [Contact(id_) for id_ in sorted(ids)]
