"""The panels for documents and requests: what they list, what they do, and what they refuse, in five languages."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from sharekit import Contact, ResourceRef, Staff, Visibility
from sharekit.errors import NotFoundError
from sharekit.records.documents import Upload
from sharekit.records.requests import DocumentRequest, RequestItem, RequestState, RequestText
from sharekit.records.submissions import Submission
from sharekit.web import NewContact, PanelAnswer, StaffPanels, StaffUrls
from sharekit.web.locales import LANGUAGES
from tests.features._requests import PDF, PROGRAM, pdf
from tests.web.conftest import Site, make_site

Form = Mapping[str, Sequence[str]]
LAST_DAY = "2099-12-01"


@attrs.frozen(kw_only=True)
class Office:
    """A site, somebody at work there with the panels, and a contact."""

    site: Site
    panels: StaffPanels
    ana: Contact

    def asked(self, **fields: Sequence[str]) -> PanelAnswer:
        """Send the form that asks for documents about the relaunch; a field's name has underscores for dashes."""
        form = {"to": [self.ana.key], "rows": ["1"], "item-0-title": ["Passport"], "item-0-least": ["1"]}
        form |= {"item-0-most": ["3"], **{name.replace("_", "-"): list(value) for name, value in fields.items()}}
        return self.panels.ask(self.site.relaunch, form)

    def answered(self, request: DocumentRequest, do: str, **fields: str) -> PanelAnswer:
        """Send one of the forms of a request."""
        form = {name.replace("_", "-"): [value] for name, value in fields.items()}
        return self.panels.requests(self.site.relaunch, {"do": [do], "request": [request.id], **form})

    def request(self, *items: RequestItem) -> DocumentRequest:
        """Ask Ana for something."""
        wanted = items or (RequestItem("Passport", key="passport", max=2),)
        return self.site.kit.requests.create(
            to=self.ana,
            items=wanted,
            about=self.site.relaunch,
            by=self.site.maria,
            due=datetime(2099, 12, 2, tzinfo=UTC),
        )

    def sent(self, request: DocumentRequest, name: str = "card.pdf", item: str = "passport") -> Submission:
        """Have Ana send something."""
        requests = self.site.kit.requests
        return requests.submit(requests.token(request, self.ana), item, name, PDF)


URLS = StaffUrls(
    thing=lambda ref: f"/share/{ref.id}",
    documents=lambda ref: f"/papers-of/{ref.id}",
    document=lambda ref: f"/paper/{ref.id}",
    download=lambda ref, version: f"/bytes/{ref.id}/{version or ''}",
    requests=lambda ref: f"/asked/{ref.id}",
    ask=lambda ref: f"/ask/{ref.id}",
    upload=lambda request, contact: f"https://portal.example/u/{request.id}/{contact.id}",
)


def office_of(site: Site, locale: str = "en", by: Staff | None = None) -> Office:
    """Return somebody at work in a site."""
    known = site.kit.people.find("ana@acme.example")
    ana = known or site.kit.people.add_contact("Ana García", "ana@acme.example", locale="es", by=site.maria)
    panels = site.portal.staff_panels(
        by or site.maria, locale=locale, hidden={"token": "<7>"}, urls=URLS, staff_name=lambda staff: staff.id.title()
    )
    return Office(site=site, panels=panels, ana=Contact(ana.id))


@pytest.fixture
def office(site: Site) -> Office:
    """Maria at work, who owns the relaunch."""
    return office_of(site)


