"""The portal in Django keeps every law of adapters, behind the middleware that a new project has."""

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import ModuleType

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from django.urls import include, path

from sharekit.adapters.django.urls import urlpatterns_for
from sharekit.testing.adapter import AdapterContract, Send, Serve, over_asgi, over_wsgi
from sharekit.web import Portal
from tests.django_host.project import set_up

STARTPROJECT = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def urlconf(portal: Portal, prefix: str) -> ModuleType:
    """Return the addresses of a project that has the portal somewhere."""
    module = ModuleType("project_urls")
    at = f"{prefix.lstrip('/')}/" if prefix else ""
    module.__dict__["urlpatterns"] = [path(at, include(urlpatterns_for(lambda: portal)))]
    return module


@pytest.fixture
def project() -> Iterator[Callable[[Portal, str], None]]:
    """Make the portal a part of a project as `startproject` makes it."""
    set_up()
    hosts = ["portal.example", "other.example"]
    with ExitStack() as until_the_end:

        def include_portal(portal: Portal, prefix: str) -> None:
            changed = override_settings(
                MIDDLEWARE=STARTPROJECT, ALLOWED_HOSTS=hosts, ROOT_URLCONF=urlconf(portal, prefix)
            )
            until_the_end.enter_context(changed)

        yield include_portal


class TestWsgi(AdapterContract):
    """As a WSGI server runs it."""

    @pytest.fixture
    def serve(self, project: Callable[[Portal, str], None]) -> Serve:
        """Include it."""

        def mounted(portal: Portal, prefix: str) -> Send:
            project(portal, prefix)
            return over_wsgi(WSGIHandler())

        return mounted


class TestAsgi(AdapterContract):
    """As an ASGI server runs it."""

    @pytest.fixture(autouse=True)
    def swept(self, request: pytest.FixtureRequest) -> Iterator[None]:
        """Collect what Django leaves open where an answer breaks off: its copy of the request's body."""
        yield
        if "breaks_off" in request.node.name:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)
                gc.collect()

    @pytest.fixture
    def serve(self, project: Callable[[Portal, str], None]) -> Serve:
        """Include it."""

        def mounted(portal: Portal, prefix: str) -> Send:
            project(portal, prefix)
            return over_asgi(ASGIHandler())

        return mounted
