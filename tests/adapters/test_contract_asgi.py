"""The portal as an ASGI application keeps every law of adapters, alone and in three frameworks."""

import pytest
from fastapi import FastAPI
from litestar import Litestar, asgi
from starlette.applications import Starlette
from starlette.routing import Mount

from sharekit.adapters.asgi import PortalApp
from sharekit.testing.adapter import AdapterContract, Send, Serve, over_asgi
from sharekit.web import Portal


class TestAlone(AdapterContract):
    """As a server runs it."""

    @pytest.fixture
    def serve(self) -> Serve:
        """Tell the server the mount, as with ``--root-path``."""

        def mounted(portal: Portal, prefix: str) -> Send:
            return over_asgi(PortalApp(portal), root_path=prefix)

        return mounted


class TestStarlette(AdapterContract):
    """Mounted."""

    @pytest.fixture
    def serve(self) -> Serve:
        """Mount it."""

        def mounted(portal: Portal, prefix: str) -> Send:
            return over_asgi(Starlette(routes=[Mount(prefix, PortalApp(portal))]))

        return mounted


class TestFastApi(AdapterContract):
    """Mounted."""

    @pytest.fixture
    def serve(self) -> Serve:
        """Mount it."""

        def mounted(portal: Portal, prefix: str) -> Send:
            app = FastAPI()
            app.mount(prefix, PortalApp(portal))
            return over_asgi(app)

        return mounted


class TestLitestar(AdapterContract):
    """Mounted."""

    @pytest.fixture
    def serve(self) -> Serve:
        """Mount it."""

        def mounted(portal: Portal, prefix: str) -> Send:
            return over_asgi(Litestar([asgi(prefix or "/", is_mount=True, copy_scope=True)(PortalApp(portal))]))

        return mounted
