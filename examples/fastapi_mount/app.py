"""
The desk's interface, and the portal mounted beside it.

    uvicorn --app-dir examples --factory fastapi_mount.app:create_app --no-access-log
"""

import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from sharekit import (
    ReadLink,
    ReadLinkId,
    ResourceKind,
    ResourceRef,
    Section,
    Sharekit,
    Staff,
    System,
    end_of_day,
    errors,
)
from sharekit.adapters.asgi import PortalApp
from sharekit.adapters.asgi import create_app as create_portal

from fastapi_mount.desk import COLLEAGUES, Desk, Ticket

__all__ = ["create_app"]

_SECTIONS = frozenset({"status", "work"})
_STATUSES: list[tuple[type[errors.SharekitError], int]] = [
    (errors.NotFoundError, HTTPStatus.NOT_FOUND),
    (errors.NotAllowedError, HTTPStatus.FORBIDDEN),
    (errors.InvalidInputError, HTTPStatus.UNPROCESSABLE_ENTITY),
]


# --- what the desk shares ----------------------------------------------------------------------


def make_kit(desk: Desk, folder: Path, key: str) -> Sharekit:
    """Put sharekit together: a ticket can be shared, but for its remark, and its agent may share it."""

    def progress(ref: ResourceRef) -> object:
        ticket = desk.ticket(int(ref.id))
        return None if ticket is None else {"Status": ticket.status, "Handled by": ticket.agent.title()}

    def work(ref: ResourceRef) -> object:
        ticket = desk.ticket(int(ref.id))
        done = [] if ticket is None else ticket.work
        return [{"When": one.at, "What": one.text, "Minutes": one.minutes} for one in done]

    sections = {"status": Section("Status", load=progress), "work": Section("Work", load=work)}
    kit = Sharekit.at(folder, secret_keys=[key], kinds=[ResourceKind("ticket", title="Ticket", sections=sections)])
    for ticket in desk.all():
        ref, owner = ResourceRef("ticket", str(ticket.number)), Staff(ticket.agent)
        kit.catalog.put(ref, title=ticket.subject, client_title=ticket.wording, owner=owner, by=System("desk"))
    return kit


# --- what endpoints ask for --------------------------------------------------------------------


def get_desk(request: Request) -> Desk:
    """Return the desk."""
    desk: Desk = request.app.state.desk
    return desk


def get_kit(request: Request) -> Sharekit:
    """Return the kit."""
    return get_share(request).kit


def get_share(request: Request) -> PortalApp:
    """Return the mounted portal, which knows the addresses of links."""
    share: PortalApp = request.app.state.share
    return share


def get_staff(given: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> Staff:
    """Return the colleague who asks."""
    name = COLLEAGUES.get(given.credentials)
    if name is None:
        raise HTTPException(HTTPStatus.UNAUTHORIZED)
    return Staff(name)


def get_ticket(
    number: int, desk: Annotated[Desk, Depends(get_desk)], _: Annotated[Staff, Depends(get_staff)]
) -> Ticket:
    """Return the ticket of the address."""
    ticket = desk.ticket(number)
    if ticket is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return ticket


TheDesk = Annotated[Desk, Depends(get_desk)]
TheKit = Annotated[Sharekit, Depends(get_kit)]
TheShare = Annotated[PortalApp, Depends(get_share)]
TheStaff = Annotated[Staff, Depends(get_staff)]
TheTicket = Annotated[Ticket, Depends(get_ticket)]


class WorkDone(BaseModel):
    """Work to be logged."""

    text: str = Field(min_length=1, max_length=500)
    minutes: int = Field(ge=1, le=600)


class LinkWanted(BaseModel):
    """What a link shows, and until when."""

    sections: set[str] = set(_SECTIONS)
    last_day: date | None = None
    password: str | None = None


class LinkShown(BaseModel):
    """A link as staff sees it."""

    id: str
    url: str
    state: str
    sections: list[str]
    views: int


def get_show(share: TheShare, request: Request) -> Callable[[ReadLink], LinkShown]:
    """Return what makes a link ready to be shown, with the address that the browser used."""

    def show(link: ReadLink) -> LinkShown:
        url = share.link_url(link, request.base_url)
        return LinkShown(id=link.id, url=url, state=link.state, sections=sorted(link.sections), views=link.views)

    return show


Show = Annotated[Callable[[ReadLink], LinkShown], Depends(get_show)]


# --- the application ---------------------------------------------------------------------------


def create_app(folder: Path | None = None, *, https: bool = False) -> FastAPI:
    """Return the desk with its portal; where nothing is said, the environment says it."""
    key = os.environ.get("DESK_SECRET_KEY") or secrets.token_urlsafe(32)
    desk = Desk()
    kit = make_kit(desk, folder or Path(os.environ.get("DESK_FOLDER", "desk-data")), key)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        kit.close()

    app = FastAPI(title="Help desk", lifespan=lifespan)
    share = create_portal(kit, url_prefix="/share", site_name="Help desk", secure_cookies=https)
    app.state.desk, app.state.share = desk, share
    app.mount("/share", share)
    app.add_exception_handler(errors.SharekitError, _refuse)
    _add_tickets(app)
    _add_links(app)
    return app


def _refuse(_: Request, error: Exception) -> JSONResponse:
    code = next((code for kind, code in _STATUSES if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
    return JSONResponse({"detail": str(error), "code": getattr(error, "code", "")}, code)


def _add_tickets(app: FastAPI) -> None:
    @app.get("/tickets")
    def tickets(desk: TheDesk, _: TheStaff) -> list[Ticket]:
        """List the tickets."""
        return desk.all()

    @app.get("/tickets/{number}")  # noqa: FAST003  # get_ticket takes it
    def ticket(found: TheTicket) -> Ticket:
        """Show a ticket."""
        return found

    @app.post("/tickets/{number}/work", status_code=HTTPStatus.CREATED)  # noqa: FAST003  # the same
    def log_work(found: TheTicket, done: WorkDone, desk: TheDesk) -> Ticket | None:
        """Log work; whoever holds a link to the ticket sees it at the next look."""
        return desk.log(found.number, done.text, done.minutes)


# The endpoints are no coroutines, so FastAPI runs them in threads: sharekit's verbs wait for their store.
def _add_links(app: FastAPI) -> None:
    @app.get("/tickets/{number}/links")  # noqa: FAST003  # get_ticket takes it
    def links(found: TheTicket, kit: TheKit, show: Show) -> list[LinkShown]:
        """List the links of a ticket."""
        return [show(link) for link in kit.links.of(ResourceRef("ticket", str(found.number)))]

    @app.post("/tickets/{number}/links", status_code=HTTPStatus.CREATED)  # noqa: FAST003  # the same
    def create_link(found: TheTicket, wanted: LinkWanted, staff: TheStaff, kit: TheKit, show: Show) -> LinkShown:
        """Make a link to a ticket; its agent may."""
        ref = ResourceRef("ticket", str(found.number))
        ends = None if wanted.last_day is None else end_of_day(wanted.last_day, "Europe/Amsterdam")
        return show(
            kit.links.create(ref, by=staff, sections=wanted.sections, expires_at=ends, password=wanted.password)
        )

    @app.delete("/links/{link}", status_code=HTTPStatus.NO_CONTENT)
    def revoke_link(link: str, staff: TheStaff, kit: TheKit) -> None:
        """Revoke a link: at once, for everybody who holds it."""
        kit.links.revoke(ReadLinkId(link), by=staff)
