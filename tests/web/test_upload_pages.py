"""Upload pages: what a contact reads, what their browser sends, and how it is refused."""

import base64
import hashlib
import json
import re
from typing import Any

import attrs
import pytest

from sharekit import Contact
from sharekit.records.requests import DocumentRequest, RequestItem, RequestState
from sharekit.web import WebResponse
from tests.features._requests import PDF, PROGRAM, pdf
from tests.web.conftest import FORM, SAME_SITE, Browser, Site, make_site, text_of

TUS = {"Tus-Resumable": "1.0.0"}
PART = {"Content-Type": "application/offset+octet-stream"}
BOUNDARY = "----boundary"
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


@attrs.frozen(kw_only=True)
class Asked:
    """Ana, who is asked for a passport and perhaps for letters."""

    site: Site
    ana: Contact
    request: DocumentRequest

    @property
    def path(self) -> str:
        """The path of her page."""
        return self.site.portal.upload_path(self.request, self.ana)

    @property
    def browser(self) -> Browser:
        """Her browser."""
        return self.site.browser()

    @property
    def state(self) -> RequestState:
        """How far it has come."""
        return self.site.kit.requests.get(self.request).state

    def sent(self) -> list[str]:
        """Return the names of what came."""
        return [each.name for each in self.site.kit.requests.submissions(self.request)]

    def send(self, name: str, body: bytes, item: str = "passport", **headers: str) -> WebResponse:
        """Send the form of an item as a browser without JavaScript does."""
        form, fields = multipart((name, body)), SAME_SITE | MULTIPART | headers
        return self.browser.send("POST", f"{self.path}/items/{item}", headers=fields, body=form)

    def begin(self, name: str, size: int, item: str = "passport", **headers: str) -> WebResponse:
        """Announce a file."""
        described = {"Upload-Length": str(size), "Upload-Metadata": metadata(filename=name, item=item)}
        return self.browser.send("POST", f"{self.path}/files", headers=TUS | described | headers)

    def part(self, where: str, offset: int, body: bytes, **headers: str) -> WebResponse:
        """Send a part."""
        fields = TUS | PART | {"Upload-Offset": str(offset)} | headers
        return self.browser.send("PATCH", where, headers=fields, body=body)


def multipart(*files: tuple[str, bytes], fields: tuple[tuple[str, str], ...] = ()) -> bytes:
    """Return a form with these files."""
    out = b""
    for name, value in fields:
        out += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, body in files:
        out += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode()
        out += b"Content-Type: text/html\r\n\r\n" + body + b"\r\n"
    return out + f"--{BOUNDARY}--\r\n".encode()


def metadata(**values: str) -> str:
    """Return what tus says of a file."""
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


def asked_at(site: Site, locale: str | None = None, **options: Any) -> Asked:  # noqa: ANN401
    """Ask Ana."""
    ana = site.kit.people.add_contact("Ana", "ana@x.test", locale=locale, by=site.maria)
    chosen: dict[str, Any] = {
        "items": [
            RequestItem("Passport", key="passport", accept={"pdf"}, max=2, max_bytes=2_000_000),
            RequestItem("Letters", key="letters", min=0, note="If there are any"),
        ],
        "about": site.relaunch,
        "by": site.maria,
    }
    request = site.kit.requests.create(to=ana, **(chosen | options))
    return Asked(site=site, ana=ana, request=request)


@pytest.fixture
def asked(site: Site) -> Asked:
    """The request on each store."""
    return asked_at(site)


@pytest.fixture
def quick() -> Asked:
    """The request in memory."""
    return asked_at(make_site(site_name="Studio"))


def test_the_page_tells_what_is_asked(asked: Asked) -> None:
    """Words, items, what is taken in plain words, how large, what is missing; and no secret but its own address."""
    page = asked.browser.get(asked.path)
    text = text_of(page)

    assert 200 == page.status
    for words in ("Documents for Relaunch", "Hello Ana,", "Passport", "PDF, up to 1.9", "One file is needed."):
        assert words in text
    for words in ("If there are any", "Optional", "documents, pictures, up to 20", 'accept=".pdf"'):
        assert words in text
    assert "cheap" not in text
    assert page.header("Set-Cookie") is None
    assert "no-store" in (page.header("Cache-Control") or "")


