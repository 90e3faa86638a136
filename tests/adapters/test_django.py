"""One app, one setting: what a Django project gets from sharekit."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from inspect import signature
from io import BytesIO, StringIO, TextIOWrapper
from typing import Any, BinaryIO

import pytest
from django.contrib.auth.models import Permission, User
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory, override_settings

from sharekit import Action, ReadLink, ResourceRef, Right, Sharekit, Staff, System, shared_with_me
from sharekit.adapters.django import invitation_url, kit, link_url, portal
from sharekit.backends.fsspec import FsspecBlobStore
from sharekit.backends.outbox import MemoryOutbox
from sharekit.errors import (
    ConfigurationError,
    MessagingRefusedError,
    SharekitError,
    UploadRefusedError,
    WeakSecretKeyError,
)
from sharekit.mail.writing import LetterWriter
from sharekit.ports import Eq, Mailbox, Predicate
from sharekit.records.requests import RequestItem
from sharekit.records.scopes import parse_scope
from sharekit.relay import Post
from sharekit.screening import FileName
from sharekit.testing import FrozenClock
from sharekit.web import Portal
from tests.django_host import sharing
from tests.features._mail import INBOX, mail, office

MARIA = Staff("maria")
M1 = ResourceRef("matter", "1")
GOOD: dict[str, Any] = {"SECRET_KEYS": sharing.KEYS, "KINDS": sharing.KINDS}  # Any: what a settings module holds


def make_directory() -> "Everything":
    """Make a directory when it is needed."""
    return Everything()


class Everything:
    """A directory that lets everybody do everything."""

    def rights(self, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
        """Every right."""
        return frozenset(Right)


@pytest.fixture
def setting() -> Iterator[dict[str, Any]]:
    """The setting, as it should be; a test may change it before it asks for the kit."""
    given = {**GOOD, "DIRECTORY": Everything()}
    with override_settings(SHAREKIT=given):
        yield given


def shared(*, max_uses: int | None = None, password: str | None = None, expires_at: datetime | None = None) -> ReadLink:
    """A link to the matter 1."""
    kit().catalog.put(M1, title="Lease dispute, cautious view", client_title="Lease", by=MARIA)
    return kit().links.create(
        M1, by=MARIA, sections={"summary"}, max_uses=max_uses, password=password, expires_at=expires_at
    )


def test_the_kit_is_made_once_and_late(host: None) -> None:
    """Kit and portal are made when they are asked for, stay the same, and belong together."""
    with override_settings(SHAREKIT=GOOD):
        first = kit()

        assert kit() is first
        assert portal().kit is first
        assert [*first.kinds] == ["matter", "sharekit.document"]


def test_another_setting_makes_another_kit(setting: dict[str, Any]) -> None:
    """`override_settings` gives another kit inside, and the setting before gives one of its own after."""
    outer = kit()
    with override_settings(SHAREKIT={**GOOD, "TENANT": "bureau"}):
        inner = kit()

    assert inner.tenant == "bureau"
    assert kit().tenant == outer.tenant == "default"


@pytest.mark.parametrize(
    "kinds",
    [
        "tests.django_host.sharing.KINDS",
        "tests.django_host.sharing.MATTER",
        "tests.django_host.sharing.make_kinds",
        ["tests.django_host.sharing.MATTER"],
        sharing.MATTER,
        sharing.make_kinds,
        (sharing.MATTER,),
    ],
)
def test_kinds_may_be_objects_functions_or_paths(kinds: object) -> None:
    """However the kinds are given, the kit has them."""
    with override_settings(SHAREKIT={**GOOD, "KINDS": kinds}):
        assert [*kit().kinds] == ["matter", "sharekit.document"]


SHOWCASE = Predicate("showcase", condition=lambda _: Eq("kind", "matter"))


@pytest.mark.parametrize(
    "more",
    [
        {"SCOPE": shared_with_me | SHOWCASE},
        {"SCOPE": parse_scope("host:showcase"), "PREDICATES": "tests.adapters.test_django.SHOWCASE"},
        {"SCOPE": "tests.adapters.test_django.SHOWCASE", "PREDICATES": [SHOWCASE]},
    ],
)
def test_scope_and_predicates_may_be_given(host: None, more: dict[str, object]) -> None:
    """What the portal shows may hang on a condition of the project's own."""
    with override_settings(SHAREKIT={**GOOD, **more}):
        kit().catalog.put(M1, title="Lease", client_title="Lease", by=System("test"))
        ana = kit().people.add_contact("Ana", "ana@acme.test", by=System("test"))

        assert kit().access.can(ana, Action.VIEW, M1)


