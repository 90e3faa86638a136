"""The law firm's case files as a program: staff and clients over HTTP, and its own tests."""

import html
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from tests.features._requests import PDF
from tests.screening.test_collection import pack

EXAMPLES = Path(__file__).parents[2] / "examples"
STAFF_PAGES = (
    "/",
    "/cases/1/",
    "/cases/new/",
    "/cases/1/close/",
    "/cases/1/people/",
    "/people/x/",
    "/organizations/x/",
    "/portal-settings/",
    "/handover/",
    "/cases/1/papers/",
    "/cases/1/requests/",
    "/cases/1/requests/ask/",
    "/papers/x/",
    "/papers/x/people/",
    "/papers/x/bytes/",
)
LONG = 240.0  # seconds; a machine that is busy answers late
PASSWORD = "open-the-file"
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}


def environment(data: Path) -> dict[str, str]:
    """The environment of a process of the example, with data of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CASES_", "DJANGO_"))}
    paths = [str(EXAMPLES), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**kept, "CASES_DATA": str(data), "PYTHONPATH": os.pathsep.join(paths)}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running server with fresh demo data."""
    data = tmp_path_factory.mktemp("cases") / "data"
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "django_cases", "--port", "0", "--data", str(data)],
        env=environment(data),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        found = re.search(r"http://\S+?(?=/ )", server.stdout.readline())
        try:
            assert found is not None, server.stderr.read()
            yield found[0]
        finally:
            server.terminate()  # an interrupt may be ignored where the tests run in the background
            complaints = server.communicate()[1]

    assert complaints == ""


class Desk:
    """Somebody from the firm, signed in, who sends the forms that the pages show."""

    def __init__(self, address: str, who: str) -> None:
        self.browser = httpx.Client(base_url=address, follow_redirects=True, timeout=LONG)
        assert "Sign in" in self.get("/")
        assert "Sign out" in self.post("/sign-in/", username=who, password=PASSWORD)

    def get(self, path: str) -> str:
        """Return a page that is there."""
        answer = self.browser.get(path)
        assert answer.status_code == 200, answer
        return html.unescape(answer.text)

    def post(self, path: str, **fields: str | list[str]) -> str:
        """Send a form with the token of its page, and return the page that follows."""
        page = (
            self.browser.get(path).text if "/time/" not in path else self.browser.get(path.removesuffix("time/")).text
        )
        (token, *_) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        return html.unescape(self.browser.post(path, data={"csrfmiddlewaretoken": token, **fields}).text)

    def case(self, reference: str) -> str:
        """Return the path of a case."""
        found = re.search(rf'{reference}</span>.*?href="(/cases/\d+/)"', self.get("/"), re.DOTALL)
        assert found is not None
        return found[1]

    def urls(self, case: str) -> list[str]:
        """Return the addresses of the live links to a case."""
        return re.findall(r'class="url" id="[^"]+" value="([^"]+)"', self.get(case))


@pytest.fixture
def judith(address: str) -> Iterator[Desk]:
    """A partner."""
    desk = Desk(address, "judith")
    with closing(desk.browser):
        yield desk


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """Somebody outside, with nothing but a link."""
    with httpx.Client(timeout=LONG) as client:
        yield client


def test_a_link_is_made_read_and_taken_back(judith: Desk, client: httpx.Client) -> None:
    """The client reads the shown parts of the file in the own language and live, until the link is deactivated."""
    case = judith.case("26-027")
    judith.post(f"{case}links/new/", sections=["standing", "documents", "time"])
    (url,) = judith.urls(case)
    page = client.get(url)
    judith.post(f"{case}time/", day="2026-01-05", time="0:25", work="Gebeld met de deskundige")
    later = client.get(url)
    asked = re.findall(rf'href="({case}links/[^"]+/deactivate/)"', judith.get(case))
    judith.post(asked[0])
    gone = client.get(url)

    assert page.status_code == 200
    assert [name for name, part in HEADERS.items() if part not in page.headers.get(name, "")] == []
    assert all(word in page.text for word in ("Lekkende kozijnen", "Stukken", "Dagvaarding", "Ons kenmerk"))
    assert not [word for word in ("schikken", "ondergrens", "Mondelinge behandeling") if word in page.text]
    assert "Gebeld met de deskundige" in later.text
    assert gone.status_code == 404
    assert judith.urls(case) == []


