"""
Seals the audit trail: committed entries, in batches, into a chain of keyed digests.

Entries are written unchained, so that verbs do not wait for one another; which are not sealed yet is a state of
theirs, so that those which were committed late are sealed too.
"""

from collections.abc import Iterable
from typing import Final

import attrs

from sharekit.codec.kinds import AUDIT_ENTRY, AUDIT_SEAL
from sharekit.features._unit import Unit, Wiring
from sharekit.ports import AllOf, Eq, IsNull, OrderBy, Position
from sharekit.records.audit import AuditEntry, AuditKeys, AuditSeal, AuditSealKeys
from sharekit.records.relaying import AuditFinding, AuditReport
from sharekit.tokens import Purpose, Seals

__all__ = ["seal", "verify"]

_AT_ONCE: Final = 500
_SEALS_AT_ONCE: Final = 200
_BEGINNING: Final = ""
_ANY: Final = AllOf()


def seal(wiring: Wiring) -> int:
    """Seal one batch of entries; return how many there were."""

    def work(unit: Unit) -> int:
        entries = unit.find(AUDIT_ENTRY, IsNull(AuditKeys.SEAL), order=OrderBy("id"), limit=_AT_ONCE)
        if not entries:
            return 0
        newest = unit.find(AUDIT_SEAL, _ANY, order=OrderBy(AuditSealKeys.NUMBER, descending=True), limit=1)
        number, before = (newest[0].number + 1, newest[0].digest) if newest else (1, _BEGINNING)
        digest = _digests(wiring.seals, before, number, entries)[0]
        # Whoever seals at the same time meets a conflict at this row, and begins anew.
        unit.put(
            AUDIT_SEAL,
            AuditSeal(tenant=unit.tenant, number=number, at=unit.now, entries=len(entries), digest=digest),
        )
        for entry in entries:
            unit.put(AUDIT_ENTRY, attrs.evolve(entry, seal=number))
        return len(entries)

    return wiring.write(work)


def verify(wiring: Wiring, head: str | None) -> AuditReport:
    """Look whether everything is as it was sealed; see `Audit.verify`."""
    findings: list[AuditFinding] = []
    before, number, entries, heads, place = _BEGINNING, 0, 0, {_BEGINNING}, None
    while True:
        with wiring.reading() as unit:
            seals = unit.find(AUDIT_SEAL, _ANY, order=OrderBy(AuditSealKeys.NUMBER), after=place, limit=_SEALS_AT_ONCE)
            for each in seals:
                findings += [
                    AuditFinding(tenant=wiring.tenant, seal=gone, problem="missing")
                    for gone in range(number + 1, each.number)
                ]
                chained = each.number == number + 1
                held = unit.find(AUDIT_ENTRY, Eq(AuditKeys.SEAL, each.number), order=OrderBy("id"))
                if each.digest not in _digests(wiring.seals, before, each.number, held):
                    problem = "changed" if chained else "broken"
                    findings.append(AuditFinding(tenant=wiring.tenant, seal=each.number, problem=problem))
                before, number, entries = each.digest, each.number, entries + len(held)
                heads.add(each.digest)
        if len(seals) < _SEALS_AT_ONCE:
            break
        place = Position(seals[-1].number, seals[-1].id)
    if head is not None and head not in heads:
        findings.append(AuditFinding(tenant=wiring.tenant, seal=number + 1, problem="missing"))
    with wiring.reading() as unit:
        unsealed = unit.count(AUDIT_ENTRY, IsNull(AuditKeys.SEAL))
    return AuditReport(seals=number, entries=entries, unsealed=unsealed, head=before, findings=tuple(findings))


def _digests(seals: Seals, before: str, number: int, entries: Iterable[AuditEntry]) -> list[str]:
    """Return what a seal says over these entries, by each key, the newest first."""
    bodies = [AUDIT_ENTRY.dump(entry.tenant, attrs.evolve(entry, seal=None), 0).body for entry in entries]
    return [made.hex() for made in seals.derive(Purpose.AUDIT, before, str(number), *bodies)]