@pytest.mark.parametrize(
    "directory", [Everything(), Everything, "tests.adapters.test_django.Everything", make_directory]
)
def test_parts_may_be_objects_classes_functions_or_paths(host: None, directory: object) -> None:
    """A directory works whether it is given as an object, as its class, by what makes it, or by a path."""
    with override_settings(SHAREKIT={**GOOD, "DIRECTORY": directory}):
        kit().catalog.put(M1, title="Lease", by=System("test"))

        assert kit().links.may_create(M1, by=Staff("anybody")).allowed


def test_keys_may_come_from_a_path(host: None) -> None:
    """A list of keys that stands elsewhere signs the same tokens."""
    with override_settings(SHAREKIT={**GOOD, "DIRECTORY": Everything()}):
        link = shared()
        token = kit().links.token(link)
    with override_settings(SHAREKIT={**GOOD, "SECRET_KEYS": "tests.django_host.sharing.KEYS"}):
        assert kit().links.token(link) == token


def test_the_zone_and_the_language_are_djangos_unless_told() -> None:
    """What the setting does not say of pages, Django's own settings say."""
    from sharekit.adapters.django.settings import read

    with override_settings(SHAREKIT=GOOD, TIME_ZONE="Europe/Warsaw", LANGUAGE_CODE="pl"):
        followed = read()
    with override_settings(SHAREKIT={**GOOD, "TIME_ZONE": "UTC", "DEFAULT_LOCALE": "nl"}, LANGUAGE_CODE="pl"):
        told = read()

    assert (followed.time_zone, followed.default_locale) == ("Europe/Warsaw", "pl")
    assert (told.time_zone, told.default_locale) == ("UTC", "nl")


FROM_DJANGO = {"records": "DATABASE", "base_path": "the place in the project's urls", "kit": "what the portal is for"}
"""The arguments that no setting of this name says, and what says them."""


def arguments_of(made: type) -> set[str]:
    """The names of what a class is made of."""
    return set(signature(made).parameters)


