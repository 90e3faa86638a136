"""
Real files of 170 formats, written by the programs that people use: honest ones, and each under false names.

`collection/make.py` made them, and can make them again.
"""

import io
import json
import tarfile
from functools import cache
from pathlib import Path
from typing import TypedDict

import pytest

from sharekit.errors import UploadRefusedError
from sharekit.screening import FileName, clean_name, verify
from tests.screening._files import ANY

PACK = Path(__file__).parent / "collection" / "files.tar.xz"
FALSE_NAMES: tuple[str, ...] = (
    "pdf",
    "docx",
    "xlsx",
    "pptx",
    "odt",
    "doc",
    "xls",
    "png",
    "jpg",
    "gif",
    "tif",
    "heic",
    "rtf",
    "txt",
    "csv",
    "md",
)
TEXTS = {"txt", "csv", "tsv", "md", "log"}
# What is text and nothing else: under a text name it is that text.
PLAIN = {
    "yaml",
    "toml",
    "inf",
    "srt",
    "org",
    "rst",
    "opml",
    "tex",
    "texi",
    "man",
    "mediawiki",
    "css",
    "applescript",
    "vbe",
}
SAME = (
    {"jpg", "jpeg"},
    {"tif", "tiff"},
    {"bmp", "dib"},
    {"doc", "dot"},
    {"ppt", "pps", "pot"},
    {"xls", "xlt"},
    {"pptx", "ppsx"},
)


class Entry(TypedDict):
    """One line of the manifest."""

    file: str
    format: str
    honest: bool
    taken: bool
    why: str


@cache
def pack() -> dict[str, bytes]:
    """Unpack the collection, once, in memory."""
    with tarfile.open(PACK) as archive:
        return {info.name: file.read() for info in archive if (file := archive.extractfile(info)) is not None}


@cache
def manifest() -> tuple[Entry, ...]:
    """Read what the files are."""
    return tuple(json.loads(pack()["manifest.json"]))


def outcome(name: FileName, data: bytes) -> str:
    """Return ``taken``, or why not."""
    try:
        verify(name, io.BytesIO(data), len(data), ANY)
    except UploadRefusedError as refused:
        return refused.reason
    return "taken"


def test_the_collection_is_large_and_small() -> None:
    """It has at least 120 formats, wanted and unwanted, in at most three mebibytes."""
    formats = {entry["format"] for entry in manifest()}

    assert len(formats) >= 120
    assert PACK.stat().st_size <= 3 * 1024 * 1024
    assert sum(entry["taken"] for entry in manifest()) >= 60
    assert sum(not entry["taken"] for entry in manifest()) >= 120


def test_every_honest_file_gets_its_verdict() -> None:
    """What is ordinary is taken under its own name, all else is refused."""
    wrong = {
        entry["file"]: found
        for entry in manifest()
        if (found := outcome(clean_name(entry["file"]), pack()[entry["file"]])) and (found == "taken") != entry["taken"]
    }

    assert {} == wrong


def _false_names(format_: str) -> set[str]:
    kin = next((family for family in (*SAME, TEXTS) if format_ in family), {format_})
    return set(FALSE_NAMES) - kin - (TEXTS if format_ in PLAIN else set())


@pytest.mark.parametrize("false", FALSE_NAMES)
def test_no_file_passes_under_a_false_name(false: str) -> None:
    """The same bytes under the name of another type are refused, whatever they are."""
    passed = [
        entry["file"]
        for entry in manifest()
        if false in _false_names(entry["format"])
        and outcome(FileName(f"a.{false}", false), pack()[entry["file"]]) == "taken"
    ]

    assert [] == passed


def test_no_file_names_the_machine_it_was_made_on() -> None:
    """No path and no user's name of a machine is in any of them."""
    telling = [name for name, data in pack().items() if b"/root/" in data or b"/home/" in data or b"/tmp/" in data]

    assert [] == telling
