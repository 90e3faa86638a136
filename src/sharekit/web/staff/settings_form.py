"""
The form of the portal's settings: what was chosen, and what it would change.
"""

import json
import re
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Final, TypedDict

import attrs

from sharekit.errors import InvalidInputError
from sharekit.policies.sections import PartPolicy
from sharekit.records import checks
from sharekit.records.scopes import PortalScope, parse_scope
from sharekit.records.settings import OrganizationMode, PortalSettings
from sharekit.web.staff.desk import Desk, Fields
from sharekit.web.staff.ways import CONDITIONS, Way, scope_of_ways, ways_of_scope

__all__ = ["Changes", "SettingsForm", "changes", "check_form", "condition_names", "form_of", "read_form"]

_MOST_WAYS: Final = 1000
_WANTED: Final = {"yes": True, "no": False}


class Changes(TypedDict, total=False):
    """What is to be configured; what is as it was is not named."""

    scope: PortalScope
    organizations: OrganizationMode
    roles: Collection[str]
    properties: Mapping[str, Collection[str]]
    onlookers: Collection[str]


@attrs.define(kw_only=True)
class SettingsForm:
    """
    What was chosen.

    Attributes:
        ways: The ways to come to see a thing.
        organizations: For whom of an organization its grants count, as it was sent.
        roles: The roles, as they were typed.
        shown: The names of what clients see, by kind.
        onlookers: The kinds of which clients are told who else sees a thing.
        offered: What the form offered to be shown, by kind, to tell what has come since.
        seen: A digest of the settings that the form began with.
        problems: What is wrong, by field.
    """

    ways: list[Way]
    organizations: str
    roles: str
    shown: dict[str, frozenset[str]]
    onlookers: frozenset[str]
    offered: dict[str, frozenset[str]]
    seen: str
    problems: dict[str, str] = attrs.field(factory=dict[str, str])

    @property
    def named_roles(self) -> frozenset[str]:
        """The roles, one by one."""
        return frozenset(role.strip() for role in self.roles.split(",") if role.strip())


def form_of(desk: Desk) -> SettingsForm:
    """Return the form as the settings are."""
    settings, kinds = desk.kit.portal.settings(), desk.kit.kinds
    return SettingsForm(
        ways=ways_of_scope(desk.kit.portal.scope()) or [{}],
        organizations=settings.organizations,
        roles=", ".join(sorted(settings.roles)),
        shown={name: _shown(desk, name, settings) for name in kinds},
        onlookers=settings.onlookers & kinds.keys(),
        offered={name: frozenset(kind.parts) for name, kind in kinds.items()},
        seen=_digest(desk),
    )


def read_form(desk: Desk, fields: Fields) -> SettingsForm:
    """Return what was sent."""
    count = fields.one("ways")
    numbers = range(min(int(count), _MOST_WAYS)) if re.fullmatch("[0-9]{1,4}", count) else range(0)
    dropped = fields.one("do").removeprefix("drop-")
    return SettingsForm(
        ways=[_way(fields, number, condition_names(desk)) for number in numbers if str(number) != dropped] or [{}],
        organizations=fields.one("organizations"),
        roles=fields.one("roles"),
        shown={name: frozenset(fields.many(f"show-{name}")) for name in desk.kit.kinds},
        onlookers=frozenset(fields.many("onlookers")) & desk.kit.kinds.keys(),
        offered={name: frozenset(fields.many(f"offered-{name}")) for name in desk.kit.kinds},
        seen=fields.one("seen"),
    )


def check_form(desk: Desk, form: SettingsForm) -> None:
    """Note everything that keeps the form from being saved."""
    if not any(form.ways):
        form.problems["scope"] = desk.gettext("Choose at least one condition.")
    if form.organizations not in set(OrganizationMode):
        form.problems["organizations"] = desk.gettext("Choose one of these.")
    try:
        for role in form.named_roles:
            checks.slug("roles", role)
        if form.organizations == OrganizationMode.BY_ROLE and not form.named_roles:
            raise InvalidInputError("roles", "needs one")
    except InvalidInputError:
        form.problems["roles"] = desk.gettext("Name at least one role, in small letters, with commas between them.")
    if form.seen != _digest(desk):
        form.seen = _digest(desk)
        form.problems["seen"] = desk.gettext(
            "The settings were changed in the meantime. Your choices are still here: look at them once more, then save."
        )
    for name, kind in desk.kit.kinds.items():
        if form.offered[name] != frozenset(kind.parts) or not form.shown[name] <= frozenset(kind.parts):
            form.shown[name] &= frozenset(kind.parts)
            form.problems["parts"] = desk.gettext(
                "What can be shown has changed in the meantime. Look at it once more, then save."
            )


def changes(desk: Desk, form: SettingsForm) -> Changes:
    """Return what a form without problems would change."""
    settings, found = desk.kit.portal.settings(), Changes()
    scope = scope_of_ways(form.ways)
    if ways_of_scope(scope) != ways_of_scope(desk.kit.portal.scope()):
        found["scope"] = parse_scope(str(scope))
    if form.organizations != settings.organizations:
        found["organizations"] = OrganizationMode(form.organizations)
    if form.named_roles != settings.roles:
        found["roles"] = form.named_roles
    undecided = desk.kit.portal.unclassified()
    named = {
        name: shown for name, shown in form.shown.items() if shown != _shown(desk, name, settings) or name in undecided
    }
    if named:
        found["properties"] = named
    if form.onlookers != settings.onlookers & desk.kit.kinds.keys():
        found["onlookers"] = form.onlookers
    return found


def condition_names(desk: Desk) -> list[str]:
    """Return what a way can ask for: ours, the host's own, and whatever else the scope asks for now."""
    named = [str(predicate) for predicate in desk.kit.portal.predicates.values()]
    asked = [name for way in ways_of_scope(desk.kit.portal.scope()) for name in way]
    return list(dict.fromkeys([*CONDITIONS, *named, *asked]))


def _way(fields: Fields, number: int, names: list[str]) -> Way:
    given = {name: fields.one(f"way-{number}-{name}") for name in names}
    return {name: _WANTED[value] for name, value in given.items() if value in _WANTED}


def _shown(desk: Desk, kind: str, settings: PortalSettings) -> frozenset[str]:
    declared = desk.kit.kinds[kind]
    return frozenset(PartPolicy.for_clients(declared, settings).shown) & frozenset(declared.parts)


def _digest(desk: Desk) -> str:
    """Return what tells these settings from any others."""
    settings = desk.kit.portal.settings()
    told = [
        settings.scope,
        settings.organizations,
        sorted(settings.roles),
        sorted(settings.onlookers),
        sorted(settings.shown.items()),
        sorted(settings.classified.items()),
    ]
    return sha256(json.dumps(told).encode()).hexdigest()[:16]
