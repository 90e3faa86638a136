"""
The settings of the project: ordinary Django, and one setting of sharekit's.
"""

import os
from datetime import timedelta
from functools import partial
from pathlib import Path

from sharekit.backends.fsspec import FsspecBlobStore

from django_cases.keys import key_in

HERE = Path(__file__).parent
DATA = Path(os.environ.get("CASES_DATA", "cases-data")).absolute()
DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
HTTPS = os.environ.get("CASES_HTTPS") == "1"

FIRM = "Brandsma & Osei"

SECRET_KEY = key_in(DATA / "django.key")
ALLOWED_HOSTS = [*os.environ.get("CASES_HOSTS", "").split(), "127.0.0.1", "localhost"]
DEBUG = False

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_cases.office",
    "sharekit.adapters.django",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django_cases.office.pages.desk.firm",
            ]
        },
    }
]
ROOT_URLCONF = "django_cases.urls"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "cases.sqlite3",
        "OPTIONS": {
            # Readers and one writer do not disturb each other, and a writer waits for its turn.
            "init_command": "PRAGMA journal_mode=WAL",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True
STATIC_URL = "/static/"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "cases"
CSRF_FAILURE_VIEW = "django_cases.office.pages.stale.show_again"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS

SHAREKIT = {
    "SECRET_KEYS": [key_in(DATA / "sharekit.key")],
    "KINDS": "django_cases.office.sharing.kinds.KINDS",
    "DIRECTORY": "django_cases.office.sharing.rights.OfficeDirectory",
    "BLOBS": partial(FsspecBlobStore, DATA / "papers"),
    "SITE_NAME": FIRM,
    "ACCENT": "#7a1f33",
    "TEMPLATE_FOLDERS": [HERE / "client_pages"],
    "SECURE_COOKIES": HTTPS,
    "UNDO_WINDOW": timedelta(seconds=5),  # so that who tries it with two browsers need not wait
}
