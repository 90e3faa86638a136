"""Read links on a journal: a folder or a bucket is enough."""

import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from sharekit import ReadLink, ResourceKind, ResourceRef, Section, Sharekit, Staff, errors
from sharekit.backends.fsspec import JournalRecordStore
from tests.features.conftest import KEY, opens
from tests.processes import PROCESSES
from tests.servers.s3 import Bucket

MARIA = Staff("maria")
REF = ResourceRef("project", "42")


def kit_on(url: str, options: Mapping[str, object] | None = None) -> Sharekit:
    """Open the kit of a place, as each process does."""
    kind = ResourceKind("project", title="Project", sections={"progress": Section("Progress", load=lambda ref: ref.id)})
    return Sharekit(records=JournalRecordStore(url, options=options), secret_keys=[KEY], kinds=[kind])


def new_link(kit: Sharekit, max_uses: int | None = None) -> ReadLink:
    """Make a link in this kit, with its project."""
    kit.catalog.put(REF, title="Internal", client_title="Yours", by=MARIA)
    return kit.links.create(REF, by=MARIA, sections={"progress"}, max_uses=max_uses)


def redeem_in_threads(url: str, token: str, threads: int, start: Barrier, results: Connection) -> None:
    """Redeem a token once in each of several threads, all processes at the same time; report the successes."""
    kit = kit_on(url)
    successes: list[bool] = []

    def redeem() -> None:
        try:
            kit.links.redeem(token)
        except errors.LinkUnavailableError:
            return
        successes.append(True)

    start.wait(240)
    workers = [threading.Thread(target=redeem) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    results.send(len(successes))
    kit.close()


def test_max_uses_is_exact_among_processes(tmp_path: Path, deep: bool) -> None:
    """However many redeem at once, exactly max_uses get in (R-LINK-4)."""
    processes, threads, max_uses = 4, (16 if deep else 4), 10
    kit = kit_on(str(tmp_path))
    link = new_link(kit, max_uses)
    start, pipes, workers = PROCESSES.Barrier(processes), [], []
    for _ in range(processes):
        receiver, sender = PROCESSES.Pipe(duplex=False)
        told = (str(tmp_path), kit.links.token(link), threads, start, sender)
        workers.append(PROCESSES.Process(target=redeem_in_threads, args=told))
        pipes.append(receiver)
    for worker in workers:
        worker.start()
    granted = [pipe.recv() for pipe in pipes]
    for worker in workers:
        worker.join(240)

    assert max_uses == sum(granted)
    assert max_uses == kit.links.get(link.id).uses
    kit.close()


def answer(url: str, orders: Connection) -> None:
    """Say of each token that is sent whether it opens, until there are no more."""
    kit = kit_on(url)
    orders.send("ready")
    while token := orders.recv():
        orders.send(opens(kit, token))
    kit.close()


def test_another_process_sees_a_revocation_at_once(tmp_path: Path, deep: bool) -> None:
    """No read in another process that begins after `revoke` returned succeeds (R-LINK-3)."""
    kit = kit_on(str(tmp_path))
    here, there = PROCESSES.Pipe()
    reader = PROCESSES.Process(target=answer, args=(str(tmp_path), there))
    reader.start()
    here.recv()
    seen = []
    for _ in range(500 if deep else 20):
        link = new_link(kit)
        for revoked in (False, True):
            if revoked:
                kit.links.revoke(link.id, by=MARIA)
            here.send(kit.links.token(link))
            seen.append(here.recv())
    here.send("")
    reader.join(240)
    kit.close()

    assert [True, False] * (len(seen) // 2) == seen


@pytest.mark.slow
def test_two_kits_share_a_bucket(moto_bucket: Bucket) -> None:
    """A link is made by one, opened and redeemed by another, counted for both, and taken back for both."""
    one, other = (kit_on(moto_bucket.url, moto_bucket.options) for _ in range(2))
    link, counted = new_link(one), new_link(one, 2)
    token, counted_token = one.links.token(link), one.links.token(counted)
    before = opens(other, token)
    for kit in (one, other):
        kit.links.redeem(counted_token)
    with pytest.raises(errors.LinkUnavailableError):
        one.links.redeem(counted_token)
    other.links.revoke(link.id, by=MARIA)
    after = opens(one, token)

    assert (True, False) == (before, after)
    assert 2 == other.links.get(counted.id).uses
    assert [entry.action for entry in one.audit.entries()] == [entry.action for entry in other.audit.entries()]
