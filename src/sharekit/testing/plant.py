"""Big stores for benchmarks."""

import itertools
from collections.abc import Iterable
from typing import Final

from sharekit.ports.rows import Row
from sharekit.ports.stores import RecordStore

__all__ = ["plant"]

_BATCH: Final = 50_000


def plant(store: RecordStore, rows: Iterable[Row]) -> int:
    """
    Insert many rows, in few big transactions.

    Args:
        store: An open store of any kind.
        rows: New rows, of revision 0. Those of one tenant in a row share a transaction.

    Returns:
        How many there were.
    """
    planted = 0
    for tenant, mine in itertools.groupby(rows, key=lambda row: row.tenant):
        while batch := list(itertools.islice(mine, _BATCH)):
            with store.transaction(tenant, write=True) as tx:
                for row in batch:
                    tx.put(row)
            planted += len(batch)
    return planted
