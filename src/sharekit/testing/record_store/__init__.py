"""
The contract of record stores: one test for each law of `sharekit.ports.stores` and `sharekit.ports.query`.

Subclass `RecordStoreContract` in a test module and override its one fixture, ``store``::

    class TestMyRecordStore(RecordStoreContract):
        @pytest.fixture
        def store(self, tmp_path):
            return MyRecordStore(tmp_path / "records")
"""

from typing import Final

from sharekit.testing._laws import Contract, laws_of
from sharekit.testing.record_store._frame import BackDoor, HostDoor
from sharekit.testing.record_store._joining import JoiningLaws
from sharekit.testing.record_store._machine import MachineLaws
from sharekit.testing.record_store._queries import QueryLaws
from sharekit.testing.record_store._recheck import RecheckLaws
from sharekit.testing.record_store._refusals import RefusalLaws
from sharekit.testing.record_store._rows import RowLaws
from sharekit.testing.record_store._stores import StoreLaws
from sharekit.testing.record_store._transactions import TransactionLaws

__all__ = ["BackDoor", "HostDoor", "RecordStoreContract"]


class RecordStoreContract(
    RowLaws,
    TransactionLaws,
    RefusalLaws,
    QueryLaws,
    StoreLaws,
    RecheckLaws,
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
      have it; None for a store that nobody else can share.
    - ``back_door``: a `BackDoor`, so that no law depends on the store's own word.
    - ``sabotage``: a function that makes every later read fail inside the store; None when
      nothing can fail.
    - ``host_door``: a `HostDoor`, for a store that can work inside the host's transactions.

    Attributes:
        waivers: Laws that the store does not keep, each with the reason: ``{"T12": "..."}``.
        machine_examples: How many random stories to tell; what Hypothesis is set to when None.
    """


LAWS: Final = laws_of(RecordStoreContract)
"""The law that each test of the contract is about, by the test's name."""
