"""
The needs: what sharekit asks of stores and of its host, as small protocols with numbered laws.

The package is the narrow waist of the library. It speaks of rows, queries, times and rights,
and knows nothing of links or shares.
"""

from sharekit.ports.blobs import BlobStore, StoredBlob, SupportsDirectDownloads
from sharekit.ports.host import (
    CatalogSource,
    Clock,
    Directory,
    PlanAllows,
    RateLimiter,
    SupportsContacts,
    SupportsOrganizations,
    SupportsTenants,
)
from sharekit.ports.incoming import MailReader
from sharekit.ports.letters import AutoSubmitted, Letter, Mailbox, Notifier
from sharekit.ports.predicates import Predicate, PredicateFacts, ReaderFacts
from sharekit.ports.query import (
    AllOf,
    AnyOf,
    Condition,
    Contains,
    Eq,
    In,
    InSelect,
    IsNull,
    Not,
    OrderBy,
    Position,
    Prefix,
    Query,
    Range,
    Select,
)
from sharekit.ports.rows import Bool, Int, KeyType, KeyValue, KindSpec, Ref, Row, Text, Time
from sharekit.ports.scanning import Scanner, ScanResult, ScanVerdict
from sharekit.ports.stores import (
    Companion,
    Look,
    RecordStore,
    RowKey,
    Sight,
    SupportsJoining,
    SupportsLook,
    SupportsOwnTransactions,
    Transaction,
)

__all__ = [
    "AllOf",
    "AnyOf",
    "AutoSubmitted",
    "BlobStore",
    "Bool",
    "CatalogSource",
    "Clock",
    "Companion",
    "Condition",
    "Contains",
    "Directory",
    "Eq",
    "In",
    "InSelect",
    "Int",
    "IsNull",
    "KeyType",
    "KeyValue",
    "KindSpec",
    "Letter",
    "Look",
    "MailReader",
    "Mailbox",
    "Not",
    "Notifier",
    "OrderBy",
    "PlanAllows",
    "Position",
    "Predicate",
    "PredicateFacts",
    "Prefix",
    "Query",
    "Range",
    "RateLimiter",
    "ReaderFacts",
    "RecordStore",
    "Ref",
    "Row",
    "RowKey",
    "ScanResult",
    "ScanVerdict",
    "Scanner",
    "Select",
    "Sight",
    "StoredBlob",
    "SupportsContacts",
    "SupportsDirectDownloads",
    "SupportsJoining",
    "SupportsLook",
    "SupportsOrganizations",
    "SupportsOwnTransactions",
    "SupportsTenants",
    "Text",
    "Time",
    "Transaction",
]
