"""What is refused before anything else: forms from elsewhere, forms that are none, and guesses."""

from datetime import timedelta

import pytest

from sharekit.web import Headers, WebRequest
from tests.web.conftest import FORM, ORIGIN, SAME_SITE, Site, make_site, text_of

# Per case: the headers that tell where a form comes from, and whether it is taken.
SOURCES: dict[str, tuple[dict[str, str], bool]] = {
    "own-form": ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
    "own-script": ({"Sec-Fetch-Site": "same-origin", "Origin": ORIGIN}, True),
    "own-form-behind-a-proxy": ({"Sec-Fetch-Site": "same-origin", "Origin": "http://portal.example:8080"}, True),
    "reader-himself": ({"Sec-Fetch-Site": "none"}, True),
    "own-form-of-an-old-browser": ({"Origin": ORIGIN}, True),
    "own-origin-spelt-out": ({"Origin": "https://PORTAL.example:443"}, True),
    "own-form-without-https": ({"Origin": "null"}, True),
    "no-browser": ({}, True),
    "another-site": ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, False),
    "another-site-without-referrer": ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, False),
    "another-site-of-an-old-browser": ({"Origin": "https://evil.example"}, False),
    "a-sibling": ({"Sec-Fetch-Site": "same-site", "Origin": "https://blog.portal.example"}, False),
    "a-sibling-of-an-old-browser": ({"Origin": "https://blog.portal.example"}, False),
    "another-port": ({"Origin": "https://portal.example:8443"}, False),
    "another-scheme": ({"Origin": "http://portal.example"}, False),
    "a-name-that-begins-alike": ({"Origin": "https://portal.example.evil.example"}, False),
    "something-unknown": ({"Sec-Fetch-Site": "future-value"}, False),
    "contradiction": ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}, False),
    "no-origin": ({"Origin": "portal.example"}, False),
    "a-broken-origin": ({"Origin": "https://portal.example:99999"}, False),
}


@pytest.mark.parametrize("source", SOURCES)
def test_forms_come_from_our_own_pages(quick_site: Site, source: str) -> None:
    """A form that another site had a browser send is refused, and counts nothing."""
    headers, taken = SOURCES[source]
    link = quick_site.link(max_uses=3)
    answer = quick_site.browser().send("POST", quick_site.portal.link_path(link), headers=headers)

    assert answer.status == (303 if taken else 403)
    assert quick_site.kit.links.get(link).uses == int(taken)


def test_a_report_comes_from_our_own_pages(quick_site: Site) -> None:
    """So is the report of a view."""
    link = quick_site.link()
    path = f"{quick_site.portal.link_path(link)}/seen"
    refused = quick_site.browser().send("POST", path, headers={"Sec-Fetch-Site": "cross-site"})

    assert refused.status == 403
    assert quick_site.kit.links.get(link).views == 0


