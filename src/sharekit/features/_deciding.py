"""
Decides inside a transaction: the one function on the path of every answer and of every byte (R-AUTH-1).
"""

from sharekit.features._access_facts import ReadTogether, client_facts, read_together, scope_of
from sharekit.features._facts import chain_of, rights_on
from sharekit.features._link_documents import decide_for_link
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.access import AccessReason, judge
from sharekit.policies.links import LinkRefusal, judge_resource
from sharekit.records.catalog import ResourceRef
from sharekit.records.decisions import Action, Decision
from sharekit.records.documents import DOCUMENT
from sharekit.records.parties import Contact, LinkHolder, Principal, Right, Staff, System

__all__ = ["decide", "judge_read"]

_RIGHTS = {
    Action.VIEW: Right.VIEW,
    Action.COMMENT: Right.VIEW,
    Action.CONTRIBUTE: Right.EDIT,
    Action.EDIT: Right.EDIT,
    Action.SHARE: Right.SHARE,
    Action.MANAGE: Right.MANAGE,
}


def decide(wiring: Wiring, unit: Unit, principal: Principal, action: Action, ref: ResourceRef) -> Decision:
    """Decide whether somebody may do something with a thing now, and why; see `Access.decide`."""
    if isinstance(principal, Contact):
        return judge_read(wiring, unit, read_together(wiring, unit, principal, ref), action)
    if isinstance(principal, Staff | System):
        return _decide_for_staff(wiring, unit, principal, action, ref)
    if isinstance(principal, LinkHolder) and action is Action.VIEW and ref.kind == DOCUMENT:
        return decide_for_link(wiring, unit, principal, ref)
    return Decision(allowed=False, reason="unknown-principal")


def judge_read(wiring: Wiring, unit: Unit, read: ReadTogether, action: Action) -> Decision:
    """Decide about a client on what was read together."""
    scope = scope_of(wiring, read.settings)
    return judge(scope, action, client_facts(wiring, unit, scope, read.viewer, read.entry))


def _decide_for_staff(wiring: Wiring, unit: Unit, by: Principal, action: Action, ref: ResourceRef) -> Decision:
    chain = chain_of(unit, ref)
    if not chain:
        return Decision(allowed=False, reason=AccessReason.ABSENT)
    if judge_resource(chain) is LinkRefusal.REMOVED:
        return Decision(allowed=False, reason=AccessReason.REMOVED)
    right = _RIGHTS[action]
    if right not in rights_on(wiring, unit, by, ref, chain):
        return Decision(allowed=False, reason=f"needs-{right}")
    return Decision(allowed=True, reason=f"has-{right}")
