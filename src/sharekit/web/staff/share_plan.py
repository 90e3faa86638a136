"""
What sharing would reveal: the share is rehearsed, and who gains nothing by it is told why.
"""

from collections.abc import Sequence

import attrs

from sharekit.kit import Sharekit
from sharekit.records.catalog import ResourceRef, Visibility
from sharekit.records.decisions import Action
from sharekit.records.explanations import Explanation
from sharekit.records.parties import Contact, Organization
from sharekit.web.explanations import sentences
from sharekit.web.staff.desk import Desk
from sharekit.web.staff.people import entered, name_of
from sharekit.web.staff.reveals import Revealed, listed_names, parts_of, revealed
from sharekit.web.staff.share_form import ShareForm

__all__ = ["rehearse"]


@attrs.define(kw_only=True)
class _Rehearsed:
    """What was noted meanwhile: whom the share added, why each may see the thing or not, and who is let in by it."""

    newcomers: dict[str, str] = attrs.field(factory=dict[str, str])
    explanations: dict[Contact, Explanation] = attrs.field(factory=dict[Contact, Explanation])
    reached: set[Contact | Organization] = attrs.field(factory=set[Contact | Organization])


def rehearse(desk: Desk, refs: Sequence[ResourceRef], form: ShareForm) -> Revealed:
    """
    Return what a form without problems would reveal; nothing of it is kept.

    Raises:
        SharekitError: Whatever sharing itself would raise.
    """
    access, visibility, expires_at, children = form.terms
    can = desk.kit.access.can
    before = {
        party
        for party in form.parties
        if isinstance(party, Contact) and all(can(party, Action.VIEW, ref) for ref in refs)
    }
    noted = _Rehearsed()

    def change(rehearsal: Sharekit) -> None:
        # It is called twice: what counts is the last time.
        noted.newcomers.clear()
        noted.explanations.clear()
        parties = list(form.parties)
        if form.newcomer is not None:
            contact = entered(rehearsal, form.newcomer, desk.by)
            noted.newcomers[contact.id] = form.newcomer.name
            parties.append(contact)
        rehearsal.shares.grant(
            refs,
            to=parties,
            by=desk.by,
            access=access,
            visibility=visibility,
            expires_at=expires_at,
            children=children,
        )
        for party in parties:
            if isinstance(party, Contact):
                noted.explanations[party] = rehearsal.access.explain(party, Action.VIEW, refs[0], by=desk.by)
        noted.reached = {each.party for each in rehearsal.access.who_can_see(refs[0], by=desk.by).parties}

    diff = desk.kit.access.plan(change, by=desk.by)
    if visibility is Visibility.INTERNAL:
        names = listed_names(desk, [*(line.name for line in form.chosen), *noted.newcomers.values()])
        filed = desk.gettext("It is filed under %(names)s, for staff alone.", names=names)
        return revealed(desk, diff, newcomers=noted.newcomers, notes=[filed])
    notes = [*_notes(desk, form, noted, before), *_told(desk, refs)]
    parts = [parts_of(desk, ref) for ref in refs]
    return revealed(desk, diff, newcomers=noted.newcomers, notes=notes, parts=parts)


def _notes(desk: Desk, form: ShareForm, noted: _Rehearsed, before: set[Contact]) -> list[str]:
    """Return what is to be said of those who gain nothing."""
    already = desk.gettext("%(name)s sees it already.")
    notes = [already % {"name": line.name} for line in form.chosen if line.party in before]
    for party, explanation in noted.explanations.items():
        if not explanation and party not in before:
            name = noted.newcomers.get(party.id) or name_of(desk.kit, party) or desk.gettext("Somebody")
            reasons = " ".join(sentences(explanation, locale=desk.language.tag))
            notes.append(desk.gettext("%(name)s will not see it.", name=name) + f" {reasons}")
    in_vain = [line for line in form.chosen if line.sort == "organization" and line.party not in noted.reached]
    said = desk.gettext("%(name)s: nobody there sees it by this.")
    return notes + [said % {"name": line.name} for line in in_vain]


def _told(desk: Desk, refs: Sequence[ResourceRef]) -> list[str]:
    """Return whether those who come to see things, and those who see them already, read of one another."""
    onlookers = desk.kit.portal.settings().onlookers
    if not any(ref.kind in onlookers for ref in refs):
        return []
    return [desk.gettext("Those who see it read the names of all others who see it.")]
