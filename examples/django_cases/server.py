"""
Makes the database on the first start, and serves the project on this machine alone.
"""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction

from django_cases.office.models import Case
from django_cases.office.seed import People, seed
from django_cases.office.sharing.papers import seed_papers
from django_cases.office.sharing.people import enter_everybody
from django_cases.office.sharing.talks import seed_talks

__all__ = ["PortTakenError", "prepare", "serving"]


class PortTakenError(Exception):
    """A port cannot be had; its text says why."""


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class _QuietHandler(WSGIRequestHandler):
    """Logs no requests: the secret of a link is in its address."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as the base class calls it
        pass


def prepare() -> People:
    """Migrate, and fill an empty database with demo data."""
    call_command("migrate", verbosity=0)
    is_new = not Case.objects.exists()
    with transaction.atomic():
        people = seed(fill=is_new)
        enter_everybody()
    if is_new:
        seed_papers()
        seed_talks()
    connection.close()  # the server has a connection for each thread
    return people


@contextmanager
def serving(host: str, port: int) -> Iterator[WSGIServer]:
    """Take a port and give a server on it; 0 takes any that is free."""
    application = StaticFilesHandler(get_wsgi_application())
    try:
        server = make_server(host, port, application, server_class=_Server, handler_class=_QuietHandler)
    except OSError as error:
        raise PortTakenError(f"Port {port} cannot be opened ({error.strerror}).") from error
    with server:
        yield server
