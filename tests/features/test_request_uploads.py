"""What the holder of an upload token can send, how much of it, and what they can never do."""

import hashlib
import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from sharekit import Action, Contact, errors, signals
from sharekit.codec.kinds_of_documents import BLOB_INTENT
from sharekit.codec.kinds_of_requests import PENDING_UPLOAD
from sharekit.ids import blob_prefix
from sharekit.records import events
from sharekit.records.requests import RequestItem, RequestState
from tests.features._requests import DAY, MIB, PASSPORT, PDF, PROGRAM, Desk, asked, breaking, pdf
from tests.features.conftest import Agency, wrong


def blobs(agency: Agency) -> int:
    """Return how many blobs there are."""
    store = agency.kit._wiring.blob_store()
    return sum(1 for _ in store.blobs(blob_prefix(agency.kit.tenant)))


def rows(agency: Agency, kind: Any) -> int:  # noqa: ANN401  # a kind of any record
    """Return how many rows there are of a kind."""
    from sharekit.ports import Query

    with agency.records.transaction(agency.kit.tenant) as tx:
        return tx.count(Query(kind.name))


def nothing_is_left(agency: Agency, desk: Desk, *, sent: int = 0) -> bool:
    """Say whether nothing but so many files is there, takes room, or is on its way."""
    part = desk.now.recipients[0]
    held = sum(each.size for each in agency.kit.requests.submissions(part))
    return (sent, sent, held, sent, 0, 0) == (
        len(agency.kit.requests.submissions(part)),
        part.files_held,
        part.bytes_held,
        blobs(agency),
        rows(agency, BLOB_INTENT),
        rows(agency, PENDING_UPLOAD),
    )


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        ("id.exe", PROGRAM, errors.UploadRefusedError),
        ("id.pdf", PROGRAM, errors.UploadRefusedError),
        ("id.pdf", b"<html>" + PDF, errors.UploadRefusedError),
        ("id.png", PDF, errors.UploadRefusedError),
        ("id.pdf", pdf(MIB), errors.UploadRefusedError),
        ("id.pdf", lambda: breaking(PDF, 100), ConnectionResetError),
        ("id.pdf", [PDF, "text"], errors.InvalidInputError),
    ],
)
def test_what_is_refused_leaves_nothing(agency: Agency, name: str, body: Any, error: type[Exception]) -> None:  # noqa: ANN401
    """By its name, its first bytes, its structure, its size, or a broken connection: no row, no blob, no room."""
    heard: list[events.SubmissionRefused] = []
    desk = asked(agency, items=[RequestItem("Passport", key="passport", accept={"pdf"}, max_bytes=MIB)])
    with signals.submission_refused.connected(heard.append), pytest.raises(error):
        desk.send(name=name, body=body() if callable(body) else body)

    assert nothing_is_left(agency, desk)
    assert (error is errors.UploadRefusedError) == bool(heard)


def test_early_refusal_reads_nothing(agency: Agency) -> None:
    """What its name or its size says is refused before a byte travels (u2)."""
    desk = asked(agency)

    class Never:
        def read(self, _: int) -> bytes:
            raise AssertionError

    for name, size in (("id.exe", 7), ("id.pdf", 21 * MIB), ("id", 7)):
        with pytest.raises(errors.UploadRefusedError):
            desk.send(name=name, body=Never(), size=size)
        with pytest.raises(errors.UploadRefusedError):
            agency.kit.requests.begin_upload(desk.token, "passport", name, size=size)

    assert nothing_is_left(agency, desk)


def test_limits_are_inclusive(agency: Agency) -> None:
    """A file of exactly the limit is taken, one byte more is not; whatever was said of its size (R-UP-1)."""
    limit = len(pdf(1000))
    desk = asked(agency, items=[RequestItem("Passport", key="passport", accept={"pdf"}, max_bytes=limit, max=9)])
    for size in (None, limit):
        assert limit == desk.send(body=pdf(1000), size=size).size
        with pytest.raises(errors.UploadRefusedError) as refused:
            desk.send(body=pdf(1001))
        assert ("too-large", limit) == (refused.value.reason, refused.value.limit)

    with pytest.raises(errors.InvalidInputError) as lied:
        desk.send(body=pdf(1000), size=limit - 1)
    assert "size" == lied.value.field
    assert nothing_is_left(agency, desk, sent=2)