def test_the_setting_can_say_whatever_the_kit_and_the_portal_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each argument of both has a name in the setting, and what stands under it reaches them."""
    from sharekit.adapters.django import _process
    from sharekit.adapters.django.settings import NAMES, read

    handed: dict[type, dict[str, object]] = {}

    def noting(made: type) -> object:
        def make(*parts: object, **given: object) -> object:
            handed[made] = given | ({"kit": parts[0]} if parts else {})
            return made(*parts, **given)

        return make

    monkeypatch.setattr(_process, "Sharekit", noting(Sharekit))
    monkeypatch.setattr(_process, "Portal", noting(Portal))
    with override_settings(SHAREKIT=GOOD):
        settings = read()
        _process.build(settings)
    known = {name.lower() for name in NAMES}
    passed = {**handed[Sharekit], **handed[Portal]}

    assert set() == (arguments_of(Sharekit) | arguments_of(Portal)) - known - FROM_DJANGO.keys()
    assert arguments_of(Sharekit) == handed[Sharekit].keys()
    assert arguments_of(Portal) == handed[Portal].keys() | {"base_path"}
    assert [] == [name for name in passed.keys() & known if passed[name] is not getattr(settings, name)]


def suspicious(name: FileName, file: BinaryIO, size: int) -> str | None:
    """Be against what says so."""
    return "says so" if b"suspicious" in file.read(size) else None


class Wary:
    """A detector that is made by its class."""

    def __call__(self, name: FileName, file: BinaryIO, size: int) -> str | None:
        """As the function is."""
        return suspicious(name, file, size)


DETECTORS = [suspicious]


@pytest.mark.parametrize(
    "detectors",
    [[suspicious], (Wary,), ["tests.adapters.test_django.Wary"], "tests.adapters.test_django.DETECTORS"],
)
def test_detectors_the_largest_file_and_the_plan_are_those_of_the_setting(host: None, detectors: object) -> None:
    """What a detector is against is refused, staff add no larger files, and the plan is asked."""
    given = {
        **GOOD,
        "BLOBS": FsspecBlobStore("memory://"),
        "DETECTORS": detectors,
        "MAX_STAFF_BYTES": 10,
        "PLAN_ALLOWS": lambda tenant, feature: False,
    }
    with override_settings(SHAREKIT=given):
        made, by = kit(), System("test")
        made.catalog.put(M1, title="Lease", client_title="Lease", by=by)
        ana = made.people.add_contact("Ana", "ana@acme.test", by=by)
        items = [RequestItem("Letters", key="letters", accept={"txt"})]
        token = made.requests.token(made.requests.create(to=ana, items=items, about=M1, by=by), ana)
        with pytest.raises(UploadRefusedError) as refused:
            made.requests.submit(token, "letters", "a.txt", b"this is suspicious\n")
        with pytest.raises(UploadRefusedError) as large:
            made.documents.add(M1, "a.txt", b"eleven byte", by=by)
        with pytest.raises(MessagingRefusedError):
            made.conversations.start(with_=[ana], subject="Hello", by=by)

    assert ["detected", "too-large"] == [refused.value.reason, large.value.reason]


WRONG: dict[str, tuple[object, str, str]] = {
    "a detector and no list": ({**GOOD, "DETECTORS": suspicious}, "sharekit.E003", "needs a list"),
    "detectors that are none": ({**GOOD, "DETECTORS": [5]}, "sharekit.E003", "list of functions"),
    "a size that is none": ({**GOOD, "MAX_STAFF_BYTES": 0}, "sharekit.E003", "at least 1"),
    "a plan that is no function": ({**GOOD, "PLAN_ALLOWS": 5}, "sharekit.E003", "function"),
    "no setting": (None, "sharekit.E002", "dictionary"),
    "a list": ([1], "sharekit.E002", "dictionary"),
    "a slip of the pen": ({**GOOD, "SECRET_KEY": ["x"]}, "sharekit.E002", "did you mean 'SECRET_KEYS'"),
    "lower case": ({**GOOD, "directory": None}, "sharekit.E002", "did you mean 'DIRECTORY'"),
    "nothing like it": ({**GOOD, "Q": 1}, "sharekit.E002", "there are ACCENT"),
    "no keys": ({"KINDS": sharing.KINDS}, "sharekit.E001", "sharekit key"),
    "an empty list of keys": ({**GOOD, "SECRET_KEYS": []}, "sharekit.E001", "secret_keys"),
    "a short key": ({**GOOD, "SECRET_KEYS": ["short"]}, "sharekit.E001", "32 bytes"),
    "a placeholder": ({**GOOD, "SECRET_KEYS": ["change-me-" * 5]}, "sharekit.E001", "secret_keys"),
    "a key and no list": ({**GOOD, "SECRET_KEYS": "a text that is long enough to be one key"}, "sharekit.E001", "list"),
    "no kinds": ({"SECRET_KEYS": sharing.KEYS}, "sharekit.E003", "KINDS"),
    "kinds that are none": ({**GOOD, "KINDS": [1]}, "sharekit.E003", "KINDS"),
    "kinds from nowhere": ({**GOOD, "KINDS": "no.such.place"}, "sharekit.E003", "cannot be imported"),
    "a scope that is none": ({**GOOD, "SCOPE": "tests.django_host.sharing.KEYS"}, "sharekit.E003", "PortalScope"),
    "a scope that names nothing": ({**GOOD, "SCOPE": parse_scope("host:gone")}, "sharekit.E003", "gone"),
    "predicates that are none": ({**GOOD, "PREDICATES": [1]}, "sharekit.E003", "Predicates"),
    "the same kind twice": ({**GOOD, "KINDS": [sharing.MATTER, sharing.MATTER]}, "sharekit.E003", "twice"),
    "a directory without rights": ({**GOOD, "DIRECTORY": object()}, "sharekit.E003", "rights()"),
    "a directory from nowhere": ({**GOOD, "DIRECTORY": "no.such.place"}, "sharekit.E003", "cannot be imported"),
    "a directory that wants arguments": ({**GOOD, "DIRECTORY": lambda x: x}, "sharekit.E003", "calling it"),
    "a clock that is a text": ({**GOOD, "CLOCK": 5}, "sharekit.E003", "now()"),
    "a zone that is none": ({**GOOD, "TIME_ZONE": "Mars/Olympus"}, "sharekit.E003", "IANA"),
    "a colour that is none": ({**GOOD, "ACCENT": "reddish"}, "sharekit.E003", "accent"),
    "a tenant that is none": ({**GOOD, "TENANT": "a b"}, "sharekit.E003", "tenant"),
    "a number for a name": ({**GOOD, "SITE_NAME": 5}, "sharekit.E003", "SITE_NAME"),
    "a truth for a number": ({**GOOD, "WRONG_SECRETS_PER_MINUTE": True}, "sharekit.E003", "whole number"),
    "a number for a truth": ({**GOOD, "SECURE_COOKIES": 0}, "sharekit.E003", "True or False"),
    "a folder and no list": ({**GOOD, "TEMPLATE_FOLDERS": "templates"}, "sharekit.E003", "list of folders"),
    "a resolver that is no function": ({**GOOD, "RESOLVE_TENANT": 5}, "sharekit.E003", "function"),
    "a database that is none": ({**GOOD, "DATABASE": "elsewhere"}, "sharekit.E004", "elsewhere"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_setting_that_cannot_work_is_an_error_of_the_check(name: str) -> None:
    """`manage.py check` names the fault under a stable id, and the kit refuses it with the same words."""
    given, id_, words = WRONG[name]
    with override_settings(SHAREKIT=given):
        found = [message for message in run_checks() if message.id and message.id.startswith("sharekit.E")]
        with pytest.raises(ConfigurationError) as caught:
            kit()

    assert [message.id for message in found] == [id_]
    assert words in found[0].msg + (found[0].hint or "")
    assert isinstance(caught.value, WeakSecretKeyError) == (id_ == "sharekit.E001")


def test_djangos_own_key_is_never_used() -> None:
    """A project without keys of sharekit's own gets an error, however good Django's key is."""
    with override_settings(SHAREKIT={"KINDS": sharing.KINDS}, SECRET_KEY="k" * 80), pytest.raises(WeakSecretKeyError):
        kit()


def test_a_key_is_in_no_message() -> None:
    """What a check or an error says of keys never repeats one."""
    secret = "dotted.path.or.secret.nobody.can.tell"
    with override_settings(SHAREKIT={**GOOD, "SECRET_KEYS": secret}):
        told = [f"{message}" for message in run_checks()]
        with pytest.raises(WeakSecretKeyError) as caught:
            kit()

    assert not [text for text in [*told, str(caught.value)] if "nobody" in text]


def test_a_good_setting_is_passed(setting: dict[str, Any]) -> None:
    """A setting that can work, and a database that is set up well, bring no message but the expected."""
    messages = [message.id for message in run_checks() if (message.id or "").startswith("sharekit")]

    assert messages == ["sharekit.W001"]  # the database of these tests is one in memory


def test_a_portal_that_is_mounted_nowhere_is_a_warning(setting: dict[str, Any]) -> None:
    """Without the portal's addresses there is a warning, and an error where an address is asked for."""
    with override_settings(ROOT_URLCONF="tests.django_host.no_urls"):
        found = {message.id for message in run_checks()}

        assert "sharekit.W002" in found