def text_of(html: str) -> str:
    """Return what is read of a piece of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#39;", "'").strip()


def files(*names: str) -> list[Upload]:
    """Return files as a form has them."""
    return [Upload(name, PROGRAM if name.endswith(".exe") else name.encode()) for name in names]


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_panel_speaks_every_language(locale: str) -> None:
    """Empty, filled, wrong and done; what is typed is never taken for a place to be filled."""
    office = office_of(make_site(), locale)
    relaunch, panels = office.site.relaunch, office.panels
    added = panels.documents(relaunch, {"do": ["add"], "once": ["1"]}, files("100% %(name)s.txt"))
    (item,) = office.site.kit.documents.visible(office.site.maria).items
    request = office.request(RequestItem("50% %s", key="passport", max=2, note="%(x)s"))
    office.sent(request, "%d.pdf")
    told = [
        added.done or "",
        panels.documents(relaunch, {"do": ["add"]}, files("x.exe")).html,
        panels.documents(relaunch, query="q=%25s").html,
        panels.document(item.ref).html,
        panels.document(item.ref, {"do": ["rename"], "name": ["a.pdf"]}).html,
        panels.documents_of(office.ana),
        panels.ask(relaunch).html,
        office.asked(do=["preview"], subject=["%(x)s {name}"]).html,
        office.asked(do=["send"], item_0_least=["x"], item_0_mb=["y"], last_day=["z"]).html,
        panels.requests(relaunch).html,
        office.answered(request, "remind").html,
        panels.outstanding(office.ana),
        office.asked(do=["send"]).done or "",
    ]
    mine = [text_of(panels.ask(relaunch).html), text_of(panels.requests(relaunch).html)]
    english = office_of(office.site).panels

    assert all(told)
    assert not [text for text in map(text_of, told) if re.search(r"%\((num|names|title|number|day|done|size)\)s", text)]
    assert "100% %(name)s.txt" in told[0]
    if locale != "en":
        assert text_of(english.ask(relaunch).html) != mine[0]
        assert text_of(english.requests(relaunch).html) != mine[1]


def test_files_are_added_and_listed(office: Office) -> None:
    """Several at once, for clients or for staff alone; sent a second time, the same form adds nothing."""
    relaunch = office.site.relaunch
    form: Form = {"do": ["add"], "once": ["7"], "visibility": ["internal"]}
    done = office.panels.documents(relaunch, form, files("a.txt", "b.txt"))
    again = office.panels.documents(relaunch, form, files("a.txt", "b.txt"))
    office.panels.documents(relaunch, {"do": ["add"], "once": ["8"]}, files("c.txt"))
    items = office.site.kit.documents.visible(office.site.maria).items
    found = office.panels.documents(relaunch, query="q=b").html

    assert "Added: a.txt and b.txt." == done.done == again.done
    assert {"a.txt": "internal", "b.txt": "internal", "c.txt": "client"} == {
        item.name: item.visibility.value for item in items
    }
    assert "b.txt" in found
    assert "c.txt" not in found


def test_what_is_refused_is_said_file_by_file(office: Office) -> None:
    """The others are added; nothing chosen is said too, and who may not add is told."""
    relaunch = office.site.relaunch
    mixed = office.panels.documents(relaunch, {"do": ["add"], "once": ["1"]}, files("run.exe", "fine.txt"))
    nothing = office.panels.documents(relaunch, {"do": ["add"]}, [Upload("", b"")])
    stranger = office_of(office.site, by=Staff("lucia")).panels
    refused = stranger.documents(relaunch, {"do": ["add"]}, files("x.txt"))
    held = office.panels.documents(relaunch, {"do": ["add"]}, files("x.txt"), obstacle="The case is closed.")

    assert (422, 422, 403, 403) == (mixed.status, nothing.status, refused.status, held.status)
    assert "run.exe : Programs and scripts are not taken." in text_of(mixed.html)
    assert "Added: fine.txt." in text_of(mixed.html)
    assert "The case is closed." in held.html
    assert ["fine.txt"] == [item.name for item in office.site.kit.documents.visible(office.site.maria).items]


def test_the_page_of_a_document_tells_where_it_came_from(office: Office) -> None:
    """A client's upload with who, when, size and digest, and each version with a way to its bytes."""
    sent = office.sent(office.request())
    office.panels.document(sent.document, {"do": ["replace"]}, [Upload("new scan.pdf", pdf(9000))])
    shown = office.panels.document(sent.document).html
    text = text_of(shown)

    assert "Type Document (Portal)" in text
    assert "Source Client portal" in text
    assert "Sent by Ana García" in text
    assert "Answered for by Maria" in text
    assert f"({len(pdf(9000)):,} bytes)" in text
    assert sent.sha256 in text
    assert all(f"/bytes/{sent.document.id}/{number}" in shown for number in (1, 2))
    assert "card.pdf" == office.site.kit.documents.get(sent.document, by=office.site.maria).name


