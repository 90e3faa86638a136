"""How broken stores are listed."""

from collections.abc import Callable

from sharekit.backends.memory import MemoryRecordStore, MemoryTransaction
from sharekit.ids import TenantId


class Broken(dict[str, tuple[set[str], Callable[[], MemoryRecordStore]]]):
    """Broken stores by what is wrong, the first line of their docstring: the laws they break, and how to make them."""

    def transaction(self, *laws: str) -> Callable[[type[MemoryTransaction]], type[MemoryTransaction]]:
        """Enter a memory store whose transactions are of this class."""

        def enter(cls: type[MemoryTransaction]) -> type[MemoryTransaction]:
            class Store(MemoryRecordStore):
                def transaction(self, tenant: TenantId, *, write: bool = False) -> MemoryTransaction:
                    return cls(self._state, tenant, write=write)

            self[cls.__doc__ or ""] = (set(laws), Store)
            return cls

        return enter

    def store(self, *laws: str) -> Callable[[type[MemoryRecordStore]], type[MemoryRecordStore]]:
        """Enter this store."""

        def enter(cls: type[MemoryRecordStore]) -> type[MemoryRecordStore]:
            self[cls.__doc__ or ""] = (set(laws), cls)
            return cls

        return enter
