"""Requests: contacts are asked, files come, staff answer."""

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from sharekit import Contact, ResourceRef, Staff, System, Visibility, end_of_day, errors, signals
from sharekit.records import events
from sharekit.records.requests import DocumentRequest, RequestItem, RequestState, RequestText
from sharekit.records.submissions import SubmissionState
from tests.features._requests import DAY, LETTERS, PASSPORT, PDF, asked
from tests.features.conftest import Agency, wrong

SOMEBODY = Contact("nobody")


def test_a_request_goes_from_asking_to_accepting(agency: Agency) -> None:
    """A contact is asked, sends what is needed, staff are told and content, and it is closed (A6, A8)."""
    heard: list[object] = []
    desk = asked(agency)
    with (
        signals.submission_received.connected(heard.append),
        signals.request_submitted.connected(heard.append),
        signals.request_accepted.connected(heard.append),
    ):
        before = agency.kit.requests.open(desk.token)
        sent = desk.send()
        submitted = desk.now.state
        accepted = agency.kit.requests.accept(sent, by=agency.maria)
    closed = agency.kit.requests.close(desk.request, by=agency.maria)

    assert ["Passport", "Letters"] == [item.title for item in before.items]
    assert ["Passport"] == [item.title for item in before.missing]
    assert [RequestState.SUBMITTED, RequestState.ACCEPTED, RequestState.CLOSED] == [
        submitted,
        accepted.state,
        closed.state,
    ]
    assert [events.SubmissionReceived, events.RequestSubmitted, events.RequestAccepted] == [type(e) for e in heard]
    assert (len(PDF), "id.pdf", desk.ana) == (sent.size, sent.name, sent.contact)


def test_what_comes_is_a_document_of_the_case(agency: Agency) -> None:
    """It lies in the case, is shown as from the portal, belongs to the owner, and its sender sees it (C2, C5)."""
    desk = asked(agency)
    sent = desk.send()
    document = agency.kit.documents.get(sent.document, by=agency.maria)
    entry = agency.kit.catalog.get(sent.document)

    assert ("Document (Portal)", "client-portal") == (
        document.provenance.type_label,
        str(document.provenance.source),
    )
    assert (agency.maria.key, agency.relaunch) == (document.creator, entry.container)
    assert [sent.document.id] == agency.sees(desk.ana)
    assert (desk.request.id, desk.ana.key) == (document.provenance.request, document.uploader)
    assert PDF == b"".join(agency.kit.documents.open(sent.document, by=agency.maria))


def test_others_who_see_the_case_do_not_see_what_one_contact_sent(agency: Agency) -> None:
    """An ID card is for staff and its sender, whoever else the case is shared with."""
    desk = asked(agency)
    bo = agency.person("Bo")
    agency.share(agency.relaunch, bo, desk.ana)
    sent = desk.send()

    assert ["42"] == agency.sees(bo)
    assert {"42", sent.document.id} == set(agency.sees(desk.ana))


def test_each_contact_answers_for_themselves(agency: Agency) -> None:
    """One has sent everything, the other nothing; neither page shows what the other sent."""
    desk = asked(agency, "Ana", "Bo")
    bo = desk.request.recipients[1].contact
    desk.send()
    ana_now, bo_now = desk.now.recipients

    assert (RequestState.SUBMITTED, RequestState.OPEN) == (ana_now.state, bo_now.state)
    assert RequestState.PARTIAL is desk.now.state
    assert () == agency.kit.requests.open(agency.kit.requests.token(desk.request, bo)).receipts
    assert desk.token != agency.kit.requests.token(desk.request, bo)


def test_a_preview_is_what_the_contact_will_read(agency: Agency) -> None:
    """In their language, with the variables filled in, and nothing is written."""
    kit = agency.kit
    people = [
        kit.people.add_contact("Jan {title}", "jan@x.test", locale="nl", by=agency.maria),
        kit.people.add_contact("Zoë", "zoe@x.test", locale="fr", by=agency.maria),
    ]
    before = agency.everything()
    options: dict[str, Any] = {
        "to": people,
        "items": [RequestItem("Passport", titles={"nl": "Paspoort"})],
        "about": agency.relaunch,
        "subject": "{title}: papers for {name}",
        "by": agency.maria,
    }
    shown = kit.requests.preview(**options)
    untouched = agency.everything()
    made = kit.requests.create(**options)
    read = [kit.requests.open(kit.requests.token(made, person)) for person in people]

    assert before == untouched
    assert [attrs.evolve(view, request=made.id) for view in shown] == read
    assert ["Relaunch: papers for Jan {title}", "Relaunch: papers for Zoë"] == [view.subject for view in shown]
    assert ["Paspoort", "Passport"] == [view.items[0].title for view in shown]
    assert ["Documenten uploaden", "Upload documents"] == [view.button for view in shown]
    assert shown[0].body.startswith("Beste Jan {title},\n\nVoor Relaunch")


