"""
The settings of the portal, which staff change at run time.
"""

from collections.abc import Collection, Iterable, Mapping

import attrs

from sharekit.codec.kinds_of_sharing import PORTAL_SETTINGS
from sharekit.errors import InvalidInputError, NotAllowedError
from sharekit.features._access_facts import scope_of, settings_of
from sharekit.features._facts import require_admin
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.sections import PartPolicy, unclassified
from sharekit.ports import Predicate
from sharekit.records import checks, events
from sharekit.records.parties import Principal
from sharekit.records.scopes import PortalScope, check_scope, predicates_in
from sharekit.records.settings import OrganizationMode, PortalSettings
from sharekit.records.unset import UNSET, Unset

__all__ = ["PortalRules"]


class PortalRules:
    """What the portal of one tenant shows."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def configure(
        self,
        *,
        by: Principal,
        scope: PortalScope | None | Unset = UNSET,
        properties: Mapping[str, Collection[str]] | Unset = UNSET,
        organizations: OrganizationMode | Unset = UNSET,
        roles: Collection[str] | Unset = UNSET,
        onlookers: Collection[str] | Unset = UNSET,
    ) -> PortalSettings:
        """
        Change what clients see, from the next reading on; what is not named stays as it is.

        Args:
            by: A `System`, or somebody with the role ``admin``.
            scope: What the portal shows at all; None for the scope that the kit was given.
            properties: The sections and properties that clients see, by kind. A kind that is not
                named keeps its choice; whatever is declared later is hidden until it is named here.
            organizations: For whom of an organisation its grants count.
            roles: Those roles, with `OrganizationMode.BY_ROLE`.
            onlookers: The kinds of which clients are told who else sees a thing, each other's names with it;
                see `Access.who_else_can_see`.

        Returns:
            The settings as they are now.

        Raises:
            InvalidInputError: An argument cannot be used; ``field`` names it.
            UnknownSectionError: A kind declares no section or property of that name.
            NotAllowedError: *by* may not do this.
        """
        if scope is not UNSET and scope is not None:
            check_scope(scope)
            for name in predicates_in(scope):
                if name not in self._wiring.predicates:
                    raise InvalidInputError("scope", f"names {name!r}, no predicate that the kit was given")
        if organizations is not UNSET and not isinstance(organizations, OrganizationMode):
            raise InvalidInputError("organizations", "needs an OrganizationMode")
        if roles is not UNSET:
            checks.names("roles", roles)
        if onlookers is not UNSET:
            checks.names("onlookers", onlookers)
            self._check_kinds("onlookers", onlookers)
        chosen = {} if properties is UNSET else self._chosen(properties)

        def work(unit: Unit) -> PortalSettings:
            require_admin(unit, by)
            before = settings_of(unit)
            after = attrs.evolve(
                before,
                scope=before.scope if scope is UNSET else None if scope is None else str(scope),
                organizations=before.organizations if organizations is UNSET else organizations,
                roles=before.roles if roles is UNSET else frozenset(roles),
                onlookers=before.onlookers if onlookers is UNSET else frozenset(onlookers),
                shown={**before.shown, **chosen},
                classified={**before.classified, **{name: sorted(self._wiring.kinds[name].parts) for name in chosen}},
            )
            if after != before:
                unit.put(PORTAL_SETTINGS, after)
                changed = frozenset(
                    name
                    for name in ("scope", "organizations", "roles", "onlookers", "shown", "classified")
                    if getattr(before, name) != getattr(after, name)
                )
                unit.emit(
                    events.PortalConfigured(
                        tenant=unit.tenant,
                        at=unit.now,
                        by=by,
                        changed=changed,
                        scope=str(scope_of(self._wiring, after)),
                        organizations=after.organizations,
                    )
                )
            return after

        return self._wiring.write(work)

    def settings(self) -> PortalSettings:
        """Return the settings as they are now."""
        with self._wiring.reading() as unit:
            return settings_of(unit)

    def scope(self) -> PortalScope:
        """Return what the portal shows at all now: by the settings, or else by what the kit was given."""
        with self._wiring.reading() as unit:
            return scope_of(self._wiring, settings_of(unit))

    @property
    def predicates(self) -> Mapping[str, Predicate]:
        """The conditions of the host's own that a scope may name, by name."""
        return self._wiring.predicates

    def may_configure(self, by: Principal) -> bool:
        """Say whether somebody may change the settings; pages then offer it."""
        with self._wiring.reading() as unit:
            try:
                require_admin(unit, by)
            except NotAllowedError:
                return False
            return True

    def unclassified(self) -> dict[str, tuple[str, ...]]:
        """
        Return the sections and properties that clients do not see because nobody has said whether they may, by kind.

        Name their kind in `configure`, or give them a ``client`` in their declaration.
        """
        settings = self.settings()
        found = {name: unclassified(kind, settings) for name, kind in self._wiring.kinds.items()}
        return {name: names for name, names in found.items() if names}

    def _chosen(self, properties: object) -> dict[str, Collection[str]]:
        if not isinstance(properties, Mapping):
            raise InvalidInputError("properties", "needs names by kind")
        self._check_kinds("properties", properties)
        for name, names in properties.items():
            PartPolicy.checked(self._wiring.kinds[name], names)
        return {name: frozenset(names) for name, names in properties.items()}

    def _check_kinds(self, field: str, names: Iterable[str]) -> None:
        for name in names:
            if name not in self._wiring.kinds:
                raise InvalidInputError(field, f"{name!r} is not among the kinds that the kit was given")
