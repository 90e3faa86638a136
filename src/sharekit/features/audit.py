"""
The audit trail: read what was done, and look whether it is as it was sealed.
"""

from sharekit.codec.kinds import AUDIT_ENTRY
from sharekit.errors import InvalidInputError
from sharekit.features._sealing import verify
from sharekit.features._unit import Wiring
from sharekit.ids import AuditEntryId
from sharekit.ports import AllOf, Condition, Eq, OrderBy, Position
from sharekit.records import checks
from sharekit.records.audit import AuditEntry, AuditKeys
from sharekit.records.catalog import ResourceRef
from sharekit.records.parties import Principal
from sharekit.records.relaying import AuditReport

__all__ = ["Audit"]

_MAX_LIMIT = 1000


class Audit:
    """The audit trail of one tenant."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def entries(
        self,
        *,
        ref: ResourceRef | None = None,
        actor: Principal | None = None,
        action: str | None = None,
        after: AuditEntryId | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[AuditEntry]:
        """
        Return what was done, in the order in which it was.

        Args:
            ref: Only what concerns this resource.
            actor: Only what this principal did.
            action: Only events of this name, such as ``"link-revoked"``.
            after: Only what comes after this entry, in the order asked for; the id of the last one
                seen fetches the next page.
            newest_first: Whether to go backwards.
            limit: At most so many, 1 to 1000.

        Raises:
            InvalidInputError: An argument is of another type, or the limit is out of bounds.
        """
        checks.whole("limit", limit, 1, _MAX_LIMIT)
        checks.flag("newest_first", newest_first)
        for field, value, wanted in (("ref", ref, ResourceRef), ("actor", actor, Principal), ("action", action, str)):
            if value is not None and not isinstance(value, wanted):
                raise InvalidInputError(field, f"needs a {wanted.__name__}, or None")
        conditions: list[Condition] = []
        if ref is not None:
            conditions.append(Eq(AuditKeys.RESOURCE, ref.key))
        if actor is not None:
            conditions.append(Eq(AuditKeys.ACTOR, actor.key))
        if action is not None:
            conditions.append(Eq(AuditKeys.ACTION, action))
        with self._wiring.reading() as unit:
            return unit.find(
                AUDIT_ENTRY,
                AllOf(conditions),
                order=OrderBy("id", descending=newest_first),
                after=None if after is None else Position(after, after),
                limit=limit,
            )

    def verify(self, *, head: str | None = None) -> AuditReport:
        """
        Look whether the audit trail is as the relay sealed it: nothing changed, added or removed.

        Args:
            head: `AuditReport.head` of an earlier look, kept elsewhere. Without it, it cannot be seen that the
                last seals were cut off with all that they held.

        Raises:
            InvalidInputError: *head* is no text.
        """
        checks.optional_text("head", head)
        return verify(self._wiring, head)