def test_a_preview_is_refused_as_the_request_would_be(agency: Agency) -> None:
    """What cannot be asked cannot be previewed."""
    ana = agency.person("Ana")
    cases: list[dict[str, Any]] = [{"by": agency.ben}, {"by": ana}, {"to": SOMEBODY}, {"items": []}]
    for options in cases:
        chosen: dict[str, Any] = {"to": ana, "items": [PASSPORT], "about": agency.relaunch, "by": agency.maria}
        with pytest.raises(errors.SharekitError) as previewed:
            agency.kit.requests.preview(**(chosen | options))
        with pytest.raises(errors.SharekitError) as made:
            agency.kit.requests.create(**(chosen | options))

        assert (type(previewed.value), str(previewed.value)) == (type(made.value), str(made.value))


def test_internal_titles_stay_internal(agency: Agency) -> None:
    """Where clients may read no title, they read what kind of thing it is."""
    secret = ResourceRef("project", "7")
    agency.kit.catalog.put(secret, title="The cheap one", by=agency.maria)
    desk = asked(agency, about=secret)
    view = agency.kit.requests.open(desk.token)

    assert ("Project", "Documents for Project") == (view.about, view.subject)
    assert "cheap" not in repr(view)


def test_files_are_sent_back_with_a_reason(agency: Agency) -> None:
    """The contact reads why, the item is wanted again, and another file makes it whole."""
    desk = asked(agency)
    first = desk.send()
    agency.kit.requests.send_back(first, reason="It is blurred.", by=agency.maria)
    wanted = agency.kit.requests.open(desk.token)
    second = desk.send(name="sharp.pdf")

    assert (RequestState.SENT_BACK, ("It is blurred.",), 1) == (
        wanted.state,
        wanted.items[0].reasons,
        wanted.items[0].missing,
    )
    assert RequestState.SUBMITTED is desk.now.state
    assert [SubmissionState.SENT_BACK, SubmissionState.RECEIVED] == [
        each.state for each in agency.kit.requests.submissions(desk.request)
    ]
    assert [first.id, second.id] == [each.id for each in agency.kit.requests.submissions(desk.now.recipients[0])]


def test_staff_may_be_content_with_less(agency: Agency) -> None:
    """A part is accepted as a whole though something is missing; an item alone is not the whole."""
    desk = asked(agency, items=[PASSPORT, RequestItem("Payslip", key="payslip")])
    desk.send()
    partly = agency.kit.requests.accept(desk.now, item="passport", by=agency.maria)
    whole = agency.kit.requests.accept(desk.now.recipients[0], by=agency.maria)

    assert (RequestState.PARTIAL, RequestState.ACCEPTED) == (partly.state, whole.state)
    with pytest.raises(errors.RequestStateError) as refused:
        desk.send("payslip")
    assert ("accepted", "receive") == (refused.value.state, refused.value.step)


def test_there_must_be_something_to_answer(agency: Agency) -> None:
    """Nothing came yet: neither accepting nor sending back is possible, for a part, an item or all."""
    desk = asked(agency)
    for what in (desk.request, desk.request.recipients[0]):
        with pytest.raises(errors.RequestStateError):
            agency.kit.requests.accept(what, by=agency.maria)
        with pytest.raises(errors.RequestStateError):
            agency.kit.requests.send_back(what, reason="No.", by=agency.maria)
    desk.send("letters")
    with pytest.raises(errors.RequestStateError):
        agency.kit.requests.accept(desk.now, item="passport", by=agency.maria)

    assert RequestState.PARTIAL is desk.now.state


def test_a_contact_says_that_this_is_all(agency: Agency) -> None:
    """Staff hear once that something is missing and nothing more will come."""
    heard: list[events.RequestSubmitted] = []
    desk = asked(agency)
    with signals.request_submitted.connected(heard.append):
        with pytest.raises(errors.RequestStateError):
            agency.kit.requests.finish(desk.token)
        desk.send("letters")
        view = agency.kit.requests.finish(desk.token)
        agency.kit.requests.finish(desk.token)

    assert RequestState.SUBMITTED is view.state
    assert [(1, False, frozenset({agency.maria.key}))] == [(e.files, e.complete, e.notify) for e in heard]


