"""Secrets stay where they belong (R-HTTP-3, R-LINK-9)."""

import logging
import re
from collections.abc import Mapping

import pytest

from sharekit.errors import SharekitError, StorageError
from sharekit.web import Headers, WebRequest
from tests.web.conftest import SAME_SITE, Browser, Site, make_site, text_of

PASSWORD = "correct-horse-battery"


def _walk(site: Site, ana: Browser) -> tuple[list[str], list[str]]:
    """Do everything that can be done with a few links; return the secrets, and what was answered."""
    plain, guarded, dead = site.link(), site.link(password=PASSWORD), site.link()
    site.kit.links.revoke(dead, by=site.maria)
    tokens = [site.kit.links.token(link) for link in (plain, guarded, dead)]
    answers = [ana.get(f"/l/{token}") for token in tokens]
    answers += [ana.send("POST", f"/l/{token}/seen", headers=SAME_SITE) for token in tokens]
    answers.append(ana.post(f"/l/{tokens[1]}", password=f"{PASSWORD}-not"))
    answers.append(ana.post(f"/l/{tokens[1]}", password=PASSWORD))
    answers.append(ana.follow(answers[-1]))
    answers += [ana.send("POST", f"/l/{token}", headers={"Sec-Fetch-Site": "cross-site"}) for token in tokens]
    answers += [ana.get(f"/l/{tokens[0]}{n}") for n in range(25)]
    texts = [text_of(answer) + repr(answer) for answer in answers]
    texts += [f"{name}: {value}" for answer in answers for name, value in answer.headers if name != "Set-Cookie"]
    return [*tokens, *ana.cookies.values()], texts


@pytest.mark.parametrize("trouble", [False, True])
def test_logs_hold_no_secret(
    site: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, trouble: bool
) -> None:
    """Neither token nor ticket nor password nor path is logged, when things go wrong neither."""
    caplog.set_level(logging.DEBUG)
    ana = site.browser()
    secrets, _ = _walk(site, ana)
    if trouble:
        monkeypatch.setattr(site.kit.links, "open", _fail)
        monkeypatch.setattr(site.kit.links, "view", _burst)
        ana.client_key = "192.0.2.99"
        path = site.path()

        assert ana.get(path).status == 503
        assert ana.get(f"/v/{next(iter(ana.cookies)).rpartition('-')[2]}").status == 500
        secrets.append(path)

    assert caplog.records
    for secret in (*secrets, PASSWORD):
        assert secret not in caplog.text


def test_logs_hold_no_invitation_and_no_session(
    site: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its token nor a ticket, when it is used, refused, or things go wrong."""
    caplog.set_level(logging.DEBUG)
    who = site.kit.people.add_contact("Ana", "ana@acme.example", by=site.maria)
    token = site.kit.people.invitation_token(site.kit.people.invite(who, by=site.maria))
    ana, other = site.browser(), site.browser()
    answers = [ana.get(f"/i/{token}"), ana.post(f"/i/{token}"), other.get(f"/i/{token}"), ana.get("/p/")]
    secrets = [token, *ana.cookies.values()]
    monkeypatch.setattr(site.kit.people, "view_invitation", _fail)
    monkeypatch.setattr(site.kit.access, "visible", _burst)
    failed = [other.get(f"/i/{token}"), ana.get("/p/")]

    assert [200, 303, 404, 200] == [answer.status for answer in answers]
    assert [503, 500] == [answer.status for answer in failed]
    assert "refused: used" in caplog.text
    for secret in secrets:
        assert secret not in caplog.text
        assert not [answer for answer in (*answers, *failed) if secret in text_of(answer) + repr(answer)]


def _fail(*_: object, **__: object) -> None:
    raise StorageError("reading")


def _burst(*_: object, **__: object) -> None:
    raise ZeroDivisionError


def test_answers_hold_no_password(site: Site) -> None:
    """What was typed is in no page and in no header."""
    _, texts = _walk(site, site.browser())

    assert not [text for text in texts if PASSWORD in text]


def test_reprs_hold_no_secret(site: Site) -> None:
    """What an error monitor would keep of a request tells neither path nor cookies."""
    request = WebRequest(
        method="GET",
        path=site.path(),
        query="secret-query",
        headers=Headers([("Cookie", "a=secret-cookie")]),
        read=lambda _: b"secret-body",
    )

    assert "secret" not in repr(request)
    assert site.kit.links.token(site.link())[:10] not in repr(request)


def test_no_secret_travels_in_a_query(quick_site: Site) -> None:
    """A token or password behind the question mark is as good as none."""
    link = quick_site.link(password=PASSWORD)
    path, ana = quick_site.portal.link_path(link), quick_site.browser()
    page = ana.send("GET", path, query=f"password={PASSWORD}")
    form = ana.send("POST", path, query=f"password={PASSWORD}", headers=SAME_SITE)

    assert 'type="password"' in text_of(page)
    assert form.status == 403
    assert ana.send("GET", "/l", query=f"token={quick_site.kit.links.token(link)}").status == 404


def test_a_redirect_stays_on_the_site(quick_site: Site) -> None:
    """Nothing that a client sends decides where a redirect leads."""
    path = quick_site.path(max_uses=1)
    headers: Mapping[str, str] = SAME_SITE | {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    answer = quick_site.browser().send("POST", path, headers=dict(headers), query="next=//evil.example")

    assert (answer.header("Location") or "").startswith("/v/")


@pytest.mark.parametrize(
    "root", ["//evil.example", "/\\evil.example", "/a\r\nX-Evil: 1", '/"><b>', "/zażółć", "\ud800"]
)
def test_a_mount_leads_nowhere_else(quick_site: Site, root: str) -> None:
    """Where a part of the mount comes from the request, its addresses still begin with one slash and hold no markup."""
    path = quick_site.path(max_uses=1)
    ana = quick_site.browser()
    entered = ana.send("POST", path, headers=SAME_SITE, root=root)
    page = text_of(ana.send("GET", path, root=root))
    addresses = [entered.header("Location") or "", *re.findall(r'(?:href|src)="([^"#]+)', page)]
    ours = re.compile(r"(/[\w.%~-]+){2,}(\?v=\w+)?", re.ASCII)

    assert entered.status == 303
    assert len(addresses) == 3
    assert [] == [address for address in addresses if not ours.fullmatch(address)]


def test_a_base_path_leads_nowhere_else() -> None:
    """Nor does that of a careless host."""
    assert make_site(base_path="//evil.example/").path().startswith("/evil.example/l/")
    assert make_site(base_path="/").path().startswith("/l/")


def test_unforeseen_errors_are_told_to_the_operator(
    quick_site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of the host's own making is a friendly page, and a traceback in the log."""

    def fail(*_: object, **__: object) -> None:
        raise SharekitError("something new")

    monkeypatch.setattr(quick_site.kit.links, "open", fail)
    answer = quick_site.browser().get(quick_site.path())

    assert answer.status == 500
    assert "Something went wrong" in text_of(answer)
    assert "something new" not in text_of(answer)
    assert "something new" in caplog.text