BODIES: dict[str, tuple[dict[str, str], bytes, int]] = {
    "none": ({}, b"", 303),
    "empty-json": ({"Content-Type": "application/json", "Content-Length": "0"}, b"", 303),
    "form": (FORM, b"a=b", 303),
    "form-with-charset": ({"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}, b"a=b", 303),
    "longest": (FORM, b"a" * 65536, 303),
    "too-long": (FORM, b"a" * 65537, 413),
    "says-too-long": (FORM | {"Content-Length": "99999999999999999999"}, b"", 413),
    "lies-about-its-length": (FORM | {"Content-Length": "10"}, b"a" * 70000, 413),
    "chunks": (FORM | {"Transfer-Encoding": "chunked", "Content-Length": ""}, b"a=b", 303),
    "chunks-without-end": (FORM | {"Transfer-Encoding": "chunked", "Content-Length": ""}, b"a" * 70000, 413),
    "negative": (FORM | {"Content-Length": "-1"}, b"a=b", 400),
    "no-number": (FORM | {"Content-Length": "ten"}, b"a=b", 400),
    "files": ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x--", 415),
    "json": ({"Content-Type": "application/json"}, b"{}", 415),
    "no-type": ({}, b"a=b", 415),
    "many-fields": (FORM, b"&".join(b"a=b" for _ in range(21)), 400),
    "no-text": (FORM, b"a=\xff", 400),
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("living", [True, False])
def test_forms_are_short_and_simple(quick_site: Site, body: str, living: bool) -> None:
    """What a form is refused for, its length before all, does not depend on the link."""
    headers, content, status = BODIES[body]
    path = quick_site.path() if living else f"{quick_site.path()}x"
    answer = quick_site.browser().send("POST", path, headers=SAME_SITE | headers, body=content)

    assert answer.status == (404 if status == 303 and not living else status)


def test_a_long_body_is_not_read(quick_site: Site) -> None:
    """A body that says it is too long is left where it is."""

    def read(_: int) -> bytes:
        raise AssertionError

    headers = Headers((SAME_SITE | FORM | {"Content-Length": "65537"}).items())
    request = WebRequest(method="POST", path="/l/x", headers=headers, read=read, origin=ORIGIN)

    assert quick_site.portal.handle(request).status == 413


def test_the_first_of_two_passwords_counts(quick_site: Site) -> None:
    """A form in which a field comes twice means the first."""
    path = quick_site.path(password="right")
    answer = quick_site.browser().send("POST", path, headers=SAME_SITE | FORM, body=b"password=right&password=wrong")

    assert answer.status == 303


def test_guesses_are_slowed_down(quick_site: Site) -> None:
    """The 21st wrong secret of a client within a minute is refused; a right one is not, nor is anybody else."""
    path = quick_site.path()
    guesser, ana = quick_site.browser("198.51.100.1"), quick_site.browser("198.51.100.2")
    answers = [guesser.get(f"/l/guess{n}").status for n in range(20)]
    refused = guesser.get("/l/guess20")
    right, visit = guesser.get(path), guesser.send("POST", f"{path}/seen", headers=SAME_SITE)

    assert [404] * 20 == answers
    assert (429, 200, 204) == (refused.status, right.status, visit.status)
    assert refused.header("Retry-After") == "60"
    assert ana.get(path).status == 200
    quick_site.clock.advance(timedelta(minutes=1))
    assert guesser.get("/l/guess21").status == 404


def test_wrong_tickets_are_guesses_too(quick_site: Site) -> None:
    """A made-up cookie counts like a made-up token."""
    guesser = quick_site.browser()
    handle = "0123456789abcdef0123"
    guesser.cookies[f"__Host-sharekit-{handle}"] = "made-up"

    assert [404] * 20 + [429] == [guesser.get(f"/v/{handle}").status for _ in range(21)]


# Per case: two client keys, and whether they stand for the same client.
CLIENTS: dict[str, tuple[str, str, bool]] = {
    "neighbours": ("192.0.2.1", "192.0.2.2", False),
    "one-subscriber": ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
    "two-subscribers": ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    "one-address-in-two-spellings": ("::ffff:192.0.2.1", "::ffff:c000:201", True),
    "neighbours-by-a-socket-of-both-kinds": ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    "names-of-the-hosts-own": ("ana", "uta", False),
}


@pytest.mark.parametrize("case", CLIENTS)
def test_a_guesser_has_one_account(case: str) -> None:
    """Whoever has an address of IPv6 has a whole network of them, and guesses no more often for it."""
    first, second, same = CLIENTS[case]
    site = make_site(wrong_secrets_per_minute=1)
    site.browser(first).get("/l/x")

    assert site.browser(second).get("/l/x").status == (429 if same else 404)


@pytest.mark.parametrize("forged", [True, False])
def test_wrong_secrets_never_shut_out_good_ones(quick_site: Site, forged: bool) -> None:
    """Whoever asks for dead or forged links too often is refused alike, and still opens what lives."""
    link = quick_site.link()
    quick_site.kit.links.revoke(link, by=quick_site.maria)
    ana, living = quick_site.browser(), quick_site.path()
    dead = "/l/forged" if forged else quick_site.portal.link_path(link)

    assert [404] * 20 + [429] * 30 == [ana.get(dead).status for _ in range(50)]
    assert ana.get(living).status == 200


def test_living_links_are_no_guesses(quick_site: Site) -> None:
    """A reader may load his page as often as he likes, also one who mistyped before."""
    ana, path = quick_site.browser(), quick_site.path()
    for n in range(19):
        ana.get(f"/l/{n}")

    assert {200} == {ana.get(path).status for _ in range(50)}


def test_the_number_of_guesses_can_be_chosen() -> None:
    """A host may be stricter."""
    ana = make_site(wrong_secrets_per_minute=1).browser()

    assert [404, 429] == [ana.get("/l/x").status for _ in range(2)]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "1 minute"), ("nl", "1 minuut"), ("es", "1 minuto"), ("pl", "1 minuta"), ("de", "1 Minute")],
)
def test_a_refusal_tells_how_long_to_wait(language: str, words: str) -> None:
    """In the reader's words."""
    ana = make_site(wrong_secrets_per_minute=1).browser(language=language)
    ana.get("/l/x")

    assert words in text_of(ana.get("/l/x"))


@pytest.mark.parametrize(("error", "status"), [(TimeoutError(), 408), (ConnectionAbortedError(), 400)], ids=repr)
def test_a_body_that_does_not_come_is_no_fault_of_ours(
    quick_site: Site, caplog: pytest.LogCaptureFixture, error: OSError, status: int
) -> None:
    """One that stalls, or whose sender goes away, is refused; no use is counted and no operator is called."""
    link = quick_site.link(max_uses=1)

    def read(_: int) -> bytes:
        raise error

    answer = quick_site.portal.handle(
        WebRequest(
            method="POST",
            path=quick_site.portal.link_path(link),
            headers=Headers([*SAME_SITE.items(), *FORM.items(), ("Content-Length", "9")]),
            read=read,
            origin=ORIGIN,
        )
    )

    assert status == answer.status
    assert "private, no-store" == answer.header("Cache-Control")
    assert 0 == quick_site.kit.links.get(link).uses
    assert [] == [record for record in caplog.records if record.levelname == "ERROR"]