def test_the_owner_hears_of_what_comes_unless_others_are_named(agency: Agency) -> None:
    """Whoever owns the case at that moment, or those whom staff chose (C7, u3)."""
    plain, named = asked(agency), asked(agency, "Bo", notify=[Staff("ben"), Staff("eva")])
    agency.kit.catalog.put(agency.relaunch, title="x", owner=Staff("eva"), by=agency.root)

    assert [Staff("eva")] == agency.kit.requests.told(plain.request)
    assert [Staff("ben"), Staff("eva")] == agency.kit.requests.told(named.request)


def test_outstanding_is_over_all_cases(agency: Agency) -> None:
    """What is still wanted of a contact, what is due first first; done, hidden and ended ones are left out (u29)."""
    desk = asked(agency)
    kit, ana = agency.kit, desk.ana
    other, done, hidden = agency.thing("other", container=None), agency.thing("done"), agency.thing("hidden")
    soon = asked_again(agency, ana, other, due=agency.clock.now() + DAY)
    finished = asked_again(agency, ana, done)
    asked_again(agency, ana, hidden)
    kit.requests.submit(kit.requests.token(finished, ana), "passport", "id.pdf", PDF)
    kit.catalog.put(hidden, title="x", visibility=Visibility.INTERNAL, by=agency.maria)
    found = kit.requests.outstanding(ana)

    assert [soon.id, desk.request.id] == [view.request for view in found]
    assert [["Passport"], ["Passport"]] == [[item.title for item in view.missing] for view in found]
    with pytest.raises(errors.NotFoundError):
        kit.requests.outstanding(SOMEBODY)


def asked_again(agency: Agency, ana: Contact, about: ResourceRef, **options: Any) -> Any:  # noqa: ANN401
    """Ask Ana for a passport for another case."""
    return agency.kit.requests.create(to=ana, items=[PASSPORT], about=about, by=agency.maria, **options)


def test_staff_find_requests(agency: Agency) -> None:
    """Of a thing, by how far somebody has come, by contact and by maker, a page at a time."""
    desk = asked(agency)
    agency.clock.advance(DAY)
    later = asked(agency, "Bo", by=agency.root)
    desk.send()
    requests = agency.kit.requests

    assert [later.request.id, desk.request.id] == [each.id for each in requests.of(agency.relaunch)]
    assert [desk.request.id] == [each.id for each in requests.find(states={RequestState.SUBMITTED})]
    assert [later.request.id] == [each.id for each in requests.find(contact=later.ana)]
    assert [desk.request.id] == [each.id for each in requests.find(maker=agency.maria)]
    (first,) = requests.find(limit=1)
    assert [desk.request.id] == [each.id for each in requests.find(after=first)]


def test_reminders_have_a_cap_and_a_pause(agency: Agency) -> None:
    """Three at most, two days apart; then there is a reason why nobody is reminded (p40)."""
    heard: list[events.RequestReminded] = []
    desk = asked(agency)
    reasons = list[str]()
    with signals.request_reminded.connected(heard.append):
        for _ in range(4):
            reasons.append(refused(agency, desk.request))
            agency.clock.advance(2 * DAY)
            if len(heard) < 3:
                agency.kit.requests.remind(desk.request, by=agency.maria)
    reasons.append(refused(agency, desk.request))

    assert [1, 2, 3] == [event.times for event in heard]
    assert ["too-soon", "too-soon", "too-soon", "too-soon", "too-often"] == reasons


def refused(agency: Agency, request: Any) -> str:  # noqa: ANN401  # a request
    """Return why nobody is reminded now."""
    with pytest.raises(errors.ReminderRefusedError) as error:
        agency.kit.requests.remind(request, by=agency.maria)
    return error.value.reason


def test_nobody_is_reminded_of_what_is_not_missing(agency: Agency) -> None:
    """Of a request to several, only those who are behind."""
    desk = asked(agency, "Ana", "Bo")
    desk.send()
    why = refused(agency, desk.request)
    agency.clock.advance(2 * DAY)
    (reminded,) = agency.kit.requests.remind(desk.request, by=agency.maria)

    assert "too-soon" == why
    assert desk.request.recipients[1].contact == reminded.contact
    assert "nothing-missing" == refused(agency, desk.now.recipients[0])


def test_a_date_is_told_and_the_page_outlives_it(agency: Agency) -> None:
    """The contact reads until when; 30 days later nothing is taken any more, and the page may say so (p41)."""
    due = end_of_day(agency.clock.now().date(), "Europe/Amsterdam")
    desk = asked(agency, due=due)
    view = agency.kit.requests.open(desk.token)
    agency.clock.set(view.expires_at - timedelta(microseconds=1))
    desk.send()
    agency.clock.set(view.expires_at)

    assert (due, due + 30 * DAY) == (view.due, view.expires_at)
    with pytest.raises(errors.RequestUnavailableError) as over:
        desk.send()
    assert over.value.expired


