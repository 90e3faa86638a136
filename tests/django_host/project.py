"""The project's settings."""

import django
from django.conf import settings


def set_up() -> None:
    """Configure Django for this process, once."""
    if settings.configured:
        return
    settings.configure(
        SECRET_KEY="the host's own key, which sharekit never uses",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.messages",
            "django.contrib.sessions",
        ],
        USE_TZ=True,
    )
    django.setup()
