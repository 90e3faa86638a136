"""
The one setting ``SHAREKIT``: a dictionary of objects, of functions that make them, or of dotted paths to either.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import attrs
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS
from django.utils.module_loading import import_string

from sharekit.errors import ConfigurationError, WeakSecretKeyError
from sharekit.kit import GIBIBYTE, UNDO_WINDOW
from sharekit.ports import (
    BlobStore,
    Clock,
    Directory,
    MailReader,
    Notifier,
    PlanAllows,
    Predicate,
    RateLimiter,
    Scanner,
    WebhookCaller,
)
from sharekit.records.declarations import ResourceKind
from sharekit.records.scopes import DEFAULT_SCOPE, PortalScope
from sharekit.records.uploads import UploadPolicy
from sharekit.relay import Post
from sharekit.screening import Detector
from sharekit.web import WebRequest

__all__ = ["NAMES", "SETTING", "Settings", "read"]

SETTING: Final = "SHAREKIT"

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Settings:
    """
    What the setting says, with what Django's own settings say where it is silent.

    Attributes:
        kinds: ``KINDS``: what the project shares.
        secret_keys: ``SECRET_KEYS``: of at least 32 bytes, oldest first. Django's own key is never used.
        scope: ``SCOPE``: what the portal shows clients at all, until it is configured.
        predicates: ``PREDICATES``: conditions of the project's own that a scope may name.
        directory: ``DIRECTORY``: what staff may do; the built-in rule when None.
        database: ``DATABASE``: the alias of the database.
        tenant: ``TENANT``: the tenant of the kit.
        clock: ``CLOCK``: the time; the machine's own when None.
        blobs: ``BLOBS``: where the bytes of documents are kept; without it there are no documents.
        scanner: ``SCANNER``: what looks for viruses, or None.
        notifier: ``NOTIFIER``: what takes letters, or None.
        post: ``POST``: what letters need besides, or None.
        inbox: ``INBOX``: what reads mail that comes in, or None.
        webhook_caller: ``WEBHOOK_CALLER``: what calls webhooks, or None.
        uploads: ``UPLOADS``: what people outside may send; the rule of `Sharekit` when None.
        detectors: ``DETECTORS``: second opinions about what they send.
        max_staff_bytes: ``MAX_STAFF_BYTES``: how large a file may be that staff add.
        plan_allows: ``PLAN_ALLOWS``: what the plan of a tenant includes; everything when None.
        undo_window: ``UNDO_WINDOW``: how long whoever wrote a message may take it back, as a timedelta.
        rate_limiter: ``RATE_LIMITER``: what slows down guessing; one in the memory of the process when None.
        origin: ``ORIGIN``: scheme and host of the site, for addresses where there is no request.
        resolve_tenant: ``RESOLVE_TENANT``: tells the tenant of a request.
        site_name: ``SITE_NAME``: the name in the header of each page.
        template_folders: ``TEMPLATE_FOLDERS``: whose templates come before ours.
        template_loaders: ``TEMPLATE_LOADERS``: loaders of Jinja2, asked after the folders and before ours.
        default_locale: ``DEFAULT_LOCALE``: else ``LANGUAGE_CODE``.
        time_zone: ``TIME_ZONE``: else Django's ``TIME_ZONE``.
        accent: ``ACCENT``: the colour of the host.
        secure_cookies: ``SECURE_COOKIES``: False only for development without HTTPS.
        direct_downloads: ``DIRECT_DOWNLOADS``: whether browsers fetch documents from the store.
        wrong_secrets_per_minute: ``WRONG_SECRETS_PER_MINUTE``: how many a client may present.
    """

    kinds: tuple[ResourceKind, ...]
    secret_keys: tuple[str | bytes, ...] = attrs.field(repr=False)
    scope: PortalScope
    predicates: tuple[Predicate, ...]
    directory: Directory | None
    database: str
    tenant: str
    clock: Clock | None
    blobs: BlobStore | None
    scanner: Scanner | None
    notifier: Notifier | None
    post: Post | None
    inbox: MailReader | None
    webhook_caller: WebhookCaller | None
    uploads: UploadPolicy | None
    detectors: tuple[Detector, ...]
    max_staff_bytes: int
    plan_allows: PlanAllows | None
    undo_window: timedelta
    rate_limiter: RateLimiter | None
    origin: str | None
    resolve_tenant: Callable[[WebRequest], str | None] | None
    site_name: str
    template_folders: tuple[str | Path, ...]
    template_loaders: tuple[Any, ...]  # Any: the types of Jinja2 belong to the pages
    default_locale: str
    time_zone: str
    accent: str | None
    secure_cookies: bool
    direct_downloads: bool
    wrong_secrets_per_minute: int


NAMES: Final = tuple(field.name.upper() for field in attrs.fields(Settings))
"""The names that the setting may hold."""


def read() -> Settings:
    """
    Read the setting.

    Raises:
        WeakSecretKeyError: There are no keys.
        ConfigurationError: The setting is no dictionary, has an unknown name, or a value that cannot work.
    """
    given = _Given(_checked(getattr(django_settings, SETTING, None)))
    return Settings(
        kinds=given.kinds(),
        secret_keys=given.keys(),
        scope=given.scope(),
        predicates=tuple(_several("PREDICATES", Predicate, given.values.get("PREDICATES", ()))),
        directory=given.made("DIRECTORY", "rights"),
        database=given.text("DATABASE", DEFAULT_DB_ALIAS),
        tenant=given.text("TENANT", "default"),
        clock=given.made("CLOCK", "now"),
        blobs=given.made("BLOBS", "write"),
        scanner=given.made("SCANNER", "scan"),
        notifier=given.made("NOTIFIER", "send"),
        post=given.made("POST", "one_click"),
        inbox=given.made("INBOX", "read"),
        webhook_caller=given.made("WEBHOOK_CALLER", "call"),
        uploads=given.made("UPLOADS", "documents"),
        detectors=tuple(given.each("DETECTORS")),
        max_staff_bytes=given.of("MAX_STAFF_BYTES", int, default=GIBIBYTE),
        plan_allows=given.function("PLAN_ALLOWS"),
        undo_window=given.of("UNDO_WINDOW", timedelta, default=UNDO_WINDOW),
        rate_limiter=given.made("RATE_LIMITER", "acquire"),
        origin=given.text("ORIGIN", "") or None,
        resolve_tenant=given.function("RESOLVE_TENANT"),
        site_name=given.text("SITE_NAME", ""),
        template_folders=given.folders(),
        template_loaders=tuple(given.each("TEMPLATE_LOADERS")),
        default_locale=given.text("DEFAULT_LOCALE", django_settings.LANGUAGE_CODE),
        time_zone=given.text("TIME_ZONE", django_settings.TIME_ZONE or "UTC"),
        accent=given.text("ACCENT", "") or None,
        secure_cookies=given.of("SECURE_COOKIES", bool, default=True),
        direct_downloads=given.of("DIRECT_DOWNLOADS", bool, default=False),
        wrong_secrets_per_minute=given.of("WRONG_SECRETS_PER_MINUTE", int, default=20),
    )


def _checked(given: object) -> Mapping[str, Any]:  # Any: what a settings module holds
    if not isinstance(given, Mapping):
        raise ConfigurationError(SETTING, "needs a dictionary with SECRET_KEYS and KINDS")
    for name in given:
        if name not in NAMES:
            near = difflib.get_close_matches(str(name).upper(), NAMES, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(sorted(NAMES))}"
            raise ConfigurationError(SETTING, f"has no {name!r}{hint}")
    return given


@attrs.frozen
class _Given:
    """The dictionary, read by what is expected of each value."""

    values: Mapping[str, Any]  # Any: as above

    def of(self, name: str, kind: type[Any], default: Any) -> Any:  # Any: an object of that type
        """Return a value of one type, given as it is, by a dotted path, or by a function."""
        value = self._loaded(name) if name in self.values else default
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise _wrong(name, f"needs {_ARTICLES[kind]}")
        return value

    def text(self, name: str, default: str) -> str:
        """Return a text, which is no dotted path."""
        value = self.values.get(name, default)
        if callable(value):
            value = _called(name, value)
        if value is not None and not isinstance(value, str):
            raise _wrong(name, "needs a text")
        return value or default

    def made(self, name: str, method: str) -> Any:  # Any: checked for its method alone, as `Sharekit` does
        """Return an object with a method; a class or a function is called for it."""
        value = self._imported(name)
        if isinstance(value, type) or (callable(value) and not hasattr(value, method)):
            value = _called(name, value)
        if value is not None and not callable(getattr(value, method, None)):
            raise _wrong(name, f"needs an object with the method {method}(), or what makes one")
        return value

    def function(self, name: str) -> Any:  # Any: what it takes and returns only a call shows
        """Return a function."""
        value = self._imported(name)
        if value is not None and not callable(value):
            raise _wrong(name, "needs a function")
        return value

    def each(self, name: str) -> list[Any]:  # Any: checked by what takes it
        """Return the objects of a list, whose classes are called for them; a function stays what it is."""
        value = self._imported(name)
        if value is not None and not isinstance(value, list | tuple):
            raise _wrong(name, "needs a list, or a dotted path to one")
        parts = [_imported(name, part) if isinstance(part, str) else part for part in value or ()]
        return [_called(name, part) if isinstance(part, type) else part for part in parts]

    def kinds(self) -> tuple[ResourceKind, ...]:
        """Return the declared kinds: from one, from several, or from paths to such."""
        if "KINDS" not in self.values:
            raise _wrong("KINDS", "names what the project shares, and is missing")
        return tuple(_several("KINDS", ResourceKind, self._loaded("KINDS")))

    def scope(self) -> PortalScope:
        """Return the scope of the portal."""
        value = self._loaded("SCOPE") if "SCOPE" in self.values else DEFAULT_SCOPE
        if not isinstance(value, PortalScope):
            raise _wrong("SCOPE", "needs a PortalScope, such as shared_with_me, or a dotted path to one")
        return value

    def keys(self) -> tuple[str | bytes, ...]:
        """Return the keys, which no message repeats."""
        given = self.values.get("SECRET_KEYS")
        if given is None:
            raise WeakSecretKeyError(f"none in {SETTING}['SECRET_KEYS']; make one with `sharekit key`")
        try:
            value = self._loaded("SECRET_KEYS")
        except ConfigurationError:
            value = None
        if not isinstance(value, list | tuple):
            raise WeakSecretKeyError(f"{SETTING}['SECRET_KEYS'] needs a list of keys, or a path to one") from None
        return tuple(value)

    def folders(self) -> tuple[str | Path, ...]:
        """Return folders, none of which is a dotted path."""
        value = self.values.get("TEMPLATE_FOLDERS", ())
        value = _called("TEMPLATE_FOLDERS", value) if callable(value) else value
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise _wrong("TEMPLATE_FOLDERS", "needs a list of folders")
        return tuple(value)

    def _imported(self, name: str) -> Any:  # Any: as in `values`
        value = self.values.get(name)
        return _imported(name, value) if isinstance(value, str) else value

    def _loaded(self, name: str) -> Any:  # Any: as in `values`
        value = self._imported(name)
        return _called(name, value) if callable(value) else value


_ARTICLES: Final = {bool: "True or False", int: "a whole number", timedelta: "a timedelta"}


def _several(name: str, of: type[T], value: object) -> Iterable[T]:
    if isinstance(value, str):
        value = _imported(name, value)
    if callable(value):
        value = _called(name, value)
    if isinstance(value, of):
        yield value
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        for part in value:
            yield from _several(name, of, part)
    else:
        raise _wrong(name, f"needs {of.__name__}s, or dotted paths to them")


def _imported(name: str, path: str) -> Any:  # Any: what stands there
    try:
        return import_string(path)
    except (ImportError, ImproperlyConfigured) as error:
        raise _wrong(
            name, f"{path!r} cannot be imported: {error}" if name != "SECRET_KEYS" else "no such path"
        ) from error


def _called(name: str, make: Callable[[], Any]) -> Any:  # Any: what it makes
    try:
        return make()
    except TypeError as error:
        raise _wrong(name, f"cannot be made by calling it: {error}") from error


def _wrong(name: str, problem: str) -> ConfigurationError:
    return ConfigurationError(f"{SETTING}['{name}']", problem)