def test_an_internal_title_is_asked_about(judith: Desk, client: httpx.Client) -> None:
    """A case without a title for the client gets one, before anything is shown."""
    case = judith.case("26-018")
    question = judith.post(f"{case}links/new/", sections=["standing"])
    nothing = judith.urls(case)
    judith.post(f"{case}links/new/", sections=["standing"], client_title="La herencia", password="una palabra larga")
    (url,) = judith.urls(case)
    page = client.get(url)
    opened = client.post(
        url, data={"password": "una palabra larga"}, headers={"Origin": re.findall(r"^.*?//[^/]+", url)[0]}
    )

    assert "The client would read" in question
    assert nothing == []
    assert "brother" not in page.text
    assert "Judith Brandsma" not in page.text
    assert opened.status_code == 303


def test_a_case_is_opened_with_its_link_and_closed_with_it(judith: Desk, client: httpx.Client) -> None:
    """What belongs to a new case is there at once, and goes together when the case is closed."""
    wish = {"reference": "26-055", "title": "Tervoort, tweede zaak", "client_title": "Uw schutting", "client": "1"}
    clients = re.findall(r'<option value="(\d+)"', judith.get("/cases/new/"))
    page = judith.post(
        "/cases/new/", **{**wish, "client": clients[0]}, first_day="2030-01-02", first_date="Zitting", with_link="on"
    )
    again = judith.post("/cases/new/", **{**wish, "client": clients[0]}, first_day="2030-01-02", first_date="Zitting")
    case = judith.case("26-055")
    (url,) = judith.urls(case)
    before = client.get(url)
    closed = judith.post(f"{case}close/")

    assert "The case is open." in page
    assert "There is a case with this reference already." in again
    assert "Uw schutting" in before.text
    assert "The case is closed, and 1 link with it." in closed
    assert client.get(url).status_code == 404


def found(page: str, name: str) -> str:
    """Return what choosing somebody sends."""
    boxes = re.findall(r'name="to" value="([^"]+)"[^>]*>\s*<span class="sk-who"><span class="sk-name">([^<]+)<', page)
    return str(next(key for key, shown in boxes if shown == name))


def test_a_case_is_shared_with_people_who_find_it_in_the_portal(judith: Desk, client: httpx.Client) -> None:
    """Searched, rehearsed, shared, invited, previewed, read in Dutch without the firm's title, and taken back."""
    case = judith.case("26-027")
    people = f"{case}people/"
    offered = judith.get(people)
    chosen = [found(offered, name) for name in ("Marloes Tervoort", "Familie Tervoort")]
    told = judith.post(people, do="plan", to=chosen)
    nothing = judith.get(people)
    shared = judith.post(people, do="share", to=chosen)
    again = judith.post(people, do="share", to=chosen)
    person = re.findall(r'href="(/people/[^"/]+/)">Marloes', judith.get(case))[0]
    preview = judith.get(re.findall(r'href="([^"]+/sees/[^"]+)"', judith.get(person))[0])
    judith.browser.post(f"{person}invite/", data=token_of(judith, person))
    (door,) = re.findall(r'class="url" id="invitation" value="([^"]+)"', judith.get(person))
    client.post(door, headers={"Sec-Fetch-Site": "same-origin"})
    path = f"/share/p/case/{case.split('/')[2]}"
    home, item = (client.get(urljoin(door, each)).text for each in ("/share/p/", path))
    grants = re.findall(r'name="grant" value="([^"]+)"', judith.get(people))
    taken = [judith.post(people, do="revoke", grant=grant) for grant in grants][-1]

    assert "“Lekkende kozijnen, Lindelaan 8” will be seen by Marloes Tervoort." in told
    assert "Where it stands, Next dates and Documents" in told
    assert "Nobody outside sees it." in nothing
    assert "Shared with Marloes Tervoort and Familie Tervoort." in shared
    assert "It was shared with Marloes Tervoort and Familie Tervoort already." in again
    assert "Stand van zaken" in preview
    assert 'lang="nl' in preview
    assert "Lekkende kozijnen" in home
    assert "Stukken" in item
    assert "schikken" not in home + item
    assert len(grants) == 2
    assert "does not see it any more." in taken
    assert "Nobody outside sees it." in taken
    assert client.get(urljoin(door, path)).status_code == 404


