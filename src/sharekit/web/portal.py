"""
The portal: the pages of read links, and those of contacts, as one function from request to response.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from sharekit.errors import (
    ConfigurationError,
    InvitationUnavailableError,
    LinkUnavailableError,
    RequestUnavailableError,
    VisitEndedError,
)
from sharekit.kit import Sharekit
from sharekit.records.catalog import ResourceRef
from sharekit.records.documents import Document
from sharekit.records.invitations import Invitation
from sharekit.records.links import ReadLink
from sharekit.records.parties import Contact, Principal, Staff
from sharekit.records.requests import DocumentRequest
from sharekit.records.several import SeveralInOrder
from sharekit.web._errors import ForgedSessionError, UnknownAddressError, WrongMethodError
from sharekit.web._guard import WrongSecrets
from sharekit.web.answers import Answers, Reader
from sharekit.web.assets import load_assets
from sharekit.web.calls import Call
from sharekit.web.clients import ClientEndpoints
from sharekit.web.declining import DecliningEndpoints
from sharekit.web.downloads import document_response
from sharekit.web.endpoints import Endpoints
from sharekit.web.inbound import MailEndpoint
from sharekit.web.inside import Entrance
from sharekit.web.locales import language_of, negotiate
from sharekit.web.messages import WebRequest, WebResponse
from sharekit.web.news import NewsEndpoints
from sharekit.web.pages import BaseLoader, Pages, folder_loaders
from sharekit.web.preview import PortalPreview, preview_for, preview_of
from sharekit.web.routes import INVITATION, LINK, UPLOAD, find_route
from sharekit.web.sessions import SessionCookie
from sharekit.web.staff import StaffPanels, StaffUrls
from sharekit.web.staff.desk import Desk
from sharekit.web.talks import TalkEndpoints
from sharekit.web.uploads import UploadEndpoints
from sharekit.web.visits import VisitCookies

__all__ = ["Portal"]


class Portal:
    """
    The pages that the holders of read links see, and the contacts who were invited.

    It knows HTTP and no framework: an adapter translates, `handle` does the rest. It may be used
    by any number of threads.

    The path of a link or an invitation holds its secret. The portal never logs it; a web server
    that keeps an access log should leave out what follows ``/l/``, ``/i/``, ``/u/`` and ``/n/``.
    """

    def __init__(
        self,
        kit: Sharekit,
        *,
        site_name: str = "",
        base_path: str = "",
        template_folders: SeveralInOrder[str | Path] = (),
        template_loaders: Sequence[BaseLoader] = (),
        default_locale: str = "en",
        time_zone: str = "UTC",
        accent: str | None = None,
        resolve_tenant: Callable[[WebRequest], str | None] | None = None,
        secure_cookies: bool = True,
        wrong_secrets_per_minute: int = 20,
        direct_downloads: bool = False,
    ) -> None:
        """
        Put a portal together.

        Args:
            kit: The kit whose links are shown; links of its other tenants are too.
            site_name: The name in the header of each page.
            base_path: Where the host mounts the portal, ``"/share"``, not quoted.
            template_folders: Folders whose templates come before ours: ``sharekit/page.html`` for
                the frame, ``sharekit/sections/<kind>/<section>.html`` for a section.
            template_loaders: Jinja2 loaders, looked through after the folders and before ours.
            default_locale: The language for readers who ask for none that the pages speak.
            time_zone: The zone in which instants are told.
            accent: The colour of the host, ``"#1f6feb"``; a shade with enough contrast is used.
            resolve_tenant: Tells the tenant of a request, by its host name for instance; a link of
                another tenant is unknown there. Without it a genuine token tells its tenant.
            secure_cookies: False only for development without HTTPS.
            wrong_secrets_per_minute: How many secrets that open nothing a client may present.
            direct_downloads: Whether browsers are sent to the store for the bytes of documents, by an address
                that works for at most 60 seconds, whatever is revoked meanwhile.

        Raises:
            ConfigurationError: An option cannot work.
            MissingExtraError: Jinja2 or Babel is not installed.
        """
        self._default_language = negotiate(None, default_locale)
        assets = load_assets(accent)
        loaders = [*folder_loaders(template_folders), *template_loaders]
        self._pages = Pages(site_name=site_name, zone=_zone(time_zone), loaders=loaders, assets=assets)
        if direct_downloads and not kit.documents.direct:
            raise ConfigurationError("direct_downloads", "needs a store that browsers reach: DirectFsspecBlobStore")
        self._kit = kit
        self._direct = direct_downloads
        self._base_path = _base_path(base_path)
        self._default_locale = default_locale
        self._time_zone = time_zone
        self._answers = Answers(self._pages)
        self._wrong_secrets = WrongSecrets(kit.rate_limiter, wrong_secrets_per_minute)
        entrance = Entrance(
            kit=kit,
            answers=self._answers,
            cookie=SessionCookie(secure_cookies),
            resolve_tenant=resolve_tenant,
        )
        self._endpoints = Endpoints(
            kit=kit,
            answers=self._answers,
            assets=assets,
            cookies=VisitCookies(secure_cookies),
            clients=ClientEndpoints(entrance=entrance, direct=direct_downloads),
            declining=DecliningEndpoints(entrance=entrance),
            talks=TalkEndpoints(entrance=entrance),
            news=NewsEndpoints(entrance=entrance),
            uploads=UploadEndpoints(kit=kit, answers=self._answers, resolve_tenant=resolve_tenant),
            mail=MailEndpoint(kit=kit),
            resolve_tenant=resolve_tenant,
            direct=direct_downloads,
        )

    @property
    def kit(self) -> Sharekit:
        """The kit whose links are shown."""
        return self._kit

    def link_path(self, link: ReadLink) -> str:
        """Return the path of a link's page, secret and ``base_path`` included; the same at every call."""
        return self._base_path + self.path_below(link)

    def invitation_path(self, invitation: Invitation) -> str:
        """Return the path of an invitation's page, secret and ``base_path`` included; the same at every call."""
        return self._base_path + self.path_below(invitation)

    def upload_path(self, request: DocumentRequest, contact: Contact) -> str:
        """Return the path of a contact's upload page, secret and ``base_path`` included; the same at every call."""
        return self._base_path + self.upload_path_below(request, contact)

    def upload_path_below(self, request: DocumentRequest, contact: Contact) -> str:
        """Return it without the ``base_path``, for an adapter that knows better where it is mounted."""
        return UPLOAD.fill(token=self._kit_of(request).requests.token(request, contact))

    def path_below(self, shown: ReadLink | Invitation) -> str:
        """Return either without the ``base_path``, for an adapter that knows better where it is mounted."""
        kit = self._kit_of(shown)
        if isinstance(shown, Invitation):
            return INVITATION.fill(token=kit.people.invitation_token(shown))
        return LINK.fill(token=kit.links.token(shown))

    def preview(self, link: ReadLink, *, locale: str | None = None) -> PortalPreview:
        """
        Show staff a link's page as the client gets it: rendered by the same templates, the host's own included.

        It is put together in the language of the link's recipient. It counts nothing, works for
        links that are dead, and marks a section that cannot be loaded or rendered as not available.

        Args:
            link: A link of any tenant.
            locale: The language when the link has no recipient; by default that of the portal.

        Raises:
            NotFoundError: There is no such link in its tenant.
        """
        return preview_of(self._kit_of(link), self._pages, link, language_of(locale) or self._default_language)

    def preview_as(self, contact: Contact, ref: ResourceRef, *, locale: str | None = None) -> PortalPreview:
        """
        Show staff the page of a thing as a contact gets it, in the contact's language; nothing is counted.

        Args:
            contact: A contact of the portal's own tenant.
            ref: What they look at.
            locale: The language when the pages do not speak the contact's; by default that of the portal.

        Raises:
            NotFoundError: There is no such contact, or they may not see this.
        """
        return preview_for(self._kit, self._pages, contact, ref, language_of(locale) or self._default_language)

    def staff_panels(
        self,
        by: Principal,
        *,
        tenant: str | None = None,
        locale: str | None = None,
        hidden: Mapping[str, str] | None = None,
        urls: StaffUrls | None = None,
        staff_name: Callable[[Staff], str | None] | None = None,
        colleagues: Callable[[], Iterable[Staff]] | None = None,
    ) -> StaffPanels:
        """
        Return the panels for staff: to share, to see who sees what, and to configure the portal.

        Args:
            by: Who works with them; the host has made sure that it is they, and each verb judges them.
            tenant: Where they work; by default in the portal's own tenant.
            locale: Their language; by default that of the portal.
            hidden: Fields that each form carries for the host, such as its token against forgery.
            urls: Where the host has its own pages for staff.
            staff_name: What the host calls a member of staff; without it, or for None, they have the name that the
                kit knows, and otherwise their id.
            colleagues: Who of staff can be chosen to take part in a conversation; without it nobody is offered.
        """
        language = language_of(locale) or self._default_language
        return StaffPanels(
            Desk(
                kit=self._kit if tenant is None else self._kit.for_tenant(tenant),
                by=by,
                pages=self._pages,
                formats=self._pages.formats(language),
                zone=self._time_zone,
                hidden={} if hidden is None else dict(hidden),
                urls=urls or StaffUrls(),
                staff_name=staff_name or _nameless,
                colleagues=colleagues or tuple,
            )
        )

    def document(
        self, request: WebRequest, document: Document | ResourceRef, *, by: Principal, version: int | None = None
    ) -> WebResponse:
        """
        Answer a request that a page of the host's own received for the bytes of a document: a member of staff's.

        Who reads is for the host to say; whether they may is decided here, as everywhere.

        Args:
            request: A GET or a HEAD; its range and its conditions are heeded.
            document: A document of the portal's own tenant.
            by: Who reads.
            version: An earlier version, for staff.

        Raises:
            NotFoundError: There is no such document, or they may not view it.
            QuarantinedError: No scanner has called the bytes clean.
            IntegrityError: The bytes are damaged.
            StorageError: The store cannot answer.
        """
        ref = document if isinstance(document, ResourceRef) else document.ref
        response = document_response(self._kit, request, ref, by=by, version=version, direct=self._direct)
        return _without_body(response) if request.method == "HEAD" else response

    def handle(self, request: WebRequest) -> WebResponse:
        """
        Answer a request, with a page whatever happens.

        What nobody foresaw is logged and answered here, and not left to the host's framework, whose
        own log would tell the path, and with it the secret of a link.
        """
        root = self._base_path if request.root is None else _address(request.root)
        reader = Reader(self._default_language, root)
        try:
            reader = Reader(negotiate(request.headers.get("accept-language"), self._default_locale), root)
            response = self._answered(request, reader)
        except Exception as error:  # noqa: BLE001  # see above
            response = self._answers.refusal(reader, error)
        return _without_body(response) if request.method == "HEAD" else response

    def _kit_of(self, shown: ReadLink | Invitation | DocumentRequest) -> Sharekit:
        return self._kit if shown.tenant == self._kit.tenant else self._kit.for_tenant(shown.tenant)

    def _answered(self, request: WebRequest, reader: Reader) -> WebResponse:
        found = find_route(request.path)
        if found is None:
            raise UnknownAddressError
        route, places = found
        if request.method not in route.methods:
            raise WrongMethodError(route.allow)
        try:
            return self._endpoints.answer(route, Call(request=request, places=places, reader=reader))
        except ForgedSessionError:
            self._wrong_secrets.count(request)
            raise
        except (LinkUnavailableError, InvitationUnavailableError, RequestUnavailableError) as error:
            # What has run out or fallen silent was a good secret once, and is told so.
            if not error.expired and not isinstance(error, VisitEndedError):
                self._wrong_secrets.count(request)
            raise


def _nameless(_: Staff) -> str | None:
    return None


def _without_body(response: WebResponse) -> WebResponse:
    if response.stream is not None:
        response.stream.close()
    return attrs.evolve(response, body=b"", stream=None)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError("time_zone", "needs an IANA zone name such as 'Europe/Amsterdam'") from error


def _base_path(path: str) -> str:
    if path and not path.startswith("/"):
        raise ConfigurationError("base_path", "begins with a slash, or is empty")
    return _address(path)


def _address(mount: str) -> str:
    """
    Return a place where the portal is mounted as it may begin an address.

    Part of it may come from the request, where a host mounts the portal below a variable. Quoted
    and with a single slash in front it leads to no other site and ends no header.
    """
    inner = mount.strip("/")
    return "/" + quote(inner, errors="replace") if inner else ""