def test_a_form_sends_a_file_without_javascript(asked: Asked) -> None:
    """The page comes again, with a receipt that is genuine."""
    sent = asked.send("Ünï id.pdf", PDF)
    page = text_of(asked.browser.follow(sent))
    (receipt,) = asked.site.kit.requests.open(asked.site.kit.requests.token(asked.request, asked.ana)).receipts

    assert (303, asked.path) == (sent.status, sent.header("Location"))
    for words in ("Ünï id.pdf", hashlib.sha256(PDF).hexdigest(), receipt.text, "Thank you."):
        assert words in page
    assert RequestState.SUBMITTED is asked.state


@pytest.mark.parametrize(
    ("name", "body", "status", "words"),
    [
        ("id.exe", PROGRAM, 415, "Programs and scripts are not taken."),
        ("id.pdf", PROGRAM, 415, "Programs and scripts are not taken."),
        ("id.png", pdf(), 415, "This type of file is not taken here."),
        ("id.pdf", b"<html><script>alert(1)</script>", 415, "Web pages are not taken."),
        ("id.pdf", pdf(2_000_000), 413, "This file is larger than 1.9"),
        ("id.pdf", b"", 415, "This file is empty."),
        ("id", PDF, 415, "has no ending such as .pdf"),
    ],
)
def test_a_refusal_says_what_to_do_instead(quick: Asked, name: str, body: bytes, status: int, words: str) -> None:
    """On the page, at the item, in a sentence; nothing came."""
    page = quick.send(name, body)
    text = text_of(page)

    assert status == page.status
    assert words in text
    assert 'role="alert"' in text
    assert "Passport" in text
    assert [] == quick.sent()


def test_a_refusal_speaks_the_contacts_language() -> None:
    """Whatever the browser asks for; of the page, of a form and of a file in parts."""
    asked = asked_at(make_site(), locale="nl")
    refused = asked.send("id.exe", PROGRAM)
    told = json.loads(asked.begin("id.exe", 7).body)

    assert "Documenten voor Relaunch" in text_of(asked.browser.get(asked.path))
    assert "worden niet aangenomen" in text_of(refused)
    assert "nl" == refused.header("Content-Language")
    assert ("executable", "Programma's en scripts worden niet aangenomen.") == (
        told["code"],
        told["message"].partition(" Stuur")[0],
    )


@pytest.mark.parametrize("language", ["en", "nl", "es", "pl", "de"])
def test_the_page_speaks_five_languages(language: str) -> None:
    """Every text of it; the item's own title is the host's."""
    asked = asked_at(make_site(), locale=language)
    asked.send("id.pdf", PDF, item="letters")
    text = text_of(asked.browser.get(asked.path))

    assert f'<html lang="{language}"' in text
    assert ("Choose a file" in text) is (language == "en")
    assert ("What you have sent" in text) is (language == "en")


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (FORM, b"file=x", 415),
        (MULTIPART, multipart(("a.pdf", PDF), ("b.pdf", PDF)), 400),
        (MULTIPART, multipart(fields=(("a", "b"),)), 400),
        (MULTIPART, multipart(("a.pdf", PDF))[:-10], 400),
        (MULTIPART, b"nothing of the kind", 400),
        (MULTIPART, multipart(("a.pdf", PDF), fields=(("a", "x" * 70_000),)), 413),
        (MULTIPART, multipart(("a.pdf", PDF), fields=(("a", "x"),) * 30), 400),
        ({"Content-Type": "multipart/form-data"}, multipart(("a.pdf", PDF)), 415),
        (MULTIPART | {"Content-Length": "99999999"}, b"x", 413),
        (MULTIPART | {"Content-Length": "x"}, b"x", 400),
    ],
)
def test_what_is_no_form_with_one_file_is_refused(
    quick: Asked, headers: dict[str, str], body: bytes, status: int
) -> None:
    """Another type, two files, none, half of one, too many fields, too long; nothing came (R-HTTP-6)."""
    answer = quick.browser.send("POST", f"{quick.path}/items/passport", headers=SAME_SITE | headers, body=body)

    assert status == answer.status
    assert [] == quick.sent()
    assert RequestState.OPEN is quick.state


