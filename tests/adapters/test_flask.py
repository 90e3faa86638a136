"""The portal in Flask leaves the host's application alone; what it lets through, the contract says."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import attrs
import pytest
from flask import Blueprint, Flask, Response, abort, request, session
from flask.testing import FlaskClient
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import Client

from sharekit import ReadLink, ResourceRef, Sharekit, Staff
from sharekit.adapters.flask import (
    create_blueprint,
    init_app,
    invitation_url,
    kit_from,
    link_url,
    portal_from,
    send_document,
)
from sharekit.errors import ConfigurationError
from sharekit.testing import kit
from sharekit.web import Portal

MARIA = Staff("maria")
RELAUNCH = ResourceRef("project", "42")
SITE = "https://agency.example"


@attrs.frozen
class Host:
    """An application of the host with the portal in it."""

    app: Flask
    kit: Sharekit

    def link(
        self, *, sections: Collection[str] = ("progress",), max_uses: int | None = None, password: str | None = None
    ) -> ReadLink:
        """Make a link to the project."""
        return self.kit.links.create(RELAUNCH, by=MARIA, sections=sections, max_uses=max_uses, password=password)

    def url(self, link: ReadLink) -> str:
        """Return its address."""
        with self.app.test_request_context(base_url=SITE):
            return link_url(link)

    def client(self) -> FlaskClient:
        """Return a browser."""
        return self.app.test_client()


def make_host(
    name: str = "agency", root: Path | None = None, url_prefix: str = "/share", template_folders: Sequence[Path] = ()
) -> Host:
    """Make an application the way a factory does."""
    app = Flask(name, root_path=None if root is None else str(root))
    app.config.update(SECRET_KEY="x" * 32, TESTING=True)
    made = kit()
    made.catalog.put(RELAUNCH, title="Internal", client_title=f"Relaunch of {name}", by=MARIA)
    init_app(app, made, url_prefix=url_prefix, template_folders=template_folders)
    return Host(app, made)


@pytest.fixture
def host() -> Iterator[Host]:
    """An application with the portal at its usual place."""
    made = make_host()
    yield made
    made.kit.close()


def test_a_contact_comes_in_by_an_invitation(host: Host) -> None:
    """The address that is sent leads to a page whose button leads to the list of what is shared."""
    ana = host.kit.people.add_contact("Ana", "ana@acme.example", by=MARIA)
    host.kit.shares.grant(RELAUNCH, to=ana, by=MARIA)
    with host.app.test_request_context(base_url=SITE):
        address = invitation_url(host.kit.people.invite(ana, by=MARIA))
    browser = host.client()
    page = browser.get(address, base_url=SITE)
    home = browser.post(address, base_url=SITE, follow_redirects=True)

    assert address.startswith(f"{SITE}/share/i/")
    assert "Ana" in page.text
    assert home.request.path == "/share/p/"
    assert "Relaunch of agency" in home.text


def test_a_client_opens_a_link(host: Host) -> None:
    """The address that is handed out leads to the live page."""
    link = host.link()
    page = host.client().get(host.url(link), base_url=SITE)

    assert host.url(link) == f"{SITE}/share/l/{host.kit.links.token(link)}"
    assert page.status_code == 200
    assert "Relaunch of agency" in page.text


def test_the_hosts_pages_stay_its_own(host: Host) -> None:
    """Handlers, hooks and session of the application see the portal's requests as any other, and change nothing."""
    seen: list[str] = []

    @host.app.errorhandler(404)
    def missing(_: Exception) -> tuple[str, int]:
        return "the host's own page", 404

    @host.app.before_request
    def note() -> None:
        seen.append(request.endpoint or "")

    @host.app.route("/own")
    def own() -> str:
        session["seen"] = True
        return "own"

    client = host.client()
    client.get("/own")

    assert client.get("/nowhere").text == "the host's own page"
    assert "This link is not available" in client.get("/share/nowhere").text
    assert ["own", "", "sharekit.portal"] == seen
    with client.session_transaction() as kept:
        assert dict(kept) == {"seen": True}


