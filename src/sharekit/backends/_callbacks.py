"""What is left to do when a transaction is durable."""

from collections.abc import Callable, Sequence


def call_all(callbacks: Sequence[Callable[[], None]]) -> None:
    """
    Call each in turn, also after one that raises.

    Raises:
        BaseException: What the first failing one raised, once all have been called.
    """
    first: BaseException | None = None
    for callback in callbacks:
        try:
            callback()
        except BaseException as error:  # noqa: BLE001  # raised below; the others are promised their call
            first = first or error
    if first is not None:
        raise first