def test_an_empty_form_shows_the_page_again(quick: Asked) -> None:
    """Browsers send a nameless file when none was chosen."""
    assert 303 == quick.send("", b"").status
    assert [] == quick.sent()


def test_a_form_may_hold_other_fields(quick: Asked) -> None:
    """Such as a host's own token against forgery."""
    form = multipart(("id.pdf", PDF), fields=(("csrf", "abc"),))
    answer = quick.browser.send("POST", f"{quick.path}/items/passport", headers=SAME_SITE | MULTIPART, body=form)

    assert (303, ["id.pdf"]) == (answer.status, quick.sent())


def test_an_unknown_item_is_an_unknown_address(quick: Asked) -> None:
    """As garbage is."""
    assert 404 == quick.send("id.pdf", PDF, item="nothing").status


def test_a_contact_says_that_this_is_all(quick: Asked) -> None:
    """The button is there when something came and something is missing, and nowhere else."""
    before = text_of(quick.browser.get(quick.path))
    quick.send("letter.pdf", PDF, item="letters")
    partial = text_of(quick.browser.get(quick.path))
    answer = quick.browser.post(f"{quick.path}/finish")
    again = quick.browser.post(f"{quick.path}/finish")

    assert ["That is all" in text for text in (before, partial)] == [False, True]
    assert (303, 303) == (answer.status, again.status)
    assert RequestState.SUBMITTED is quick.state
    assert "That is all" not in text_of(quick.browser.get(quick.path))


def test_what_was_sent_back_is_said(quick: Asked) -> None:
    """With the reason, escaped."""
    quick.send("id.pdf", PDF)
    quick.site.kit.requests.send_back(
        quick.site.kit.requests.get(quick.request), reason="<b>blurred</b>", by=quick.site.maria
    )
    text = text_of(quick.browser.get(quick.path))

    assert "&lt;b&gt;blurred&lt;/b&gt;" in text
    assert "One file is needed." in text


def test_what_is_accepted_takes_nothing_more(quick: Asked) -> None:
    """The page says so, without forms; who sends something nevertheless is told."""
    quick.send("id.pdf", PDF)
    quick.site.kit.requests.accept(quick.site.kit.requests.get(quick.request), by=quick.site.maria)
    text = text_of(quick.browser.get(quick.path))
    sent = quick.send("id.pdf", PDF)

    assert "Everything was accepted." in text
    assert "<form" not in text
    assert (409, 409) == (sent.status, quick.begin("id.pdf", 7).status)
    assert ["id.pdf"] == quick.sent()


def test_dead_pages_are_one_answer(quick: Asked) -> None:
    """A cancelled request, garbage and an unknown address are the same for every method; time over may be said."""
    path = quick.path
    quick.site.kit.requests.cancel(quick.request, by=quick.site.maria)
    for method, below in (("GET", ""), ("POST", "/items/passport"), ("POST", "/finish"), ("POST", "/files")):
        answers = [
            quick.site.browser(f"192.0.2.{number}").send(method, f"{base}{below}", headers=SAME_SITE | TUS | FORM)
            for number, base in enumerate((path, "/u/garbage", "/u/upload.default.x.1.y"))
        ]

        assert 404 == answers[0].status
        assert answers[0] == answers[1] == answers[2]
    assert quick.browser.get(path) == quick.browser.get("/no/such/address")


def test_time_over_may_be_said(quick: Asked) -> None:
    """Of a genuine address alone."""
    quick.site.clock.set(quick.request.expires_at)
    page = quick.browser.get(quick.path)

    assert 410 == page.status
    assert "The time for sending files is over" in text_of(page)


