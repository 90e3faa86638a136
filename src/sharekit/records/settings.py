"""
Portal settings: what staff change at run time about what clients see.
"""

import enum
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import attrs

from sharekit.errors import InvalidInputError
from sharekit.ids import TenantId
from sharekit.records import checks
from sharekit.records.scopes import parse_scope

__all__ = ["OrganizationMode", "PortalSettings"]


class OrganizationMode(enum.StrEnum):
    """For whom of an organisation its grants count."""

    NOBODY = "nobody"
    BY_ROLE = "by-role"
    """For members with one of the roles that the settings name."""
    PER_MEMBER = "per-member"
    """For members who were chosen one by one."""
    EVERYONE = "everyone"


def _named(given: Mapping[str, Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(given, Mapping):
        raise InvalidInputError("shown", "needs names by kind")
    named: dict[str, tuple[str, ...]] = {}
    for kind, names in given.items():
        checks.slug("shown", kind)
        checks.names("shown", names)
        named[kind] = tuple(sorted(names))
    return MappingProxyType(named)


@attrs.frozen(kw_only=True)
class PortalSettings:
    """
    What the portal of a tenant shows. It is a row that is read at every decision.

    Attributes:
        tenant: Whose portal it is.
        scope: The portal scope, as ``str(scope)`` writes it; None for the kit's.
        organizations: For whom of an organisation its grants count.
        roles: Those roles, with `OrganizationMode.BY_ROLE`.
        shown: The sections and properties that clients see, by kind; a kind that is not named shows
            what its declaration says.
        classified: The sections and properties that a kind declared when it was last named; what is
            declared since is hidden, and nobody has said so.
        onlookers: The kinds of which clients are told, on the page of a thing, who else sees it; none by default.
        moving: The keys of things whose content has not been brought along yet; nobody sets it.
            While there are any, clients see of all that moves what both places let them see.
    """

    tenant: TenantId
    scope: str | None = None
    organizations: OrganizationMode = OrganizationMode.EVERYONE
    roles: frozenset[str] = frozenset()
    shown: Mapping[str, tuple[str, ...]] = attrs.field(default=MappingProxyType({}), converter=_named)
    classified: Mapping[str, tuple[str, ...]] = attrs.field(default=MappingProxyType({}), converter=_named)
    onlookers: frozenset[str] = frozenset()
    moving: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.scope is not None:
            parse_scope(self.scope)
        for role in self.roles:
            checks.slug("roles", role)
        for kind in self.onlookers:
            checks.slug("onlookers", kind)
