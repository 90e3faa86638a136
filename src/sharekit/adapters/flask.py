"""
The portal in a Flask application. Needs the extra ``flask``.

    kit = Sharekit.at("portal-data", secret_keys=[key], kinds=[project])
    init_app(app, kit, url_prefix="/share")

A link's address is then ``link_url(link)``, and ``flask sharekit`` lists and revokes links.
Behind a proxy let Werkzeug's ``ProxyFix`` tell the application its visitors' addresses and scheme:
wrong secrets are counted by the former. A blanket CSRF check of the host should exempt the
blueprint ``sharekit``, which has its own.
"""

import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

import attrs

from sharekit.adapters._link_commands import declared, line
from sharekit.errors import ConfigurationError, MissingExtraError, SharekitError
from sharekit.ids import ReadLinkId
from sharekit.kit import Sharekit
from sharekit.records.catalog import ResourceRef
from sharekit.records.documents import Document
from sharekit.records.invitations import Invitation
from sharekit.records.links import ReadLink
from sharekit.records.parties import Contact, Principal, System
from sharekit.records.requests import DocumentRequest
from sharekit.records.several import SeveralInOrder

try:
    import click
    from flask import Blueprint, Flask, Response, current_app, request, url_for
    from flask.blueprints import BlueprintSetupState
    from flask.cli import AppGroup
    from werkzeug.exceptions import ClientDisconnected
    from werkzeug.routing import PathConverter
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("flask", "flask") from _missing

from sharekit.web import Headers, Portal, WebRequest, WebResponse

__all__ = [
    "create_blueprint",
    "init_app",
    "invitation_url",
    "kit_from",
    "link_url",
    "portal_from",
    "send_document",
    "upload_url",
]

T = TypeVar("T")

# Every method goes to the portal, so that it alone says which ones an address knows.
_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")


@attrs.frozen
class _Extension:
    kit: Sharekit
    portal: Portal


def init_app(
    app: Flask,
    kit: Sharekit,
    *,
    url_prefix: str = "/share",
    site_name: str | None = None,
    template_folders: SeveralInOrder[str | Path] | None = None,
    default_locale: str | None = None,
    time_zone: str | None = None,
    accent: str | None = None,
    secure_cookies: bool | None = None,
    resolve_tenant: Callable[[WebRequest], str | None] | None = None,
    direct_downloads: bool | None = None,
) -> Portal:
    """
    Mount the portal in an application and return it; the options are those of `Portal`.

    What is not named is taken from ``app.config``: ``SHAREKIT_SITE_NAME``, ``SHAREKIT_TEMPLATE_FOLDERS``,
    ``SHAREKIT_DEFAULT_LOCALE``, ``SHAREKIT_TIME_ZONE``, ``SHAREKIT_ACCENT``, ``SHAREKIT_SECURE_COOKIES``,
    ``SHAREKIT_DIRECT_DOWNLOADS``.
    Templates in the application's own folder under ``sharekit/`` come before ours.
    """

    def chosen(given: T | None, name: str, default: T) -> T:
        return given if given is not None else app.config.get(f"SHAREKIT_{name}", default)

    portal = Portal(
        kit,
        site_name=chosen(site_name, "SITE_NAME", ""),
        base_path=url_prefix,
        template_folders=chosen(template_folders, "TEMPLATE_FOLDERS", ()),
        template_loaders=() if app.jinja_loader is None else (app.jinja_loader,),
        default_locale=chosen(default_locale, "DEFAULT_LOCALE", "en"),
        time_zone=chosen(time_zone, "TIME_ZONE", "UTC"),
        accent=chosen(accent, "ACCENT", None),
        secure_cookies=chosen(secure_cookies, "SECURE_COOKIES", default=True),
        resolve_tenant=resolve_tenant,
        direct_downloads=chosen(direct_downloads, "DIRECT_DOWNLOADS", default=False),
    )
    app.register_blueprint(create_blueprint(portal), url_prefix=url_prefix)
    app.cli.add_command(_commands)
    app.extensions["sharekit"] = _Extension(kit, portal)
    return portal


def create_blueprint(portal: Portal) -> Blueprint:
    """Return a blueprint that serves a portal wherever it is registered."""
    blueprint = Blueprint("sharekit", __name__)

    def serve(path: str = "") -> Response:
        # The host's limit is for its own forms; the portal has one for each address, and one for each file.
        request.max_content_length = sys.maxsize
        return _as_response(portal.handle(_translated(f"/{path}")))

    blueprint.record(_teach_rest)
    for rule in ("/", "/<sharekit_rest:path>"):
        blueprint.add_url_rule(
            rule,
            "portal",
            serve,
            methods=_METHODS,
            provide_automatic_options=False,
            strict_slashes=False,
            merge_slashes=False,
        )
    return blueprint