def test_there_is_room_for_so_many(agency: Agency) -> None:
    """For each item, in files and in bytes; what is sent back makes room for its item, and not in all."""
    desk = asked(agency, max_files=3, max_total_bytes=len(PDF) * 3 + 10)
    first = desk.send()
    desk.send()
    with pytest.raises(errors.UploadLimitError) as item_full:
        desk.send()
    agency.kit.requests.send_back(first, reason="No.", by=agency.maria)
    desk.send()
    with pytest.raises(errors.UploadLimitError) as files_full:
        desk.send("letters")

    assert [("item", 2), ("files", 3)] == [
        (error.value.limit, error.value.allowed) for error in (item_full, files_full)
    ]
    assert nothing_is_left(agency, desk, sent=3)


def test_there_is_room_for_so_many_bytes(agency: Agency) -> None:
    """Of known and of unknown size; the last bytes may be used up."""
    total = len(PDF) + len(pdf(100))
    desk = asked(agency, max_total_bytes=total)
    desk.send(body=pdf(100))
    for size in (None, len(pdf(1))):
        with pytest.raises(errors.UploadLimitError) as full:
            desk.send(body=pdf(1), size=size)
        assert ("bytes", total) == (full.value.limit, full.value.allowed)
    desk.send()
    with pytest.raises(errors.UploadLimitError):
        desk.send("letters")

    assert nothing_is_left(agency, desk, sent=2)
    assert 0 == agency.kit.requests.open(desk.token).bytes_left


def at_once(count: int, act: Callable[[int], object]) -> list[object]:
    """Do something so many times in threads that start together; return what each returned or raised."""
    start = threading.Barrier(count)

    def one(number: int) -> object:
        start.wait()
        try:
            return act(number)
        except errors.SharekitError as error:
            return error

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


@pytest.mark.parametrize("limit", ["files", "bytes", "item"])
def test_quotas_are_exact_however_many_send_at_once(agency: Agency, limit: str) -> None:
    """32 files at the same time: exactly as many as there is room for, and no error but that (R-UP-2)."""
    options: dict[str, dict[str, Any]] = {
        "files": {"max_files": 7},
        "bytes": {"max_total_bytes": 7 * len(PDF)},
        "item": {"items": [PASSPORT, RequestItem("Letters", key="letters", accept={"pdf"}, max=7)]},
    }
    desk = asked(agency, **options[limit])
    token = desk.token
    outcomes = at_once(32, lambda _: agency.kit.requests.submit(token, "letters", "x.pdf", PDF, size=len(PDF)).id)
    refusals = [each for each in outcomes if isinstance(each, Exception)]

    assert 7 == len(set(outcomes) - set(refusals))
    assert {limit} == {each.limit if isinstance(each, errors.UploadLimitError) else each for each in refusals}
    assert nothing_is_left(agency, desk, sent=7)


def test_one_key_is_one_file_however_often_it_is_sent(agency: Agency) -> None:
    """A retry finds the first result, also when nothing more has room; other content is refused (R-BLOB-8)."""
    desk = asked(agency, items=[RequestItem("Passport", key="passport", accept={"pdf"}, max=1)])
    first = desk.send(idempotency_key="once")
    again = desk.send(idempotency_key="once")
    with pytest.raises(errors.KeyReusedError):
        desk.send(body=pdf(7), idempotency_key="once")
    with pytest.raises(errors.UploadLimitError):
        desk.send(idempotency_key="twice")
    agency.clock.advance(DAY)
    with pytest.raises(errors.UploadLimitError):
        desk.send(idempotency_key="once")

    assert (first.id, first.receipt) == (again.id, again.receipt)
    assert nothing_is_left(agency, desk, sent=1)


def test_one_key_is_one_file_when_sent_at_once(agency: Agency) -> None:
    """Eight at the same time: one file, and each hears of it."""
    desk = asked(agency, items=[RequestItem("Passport", key="passport", accept={"pdf"}, max=8)])
    token = desk.token
    outcomes = at_once(8, lambda _: agency.kit.requests.submit(token, "passport", "x.pdf", PDF, idempotency_key="k").id)

    assert 1 == len(set(outcomes))
    assert nothing_is_left(agency, desk, sent=1)


