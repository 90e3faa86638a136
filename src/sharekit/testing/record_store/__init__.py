"""
The contract of record stores: one test for each law of `sharekit.ports.stores` and `sharekit.ports.query`.

Subclass `RecordStoreContract` in a test module and override its one fixture, ``store``::

    class TestMyRecordStore(RecordStoreContract):
        @pytest.fixture
        def store(self, tmp_path):
            return MyRecordStore(tmp_path / "records")
"""

from typing import Final

import pytest

from sharekit.ports.stores import SupportsJoining, SupportsOwnTransactions
from sharekit.testing._laws import Contract, laws_of
from sharekit.testing.record_store._frame import BackDoor, HostDoor
from sharekit.testing.record_store._glances import GlanceLaws
from sharekit.testing.record_store._joining import JoiningLaws
from sharekit.testing.record_store._looks import LookLaws
from sharekit.testing.record_store._machine import MachineLaws
from sharekit.testing.record_store._picks import PickLaws
from sharekit.testing.record_store._queries import QueryLaws
from sharekit.testing.record_store._refusals import RefusalLaws
from sharekit.testing.record_store._rows import RowLaws
from sharekit.testing.record_store._stamps import StampLaws
from sharekit.testing.record_store._stores import StoreLaws
from sharekit.testing.record_store._transactions import TransactionLaws

__all__ = ["BackDoor", "HostDoor", "RecordStoreContract"]


class RecordStoreContract(
    RowLaws,
    TransactionLaws,
    RefusalLaws,
    QueryLaws,
    StoreLaws,
    LookLaws,
    GlanceLaws,
    StampLaws,
    PickLaws,
    JoiningLaws,
    MachineLaws,
    Contract,
    contract=True,
):
    """
    What every record store promises, as tests.

    The fixture ``store`` returns a new, empty store that was not opened; the contract opens and
    closes it. Four more fixtures may be overridden by stores that can give more:

    - ``reopen``: a function that returns another store on the same data, as another process would
      have it.
    - ``back_door``: a `BackDoor`, so that no law depends on the store's own word.
    - ``sabotage``: a function that makes every later read fail inside the store.
    - ``host_door``: a `HostDoor`, for a store that can work inside the host's transactions, or must
      keep out of them.

    The tests that need one of these are skipped without it, and say which; a store for which there is
    nothing to give says so in ``lacks``.

    Attributes:
        waivers: Laws that the store does not keep, each with the reason: ``{"T12": "..."}``.
        lacks: Which of the four fixtures there is nothing to give for, each with the reason:
            ``{"sabotage": "a dict does not fail"}``.
        machine_examples: How many random stories to tell; what Hypothesis is set to when None.
    """

    _optional = frozenset({"back_door", "host_door", "reopen", "sabotage"})

    def _has_a_say(self, name: str, request: pytest.FixtureRequest) -> bool:
        """Say whether a test is about this store: what joins no host shows nothing about hosts."""
        if name != "host_door":
            return True
        records: object = request.getfixturevalue("records")
        return isinstance(records, SupportsJoining | SupportsOwnTransactions)


LAWS: Final = laws_of(RecordStoreContract)
"""The law that each test of the contract is about, by the test's name."""
