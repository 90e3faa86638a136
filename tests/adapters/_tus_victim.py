"""
A process that serves upload pages until it is killed: ``python -m tests.adapters._tus_victim FOLDER``.

It prints where it serves, and ends when whoever started it is gone.
"""

import sys
from typing import Any

from sharekit import ResourceKind, Sharekit
from sharekit.adapters.asgi import PortalApp
from sharekit.ports import Clock
from sharekit.web import Portal
from tests.adapters._http import over_uvicorn


def kit_in(folder: str, *, clock: Clock | None = None) -> Sharekit:
    """Return the kit of a folder, which any number of processes share."""
    return Sharekit.at(folder, secret_keys=[b"k" * 40], kinds=[ResourceKind("project", title="Project")], clock=clock)


def portal_of(kit: Sharekit) -> Portal:
    """Return its portal, mounted below ``/share``."""
    return Portal(kit, base_path="/share", secure_cookies=False)


def serve(folder: str) -> None:
    """Serve its upload pages."""
    app = PortalApp(portal_of(kit_in(folder)))

    # What ASGI hands over has no narrower types that every framework agrees on.
    async def mounted(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        await app({**scope, "root_path": "/share"}, receive, send)

    with over_uvicorn(mounted) as origin:
        print(origin, flush=True)  # noqa: T201  # whoever started it reads it
        sys.stdin.read()


if __name__ == "__main__":
    serve(sys.argv[1])
