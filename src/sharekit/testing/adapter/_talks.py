"""Laws D20 and D21: conversations and news go over the adapter as they go without it."""

from sharekit.records.catalog import Audience
from sharekit.records.conversations import Conversation
from sharekit.records.grants import Access
from sharekit.records.notices import Cadence, News
from sharekit.records.parties import Contact
from sharekit.testing.adapter._drivers import Received, Sent
from sharekit.testing.adapter._frame import MARIA, PREFIX, RELAUNCH, SAME_SITE, Site

_BOUNDARY = "the-boundary-of-a-form"
_DATA = b"".join(b"line %06d of a file in a message\n" % n for n in range(30_000))


class TalkLaws:
    """The laws."""

    def test_d20_a_message_is_read_and_answered_with_a_file(self, site: Site) -> None:
        """D20: list, thread, a form of text and a file of many pieces, and the file again, whole and in part."""
        ana, talk, cookie = _talking(site)
        path = f"{PREFIX}/c/{talk.id}"
        listed, thread = site.get(f"{PREFIX}/c/", cookie), site.get(path, cookie)
        sent = _send(site, path, cookie, "Green — the dark one.", _DATA)
        message = site.kit.conversations.thread(talk, by=ana).messages[-1]
        file = f"{path}/{message.id}/1"
        whole = site.send(Sent("GET", file, (cookie,)))
        part = site.send(Sent("GET", file, (cookie, ("Range", "bytes=1000-1999"))))

        assert (listed.status, thread.status, sent.status) == (200, 200, 303)
        assert b"Blue or green?" in thread.body
        assert sent.header("Location") == f"{path}#latest"
        assert message.text == "Green — the dark one."
        assert (whole.body == _DATA, part.status, part.body == _DATA[1000:2000]) == (True, 206, True)
        assert (whole.header("Content-Disposition") or "").startswith("attachment;")

    def test_d20_what_is_refused_keeps_the_text(self, site: Site) -> None:
        """D20: files that are too large together bring nothing about, and the page holds what was typed."""
        ana, talk, cookie = _talking(site)
        refused = _send(site, f"{PREFIX}/c/{talk.id}", cookie, "See this", bytes(11 * 1024 * 1024))

        assert refused.status == 413
        assert b"See this</textarea>" in refused.body
        assert len(site.kit.conversations.thread(talk, by=ana).messages) == 1

    def test_d20_a_client_begins_a_conversation(self, site: Site) -> None:
        """D20: from the page of a thing, by a form of its own."""
        ana, _, cookie = _talking(site)
        path = f"{PREFIX}/p/{RELAUNCH.kind}/{RELAUNCH.id}/c"
        form = site.get(path, cookie)
        begun = _send(site, path, cookie, "Which paper?", subject="Print")

        assert (form.status, begun.status) == (200, 303)
        assert [each.subject for each in site.kit.conversations.visible(ana).items].count("Print") == 1

    def test_d21_news_are_told_and_chosen(self, site: Site) -> None:
        """D21: the feed is shown and seen, and what a reader chooses is kept."""
        ana, _, cookie = _talking(site)
        site.kit.relay.run_once()
        feed = site.get(f"{PREFIX}/p/news", cookie)
        chosen = site.post(f"{PREFIX}/p/settings", cookie, **{"when-messages": "daily", "daily-at": "07:00"})

        assert (feed.status, b"Relaunch" in feed.body) == (200, True)
        assert site.kit.notifications.unseen(ana) == 0
        assert chosen.header("Location") == f"{PREFIX}/p/settings?saved=1"
        assert site.kit.notifications.preferences(ana).cadence(News.MESSAGES) is Cadence.DAILY

    def test_d21_letters_end_by_one_click_and_not_by_a_look(self, site: Site) -> None:
        """D21: a POST of a mail program from anywhere, without a session; a GET changes nothing."""
        ana, _, _ = _talking(site)
        path = f"{PREFIX}/n/{site.kit.notifications.unsubscribe_token(ana, [News.MESSAGES])}"
        looked = site.get(path)
        before = site.kit.notifications.preferences(ana).cadence(News.MESSAGES)
        foreign = (("Content-Type", "multipart/form-data; boundary=x"), ("Origin", "https://mail.example"))
        ended = site.ask(Sent("POST", path, foreign, b"List-Unsubscribe=One-Click"))

        assert (looked.status, before) == (200, Cadence.IMMEDIATE)
        assert (ended.status, ended.values("Set-Cookie")) == (200, [])
        assert site.kit.notifications.preferences(ana).cadence(News.MESSAGES) is Cadence.OFF


def _talking(site: Site) -> tuple[Contact, Conversation, tuple[str, str]]:
    """Return a contact who came in, a conversation with one message, and their cookie."""
    ana = site.kit.people.add_contact("Ana", "ana@acme.example", by=MARIA)
    site.kit.shares.grant(RELAUNCH, to=ana, by=MARIA, access=Access.COMMENT)
    talk = site.kit.conversations.start(subject="The colour", with_=ana, about=RELAUNCH, by=MARIA)
    site.kit.conversations.post(talk, "Blue or green?", audience=Audience.CLIENT, by=MARIA)
    entered = site.post(site.path(site.kit.people.invite(ana, by=MARIA)))
    return ana, talk, ("Cookie", (entered.header("Set-Cookie") or "").partition(";")[0])


def _send(
    site: Site, path: str, cookie: tuple[str, str], text: str, data: bytes | None = None, *, subject: str | None = None
) -> Received:
    """Send the form of a message as a browser does."""
    parts = [_part('name="text"', text.encode())]
    if subject is not None:
        parts.append(_part('name="subject"', subject.encode()))
    if data is not None:
        parts.append(_part('name="file"; filename="lines.txt"', data))
    body = b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()
    kind = ("Content-Type", f"multipart/form-data; boundary={_BOUNDARY}")
    return site.ask(Sent("POST", path, (SAME_SITE, kind, cookie), body))


def _part(named: str, data: bytes) -> bytes:
    return f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {named}\r\n\r\n".encode() + data + b"\r\n"