def token_of(desk: Desk, path: str) -> dict[str, str]:
    """Return the token of a page's forms."""
    (token, *_) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', desk.browser.get(path).text)
    return {"csrfmiddlewaretoken": token}


def test_somebody_new_is_added_where_the_case_is_shared(judith: Desk) -> None:
    """They are found from then on; a mistake is told at its field, and nothing that was typed is lost."""
    people = f"{judith.case('26-018')}people/"
    wrong = judith.post(people, do="share", **{"new-name": "Rosa Valdés", "new-email": "rosa", "new-locale": "es"})
    new = {"new-name": "Rosa Valdés", "new-email": "rosa@valdesroig.example", "new-locale": "es", "new-tags": "heirs"}
    added = judith.post(people, do="share", **new)
    tagged = judith.post(people, do="search", q="heirs")

    assert "Nothing was shared." in wrong
    assert "Write one e-mail address." in wrong
    assert 'value="Rosa Valdés"' in wrong
    assert "Shared with Rosa Valdés." in added
    assert "rosa@valdesroig.example" in tagged


def test_a_closed_case_is_shared_with_nobody(judith: Desk) -> None:
    """Closing takes it back from everybody, and nobody can share it again."""
    clients = re.findall(r'<option value="(\d+)"', judith.get("/cases/new/"))
    wish = {"reference": "26-077", "title": "Derde zaak", "client_title": "Uw heg", "client": clients[0]}
    judith.post("/cases/new/", **wish, first_day="2030-01-02", first_date="Zitting")
    case = judith.case("26-077")
    people = f"{case}people/"
    key = re.findall(r'name="to" value="(contact:[^"]+)"', judith.get(people))[0]
    judith.post(people, do="share", to=key)
    judith.post(f"{case}close/")
    page = judith.get(people)

    assert "This case is closed." in page
    assert "Nobody outside sees it." in page
    assert judith.browser.post(people, data={**token_of(judith, case), "do": "share", "to": key}).status_code == 403


def test_the_office_manager_sets_what_the_portal_shows(address: str, judith: Desk) -> None:
    """What nobody has decided about is marked; after a look at the change it is saved, by nobody else."""
    bea = Desk(address, "bea")
    path = "/portal-settings/"
    with closing(bea.browser):
        page = bea.get(path)
        (seen,) = re.findall(r'name="seen" value="([^"]+)"', page)
        sections = re.findall(r'name="show-case" value="([^"]+)"', page)
        sent: dict[str, str | list[str]] = {"organizations": "everyone", "ways": "1", "way-0-shared_with_me": "yes"}
        sent |= {"seen": seen, "offered-case": sections, "show-case": sections}
        planned = bea.post(path, **sent, do="plan")
        saved = bea.post(path, **sent, do="save")
        stale = bea.post(path, **sent, do="save")

    assert "nobody has decided yet" in page
    assert "What this changes" in planned
    assert "nobody has decided yet" in planned
    assert "The settings are saved." in saved
    assert "nobody has decided yet" not in saved
    assert "changed in the meantime" in stale
    assert "Only administrators change what the portal shows." in judith.get(path)


