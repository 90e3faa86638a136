"""The portal in Flask keeps every law of adapters."""

import pytest
from flask import Flask

from sharekit.adapters.flask import create_blueprint
from sharekit.testing.adapter import AdapterContract, Send, Serve, over_wsgi
from sharekit.web import Portal


class TestFlask(AdapterContract):
    """As a blueprint."""

    @pytest.fixture
    def serve(self) -> Serve:
        """Register it."""

        def mounted(portal: Portal, prefix: str) -> Send:
            app = Flask("agency")
            app.register_blueprint(create_blueprint(portal), url_prefix=prefix)
            return over_wsgi(app)

        return mounted