def test_a_document_is_renamed_hidden_unshared_and_removed(office: Office) -> None:
    """What cannot be is said at its field; after the end the host is led to the list."""
    site, maria = office.site, office.site.maria
    paper = site.kit.documents.add(site.relaunch, "plan.txt", b"Plan", by=maria).ref
    site.kit.shares.grant(site.relaunch, to=office.ana, by=maria)

    def do(verb: str, **fields: str) -> PanelAnswer:
        return office.panels.document(paper, {"do": [verb], **{name: [value] for name, value in fields.items()}})

    def sees() -> bool:
        return bool(site.kit.documents.visible(office.ana).items)

    wrong, renamed = do("rename", name="plan.exe"), do("rename", name="Better plan.txt")
    steps = [sees()]
    for visibility in ("named", "everyone", "internal", "everyone"):
        assert do("see", visibility=visibility).done
        steps.append(sees())
    do("unshare")
    steps.append(sees())
    gone = do("remove")

    assert (422, "It is called “Better plan.txt” now.") == (wrong.status, renamed.done)
    assert [True, False, True, False, True, False] == steps
    assert ("“Better plan.txt” is removed for good.", "/papers-of/42") == (gone.done, gone.leads_to)
    with pytest.raises(NotFoundError):
        office.panels.document(paper)


def test_who_may_not_change_a_document_reads_it(office: Office) -> None:
    """Without any form; and a form of their own does nothing."""
    paper = office.site.kit.documents.add(office.site.relaunch, "plan.txt", b"Plan", by=office.site.maria).ref
    lucia = office_of(office.site, by=Staff("lucia")).panels
    tried = lucia.document(paper, {"do": ["remove"]})

    assert "<form" not in lucia.document(paper).html
    assert 403 == tried.status
    assert "You may look at this, but not change it." in tried.html


def test_documents_of_several_contacts_name_them(office: Office) -> None:
    """What they see and what they uploaded, in one list that is sorted and searched."""
    site = office.site
    ben = site.kit.people.add_contact("Ben", "ben@acme.example", by=site.maria)
    paper = site.kit.documents.add(site.relaunch, "plan.txt", b"Plan", by=site.maria)
    site.kit.shares.grant(paper.ref, to=[office.ana, ben], by=site.maria)
    office.sent(office.request())
    both = text_of(office.panels.documents_of([office.ana, ben]))
    searched = text_of(office.panels.documents_of([office.ana, ben], query="q=plan&sort=created"))

    assert "Document (Portal)" in both
    assert "Uploaded by Ana García" in both
    assert "Ana García, Ben" in both
    assert "card.pdf" not in searched


def test_a_preview_writes_nothing_and_speaks_their_language(office: Office) -> None:
    """Also while somebody types, when the script asks for it alone."""
    seen = office.asked(do=["preview"], last_day=[LAST_DAY], item_0_types=["pdf"], item_0_mb=["5"])
    part = office.asked(part=["revealed"])
    empty = office.panels.ask(office.site.relaunch, {"part": ["revealed"]})

    assert 'lang="es"' in seen.html
    assert "Documentos para Relaunch" in seen.html
    assert "Hola, Ana García" in seen.html
    assert (True, True) == (part.partial, empty.partial)
    assert "Subir documentos" in part.html
    assert "read here what they would get" in empty.html
    assert [] == office.site.kit.requests.of(office.site.relaunch)


def test_what_is_asked_is_what_was_typed(office: Office) -> None:
    """Items with types, size and number, words, the day, and who hears of it; the host is led to the list."""
    answer = office.asked(
        do=["send"],
        rows=["3"],
        item_0_types=["pdf", "images"],
        item_0_others=["XLSX, .csv"],
        item_0_mb=["2,5"],
        item_1_title=["Letters"],
        item_1_least=["0"],
        item_1_most=["9"],
        item_1_note=["Whatever you have."],
        subject=["Papers for {title}"],
        last_day=[LAST_DAY],
        told=["me"],
    )
    (request,) = office.site.kit.requests.of(office.site.relaunch)
    passport, letters = request.items

    assert ("Ana García is asked for it. Each upload page is ready.", "/asked/42") == (answer.done, answer.leads_to)
    assert (frozenset({"pdf", "images", "xlsx", "csv"}), 2621440, 1, 3) == (
        passport.accept,
        passport.max_bytes,
        passport.min,
        passport.max,
    )
    assert (None, 0, 9, "Whatever you have.") == (letters.accept, letters.min, letters.max, letters.note)
    assert "Papers for {title}" == request.text_in("es").subject
    assert "Hola" in request.text_in("es").body
    assert datetime(2099, 12, 2, tzinfo=UTC) == request.due
    assert frozenset({office.site.maria.key}) == request.notify


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"to": []}, "Choose at least one person."),
        ({"item_0_title": [""]}, "Write what you need."),
        ({"item_0_others": ["exe"]}, "Write endings of files that clients may send"),
        ({"item_0_mb": ["much"]}, "Write a number of megabytes."),
        ({"item_0_mb": ["9999"]}, "Clients may not send files of this size here."),
        ({"item_0_least": ["4"]}, "Write a number that is not more than how many are taken."),
        ({"item_0_most": ["0"]}, "Write a number from 1 to 1000."),
        ({"last_day": ["2001-01-01"]}, "This day is over already."),
        ({"subject": ["{secret}"]}, "Write one line, with {name} and {title} as the only places."),
        ({"button": ["x" * 61]}, "Write at most 60 characters"),
    ],
)
def test_what_cannot_be_asked_is_said(quick_site: Site, fields: dict[str, list[str]], said: str) -> None:
    """At its field, with everything that was typed, and nothing is sent."""
    office = office_of(quick_site)
    answer = office.asked(**{"do": ["send"], "body": ["My own words"], **fields})

    assert 422 == answer.status
    assert said in text_of(answer.html)
    assert "My own words" in answer.html
    assert [] == office.site.kit.requests.of(office.site.relaunch)


