"""
What a run of the relay did, and what a look at the sealed audit trail found.
"""

import attrs

from sharekit.ids import TenantId

__all__ = ["AuditFinding", "AuditReport", "PruneReport", "RelayReport"]


@attrs.frozen(kw_only=True)
class RelayReport:
    """
    What one run of the relay did, over all tenants.

    Attributes:
        tenants: In how many tenants there was anything to look for.
        planned: How many events were told to everybody who hears of them.
        notices: How many pieces of news that made, one for each event and person.
        sent: How many letters were handed over.
        called: How many webhooks took an event.
        dropped: How many letters had nothing left that might be told.
        postponed: How many deliveries failed for now, and are tried again later.
        dead: How many were given up; staff can list them and have them tried again.
        failed: How many events, or rows that are damaged, could not be told for now; the log says why.
        sealed: How many entries of the audit trail were sealed.
    """

    tenants: int = 0
    planned: int = 0
    notices: int = 0
    sent: int = 0
    called: int = 0
    dropped: int = 0
    postponed: int = 0
    dead: int = 0
    failed: int = 0
    sealed: int = 0

    def __add__(self, other: "RelayReport") -> "RelayReport":
        return RelayReport(
            **{
                field.name: getattr(self, field.name) + getattr(other, field.name)
                for field in attrs.fields(RelayReport)
            }
        )

    @property
    def line(self) -> str:
        """All of it in one line, for a log."""
        return (
            f"{self.tenants} tenants: {self.planned} events, {self.notices} notices; {self.sent} letters sent,"
            f" {self.dropped} dropped, {self.postponed} postponed, {self.dead} given up; {self.called} webhooks"
            f" called; {self.failed} events failed; {self.sealed} entries sealed"
        )

    @property
    def was_idle(self) -> bool:
        """Whether there was nothing to do."""
        return self == RelayReport(tenants=self.tenants)


@attrs.frozen(kw_only=True)
class PruneReport:
    """
    What became of old notices and deliveries, over all tenants.

    Attributes:
        dry_run: Whether nothing was deleted.
        tenants: How many tenants were looked at.
        notices: How many pieces of news were deleted, with their rows of the feed, or would be.
        letters: How many deliveries of letters.
        calls: How many deliveries to webhooks.
        more: Whether there are others, which the next call takes.
    """

    dry_run: bool
    tenants: int = 0
    notices: int = 0
    letters: int = 0
    calls: int = 0
    more: bool = False

    def __str__(self) -> str:
        done = "would delete" if self.dry_run else "deleted"
        rest = "; there are more" if self.more else ""
        return (
            f"{done} {self.notices} notices, {self.letters} letters and {self.calls} calls of webhooks"
            f" in {self.tenants} tenants{rest}"
        )


@attrs.frozen(kw_only=True)
class AuditFinding:
    """
    Something that is not as it was sealed.

    Attributes:
        tenant: Where.
        seal: The number of the seal.
        problem: ``"broken"`` when the seal does not follow from the one before, ``"missing"`` when the seal is
            gone, ``"changed"`` when an entry of it was changed, added or removed.
    """

    tenant: TenantId
    seal: int
    problem: str


@attrs.frozen(kw_only=True)
class AuditReport:
    """
    What a look at the sealed audit trail of one tenant found.

    Attributes:
        seals: How many seals there are.
        entries: How many entries they hold.
        unsealed: How many entries wait for the next run of the relay.
        head: The last digest. Kept elsewhere and handed to `Audit.verify` later, it shows that nothing was cut
            off at the end.
        findings: What is not as it was sealed.
    """

    seals: int
    entries: int
    unsealed: int
    head: str
    findings: tuple[AuditFinding, ...] = ()

    @property
    def fine(self) -> bool:
        """Whether everything is as it was sealed."""
        return not self.findings
