"""
Where the commands write down what they did, a line each with its time.
"""

import logging
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, TextIO

from sharekit.errors import ConfigurationError

__all__ = ["kept_in", "told_to"]

_FORMAT: Final = "%(asctime)s %(name)s %(levelname)s %(message)s"


@contextmanager
def told_to(stream: TextIO) -> Generator[None]:
    """Have what sharekit does, and what goes wrong, be written to a stream meanwhile."""
    logger, handler = logging.getLogger("sharekit"), logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter(_FORMAT))
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


@contextmanager
def kept_in(file: str | None) -> Generator[None]:
    """
    Have it be added to a file meanwhile, when one is named.

    Raises:
        ConfigurationError: Nothing can be written there.
    """
    if file is None:
        yield
        return
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(file).open("a", encoding="utf-8"))
        except OSError as error:
            raise ConfigurationError("log", f"cannot be written to: {error.strerror}") from error
        stack.enter_context(told_to(stream))
        yield
