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
    RateLimiter,
    SupportsContacts,
    SupportsOrganizations,
    SupportsTenants,
)
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
from sharekit.ports.stores import (
    RecordStore,
    RowKey,
    SupportsJoining,
    SupportsOwnTransactions,
    SupportsRecheck,
    Transaction,
)

__all__ = [
    "AllOf",
    "AnyOf",
    "BlobStore",
    "Bool",
    "CatalogSource",
    "Clock",
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
    "Not",
    "OrderBy",
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
    "Select",
    "StoredBlob",
    "SupportsContacts",
    "SupportsDirectDownloads",
    "SupportsJoining",
    "SupportsOrganizations",
    "SupportsOwnTransactions",
    "SupportsRecheck",
    "SupportsTenants",
    "Text",
    "Time",
    "Transaction",
]