def test_a_file_comes_in_parts(agency: Agency) -> None:
    """It is a submission once its last byte has come, whole and with its digest."""
    desk = asked(agency)
    body = pdf(100_000)
    upload = agency.kit.requests.begin_upload(desk.token, "passport", "big.pdf", size=len(body))
    cuts = [0, 1, 70_000, 70_000, len(body)]
    seen = [
        agency.kit.requests.append(desk.token, upload.id, start, body[start:stop])
        for start, stop in itertools.pairwise(cuts)
    ]
    (sent,) = agency.kit.requests.submissions(desk.request)
    last = agency.kit.requests.upload(desk.token, upload.id)

    assert cuts[1:] == [each.offset for each in seen]
    assert (hashlib.sha256(body).hexdigest(), len(body), "big.pdf") == (sent.sha256, sent.size, sent.name)
    assert last == seen[-1]
    assert last.receipt == agency.kit.requests.open(desk.token).receipts[0]
    assert [None, None, None] == [each.receipt for each in seen[:-1]]
    with pytest.raises(errors.UploadOffsetError):
        agency.kit.requests.append(desk.token, upload.id, len(body), b"")
    agency.clock.advance(DAY)
    assert 0 == agency.kit.sweep(dry_run=False).uploads
    assert nothing_is_left(agency, desk, sent=1)


def test_what_came_before_a_connection_broke_is_kept(agency: Agency) -> None:
    """The next part goes on from there, and from nowhere else."""
    desk = asked(agency)
    upload = agency.kit.requests.begin_upload(desk.token, "passport", "id.pdf", size=len(PDF))
    with pytest.raises(ConnectionResetError):
        agency.kit.requests.append(desk.token, upload.id, 0, breaking(PDF, 100))
    for offset in (0, 99, 101, len(PDF)):
        with pytest.raises(errors.UploadOffsetError) as elsewhere:
            agency.kit.requests.append(desk.token, upload.id, offset, PDF[offset:])
        assert 100 == elsewhere.value.offset

    assert 100 == agency.kit.requests.upload(desk.token, upload.id).offset
    assert agency.kit.requests.append(desk.token, upload.id, 100, PDF[100:]).receipt is not None
    assert [] == list(agency.kit.requests.open(desk.token).missing)


def test_parts_are_judged_as_soon_as_they_can_be(agency: Agency) -> None:
    """By the first bytes of the first part, by more bytes than announced, and by the whole; nothing stays of it."""
    desk = asked(agency)
    requests = agency.kit.requests
    program = requests.begin_upload(desk.token, "passport", "id.pdf", size=5 * MIB)
    with pytest.raises(errors.UploadRefusedError):
        requests.append(desk.token, program.id, 0, PROGRAM)
    longer = requests.begin_upload(desk.token, "passport", "id.pdf", size=len(PDF) - 1)
    with pytest.raises(errors.InvalidInputError):
        requests.append(desk.token, longer.id, 0, PDF)
    assert 0 == requests.upload(desk.token, longer.id).offset
    requests.abort(desk.token, longer.id)
    page = b"%PDF-1.4\n" + b"x" * 100
    disguised = requests.begin_upload(desk.token, "passport", "id.pdf", size=len(page))
    requests.append(desk.token, disguised.id, 0, page[:53])
    with pytest.raises(errors.UploadRefusedError):
        requests.append(desk.token, disguised.id, 53, page[53:])
    for gone in (program, longer, disguised):
        with pytest.raises(errors.NotFoundError):
            requests.upload(desk.token, gone.id)

    assert nothing_is_left(agency, desk)


def test_one_part_wins(agency: Agency) -> None:
    """Eight send the same last part at the same time: one submission, and the others hear where it ended."""
    desk = asked(agency)
    token = desk.token
    upload = agency.kit.requests.begin_upload(token, "passport", "id.pdf", size=len(PDF))
    agency.kit.requests.append(token, upload.id, 0, PDF[:50])
    outcomes = at_once(8, lambda _: agency.kit.requests.append(token, upload.id, 50, PDF[50:]).receipt)
    refusals = [each for each in outcomes if isinstance(each, Exception)]

    assert 7 == len(refusals)
    assert {errors.UploadOffsetError} == {type(each) for each in refusals}
    assert 1 == len(agency.kit.requests.submissions(desk.request)) == blobs(agency)