def test_templates_make_requests(agency: Agency) -> None:
    """Named, kept, changed, found by the type of the case, and used with what differs this time."""
    requests, ana = agency.kit.requests, agency.person("Ana")
    text = RequestText(subject="Welcome {name}", body="Send us this.", button="Go")
    requests.save_template("new", title="New client", items=[PASSPORT], text=text, due_days=14, by=agency.ben)
    requests.save_template("divorce", title="A divorce", case_type="divorce", items=[LETTERS], by=agency.ben)
    requests.save_template("new", title="New client", items=[LETTERS], text=text, due_days=7, by=agency.maria)
    made = requests.create(to=ana, about=agency.relaunch, template="new", button="Start", by=agency.maria)
    view = requests.open(requests.token(made, ana))

    assert ["divorce", "new"] == [each.name for each in requests.templates()]
    assert ["new"] == [each.name for each in requests.templates(case_type="probate")]
    assert ["divorce", "new"] == [each.name for each in requests.templates(case_type="divorce")]
    assert ("Welcome Ana", "Send us this.", "Start") == (view.subject, view.body, view.button)
    assert (["Letters"], agency.clock.now() + 7 * DAY) == ([item.title for item in view.items], view.due)
    requests.remove_template("new", by=agency.maria)
    with pytest.raises(errors.NotFoundError):
        requests.create(to=ana, about=agency.relaunch, template="new", by=agency.maria)
    with pytest.raises(errors.NotFoundError):
        requests.remove_template("new", by=agency.maria)


def test_receipts_are_genuine_or_nothing(agency: Agency) -> None:
    """What a receipt says is what came; another kit's, another purpose's and a changed one say nothing."""
    desk = asked(agency)
    sent = desk.send(name="Ünï.pdf")
    receipt = agency.kit.requests.verify_receipt(sent.receipt)

    assert (sent.id, "Ünï.pdf", len(PDF), sent.sha256, sent.at) == (
        receipt.submission,
        receipt.name,
        receipt.size,
        receipt.sha256,
        receipt.at,
    )
    assert [receipt] == list(agency.kit.requests.open(desk.token).receipts)
    changed = sent.receipt[:-1] + ("A" if sent.receipt[-1] != "A" else "E")
    for text in (changed, desk.token, "", wrong(None)):
        with pytest.raises(errors.InvalidTokenError):
            agency.kit.requests.verify_receipt(text)
    with pytest.raises(errors.InvalidTokenError):
        agency.kit.for_tenant("other").requests.verify_receipt(sent.receipt)


def test_one_key_is_one_request_however_often_it_is_asked(agency: Agency) -> None:
    """A retry finds the request as it is by now and tells nobody anew; its key is for nothing else (R-BLOB-8)."""
    heard: list[object] = []
    wish: dict[str, Any] = {"due": agency.clock.now() + DAY, "idempotency_key": "once"}
    whole: dict[str, Any] = {}

    def create(**changes: Any) -> DocumentRequest:  # noqa: ANN401  # whatever `create` is given otherwise
        return agency.kit.requests.create(**{**whole, **changes})

    with signals.request_created.connected(heard.append):
        desk = asked(agency, **wish)
        whole.update(wish, to=desk.ana, items=[PASSPORT, LETTERS], about=agency.relaunch, by=agency.maria)
        desk.send()
        agency.kit.requests.close(desk.request, by=agency.maria)
        again = create()
    others: list[dict[str, Any]] = [
        {"items": [PASSPORT]},
        {"body": "Another text."},
        {"max_files": 3},
        {"to": agency.person("Bo")},
    ]
    for other in others:
        with pytest.raises(errors.KeyReusedError):
            create(**other)
    with pytest.raises(errors.NotAllowedError):
        create(by=Staff("nobody"))
    by_another = create(by=System("sync"))
    agency.clock.advance(DAY)
    later = create(due=None)

    assert (desk.request.id, RequestState.CLOSED) == (again.id, again.state)
    assert 1 == len(heard)
    assert 3 == len({desk.request.id, by_another.id, later.id})