class _Rest(PathConverter):
    """Takes all that is left of a path; Flask's own ``path`` takes no slash at the start and no line end."""

    regex = r"[\s\S]*"
    part_isolating = False


def _teach_rest(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["sharekit_rest"] = _Rest


def kit_from(app: Flask | None = None) -> Sharekit:
    """Return the kit of an application, of the current one by default."""
    return _extension(app).kit


def portal_from(app: Flask | None = None) -> Portal:
    """Return the portal of an application, of the current one by default."""
    return _extension(app).portal


def link_url(link: ReadLink) -> str:
    """Return the whole address of a link's page, to be handed to the client; the same at every call."""
    return _url_of(portal_from().path_below(link))


def invitation_url(invitation: Invitation) -> str:
    """Return the whole address of an invitation's page, to be sent to the contact; the same at every call."""
    return _url_of(portal_from().path_below(invitation))


def send_document(document: Document | ResourceRef, *, by: Principal, version: int | None = None) -> Response:
    """
    Return the bytes of a document for a view of the host's own, such as one for staff; see `Portal.document`.

    Range and conditions of the current request are heeded, and the headers that keep the bytes harmless are set.
    """
    return _as_response(portal_from().document(_translated(request.path), document, by=by, version=version))


def _as_response(answer: WebResponse) -> Response:
    response = Response(itertools.chain([answer.body], answer.stream or ()), status=answer.status)
    if answer.stream is not None:
        response.call_on_close(answer.stream.close)
    response.headers.clear()
    response.headers.extend(list(answer.headers))
    return response


def upload_url(request: DocumentRequest, contact: Contact) -> str:
    """Return the whole address of a contact's upload page, to be sent to them; the same at every call."""
    return _url_of(portal_from().upload_path_below(request, contact))


def _url_of(below: str) -> str:
    return url_for("sharekit.portal", path=below.lstrip("/"), _external=True)


def _extension(app: Flask | None) -> _Extension:
    found = (app or current_app).extensions.get("sharekit")
    if not isinstance(found, _Extension):
        raise ConfigurationError("app", "has no sharekit yet; call init_app(app, kit)")
    return found


def _translated(path: str) -> WebRequest:
    return WebRequest(
        method=request.method,
        path=path,
        query=request.query_string.decode("latin-1"),
        headers=Headers(request.headers.items()),
        read=_read,
        client_key=request.remote_addr or "",
        origin=request.host_url.rstrip("/"),
        root=(request.root_path + request.path).removesuffix(path).rstrip("/"),
    )


def _read(limit: int) -> bytes:
    if "form" in vars(request):  # a hook of the host has parsed the body already
        return urlencode(list(request.form.items(multi=True))).encode()
    body = b""
    try:
        # Only a read beyond the last byte tells whether it was the last.
        while len(body) < limit and (piece := request.stream.read(limit - len(body))):
            body += piece
    except ClientDisconnected as error:
        raise ConnectionAbortedError from error
    return body


_commands = AppGroup("sharekit", help="List and revoke read links.")


@_commands.command("links", help="List the links of a resource.")
@click.argument("kind")
@click.argument("id_", metavar="ID")
def _links(kind: str, id_: str) -> None:
    for link in _tried(lambda: kit_from().links.of(declared(kit_from(), kind, id_))):
        click.echo(line(link))


# An id may begin with a dash, which is no option then.
@_commands.command("revoke", help="Revoke one link by its id.", context_settings={"ignore_unknown_options": True})
@click.argument("link_id")
def _revoke(link_id: str) -> None:
    link = _tried(lambda: kit_from().links.revoke(ReadLinkId(link_id), by=System("cli")))
    click.echo(f"{link.id}  {link.state}")


@_commands.command("revoke-all", help="Revoke every link of a resource.")
@click.argument("kind")
@click.argument("id_", metavar="ID")
def _revoke_all(kind: str, id_: str) -> None:
    revoked = _tried(lambda: kit_from().links.revoke_all(declared(kit_from(), kind, id_), by=System("cli")))
    click.echo(f"revoked {len(revoked)}")


def _tried(verb: Callable[[], T]) -> T:
    try:
        return verb()
    except SharekitError as error:
        raise click.ClickException(str(error)) from error
