"""Conversations in the portal: the list, a thread, writing, taking back, files, and what is refused."""

from datetime import timedelta

import attrs
import pytest

from sharekit import Audience, Contact, Decision, ResourceKind, Sharekit
from sharekit.backends.fsspec import FsspecBlobStore
from sharekit.records.conversations import Conversation, Message
from sharekit.records.documents import Upload
from sharekit.records.grants import Access
from sharekit.records.requests import RequestItem
from sharekit.testing import FrozenClock, kit
from sharekit.web import Portal
from tests.web.conftest import KEY, SAME_SITE, Browser, Site, make_site, text_of

BOUNDARY = "a-boundary-of-a-form"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"


@attrs.frozen
class Talks:
    """A conversation, and the browser of the client who takes part."""

    site: Site
    ana: Contact
    browser: Browser
    talk: Conversation

    @property
    def path(self) -> str:
        """The page of the conversation."""
        return f"/c/{self.talk.id}"

    def say(self, text: str, *, audience: Audience = Audience.CLIENT) -> Message:
        """Write as staff."""
        return self.site.kit.conversations.post(self.talk, text, audience=audience, by=self.site.maria)

    def send(self, path: str, *files: tuple[str, bytes], **fields: str) -> tuple[int, str]:
        """Send a form with files, and return the status and the page, or where it leads."""
        answer = self.browser.send("POST", path, headers=SAME_SITE | MULTIPART, body=form(*files, **fields))
        return answer.status, answer.header("Location") or text_of(answer)


MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def form(*files: tuple[str, bytes], **fields: str) -> bytes:
    """Return the body of a form with files."""
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{text}'.encode() for name, text in fields.items()]
    parts += [
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode() + data
        for name, data in files
    ]
    return b"".join(b"--%b\r\n%b\r\n" % (BOUNDARY.encode(), part) for part in parts) + f"--{BOUNDARY}--\r\n".encode()


def enter(site: Site, contact: Contact) -> Browser:
    """Return the browser of a contact who came in."""
    browser = site.browser()
    browser.post(f"/i/{site.kit.people.invitation_token(site.kit.people.invite(contact, by=site.maria))}")
    return browser


def talks_of(site: Site) -> Talks:
    """Return a conversation about the project with Ana."""
    site.kit.people.add_staff(site.maria, name="Maria Jansen", email="maria@studio.example", by=site.root)
    ana = site.kit.people.add_contact("Ana García", "ana@acme.example", locale="en", by=site.maria)
    site.kit.shares.grant(site.relaunch, to=ana, by=site.maria, access=Access.COMMENT)
    talk = site.kit.conversations.start(subject="The colour", with_=ana, about=site.relaunch, by=site.maria)
    return Talks(site, ana, enter(site, ana), talk)


def with_window(site: Site, window: timedelta) -> Site:
    """Return the same site with time to take a message back."""
    made = Sharekit(
        records=site.records,
        blobs=FsspecBlobStore("memory://"),
        secret_keys=[KEY],
        kinds=[ResourceKind("project", title="Project")],
        clock=site.clock,
        undo_window=window,
    )
    return attrs.evolve(site, kit=made, portal=Portal(made))


@pytest.fixture
def talks(quick_site: Site) -> Talks:
    """The story's beginning."""
    return talks_of(quick_site)


def test_a_client_finds_reads_and_answers(talks: Talks) -> None:
    """The list tells what is new, looking has it read, and what is written stands below, marked as one's own."""
    talks.say("Blue or green?")
    listed = text_of(talks.browser.get("/c/"))
    first = text_of(talks.browser.get(talks.path))
    sent = talks.send(talks.path, text="Green,\r\nplease.")
    page = text_of(talks.browser.get(talks.path))

    assert ("1 new message" in listed, "Maria Jansen: Blue or green?" in listed) == (True, True)
    assert ('class="pill new"' in first, 'class="pill new"' in page) == (True, False)
    assert sent == (303, f"{talks.path}#latest")
    assert page.index("Blue or green?") < page.index('id="latest"') < page.index("Green,\nplease.")
    assert page.count("message mine") == 1
    assert talks.site.kit.conversations.unread(talks.ana) == 0
    assert talks.site.kit.conversations.thread(talks.talk, by=talks.site.maria).messages[-1].text == "Green,\nplease."


def test_what_fetches_ahead_reads_nothing(talks: Talks) -> None:
    """Neither HEAD nor a browser that fetches a page ahead has a message read."""
    talks.say("Blue or green?")
    talks.browser.send("HEAD", talks.path)
    talks.browser.send("GET", talks.path, headers={"Sec-Purpose": "prefetch"})

    assert talks.site.kit.conversations.unread(talks.ana) == 1


def test_a_note_changes_no_byte(talks: Talks) -> None:
    """What staff write among themselves leaves no trace on any page of a client."""
    talks.say("Blue or green?")
    pages = ("/p/", "/c/", talks.path, f"/p/project/{talks.site.relaunch.id}", "/p/news", "/p/settings")
    talks.site.kit.relay.run_once()
    for path in pages:
        talks.browser.get(path)
    before = [talks.browser.get(path).body for path in pages]
    talks.say("They take the cheap one.", audience=Audience.INTERNAL)
    talks.site.kit.relay.run_once()

    assert [talks.browser.get(path).body for path in pages] == before
    assert b"Maria Jansen wrote to you" in before[4]


