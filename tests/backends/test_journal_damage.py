"""A journal's files that are not what was written are refused, and what is not a journal's is left alone."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sharekit.backends.fsspec import JournalRecordStore
from sharekit.errors import ConfigurationError, IntegrityError
from sharekit.ports import Int, KindSpec, Query
from tests.backends._journals import FilesDoor, every, journal, sealed
from tests.backends._notes import NOTE, TENANT, got, keep, note


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal with three commits."""
    store = journal(tmp_path)
    for id_ in "abc":
        keep(store, note(id_, body='{"text": "some text"}'))
    return tmp_path


def commit(path: Path, number: int) -> Path:
    """The file of a commit."""
    return path / "commits" / f"{number:012d}"


def test_a_flipped_bit_is_found_wherever_it_is(path: Path, deep: bool) -> None:
    """A commit in which one bit is another is refused on replay and never passed over."""
    whole = commit(path, 2).read_bytes()
    places = range(len(whole)) if deep else range(0, len(whole), 3)
    read: list[int] = []
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << (place % 8)
        commit(path, 2).write_bytes(flipped)
        try:
            journal(path)
        except (IntegrityError, ConfigurationError):
            continue
        read.append(place)
    commit(path, 2).write_bytes(whole)

    assert read == []
    assert got(journal(path), "c") == note("c", revision=1, body='{"text": "some text"}')


def test_a_flipped_bit_in_a_checkpoint_is_found(path: Path) -> None:
    """A damaged checkpoint is refused, and the way out is to take it away: what came before is still there."""
    store = journal(path)
    store._journal.folder.create("checkpoints/000000000003", b"")  # as a lying server would have it
    with pytest.raises(IntegrityError) as caught:
        journal(path)
    (path / "checkpoints" / "000000000003").unlink()

    assert caught.value.kind == "checkpoint 3"
    assert got(journal(path), "b") is not None


@pytest.mark.parametrize("length", [1, 20, 82, 83, 120, -1])
def test_a_torn_file_is_refused(path: Path, length: int) -> None:
    """A commit of which the end is missing raises `IntegrityError` in the transaction that comes upon it."""
    store = journal(path)
    FilesDoor(path).write(note("d", revision=1))
    commit(path, 4).write_bytes(commit(path, 4).read_bytes()[:length])
    with pytest.raises(IntegrityError) as caught:
        got(store, "a")

    assert caught.value.kind == "commit 4"


def test_an_empty_commit_that_no_checkpoint_has_is_refused(path: Path) -> None:
    """A file that lost all its bytes is not taken for one that was let go of."""
    commit(path, 2).write_bytes(b"")
    with pytest.raises(IntegrityError) as caught:
        journal(path)

    assert caught.value.kind == "commit 2"


def test_a_newer_format_is_refused(path: Path) -> None:
    """What a newer release wrote raises `ConfigurationError` with both numbers, and is not guessed at."""
    commit(path, 4).write_bytes(sealed(b"{}\n", version=2))
    with pytest.raises(ConfigurationError, match=r"format 2, .* format 1"):
        journal(path)


