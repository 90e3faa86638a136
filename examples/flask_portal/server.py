"""
Serves the portal on this machine alone, with the small server that comes with Flask.
"""

import errno
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator

__all__ = ["HOST", "PortTakenError", "background", "listen", "server_for"]

HOST = "127.0.0.1"


class PortTakenError(Exception):
    """A port cannot be had; its text says why."""


class _QuietHandler(WSGIRequestHandler):
    """Logs no requests: the secret of a link is in its address."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def listen(port: int) -> socket.socket:
    """Take a port; 0 takes any that is free."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((HOST, port))
        taken.listen(128)
    except OSError as error:
        taken.close()
        taken_already = error.errno == errno.EADDRINUSE
        reason = "is in use already" if taken_already else f"cannot be opened ({error.strerror})"
        raise PortTakenError(f"Port {port} {reason}.") from error
    return taken


def server_for(app: Flask, taken: socket.socket) -> BaseWSGIServer:
    """Return a server of the application on a port that was taken."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    port = taken.getsockname()[1]
    return make_server(HOST, port, _until_written(app), threaded=True, request_handler=_QuietHandler, fd=taken.fileno())


def _until_written(app: Flask) -> WSGIApplication:
    """Let go of an answer's file when it is written, also when a browser hangs up then; the server would not."""

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        with closing(ClosingIterator(app(environ, start_response))) as answer:
            yield from answer

    return serve


@contextmanager
def background(app: Flask) -> Iterator[str]:
    """Serve the application from another thread on a free port, and give its address."""
    with closing(listen(0)) as taken:
        server = server_for(app, taken)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