def test_the_page_of_a_link_is_served(host: None, setting: dict[str, Any]) -> None:
    """The address of a link leads to its page, with the headers of the portal."""
    address = link_url(shared(), RequestFactory().get("/", HTTP_HOST="testserver"))
    response = Client().get(address)

    assert address.startswith("http://testserver/share/l/")
    assert response.status_code == 200
    assert b"Lease" in response.content
    assert b"cautious" not in response.content
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_the_page_of_an_invitation_is_served(host: None, setting: dict[str, Any]) -> None:
    """Its address leads to a page that names the contact, and the button into the portal."""
    by = Staff("maria")
    ana = kit().people.add_contact("Ana", "ana@acme.example", by=by)
    address = invitation_url(kit().people.invite(ana, by=by), RequestFactory().get("/", HTTP_HOST="testserver"))
    browser = Client()
    page = browser.get(address)
    entered = browser.post(address, content_type="application/x-www-form-urlencoded", follow=True)

    assert address.startswith("http://testserver/share/i/")
    assert b"Ana" in page.content
    assert entered.redirect_chain == [("/share/p/", 303)]
    assert entered.status_code == 200
    assert browser.get("/share/p/").status_code == 200
    assert Client().get("/share/p/").status_code == 403


def test_an_address_without_a_request_has_the_origin(host: None, setting: dict[str, Any]) -> None:
    """In a command or a task the setting says where the site is; when it does not, that is an error."""
    link = shared()
    with pytest.raises(ConfigurationError, match="ORIGIN"):
        link_url(link)
    with override_settings(SHAREKIT={**setting, "ORIGIN": "https://www.example.test/"}):
        assert re.fullmatch(r"https://www\.example\.test/share/l/\S+", link_url(link))


