"""Documents are added, shared, replaced, read, and taken away again."""

import io
import itertools
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest

from sharekit import Access, Action, Contact, NewChildren, Order, ResourceRef, Right, Staff, Visibility, errors, signals
from sharekit.records import events
from sharekit.records.documents import Document, Source, Upload
from sharekit.records.uploads import UploadPolicy
from sharekit.testing import kit, project_kind
from tests.features._documents import DAY, PROGRAM, blobs_of, bytes_of, names, text
from tests.features.conftest import Agency, wrong

LIMIT = 1000


@pytest.fixture
def ana(agency: Agency) -> Contact:
    """A contact who may contribute to the project."""
    ana = agency.person("Ana")
    agency.share(agency.relaunch, ana, access=Access.CONTRIBUTE)
    return ana


def test_what_staff_add_is_read_by_whoever_has_the_project(agency: Agency, ana: Contact) -> None:
    """A document in a shared project is in the client's list, with its bytes, and the client may not see the rest."""
    plan = agency.kit.documents.add(agency.relaunch, "Plan.txt", text(100), by=agency.maria)
    stranger = agency.person("Eve")

    assert names(agency, ana) == ["Plan.txt"]
    assert bytes_of(agency, plan, ana) == text(100)
    assert agency.kit.access.decide(ana, Action.VIEW, plan.ref)
    assert names(agency, stranger) == []
    with pytest.raises(errors.NotFoundError):
        agency.kit.documents.open(plan, by=stranger)


def test_adding_is_told_and_kept_in_the_trail(agency: Agency) -> None:
    """A signal and an entry of the audit trail say that a document came; neither holds its name."""
    heard: list[events.DocumentAdded] = []
    with signals.document_added.connected(heard.append):
        plan = agency.kit.documents.add(agency.relaunch, "Secret.txt", text(10), by=agency.maria)
    entry = agency.kit.audit.entries(ref=plan.ref)[0]

    assert [(event.ref, event.size, event.source) for event in heard] == [(plan.ref, 10, Source.STAFF)]
    assert "document-added" == entry.action
    assert "Secret" not in repr(entry)


def test_a_stream_may_be_bytes_a_file_or_chunks(agency: Agency) -> None:
    """Whatever gives bytes is read to its end; anything else is refused."""
    data = text(200_000)
    chunks = (data[start : start + 7777] for start in range(0, len(data), 7777))
    streams: list[object] = [data, bytearray(data), io.BytesIO(data), chunks, iter([data])]
    added = [
        agency.kit.documents.add(agency.relaunch, f"{number}.txt", wrong(stream), by=agency.maria)
        for number, stream in enumerate(streams)
    ]

    assert [bytes_of(agency, document) for document in added] == [data] * len(streams)
    for bad in ("text", 7, None, ["text"], [7], io.StringIO("text")):
        with pytest.raises(errors.InvalidInputError):
            agency.kit.documents.add(agency.relaunch, "x.txt", wrong(bad), by=agency.maria)
    assert len(blobs_of(agency)) == len(streams)


def test_a_new_version_is_the_same_document(agency: Agency, ana: Contact) -> None:
    """Clients get the new version at once under the old reference; staff can still read the one before."""
    plan = agency.kit.documents.add(agency.relaunch, "Plan.txt", text(10), by=agency.maria)
    first = agency.kit.documents.look(plan, by=ana)
    agency.clock.advance(DAY)
    after = agency.kit.documents.replace(plan, text(20), by=agency.maria)
    second = agency.kit.documents.look(plan, by=ana)
    listed = agency.kit.documents.visible(ana).items[0]

    assert (plan.ref, 2) == (after.ref, after.version)
    assert bytes_of(agency, plan, ana) == text(20)
    assert first.etag != second.etag
    assert (listed.size, listed.activity) == (20, agency.clock.now())
    assert [(version.number, version.size) for version in agency.kit.documents.versions(plan, by=agency.maria)] == [
        (1, 10),
        (2, 20),
    ]
    assert agency.kit.documents.open(plan, by=agency.maria, version=1).read() == text(10)
    with pytest.raises(errors.NotFoundError):
        agency.kit.documents.open(plan, by=ana, version=1)
    with pytest.raises(errors.NotFoundError):
        agency.kit.documents.open(plan, by=agency.maria, version=3)