ZOE = {"new_name": ["Zoe"], "new_email": ["zoe@x.test"], "new_locale": ["nl"], "new_tags": ["heirs"]}


def test_somebody_new_is_added_and_asked(office: Office) -> None:
    """At once or after a look, which writes nothing; the same form a second time asks nobody twice (A2)."""
    people, requests = office.site.kit.people, office.site.kit.requests
    looked = office.asked(do=["preview"], **ZOE)
    before = people.find("zoe@x.test")
    added = office.asked(do=["add"], **{**ZOE, "new_name": ["Yara"], "new_email": ["yara@x.test"]})
    sent = [office.asked(do=["send"], once=["7"], token=[each], **ZOE) for each in "ab"]
    (request,) = requests.of(office.site.relaunch)
    changed = office.asked(do=["send"], once=["7"], item_0_title=["Letters"], to=[], **ZOE)
    zoe = people.find("zoe@x.test")

    assert "Documenten voor Relaunch" in text_of(looked.html)
    assert before is None
    assert 'class="sk-name">Yara<' in added.html
    assert 'name="new-name" value=""' in added.html
    assert {"Ana García and Zoe are asked for it. Each upload page is ready."} == {
        (answer.done or "").replace("is asked", "are asked") for answer in sent
    }
    assert zoe is not None
    assert [office.ana, Contact(zoe.id)] == [part.contact for part in request.recipients]
    assert changed.done is not None
    assert 2 == len(requests.of(office.site.relaunch))


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ({"new_name": [""]}, "Write a name of at most 200 characters."),
        ({"new_email": ["zoe"]}, "Write one e-mail address."),
        ({"new_email": ["ana@acme.example"]}, "This address belongs to Ana García, who is chosen now."),
        ({"new_locale": ["xx"]}, "Choose one of the languages."),
    ],
)
def test_somebody_new_who_cannot_be_is_not_asked(quick_site: Site, new: dict[str, list[str]], said: str) -> None:
    """It is said at its field, and nothing is sent, to nobody else either."""
    office = office_of(quick_site)
    answers = [office.asked(do=[wanted], **{**ZOE, **new}) for wanted in ("add", "preview", "send")]

    assert [422, 422, 422] == [answer.status for answer in answers]
    assert all(said in text_of(answer.html) for answer in answers)
    assert [] == office.site.kit.requests.of(office.site.relaunch)


def test_a_host_adds_whom_it_asks(office: Office) -> None:
    """In its own way, once, and only when somebody is really asked."""
    added: list[str] = []

    def add(new: NewContact) -> Contact:
        added.append(new.name)
        return Contact(office.site.kit.people.add_contact(new.name, new.email, by=office.site.maria).id)

    form = {"rows": ["1"], "item-0-title": ["Passport"], "item-0-least": ["1"], "item-0-most": ["1"]}
    form |= {name.replace("_", "-"): value for name, value in ZOE.items()}
    for wanted in ("preview", "send", "send"):
        answer = office.panels.ask(office.site.relaunch, {**form, "do": [wanted], "once": ["1"]}, add_contact=add)

    assert ["Zoe"] == added
    assert "Zoe is asked for it. Each upload page is ready." == answer.done
    assert 1 == len(office.site.kit.requests.of(office.site.relaunch))


def test_rows_come_and_go(office: Office) -> None:
    """One more and one less, by the page or by the script; what stands in the others stays."""
    more = office.asked(do=["more"]).html
    part = office.asked(do=["more"], part=["rows"])
    less = office.asked(do=["drop-0"], rows=["2"], item_1_title=["Letters"]).html

    assert 'name="item-1-title"' in more
    assert part.partial
    assert "<form" not in part.html
    assert 'value="Letters"' in less
    assert 'value="Passport"' not in less


