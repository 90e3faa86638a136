"""
The audit trail: read what was done, look whether it is as it was sealed, and erase who somebody was.
"""

from sharekit.codec.kinds import AUDIT_ENTRY
from sharekit.errors import InvalidInputError
from sharekit.features._erasing import erase
from sharekit.features._facts import chain_of, require, require_admin, require_staff
from sharekit.features._sealing import verify
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import AuditEntryId
from sharekit.ports import AllOf, Condition, Eq, OrderBy, Position
from sharekit.records import checks
from sharekit.records.audit import AuditEntry, AuditKeys
from sharekit.records.catalog import ResourceRef
from sharekit.records.parties import Contact, Principal, Right
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
        by: Principal | None = None,
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
            by: Who asks: somebody with the right VIEW on *ref*, and without *ref* a `System` or somebody with the
                role ``admin``; None for the host's own code.

        Raises:
            InvalidInputError: An argument is of another type, or the limit is out of bounds.
            NotAllowedError: *by* may not ask.
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
            if by is not None:
                self._require(unit, by, ref)
            return unit.find(
                AUDIT_ENTRY,
                AllOf(conditions),
                order=OrderBy("id", descending=newest_first),
                after=None if after is None else Position(after, after),
                limit=limit,
            )

    def _require(self, unit: Unit, by: Principal, ref: ResourceRef | None) -> None:
        if ref is None:
            require_admin(unit, by)
        else:
            require_staff(by)
            require(self._wiring, unit, by, Right.VIEW, ref, chain=chain_of(unit, ref))

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

    def erase(self, party: Contact, *, by: Principal, name: str = "***") -> None:
        """
        Erase who a contact is, as a person may ask for, and leave the trail as it was sealed.

        Their name, address, number, language and tags go, and they are deactivated. The trail, grants,
        requests and conversations name them by a random id alone, which then stands for nobody. What they wrote,
        the documents they sent, and mail of theirs that was kept as it came are the host's to remove. Again, it
        changes nothing.

        Args:
            party: Whom.
            by: A `System`, or somebody with the role ``admin``.
            name: What pages show in place of the name.

        Raises:
            InvalidInputError: *party* is no contact, or the name cannot be used.
            NotAllowedError: *by* may not, or contacts are the host's, which erases them itself.
            NotFoundError: There is no such contact in this tenant.
        """
        if not isinstance(party, Contact):
            raise InvalidInputError("party", "needs a Contact")
        erase(self._wiring, party, by, name)