def test_a_place_is_kept_for_twelve_hours(agency: Agency) -> None:
    """Then it goes to others, at once, and the sweep takes what came of it."""
    desk = asked(agency, max_files=1)
    token = desk.token
    upload = agency.kit.requests.begin_upload(token, "passport", "id.pdf", size=len(PDF))
    agency.kit.requests.append(token, upload.id, 0, PDF[:50])
    with pytest.raises(errors.UploadLimitError):
        desk.send()
    agency.clock.advance(timedelta(hours=12))
    with pytest.raises(errors.NotFoundError):
        agency.kit.requests.append(token, upload.id, 50, PDF[50:])
    swept = agency.kit.sweep(dry_run=False).uploads

    assert 1 == swept
    assert nothing_is_left(agency, desk)
    desk.send()


def test_a_late_place_is_taken_without_a_sweep(agency: Agency) -> None:
    """Whoever comes next takes the room of what was given up."""
    desk = asked(agency, max_files=1)
    agency.kit.requests.begin_upload(desk.token, "passport", "id.pdf", size=len(PDF))
    agency.clock.advance(timedelta(hours=12))
    desk.send()

    assert nothing_is_left(agency, desk, sent=1)


def test_a_late_file_is_not_filed(agency: Agency) -> None:
    """Its place went to others while it was on its way; it would be one too many."""
    desk = asked(agency, max_files=1)

    def slow() -> Any:  # noqa: ANN401  # a generator
        yield PDF[:100]
        agency.clock.advance(timedelta(hours=12))
        desk.send(name="other.pdf")
        yield PDF[100:]

    with pytest.raises(errors.NotFoundError):
        desk.send(body=slow())

    assert nothing_is_left(agency, desk, sent=1)


def test_uploads_of_others_are_unknown(agency: Agency) -> None:
    """Of another contact of the same request, of nobody, and of another form (R-AUTH-3)."""
    desk = asked(agency, "Ana", "Bo")
    bo = agency.kit.requests.token(desk.request, desk.request.recipients[1].contact)
    upload = agency.kit.requests.begin_upload(desk.token, "passport", "id.pdf", size=len(PDF))
    for id_ in (upload.id, "nobody", "../x", "", wrong(None)):
        for verb in (
            lambda id_=id_: agency.kit.requests.upload(bo, id_),
            lambda id_=id_: agency.kit.requests.append(bo, id_, 0, PDF),
            lambda id_=id_: agency.kit.requests.abort(bo, id_),
        ):
            with pytest.raises(errors.NotFoundError):
                verb()

    assert 0 == agency.kit.requests.upload(desk.token, upload.id).offset


def test_who_only_uploads_reads_nothing(agency: Agency) -> None:
    """Neither the token nor the name of the part opens any byte path, list or verb, own files included (R-REQ-2)."""
    kit, desk = agency.kit, asked(agency)
    sent, token = desk.send(), desk.token
    grant = kit.shares.of(sent.document)[0]
    kit.shares.revoke(grant, by=agency.maria)
    part = desk.request.recipients[0]
    for stranger in (Contact(part.id), desk.ana):
        for verb in (
            lambda by=stranger: list(kit.documents.open(sent.document, by=by)),
            lambda by=stranger: kit.documents.get(sent.document, by=by),
            lambda by=stranger: kit.documents.versions(sent.document, by=by),
            lambda by=stranger: kit.documents.replace(sent.document, PDF, by=by),
            lambda by=stranger: kit.documents.rename(sent.document, "x.pdf", by=by),
            lambda by=stranger: kit.documents.remove(sent.document, by=by),
            lambda by=stranger: kit.shares.grant(sent.document, to=desk.ana, by=by),
            lambda by=stranger: kit.requests.accept(sent, by=by),
        ):
            with pytest.raises((errors.NotAllowedError, errors.NotFoundError)):
                verb()
        assert not kit.access.can(stranger, Action.VIEW, sent.document)
    people, links = kit.people, kit.links
    for opens in (links.open, links.redeem, links.view, people.view_invitation, people.enter, people.session):
        with pytest.raises(errors.SharekitError):
            opens(token)

    view = kit.requests.open(token)
    assert [sent.id] == [receipt.submission for receipt in view.receipts]
    assert sent.document.id not in repr(view)
    assert [] == agency.sees(desk.ana)