def test_clients_never_overwrite(agency: Agency, ana: Contact) -> None:
    """A client who adds a file of the same name adds another document, and may change none, not even their own."""
    mine = agency.kit.documents.add(agency.relaunch, "Plan.txt", text(10), by=ana)
    agency.kit.documents.add(agency.relaunch, "Plan.txt", text(20), by=ana)

    assert names(agency, ana) == ["Plan.txt", "Plan.txt"]
    for change in (
        lambda: agency.kit.documents.replace(mine, text(1), by=wrong(ana)),
        lambda: agency.kit.documents.rename(mine, "Other.txt", by=ana),
        lambda: agency.kit.documents.remove(mine, by=ana),
        lambda: agency.kit.documents.unshare(mine, by=ana),
        lambda: agency.kit.documents.versions(mine, by=ana),
        lambda: agency.kit.documents.of(agency.relaunch, by=ana),
        lambda: agency.kit.documents.get(mine, by=ana),
        lambda: agency.kit.documents.copy(mine, agency.relaunch, by=ana),
        lambda: agency.kit.documents.of_contacts([ana], by=ana),
        lambda: agency.kit.documents.share(mine, to=ana, by=ana),
    ):
        with pytest.raises(errors.NotAllowedError):
            change()


def test_a_name_is_changed_with_its_ending_kept(agency: Agency, ana: Contact) -> None:
    """A renamed document is listed, searched and downloaded by its new name; its ending says what it is and stays."""
    plan = agency.kit.documents.add(agency.relaunch, "Plan.txt", text(10), by=agency.maria)
    agency.kit.documents.rename(plan, "Zeitplan.txt", by=agency.maria)

    assert names(agency, ana, search="zeit") == ["Zeitplan.txt"]
    assert agency.kit.documents.look(plan, by=ana).name == "Zeitplan.txt"
    for bad in ("Plan.exe", "Plan", "", "..", "Plan.txt\x00.exe"):
        with pytest.raises(errors.InvalidInputError):
            agency.kit.documents.rename(plan, bad, by=agency.maria)
    with pytest.raises(errors.InvalidInputError):
        agency.kit.catalog.put(plan.ref, title="Other", by=agency.maria)


def test_a_long_name_is_kept_whole(agency: Agency) -> None:
    """A file name may be longer than a title; it is kept, and its title in the catalog is shortened in the middle."""
    name = "ä" * 120 + ".txt"
    plan = agency.kit.documents.add(agency.relaunch, name, text(10), by=agency.maria)
    longer = agency.kit.documents.add(agency.relaunch, "x" * 240 + ".txt", text(10), by=agency.maria)

    assert plan.name == name
    assert longer.name == "x" * 240 + ".txt"
    assert len(agency.kit.catalog.get(longer.ref).title) == 200
    assert agency.kit.catalog.get(longer.ref).title.endswith("xxxx.txt")


def test_a_removed_document_is_gone_from_every_portal_and_from_staff(agency: Agency, ana: Contact) -> None:
    """Nobody finds or reads a removed document; its bytes go with a sweep after the grace time, and no sooner."""
    plan = agency.kit.documents.add(agency.relaunch, "Plan.txt", text(10), by=agency.maria)
    agency.kit.documents.replace(plan, text(20), by=agency.maria)
    agency.kit.documents.remove(plan, by=agency.maria)
    agency.kit.documents.remove(plan, by=agency.maria)
    early = agency.kit.sweep(dry_run=False)
    agency.clock.advance(DAY)
    late = agency.kit.sweep(dry_run=False)

    assert names(agency, ana) == names(agency, agency.maria) == []
    assert agency.kit.documents.of(agency.relaunch, by=agency.maria) == []
    for reader in (ana, agency.maria):
        with pytest.raises(errors.NotFoundError):
            agency.kit.documents.open(plan, by=reader)
    assert (len(early.blobs), len(late.blobs), blobs_of(agency)) == (0, 2, set())
    with pytest.raises(errors.NotFoundError):
        agency.kit.documents.replace(plan, text(1), by=agency.maria)
    with pytest.raises(errors.NotFoundError):
        agency.kit.documents.remove("never-there", by=agency.maria)


def test_an_unshared_document_stays_with_staff(agency: Agency, ana: Contact) -> None:
    """Unsharing takes a document from every client, also from one who has the project, and ends its links."""
    plan = agency.kit.documents.add(agency.relaunch, "Plan.txt", text(10), by=agency.maria)
    ben = agency.person("Ben")
    agency.kit.documents.share(plan, to=ben, by=agency.maria)
    agency.kit.documents.unshare(plan, by=agency.maria)
    agency.kit.documents.unshare(plan, by=agency.maria)

    assert names(agency, ana) == names(agency, ben) == []
    assert names(agency, agency.maria) == ["Plan.txt"]
    assert agency.kit.shares.of(plan.ref) == []
    assert len(agency.kit.audit.entries(action="document-unshared")) == 1


