"""The law firm's conversations: by Django's own forms and their tokens, and in two browsers at once."""

import html
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.examples.test_django_cases import LONG, PASSWORD, Desk, environment, found, token_of
from tests.features._requests import PDF, PROGRAM

ROOT = Path(__file__).parents[2]
SUBJECT = "The landlord's answer"


class Office:
    """
    The running firm, whose clock and mail are in the hands of a test.

    Attributes:
        address: Where it is served.
    """

    def __init__(self, server: subprocess.Popen[str]) -> None:
        self._server = server
        self.address = self._line()

    def wait(self) -> None:
        """Let time pass until nothing can be taken back any more, and the news is told."""
        self._ask("pass 3")

    def bring(self, sender: str, talk: str, text: str) -> str:
        """Have a mail come that nobody can prove, and return what became of it."""
        return self._ask(f"mail {sender} {talk} {text}")

    def _ask(self, line: str) -> str:
        assert self._server.stdin is not None
        self._server.stdin.write(f"{line}\n")
        self._server.stdin.flush()
        return self._line()

    def _line(self) -> str:
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        assert line, "the server has ended"
        return line.strip()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The case files with fresh demo data; they end with their input, and have complained of nothing."""
    data = tmp_path_factory.mktemp("cases") / "data"
    log = data.parent / "complaints"
    with (
        log.open("w", encoding="utf-8") as complaints,
        subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.examples._cases_server", str(data)],
            cwd=ROOT,
            env=environment(data),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            encoding="utf-8",
        ) as server,
    ):
        try:
            yield Office(server)
        finally:
            assert server.stdin is not None
            server.stdin.close()
            server.wait(240)

    assert log.read_text("utf-8") == ""


@pytest.fixture
def hire(office: Office) -> Iterator[Callable[[str], Desk]]:
    """Have somebody sign in."""
    desks: list[Desk] = []

    def hired(who: str) -> Desk:
        desks.append(Desk(office.address, who))
        return desks[-1]

    yield hired
    for desk in desks:
        desk.browser.close()


def talk_of(desk: Desk, subject: str = SUBJECT) -> str:
    """Return the path of a conversation."""
    (path,) = re.findall(rf'href="(/conversations/[^"]+/)">{re.escape(subject)}', desk.get("/conversations/"))
    return str(path)


def send(desk: Desk, path: str, *files: tuple[str, bytes], **fields: str | list[str]) -> httpx.Response:
    """Send a form with files and the token of its page, without going on to the page that follows."""
    data = {**token_of(desk, path), **fields}
    return desk.browser.post(path, data=data, files=[("file", file) for file in files], follow_redirects=False)


def test_staff_answer_and_keep_notes_by_djangos_forms(hire: Callable[[str], Desk]) -> None:
    """Colleagues read both with their files; a program is refused beside the form, and what was typed stays."""
    kofi, renske = hire("kofi"), hire("renske")
    path = talk_of(kofi)
    page = kofi.get(path)
    (question,) = re.findall(r'id="message-([^"]+)"(?:(?!id="message-).)*text message now', page, re.DOTALL)
    (renskes,) = re.findall(r'name="colleague" value="([^"]+)"> <span class="sk-name">Renske', page)[:1]
    note = send(kofi, path, do="note", once="1", text="No photograph.", answers=question, colleague=renskes)
    reply = send(kofi, path, ("letter.pdf", PDF), do="reply", once="2", text="Please do.", answers=question)
    twice = send(kofi, path, ("letter.pdf", PDF), do="reply", once="2", text="Please do.", answers=question)
    refused = send(kofi, path, ("run.exe", PROGRAM), do="reply", text="Run this.", answers=question)
    seen = renske.get(path)
    file = renske.browser.get(re.findall(r'href="(/conversations/files/[^"]+)">letter\.pdf', seen)[0])

    assert [302, 302, 302, 422] == [answer.status_code for answer in (note, reply, twice, refused)]
    assert "Programs and scripts are not taken." in refused.text
    assert "Run this." in refused.text
    assert f'name="answers" value="{question}"' in refused.text
    assert (seen.count(">Please do.<"), seen.count(">No photograph.<")) == (1, 1)
    assert seen.count("In answer to Ngozi Adeyemi") == 2
    assert "Renske Vaart" in re.findall(r'<header class="sk-head">.*?</header>', seen, re.DOTALL)[0]
    assert file.content == PDF
    assert "attachment" in file.headers["content-disposition"]
    assert [404] * 3 == [
        kofi.browser.get(f"/conversations/{part}").status_code for part in ("files/x/1/", "x/", "x/people/")
    ]


def test_a_form_without_its_token_writes_nothing_and_keeps_what_was_typed(
    office: Office, hire: Callable[[str], Desk]
) -> None:
    """Whoever signed in anew meanwhile sends it once more; a stranger's form gets nothing at all."""
    kofi = hire("kofi")
    path = talk_of(kofi)
    ngozi = found(kofi.get(f"/conversations/new/?about=case:{kofi.case('26-031').split('/')[2]}"), "Ngozi Adeyemi")
    typed = {"do": "note", "composer": "note", "text": "Typed for an hour."}
    stale = html.unescape(kofi.browser.post(path, data=typed).text)
    begun = {"do": "start", "subject": "Half begun", "text": "Half said.", "to": ngozi, "audience": "client"}
    started = html.unescape(kofi.browser.post("/conversations/new/", data=begun).text)
    joined = html.unescape(kofi.browser.post(f"{path}people/", data={"do": "add", "to": ngozi, "history": "full"}).text)
    elsewhere = kofi.browser.post("/conversations/held/", data={"do": "accept", "held": "x"})
    with httpx.Client(base_url=office.address, timeout=LONG) as stranger:
        refused = [stranger.post(each, data=typed).status_code for each in (path, "/conversations/new/")]
    lost = kofi.get("/conversations/")

    assert all("The form was out of date, so nothing was done." in page for page in (stale, started, joined))
    assert re.search(r'sk-composer-note" open', stale)
    assert "Typed for an hour." in stale
    assert 'value="Half begun"' in started
    assert re.search(f'value="{ngozi}" checked', started)
    assert re.search('value="full" checked', joined)
    assert elsewhere.status_code == 403
    assert refused == [403, 403]
    assert "Typed for an hour." not in kofi.get(path)
    assert "Half begun" not in lost


