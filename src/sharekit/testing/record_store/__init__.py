"""
The contract of record stores: one test for each law of `sharekit.ports.stores` and `sharekit.ports.query`.

Subclass `RecordStoreContract` in a test module and override its one fixture, ``store``::

    class TestMyRecordStore(RecordStoreContract):
        @pytest.fixture
        def store(self, tmp_path):
            return MyRecordStore(tmp_path / "records")
"""

import re
from collections.abc import Mapping
from typing import ClassVar, Final

import pytest

from sharekit.testing.record_store._frame import BackDoor
from sharekit.testing.record_store._machine import MachineLaws
from sharekit.testing.record_store._queries import QueryLaws
from sharekit.testing.record_store._recheck import RecheckLaws
from sharekit.testing.record_store._refusals import RefusalLaws
from sharekit.testing.record_store._rows import RowLaws
from sharekit.testing.record_store._stores import StoreLaws
from sharekit.testing.record_store._transactions import TransactionLaws

__all__ = ["BackDoor", "RecordStoreContract"]


class RecordStoreContract(RowLaws, TransactionLaws, RefusalLaws, QueryLaws, StoreLaws, RecheckLaws, MachineLaws):
    """
    What every record store promises, as tests.

    The fixture ``store`` returns a new, empty store that was not opened; the contract opens and
    closes it. Three more fixtures may be overridden by stores that can give more:

    - ``reopen``: a function that returns another store on the same data, as another process would
      have it; None for a store that nobody else can share.
    - ``back_door``: a `BackDoor`, so that no law depends on the store's own word.
    - ``sabotage``: a function that makes every later read fail inside the store; None when
      nothing can fail.

    Attributes:
        waivers: Laws that the store does not keep, each with the reason: ``{"T12": "..."}``. Their
            tests are skipped with that reason. A test that is redefined is refused instead.
        machine_examples: How many random stories to tell; what Hypothesis is set to when None.
    """

    waivers: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name in LAWS:
            if getattr(cls, name, None) is not getattr(RecordStoreContract, name):
                raise TypeError(f"{cls.__name__} redefines {name}; a law that is not kept is named in `waivers`")
        for law, reason in cls.waivers.items():
            if not law or law not in LAWS.values():
                raise TypeError(f"{cls.__name__} waives {law!r}, which is no law")
            if not reason.strip():
                raise TypeError(f"{cls.__name__} waives {law} without a reason")

    @pytest.fixture(autouse=True)
    def _waived(self, request: pytest.FixtureRequest) -> None:
        law = LAWS.get(request.function.__name__, "")
        if law in self.waivers:
            pytest.skip(f"{law} is waived: {self.waivers[law]}")


def _law(name: str) -> str:
    matched = re.match(r"test_([tsqk]\d+)_", name)
    return matched[1].upper() if matched else ""


LAWS: Final = {name: _law(name) for name in dir(RecordStoreContract) if name.startswith("test_")}
"""The law that each test of the contract is about, by the test's name."""
