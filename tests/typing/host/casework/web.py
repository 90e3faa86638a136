"""The firm's Flask application."""

from flask import Flask

from sharekit import ReadLink, Sharekit
from sharekit.adapters.flask import init_app, kit_from, link_url
from sharekit.web import Portal, WebRequest


def office_of(request: WebRequest) -> str | None:
    """Read the tenant off the host name."""
    return request.origin.partition("://")[2].partition(".")[0] or None


def create_app(kit: Sharekit) -> Flask:
    """Make the application."""
    app = Flask(__name__)
    portal: Portal = init_app(
        app, kit, url_prefix="/share", site_name="Casework", template_folders=["templates"], resolve_tenant=office_of
    )
    app.config["CASEWORK_PORTAL"] = portal
    return app


def address_of(link: ReadLink, app: Flask) -> str:
    """Return the address of a link."""
    with app.test_request_context():
        return link_url(kit_from().links.get(link))