def test_cases_are_handed_over_and_links_go_on(address: str, judith: Desk, client: httpx.Client) -> None:
    """A closed case as well, in the firm's own rows; whoever may not is told so, and nothing changes (p34)."""
    bea = Desk(address, "bea")
    with closing(bea.browser):
        clients = re.findall(r'<option value="(\d+)"', bea.get("/cases/new/"))
        for reference in ("26-088", "26-089"):
            wish = {"reference": reference, "title": "Vierde zaak", "client_title": "Uw dak", "client": clients[0]}
            bea.post("/cases/new/", **wish, first_day="2030-01-02", first_date="Zitting", with_link="on")
        case, closed = bea.case("26-088"), bea.case("26-089")
        bea.post(f"{closed}close/")
        (url,) = bea.urls(case)
        options = {
            name: key for key, name in re.findall(r'<option value="(staff:[^"]+)"[^>]*>([^<]+)<', bea.get("/handover/"))
        }
        form = {"owner": options["Bea Lindeman"], "to": options["Kofi Osei"]}
        refused = judith.post("/handover/", do="save", **form)
        planned = bea.post("/handover/", do="plan", **form)
        before = bea.get(case)
        done = bea.post("/handover/", do="save", **form)
        after = bea.get(case)

    assert "You may not hand all of this over" in refused
    assert "Kofi Osei will answer for “26-088 Vierde zaak” and “26-089 Vierde zaak”." in planned
    assert ("Bea Lindeman" in before, "Kofi Osei" in before) == (True, False)
    assert "handed over to Kofi Osei." in done
    assert "Kofi Osei" in after
    assert client.get(url).status_code == 200


def test_the_office_manager_chooses_who_at_a_client_sees_what_is_shared(address: str, judith: Desk) -> None:
    """Where members are chosen one by one, nobody sees what is shared with a client until somebody is chosen."""
    case = judith.case("26-018")
    people = f"{case}people/"
    key = re.findall(r'name="to" value="(organization:[^"]+)"', judith.get(people))[0]
    judith.post(people, do="share", to=key)
    members = f"/organizations/{key.partition(':')[2]}/"
    page = judith.get(members)
    (somebody,) = re.findall(r'name="offered" value="([^"]+)"', page)
    chosen = {"offered": somebody, "sees": somebody}
    planned = judith.post(members, **chosen, do="plan")
    saved = judith.post(members, **chosen, do="save")
    stale = judith.browser.post(members, data={**chosen, "do": "save"})

    assert members in judith.get(people)
    assert "This list counts once they do." in page
    assert "It is shared with them." in page.partition("<h2>Shared with")[2]
    assert " checked" not in page
    assert "What this changes" in planned
    assert "The choice is saved." in saved
    assert re.search(rf'value="{somebody}" checked', saved)
    assert stale.status_code == 200
    assert "What you typed is still here" in stale.text
    assert judith.browser.get("/organizations/nobody/").status_code == 404


def test_a_form_that_is_out_of_date_does_nothing_and_says_so(judith: Desk) -> None:
    """Without the token of its page nothing is shared, and what was typed is still there, for whoever is signed in."""
    case = judith.case("26-018")
    key = found(judith.get(f"{case}people/"), "Inés Valdés")
    answer = judith.browser.post(f"{case}people/", data={"do": "share", "to": key, "new-name": "Rosa"})
    elsewhere = judith.browser.post(f"{case}close/")
    with httpx.Client(base_url=str(judith.browser.base_url), timeout=LONG) as stranger:
        outside = stranger.post(f"{case}people/", data={"do": "share", "to": key, "new-name": "Rosa"})

    assert "The form was out of date, so nothing was done." in answer.text
    assert re.search(f'value="{key}" checked', answer.text)
    assert 'value="Rosa"' in answer.text
    assert "Take back from Inés" not in answer.text
    assert (elsewhere.status_code, outside.status_code) == (403, 403)
    assert "This form is out of date" in elsewhere.text
    assert "Rosa" not in outside.text


