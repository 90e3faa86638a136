"""
Looks after what is stored: sweeps blobs that nothing names, prunes old notices, and compares records with bytes.
"""

from datetime import timedelta
from importlib import import_module

import sharekit
from sharekit.errors import ConfigurationError

__all__ = ["compare", "kit_at", "prune", "sweep"]


def kit_at(place: str) -> sharekit.Sharekit:
    """
    Return the host's kit from where it says that it is, ``"package.module:name"``.

    Raises:
        ConfigurationError: There is none.
    """
    module, _, name = place.partition(":")
    try:
        found: object = getattr(import_module(module), name)
        kit = found() if callable(found) else found
    except Exception as error:
        raise ConfigurationError("kit", f"there is none at {place}: {type(error).__name__}: {error}") from error
    if not isinstance(kit, sharekit.Sharekit):
        raise ConfigurationError("kit", f"{place} is no Sharekit, and no function that returns one")
    return kit


def sweep(place: str, *, delete: bool, hours: float, days: float) -> int:
    """Name the blobs that nothing names and what else is over, or delete them; return the exit code."""
    report = kit_at(place).sweep(dry_run=not delete, grace=timedelta(hours=hours), removed_grace=timedelta(days=days))
    for key in (*report.blobs, *report.documents):
        print(key)  # noqa: T201  # what was asked for
    print(f"{report}{'' if delete else '; do it with --delete'}")  # noqa: T201  # the same
    return 0


def prune(place: str, *, delete: bool, days: float, unseen_days: float, limit: int) -> int:
    """Say how many old notices and deliveries would go, or delete them; return the exit code."""
    report = kit_at(place).relay.prune(
        dry_run=not delete,
        older_than=timedelta(days=days),
        unseen_older_than=timedelta(days=unseen_days),
        limit=limit,
    )
    print(f"{report}{'' if delete else '; do it with --delete'}")  # noqa: T201  # what was asked for
    return 0


def compare(place: str, *, read: bool, repair: bool) -> int:
    """Say what does not fit; return 1 when bytes are lost."""
    report = kit_at(place).fsck(read=read, repair=repair)
    for finding in report.findings:
        noted = "  (noted)" if finding.repaired else ""
        print(f"{finding.tenant}  {finding.problem}  {finding.id}{noted}")  # noqa: T201  # what was asked for
    how = "read" if read else "measured"
    print(  # noqa: T201  # the same
        f"{report.files} files in {report.tenants} tenants were {how}; {len(report.findings)} findings"
    )
    return 0 if report.fine else 1
