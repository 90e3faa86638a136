"""
A server to which a mail server hands mail over, by LMTP or SMTP. Needs the extra ``mail``.

It is no mail server for the world: it asks nobody who they are, and believes what stands in ``Authentication-Results``.
So it listens on this machine, or to the machines that are named.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import attrs

from sharekit.backends.mail_doors import MOST_BYTES, NO_SUCH_ADDRESS, Receive, Said, deliver
from sharekit.errors import ConfigurationError, MissingExtraError

try:
    from aiosmtpd.lmtp import LMTP
    from aiosmtpd.smtp import SMTP, Envelope, Session
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("aiosmtpd", "mail") from _missing

__all__ = ["MailServer"]

_NOT_YOU: Final = "554 5.7.1 Not for you"
_TOO_MANY: Final = "452 4.5.3 Too many recipients"
_MOST_RECIPIENTS: Final = 100
_PATIENCE: Final = 30.0  # seconds for what is under way when the server stops
_SILENCE: Final = 120.0  # seconds after which a silent client is left alone

IsOurs = Callable[[str], bool]
Networks = tuple[IPv4Network | IPv6Network, ...]


class MailServer:
    """
    Takes mail from a mail server while it is entered.

    Args:
        receive: What takes a mail in; it is called in threads of the server's own.
        place: ``"127.0.0.1:2525"``, ``"[::1]:2525"``, or ``"unix:/run/sharekit/lmtp.sock"``; port 0 is any free one.
        lmtp: Whether LMTP is spoken, which answers for each recipient; else SMTP.
        is_ours: Says of an address whether mail to it may be for us; all others are refused at once.
        peers: The networks from which mail is taken; by default this machine alone.
        threads: How many mails are taken in at once.

    Raises:
        ConfigurationError: The place or a network is none, or others could reach the place though no network is named.
    """

    def __init__(
        self,
        receive: Receive,
        place: str,
        *,
        lmtp: bool,
        is_ours: IsOurs,
        peers: Sequence[str] = (),
        threads: int = 4,
    ) -> None:
        self._place = _Place.parse(place)
        self._peers = _networks(peers) if peers else ()
        if not self._peers and not self._place.is_here:
            raise ConfigurationError(
                "place", "can be reached from elsewhere; name the networks that may hand mail over"
            )
        if threads < 1:
            raise ConfigurationError("threads", "needs to be at least 1")
        self._lmtp = lmtp
        self._door = _Door(receive, is_ours, self._peers, ThreadPoolExecutor(threads, "sharekit-mail"))
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sharekit-mail-server", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._failure: Exception | None = None
        self._listening = place

    @property
    def place(self) -> str:
        """Where it listens, once it is entered."""
        return self._listening

    @property
    def port(self) -> int:
        """The port on which it listens, once it is entered; 0 for a socket in the file system."""
        return self._place.port

    def __enter__(self) -> Self:
        """
        Listen.

        Raises:
            ConfigurationError: The place is taken, or may not be used.
        """
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            self._thread.join()
            raise ConfigurationError("place", "cannot be listened at") from self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Listen no more, and finish what is under way."""
        if self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._door.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001  # whoever entered is told
            self._failure = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        self._loop, self._stopping = loop, asyncio.Event()
        sessions: list[SMTP] = []

        def session() -> SMTP:
            sessions[:] = [each for each in sessions if not _is_over(each)]
            made = (LMTP if self._lmtp else SMTP)(
                self._door,
                data_size_limit=MOST_BYTES,
                enable_SMTPUTF8=True,
                hostname="localhost",
                ident="mail",
                timeout=_SILENCE,
                loop=loop,
            )
            sessions.append(made)
            return made

        if self._place.path is not None:
            with suppress(FileNotFoundError):
                if self._place.path.is_socket():
                    self._place.path.unlink()
            server = await loop.create_unix_server(session, self._place.path)
        else:
            server = await loop.create_server(session, self._place.host, self._place.port)
            port = int(server.sockets[0].getsockname()[1])
            self._place = attrs.evolve(self._place, port=port)
            self._listening = f"{self._place.host}:{port}"
        self._started.set()
        await self._stopping.wait()
        server.close()
        await self._door.rest(_PATIENCE)
        for each in sessions:
            if each.transport is not None:
                each.transport.close()
        await asyncio.sleep(0)
        if self._place.path is not None:
            self._place.path.unlink(missing_ok=True)


def _is_over(session: SMTP) -> bool:
    return session.transport is None or session.transport.is_closing()


class _Door:
    """What the library asks at each step of a session."""

    def __init__(self, receive: Receive, is_ours: IsOurs, peers: Networks, threads: ThreadPoolExecutor) -> None:
        self._receive = receive
        self._is_ours = is_ours
        self._peers = peers
        self._threads = threads
        self._under_way: set[asyncio.Future[Said]] = set()

    async def handle_MAIL(  # noqa: N802  # the library names it
        self, _: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the sender, when the peer is one of those that hand mail over."""
        if self._peers and not _is_among(session.peer, self._peers):
            return _NOT_YOU
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802  # the same
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient who may be one of ours."""
        if not self._is_ours(address):
            return NO_SUCH_ADDRESS.smtp
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return _TOO_MANY
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802  # the same
        """Take the mail in, and answer when it is committed; LMTP is answered for each recipient."""
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        work = asyncio.get_running_loop().run_in_executor(
            self._threads, deliver, self._receive, raw, tuple(envelope.rcpt_tos), envelope.mail_from or ""
        )
        self._under_way.add(work)
        try:
            said = await asyncio.shield(work)
        finally:
            self._under_way.discard(work)
        return "\r\n".join([said.smtp] * (len(envelope.rcpt_tos) if isinstance(server, LMTP) else 1))

    async def rest(self, seconds: float) -> None:
        """Wait until nothing is under way any more, and its answers are on their way."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
            await asyncio.sleep(0.05)

    def close(self) -> None:
        """Finish."""
        self._threads.shutdown()


@attrs.frozen(kw_only=True)
class _Place:
    host: str = ""
    port: int = 0
    path: Path | None = None

    @classmethod
    def parse(cls, place: str) -> "_Place":
        if place.startswith("unix:"):
            return cls(path=Path(place.removeprefix("unix:")))
        host, _, port = place.rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
            raise ConfigurationError("place", "needs HOST:PORT, or unix:/path/of/a/socket")
        return cls(host=host.strip("[]"), port=int(port))

    @property
    def is_here(self) -> bool:
        return self.path is not None or self.host == "localhost" or _is_loopback(self.host)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _networks(peers: Sequence[str]) -> Networks:
    try:
        return tuple(ip_network(peer) for peer in peers)
    except ValueError as error:
        raise ConfigurationError("peers", "needs networks such as 10.0.0.0/8") from error


def _is_among(peer: object, networks: Networks) -> bool:
    if not isinstance(peer, tuple) or not peer:
        return True  # a socket in the file system, whose permissions say who may
    try:
        address = ip_address(str(peer[0]).partition("%")[0])
    except ValueError:
        return False
    return any(address in network for network in networks)