def test_what_is_not_ones_own_is_not_there(talks: Talks) -> None:
    """Another's conversation, its files and an address that never was are one and the same answer."""
    talks.say("Blue or green?")
    bo = talks.site.kit.people.add_contact("Bo", "bo@acme.example", by=talks.site.maria)
    browser = enter(talks.site, bo)
    theirs, nothing = browser.get(talks.path), browser.get("/c/never")
    sent = browser.send("POST", talks.path, headers=SAME_SITE | MULTIPART, body=form(text="Hello"))

    assert theirs.status == nothing.status == sent.status == 404
    assert theirs.body == nothing.body == sent.body
    assert browser.get(f"{talks.path}/x/1").status == 404
    assert talks.site.browser().get(talks.path).status == 403


def test_a_message_can_be_taken_back_for_a_while(quick_site: Site) -> None:
    """While nobody else has seen it, its author may; later they are told that it is too late."""
    site = with_window(quick_site, timedelta(seconds=10))
    talks = talks_of(site)
    talks.send(talks.path, text="Red!")
    page = text_of(talks.browser.get(talks.path))
    message = site.kit.conversations.thread(talks.talk, by=talks.ana).messages[0].id
    site.clock.advance(timedelta(seconds=9))
    gone = talks.browser.post(f"{talks.path}/undo", message=message)
    talks.send(talks.path, text="Blue!")
    second = site.kit.conversations.thread(talks.talk, by=talks.ana).messages[0].id
    site.clock.advance(timedelta(seconds=11))
    late = talks.browser.post(f"{talks.path}/undo", message=second)

    assert "Take back" in page
    assert (gone.status, gone.header("Location")) == (303, f"{talks.path}#latest")
    assert (late.status, "can no longer be taken back" in text_of(late)) == (409, True)
    assert "Take back" not in text_of(talks.browser.get(talks.path))
    assert [each.text for each in site.kit.conversations.thread(talks.talk, by=talks.ana).messages] == ["Blue!"]


def test_files_go_with_a_message(talks: Talks) -> None:
    """They come back as downloads, in part too, and to nobody else."""
    sent = talks.send(talks.path, ("plan.txt", b"0123456789"), ("", b""), text="")
    message = talks.site.kit.conversations.thread(talks.talk, by=talks.ana).messages[0]
    path = f"{talks.path}/{message.id}/1"
    whole = talks.browser.get(path)
    part = talks.browser.get(path, Range="bytes=2-4")

    assert sent[0] == 303
    assert (whole.status, whole.body) == (200, b"0123456789")
    assert (whole.header("Content-Disposition") or "").startswith("attachment;")
    assert whole.header("Set-Cookie") is None
    assert (part.status, part.body, part.header("Content-Range")) == (206, b"234", "bytes 2-4/10")
    assert talks.browser.get(path, **{"If-None-Match": whole.header("ETag") or ""}).status == 304
    assert path in text_of(talks.browser.get(talks.path))
    assert talks.browser.get(f"{talks.path}/{message.id}/2").status == 404


@pytest.mark.parametrize(
    ("name", "data", "status", "said"),
    [
        ("plan.exe", b"MZ" + bytes(200), 415, "Programs and scripts are not taken"),
        ("plan.txt", bytes(11 * 1024 * 1024), 413, "This file is larger than 10"),
        ("plan.pdf", b"", 415, "This file is empty"),
    ],
)
def test_a_refused_file_keeps_the_text(talks: Talks, name: str, data: bytes, status: int, said: str) -> None:
    """The composer says why, holds what was typed, and nothing was sent."""
    answer = talks.send(talks.path, (name, data), text="Here <it> is")

    assert answer[0] == status
    assert said in answer[1]
    assert "Here &lt;it&gt; is</textarea>" in answer[1]
    assert talks.site.kit.conversations.thread(talks.talk, by=talks.ana).messages == ()


def test_what_cannot_be_sent_is_said_in_the_composer() -> None:
    """A plan without messages, a closed conversation, and a text without a word in it each keep what was typed."""
    plans = [True]
    made = kit(
        clock=FrozenClock(),
        secret_keys=[KEY],
        plan_allows=lambda _tenant, _feature: Decision(allowed=plans[0], reason="free"),
    )
    site = attrs.evolve(make_site(), kit=made, portal=Portal(made))
    made.catalog.put(site.relaunch, title="Relaunch", by=site.maria)
    talks = talks_of(site)
    empty = talks.send(talks.path, text="  ")
    plans[0] = False
    refused = talks.send(talks.path, text="Hello there")
    plans[0] = True
    made.conversations.close(talks.talk, by=site.maria)
    closed = talks.send(talks.path, text="Hello again")

    assert (empty[0], "Write something, or choose a file." in empty[1]) == (400, True)
    assert (refused[0], "Messages cannot be sent from here" in refused[1]) == (403, True)
    assert ("Hello there</textarea>" in refused[1], "free" in refused[1]) == (True, False)
    assert (closed[0], "was closed meanwhile" in closed[1]) == (409, True)
    assert made.conversations.thread(talks.talk, by=talks.ana).messages == ()