def test_the_pages_around_conversations(hire: Callable[[str], Desk]) -> None:
    """A choice is saved by Django's form; lost letters are for administrators, who find none."""
    kofi, bea = hire("kofi"), hire("bea")
    letters = "/conversations/letters/"
    news = {"messages": "daily", "documents": "off", "submissions": "immediate", "access": "hourly"}
    times = {"quiet-from": "20:00", "quiet-until": "07:30", "daily-at": "09:15"}
    saved = kofi.post(letters, do="save", **news, **times)
    about = f"/conversations/about/{kofi.case('26-031').split('/')[2]}/"
    muted = kofi.post(about, do="mute")
    lost = [desk.browser.get("/conversations/lost/") for desk in (kofi, bea)]

    assert "Your choice is saved." in saved
    assert re.search(r'<option value="daily" selected', saved)
    assert "No letter about it comes to you any more." in muted
    assert [403, 200] == [page.status_code for page in lost]


@pytest.mark.browser
@pytest.mark.slow
def test_two_people_talk(office: Office) -> None:
    """Kofi at his desk and Ngozi on her phone, about a case, a paper, and by mail."""
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    from tests.browsers import browsing
    from tests.examples._talking import Place, both, talk_with_a_client

    with browsing() as browser:
        staff, client = both(browser, office.address)
        page = staff.page
        page.goto("/")
        page.get_by_label("Username").fill("kofi")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Adeyemi").click()
        page.wait_for_url("**/cases/*/")
        case = page.url
        page.get_by_role("link", name="Share with people").click()
        page.get_by_role("checkbox", name="Ngozi Adeyemi").check()
        page.get_by_role("button", name="Share", exact=True).click()
        page.get_by_role("link", name="Ngozi Adeyemi").first.click()
        page.get_by_role("button", name=re.compile("^Invite")).click()
        client.page.goto(page.locator("#invitation").input_value())
        client.page.get_by_role("button").click()
        page.goto(f"{case}papers/")
        document = page.get_by_role("link", name="Letter before action.pdf", exact=True).get_attribute("href")
        place = Place(
            staff=staff,
            client=client,
            client_name="Ngozi Adeyemi",
            colleague="Renske Vaart",
            joiner="Marloes Tervoort",
            thing=case,
            document=str(document),
            document_name="Letter before action.pdf",
            talks="/conversations/",
            portal="/share/",
            wait=office.wait,
            bring=lambda talk, text: office.bring("ngozi@adeyemi.example", talk, text),
        )
        talk_with_a_client(place)
        for person in (staff, client):
            person.leave()