def test_sharing_what_was_unshared_opens_it_to_nobody_else(agency: Agency, ana: Contact) -> None:
    """Who has the project does not get back what was unshared when it is shared with another one."""
    plan = agency.kit.documents.add(agency.relaunch, "Plan.txt", text(10), by=agency.maria)
    hidden = agency.kit.documents.add(
        agency.relaunch, "Hidden.txt", text(10), by=agency.maria, visibility=Visibility.INTERNAL
    )
    ben = agency.person("Ben")
    agency.kit.documents.unshare(plan, by=agency.maria)
    agency.kit.documents.share([plan, hidden.ref], to=ben, by=agency.maria)
    seen_by_ana = names(agency, ana)
    agency.kit.catalog.unrestrict(plan.ref, by=agency.maria)

    assert names(agency, ben) == ["Hidden.txt", "Plan.txt"]
    assert seen_by_ana == []
    assert names(agency, ana) == ["Plan.txt"]


def test_several_are_shared_with_several_in_one_step(agency: Agency) -> None:
    """New files and documents that are there are shared with people and companies, all or nothing."""
    old = agency.kit.documents.add(agency.relaunch, "Old.txt", text(5), by=agency.maria)
    ana, ben = agency.person("Ana"), agency.person("Ben")
    acme = agency.company("Acme", ben)
    items: list[Document | Upload] = [old, Upload("New.txt", text(10)), Upload("Newer.txt", text(20))]
    documents, grants = agency.kit.documents.share(items, to=[ana, acme], by=agency.maria, container=agency.relaunch)

    assert [document.name for document in documents] == ["Old.txt", "New.txt", "Newer.txt"]
    assert len(grants) == 6
    assert names(agency, ana) == names(agency, ben) == ["New.txt", "Newer.txt", "Old.txt"]
    assert {grant.ref for grant in agency.kit.shares.of(documents[1].ref)} == {documents[1].ref}

    rows, blobs = agency.everything(), blobs_of(agency)
    bad: list[object] = [Upload("A.txt", text(5)), Upload("B.exe", PROGRAM)]
    with pytest.raises(errors.UploadRefusedError):
        agency.kit.documents.share(wrong(bad), to=ana, by=agency.maria, container=agency.relaunch)

    assert names(agency, ana) == ["New.txt", "Newer.txt", "Old.txt"]
    assert blobs_of(agency) == blobs
    assert len(agency.everything()) == len(rows) + 1  # that it was refused


def test_sharing_for_internal_use_lets_nobody_in(agency: Agency) -> None:
    """A share for internal use files a document under a contact, who sees nothing of it (A3)."""
    ana = agency.person("Ana")
    documents, grants = agency.kit.documents.share(
        Upload("Memo.txt", text(5)),
        to=ana,
        by=agency.maria,
        container=agency.relaunch,
        visibility=Visibility.INTERNAL,
    )

    assert names(agency, ana) == []
    assert [grant.visibility for grant in grants] == [Visibility.INTERNAL]
    assert [document.name for document in documents] == ["Memo.txt"]


def test_a_clients_upload_names_where_it_came_from(agency: Agency, ana: Contact) -> None:
    """An upload lies among the case's documents as a portal document, its creator being the owner (C5)."""
    mine = agency.kit.documents.add(agency.relaunch, "Card.txt", text(30), by=ana)
    listed = agency.kit.documents.visible(ana).items[0]
    told = agency.kit.documents.of_contacts(ana, by=agency.maria).items[0]

    assert (mine.creator, mine.provenance.source, mine.provenance.type_label) == (
        agency.maria.key,
        Source.PORTAL,
        "Document (Portal)",
    )
    assert mine.provenance.sender == ana.key
    assert [document.id for document in agency.kit.documents.of(agency.relaunch, by=agency.maria)] == [mine.id]
    assert (listed.uploaded, listed.uploader) == (True, None)
    assert (told.uploaded, told.uploader, told.contacts) == (True, ana, (ana,))


def test_uploads_go_over_to_the_contact_that_somebody_turned_out_to_be(agency: Agency, ana: Contact) -> None:
    """After a merger an upload is the other's, in their own list and in staff's; who sent it stays on record."""
    mine = agency.kit.documents.add(agency.relaunch, "Card.txt", text(30), by=ana)
    twin = agency.person("Twin")
    agency.kit.people.merge(ana, into=twin, by=agency.maria)

    assert [item.uploaded for item in agency.kit.documents.visible(twin).items] == [True]
    assert [item.uploader for item in agency.kit.documents.of_contacts(twin, by=agency.maria).items] == [twin]
    assert agency.kit.documents.get(mine, by=agency.maria).provenance.sender == ana.key


