"""
How long a refusal takes, by its reason (R-LINK-7, R-ENUM-1).

What a client may not be told, time must not tell either: a link that never was, one that was taken
back, one that is used up, and one of another tenant are refused in the same time, within 5 % of the
median. So are a wrong and a right password. Only forged tokens are refused sooner, before the store
is asked.

All reasons take turns in random order within one process. The kit alone is measured, and the answer
of a Flask application, which is what a client can measure.

    python3 dev.py bench refusals [--times 10000] [--passwords 100] [--postgresql]
"""

import argparse
import logging
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import attrs
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from sharekit import ReadLink, ResourceKind, ResourceRef, Section, Sharekit, Staff, Visibility
from sharekit.adapters.flask import init_app, link_url
from sharekit.backends.sqlite import SqliteRecordStore
from sharekit.errors import LinkUnavailableError, WrongPasswordError
from sharekit.ids import ReadLinkId, random_id
from sharekit.ports import RecordStore
from sharekit.testing import FrozenClock

KEY = "benchmark key of 32 bytes or more"
MARIA = Staff("maria")
KIND = ResourceKind("project", title="Project", sections={"progress": Section("Progress", load=lambda _: None)})
LINKS = 200


class Endless:
    """A rate limiter that lets everybody go on."""

    def acquire(self, key: str, *, limit: int, window: timedelta) -> float | None:  # noqa: ARG002  # as in the port
        """Count nothing."""
        return None

    def release(self, key: str) -> None:
        """Take nothing back."""


class Agency:
    """A kit with links that open nothing, each for its reason."""

    def __init__(self, store: RecordStore) -> None:
        self.clock = FrozenClock()
        self.kit = Sharekit(
            records=store,
            secret_keys=[KEY],
            kinds=[KIND],
            clock=self.clock,
            rate_limiter=Endless(),
        )

    def project(self, kit: Sharekit) -> ResourceRef:
        """Put a project of its own into the catalog."""
        ref = ResourceRef("project", random_id())
        kit.catalog.put(ref, title="Internal", client_title="Yours", owner=MARIA, by=MARIA)
        return ref

    def link(
        self, kit: Sharekit | None = None, *, max_uses: int | None = None, password: str | None = None
    ) -> ReadLink:
        """Make a link to a project of its own."""
        kit = kit or self.kit
        ends = self.clock.now() + timedelta(days=1)
        return kit.links.create(
            self.project(kit), by=MARIA, sections={"progress"}, expires_at=ends, max_uses=max_uses, password=password
        )

    def absent(self) -> str:
        """A link that never was."""
        return self.kit.links.token(attrs.evolve(self.link(), id=ReadLinkId(random_id())))

    def outdated(self) -> str:
        """A token of another generation."""
        return self.kit.links.token(attrs.evolve(self.link(), generation=7))

    def foreign(self) -> str:
        """A link of another tenant."""
        other = self.kit.for_tenant("other")
        return other.links.token(self.link(other))

    def revoked(self) -> str:
        """A link that was taken back."""
        link = self.link()
        self.kit.links.revoke(link, by=MARIA)
        return self.kit.links.token(link)

    def exhausted(self) -> str:
        """A link that is used up."""
        token = self.kit.links.token(self.link(max_uses=1))
        self.kit.links.redeem(token)
        return token

    def removed(self) -> str:
        """A link to what was removed."""
        link = self.link()
        self.kit.catalog.remove(link.ref, by=MARIA)
        return self.kit.links.token(link)

    def internal(self) -> str:
        """A link to what no client may see."""
        link = self.link()
        self.kit.catalog.put(link.ref, title="Internal", visibility=Visibility.INTERNAL, by=MARIA)
        return self.kit.links.token(link)

    def expired(self) -> str:
        """A link whose time is over, which a client is told."""
        return self.kit.links.token(self.link())

    def refused(self) -> dict[str, list[str]]:
        """Return tokens by the reason for which they are refused; the clock goes on for the expired ones."""
        expired = [self.expired() for _ in range(LINKS)]
        self.clock.advance(timedelta(days=2))
        reasons = (self.absent, self.outdated, self.foreign, self.revoked, self.exhausted, self.removed, self.internal)
        return {reason.__name__: [reason() for _ in range(LINKS)] for reason in reasons} | {"expired": expired}


