"""
The panel that hands over everything that one member of staff answers for: after a look at what it is.
"""

from collections.abc import Callable, Sequence
from typing import Final

import attrs

from sharekit.errors import InvalidInputError, NotAllowedError
from sharekit.kit import Sharekit
from sharekit.records.catalog import CatalogEntry
from sharekit.records.parties import Staff
from sharekit.web.pages import Markup
from sharekit.web.staff.colleagues import ColleagueLine
from sharekit.web.staff.desk import Desk, Fields, PanelAnswer
from sharekit.web.staff.people import sender_name
from sharekit.web.staff.reveals import Revealed, listed_names, revealed

__all__ = ["HandingOverPanel"]

_OK: Final = 200
_REFUSED: Final = 403
_WRONG: Final = 422


@attrs.frozen(kw_only=True)
class HandingOverPanel:
    """
    The panel.

    Attributes:
        desk: Who hands over.
        owners: Whose things can be handed over besides one's own and those of colleagues: of those who left, say.
        hand_over: Does it, in the host's own records as well; None for the kit's alone.
    """

    desk: Desk
    owners: Sequence[Staff]
    hand_over: Callable[[Staff, Staff], object] | None

    def show(self) -> PanelAnswer:
        """Return the panel with nothing chosen but whoever works with it."""
        return self._answer(self.desk.by.key, "")

    def answer(self, fields: Fields) -> PanelAnswer:
        """Do what the form asks."""
        owner, to, wanted = fields.one("owner"), fields.one("to"), fields.one("do")
        if wanted not in {"plan", "save"}:
            return self._answer(owner, to)
        giver = next((each for each in self._givers() if each.key == owner), None)
        taker = next((each for each in self._takers() if each.key == to), None)
        if giver is None or taker is None or giver == taker:
            problem = self.desk.gettext("Choose two different colleagues.")
            return self._answer(owner, to, status=_WRONG, problem=problem)
        try:
            return self._done(giver, taker, really=wanted == "save")
        except NotAllowedError:
            problem = self.desk.gettext("You may not hand all of this over, so nothing was changed.")
            return self._answer(owner, to, status=_REFUSED, problem=problem)
        except InvalidInputError:
            problem = self.desk.gettext("%(name)s does not work here any more.", name=self._name(taker))
            return self._answer(owner, to, status=_WRONG, problem=problem)

    def _done(self, owner: Staff, to: Staff, *, really: bool) -> PanelAnswer:
        kit, by = self.desk.kit, self.desk.by
        moved: list[CatalogEntry] = []

        def change(rehearsal: Sharekit) -> None:
            moved[:] = rehearsal.shares.handover(owner, to=to, by=by)

        diff = kit.access.plan(change, by=by)
        if not really:
            return self._answer(owner.key, to.key, told=revealed(self.desk, diff, notes=self._notes(moved, to)))
        if self.hand_over is None:
            kit.shares.handover(owner, to=to, by=by)
        else:
            self.hand_over(owner, to)
        said = self.desk.language.ngettext(
            "One thing is handed over to %(name)s.", "%(num)s things are handed over to %(name)s.", len(moved)
        ) % {"num": len(moved), "name": self._name(to)}
        return PanelAnswer(html=Markup(""), done=said if moved else self.desk.gettext("Nothing was changed."))

    def _notes(self, moved: Sequence[CatalogEntry], to: Staff) -> list[str]:
        if not moved:
            return [self.desk.gettext("There is nothing to hand over.")]
        titles = sorted({f"“{entry.title}”" for entry in moved}, key=str.casefold)
        told = self.desk.gettext("%(name)s will answer for %(titles)s.")
        kept = self.desk.gettext("Read links to it and requests for documents about it go along, and work as before.")
        return [told % {"name": self._name(to), "titles": listed_names(self.desk, titles)}, kept]

    def _answer(
        self, owner: str, to: str, *, status: int = _OK, told: Revealed | None = None, problem: str | None = None
    ) -> PanelAnswer:
        html = self.desk.render(
            "handing-over",
            owners=self._lines(self._givers(), owner),
            takers=self._lines(self._takers(), to),
            told=told,
            problem=problem,
        )
        return PanelAnswer(html=html, status=status)

    def _givers(self) -> list[Staff]:
        own = [self.desk.by] if isinstance(self.desk.by, Staff) else []
        return list(dict.fromkeys([*own, *self.desk.colleagues(), *self.owners]))

    def _takers(self) -> list[Staff]:
        return list(dict.fromkeys(self.desk.colleagues()))

    def _lines(self, offered: Sequence[Staff], chosen: str) -> list[ColleagueLine]:
        lines = [ColleagueLine(key=each.key, name=self._name(each), chosen=each.key == chosen) for each in offered]
        return sorted(lines, key=lambda line: line.name.casefold())

    def _name(self, staff: Staff) -> str:
        return sender_name(self.desk, staff.key)
