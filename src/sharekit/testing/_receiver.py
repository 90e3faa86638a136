"""
Somebody whom webhooks call: a small HTTP server on this machine that answers as a test says.
"""

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import attrs

__all__ = ["DRIPS", "ENDLESS", "SILENT", "Arrived", "Receiver", "receiving"]

SILENT: Final = "silent"
"""Take the call, and never answer."""
DRIPS: Final = "drips"
"""Answer a letter at a time, without an end."""
ENDLESS: Final = "endless"
"""Answer with success, and a body without an end."""

_A_MOMENT: Final = 0.02  # seconds


@attrs.frozen
class Arrived:
    """
    A call that arrived.

    Attributes:
        method: The method.
        target: The path, and what stands behind the question mark.
        headers: The headers, their names in lower case.
        body: The body.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@attrs.define
class Receiver:
    """
    What is called.

    Attributes:
        host: Its address.
        port: Where it listens.
        status: What it answers.
        headers: Which headers it answers with.
        manner: How it misbehaves, or None.
        got: What arrived.
    """

    host: str
    port: int
    status: int = 204
    headers: dict[str, str] = attrs.field(factory=dict[str, str])
    manner: str | None = None
    got: list[Arrived] = attrs.field(factory=list[Arrived])

    @property
    def url(self) -> str:
        """Where it is."""
        return self.at(self.host)

    def at(self, host: str) -> str:
        """Return its address with another name for this machine."""
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/hook?from=us"


@contextmanager
def receiving(host: str, port: int = 0) -> Generator[Receiver]:
    """
    Have somebody listen meanwhile.

    Raises:
        OSError: This machine has no such address, or somebody listens there.
    """
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            said = {name.lower(): value for name, value in self.headers.items()}
            made.got.append(Arrived(self.command, self.path, said, body))
            with suppress(OSError):  # whoever calls may hang up
                self._answer(body)

        do_GET = do_PUT = do_POST  # noqa: N815  # its names

        def _answer(self, body: bytes) -> None:
            if made.manner == SILENT:
                over.wait()
            elif made.manner == DRIPS:
                self.wfile.write(b"HTTP/1.1 200 ")
                while not over.wait(_A_MOMENT):
                    self.wfile.write(b"O")
            elif made.manner == ENDLESS:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                while not over.wait(_A_MOMENT):
                    self.wfile.write(b"x" * 1024)
            else:
                self.send_response(made.status)
                echoed = b"" if made.status == 204 else body  # as a careless receiver does
                for name, value in {**made.headers, "content-length": str(len(echoed))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(echoed)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        allow_reuse_address = False

    server = Server((host, port), Handler)
    made = Receiver(host, server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()