def test_the_clock_and_the_limiter_are_those_of_the_setting(host: None, setting: dict[str, Any]) -> None:
    """A link expires by the clock that the setting names."""
    clock = FrozenClock(datetime(2026, 3, 2, 12, tzinfo=UTC))
    with override_settings(SHAREKIT={**setting, "CLOCK": clock}):
        link = shared(expires_at=clock.now() + timedelta(hours=1))
        token = kit().links.token(link)
        before = kit().links.open(token).title
        clock.advance(timedelta(hours=1))
        with pytest.raises(SharekitError):
            kit().links.open(token)

    assert before == "Lease"


def run(*words: str) -> str:
    """What `manage.py sharekit` prints."""
    out = StringIO()
    call_command("sharekit", *words, stdout=out)
    return out.getvalue()


def test_the_command_lists_and_revokes(host: None, setting: dict[str, Any]) -> None:
    """Links are listed with state and uses, and revoked one by one or all together."""
    first, second = shared(max_uses=3), shared(password="a password for it")
    listed = run("links", "matter", "1")
    revoked = run("revoke", first.id)
    every = run("revoke-all", "matter", "1")

    assert first.id in listed
    assert "uses 0/3" in listed
    assert "active" in listed
    assert revoked.split() == [first.id, "revoked"]
    assert every == "revoked 1\n"
    assert {link.state.value for link in kit().links.of(M1)} == {"revoked"}
    assert second.id in run("links", "matter", "1")


def test_the_command_sends_what_waits(host: None, setting: dict[str, Any]) -> None:
    """A letter goes by the post of the setting, once."""
    outbox = MemoryOutbox()
    setting["NOTIFIER"] = outbox
    setting["POST"] = lambda: Post(
        writer=LetterWriter(site_name="Bureau"),
        sender=Mailbox("portal@bureau.test"),
        pages="https://bureau.test/portal",
    )
    kit().people.invite(kit().people.add_contact("Ana", "ana@acme.test", by=System("host")), by=System("host"))
    said = [run("relay"), run("relay")]

    assert ["1 letters sent" in line for line in said] == [True, False]
    assert [letter.recipient.address for letter, _ in outbox.sent] == ["ana@acme.test"]