def test_two_new_versions_at_once_are_two_versions(agency: Agency) -> None:
    """Whoever replaces a document while others do, each gets a number of their own, and the last one is read."""
    plan = agency.kit.documents.add(agency.relaunch, "Plan.txt", text(10), by=agency.maria)
    sizes = range(20, 28)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda size: agency.kit.documents.replace(plan, text(size), by=agency.maria), sizes))
    versions = agency.kit.documents.versions(plan, by=agency.maria)

    assert [version.number for version in versions] == list(range(1, 10))
    assert {version.size for version in versions} == {10, *sizes}
    assert len(bytes_of(agency, plan)) == versions[-1].size


def test_the_same_upload_sent_twice_at_once_is_one(agency: Agency, ana: Contact) -> None:
    """Of several tries with one idempotency key at the same time, one adds the document and the others find it."""
    with ThreadPoolExecutor(4) as pool:
        tries = [
            pool.submit(agency.kit.documents.add, agency.relaunch, "a.txt", text(10), by=ana, idempotency_key="once")
            for _ in range(8)
        ]
    added = {each.result().id for each in tries}

    assert len(added) == 1
    assert len(blobs_of(agency)) == 1
    assert names(agency, ana) == ["a.txt"]


def test_contributing_takes_a_grant_that_says_so(agency: Agency) -> None:
    """Who may only look at a project adds nothing to it; to who may not see it, it is not there."""
    looks, stranger = agency.person("Looks"), agency.person("Eve")
    agency.share(agency.relaunch, looks)
    with pytest.raises(errors.NotAllowedError):
        agency.kit.documents.add(agency.relaunch, "x.txt", text(5), by=looks)
    refused: list[str] = []
    for container in (agency.relaunch, attrs.evolve(agency.relaunch, id="never-there")):
        with pytest.raises(errors.NotFoundError) as caught:
            agency.kit.documents.add(container, "x.txt", text(5), by=stranger)
        refused.append(str(caught.value))
    with pytest.raises(errors.NotFoundError):
        agency.kit.documents.add(None, "x.txt", text(5), by=looks)

    assert len(set(refused)) == 1
    assert blobs_of(agency) == set()


def test_an_own_upload_is_seen_where_new_things_wait(agency: Agency, ana: Contact) -> None:
    """Where new things wait to be opened, a client sees what they uploaded, and others do not; hidden is hidden."""
    ben = agency.person("Ben")
    agency.share(agency.relaunch, ben)
    agency.put(agency.relaunch, title="Relaunch (cheap variant)", new_children=NewChildren.ASK)
    agency.kit.documents.add(agency.relaunch, "Waits.txt", text(5), by=ana)
    agency.put(agency.relaunch, title="Relaunch (cheap variant)", new_children=NewChildren.HIDDEN)
    agency.kit.documents.add(agency.relaunch, "Hidden.txt", text(5), by=ana)

    assert names(agency, ana) == ["Waits.txt"]
    assert names(agency, ben) == []
    assert names(agency, agency.maria) == ["Hidden.txt", "Waits.txt"]


def test_what_outsiders_send_is_screened(agency: Agency, ana: Contact) -> None:
    """A client's program is refused under any name, and staff's too; nothing of either stays, and staff hear of it."""
    rows = len(agency.everything())
    heard: list[events.UploadRefused] = []
    with signals.upload_refused.connected(heard.append):
        for name in ("run.exe", "letter.txt", "letter.pdf"):
            with pytest.raises(errors.UploadRefusedError):
                agency.kit.documents.add(agency.relaunch, name, PROGRAM, by=ana)
        with pytest.raises(errors.UploadRefusedError):
            agency.kit.documents.add(agency.relaunch, "run.exe", PROGRAM, by=agency.maria)

    assert blobs_of(agency) == set()
    assert [event.container for event in heard] == [agency.relaunch.key] * 4
    assert len(agency.everything()) == rows + 4
    assert agency.kit.documents.of(agency.relaunch, by=agency.maria) == []


def test_browser_types_of_staff_are_kept_and_never_inline(agency: Agency) -> None:
    """Staff may add a web page; it is served as an attachment only."""
    page = b"<!doctype html><script>alert(1)</script>"
    added = agency.kit.documents.add(agency.relaunch, "Page.html", page, by=agency.maria)

    assert bytes_of(agency, added) == page
    assert not agency.kit.documents.look(added, by=agency.maria).inline


