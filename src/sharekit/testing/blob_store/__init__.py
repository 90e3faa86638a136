"""
The contract of blob stores: one test for each law of `sharekit.ports.blobs`.

Subclass `BlobStoreContract` in a test module and override its two fixtures, ``store`` and ``elsewhere``::

    class TestMyBlobStore(BlobStoreContract):
        @pytest.fixture
        def store(self, tmp_path):
            return MyBlobStore(tmp_path / "blobs")

        @pytest.fixture
        def elsewhere(self, tmp_path):
            return MyBlobStore(tmp_path / "other")
"""

from typing import Final

from sharekit.testing._laws import Contract, laws_of
from sharekit.testing.blob_store._bytes import ByteLaws
from sharekit.testing.blob_store._direct import DirectLaws
from sharekit.testing.blob_store._frame import BlobDoor, Fetched
from sharekit.testing.blob_store._keys import KeyLaws
from sharekit.testing.blob_store._places import PlaceLaws

__all__ = ["BlobDoor", "BlobStoreContract", "Fetched"]


class BlobStoreContract(ByteLaws, KeyLaws, PlaceLaws, DirectLaws, Contract, contract=True):
    """
    What every blob store promises, as tests.

    The fixture ``store`` returns a new, empty store, and ``elsewhere`` another one that was given another root.
    Six more fixtures may be overridden by stores that can give more:

    - ``reopen``: a function that returns another store on the same data, as another process would
      have it; None for a store that nobody else can share.
    - ``back_door``: a `BlobDoor`, so that no law depends on the store's own word.
    - ``sabotage``: a function that makes every later call fail inside the store; None when nothing can.
    - ``outside``: a function that returns a picture of what lies around the root, for comparing; None
      where there is nothing around it.
    - ``link``: a function that puts a symbolic link to bytes outside of the root in the place of a key,
      or of a key's folder when it is told ``"folder"``; None for a store without links.

    - ``fetch``: a function that fetches an address as a browser does, for a store with direct downloads.

    The tests that show nothing without ``reopen``, ``sabotage`` or ``link`` are skipped without it, and say
    which; a store for which there is nothing to give says so in ``lacks``.

    Attributes:
        waivers: Laws that the store does not keep, each with the reason: ``{"B3": "..."}``.
        lacks: Which of these three there is nothing to give for, each with the reason:
            ``{"link": "a bucket has no links"}``.
        examples: How many cuts and ranges to try; what Hypothesis is set to when None.
    """

    _optional = frozenset({"link", "reopen", "sabotage"})


LAWS: Final = laws_of(BlobStoreContract)
"""The law that each test of the contract is about, by the test's name."""
