"""The portal's view holds its own against Django's middleware; what it lets through, the contract says."""

import asyncio
import gc
import logging
import threading
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import include, path, resolve, reverse

from sharekit import ReadLink, ResourceRef, Staff
from sharekit.adapters.django.urls import urlpatterns_for
from sharekit.adapters.django.views import document_answer, portal_view
from sharekit.errors import ConfigurationError
from sharekit.testing import kit
from sharekit.testing.adapter import Received, Sent, over_wsgi
from sharekit.web import Portal, WebRequest, WebResponse
from tests.adapters.test_contract_django import STARTPROJECT, urlconf
from tests.django_host.project import set_up

MARIA = Staff("maria")
RELAUNCH = ResourceRef("project", "42")
set_up()


@pytest.fixture
def portal() -> Iterator[Portal]:
    """A portal with a project."""
    made = kit()
    made.catalog.put(RELAUNCH, title="Internal", client_title="Relaunch", by=MARIA)
    yield Portal(made, base_path="/share")
    made.close()


@pytest.fixture
def link(portal: Portal) -> ReadLink:
    """A link to it."""
    return portal.kit.links.create(RELAUNCH, by=MARIA, sections={"progress"})


def ask(portal: Portal, sent: Sent, *more: str, **settings: object) -> Received:
    """Send a request to a project with the portal and, after the usual middleware, some more."""
    changed = {
        "MIDDLEWARE": [*more, *STARTPROJECT],
        "ALLOWED_HOSTS": ["portal.example"],
        "ROOT_URLCONF": urlconf(portal, "/share"),
        **settings,
    }
    with override_settings(**changed):
        return over_wsgi(WSGIHandler())(sent)


