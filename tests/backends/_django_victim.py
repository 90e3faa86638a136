"""
A host whose processes are killed at every step of a transaction, one after the other.

Run as a module with the settings of a migrated database as JSON. It prints a line of JSON for each
child that was killed: the step, and what the next process finds and can do.
"""

import itertools
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from tests.django_host import project

project.set_up()

from django.db import connections, transaction  # noqa: E402  # Django is set up first

from sharekit.backends.django import DjangoRecordStore  # noqa: E402  # the same
from sharekit.codec.kinds import ALL  # noqa: E402  # the same
from sharekit.ids import TenantId  # noqa: E402  # the same
from sharekit.ports import KeyValue, Query, Row  # noqa: E402  # the same
from tests.django_host.models import Matter  # noqa: E402  # the same

TENANT = TenantId("acme")
LINK = next(kind.spec for kind in ALL if kind.name == "read-link")


def row(id_: str, *, revision: int = 0, uses: int = 0) -> Row:
    """A row with a counter."""
    every: dict[str, KeyValue] = {**dict.fromkeys(LINK.keys), "uses": uses}
    return Row(tenant=TENANT, kind=LINK.kind, id=id_, revision=revision, schema=1, keys=every, body="{}")


def opened(alias: str) -> DjangoRecordStore:
    """A store on the database."""
    store = DjangoRecordStore(alias)
    store.open([LINK])
    return store


def story(alias: str, store: DjangoRecordStore, *, joined: bool) -> None:
    """Change the same rows, by a transaction of the store's own or by one of the host's."""
    if joined:
        with transaction.atomic(alias):
            Matter.objects.using(alias).create(title="new")
            change(store)
            Matter.objects.using(alias).create(title="newer")
    else:
        change(store)


def change(store: DjangoRecordStore) -> None:
    """Insert, replace, count and remove."""
    with store.transaction(TENANT, write=True) as tx:
        tx.put(row("inserted"))
        tx.put(row("replaced", revision=1, uses=5))
        tx.bump(LINK.kind, "counted", "uses", None)
        tx.delete(LINK.kind, "removed", 1)


def prepare(alias: str) -> None:
    """Bring the rows into the state before."""
    store = opened(alias)
    Matter.objects.using(alias).all().delete()
    with store.transaction(TENANT, write=True) as tx:
        for found in tx.find(Query(LINK.kind)):
            tx.delete(LINK.kind, found.id, found.revision)
        for id_ in ("replaced", "counted", "removed"):
            tx.put(row(id_))
    connections[alias].close()


def state(alias: str) -> list[Any]:  # Any: JSON
    """What the next process finds, which then changes a row itself."""
    store = opened(alias)
    with store.transaction(TENANT) as tx:
        rows = [[found.id, found.revision, found.keys["uses"]] for found in tx.find(Query(LINK.kind))]
    titles = sorted(Matter.objects.using(alias).values_list("title", flat=True))
    with store.transaction(TENANT, write=True) as tx:
        tx.bump(LINK.kind, "replaced", "uses", None)
    connections[alias].close()
    return [rows, titles]


def deadly(alias: str, step: int) -> None:
    """See to it that this process is killed at a step: before and after each statement and each commit."""
    connection, steps = connections[alias], itertools.count()

    def pass_step() -> None:
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def executed(execute: Callable[..., object], *given: object) -> object:
        pass_step()
        result = execute(*given)
        pass_step()
        return result

    def commit() -> None:
        pass_step()
        type(connection).commit(connection)
        pass_step()

    connection.ensure_connection()
    connection.execute_wrappers.append(executed)
    vars(connection)["commit"] = commit


def main(given: project.Settings, *, joined: bool) -> None:
    """Kill a child at each step, until one lives to the end."""
    with project.database(given) as alias:
        for step in itertools.count():
            prepare(alias)
            child = os.fork()
            if child == 0:
                deadly(alias, step)
                story(alias, opened(alias), joined=joined)
                os._exit(0)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            sys.stdout.write(json.dumps({"step": step, "status": status, "state": state(alias)}) + "\n")
            sys.stdout.flush()  # before the next child has a copy of it
            if status != -signal.SIGKILL:
                return


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), joined=sys.argv[2] == "joined")
