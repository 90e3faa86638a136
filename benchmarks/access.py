"""
Deciding and listing, against what one would write by hand and against other libraries.

The opponents: SQL by hand, on a schema with whole numbers for ids, in the better of two shapes for
each client; django-guardian, with its generic tables and with tables of the model's own; casbin; and
cedarpy. They do less: the SQL answers with bare rows, guardian has no containers, casbin and
cedarpy make no lists. What each knows is said in `_access_rivals.py`.

All sides run in turns within one process, batch by batch, and the ratio ours/theirs of each batch
is what counts: below 1 we are faster.

    python3 dev.py bench access [--sizes 1000,10000,100000,1000000] [--batches 30]
                                [--store sqlite | postgresql] [--folder DIR] [--plot DIR]
                                [--processor-time] [--by-hand-alone] [--pages-alone]

A million grants take minutes to plant. What lies in --folder is taken as it is, so that a second
run begins at once. --plot draws the growth there. --processor-time counts what this process computes,
which other programs on the machine disturb less than the time on the clock. --by-hand-alone leaves
the libraries out, which take most of the time, and --pages-alone the decisions. On PostgreSQL, whose
server is that of the tests, the SQL by hand is the only opponent, and sizes have to grow.
"""

import argparse
import importlib
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from _access_postgresql import postgresql_pair
from _access_rivals import Casbin, Cedar, Guardian, missing
from _access_rows import rows_written
from _access_sides import Ours, Pair, Place, Shaped, Side, sqlite_pair
from _access_world import World

STORES: Final[dict[str, Callable[[World, Path], Pair]]] = {"sqlite": sqlite_pair, "postgresql": postgresql_pair}
"""One pair of sides for each kind of store."""

_CASBIN_AT_MOST: Final = 10_000  # it looks at every grant in turn
_DECISIONS: Final = 20  # in a batch
_STRANGERS: Final = 40  # in a batch
_WARMING: Final = 2  # batches that are not counted
Act = Callable[[int], object]
"""Does the work of one batch, by its number."""


@attrs.frozen(kw_only=True)
class Built:
    """Both sides, built at one size; where more is built; how often to compare, by which clock, and with what."""

    world: World
    size: int
    ours: Ours
    busy: Ours | None
    by_hand: Shaped
    folder: Path
    batches: int
    clock: Callable[[], float]
    libraries: bool


@attrs.frozen
class Line:
    """One line of the table: a case at a size against an opponent."""

    case: str
    size: int
    opponent: str
    ratio: float
    least: float
    most: float
    ours: float
    theirs: float

    def __str__(self) -> str:
        return (
            f"{self.size:>9,}  {self.case:<36} {self.opponent:<18} {self.ratio:8.3f}x"
            f"  (min {self.least:.3f}, max {self.most:.3f})"
            f"  {self.ours * 1e6:9.1f} us against {self.theirs * 1e6:11.1f} us"
        )


def compare(built: Built, case: str, ours: Act, others: dict[str, Act], *, each: int) -> Iterator[Line]:
    """Run all sides over the same batches, in turns, and yield a line for each opponent."""
    batches, clock = built.batches, built.clock
    sides = {"": ours, **others}
    times: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(-_WARMING, batches):
        for name in [*sides] if number % 2 else reversed([*sides]):
            start = clock()
            sides[name](number)
            if number >= 0:
                times[name].append((clock() - start) / each)
    for name in others:
        ratios = sorted(a / b for a, b in zip(times[""], times[name], strict=True))
        line = Line(
            case,
            built.size,
            name,
            statistics.median(ratios),
            ratios[0],
            ratios[-1],
            statistics.median(times[""]),
            statistics.median(times[name]),
        )
        print(line, flush=True)
        yield line


def decisions(built: Built) -> Iterator[Line]:
    """
    Decide of documents at depth 1: some that are granted, some whose project is, and some that are not.

    Nothing is committed meanwhile, but for the lines that say so: there every decision is read anew.
    """
    world, size, ours, by_hand, batches = built.world, built.size, built.ours, built.by_hand, built.batches
    documents = {thing.number: thing for thing in world.things() if thing.kind == "document" and len(thing.above) == 1}
    shown = [number for number, thing in documents.items() if thing.shown]
    granted = [
        (grant.party, grant.thing)
        for grant in itertools.islice(world.grants(size), 200_000)
        if not grant.organization and grant.thing in documents and documents[grant.thing].shown
    ]
    chance = random.Random(4)
    inside = [number for number in shown if documents[number].above[0] < world.shared_projects]
    pool = {
        "decide, yes": chance.sample(granted, min(len(granted), 1_000)),
        "decide, yes, by its project": [(world.large_by_projects, chance.choice(inside)) for _ in range(1_000)],
        "decide, no": [(chance.randrange(100, world.contacts), chance.choice(shown)) for _ in range(1_000)],
    }
    pool["decide, no"] = [pair for pair in pool["decide, no"] if not by_hand.decide(*pair)]
    rivals = _deciders(world, size, built.folder) if built.libraries else {}
    for case, pairs in pool.items():
        wanted = case.startswith("decide, yes")
        assert all(ours.decide(*pair) == by_hand.decide(*pair) == wanted for pair in pairs)
        lots = [chance.sample(pairs, _DECISIONS) for _ in range(batches)]
        sides = {name: _each(decide, lots, wanted=wanted) for name, decide in rivals.items()}
        sides = {"by hand": _each(by_hand.decide, lots, wanted=wanted), **sides}
        mine = _each(ours.decide, lots, wanted=wanted)
        yield from compare(built, case, mine, sides, each=_DECISIONS)
        if built.busy is not None:
            mine = _each(built.busy.decide, lots, wanted=wanted)
            assert all(built.busy.decide(*pair) == wanted for pair in pairs)
            others = {"by hand": sides["by hand"]}
            yield from compare(built, f"{case}, amid commits", mine, others, each=_DECISIONS)


