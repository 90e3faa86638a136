"""
What every contract is made of: tests that are laws, which are kept, or waived with a reason.
"""

import hashlib
import inspect
import re
from collections.abc import Mapping
from typing import ClassVar, Final

import pytest

__all__ = ["Contract", "fingerprint", "laws_of"]

_NAMED: Final = re.compile(r"test_([a-z]\d+)_")


class Contract:
    """
    A class of tests that a stranger subclasses.

    Its direct subclass names itself a contract with ``contract=True``; the tests that it has then are its laws.
    A further subclass, which is the stranger's, can neither replace nor remove one.

    Attributes:
        waivers: Laws that are not kept, each with the reason: ``{"T12": "..."}``. Their tests are
            skipped with that reason. A test that is redefined is refused instead.
        lacks: Optional fixtures that there is nothing to give for, each with the reason. A test that
            needs an optional fixture is skipped when that was neither given nor named here.
    """

    waivers: ClassVar[Mapping[str, str]] = {}
    lacks: ClassVar[Mapping[str, str]] = {}
    _optional: ClassVar[frozenset[str]] = frozenset()
    _contract: ClassVar[type["Contract"] | None] = None

    def __init_subclass__(cls, *, contract: bool = False) -> None:
        super().__init_subclass__()
        if contract:
            cls._contract = cls
        elif cls._contract is not None:
            _refuse_changes(cls, cls._contract)
            _refuse_waivers(cls, set(laws_of(cls._contract).values()))
            _refuse_lacks(cls, cls._optional)

    @pytest.fixture(autouse=True)
    def _waived(self, request: pytest.FixtureRequest) -> None:
        law = _law(request.function.__name__)
        if law in self.waivers:
            pytest.skip(f"{law} is waived: {self.waivers[law]}")

    @pytest.fixture(autouse=True)
    def _given(self, request: pytest.FixtureRequest, _waived: None) -> None:
        wanted = inspect.signature(request.function).parameters
        for name in sorted(self._optional.intersection(wanted) - set(self.lacks)):
            if self._has_a_say(name, request) and request.getfixturevalue(name) is None:
                pytest.skip(f"needs the fixture `{name}`: override it, or say in `lacks` why there is nothing to give")

    def _has_a_say(self, name: str, request: pytest.FixtureRequest) -> bool:  # noqa: ARG002  # for contracts to refine
        """Say whether a test that needs this fixture is about what is being tested."""
        return True


def fingerprint(data: bytes | None) -> tuple[int, str] | None:
    """Return what tells bytes apart: pytest would take many minutes to say where megabytes differ."""
    return None if data is None else (len(data), hashlib.sha256(data).hexdigest())


def laws_of(contract: type[Contract]) -> Mapping[str, str]:
    """Return the law that each test of a contract is about, by the test's name; an empty text for none."""
    return {name: _law(name) for name in dir(contract) if name.startswith("test_")}


def _law(name: str) -> str:
    matched = _NAMED.match(name)
    return matched[1].upper() if matched else ""


def _refuse_changes(cls: type[Contract], contract: type[Contract]) -> None:
    for name in laws_of(contract):
        if getattr(cls, name, None) is not getattr(contract, name):
            raise TypeError(f"{cls.__name__} redefines {name}; a law that is not kept is named in `waivers`")


def _refuse_waivers(cls: type[Contract], laws: set[str]) -> None:
    for law, reason in cls.waivers.items():
        if not law or law not in laws:
            raise TypeError(f"{cls.__name__} waives {law!r}, which is no law")
        if not reason.strip():
            raise TypeError(f"{cls.__name__} waives {law} without a reason")


def _refuse_lacks(cls: type[Contract], optional: frozenset[str]) -> None:
    for name, reason in cls.lacks.items():
        if name not in optional:
            raise TypeError(f"{cls.__name__} lacks {name!r}, which is no optional fixture")
        if not reason.strip():
            raise TypeError(f"{cls.__name__} lacks {name} without a reason")
