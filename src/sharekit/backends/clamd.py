"""
A virus scanner: ClamAV's ``clamd``, by its command INSTREAM.

    kit = Sharekit(..., scanner=ClamdScanner("127.0.0.1", 3310))

The file travels over the connection, so that the scanner needs no access to where bytes are kept. Nothing on the
way is encrypted or authenticated: let ``clamd`` listen on a Unix socket or on this machine alone.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from sharekit.errors import ConfigurationError, StorageError
from sharekit.ports import ScanResult, ScanVerdict

__all__ = ["ClamdScanner"]

_CHUNK: Final = 256 * 1024
_LONGEST_ANSWER: Final = 4096


class ClamdScanner:
    """
    Asks a ``clamd``.

    A file that is larger than its ``StreamMaxLength`` is not judged by it, and stays in quarantine.

    Args:
        address: The host that it listens on, or the path of its Unix socket.
        port: The port; not used for a socket.
        patience: Seconds to wait for the connection, for each piece to be taken, and for the answer.

    Raises:
        ConfigurationError: An argument cannot work.
    """

    def __init__(self, address: str | Path, port: int = 3310, *, patience: float = 30.0) -> None:
        if not str(address):
            raise ConfigurationError("address", "needs a host, or the path of a socket")
        if not patience > 0:
            raise ConfigurationError("patience", "needs to be more than 0 seconds")
        self._address = address
        self._port = port
        self._patience = patience

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._address)!r})"

    def scan(self, chunks: Iterator[bytes]) -> ScanResult:
        """
        Look at a file.

        Raises:
            StorageError: There is no ``clamd``, it does not answer, or its answer is no verdict.
        """
        try:
            with closing(self._connected()) as line:
                answer = _asked(line, chunks)
        except OSError as error:
            raise StorageError("scan") from error
        return _verdict(answer)

    def _connected(self) -> socket.socket:
        if isinstance(self._address, Path) or self._address.startswith("/"):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(self._patience)
            try:
                line.connect(str(self._address))
            except BaseException:
                line.close()
                raise
            return line
        return socket.create_connection((self._address, self._port), timeout=self._patience)


def _asked(line: socket.socket, chunks: Iterator[bytes]) -> str:
    line.sendall(b"zINSTREAM\0")
    try:
        for chunk in chunks:
            for start in range(0, len(chunk), _CHUNK):
                piece = chunk[start : start + _CHUNK]
                line.sendall(struct.pack("!L", len(piece)) + piece)
        line.sendall(struct.pack("!L", 0))
    except (BrokenPipeError, ConnectionResetError):
        pass  # it has said why, and hung up: the file is larger than it takes
    answer = b""
    while len(answer) < _LONGEST_ANSWER and not answer.endswith(b"\0"):
        piece = line.recv(_LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    # What has no end was cut, and no verdict.
    return answer[:-1].decode("utf-8", "replace") if answer.endswith(b"\0") else ""


def _verdict(answer: str) -> ScanResult:
    """Return what an answer says; anything but the two that are known is no verdict."""
    if answer == "stream: OK":
        return ScanResult(ScanVerdict.CLEAN)
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return ScanResult(ScanVerdict.INFECTED, answer.removeprefix("stream: ").removesuffix(" FOUND"))
    raise StorageError(f"scan: clamd answered {answer[:100]!r}")
