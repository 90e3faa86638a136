"""The kit and the portal of this process, made once from the setting."""

import threading
from typing import Final

import attrs
from django.core.signals import setting_changed
from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from sharekit.adapters.django.settings import SETTING, Settings, read
from sharekit.backends.django import DjangoRecordStore
from sharekit.errors import ConfigurationError
from sharekit.kit import Sharekit
from sharekit.records.invitations import Invitation
from sharekit.records.links import ReadLink
from sharekit.web import Portal

__all__ = ["Parts", "address_of", "build", "database", "parts"]

_lock: Final = threading.Lock()
_made: "Parts | None" = None


@attrs.frozen
class Parts:
    """What is made from the setting."""

    settings: Settings
    kit: Sharekit
    portal: Portal


def parts() -> Parts:
    """Return what this process has made from the setting, making it now when nobody did."""
    global _made  # noqa: PLW0603  # one for each process, as everything else in Django
    made = _made
    if made is None:
        with _lock:
            made = _made or build(read())
            _made = made
    return made


def build(settings: Settings) -> Parts:
    """Put a kit and its portal together; the database is asked nothing."""
    kit = Sharekit(
        records=DjangoRecordStore(settings.database),
        secret_keys=settings.secret_keys,
        kinds=settings.kinds,
        scope=settings.scope,
        predicates=settings.predicates,
        directory=settings.directory,
        clock=settings.clock,
        blobs=settings.blobs,
        scanner=settings.scanner,
        notifier=settings.notifier,
        post=settings.post,
        inbox=settings.inbox,
        webhook_caller=settings.webhook_caller,
        uploads=settings.uploads,
        detectors=settings.detectors,
        max_staff_bytes=settings.max_staff_bytes,
        plan_allows=settings.plan_allows,
        undo_window=settings.undo_window,
        rate_limiter=settings.rate_limiter,
        tenant=settings.tenant,
    )
    portal = Portal(
        kit,
        site_name=settings.site_name,
        template_folders=settings.template_folders,
        template_loaders=settings.template_loaders,
        default_locale=settings.default_locale,
        time_zone=settings.time_zone,
        accent=settings.accent,
        resolve_tenant=settings.resolve_tenant,
        secure_cookies=settings.secure_cookies,
        direct_downloads=settings.direct_downloads,
        wrong_secrets_per_minute=settings.wrong_secrets_per_minute,
    )
    return Parts(settings, kit, portal)


def database() -> str:
    """Return the alias of the database that has our tables, also when the rest of the setting cannot work."""
    try:
        return parts().settings.database
    except ConfigurationError:
        return DEFAULT_DB_ALIAS


def address_of(shown: ReadLink | Invitation, request: HttpRequest | None) -> str:
    """Return the whole address of the page of a link or an invitation."""
    return address_below(parts().portal.path_below(shown), request)


def address_below(below: str, request: HttpRequest | None) -> str:
    """Return the whole address of a page of the portal."""
    made = parts()
    try:
        path = reverse("sharekit:portal", kwargs={"path": below.lstrip("/")})
    except NoReverseMatch as error:
        problem = "the portal is mounted nowhere; add path('share/', include('sharekit.adapters.django.urls'))"
        raise ConfigurationError("ROOT_URLCONF", problem) from error
    if request is not None:
        return request.build_absolute_uri(path)
    if made.settings.origin is None:
        raise ConfigurationError(
            f"{SETTING}['ORIGIN']", "is needed where there is no request, 'https://www.example.com'"
        )
    return made.settings.origin.rstrip("/") + path


def _forget(*, setting: str, **_: object) -> None:
    global _made  # noqa: PLW0603  # as above
    if setting == SETTING:
        _made = None


setting_changed.connect(_forget, dispatch_uid="sharekit")