def test_a_hook_that_reads_forms_does_no_harm(host: Host) -> None:
    """A host that looks at every form first leaves the password to be found."""

    @host.app.before_request
    def look() -> None:
        if request.form.get("forbidden"):
            abort(400)

    url = host.url(host.link(password="zażółć & gęślą"))
    answer = host.client().post(url, data={"password": "zażółć & gęślą"}, base_url=SITE)

    assert answer.status_code == 303


def test_a_log_in_wall_of_the_host_is_respected(host: Host) -> None:
    """What a hook refuses never reaches the portal."""
    host.app.before_request(lambda: Response("log in", 401))

    assert host.client().get("/share/l/x").text == "log in"


def test_options_come_from_the_configuration() -> None:
    """The names below ``SHAREKIT_`` fill in what is not passed, and what is passed wins."""
    app = Flask("agency")
    app.config.update(
        SHAREKIT_SITE_NAME="Configured",
        SHAREKIT_DEFAULT_LOCALE="pl",
        SHAREKIT_SECURE_COOKIES=False,
        SHAREKIT_ACCENT="#ffd400",
        SHAREKIT_TIME_ZONE="Europe/Warsaw",
    )
    host = Host(app, kit())
    host.kit.catalog.put(RELAUNCH, title="x", client_title="Relaunch", by=MARIA)
    init_app(app, host.kit, site_name="Passed")
    client = app.test_client()
    entered = client.post(host.url(host.link(max_uses=1)), base_url=SITE)
    page = client.get(entered.location, base_url=SITE)

    assert "Passed" in page.text
    assert "Configured" not in page.text
    assert "Tylko do odczytu" in page.text
    assert "10:00 CET" in page.text
    assert "theme.css" in page.text
    assert "Secure" not in entered.headers["Set-Cookie"]


def test_the_applications_templates_come_first(tmp_path: Path) -> None:
    """A template in the application's own folder replaces ours; a configured folder comes before both."""
    for name, text in {"templates/sharekit/unavailable.html": "own", "more/sharekit/visit-ended.html": "more"}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")
    host = make_host(root=tmp_path, template_folders=[tmp_path / "more"])
    client = host.client()

    assert client.get("/share/x").text == "own"
    assert client.get("/share/v/x").text == "more"


def test_several_applications_in_one_process() -> None:
    """Each has its kit and its pages; the links of one are unknown to the other."""
    one, two = make_host("one"), make_host("two", url_prefix="/klanten")
    link = one.link()

    assert "Relaunch of one" in one.client().get(one.url(link), base_url=SITE).text
    assert two.client().get(f"/klanten/l/{one.kit.links.token(link)}").status_code == 404
    assert kit_from(one.app) is one.kit
    assert portal_from(two.app).kit is two.kit
    assert "/klanten/l/" in two.url(two.link())


def test_the_current_application_is_meant(host: Host) -> None:
    """Inside a request or a context no application need be named."""
    with host.app.app_context():
        assert kit_from() is host.kit
        assert portal_from().kit is host.kit


def test_an_application_without_it_says_so() -> None:
    """Asking an application that was not given the portal names what is missing."""
    with pytest.raises(ConfigurationError, match="init_app"):
        kit_from(Flask("bare"))


def test_it_may_be_mounted_below_a_path(host: Host) -> None:
    """Below a prefix of the server, addresses in pages and redirects have the prefix."""
    client = Client(DispatcherMiddleware(Flask("front"), {"/app": host.app}))
    token = host.kit.links.token(host.link(max_uses=1))
    landing = client.get(f"/app/share/l/{token}", base_url=SITE)
    entered = client.post(f"/app/share/l/{token}", base_url=SITE)

    assert 'href="/app/share/static/portal.css' in landing.text
    assert (entered.location or "").startswith("/app/share/v/")
    assert client.get(entered.location, base_url=SITE).status_code == 200


def test_a_blueprint_may_lie_in_another() -> None:
    """A host that registers the blueprint itself may put it anywhere."""
    made = kit()
    app, outer = Flask("agency"), Blueprint("outer", "outer")
    outer.register_blueprint(create_blueprint(Portal(made)), url_prefix="/links")
    app.register_blueprint(outer, url_prefix="/clients")

    assert 'href="/clients/links/static/portal.css' in app.test_client().get("/clients/links/x").text