def _each(decide: Callable[[int, int], bool], lots: Sequence[Sequence[tuple[int, int]]], *, wanted: bool) -> Act:
    def act(number: int) -> None:
        for pair in lots[number]:
            assert decide(*pair) is wanted

    return act


def _deciders(world: World, size: int, folder: Path) -> dict[str, Callable[[int, int], bool]]:
    away, found = missing(), dict[str, Callable[[int, int], bool]]()
    if "django-guardian" not in away:
        guardian = Guardian(world, size, folder)
        found["guardian, generic"] = lambda contact, thing: guardian.decide(contact, thing, direct=False)
        found["guardian, direct"] = lambda contact, thing: guardian.decide(contact, thing, direct=True)
    if "casbin" not in away and size <= _CASBIN_AT_MOST:
        found["casbin"] = Casbin(world, size).decide
    if "cedarpy" not in away:
        cedar = Cedar(world, size)
        found["cedarpy"] = lambda contact, thing: cedar.decide(*cedar.prepared(contact, thing))
    return found


def pages(built: Built) -> Iterator[Line]:
    """List by name: typical clients, and two who see a fifth of everything."""
    world, ours, by_hand = built.world, built.ours, built.by_hand
    away = not built.libraries or "django-guardian" in missing()
    guardian = None if away else Guardian(world, built.size, built.folder)
    for who, contacts in _clients(world, built.size):
        deep, far = ("last", 20) if who == "typical" else ("200th", 199)
        for search, place, depth in ((None, "first", 0), (None, deep, far), (world.search(), "first", 0)):
            for contact in contacts:
                _choose(by_hand, contact, search)
            mine = {contact: _start(ours, contact, search, depth) for contact in contacts}
            theirs = {contact: _start(by_hand, contact, search, depth) for contact in contacts}
            for contact in contacts:
                titles = ours.page(contact, search, mine[contact]).titles
                assert titles == by_hand.page(contact, search, theirs[contact]).titles
            sides: dict[str, Act] = {"by hand": _listing(by_hand, contacts, search, theirs)}
            if guardian is not None:
                sides["guardian, generic"] = _guarded(guardian, contacts, search, theirs, direct=False)
                sides["guardian, direct"] = _guarded(guardian, contacts, search, theirs, direct=True)
            case = f"{who}, {place}{', search' if search else ''}"
            act = _listing(ours, contacts, search, mine)
            yield from compare(built, case, act, sides, each=len(contacts))


def strangers(built: Built) -> Iterator[Line]:
    """
    List for clients one after the other, of whom none has asked before.

    What they see is what chance gave them, mostly little, so the SQL by hand starts from the grants.
    """
    world, ours, by_hand, chance = built.world, built.ours, built.by_hand, random.Random(5)
    count = built.batches + _WARMING
    drawn = chance.sample(range(100, world.contacts), _STRANGERS * count)
    lots = [drawn[number::count] for number in range(count)]
    seen: dict[str, dict[int, Sequence[str]]] = {"ours": {}, "theirs": {}}

    def listing(side: Side, found: dict[int, Sequence[str]]) -> Act:
        def act(number: int) -> None:
            found.update((contact, side.page(contact).titles) for contact in lots[number + _WARMING])

        return act

    others = {"by hand": listing(by_hand, seen["theirs"])}
    yield from compare(
        built, f"{_STRANGERS * len(lots)} in turn, first", listing(ours, seen["ours"]), others, each=_STRANGERS
    )
    assert seen["ours"] == seen["theirs"]


def _clients(world: World, size: int) -> Iterator[tuple[str, Sequence[int]]]:
    yield "typical", world.typical
    yield "19 000 by projects", [world.large_by_projects]
    own = sum(grant.party == world.large_by_own and not grant.organization for grant in world.grants(size))
    if own > world.documents // 6:  # some were drawn twice
        yield "16 000 by own grants", [world.large_by_own]


