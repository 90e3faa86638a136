"""The host's settings, and databases that come and go with a test."""

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings
from django.db import connections

Settings = dict[str, Any]  # as Django has them

_numbers = itertools.count(1)

SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "timeout": 20,
    },
}


def set_up() -> None:
    """Configure Django for this process, once."""
    if settings.configured:
        return
    settings.configure(
        SECRET_KEY="the host's own key, which sharekit never uses",
        ALLOWED_HOSTS=["testserver", "127.0.0.1", "localhost"],
        DATABASES={"default": {**SQLITE, "NAME": "file:host?mode=memory&cache=shared", "OPTIONS": {"uri": True}}},
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.messages",
            "django.contrib.sessions",
            "sharekit.adapters.django",
            "tests.django_host",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        ROOT_URLCONF="tests.django_host.urls",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()


def sqlite_settings(file: Path) -> Settings:
    """Return the settings of a database in one file."""
    return {**SQLITE, "NAME": str(file)}


def without_immediate(given: Settings) -> Settings:
    """Return settings of SQLite with which a transaction takes the lock when it first writes, and not earlier."""
    options = {name: value for name, value in given["OPTIONS"].items() if name != "transaction_mode"}
    return {**given, "OPTIONS": options}


def server_settings(url: str) -> Settings:
    """Return the settings for the URL of a server, such as ``postgresql://user:password@127.0.0.1:5433/name``."""
    parts = urlsplit(url)
    given: Settings = {
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }
    if parts.scheme.startswith("postgres"):
        return {**given, "ENGINE": "django.db.backends.postgresql"}
    return {**given, "ENGINE": "django.db.backends.mysql", "OPTIONS": {"charset": "utf8mb4"}}


def _take_pymysql() -> None:
    """Let Django, which asks for mysqlclient in a version of its own, take PyMySQL."""
    import pymysql

    pymysql.version_info = (2, 2, 7, "final", 0)
    pymysql.install_as_MySQLdb()


@contextlib.contextmanager
def database(given: Settings) -> Iterator[str]:
    """Lend a database under an alias of its own."""
    if given["ENGINE"].endswith("mysql"):
        _take_pymysql()
    alias = f"lent{next(_numbers)}"
    defaults = {
        key: value for key, value in connections.settings["default"].items() if key not in {"NAME", "OPTIONS", "TEST"}
    }
    connections.settings[alias] = {**defaults, "OPTIONS": {}, "TEST": connections.settings["default"]["TEST"], **given}
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]