def medians(act: Callable[[str], object], tokens: Mapping[str, Sequence[str]], times: int) -> dict[str, float]:
    """Return how long each reason takes, in seconds, in turns and in random order."""
    taken: dict[str, list[float]] = {reason: [] for reason in tokens}
    for turn in range(times):
        for reason in random.sample([*tokens], len(tokens)):
            token = tokens[reason][turn % len(tokens[reason])]
            start = time.perf_counter()
            act(token)
            taken[reason].append(time.perf_counter() - start)
    return {reason: statistics.median(seconds) for reason, seconds in taken.items()}


def report(name: str, found: Mapping[str, float]) -> None:
    """Print each reason's time against the median of all, and how far apart they are."""
    middle = statistics.median(found.values())
    print(
        f"{name}: {middle * 1e6:.1f} us, from {min(found.values()) / middle:.3f} to {max(found.values()) / middle:.3f}"
    )
    for reason, seconds in found.items():
        print(f"    {reason:<16} {seconds / middle:6.3f}   {seconds * 1e6:9.1f} us")


def opening(kit: Sharekit) -> Callable[[str], object]:
    """Return what opens a link by the kit alone."""

    def act(token: str) -> None:
        try:
            kit.links.open(token)
        except LinkUnavailableError:
            return
        raise AssertionError

    return act


def visiting(kit: Sharekit, link: ReadLink) -> Callable[[str], object]:
    """Return what asks an application for the page of a link."""
    app = Flask("agency")
    init_app(app, kit, resolve_tenant=lambda _: kit.tenant)
    with app.test_request_context(base_url="https://agency.example"):
        path = link_url(link).removeprefix("https://agency.example").removesuffix(kit.links.token(link))

    def act(token: str) -> None:
        environ = EnvironBuilder(path + token, base_url="https://agency.example").get_environ()
        assert run_wsgi_app(app, environ, buffered=True)[1][:3] in {"404", "410"}

    return act


def redeeming(agency: Agency) -> Callable[[str], object]:
    """Return what redeems a link with a right or a wrong password."""
    link = agency.kit.links.token(agency.link(password="open sesame"))  # noqa: S106  # no secret

    def act(password: str) -> None:
        with suppress(WrongPasswordError):
            agency.kit.links.redeem(link, password)

    return act


@contextmanager
def on_sqlite() -> Generator[tuple[RecordStore, Callable[[], object]]]:
    """Give a store in a file, and what is to be done when it has been filled."""
    with tempfile.TemporaryDirectory() as folder:
        yield SqliteRecordStore(Path(folder) / "records.sqlite3"), lambda: None


@contextmanager
def on_postgresql() -> Generator[tuple[RecordStore, Callable[[], object]]]:
    """Give a store on a server as the tests start it, and what has its tables analyzed."""
    import sqlalchemy  # noqa: PLC0415  # only where it is measured

    import stores as store_benchmark  # noqa: PLC0415  # stands beside this file
    from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore, upgrade  # noqa: PLC0415  # as above

    with store_benchmark.postgresql() as (url, connect):
        engine = sqlalchemy.create_engine(url)
        upgrade(engine)
        yield SqlAlchemyRecordStore(engine), lambda: connect().execute("ANALYZE")
        engine.dispose()


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10_000)
    parser.add_argument("--passwords", type=int, default=100)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    logging.getLogger("sharekit").setLevel(logging.ERROR)
    with on_postgresql() if options.postgresql else on_sqlite() as (store, settle):
        agency = Agency(store)
        tokens = agency.refused()
        settle()
        report("the kit alone", medians(opening(agency.kit), tokens, options.times))
        report("a page of Flask", medians(visiting(agency.kit, agency.link()), tokens, options.times))
        passwords = {"wrong": ["let me in, please"], "right": ["open sesame"]}
        report("a password", medians(redeeming(agency), passwords, options.passwords))
        agency.kit.close()


if __name__ == "__main__":
    main()
