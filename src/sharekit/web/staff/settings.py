"""
The panel of the portal's settings: what clients see at all, and what they see of each thing.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from sharekit.errors import InvalidInputError, NotAllowedError
from sharekit.records.declarations import Section
from sharekit.records.settings import OrganizationMode
from sharekit.web.explanations import reason_in
from sharekit.web.pages import Markup
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.reveals import Revealed, revealed
from sharekit.web.staff.settings_form import (
    Changes,
    SettingsForm,
    changes,
    check_form,
    condition_names,
    form_of,
    read_form,
)

__all__ = ["SettingsPanel"]

_OK: Final = 200
_REFUSED: Final = 403
_WRONG: Final = 422
_CHANGED: Final = 409


@attrs.frozen(kw_only=True)
class PartLine:
    """
    A section or property that clients may see.

    Attributes:
        name: Its name.
        title: Its title.
        is_section: Whether it is a section.
        undecided: Whether nobody has said yet if clients may see it.
    """

    name: str
    title: str
    is_section: bool
    undecided: bool


@attrs.frozen(kw_only=True)
class KindLines:
    """
    What can be shown of things of one kind.

    Attributes:
        name: The name of the kind.
        title: What such a thing is called.
        parts: What can be shown.
    """

    name: str
    title: str
    parts: Sequence[PartLine]


@attrs.frozen(kw_only=True)
class SettingsPanel:
    """
    The panel.

    Attributes:
        desk: Who configures.
    """

    desk: Desk

    def show(self) -> PanelAnswer:
        """Return the panel with the settings as they are."""
        return self._answer(form_of(self.desk))

    def answer(self, fields: Fields) -> PanelAnswer:
        """Do what the form asks."""
        form, wanted = read_form(self.desk, fields), fields.one("do")
        if not self._may():
            return self._answer(form, status=_REFUSED)
        if wanted == "add":
            form.ways.append({})
        if wanted not in {"plan", "save"}:
            return self._answer(form)
        check_form(self.desk, form)
        if form.problems:
            status = _CHANGED if form.problems.keys() <= {"seen", "parts"} else _WRONG
            return self._answer(form, status=status, in_vain=wanted == "save")
        return self._done(form, really=wanted == "save")

    def _done(self, form: SettingsForm, *, really: bool) -> PanelAnswer:
        wanted = changes(self.desk, form)
        try:
            if not really:
                diff = self.desk.kit.access.plan(
                    lambda kit: kit.portal.configure(by=self.desk.by, **wanted), by=self.desk.by
                )
                return self._answer(form, told=revealed(self.desk, diff, notes=self._notes(wanted)))
            self.desk.kit.portal.configure(by=self.desk.by, **wanted)
        except NotAllowedError:
            return self._answer(form, status=_REFUSED)
        except InvalidInputError as error:
            if error.field == "scope":  # it asks for a condition that the host does not have any more
                form.problems["scope"] = self.desk.gettext("Choose one of these.")
                return self._answer(form, status=_WRONG, in_vain=really)
            # A kind was declared anew in this moment.
            form.problems["parts"] = self.desk.gettext(
                "What can be shown has changed in the meantime. Look at it once more, then save."
            )
            return self._answer(form, status=_CHANGED, in_vain=True)
        said = self.desk.gettext("The settings are saved.") if wanted else self.desk.gettext("Nothing was changed.")
        return PanelAnswer(html=Markup(""), done=said)

    def _notes(self, wanted: Changes) -> list[str]:
        """Return what clients would read of one another from then on, and what they would not any more."""
        before = self.desk.kit.portal.settings().onlookers
        after = frozenset(wanted.get("onlookers", before))
        told = self.desk.gettext("%(kind)s: those who see one would read the names of all others who see it.")
        untold = self.desk.gettext("%(kind)s: nobody would read any more who else sees one.")
        titles = {name: kind.title_in(self.desk.language.tag) for name, kind in self.desk.kit.kinds.items()}
        return [
            (told if name in after else untold) % {"kind": title}
            for name, title in titles.items()
            if (name in after) is not (name in before)
        ]

    def _may(self) -> bool:
        return self.desk.kit.portal.may_configure(self.desk.by)

    def _answer(
        self, form: SettingsForm, *, status: int = _OK, told: Revealed | None = None, in_vain: bool = False
    ) -> PanelAnswer:
        html = self.desk.render(
            "settings",
            form=form,
            may=self._may(),
            in_vain=in_vain,
            told=told,
            conditions=_conditions(self.desk),
            modes=_modes(self.desk),
            kinds=self._kinds(),
        )
        return PanelAnswer(html=html, status=status)

    def _kinds(self) -> list[KindLines]:
        undecided, locale = self.desk.kit.portal.unclassified(), self.desk.language.tag
        return [
            KindLines(
                name=name,
                title=kind.title_in(locale),
                parts=[
                    PartLine(
                        name=part_name,
                        title=part.title_in(locale),
                        is_section=isinstance(part, Section),
                        undecided=part_name in undecided.get(name, ()),
                    )
                    for part_name, part in kind.parts.items()
                ],
            )
            for name, kind in self.desk.kit.kinds.items()
        ]


def _conditions(desk: Desk) -> Mapping[str, str]:
    ours = {
        "shared_with_me": desk.gettext("It is itself shared with the client"),
        "in_shared_projects": desk.gettext("It lies in something that is shared with the client"),
        "requested_by_me": desk.gettext("The client asked for it"),
        "requested_by_my_organization": desk.gettext("Somebody in the organization of the client asked for it"),
    }
    hosts = {str(one): reason_in(desk.language, str(one), one.reasons) for one in desk.kit.portal.predicates.values()}
    known = {**ours, **hosts}
    # What the host does not have any more goes by its name.
    return {name: known.get(name, name.partition(":")[2]).removesuffix(".") for name in condition_names(desk)}


def _modes(desk: Desk) -> Mapping[OrganizationMode, str]:
    return {
        OrganizationMode.EVERYONE: desk.gettext("Everybody who belongs to it"),
        OrganizationMode.BY_ROLE: desk.gettext("Members with one of these roles"),
        OrganizationMode.PER_MEMBER: desk.gettext("Members who were chosen one by one"),
        OrganizationMode.NOBODY: desk.gettext("Nobody"),
    }