def test_papers_are_asked_for_and_come(address: str, client: httpx.Client) -> None:
    """Asked for after a look, sent by the client, accepted, and found among the papers of the case with its origin."""
    kofi = Desk(address, "kofi")
    with closing(kofi.browser):
        case = kofi.case("26-031")
        ngozi = found(kofi.get(f"{case}requests/ask/"), "Ngozi Adeyemi")
        item = {"rows": "1", "item-0-title": "Gas bill", "item-0-least": "1", "item-0-most": "1"}
        seen = kofi.post(f"{case}requests/ask/", do="preview", to=ngozi, **item)
        sent = kofi.post(f"{case}requests/ask/", do="send", to=ngozi, **item)
        url = re.findall(r'value="(http[^"]+/share/u/[^"]+)"', sent)[0]
        came = client.post(
            f"{url}/items/item-1", files={"file": ("gas.pdf", PDF)}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        waiting = kofi.get(f"{case}requests/")
        request, file = (re.findall(rf'name="{name}" value="([^"]+)"', waiting)[0] for name in ("request", "file"))
        accepted = kofi.post(f"{case}requests/", do="accept", request=request, file=file)
        papers = kofi.get(f"{case}papers/")
        (paper,) = re.findall(r'href="(/papers/[^"/]+/)">gas\.pdf', papers)
        origin = kofi.get(paper)
        there = kofi.browser.get(f"{paper}bytes/")
        person = kofi.get(re.findall(r'href="(/people/[^"/]+/)">Ngozi', waiting)[0])

    assert "Documents for Your deposit, Quayside 14" in seen
    assert came.status_code == 303
    assert "Waits for you" in waiting
    assert "It is accepted." in accepted
    assert "Document (Portal)" in papers
    assert "Sent by</dt><dd>Ngozi Adeyemi" in origin
    assert "Answered for by</dt><dd>Kofi Osei" in origin
    assert there.content == PDF
    assert "Bank statement that shows the deposit" in person


def test_papers_are_added_shared_and_kept_from_others(address: str) -> None:
    """Several files at once by the page for it; who does not lead the case reads them and adds nothing."""
    kofi, renske = Desk(address, "kofi"), Desk(address, "renske")
    with closing(kofi.browser), closing(renske.browser):
        papers = f"{kofi.case('26-031')}papers/"
        form = {**token_of(kofi, papers), "do": "add", "once": "1"}
        files = [("file", ("a.txt", b"A")), ("file", ("b.txt", b"B"))]
        added = kofi.browser.post(papers, data=form, files=files)
        (paper,) = re.findall(r'href="(/papers/[^"/]+/)">a\.txt', added.text)
        key = found(kofi.get(f"{paper}people/"), "Ngozi Adeyemi")
        shared = kofi.post(f"{paper}people/", do="share", to=key)
        tried = renske.browser.post(papers, data={**token_of(renske, "/"), "do": "add"}, files=files)
        asked = renske.get(f"{papers.removesuffix('papers/')}requests/")
        stale = renske.browser.post(f"{paper}people/", data={"do": "share", "new-name": "Rosa"})

    assert "Added: a.txt and b.txt." in html.unescape(added.text)
    assert "Shared with Ngozi Adeyemi." in shared
    assert tried.status_code == 403
    assert "Remind" not in asked
    assert "The form was out of date" in stale.text


def test_others_may_look_and_not_share(address: str, judith: Desk) -> None:
    """Somebody who does not lead the case finds no way to share it, by the page or past it."""
    case = judith.case("26-027")
    renske = Desk(address, "renske")
    with closing(renske.browser):
        page = renske.get(case)
        refused = renske.get(f"{case}links/new/")
        people = renske.get(f"{case}people/")
        unknown = [renske.browser.get(path).status_code for path in ("/people/x/", "/people/x/sees/1/")]

    assert "Create link" not in page
    assert "Only who leads an open case shares it." in refused
    assert "only Judith Brandsma and the office manager share it" in people
    assert "Find people" not in people
    assert unknown == [404, 404]


def test_the_admin_has_both(address: str) -> None:
    """The office manager sees the firm's tables and sharekit's in one admin."""
    bea = Desk(address, "bea")
    with closing(bea.browser):
        page = bea.get("/admin/")
        links = bea.get("/admin/sharekit/readlink/")

    assert all(word in page for word in ("Office", "Client sharing", "Read links", "Cases"))
    assert "read link" in links.lower()


def test_nobody_reads_without_signing_in(address: str) -> None:
    """Every page for staff sends a stranger to the door, and unknown addresses are no pages."""
    with httpx.Client(base_url=address, timeout=LONG) as stranger:
        answers = {path: stranger.get(path) for path in STAFF_PAGES}
        unknown = stranger.get("/share/l/nothing")

    assert {answer.status_code for answer in answers.values()} == {302}
    assert {answer.headers["location"].partition("?")[0] for answer in answers.values()} == {"/sign-in/"}
    assert unknown.status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["test", "django_cases.office"], "OK"),
        (["check", "--fail-level", "WARNING"], "no issues"),
        (["makemigrations", "--check"], "No changes"),
    ],
    ids=["test", "check", "makemigrations"],
)
def test_the_projects_own_commands_are_content(tmp_path: Path, words: list[str], told: str) -> None:
    """Its own tests pass, its system checks find nothing, and no migration is missing."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / "django_cases" / "manage.py"), *words],
        env=environment(tmp_path / "data"),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert told in done.stdout + done.stderr


def test_a_second_start_keeps_the_data_and_a_busy_port_is_told(address: str, tmp_path: Path) -> None:
    """Keys are for their owner alone; a port that is taken ends the start with a sentence."""
    port = address.rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "django_cases", "--port", port, "--data", str(tmp_path / "data")],
        env=environment(tmp_path / "data"),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert done.returncode == 1
    assert f"Port {port} cannot be opened" in done.stdout
    assert (tmp_path / "data" / "sharekit.key").stat().st_mode & 0o777 == 0o600


def _look_at_people(page: Any, look: Callable[[str], None]) -> None:  # noqa: ANN401  # playwright may be absent
    """Go from a case to everybody it is shared with, and to the settings of the portal."""
    shares = f"{urlsplit(page.url).path[:9]}people/"
    page.goto(shares)
    look("share")
    page.get_by_role("checkbox", name="Adeyemi").last.check()
    # A page is looked at when it has come: axe cannot go on while it is replaced.
    with page.expect_navigation():
        page.get_by_role("button", name="Show what this reveals").click()
    look("what it reveals")
    with page.expect_navigation():
        page.get_by_role("button", name="Share", exact=True).click()
    look("shared")
    page.get_by_role("link", name="Adeyemi").first.click()
    page.wait_for_url("**/people/*/")
    look("person")
    page.get_by_role("link", name="Preview as client").click()
    page.wait_for_url("**/sees/*/")
    look("preview")
    page.goto("/portal-settings/")
    look("portal settings")
    page.goto(shares)
    page.get_by_label("Find people and organizations").fill("Familie")
    page.get_by_role("checkbox", name="Familie Tervoort").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("link", name="Familie Tervoort").first.click()
    page.wait_for_url("**/organizations/*/")
    look("organization")


def _look_at_papers(page: Any, look: Callable[[str], None]) -> None:  # noqa: ANN401  # playwright may be absent
    """Go to the papers of a case, to one of them, to what is asked for, and ask for more."""
    case = urlsplit(page.url).path[:9]
    page.goto(f"{case}papers/")
    look("papers")
    page.get_by_role("link", name="Tenancy agreement.pdf", exact=True).click()
    page.wait_for_url("**/papers/*/")
    look("paper")
    page.goto(f"{case}requests/")
    look("asked for")
    page.get_by_role("link", name="Ask for documents").click()
    page.wait_for_url("**/ask/")
    page.get_by_role("checkbox", name="Ngozi Adeyemi").check()
    page.get_by_label("What", exact=True).fill("Gas bill")
    with page.expect_navigation():
        page.get_by_role("button", name="Show what they will read").click()
    look("ask")
    with page.expect_navigation():
        page.get_by_role("button", name="Send request").click()
    client = page.context.browser.new_page(viewport=page.viewport_size)
    client.goto(page.get_by_label("Address of the upload page for Ngozi Adeyemi").first.input_value())
    files = [{"name": name, "mimeType": "", "buffer": pack()[name]} for name in ("writer.pdf", "writer.docx")]
    client.locator("#file-item-1").set_input_files(files)
    client.locator(".receipts time").nth(1).wait_for()
    client.close()
    page.goto(f"{case}papers/")
    look("papers with what came")
    for file in files:
        (path,) = {each.get_attribute("href") for each in page.get_by_role("link", name=file["name"], exact=True).all()}
        assert page.request.get(f"{path}bytes/").body() == file["buffer"]


def _look_at_talks(page: Any, look: Callable[[str], None]) -> None:  # noqa: ANN401  # playwright may be absent
    page.goto("/conversations/")
    look("conversations")
    page.get_by_role("link", name="The landlord's answer").click()
    page.get_by_text("Answer clients").click()
    page.get_by_text("Note for staff", exact=True).click()
    look("conversation")
    page.get_by_role("link", name="Who takes part").click()
    look("who takes part")
    page.goto("/conversations/new/")
    look("start a conversation")


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        pytest.param(1280, "light", id="desk", marks=pytest.mark.deep),  # every day the portal's walk looks at a desk
        pytest.param(360, "dark", id="phone"),
    ],
)
def test_every_page_can_be_read_by_everybody(address: str, width: int, scheme: Literal["dark", "light"]) -> None:
    """On a desk and on a phone no page has a barrier, scrolls sideways, or asks anything of another site."""
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    from tests.browsers import PATIENCE, browsing

    found: dict[str, object] = {}
    with browsing() as browser:
        page = browser.new_page(base_url=address, viewport={"width": width, "height": 800}, color_scheme=scheme)
        page.set_default_timeout(PATIENCE)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))

        def look(name: str) -> None:
            sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            found[name] = [rule["id"] for rule in axe.Axe().run(page).response["violations"]], sideways

        page.goto("/")
        look("sign in")
        page.get_by_label("Username").fill("kofi")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        look("cases")
        page.get_by_role("link", name="Adeyemi").click()
        page.get_by_role("link", name="Create link").click()
        look("create link")
        page.get_by_role("button", name="Create link").click()
        look("case")
        url = page.get_by_label("Address of the link").first.input_value()
        page.get_by_role("button", name="Copy link").first.click()
        page.get_by_role("link", name="Deactivate").first.click()
        look("deactivate")
        _look_at_papers(page, look)
        _look_at_talks(page, look)
        page.goto("/")
        page.get_by_role("link", name="Adeyemi").click()
        page.wait_for_url("**/cases/*/")
        _look_at_people(page, look)
        page.goto("/")
        page.get_by_role("link", name="Adeyemi").click()
        page.wait_for_url("**/cases/*/")
        for name, path in (("open a case", "/cases/new/"), ("close", f"{urlsplit(page.url).path[:9]}close/")):
            page.goto(path)
            look(name)
        page.goto(url)
        look("client")

    assert found == dict.fromkeys(found, ([], 0))
    assert len(found) == 24
    assert {urlsplit(asked_url).netloc for asked_url in asked} == {urlsplit(address).netloc}