def _choose(by_hand: Shaped, contact: int, search: str | None) -> None:
    """Have the better shape be taken for this client."""
    took = {}
    for walks in (True, False):
        (by_hand.walks.add if walks else by_hand.walks.discard)(contact)
        start = time.perf_counter()
        for _ in range(3):
            by_hand.page(contact, search)
        took[walks] = time.perf_counter() - start
    (by_hand.walks.add if took[True] < took[False] else by_hand.walks.discard)(contact)


def _start(side: Side, contact: int, search: str | None, depth: int) -> Place:
    """Return where the page after so many begins, or the last one of those that there are."""
    at: Place = None
    for _ in range(depth):
        page = side.page(contact, search, at)
        if page.next is None:
            break
        at = page.next
    return at


def _listing(side: Side, contacts: Sequence[int], search: str | None, starts: dict[int, Place]) -> Act:
    def act(_: int) -> None:
        for contact in contacts:
            side.page(contact, search, starts[contact])

    return act


def _guarded(
    guardian: Guardian, contacts: Sequence[int], search: str | None, starts: dict[int, Place], *, direct: bool
) -> Act:
    def act(_: int) -> None:
        for contact in contacts:
            guardian.page(contact, search, starts[contact], direct=direct)

    return act


def run(world: World, size: int, folder: Path, options: argparse.Namespace) -> Iterator[Line]:
    """Build what is missing, and compare everything at one size."""
    folder.mkdir(parents=True, exist_ok=True)
    pair = STORES[options.store](world, folder)
    ours, by_hand = pair.ours, pair.by_hand
    ready = folder / "ready"
    if not ready.exists():
        ours.add(itertools.islice(world.grants(size), pair.known, None))
        by_hand.add(itertools.islice(world.grants(size), pair.known, None))
        ready.touch()
    try:
        built = Built(
            world=world,
            size=size,
            ours=ours,
            busy=pair.busy,
            by_hand=by_hand,
            folder=folder,
            batches=options.batches,
            clock=time.process_time if options.processor_time else time.perf_counter,
            libraries=options.store == "sqlite" and not options.by_hand_alone,
        )
        if not options.pages_alone:
            yield from decisions(built)
        yield from strangers(built)
        yield from pages(built)
    finally:
        ours.close()
        by_hand.close()
        if pair.busy is not None:
            pair.busy.close()


def plot(lines: Sequence[Line], folder: Path) -> None:
    """Draw how each side's time grows, a picture for deciding and one for each sort of page."""
    pyplot: Any = importlib.import_module("matplotlib.pyplot")
    importlib.import_module("matplotlib").rcParams["svg.hashsalt"] = "sharekit"
    cases = {"decide": [case for case in dict.fromkeys(line.case for line in lines) if case.startswith("decide")]}
    cases["pages"] = [case for case in dict.fromkeys(line.case for line in lines) if not case.startswith("decide")]
    for name, wanted in cases.items():
        columns = min(3, len(wanted))
        height = -(-len(wanted) // columns)
        figure, axes = pyplot.subplots(height, columns, figsize=(4.2 * columns, 3.2 * height), squeeze=False)
        for axis, case in itertools.zip_longest(axes.flat, wanted):
            if case is None:
                axis.set_visible(False)
                continue
            _draw(axis, case, [line for line in lines if line.case == case])
        axes.flat[0].legend(fontsize=7)
        figure.tight_layout()
        figure.savefig(folder / f"access-{name}.svg", metadata={"Date": None})
        pyplot.close(figure)


def _draw(axis: Any, case: str, lines: Sequence[Line]) -> None:  # noqa: ANN401  # of matplotlib, which may be missing
    by_hand = [line for line in lines if line.opponent == "by hand"]
    axis.plot([line.size for line in by_hand], [line.ours * 1e3 for line in by_hand], "o-", label="sharekit", lw=2)
    for opponent in dict.fromkeys(line.opponent for line in lines):
        mine = [line for line in lines if line.opponent == opponent]
        axis.plot([line.size for line in mine], [line.theirs * 1e3 for line in mine], ".--", label=opponent, lw=1)
    axis.set(xscale="log", yscale="log", title=case, xlabel="grants", ylabel="ms")
    axis.grid(visible=True, alpha=0.3)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--batches", type=int, default=30)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--store", choices=[*STORES], default="sqlite")
    parser.add_argument("--folder", type=Path, help="where what is built is kept; for this run alone when not given")
    parser.add_argument("--plot", type=Path, help="where to draw the growth")
    parser.add_argument("--processor-time", action="store_true", help="count what this process computes")
    parser.add_argument("--by-hand-alone", action="store_true", help="compare with no library")
    parser.add_argument("--pages-alone", action="store_true", help="list, and decide nothing")
    options = parser.parse_args()
    if away := missing():
        print("left out, since not installed:", ", ".join(away))
    for members in (1, 100_000):
        print(f"an organisation of {members:,}: rows written to share and to revoke: {rows_written(members)}")
    world = World(documents=options.documents)
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as scratch:
        for size in options.sizes.split(","):
            lines += run(world, int(size), (options.folder or Path(scratch)) / size, options)
    if options.plot is not None:
        plot(lines, options.plot)


if __name__ == "__main__":
    main()