def test_a_name_that_is_taken_overwrites_nothing(agency: Agency) -> None:
    """Two files of one name are two documents (p42)."""
    desk = asked(agency)
    first, second = desk.send(body=pdf(1)), desk.send(body=pdf(2))

    assert first.document != second.document
    assert pdf(1) == b"".join(agency.kit.documents.open(first.document, by=agency.maria))


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("item", {"item": "nothing"}),
        ("item", {"item": 7}),
        ("size", {"size": -1}),
        ("size", {"size": True}),
        ("stream", {"body": "text"}),
        ("stream", {"body": 7}),
        ("idempotency_key", {"idempotency_key": "a/b"}),
    ],
)
def test_bad_input_is_named(agency: Agency, field: str, options: dict[str, Any]) -> None:
    """Each argument that cannot be used is refused by its name, and nothing stays."""
    desk = asked(agency)
    with pytest.raises(errors.InvalidInputError) as refused:
        desk.send(**options)

    assert field == refused.value.field
    assert nothing_is_left(agency, desk)


@pytest.mark.parametrize("token", ["", "x", "upload.default.aaaaaaaaaaaaaaaaaaaaaaaa.1." + "a" * 43, None, 7])
def test_what_is_no_token_opens_nothing(agency: Agency, token: Any) -> None:  # noqa: ANN401
    """Garbage and forgeries are refused as what is over."""
    with pytest.raises(errors.RequestUnavailableError) as refused:
        agency.kit.requests.open(token)

    assert not refused.value.expired
    assert agency.kit.requests.tenant_of(token) is None


def test_removing_from_the_portal_is_for_staff(agency: Agency) -> None:
    """Staff take the contact's own upload out of the portal, and it stays with them (C4)."""
    desk = asked(agency)
    sent = desk.send()
    agency.kit.documents.unshare(sent.document, by=agency.maria)

    assert [] == agency.sees(desk.ana)
    assert PDF == b"".join(agency.kit.documents.open(sent.document, by=agency.maria))
    assert RequestState.SUBMITTED is desk.now.state


def test_what_is_kept_opens_nothing(agency: Agency, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the token nor a receipt stands in the store, in the audit trail, in a log or in a repr (R-TOK-2)."""
    caplog.set_level("DEBUG")
    desk = asked(agency)
    token, sent = desk.token, desk.send()
    with pytest.raises(errors.UploadRefusedError) as refused:
        desk.send(name="id.exe")
    agency.kit.requests.finish(token)
    agency.kit.requests.cancel(desk.request, by=agency.maria)
    seen = repr([*agency.everything(), desk.now, sent, refused.value, agency.kit.audit.entries()]) + caplog.text

    assert token not in seen
    assert token[-43:] not in seen
    assert sent.receipt not in seen
    # The random id stands in the store's rows alone, where the key is not.
    assert desk.request.recipients[0].id not in repr([desk.now, sent, agency.kit.audit.entries()]) + caplog.text


def test_what_is_done_is_written_down(agency: Agency) -> None:
    """Each step of a request stands in the audit trail, with who did it, and without what people wrote."""
    desk = asked(agency, subject="A very personal subject")
    sent = desk.send()
    agency.kit.requests.send_back(sent, reason="A very personal reason", by=agency.maria)
    agency.kit.requests.accept(desk.send(), by=agency.maria)
    agency.kit.requests.close(desk.request, by=agency.maria)
    entries = [each for each in agency.kit.audit.entries() if each.action.startswith(("request-", "submission-"))]

    assert [
        ("request-created", "staff:maria"),
        ("submission-received", desk.ana.key),
        ("request-submitted", desk.ana.key),
        ("request-sent-back", "staff:maria"),
        ("submission-received", desk.ana.key),
        ("request-submitted", desk.ana.key),
        ("request-accepted", "staff:maria"),
        ("request-closed", "staff:maria"),
    ] == [(each.action, each.actor) for each in entries]
    assert {agency.relaunch.key} == {each.resource for each in entries}
    assert "personal" not in repr(entries)