def test_the_command_takes_mail_in(
    host: None, setting: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Through a pipe it leaves by the exit code of a mail server; over LMTP it listens on this machine alone."""
    setting["INBOX"] = INBOX
    setting["BLOBS"] = FsspecBlobStore("memory://")
    here = office(kit())
    address = here.address()
    codes: list[object] = []
    for raw, options in ((mail(address), ["--sender", "ana@acme.example"]), (mail("x@y.example"), [])):
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(raw)))
        with pytest.raises(SystemExit) as left:
            call_command("sharekit", "inbound", "--pipe", *options)
        codes.append(left.value.code)

    assert [0, 67] == codes
    assert ["The second one, please."] == here.texts()
    assert ("", "") == tuple(capsys.readouterr())
    with pytest.raises(CommandError, match="can be reached from elsewhere"):
        run("inbound", "--lmtp", "0.0.0.0:2525")


def test_the_command_works_in_any_tenant(host: None, setting: dict[str, Any]) -> None:
    """A tenant that is named has its own links."""
    shared()

    assert run("--tenant", "bureau", "links", "matter", "1") == ""


@pytest.mark.parametrize(
    "words",
    [
        ("revoke", "-unknown"),
        ("links", "matter", "a/b"),
        ("--tenant", "a b", "links", "x", "1"),
        ("revoke-all", "mattre", "1"),
        ("links", "mattre", "1"),
        ("sweep", "--hours=-1"),
        ("prune", "--days=6"),
        ("review", "--idle-days=0"),
    ],
)
def test_the_command_tells_what_was_wrong(host: None, setting: dict[str, Any], words: tuple[str, ...]) -> None:
    """What sharekit refuses is an error of the command, and no traceback."""
    with pytest.raises(CommandError):
        run(*words)


def test_the_command_reviews(host: None, setting: dict[str, Any]) -> None:
    """What nobody used for long is listed for a spreadsheet, or for a program."""
    clock = FrozenClock()
    setting["CLOCK"] = clock
    kit().catalog.put(M1, title="Lease dispute", by=MARIA)
    kit().shares.grant(M1, to=kit().people.add_contact("Ana", "ana@acme.test", by=MARIA), by=MARIA)
    clock.advance(timedelta(days=100))

    assert "Lease dispute,Ana,view" in run("review")
    assert '"reasons": "unused"' in run("review", "--format", "json")
    assert "Lease dispute" not in run("review", "--idle-days", "120")


def test_the_command_sweeps(host: None, setting: dict[str, Any]) -> None:
    """A dry run names what is over, and with `--delete` it goes: what lies in what was removed, and its bytes later."""
    clock = FrozenClock()
    setting["BLOBS"], setting["CLOCK"] = FsspecBlobStore("memory://"), clock
    kit().catalog.put(M1, title="Lease dispute", by=MARIA)
    document = kit().documents.add(M1, "Lease.txt", b"a text", by=MARIA)
    kit().catalog.remove(M1, by=MARIA)
    clock.advance(timedelta(days=8))
    before = run("sweep", "--delete")
    dry = run("sweep", "--days", "7")
    swept = run("sweep", "--days", "7", "--delete")
    clock.advance(timedelta(hours=2))
    bytes_go = run("sweep", "--hours", "1", "--delete")

    assert document.ref.key not in before
    assert [document.ref.key] == dry.split()[:1] == swept.split()[:1]
    assert ("would delete 0 of 1" in dry, "do it with --delete" in dry) == (True, True)
    assert "deleted 0 of 1" in swept
    assert "deleted 1 of 1" in bytes_go


def test_the_command_prunes(host: None, setting: dict[str, Any]) -> None:
    """A dry run counts what was told long ago, and with `--delete` it goes."""
    setting["CLOCK"] = clock = FrozenClock()
    ana = kit().people.add_contact("Ana", "ana@acme.test", by=MARIA)
    kit().people.invite(ana, by=MARIA)
    kit().relay.run_once()
    kit().notifications.mark_seen(ana)
    clock.advance(timedelta(days=31))

    assert "would delete 1 notices" in run("prune", "--days", "30")
    assert "deleted 1 notices" in run("prune", "--days", "30", "--delete")
    assert "deleted 0 notices" in run("prune", "--days", "30", "--delete")


@pytest.fixture
def admin(host: None) -> Client:
    """A signed-in superuser."""
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


PAGES = ("readlink", "catalogentry", "contact", "auditentry")


def test_the_admin_shows_what_a_person_wants(admin: Client, setting: dict[str, Any]) -> None:
    """Links, entries, contacts and the audit trail are listed in words."""
    kit().people.add_contact("Ana Ruiz", "ana@example.test", by=System("test"))
    shared(max_uses=4, expires_at=datetime(2030, 1, 2, tzinfo=UTC))
    pages = {name: admin.get(f"/admin/sharekit/{name}/").content.decode() for name in PAGES}

    assert all(word in pages["readlink"] for word in ("matter:1", "active", "0 of 4", "2030", "summary", "staff:maria"))
    assert all(word in pages["catalogentry"] for word in ("matter:1", "Lease dispute, cautious view", "client"))
    assert all(word in pages["contact"] for word in ("Ana Ruiz", "ana@example.test"))
    assert all(word in pages["auditentry"] for word in ("link-created", "staff:maria"))


def test_the_admin_shows_no_secrets(admin: Client, setting: dict[str, Any]) -> None:
    """Neither a password's hash nor the id of a link is on any page."""
    link = shared(password="open sesame, please")
    assert link.password_hash is not None
    rows = admin.get("/admin/sharekit/readlink/").content.decode()
    (number,) = re.findall(r"/admin/sharekit/readlink/(\d+)/change/", rows)
    page = admin.get(f"/admin/sharekit/readlink/{number}/change/").content.decode()

    assert "yes" in page
    for text in (rows, page):
        assert link.id not in text
        assert link.password_hash not in text


@pytest.mark.parametrize("name", PAGES)
def test_the_admin_changes_nothing(admin: Client, setting: dict[str, Any], name: str) -> None:
    """There is no page to add, and none that deletes or takes a change, even for a superuser."""
    kit().people.add_contact("Ana Ruiz", "ana@example.test", by=System("test"))
    shared()
    rows = admin.get(f"/admin/sharekit/{name}/").content.decode()
    number = re.findall(rf"/admin/sharekit/{name}/(\d+)/change/", rows)[0]
    statuses = [
        admin.get(f"/admin/sharekit/{name}/add/").status_code,
        admin.post(f"/admin/sharekit/{name}/{number}/delete/", {"post": "yes"}).status_code,
        admin.post(f"/admin/sharekit/{name}/{number}/change/", {"tenant": "x"}).status_code,
    ]

    assert statuses == [403, 403, 403]
    assert "Delete selected" not in rows


def test_the_admin_wants_a_permission(host: None, setting: dict[str, Any]) -> None:
    """Staff see what they were permitted to see, and viewing is the only permission there is."""
    client, staff = Client(), User.objects.create_user("paul", is_staff=True)
    client.force_login(staff)
    before = client.get("/admin/sharekit/readlink/").status_code
    staff.user_permissions.add(Permission.objects.get(codename="view_readlink"))
    after = client.get("/admin/sharekit/readlink/").status_code
    names = set(Permission.objects.filter(content_type__app_label="sharekit").values_list("codename", flat=True))

    assert (before, after) == (403, 200)
    assert {name.partition("_")[0] for name in names} == {"view"}


def test_a_damaged_row_is_shown_as_one(admin: Client, setting: dict[str, Any]) -> None:
    """A row whose body cannot be read is in the list, marked, and the others are beside it."""
    from sharekit.adapters.django.models import MODELS

    shared()
    MODELS["catalog-entry"]._default_manager.update(body="{}")
    page = admin.get("/admin/sharekit/catalogentry/")

    assert page.status_code == 200
    assert "(damaged)" in page.content.decode()