def test_it_may_be_mounted_at_the_root() -> None:
    """Without a prefix the portal takes what the host leaves."""
    host = make_host(url_prefix="/")
    link = host.link()

    assert host.url(link) == f"{SITE}/l/{host.kit.links.token(link)}"
    assert host.client().get(host.url(link), base_url=SITE).status_code == 200


def test_behind_a_proxy_the_host_says_who_asks(host: Host) -> None:
    """Scheme and address come from the application's own settings for its proxy."""
    host.app.wsgi_app = ProxyFix(host.app.wsgi_app)  # type: ignore[method-assign]  # as Werkzeug documents it
    path = f"/share/l/{host.kit.links.token(host.link(max_uses=5))}"
    client = host.client()
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1", "Origin": "https://agency.example"}
    guesses = [client.get("/share/l/x", headers=forwarded).status_code for _ in range(21)]

    assert guesses[-1] == 429
    forwarded["X-Forwarded-For"] = "192.0.2.2"
    assert client.post(path, headers=forwarded, base_url="http://agency.example").status_code == 303


def test_the_command_line_lists_links(host: Host) -> None:
    """States, ends and counts are told; the token, which would open the link, is not."""
    link, dead = host.link(max_uses=3), host.link(sections={"notes", "hours"})
    host.kit.links.revoke(dead, by=MARIA)
    shown = host.app.test_cli_runner().invoke(args=["sharekit", "links", "project", "42"])
    lines = {line.split()[0]: line for line in shown.output.splitlines()}

    assert shown.exit_code == 0
    assert {link.id, dead.id} == set(lines)
    assert "active" in lines[link.id]
    assert "uses 0/3" in lines[link.id]
    assert "revoked" in lines[dead.id]
    assert "hours,notes" in lines[dead.id]
    assert host.kit.links.token(link) not in shown.output


def test_the_command_line_revokes(host: Host) -> None:
    """One link by its id, or all of a resource; the audit trail names the command line."""
    one, two, three = host.link(), host.link(), host.link()
    runner = host.app.test_cli_runner()
    first = runner.invoke(args=["sharekit", "revoke", one.id])
    rest = runner.invoke(args=["sharekit", "revoke-all", "project", "42"])

    assert first.output == f"{one.id}  revoked\n"
    assert rest.output == "revoked 2\n"
    assert {"revoked"} == {str(host.kit.links.get(link).state) for link in (one, two, three)}
    assert host.kit.audit.entries()[-1].actor == "system:cli"


@pytest.mark.parametrize(
    "arguments",
    [
        ["revoke", "-unknown-id"],
        ["links", "project", ""],
        ["revoke-all", "no kind", "1"],
        ["revoke-all", "projcet", "42"],
        ["links", "projcet", "42"],
    ],
    ids=repr,
)
def test_the_command_line_explains_itself(host: Host, arguments: list[str]) -> None:
    """What cannot be done is an error message, also for an id that begins with a dash."""
    refused = host.app.test_cli_runner().invoke(args=["sharekit", *arguments])

    assert refused.exit_code == 1
    assert refused.output.startswith("Error: ")


def test_a_view_of_the_hosts_own_gives_staff_the_bytes() -> None:
    """A host's route for staff sends a document as the portal would, ranges and headers included."""
    host = make_host()
    document = host.kit.documents.add(RELAUNCH, "Plan.txt", b"a plan that is longer than it is good", by=MARIA)

    @host.app.get("/staff/documents/<id_>")
    def show(id_: str) -> Response:
        return send_document(ResourceRef("sharekit.document", id_), by=MARIA)

    whole = host.client().get(f"/staff/documents/{document.id}")
    part = host.client().get(f"/staff/documents/{document.id}", headers={"Range": "bytes=2-5"})
    head = host.client().head(f"/staff/documents/{document.id}")

    assert (whole.status_code, whole.data) == (200, b"a plan that is longer than it is good")
    assert whole.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert (part.status_code, part.data) == (206, b"plan")
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", whole.headers["ETag"])