class _Endless:
    """A body without an end, which knows how much of it was taken."""

    def __init__(self) -> None:
        self.taken = 0

    def read(self, size: int, /) -> bytes:
        self.taken += size
        return b"word " * (size // 5) + b"w" * (size % 5)


def test_the_limit_is_exact_whatever_is_said(agency: Agency, ana: Contact) -> None:
    """A file of exactly the limit is taken, one byte more is not, an endless one is stopped at once (R-UP-1)."""
    policy = UploadPolicy(max_bytes=100_000)
    agency.kit.documents.add(agency.relaunch, "fits.txt", text(100_000), by=ana, policy=policy, declared_size=5)
    endless = _Endless()
    for stream, declared in ((text(100_001), None), (text(100_001), 10), (text(5), 100_001), (endless, None)):
        with pytest.raises(errors.UploadRefusedError) as caught:
            agency.kit.documents.add(agency.relaunch, "x.txt", stream, by=ana, policy=policy, declared_size=declared)
        assert caught.value.reason == "too-large"

    assert names(agency, ana) == ["fits.txt"]
    assert endless.taken <= 100_000 + 2 * 64 * 1024
    assert len(blobs_of(agency)) == 1


def test_staff_have_a_limit_of_their_own(agency: Agency) -> None:
    """What staff add is as large as the kit was told, and no larger."""
    small = kit(records=agency.records, clock=agency.clock, kinds=[project_kind()], max_staff_bytes=LIMIT)
    small.documents.add(agency.relaunch, "fits.txt", text(LIMIT), by=agency.maria)

    with pytest.raises(errors.UploadRefusedError):
        small.documents.add(agency.relaunch, "large.txt", text(LIMIT + 1), by=agency.maria)


def test_a_body_that_breaks_off_leaves_nothing(agency: Agency, ana: Contact) -> None:
    """What the body of a request raises is raised on, and nothing of the file stays."""

    def breaking() -> Iterator[bytes]:
        yield text(70_000)
        raise ConnectionAbortedError

    rows = len(agency.everything())
    for by in (ana, agency.maria):
        with pytest.raises(ConnectionAbortedError):
            agency.kit.documents.add(agency.relaunch, "x.txt", breaking(), by=by)

    assert blobs_of(agency) == set()
    assert len(agency.everything()) == rows


def test_doing_it_again_with_the_same_key_does_nothing(agency: Agency, ana: Contact) -> None:
    """A retry within a day finds what came of the first try; the key of something else is refused (R-BLOB-8)."""
    add = agency.kit.documents.add
    first = add(agency.relaunch, "a.txt", text(10), by=ana, idempotency_key="k1")
    again = add(agency.relaunch, "a.txt", text(10), by=ana, idempotency_key="k1")
    with pytest.raises(errors.KeyReusedError):
        add(agency.relaunch, "a.txt", text(11), by=ana, idempotency_key="k1")
    by_another = add(agency.relaunch, "a.txt", text(10), by=agency.maria, idempotency_key="k1")
    replace = agency.kit.documents.replace
    replace(first, text(30), by=agency.maria, idempotency_key="k1")
    replaced = replace(first, text(30), by=agency.maria, idempotency_key="k1")
    agency.clock.advance(DAY)
    later = add(agency.relaunch, "a.txt", text(10), by=ana, idempotency_key="k1")

    assert first == again
    assert len({first.id, by_another.id, later.id}) == 3
    assert replaced.version == 2
    assert len(blobs_of(agency)) == 4


def test_a_copy_is_a_document_of_its_own(agency: Agency, ana: Contact) -> None:
    """What is copied from the library has its own bytes and its own end, and says what it is a copy of."""
    folder = agency.thing("folder-1", container=None, title="Library", client_title="Library")
    plan = agency.kit.documents.add(folder, "Plan.txt", text(10), by=agency.maria)
    copied = agency.kit.documents.copy(plan, agency.relaunch, by=agency.maria)
    agency.kit.documents.remove(plan, by=agency.maria)
    agency.clock.advance(DAY)
    agency.kit.sweep(dry_run=False)

    assert bytes_of(agency, copied, ana) == text(10)
    assert (copied.provenance.source, copied.provenance.copied_from) == (Source.LIBRARY, plan.ref)
    assert len(blobs_of(agency)) == 1


def test_parts_are_read_by_their_bounds(agency: Agency, ana: Contact) -> None:
    """Bounds count as those of a slice do, and those outside of the file are cut to it."""
    data = text(300_000)
    plan = agency.kit.documents.add(agency.relaunch, "Plan.txt", data, by=agency.maria)
    bounds = [(None, None), (0, 1), (5, 5), (299_999, None), (100_000, 200_000), (300_000, None), (10, 9**9), (7, 3)]

    for start, stop in bounds:
        reader = agency.kit.documents.open(plan, by=ana, start=start, stop=stop)
        assert reader.read() == data[start:stop]
    for bad in (-1, True, "5", 1.5):
        with pytest.raises(errors.InvalidInputError):
            agency.kit.documents.open(plan, by=ana, start=wrong(bad))


def test_several_are_read_as_one_zip(agency: Agency, ana: Contact) -> None:
    """A ZIP holds each document once under a name of its own, and is refused when one of them is not the reader's."""
    data = [text(200_000, "one"), text(10, "two"), b"x"]
    add = agency.kit.documents.add
    added = [
        add(agency.relaunch, name, each, by=agency.maria)
        for name, each in zip(["Plan.txt", "plan.TXT", "Ünïcode Łódź.txt"], data, strict=True)
    ]
    memo = add(agency.relaunch, "Memo.txt", text(5), by=agency.maria, visibility=Visibility.INTERNAL)
    packed = zipfile.ZipFile(io.BytesIO(b"".join(agency.kit.documents.zip([*added, added[0].ref], by=ana))))

    assert packed.testzip() is None
    assert packed.namelist() == ["Plan.txt", "plan (2).TXT", "Ünïcode Łódź.txt"]
    assert [packed.read(name) for name in packed.namelist()] == data
    with pytest.raises(errors.NotFoundError):
        agency.kit.documents.zip([*added, memo], by=ana)
    with pytest.raises(errors.InvalidInputError):
        agency.kit.documents.zip([], by=ana)


def test_a_zip_ends_where_access_ends(agency: Agency, ana: Contact) -> None:
    """What is taken back while a ZIP is being read is not in it, and the ZIP has no end that makes it look whole."""
    added = [
        agency.kit.documents.add(agency.relaunch, f"{n}.txt", text(200_000, f"n{n}"), by=agency.maria) for n in (1, 2)
    ]
    pieces = agency.kit.documents.zip(added, by=ana)
    begun = [next(pieces)]
    agency.kit.documents.unshare(added[1], by=agency.maria)
    with pytest.raises(errors.NotFoundError):
        begun.extend(pieces)

    assert b"n2 in a line" not in b"".join(begun)
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(begun)))


