"""
Says how a contact is reached with a message, before anybody writes one.
"""

from sharekit.codec.kinds_of_conversations import ADDRESS_BOUNCE
from sharekit.codec.kinds_of_people import PORTAL_ACCESS
from sharekit.errors import DirectoryError, MessagingRefusedError
from sharekit.features._parties import ask
from sharekit.features._unit import Unit, Wiring
from sharekit.records.decisions import Decision
from sharekit.records.invitations import AccessState, portal_access_id
from sharekit.records.parties import Contact, ContactProfile
from sharekit.records.reach import MESSAGING, Reach, ReachReason, ReachWay, bounce_id

__all__ = ["plan_of", "reach_of", "require_plan", "require_reachable"]


def plan_of(wiring: Wiring, feature: str = MESSAGING) -> Decision:
    """Return what the host's plan says of a feature in this tenant, by its words as the reason."""
    allows = wiring.plan_allows
    if allows is None:
        return Decision(allowed=True, reason="")
    answer: object = ask(lambda: allows(wiring.tenant, feature))
    if isinstance(answer, Decision):
        return answer
    if not isinstance(answer, bool):
        raise DirectoryError
    return Decision(allowed=answer, reason="")


def require_plan(wiring: Wiring) -> None:
    """Raise `MessagingRefusedError` where the host's plan does not include messages."""
    plan = plan_of(wiring)
    if not plan:
        raise MessagingRefusedError(ReachReason.PLAN, words=plan.reason)


def reach_of(wiring: Wiring, unit: Unit, contact: ContactProfile) -> Reach:
    """Return how a contact is reached now."""
    way, reason, words = _way(wiring, unit, contact)
    return Reach(
        contact=Contact(contact.id),
        name=contact.name,
        way=way,
        reason=reason,
        words=words,
        email=contact.email,
        phone=contact.phone,
        locale=contact.locale,
    )


def _way(wiring: Wiring, unit: Unit, contact: ContactProfile) -> tuple[ReachWay, ReachReason, str]:
    if not contact.active or contact.merged_into is not None:
        return ReachWay.DETAILS, ReachReason.INACTIVE, ""
    plan = plan_of(wiring)
    if not plan:
        return ReachWay.DETAILS, ReachReason.PLAN, plan.reason
    if not contact.messaging:
        return ReachWay.DETAILS, ReachReason.MESSAGING_OFF, ""
    access = unit.get(PORTAL_ACCESS, portal_access_id(contact))
    if access is not None and access.state is AccessState.ACTIVE:
        return ReachWay.PORTAL, ReachReason.PORTAL_ACCESS, ""
    if unit.get(ADDRESS_BOUNCE, bounce_id(contact.email)) is not None:
        return ReachWay.DETAILS, ReachReason.BOUNCED, ""
    return ReachWay.MAIL, ReachReason.NO_PORTAL_ACCESS, ""


def require_reachable(wiring: Wiring, unit: Unit, contact: ContactProfile) -> None:
    """Raise `MessagingRefusedError` for a contact whom no message reaches from here."""
    reach = reach_of(wiring, unit, contact)
    if not reach.takes_messages:
        raise MessagingRefusedError(reach.reason, contact=contact.id, words=reach.words)