def test_swapped_and_foreign_commits_are_refused(path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A whole file under another number, or from another journal, does not fit in."""
    other = tmp_path_factory.mktemp("other")
    store = journal(other)
    keep(store, note("x"))
    keep(store, note("y"))
    second = commit(path, 2).read_bytes()
    commit(path, 2).write_bytes(commit(path, 3).read_bytes())
    with pytest.raises(IntegrityError, match="what stands in it is no commit"):
        journal(path)
    commit(path, 2).write_bytes(commit(other, 2).read_bytes())
    with pytest.raises(IntegrityError, match="follows another commit"):
        journal(path)
    commit(path, 2).write_bytes(second)

    assert got(journal(path), "c") is not None


ABOUT: dict[str, object] = {"commit": 4, "id": "x", "previous": "?", "tenant": "acme"}
LINE: list[object] = ["short-note", "d", 1, 1, {}, "{}"]
OTHERS: list[tuple[dict[str, object], list[object]]] = [
    ({"tenant": 5}, [LINE]),
    ({"commit": "4"}, [LINE]),
    ({}, [{}]),
    ({}, [[]]),
    ({}, [[1, 2]]),
    ({}, [LINE[:5]]),
    ({}, [[*LINE, "more"]]),
    ({}, [[*LINE[:2], "1", *LINE[3:]]]),
    ({}, [[*LINE[:4], [], "{}"]]),
    ({}, [[*LINE[:4], {"at": {"time": "soon"}}, "{}"]]),
    ({}, [[*LINE[:4], {"at": {"time": 10**30}}, "{}"]]),
    ({}, [[*LINE[:4], {"at": {}}, "{}"]]),
]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"not JSON\n",
        b"[]\n",
        b"{}\n",
        json.dumps(ABOUT).encode(),
        *("\n".join([json.dumps({**ABOUT, **about}), *map(json.dumps, lines), ""]).encode() for about, lines in OTHERS),
    ],
)
def test_a_whole_file_with_senseless_content_is_refused(path: Path, content: bytes) -> None:
    """A digest that fits does not make a commit of what is none."""
    previous = commit(path, 3).read_bytes().split()[2]
    commit(path, 4).write_bytes(sealed(content.replace(b'"?"', b'"%s"' % previous)))

    with pytest.raises(IntegrityError):
        journal(path)


@pytest.mark.parametrize(
    "content",
    [b"{}\n", b'{"checkpoint": 9}\n', b'{"checkpoint": 3, "digest": "", "recent": 5}\n', b"[]\n", b"{}\n[1]\n"],
)
def test_a_checkpoint_with_senseless_content_is_refused(path: Path, content: bytes) -> None:
    """The same for checkpoints."""
    (path / "checkpoints" / "000000000003").write_bytes(sealed(content))

    with pytest.raises(IntegrityError):
        journal(path)


def test_foreign_files_are_left_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are not the journal's are neither read nor changed nor removed, by checkpoints either."""
    every(monkeypatch, 2)
    foreign = [
        path / "notes.txt",
        path / "commits" / "notes.txt",
        path / "checkpoints" / "notes.txt",
        path / "checkpoints" / "999",
        path / "checkpoints" / "99999999999x",
        path / "probes" / "mine",
    ]
    for file in foreign:
        file.write_bytes(b"mine")
    store = journal(path)
    for id_ in "defghi":
        keep(store, note(id_))
    store.compact()
    fresh = journal(path)

    assert [file.read_bytes() for file in foreign] == [b"mine"] * len(foreign)
    with fresh.transaction(TENANT) as tx:
        assert tx.count(Query("short-note")) == 9


def test_a_key_of_another_type_is_refused(path: Path) -> None:
    """Opening with a type that stored values do not have raises `ConfigurationError`; nothing is changed."""
    keep(journal(path), note("d", title="a text"))
    store = JournalRecordStore(path)
    with pytest.raises(ConfigurationError, match="'title'"):
        store.open([KindSpec("short-note", {**NOTE.keys, "title": Int})])
    store.open([NOTE])

    assert got(store, "d") == note("d", revision=1, title="a text")


def test_a_value_of_another_type_is_not_taken_up(path: Path) -> None:
    """A store that runs refuses a commit with a value that is not of the type it declared, and keeps its state."""
    store = journal(path)
    FilesDoor(path).write(note("d", revision=1, size="large"))
    with pytest.raises(IntegrityError, match="'size'"):
        got(store, "a")

    assert store._journal.state.number == 3


def test_a_lost_folder_is_an_error_and_not_an_empty_store(path: Path) -> None:
    """When the folder is gone a store that runs says so, and makes no other one."""
    store = journal(path)
    (path / "commits").rename(path / "taken-away")
    uses: list[Callable[[], object]] = [lambda: got(store, "a"), lambda: keep(store, note("d"))]
    for use in uses:
        with pytest.raises(Exception, match="the store failed"):
            use()

    assert not (path / "commits").exists()