def test_a_template_fills_the_form_and_keeps_its_translations(office: Office) -> None:
    """What is not changed goes on speaking the contact's language; a form is kept as another template, and removed."""
    site, requests = office.site, office.site.kit.requests
    requests.save_template(
        "divorce",
        title="Divorce",
        items=[RequestItem("Certificate", key="certificate", accept={"pdf"}, titles={"es": "Certificado"})],
        text=RequestText(subject="Papers", body="Dear {name}", button="Send"),
        texts={"es": RequestText(subject="Papeles", body="Hola, {name}.", button="Enviar")},
        due_days=14,
        by=site.maria,
    )
    filled = office.asked(do=["template"], template=["divorce"]).html
    words = {"subject": ["Papers"], "body": ["Dear {name}"], "button": ["Send"], "template": ["divorce"]}
    row = {"item_0_key": ["certificate"], "item_0_title": ["Certificate"], "item_0_types": ["pdf"]}
    office.asked(do=["send"], **words, **row)
    kept = office.asked(do=["keep"], keep_title=["Scheidung: Übersicht"], keep_days=["7"], **words, **row)
    names = [template.name for template in requests.templates()]
    office.asked(do=["forget"], template=["scheidung-ubersicht"])
    (request,) = requests.of(site.relaunch)
    view = requests.open(requests.token(request, office.ana))

    assert 'value="Certificate"' in filled
    assert "14 days from now" in filled
    assert ("Papeles", "Certificado") == (view.subject, view.items[0].title)
    assert site.clock.now() + timedelta(days=14) == request.due
    assert "The template “Scheidung: Übersicht” is kept." in kept.html
    assert {"divorce", "scheidung-ubersicht"} == set(names)
    assert ["divorce"] == [template.name for template in requests.templates()]


def test_a_checklist_tells_how_far_everybody_has_come(office: Office) -> None:
    """Item by item, with each file, the way to copy the upload link, and the date."""
    request = office.request(RequestItem("Passport", key="passport"), RequestItem("Letters", key="letters", min=0))
    before = text_of(office.panels.requests(office.site.relaunch).html)
    sent = office.sent(request)
    shown = office.panels.requests(office.site.relaunch).html

    assert "Nothing came yet" in before
    assert "0 of 1 received" in before
    assert "Passport Missing" in before
    assert "Letters Optional" in before
    assert "1 of 1 received" in text_of(shown)
    assert "Waits for you" in shown
    assert f"/paper/{sent.document.id}" in shown
    assert f"https://portal.example/u/{request.id}/{office.ana.id}" in shown
    assert "Wanted until" in shown


def test_files_are_accepted_and_sent_back(office: Office) -> None:
    """With a reason that both read; a request that is over moves away."""
    request = office.request()
    first = office.sent(request)
    nothing = office.answered(request, "send-back", file=first.id, reason=" ")
    back = office.answered(request, "send-back", file=first.id, reason="Both sides, please.")
    shown = office.panels.requests(office.site.relaunch).html
    second = office.sent(request, "both.pdf")
    accepted = office.answered(request, "accept", file=second.id)
    over = office.panels.requests(office.site.relaunch).html

    assert 422 == nothing.status
    assert "It is sent back, with your reason." == back.done
    assert "Reason: Both sides, please." in shown
    assert "It is accepted." == accepted.done
    assert RequestState.ACCEPTED is office.site.kit.requests.get(request).state
    assert "One request that is over" in over
    assert "https://portal.example/u/" not in over


def test_people_are_reminded_and_requests_end(office: Office) -> None:
    """Not too soon, for one or for all; what is over does not go on."""
    request, other = office.request(), office.request()
    soon = office.answered(request, "remind", part_of="0")
    office.site.clock.advance(timedelta(days=3))
    reminded = office.answered(request, "remind", part_of="0")
    closed = office.answered(request, "close", part_of="0")
    cancelled = office.answered(other, "cancel")
    again = office.answered(request, "cancel")

    assert (409, "It is too soon to remind them.") == (soon.status, "It is too soon to remind them.")
    assert "It is too soon to remind them." in soon.html
    assert "The reminder is on its way." == reminded.done
    assert "Nothing more is wanted. What came stays." == closed.done
    assert "The request is taken back. What came stays." == cancelled.done
    assert 409 == again.status


