"""
Who is in the portal: from the cookie of a request to the contact, their kit, and what speaks to them.

A session is carried by a cookie alone. Whoever has none that goes on gets one answer at every
address; whoever has one gets one answer for whatever they may not see (R-ENUM-1).
"""

from collections.abc import Callable

import attrs

from sharekit.errors import InvalidInputError, NotFoundError, PortalSessionEndedError
from sharekit.kit import Sharekit
from sharekit.records.invitations import PortalSession
from sharekit.web._errors import ForgedSessionError
from sharekit.web.answers import Answers, Client, Reader
from sharekit.web.calls import Call
from sharekit.web.messages import WebRequest, WebResponse
from sharekit.web.sessions import SessionCookie

__all__ = ["Entrance", "Inside"]


@attrs.frozen
class Inside:
    """A contact in the portal: their kit, who they are, and what speaks to them."""

    kit: Sharekit
    session: PortalSession
    reader: Reader

    @property
    def client(self) -> Client:
        """What the frame of each page tells of them."""
        contact = self.session.contact
        return Client(
            reader=self.reader,
            name=contact.name,
            zone=self.kit.notifications.preferences(contact).time_zone,
            unread=self.kit.conversations.unread(contact),
            unseen=self.kit.notifications.unseen(contact),
        )


@attrs.frozen(kw_only=True)
class Entrance:
    """
    Lets contacts who came in through to what is theirs.

    Attributes:
        kit: The kit.
        answers: What makes responses.
        cookie: What carries sessions.
        resolve_tenant: The host's own way to tell the tenant of a request; without it the secret tells.
    """

    kit: Sharekit
    answers: Answers
    cookie: SessionCookie
    resolve_tenant: Callable[[WebRequest], str | None] | None

    def page(self, call: Call, answer: Callable[[Inside], WebResponse]) -> WebResponse:
        """Answer whoever is in, and have their session go on."""
        inside = self.inside(call)
        response = answer(inside)
        return attrs.evolve(response, headers=(*response.headers, self.cookie.carry(inside.session.ticket)))

    def bytes(self, call: Call, answer: Callable[[Inside], WebResponse]) -> WebResponse:
        """Answer with somebody's bytes, and without the session's cookie: what carries bytes sets none (R-HTTP-1)."""
        inside = self.inside(call)
        try:
            return answer(inside)
        except (InvalidInputError, NotFoundError):
            return self.answers.absent(inside.client)

    def inside(self, call: Call) -> Inside:
        """
        Return who is in.

        Raises:
            PortalSessionEndedError: Nobody, or not any more.
        """
        kit = self.kit_of_session(call)
        session = kit.people.session(self.cookie.ticket(call.request) or "")
        return Inside(kit, session, call.reader.speaking(session.contact.locale))

    def is_in(self, call: Call, kit: Sharekit) -> bool:
        """Say whether this browser is in already: an invitation is kept, and its address used again."""
        ticket = self.cookie.ticket(call.request)
        if ticket is None:
            return False
        try:
            kit.people.session(ticket)
        except PortalSessionEndedError:
            return False
        return True

    def kit_of_session(self, call: Call) -> Sharekit:
        """
        Return the kit of the tenant that the cookie names.

        Raises:
            PortalSessionEndedError: There is no cookie, or it is of another tenant.
            ForgedSessionError: It is none of ours.
        """
        ticket = self.cookie.ticket(call.request)
        if ticket is None:
            raise PortalSessionEndedError
        named = self.kit.people.tenant_of(ticket)
        if named is None:
            raise ForgedSessionError
        if not self.is_here(call, named):
            raise PortalSessionEndedError
        return self.kit_for(named)

    def is_here(self, call: Call, tenant: str) -> bool:
        """Say whether a request belongs to this tenant."""
        return self.resolve_tenant is None or self.resolve_tenant(call.request) == tenant

    def kit_for(self, tenant: str) -> Sharekit:
        """Return the kit of a tenant."""
        return self.kit if tenant == self.kit.tenant else self.kit.for_tenant(tenant)