BAD: list[tuple[str, dict[str, Any]]] = [
    ("idempotency_key", {"idempotency_key": "a/b"}),
    ("to", {"to": []}),
    ("to", {"to": Staff("maria")}),
    ("to", {"to": [Contact("x")] * 0}),
    ("items", {"items": None}),
    ("items", {"items": []}),
    ("items", {"items": ["Passport"]}),
    ("items", {"items": [PASSPORT, PASSPORT]}),
    ("accept", {"items": [RequestItem("x", accept={"exe"})]}),
    ("max_bytes", {"items": [RequestItem("x", max_bytes=21 * 1024 * 1024)]}),
    ("subject", {"subject": ""}),
    ("subject", {"subject": "two\nlines"}),
    ("subject", {"subject": "for {somebody}"}),
    ("body", {"body": 7}),
    ("button", {"button": "x" * 61}),
    ("due", {"due": datetime(2030, 1, 1)}),  # noqa: DTZ001  # that is what is wrong with it
    ("due", {"due": datetime.fromisoformat("2020-01-01T00:00:00+00:00")}),
    ("expires_at", {"expires_at": datetime.fromisoformat("2020-01-01T00:00:00+00:00")}),
    ("max_files", {"max_files": 0}),
    ("max_files", {"max_files": True}),
    ("max_total_bytes", {"max_total_bytes": "7"}),
    ("notify", {"notify": []}),
    ("notify", {"notify": "maria"}),
    ("template", {"template": "No Slug"}),
    ("ref", {"about": "project:42"}),
    ("by", {"by": "maria"}),
]


@pytest.mark.parametrize(("field", "options"), BAD)
def test_bad_input_is_named(agency: Agency, field: str, options: dict[str, Any]) -> None:
    """Each argument that cannot be used is refused by its name, and nothing is written."""
    ana = agency.person("Ana")
    chosen: dict[str, Any] = {"to": ana, "items": [PASSPORT], "about": agency.relaunch, "by": agency.maria}
    before = agency.everything()
    with pytest.raises(errors.InvalidInputError) as refused:
        agency.kit.requests.create(**(chosen | options))

    assert field == refused.value.field
    assert before == agency.everything()


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("title", {"title": ""}),
        ("key", {"key": "No Slug"}),
        ("accept", {"accept": "pdf"}),
        ("accept", {"accept": ()}),
        ("max_bytes", {"max_bytes": 0}),
        ("min", {"min": 3, "max": 2}),
        ("max", {"max": 0}),
        ("note", {"note": ""}),
        ("titles", {"titles": {"Dutch!": "x"}}),
        ("titles", {"titles": ["nl"]}),
        ("allow", {"allow": ["dwg"]}),
    ],
)
def test_bad_items_are_named(field: str, options: dict[str, Any]) -> None:
    """An item checks itself."""
    given: dict[str, Any] = {"title": "Passport"} | options
    with pytest.raises(errors.InvalidInputError) as refused:
        RequestItem(**given)

    assert field == refused.value.field


def test_only_staff_who_may_share_ask_and_answer(agency: Agency) -> None:
    """Other staff, clients and strangers are refused everything, and nothing is written."""
    desk = asked(agency)
    sent = desk.send()
    requests = agency.kit.requests
    before = agency.everything()
    for by in (agency.ben, desk.ana):
        for verb in (
            lambda by=by: requests.accept(sent, by=by),
            lambda by=by: requests.send_back(sent, reason="No.", by=by),
            lambda by=by: requests.close(desk.request, by=by),
            lambda by=by: requests.cancel(desk.request, by=by),
            lambda by=by: requests.remind(desk.request, by=by),
        ):
            with pytest.raises(errors.NotAllowedError):
                verb()
    with pytest.raises(errors.NotAllowedError):
        requests.save_template("x", title="x", items=[PASSPORT], by=desk.ana)

    assert before == agency.everything()


def test_another_tenants_requests_are_unknown(agency: Agency) -> None:
    """By request, by part, by file, by id and by token (R-AUTH-3)."""
    desk = asked(agency)
    sent = desk.send()
    other = agency.kit.for_tenant("other").requests
    part = desk.request.recipients[0]
    for verb in (
        lambda: other.get(desk.request),
        lambda: other.get(desk.request.id),
        lambda: other.token(desk.request, desk.ana),
        lambda: other.submissions(part),
        lambda: other.accept(sent, by=System("x")),
        lambda: other.accept(part, by=System("x")),
        lambda: other.close(desk.request, by=System("x")),
        lambda: other.told(desk.request),
    ):
        with pytest.raises(errors.NotFoundError):
            verb()
    with pytest.raises(errors.RequestUnavailableError):
        other.open(desk.token)

    assert agency.kit.tenant == other.tenant_of(desk.token)
    with pytest.raises(errors.NotFoundError):
        agency.kit.requests.token(desk.request, SOMEBODY)