def test_lists_are_sorted_searched_and_paged(agency: Agency, ana: Contact) -> None:
    """A client's documents come by name, activity or creation, a page at a time, and are found by name."""
    added: dict[str, Document] = {}
    for name in ("Über.txt", "alpha.txt", "Zeta.txt", "beta.txt"):
        agency.clock.advance(DAY)
        added[name] = agency.kit.documents.add(agency.relaunch, name, text(5), by=agency.maria)
    agency.clock.advance(DAY)
    agency.kit.documents.replace(added["alpha.txt"], text(6), by=agency.maria)
    page = agency.kit.documents.visible(ana, limit=3, count=True)

    assert names(agency, ana) == ["alpha.txt", "beta.txt", "Über.txt", "Zeta.txt"]
    assert names(agency, ana, order=Order.CREATED, descending=True) == ["beta.txt", "Zeta.txt", "alpha.txt", "Über.txt"]
    assert names(agency, ana, order=Order.ACTIVITY, descending=True)[0] == "alpha.txt"
    assert names(agency, ana, search="UBER") == ["Über.txt"]
    assert (page.total, len(page.items)) == (4, 3)
    assert names(agency, ana, limit=3, after=page.next) == ["Zeta.txt"]


def test_one_list_for_several_contacts_names_them(agency: Agency, ana: Contact) -> None:
    """What contacts uploaded and what they see stands in one list for staff, each with whom it concerns (C2)."""
    ben, eve = agency.person("Ben"), agency.person("Eve")
    add = agency.kit.documents.add
    add(agency.relaunch, "For Ana.txt", text(5), by=agency.maria)
    mine = add(agency.relaunch, "From Ana.txt", text(5), by=ana)
    both, _ = agency.kit.documents.share(
        Upload("For both.txt", text(5)), to=[ana, ben], by=agency.maria, container=None
    )
    agency.kit.documents.share(Upload("For Eve.txt", text(5)), to=eve, by=agency.maria)
    agency.kit.documents.unshare(mine, by=agency.maria)
    of = agency.kit.documents.of_contacts
    listed = {item.name: item.contacts for item in of([ana, ben], by=agency.maria).items}
    first = of([ana, ben], by=agency.maria, limit=1)

    assert listed == {"For Ana.txt": (ana,), "From Ana.txt": (ana,), "For both.txt": (ana, ben)}
    assert [item.name for item in of(ben, by=agency.maria).items] == ["For both.txt"]
    assert [item.name for item in of(ana, by=agency.maria, search="from").items] == ["From Ana.txt"]
    assert len(of([ana, ben], by=agency.maria, after=first.next).items) == 2
    with pytest.raises(errors.InvalidInputError):
        of([ben], by=agency.maria, after=first.next)
    with pytest.raises(errors.NotFoundError):
        of([Contact("nobody")], by=agency.maria)
    assert both[0].creator == agency.maria.key


