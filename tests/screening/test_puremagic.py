"""A second opinion by puremagic: it may only add refusals."""

import io
import zipfile
from typing import Any, BinaryIO

import pytest

from sharekit import Access, Contact, ResourceRef, Staff, errors
from sharekit.screening import FileName, clean_name, verify
from sharekit.screening.puremagic import PuremagicDetector
from sharekit.testing import kit
from tests.screening._files import ANY
from tests.screening.test_collection import manifest, pack

DETECTOR = PuremagicDetector()


def test_it_refuses_no_honest_file() -> None:
    """It has nothing against any file of the collection that is to be taken."""
    files = {entry["file"]: pack()[entry["file"]] for entry in manifest() if entry["taken"]}
    against = {name: DETECTOR(clean_name(name), io.BytesIO(data), len(data)) for name, data in files.items()}

    assert len(files) > 40
    assert {} == {name: found for name, found in against.items() if found is not None}


BEGINNINGS = {
    "audio/mpeg": b"ID3\x04" + bytes(200),
    "audio/flac": b"fLaC" + bytes(200),
    "application/x-7z-compressed": b"7z\xbc\xaf\x27\x1c" + bytes(200),
}


@pytest.mark.parametrize("found", BEGINNINGS)
def test_it_says_what_a_file_begins_as(found: str) -> None:
    """Sound and archives are named, also where much else follows."""
    data = BEGINNINGS[found] + b"x" * 200_000

    assert found == DETECTOR(clean_name("lease.pdf"), io.BytesIO(data), len(data))


def test_a_large_office_file_is_read_in_part() -> None:
    """A ZIP archive of which it sees the beginning alone is nothing against a file, and no fault."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        pack.writestr("[Content_Types].xml", "<Types/>")
        pack.writestr("word/document.xml", "x" * 300_000)

    assert DETECTOR(clean_name("lease.docx"), io.BytesIO(out.getvalue()), len(out.getvalue())) is None


def test_a_kit_shows_it_what_people_outside_send() -> None:
    """What a detector is against is refused with what it found; staff are not asked, and nothing stays."""
    project, maria = ResourceRef("project", "42"), Staff("maria")
    seen: list[str] = []

    def no_drafts(name: FileName, file: BinaryIO, size: int) -> str | None:
        seen.append(name.display)
        return "draft" if b"DRAFT" in file.read(size) else None

    made = kit(detectors=[DETECTOR, no_drafts])
    made.catalog.put(project, title="Relaunch", client_title="Relaunch", by=maria)
    ana = Contact(made.people.add_contact("Ana", "ana@x.test", by=maria).id)
    made.shares.grant(project, to=ana, by=maria, access=Access.CONTRIBUTE)
    with pytest.raises(errors.UploadRefusedError) as refused:
        made.documents.add(project, "Lease.txt", b"DRAFT of the lease", by=ana)
    made.documents.add(project, "Lease.txt", b"The lease", by=ana)
    made.documents.add(project, "Draft.txt", b"DRAFT of the lease", by=maria)

    assert ("detected", "draft") == (refused.value.reason, refused.value.found)
    assert 2 == len(seen)
    assert ["Draft.txt", "Lease.txt"] == sorted(each.name for each in made.documents.of(project, by=maria))


@pytest.mark.parametrize("bad", [None, 7, "puremagic", [PuremagicDetector], [None]])
def test_what_is_no_detector_is_a_wrong_setting(bad: Any) -> None:  # noqa: ANN401  # what no type checker lets through
    """A class in place of one of its kind is told at start."""
    with pytest.raises(errors.ConfigurationError) as refused:
        kit(detectors=bad)

    assert "detectors" == refused.value.setting


def test_a_detector_never_lets_in() -> None:
    """What the proofs refuse is refused before it is asked."""
    with pytest.raises(errors.UploadRefusedError) as refused:
        verify(clean_name("a.pdf"), io.BytesIO(b"no pdf at all"), 13, ANY, detectors=[DETECTOR])

    assert "detected" != refused.value.reason