def walled(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A host's middleware that reads every form."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return HttpResponse("forbidden", status=400) if request.POST.get("forbidden") else get_response(request)

    return middleware


def test_a_log_in_wall_lets_the_portal_through(portal: Portal, link: ReadLink) -> None:
    """Django's `LoginRequiredMiddleware` does not send the readers of links to a log-in page."""
    wall = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    page = ask(portal, Sent("GET", portal.link_path(link)), MIDDLEWARE=[*STARTPROJECT, wall])

    assert page.status == 200


def test_a_middleware_that_reads_forms_does_no_harm(portal: Portal) -> None:
    """The password is found behind it."""
    guarded = portal.kit.links.create(RELAUNCH, by=MARIA, sections={"progress"}, password="zażółć")
    form = (("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin"))
    sent = Sent("POST", portal.link_path(guarded), form, "password=zażółć".encode())

    assert ask(portal, sent, f"{__name__}.walled").status == 303


def test_a_slash_is_not_appended(portal: Portal) -> None:
    """`APPEND_SLASH` redirects nothing below the mount, POST included."""
    for method in ("GET", "POST", "DELETE"):
        assert ask(portal, Sent(method, "/share/no/such"), APPEND_SLASH=True, DEBUG=True).status == 404


@pytest.mark.parametrize(
    ("middleware", "added"),
    [
        ("django.middleware.http.ConditionalGetMiddleware", set[str]()),
        ("django.middleware.locale.LocaleMiddleware", set[str]()),
        ("django.middleware.csp.ContentSecurityPolicyMiddleware", set[str]()),
        ("django.middleware.gzip.GZipMiddleware", {"content-encoding"}),
    ],
)
def test_middleware_that_a_host_may_add(portal: Portal, link: ReadLink, middleware: str, added: set[str]) -> None:
    """Pages keep their headers behind it; only compression, which the host asked for, adds one."""
    pytest.importorskip(middleware.rpartition(".")[0], reason="platform: this Django has no such middleware")
    sent = Sent("GET", portal.link_path(link), (("Accept-Encoding", "gzip"),))
    plain, behind = ask(portal, sent), ask(portal, sent, middleware)
    changed = {name for name, value in {*plain.headers} ^ {*behind.headers}}

    assert behind.status == 200
    assert changed - {"content-length", "vary"} == added
    assert "Cookie" in (behind.header("Vary") or "")
    assert behind.header("ETag") is None


def test_an_insecure_default_does_not_replace_ours(portal: Portal, link: ReadLink) -> None:
    """What the host set for its own pages does not loosen those of the portal."""
    loose = {"SECURE_REFERRER_POLICY": "unsafe-url", "X_FRAME_OPTIONS": "SAMEORIGIN"}
    page = ask(portal, Sent("GET", portal.link_path(link)), **loose, SECURE_CROSS_ORIGIN_OPENER_POLICY="unsafe-none")

    assert page.values("Referrer-Policy") == ["no-referrer"]
    assert page.values("X-Frame-Options") == ["DENY"]
    assert page.values("Cross-Origin-Opener-Policy") == ["same-origin"]


def test_the_hosts_transport_security_is_its_own(portal: Portal, link: ReadLink) -> None:
    """HSTS, where the host asks for it, stands on the portal's pages too."""
    page = ask(portal, Sent("GET", portal.link_path(link)), SECURE_HSTS_SECONDS=60)

    assert page.header("Strict-Transport-Security") == "max-age=60"


def test_behind_a_proxy_the_host_says_the_scheme(portal: Portal) -> None:
    """Django's own setting for its proxy tells the site's scheme."""
    seen: list[str] = []
    resolving = Portal(portal.kit, base_path="/share", resolve_tenant=lambda request: seen.append(request.origin))
    token = portal.kit.links.token(portal.kit.links.create(RELAUNCH, by=MARIA, sections={"progress"}))
    sent = Sent("GET", f"/share/l/{token}", (("X-Forwarded-Proto", "http"),))
    ask(resolving, sent, SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"))
    ask(resolving, sent)

    assert seen == ["http://portal.example", "https://portal.example"]


def test_a_host_that_django_does_not_allow_is_djangos(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    """`ALLOWED_HOSTS` holds for the portal too."""
    with caplog.at_level(logging.CRITICAL):
        refused = ask(portal, Sent("GET", "/share/l/x", (("Host", "evil.example"),)))

    assert refused.status == 400


def test_the_view_commits_by_itself(portal: Portal) -> None:
    """`ATOMIC_REQUESTS` of the host does not put what a reader brings about into a transaction of the request."""
    with override_settings(ROOT_URLCONF=urlconf(portal, "/share")):
        marks = vars(resolve("/share/l/x").func)

    assert marks["_non_atomic_requests"] == {DEFAULT_DB_ALIAS}
    assert marks["csrf_exempt"]
    assert not marks["login_required"]


def test_the_address_can_be_reversed(portal: Portal) -> None:
    """Below a namespace of the host's choice; the token needs no quoting."""
    patterns = [path("klanten/<int:desk>/", include((urlpatterns_for(lambda: portal), "sharekit")))]
    module = urlconf(portal, "")
    module.__dict__["urlpatterns"] = patterns
    with override_settings(ROOT_URLCONF=module):
        address = reverse("sharekit:portal", kwargs={"desk": 7, "path": "l/link.default.a-_b"})

    assert address == "/klanten/7/l/link.default.a-_b"


def test_a_portal_that_cannot_be_made_is_the_hosts_error() -> None:
    """Settings are read at the first request, and what is wrong with them is not hidden."""

    def broken() -> Portal:
        raise ConfigurationError("SHAREKIT", "is missing")

    module = urlconf(Portal(kit()), "")
    module.__dict__["urlpatterns"] = urlpatterns_for(broken)
    settings = override_settings(ROOT_URLCONF=module, ALLOWED_HOSTS=["portal.example"], DEBUG_PROPAGATE_EXCEPTIONS=True)
    with settings, pytest.raises(ConfigurationError):
        over_wsgi(WSGIHandler())(Sent("GET", "/l/x"))


def test_a_vanished_client_stops_a_long_answer(portal: Portal) -> None:
    """Under ASGI too, where Django closes no response whose client has gone."""
    closed = threading.Event()

    def pieces() -> Generator[bytes, None, None]:
        try:
            while True:
                yield b"piece"
        finally:
            closed.set()

    class Long(Portal):
        def handle(self, request: WebRequest) -> WebResponse:
            return WebResponse(status=200, headers=(), stream=pieces())

    async def run() -> None:
        coming, lost, sent = [{"type": "http.request"}], asyncio.Event(), list[object]()

        async def receive() -> Mapping[str, str]:
            if not coming:
                await lost.wait()
            return coming.pop() if coming else {"type": "http.disconnect"}

        async def send(message: object) -> None:
            sent.append(message)
            if len(sent) > 5:
                lost.set()

        scope = {"type": "http", "method": "GET", "path": "/l/x", "headers": [(b"host", b"portal.example")]}
        await ASGIHandler()(scope | {"query_string": b""}, receive, send)

    module = urlconf(Long(portal.kit), "")
    with override_settings(ROOT_URLCONF=module, ALLOWED_HOSTS=["portal.example"], MIDDLEWARE=STARTPROJECT):
        asyncio.run(run())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # Django leaves its copy of the request's body open
        gc.collect()

    assert closed.wait(60)


def test_djangos_test_client_can_follow_a_redirect(portal: Portal) -> None:
    """A redirect of the portal says where it leads as Django's own redirects do."""
    link = portal.kit.links.create(RELAUNCH, by=MARIA, sections={"progress"}, max_uses=1)
    request = RequestFactory().post("/", content_type="application/x-www-form-urlencoded", secure=True)
    answer: Any = portal_view(lambda: portal)(request, f"l/{portal.kit.links.token(link)}")

    assert answer.status_code == 303
    assert answer.url == answer.headers["Location"]


def test_a_view_of_the_projects_own_gives_staff_the_bytes(portal: Portal) -> None:
    """A project's view for staff sends a document as the portal would, ranges and headers included."""
    document = portal.kit.documents.add(RELAUNCH, "Plan.txt", b"a plan that is longer than it is good", by=MARIA)
    asking = RequestFactory().get("/staff/1")
    asking_for_part = RequestFactory(headers={"Range": "bytes=2-5"}).get("/staff/1")
    whole = document_answer(portal, asking, document, by=MARIA, version=None)
    part = document_answer(portal, asking_for_part, document.ref, by=MARIA, version=1)

    assert (whole.status_code, b"".join(whole)) == (200, b"a plan that is longer than it is good")
    assert (part.status_code, b"".join(part)) == (206, b"plan")
    assert whole.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    whole.close()
    part.close()