def test_guesses_are_counted(quick: Asked) -> None:
    """Twenty wrong addresses a minute; a right one is never refused (R-LINK-7)."""
    browser = quick.browser
    statuses = [browser.get("/u/guess").status for _ in range(21)]

    assert [404] * 20 + [429] == statuses
    assert 200 == browser.get(quick.path).status


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_other_sites_send_nothing(quick: Asked, method: str) -> None:
    """A page of another site cannot have a browser send, add or remove anything (R-HTTP-5)."""
    where = quick.begin("id.pdf", len(PDF)).header("Location") or ""
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    paths = [f"{quick.path}/files", f"{quick.path}/items/passport", f"{quick.path}/finish"]
    for path in paths if method == "POST" else [where]:
        answer = quick.browser.send(method, path, headers=TUS | PART | MULTIPART | foreign | {"Upload-Offset": "0"})
        assert 403 == answer.status

    assert "0" == quick.browser.send("HEAD", where, headers=TUS).header("Upload-Offset")


def test_a_file_comes_in_parts(asked: Asked) -> None:
    """Tus 1.0: options, creation, offset, parts, the end; and it is a submission."""
    options = asked.browser.send("OPTIONS", f"{asked.path}/files")
    begun = asked.begin("big.pdf", len(pdf(9000)))
    where = begun.header("Location") or ""
    first = asked.part(where, 0, pdf(9000)[:4000])
    seen = asked.browser.send("HEAD", where, headers=TUS)
    last = asked.part(where, 4000, pdf(9000)[4000:])

    assert (204, "1.0.0", "creation,expiration,termination") == (
        options.status,
        options.header("Tus-Version"),
        options.header("Tus-Extension"),
    )
    assert (201, 204, 200, 204) == (begun.status, first.status, seen.status, last.status)
    assert ["4000", "4000", str(len(pdf(9000)))] == [each.header("Upload-Offset") for each in (first, seen, last)]
    assert str(len(pdf(9000))) == seen.header("Upload-Length")
    assert "GMT" in (begun.header("Upload-Expires") or "")
    assert {"1.0.0"} == {each.header("Tus-Resumable") for each in (options, begun, first, seen, last)}
    assert ["big.pdf"] == asked.sent()
    assert RequestState.SUBMITTED is asked.state


def test_parts_are_refused_as_tus_says(quick: Asked) -> None:
    """Another version, another place, another type, no length, unknown; what came stays as it is."""
    where = quick.begin("id.pdf", len(PDF)).header("Location") or ""
    quick.part(where, 0, PDF[:10])
    elsewhere = quick.part(where, 3, PDF[3:])
    browser = quick.browser

    assert (409, "10") == (elsewhere.status, elsewhere.header("Upload-Offset"))
    assert 412 == quick.part(where, 10, PDF[10:], **{"Tus-Resumable": "0.2.2"}).status
    assert 415 == quick.part(where, 10, PDF[10:], **{"Content-Type": "application/pdf"}).status
    assert 400 == quick.part(where, 10, PDF[10:], **{"Upload-Offset": "ten"}).status
    assert 400 == quick.part(where, 10, PDF[10:] + b"more").status
    assert 404 == quick.part(f"{quick.path}/files/nobody", 0, PDF).status
    assert 400 == browser.send("POST", f"{quick.path}/files", headers=TUS).status
    assert 400 == quick.begin("id.pdf", 7, **{"Upload-Metadata": "filename %%%"}).status
    assert "10" == browser.send("HEAD", where, headers=TUS).header("Upload-Offset")


def test_a_part_that_ends_early_is_kept(quick: Asked) -> None:
    """What came of it counts, and the next part goes on from there."""
    where = quick.begin("id.pdf", len(PDF)).header("Location") or ""
    broken = quick.part(where, 0, PDF[:100], **{"Content-Length": str(len(PDF))})

    assert 400 == broken.status
    offset = int(quick.browser.send("HEAD", where, headers=TUS).header("Upload-Offset") or 0)
    assert 204 == quick.part(where, offset, PDF[offset:]).status
    assert ["id.pdf"] == quick.sent()


