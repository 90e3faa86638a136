"""What holds for read links when many processes share one folder."""

import os
import threading
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from sharekit import ReadLink, ResourceKind, ResourceRef, Section, Sharekit, Staff, errors
from tests.features.conftest import KEY, opens
from tests.processes import PROCESSES

MARIA = Staff("maria")
REF = ResourceRef("project", "42")


def kit_at(folder: Path, *, die_while_loading: bool = False) -> Sharekit:
    """Open the kit of a folder, as each process does."""

    def load(ref: ResourceRef) -> object:
        if die_while_loading:
            os._exit(9)
        return ref.id

    kind = ResourceKind("project", title="Project", sections={"progress": Section("Progress", load=load)})
    return Sharekit.at(folder, secret_keys=[KEY], kinds=[kind])


def new_link(kit: Sharekit, max_uses: int | None = None) -> ReadLink:
    """Make a link in this kit, with its project."""
    kit.catalog.put(REF, title="Internal", client_title="Yours", by=MARIA)
    return kit.links.create(REF, by=MARIA, sections={"progress"}, max_uses=max_uses)


def redeem_in_threads(folder: Path, tokens: list[str], threads: int, start: Barrier, results: Connection) -> None:
    """Redeem each token once in each of several threads, all processes at the same time; report the successes."""
    kit = kit_at(folder)
    granted = []
    for token in tokens:
        successes: list[bool] = []

        def redeem(token: str = token, successes: list[bool] = successes) -> None:
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
        granted.append(len(successes))
    results.send(granted)
    kit.close()


def test_max_uses_is_exact_among_64_readers_in_8_processes(tmp_path: Path, deep: bool) -> None:
    """However many redeem at once, exactly max_uses get in (R-LINK-4)."""
    rounds, processes, threads, max_uses = (200 if deep else 8), 8, 8, 10
    kit = kit_at(tmp_path)
    links = [new_link(kit, max_uses) for _ in range(rounds)]
    tokens = [kit.links.token(link) for link in links]
    start, pipes, workers = PROCESSES.Barrier(processes), [], []
    for _ in range(processes):
        receiver, sender = PROCESSES.Pipe(duplex=False)
        workers.append(PROCESSES.Process(target=redeem_in_threads, args=(tmp_path, tokens, threads, start, sender)))
        pipes.append(receiver)
    for worker in workers:
        worker.start()
    granted = [pipe.recv() for pipe in pipes]
    for worker in workers:
        worker.join(240)

    assert [max_uses] * rounds == [sum(of_round) for of_round in zip(*granted, strict=True)]
    assert [max_uses] * rounds == [kit.links.get(link.id).uses for link in links]
    kit.close()


def redeem_and_die(folder: Path, token: str) -> None:
    """Redeem once, and be killed between the count and the first byte."""
    kit_at(folder, die_while_loading=True).links.redeem(token)


def test_a_killed_reader_loses_its_use_and_adds_none(tmp_path: Path) -> None:
    """Granted and lost uses together are max_uses, and the link works on."""
    kit = kit_at(tmp_path)
    link = new_link(kit, 5)
    token = kit.links.token(link)
    for _ in range(3):
        killed = PROCESSES.Process(target=redeem_and_die, args=(tmp_path, token))
        killed.start()
        killed.join(240)
        assert 9 == killed.exitcode

    granted = 0
    for _ in range(4):
        try:
            kit.links.redeem(token)
        except errors.LinkUnavailableError:
            continue
        granted += 1

    assert (2, 5) == (granted, kit.links.get(link.id).uses)
    kit.close()


def answer_openings(folder: Path, questions: Connection) -> None:
    """Open each token that is asked about, and answer whether it opened, until told to stop."""
    kit = kit_at(folder)
    while token := questions.recv():
        questions.send(opens(kit, token))
    kit.close()


@pytest.mark.parametrize("pairs", [pytest.param(150, id="sample"), pytest.param(10_000, marks=pytest.mark.deep)])
def test_revocation_is_seen_by_the_next_read_in_another_process(tmp_path: Path, pairs: int) -> None:
    """A link that another process has just opened, once or up to ten times, is dead for it once revoke has returned."""
    kit = kit_at(tmp_path)
    ours, theirs = PROCESSES.Pipe()
    reader = PROCESSES.Process(target=answer_openings, args=(tmp_path, theirs))
    reader.start()

    def asked(token: str) -> bool:
        ours.send(token)
        return bool(ours.recv())

    wrong = []
    for number in range(pairs):
        link = new_link(kit)
        token = kit.links.token(link)
        before = all(asked(token) for _ in range(1 + number % 10))
        kit.links.revoke(link, by=MARIA)
        after = asked(token)
        if (before, after) != (True, False):
            wrong.append((number, before, after))
    ours.send(None)
    reader.join(240)

    assert [] == wrong
    kit.close()