def test_names_and_numbers_of_what_is_hidden_do_not_leak(agency: Agency, ana: Contact) -> None:
    """Two agencies that differ in internal documents only look alike to a client (u17)."""

    def looks() -> list[object]:
        visible = agency.kit.documents.visible
        return [
            visible(ana, count=True),
            visible(ana, container=agency.relaunch, count=True),
            *(visible(ana, order=order, descending=down) for order in Order for down in (False, True)),
            visible(ana, search="memo", count=True),
            agency.kit.access.visible(ana, count=True),
        ]

    agency.kit.documents.add(agency.relaunch, "Plan.txt", text(10), by=agency.maria)
    before = looks()
    memo = agency.kit.documents.add(
        agency.relaunch, "Memo.txt", text(10), by=agency.maria, visibility=Visibility.INTERNAL
    )
    agency.clock.advance(DAY)
    agency.kit.documents.replace(memo, text(5), by=agency.maria)
    gone = agency.kit.documents.add(agency.relaunch, "Memo 2.txt", text(10), by=agency.maria)
    agency.kit.documents.remove(gone, by=agency.maria)
    unknown: list[str] = []
    for id_ in (memo.id, gone.id, "x" * 28, "", "a/b"):
        with pytest.raises(errors.NotFoundError) as caught:
            agency.kit.documents.open(id_, by=ana)
        unknown.append(repr(caught.value))

    assert looks() == before
    assert len(set(unknown)) == 1


def test_the_hosts_directory_is_asked_about_what_a_document_lies_in(agency: Agency) -> None:
    """A host knows its projects and not our documents: the rights on a project are those on what lies in it."""
    asked: list[ResourceRef] = []

    class Rights:
        def rights(self, staff: Staff, ref: ResourceRef) -> set[Right]:
            asked.append(ref)
            return set(Right) if staff.id == "maria" else {Right.VIEW}

    hosted = kit(records=agency.records, clock=agency.clock, kinds=[project_kind()], directory=Rights())
    plan = hosted.documents.add(agency.relaunch, "Plan.txt", text(10), by=agency.maria)
    hosted.documents.replace(plan, text(5), by=agency.maria)

    assert hosted.documents.open(plan, by=agency.ben).read() == text(5)
    assert set(asked) == {agency.relaunch}
    with pytest.raises(errors.NotAllowedError):
        hosted.documents.replace(plan, text(5), by=agency.ben)


def test_a_document_is_entered_and_removed_by_its_own_verbs(agency: Agency) -> None:
    """The catalog takes in no document without bytes, and removes none; it may move and hide one."""
    plan = agency.kit.documents.add(agency.relaunch, "Plan.txt", text(10), by=agency.maria)
    ana = agency.person("Ana")
    agency.share(plan.ref, ana)
    with pytest.raises(errors.InvalidInputError):
        agency.kit.catalog.put(ResourceRef("sharekit.document", "x"), title="x", by=agency.maria)
    with pytest.raises(errors.InvalidInputError):
        agency.kit.catalog.remove(plan.ref, by=agency.maria)
    seen = names(agency, ana)
    agency.kit.catalog.put(plan.ref, title="Plan.txt", visibility=Visibility.INTERNAL, by=agency.maria)

    assert seen == ["Plan.txt"]
    assert names(agency, ana) == []
    assert agency.kit.documents.get(plan, by=agency.maria) == plan


