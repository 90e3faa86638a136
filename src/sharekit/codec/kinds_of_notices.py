"""
The kinds about notices: the outbox, what people hear of, and the letters that carry it.
"""

from typing import Any, Final

from sharekit.codec.kind import RecordKind
from sharekit.ports import KindSpec, Ref, Time
from sharekit.records.outbox import OutboxEntry, OutboxKeys

__all__ = ["ALL_OF_NOTICES", "OUTBOX_ENTRY"]

OUTBOX_ENTRY: Final = RecordKind(
    KindSpec(
        "outbox-entry",
        {OutboxKeys.STATE: Ref, OutboxKeys.DUE_AT: Time},
        indexes=[(OutboxKeys.STATE, OutboxKeys.DUE_AT)],
    ),
    OutboxEntry,
    id_of=lambda entry: entry.id,
    keys_of=lambda entry: {OutboxKeys.STATE: str(entry.state), OutboxKeys.DUE_AT: entry.due_at},
)

ALL_OF_NOTICES: Final[tuple[RecordKind[Any], ...]] = (  # of every record class
    OUTBOX_ENTRY,
)