def test_a_client_starts_a_conversation_about_a_thing(talks: Talks) -> None:
    """The page of the thing lists what was written about it, and leads to a form; a refused file costs nothing."""
    talks.say("Blue or green?")
    item = text_of(talks.browser.get("/p/project/42"))
    asked = text_of(talks.browser.get("/p/project/42/c"))
    unsaid = talks.send("/p/project/42/c", subject="Print", text=" ")
    refused = talks.send("/p/project/42/c", ("a.exe", b"MZ" + bytes(200)), subject="Print", text="See this")
    started = talks.send("/p/project/42/c", subject="Screen", text="And here?")

    assert ("The colour" in item, 'href="/p/project/42/c"' in item) == (True, True)
    assert 'name="subject"' in asked
    assert (unsaid[0], 'value="Print"' in unsaid[1]) == (400, True)
    assert (refused[0], "See this</textarea>" in refused[1]) == (415, True)
    assert started[0] == 303
    found = talks.site.kit.conversations.visible(talks.ana).items
    assert {each.subject for each in found} == {"The colour", "Print", "Screen"}
    assert talks.browser.get("/p/project/43/c").status == 404


def test_who_may_only_look_starts_none(talks: Talks) -> None:
    """Without the right to comment there is no form, and no way round it."""
    talks.site.kit.shares.grant(talks.site.relaunch, to=talks.ana, by=talks.site.maria, access=Access.VIEW)

    assert 'href="/p/project/42/c"' not in text_of(talks.browser.get("/p/project/42"))
    assert talks.browser.get("/p/project/42/c").status == 404
    assert talks.send("/p/project/42/c", subject="Print", text="Hello")[0] == 404


def test_a_long_thread_comes_in_pages(talks: Talks) -> None:
    """The latest are shown first, and a link leads to what was written before."""
    for number in range(40):
        talks.say(f"Message {number}.")
    page = text_of(talks.browser.get(talks.path))
    older = page.partition(f'rel="prev" href="{talks.path}?')[2].partition('"')[0]
    before = text_of(talks.browser.send("GET", talks.path, query=older.replace("&amp;", "&")))

    assert ("Message 39." in page, "Message 9." in page, "Message 10." in page) == (True, False, True)
    assert ("Message 9." in before, "Message 0." in before, "Message 10." in before) == (True, True, False)
    assert 'rel="next"' in before
    assert talks.browser.send("GET", talks.path, query="after=x").status == 303


def test_a_request_comes_with_its_button(talks: Talks) -> None:
    """Under the message stands what is wanted, and a button to the page where it is sent."""
    asked = talks.site.kit.requests.create(
        to=talks.ana, items=[RequestItem("Passport")], about=talks.site.relaunch, by=talks.site.maria
    )
    talks.site.kit.conversations.post(
        talks.talk, "We need this.", audience=Audience.CLIENT, request=asked, by=talks.site.maria
    )
    page = text_of(talks.browser.get(talks.path))

    assert f'href="/u/{talks.site.kit.requests.token(asked, talks.ana)}"' in page
    assert "Passport" in page


def test_texts_are_shown_as_they_are(talks: Talks) -> None:
    """No markup in what somebody wrote, or in the name of a file, becomes any on the page."""
    talks.send(talks.path, ("<b>.txt", b"text"), text="<script>alert(1)</script>")
    page = text_of(talks.browser.get(talks.path)) + text_of(talks.browser.get("/c/"))

    assert "<script>alert" not in page
    assert "<b>" not in page


def test_a_foreign_page_writes_nothing(talks: Talks) -> None:
    """A form from another site is refused before it is read."""
    headers = MULTIPART | {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    answer = talks.browser.send("POST", talks.path, headers=headers, body=form(text="Hello"))

    assert answer.status == 403
    assert talks.site.kit.conversations.thread(talks.talk, by=talks.ana).messages == ()


def test_times_are_told_in_the_zone_of_the_reader(talks: Talks) -> None:
    """Who chose a zone reads the times of messages in it."""
    talks.say("Blue or green?")
    before = text_of(talks.browser.get(talks.path))
    talks.site.kit.notifications.choose(talks.ana, by=talks.ana, time_zone="Asia/Tokyo")
    after = text_of(talks.browser.get(talks.path))

    def told(page: str) -> str:
        return page.partition('<time datetime="')[2].partition("</time>")[0].partition(">")[2]

    assert told(before) != told(after)


def test_machinery_speaks_for_the_site(talks: Talks) -> None:
    """What no person wrote has the name of the site beside it."""
    talks.site.kit.conversations.post(
        talks.talk, "From the desk.", audience=Audience.CLIENT, attachments=[Upload("a.pdf", PDF)], by=talks.site.root
    )
    page = text_of(talks.browser.get(talks.path))

    assert "<strong>Studio</strong>" in page