def test_a_file_is_taken_back(quick: Asked) -> None:
    """Its place goes to others."""
    where = quick.begin("id.pdf", len(PDF)).header("Location") or ""
    gone = quick.browser.send("DELETE", where, headers=TUS)

    assert 204 == gone.status
    assert 404 == quick.browser.send("HEAD", where, headers=TUS).status
    assert 404 == quick.part(where, 0, PDF).status


@pytest.mark.parametrize(
    ("name", "size", "status", "code"),
    [
        ("id.exe", 7, 415, "executable"),
        ("id.pdf", 2_000_001, 413, "too-large"),
        ("movie.mp4", 7, 415, "media"),
        ("", 7, 400, "empty"),
    ],
)
def test_a_file_is_refused_before_it_travels(quick: Asked, name: str, size: int, status: int, code: str) -> None:
    """By what is announced, with a code and a sentence (u2)."""
    refused = quick.begin(name, size)
    told = json.loads(refused.body)

    assert (status, code) == (refused.status, told["code"])
    assert told["message"].endswith(".")
    assert "application/json; charset=utf-8" == refused.header("Content-Type")


def test_a_program_is_refused_at_its_first_part(quick: Asked) -> None:
    """Of a file that pretends, little travels; and nothing stays."""
    where = quick.begin("id.pdf", 1_000_000).header("Location") or ""
    refused = quick.part(where, 0, PROGRAM)

    assert (415, "executable") == (refused.status, json.loads(refused.body)["code"])
    assert 404 == quick.browser.send("HEAD", where, headers=TUS).status


def test_full_is_full(quick: Asked) -> None:
    """A third file for an item that takes two is refused, by a form and in parts."""
    quick.send("a.pdf", PDF)
    quick.begin("b.pdf", len(PDF))
    refused = quick.begin("c.pdf", len(PDF))
    page = quick.send("c.pdf", PDF)

    assert (413, 413) == (refused.status, page.status)
    assert "There are enough files for this already." == json.loads(refused.body)["message"]
    assert "There are enough files for this already." in text_of(page)


def test_another_tenants_page_is_unknown_here() -> None:
    """Where the site tells the tenant (R-TEN-1)."""
    site = make_site(resolve_tenant=lambda _: "other")
    asked = asked_at(site)

    assert 404 == asked.browser.get(asked.path).status
    assert 404 == asked.begin("id.pdf", 7).status


def test_no_byte_of_a_file_comes_out(quick: Asked) -> None:
    """Neither GET of any address, nor HEAD, nor a range (R-REQ-2)."""
    marker = b"% the secret of the passport\n"
    body = PDF + marker
    where = quick.begin("id.pdf", len(body)).header("Location") or ""
    quick.part(where, 0, body[:-3])
    quick.send("id.pdf", body)
    for path in (quick.path, where, f"{quick.path}/files", f"{quick.path}/items/passport"):
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = quick.browser.send(method, path, headers=TUS | {"Range": "bytes=0-99"})
            assert b"secret of the passport" not in answer.body
            assert b"%PDF" not in answer.body


def test_every_group_of_types_has_its_words() -> None:
    """What a group of types takes is said in the language of the reader; a type by itself by its ending."""
    site = make_site()
    ana = site.kit.people.add_contact("Ana", "ana@acme.test", locale="nl", by=site.maria)
    groups = {"pdf", "office", "text", "csv", "images"}
    items = [
        RequestItem("All", accept=groups),
        RequestItem("Any", accept={"documents"}),
        RequestItem("One", accept={"odt"}),
    ]
    request = site.kit.requests.create(to=ana, items=items, about=site.relaunch, by=site.maria)
    page = text_of(site.browser().get(site.portal.upload_path(request, ana)))
    rules = [each.strip().partition(", elk tot")[0] for each in re.findall(r'id="rules-[^>]+>([^<]+)', page)]

    assert rules == [
        "Toegestaan: pdf, Office-documenten, tekstbestanden, tabellen (CSV), afbeeldingen",
        "Toegestaan: documenten",
        "Toegestaan: .odt",
    ]
