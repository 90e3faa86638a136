"""
Lists what may have outlived its reason, for a spreadsheet or a program.
"""

import sys
from datetime import timedelta

from sharekit.cli.upkeep import kit_at
from sharekit.records.reviews import as_csv, as_json

__all__ = ["review"]


def review(place: str, *, tenant: str | None, form: str, idle: float, expiring: float) -> int:
    """Write the review of one tenant, say beside it how long it is, and return the exit code."""
    kit = kit_at(place)
    kit = kit if tenant is None else kit.for_tenant(tenant)
    items = list(kit.access.review(idle=timedelta(days=idle), expiring=timedelta(days=expiring)))
    print(as_csv(items) if form == "csv" else as_json(items) + "\n", end="")  # noqa: T201  # what was asked for
    print(f"{len(items)} to look at", file=sys.stderr)  # noqa: T201  # beside what goes to a file
    return 0
