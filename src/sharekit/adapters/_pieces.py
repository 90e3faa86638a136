"""
The pieces of a long answer, for adapters that fetch them in threads.
"""

import threading

from sharekit.web import WebResponse

__all__ = ["Pieces"]


class Pieces:
    """
    What an answer's body and stream give, one piece at a time, from whichever thread asks.

    Args:
        answer: The answer.
    """

    def __init__(self, answer: WebResponse) -> None:
        self._stream = answer.stream
        self._turn = threading.Lock()

    def take(self) -> bytes | None:
        """Return the next piece of the stream, or None after the last."""
        with self._turn:
            return None if self._stream is None else next(self._stream, None)

    def close(self) -> None:
        """Want no more of them; a piece that is being made is finished first."""
        with self._turn:
            if self._stream is not None:
                self._stream.close()
