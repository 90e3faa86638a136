"""
The test kit: contracts that stores and adapters prove themselves with, and a kit for the tests of a host.

Needs the extra ``testing``. The contract of adapters has a module of its own,
`sharekit.testing.adapter`, since it needs the extra ``pages`` too.
"""

from sharekit.errors import MissingExtraError

try:
    import hypothesis  # noqa: F401  # the contracts need it
    import pytest
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError(_missing.name or "pytest", "testing") from _missing

pytest.register_assert_rewrite(
    "sharekit.testing.adapter",
    "sharekit.testing.blob_store",
    "sharekit.testing.notifier",
    "sharekit.testing.record_store",
    "sharekit.testing.webhook_caller",
)

# ruff: noqa: E402  # asserts are rewritten before the contracts are imported
from sharekit.testing.blob_store import BlobDoor, BlobStoreContract
from sharekit.testing.kits import FrozenClock, SectionLoads, kit, project_kind
from sharekit.testing.notifier import NotifierContract
from sharekit.testing.plant import plant
from sharekit.testing.record_store import BackDoor, HostDoor, RecordStoreContract
from sharekit.testing.webhook_caller import WebhookCallerContract

__all__ = [
    "BackDoor",
    "BlobDoor",
    "BlobStoreContract",
    "FrozenClock",
    "HostDoor",
    "NotifierContract",
    "RecordStoreContract",
    "SectionLoads",
    "WebhookCallerContract",
    "kit",
    "plant",
    "project_kind",
]