def test_tenants_share_nothing(agency: Agency) -> None:
    """A document of one tenant is nothing to another, and the same bytes lie under keys of their own (R-BLOB-4)."""
    other = agency.kit.for_tenant("other")
    other.catalog.put(agency.relaunch, title="Relaunch", by=agency.maria)
    plan = agency.kit.documents.add(agency.relaunch, "Plan.txt", text(10), by=agency.maria)
    theirs = other.documents.add(agency.relaunch, "Plan.txt", text(10), by=agency.maria)

    for document in (plan, plan.ref, plan.id):
        with pytest.raises(errors.NotFoundError):
            other.documents.open(document, by=agency.maria)
    mine, others = blobs_of(agency), blobs_of(agency, "other")
    assert (len(mine), len(others)) == (1, 1)
    assert {key.partition("/")[0] for key in mine}.isdisjoint(key.partition("/")[0] for key in others)
    assert other.documents.open(theirs, by=agency.maria).read() == text(10)


def test_rights_of_staff_are_asked(agency: Agency) -> None:
    """Staff who may only view neither add nor change, and are told so."""
    plan = agency.kit.documents.add(agency.relaunch, "Plan.txt", text(10), by=agency.maria)
    rows, blobs = len(agency.everything()), blobs_of(agency)
    documents = agency.kit.documents
    for change in (
        lambda: documents.add(agency.relaunch, "x.txt", text(5), by=agency.ben),
        lambda: documents.replace(plan, text(5), by=agency.ben),
        lambda: documents.rename(plan, "x.txt", by=agency.ben),
        lambda: documents.remove(plan, by=agency.ben),
        lambda: documents.unshare(plan, by=agency.ben),
        lambda: documents.copy(plan, agency.relaunch, by=agency.ben),
        lambda: documents.share(plan, to=agency.person("Ana"), by=agency.ben),
    ):
        with pytest.raises(errors.NotAllowedError):
            change()

    assert bytes_of(agency, plan, agency.ben) == text(10)
    assert blobs_of(agency) == blobs
    assert len(agency.everything()) > rows  # the person, and that it was opened


def test_a_kit_without_a_place_for_bytes_says_so(agency: Agency) -> None:
    """A kit that was given no blob store refuses what needs one, and does the rest."""
    from sharekit import Sharekit

    bare = Sharekit(records=agency.records, secret_keys=["k" * 40], kinds=[project_kind()])
    for needs in (
        lambda: bare.documents.add(agency.relaunch, "x.txt", b"x", by=agency.maria),
        bare.fsck,
    ):
        with pytest.raises(errors.ConfigurationError):
            needs()

    assert bare.sweep().blobs == ()
    assert bare.documents.visible(agency.maria).items == ()


def test_a_plan_tells_what_sharing_would_show_and_keeps_no_bytes(agency: Agency) -> None:
    """What is done with documents that are there can be planned; taking in new bytes cannot, and leaves none."""
    ana = agency.person("Ana")
    plan = agency.kit.documents.add(agency.relaunch, "Plan.txt", text(5), by=agency.maria)
    removed = agency.kit.documents.add(agency.relaunch, "Old.txt", text(5), by=agency.maria)
    agency.kit.documents.remove(removed, by=agency.maria)
    agency.clock.advance(DAY)
    before = blobs_of(agency)
    told = agency.kit.access.plan(lambda kit: kit.documents.share(plan, to=ana, by=agency.maria))
    agency.kit.access.plan(lambda kit: kit.sweep(dry_run=False))
    with pytest.raises(errors.InvalidInputError):
        agency.kit.access.plan(lambda kit: kit.documents.add(agency.relaunch, "x.txt", b"text", by=agency.maria))

    assert [change.ref for change in told.every_gain] == [plan.ref]
    assert blobs_of(agency) == before
    assert names(agency, ana) == []


BAD = list(
    itertools.product(
        [
            {"name": wrong(None)},
            {"name": ""},
            {"container": wrong("project:42")},
            {"container": ResourceRef("unknown", "1")},
            {"by": wrong("maria")},
            {"visibility": wrong("client")},
            {"idempotency_key": wrong(5)},
            {"idempotency_key": "a/b"},
            {"policy": wrong("pdf")},
        ]
    )
)


@pytest.mark.parametrize("case", BAD, ids=lambda case: str(case[0]))
def test_bad_arguments_are_named(agency: Agency, case: tuple[dict[str, object]]) -> None:
    """What cannot be used is refused by name, and nothing is kept."""
    given: dict[str, object] = {
        "container": agency.relaunch,
        "name": "x.txt",
        "stream": b"text",
        "by": agency.maria,
    } | case[0]
    rows = agency.everything()
    with pytest.raises((errors.InvalidInputError, errors.NotAllowedError)):
        agency.kit.documents.add(
            wrong(given.pop("container")), wrong(given.pop("name")), wrong(given.pop("stream")), **wrong(given)
        )

    assert agency.everything() == rows
    assert blobs_of(agency) == set()