def test_a_request_to_several_is_ended_for_all_of_them(office: Office) -> None:
    """Each has a checklist and a state of their own, and all together one."""
    site = office.site
    ben = site.kit.people.add_contact("Ben", "ben@acme.example", by=site.maria)
    request = site.kit.requests.create(
        to=[office.ana, ben], items=[RequestItem("Passport", key="passport")], about=site.relaunch, by=site.maria
    )
    office.sent(request)
    shown = text_of(office.panels.requests(site.relaunch).html)
    site.clock.advance(timedelta(days=3))
    office.answered(request, "remind")
    office.answered(request, "close", part_of="1")
    one = [part.state for part in site.kit.requests.get(request).recipients]
    office.answered(request, "cancel")

    assert "Ana García Waits for you" in shown
    assert "Ben Nothing came yet" in shown
    assert "Remind everybody" in shown
    assert [RequestState.SUBMITTED, RequestState.CLOSED] == one
    assert site.kit.requests.get(request).state.is_over


def test_what_is_not_there_and_what_may_not_be(office: Office) -> None:
    """Another thing's request, a file that never was, somebody without the right, a host's own obstacle."""
    site, request = office.site, office.request()
    shop = ResourceRef("project", "8")
    site.kit.catalog.put(shop, title="Shop", client_title="Shop", by=site.maria)
    elsewhere = office.panels.requests(shop, {"do": ["cancel"], "request": [request.id]})
    absent = [office.answered(request, "accept", file="x"), office.answered(request, "remind", part_of="9")]
    lucia = office_of(site, by=Staff("lucia"))
    refused = lucia.answered(request, "cancel")
    held = office.panels.requests(site.relaunch, {"do": ["cancel"], "request": [request.id]}, obstacle="Closed.")

    assert [404, 404, 404] == [elsewhere.status, *(answer.status for answer in absent)]
    assert (403, 403) == (refused.status, held.status)
    assert "<button" not in lucia.panels.requests(site.relaunch).html
    assert "You may look at this, but not ask for anything." in lucia.panels.ask(site.relaunch).html
    assert RequestState.OPEN is site.kit.requests.get(request).state


def test_what_somebody_still_owes_over_all_things(office: Office) -> None:
    """What is due first first, with the thing, what is missing, and the way to their upload page."""
    site = office.site
    shop = ResourceRef("project", "8")
    site.kit.catalog.put(shop, title="Shop (cheap)", client_title="Shop", by=site.maria)
    office.request()
    site.kit.requests.create(
        to=office.ana,
        items=[RequestItem("Logo")],
        about=shop,
        due=site.clock.now() + timedelta(days=1),
        by=site.maria,
    )
    site.clock.advance(timedelta(days=2))
    told = text_of(office.panels.outstanding(office.ana))
    ben = site.kit.people.add_contact("Ben", "ben@acme.example", by=site.maria)

    assert told.index("Shop (cheap)") < told.index("Relaunch (cheap variant)")
    assert "overdue Logo" in told
    assert "Nothing is wanted of Ben." in text_of(office.panels.outstanding(ben))


def test_names_and_words_are_escaped(office: Office) -> None:
    """Nothing that people write becomes markup, in any panel."""
    naughty = "<img src=x onerror=x>"
    site = office.site
    site.kit.documents.add(site.relaunch, f"{naughty}.txt", b"x", by=site.maria)
    (item,) = site.kit.documents.visible(site.maria).items
    request = office.request(RequestItem(naughty, key="passport", note=naughty))
    office.answered(request, "send-back", file=office.sent(request).id, reason=naughty)
    fields = {name: [naughty] for name in ("subject", "body", "button", "q", "keep_title", "item_0_note")}
    pieces = [
        office.panels.documents(site.relaunch, query=f"q={naughty}").html,
        office.panels.document(item.ref).html,
        office.asked(do=["preview"], item_0_title=[naughty], **fields).html,
        office.panels.requests(site.relaunch).html,
        office.panels.outstanding(office.ana),
    ]

    assert not [piece for piece in pieces if "<img" in piece]
    assert all('name="token" value="&lt;7&gt;"' in piece for piece in pieces[:4])


def test_an_internal_thing_is_not_asked_about(office: Office) -> None:
    """Clients may never see it, so that nobody can be asked."""
    site = office.site
    site.kit.catalog.put(site.relaunch, title="Relaunch", visibility=Visibility.INTERNAL, by=site.maria)

    assert 403 == office.asked(do=["send"]).status
