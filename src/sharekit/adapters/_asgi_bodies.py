"""
Carries bodies between the event loop, where ASGI hands them over, and the threads of the core.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import CancelledError, Executor, Future
from contextlib import asynccontextmanager
from typing import Any, Final

from sharekit.adapters._pieces import Pieces
from sharekit.web import WebResponse

__all__ = ["AsgiBody", "ClientGoneError", "Message", "pieces_until_gone"]

Message = Mapping[str, Any]  # ASGI's own dictionary, with values of every type

_BYTES_PER_SECOND: Final = 1000
_MARGIN: Final = 10.0  # seconds after which a loop that says nothing is taken to have stopped


class AsgiBody:
    """
    The body of a request, read by a thread while the event loop receives it.

    Nothing is received before it is asked for. A body that is too slow is given up: its client
    would keep a thread for as long as it likes.

    Args:
        receive: Where messages come from.
        loop: The loop that may call it.
        patience: Seconds to wait for the body, besides one for each 1000 bytes that came.
    """

    def __init__(
        self, receive: Callable[[], Awaitable[Message]], loop: asyncio.AbstractEventLoop, patience: float
    ) -> None:
        self._receive = receive
        self._loop = loop
        self._patience = patience
        self._held = bytearray()
        self._more = True
        self._given_up = False
        self._waiting: Future[bytes] | None = None

    def read(self, limit: int) -> bytes:
        """
        Return at most so many bytes, fewer only at the end. To be called in a thread.

        Raises:
            TimeoutError: They did not come in time.
            ConnectionAbortedError: The client has gone, or nobody waits for an answer any more.
        """
        collecting = self._collect(limit)
        try:
            self._waiting = asyncio.run_coroutine_threadsafe(collecting, self._loop)
        except RuntimeError as error:  # the loop was closed
            collecting.close()
            raise ConnectionAbortedError from error
        if self._given_up:
            self._waiting.cancel()
        try:
            return self._waiting.result(self._patience + limit / _BYTES_PER_SECOND + _MARGIN)
        except CancelledError as error:
            raise ConnectionAbortedError from error

    def give_up(self) -> None:
        """Let a thread that waits for the body wait no longer. To be called in the event loop."""
        self._given_up = True
        if self._waiting is not None:
            self._waiting.cancel()

    async def _collect(self, limit: int) -> bytes:
        started = self._loop.time()
        while self._more and len(self._held) < limit:
            async with asyncio.timeout_at(started + self._patience + len(self._held) / _BYTES_PER_SECOND):
                message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ConnectionAbortedError
            self._held += message.get("body", b"")
            self._more = message.get("more_body", False)
        taken = bytes(self._held[:limit])
        del self._held[:limit]
        return taken


class ClientGoneError(Exception):
    """Nobody is there any more to hear the answer."""


@asynccontextmanager
async def pieces_until_gone(
    answer: WebResponse, threads: Executor, receive: Callable[[], Awaitable[Message]]
) -> AsyncGenerator[AsyncIterator[bytes], None]:
    """
    Give the pieces of a long answer, each made in a thread, and close what makes them in the end.

    Once the client has gone, which *receive* tells, `ClientGoneError` is raised instead of the next piece.
    """
    pieces, gone = Pieces(answer), asyncio.ensure_future(_gone(receive))
    try:
        yield _taken(pieces, threads, gone)
    finally:
        gone.cancel()
        # Not awaited: it must happen also in a task that is being cancelled, and after the piece under way.
        threads.submit(pieces.close)


async def _taken(pieces: Pieces, threads: Executor, gone: asyncio.Future[None]) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    while (piece := await loop.run_in_executor(threads, pieces.take)) is not None:
        if gone.done():
            raise ClientGoneError
        yield piece


async def _gone(receive: Callable[[], Awaitable[Message]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
