"""
System checks: what ``manage.py check`` says of the setting and of the database.

- ``sharekit.E001``: a secret key is missing, short, or a placeholder.
- ``sharekit.E002``: the setting is no dictionary, or has a name that does not exist.
- ``sharekit.E003``: a value of the setting cannot work.
- ``sharekit.E004``: the database is not among ``DATABASES``, or is of a make that the store does not know.
- ``sharekit.E005``: a model is registered for a kind that is not among ``KINDS``.
- ``sharekit.W001``: SQLite without ``"transaction_mode": "IMMEDIATE"``.
- ``sharekit.W002``: the portal is mounted nowhere.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.db import connections
from django.urls import NoReverseMatch, reverse

from sharekit.adapters.django._process import build
from sharekit.adapters.django.settings import SETTING, read
from sharekit.errors import ConfigurationError, WeakSecretKeyError

__all__ = ["check_databases", "check_models", "check_setting", "check_urls"]

# Any: Django hands each check what it may look at, and more with later releases.


def check_setting(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Say what makes the kit impossible."""
    try:
        build(read())
    except WeakSecretKeyError as error:
        hint = "`sharekit key` prints a fresh one; keep it out of the repository."
        return [Error(str(error), hint=hint, id="sharekit.E001")]
    except ConfigurationError as error:
        if error.setting == "using":
            return []  # the other check says so
        return [Error(str(error), id="sharekit.E002" if error.setting == SETTING else "sharekit.E003")]
    return []


def check_models(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Say when a model is registered for a kind that nobody declared."""
    from sharekit.adapters.django.registration import registrations

    try:
        declared = {kind.name for kind in read().kinds}
    except ConfigurationError:
        return []  # the other check says so
    return [
        Error(f"{one.model.__name__} is registered for the kind {one.kind!r}, which KINDS lacks.", id="sharekit.E005")
        for one in registrations()
        if one.kind not in declared
    ]


def check_databases(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Say when the database is none, or one whose settings make writers fail that could wait."""
    try:
        alias = read().database
    except ConfigurationError:
        return []  # the other check says so
    if alias not in connections:
        return [Error(f"{SETTING}['DATABASE']: {alias!r} is not among DATABASES", id="sharekit.E004")]
    connection = connections[alias]
    if connection.vendor not in {"mysql", "postgresql", "sqlite"}:
        return [Error(f"{SETTING}['DATABASE']: {connection.vendor!r} is not supported", id="sharekit.E004")]
    mode = str(connection.settings_dict.get("OPTIONS", {}).get("transaction_mode") or "")
    if connection.vendor == "sqlite" and mode.upper() not in {"IMMEDIATE", "EXCLUSIVE"}:
        return [
            checks.Warning(
                f"The SQLite database {alias!r} begins transactions without the lock that writing takes.",
                hint=(
                    "An atomic() that reads before it writes then fails at once when somebody else wrote meanwhile."
                    ' Add "transaction_mode": "IMMEDIATE" to its OPTIONS.'
                ),
                id="sharekit.W001",
            )
        ]
    return []


def check_urls(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Say when no address leads to the portal."""
    try:
        reverse("sharekit:portal", kwargs={"path": "l/x"})
    except NoReverseMatch:
        hint = "Add path('share/', include('sharekit.adapters.django.urls')) to the URL configuration."
        return [
            checks.Warning("The portal is mounted nowhere, so no link has an address.", hint=hint, id="sharekit.W002")
        ]
    return []
