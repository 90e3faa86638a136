"""
The verbs about access to the portal: invite a contact, let them in once, carry their session on, take it back.
"""

import logging
from datetime import datetime, timedelta
from typing import Final, NoReturn

import attrs

from sharekit import signals
from sharekit.codec.kinds_of_people import INVITATION, PORTAL_ACCESS
from sharekit.errors import (
    InvalidInputError,
    InvalidTokenError,
    InvitationUnavailableError,
    NotFoundError,
    PortalSessionEndedError,
)
from sharekit.features._facts import require_active
from sharekit.features._parties import active_contact, contact_of, known_contact
from sharekit.features._portal_access import Entry, Refusal, access_by_handle, end_access, entered, entry_of, invited
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import TenantId
from sharekit.records import checks, events
from sharekit.records.invitations import (
    AccessState,
    ContactAccess,
    Invitation,
    InvitationView,
    PortalAccess,
    PortalSession,
    portal_access_id,
)
from sharekit.records.parties import Contact, ContactProfile, Principal
from sharekit.tokens import Claims, Purpose

__all__ = ["Doorway"]

_LASTING: Final = timedelta(days=7)
_LONGEST: Final = timedelta(days=365)
_IDLE: Final = timedelta(hours=12)
_WHOLE: Final = timedelta(days=30)
_SKEW: Final = 60.0  # seconds that the clocks of two processes may differ

_log = logging.getLogger("sharekit.people")


class Doorway:
    """The way of the contacts of one tenant into the portal."""

    _wiring: Wiring

    def invite(self, contact: Contact, *, by: Principal, lasting: timedelta = _LASTING) -> Invitation:
        """
        Give a contact access to the portal: they come in by the address that ends with `invitation_token`.

        Inviting again before they came in renews the invitation that they have, so every mail that
        was sent works, and one of them once. When it is over, or went to an address that is not
        theirs any more, they get another one, and the older stays dead.

        Args:
            contact: Who.
            by: Any active staff.
            lasting: How long the invitation is good, at most a year.

        Raises:
            NotFoundError: There is no such contact in this tenant, or they are not active.
            MergedContactError: The contact was merged; ``into`` names the other.
            NotAllowedError: *by* may not.
            InvalidInputError: An argument cannot be used.
        """
        checks.duration("lasting", lasting, _LONGEST)

        def work(unit: Unit) -> Invitation:
            require_active(unit, by)
            return invited(unit, active_contact(self._wiring, unit, contact), lasting, by)

        return self._wiring.write(work)

    def invitation_token(self, invitation: Invitation) -> str:
        """
        Return the secret of an invitation, the same at every call; it is computed, never stored.

        Raises:
            NotFoundError: The invitation belongs to another tenant.
        """
        if not isinstance(invitation, Invitation):
            raise InvalidInputError("invitation", "needs an Invitation")
        if invitation.tenant != self._wiring.tenant:
            raise NotFoundError(INVITATION.name)
        return self._wiring.seals.seal(Purpose.INVITATION, Claims(invitation.tenant, invitation.id, 1))

    def tenant_of(self, token: str) -> TenantId | None:
        """Return the tenant that a genuine token or ticket names, or None for any other text; reads nothing."""
        for purpose in (Purpose.INVITATION, Purpose.PORTAL_SESSION):
            try:
                return self._wiring.seals.unseal(purpose, token).tenant
            except InvalidTokenError:
                continue
        return None

    def view_invitation(self, token: str) -> InvitationView:
        """
        Return what the page shows that asks the contact to confirm; changes nothing (R-LINK-11).

        Args:
            token: What `invitation_token` returned.

        Raises:
            InvitationUnavailableError: It lets nobody in, for whatever reason.
        """
        id_ = self._invitation_id(token)
        with self._wiring.reading() as unit:
            entry, now = entry_of(self._wiring, unit, id_), unit.now
        if entry.refusal is not None or entry.invitation is None or entry.contact is None:
            self._refuse(entry, now)
        return InvitationView(
            name=entry.contact.name, locale=entry.contact.locale, expires_at=entry.invitation.expires_at
        )

    def enter(self, token: str) -> PortalSession:
        """
        Let a contact in, and use up the invitation; call it for a POST, which people send.

        Of many who come at the same time with the same token one gets in (R-LINK-4).

        Args:
            token: What `invitation_token` returned.

        Raises:
            InvitationUnavailableError: It lets nobody in, for whatever reason.
        """
        id_ = self._invitation_id(token)

        def work(unit: Unit) -> tuple[Entry, PortalAccess | None, datetime]:
            entry = entry_of(self._wiring, unit, id_)
            if entry.refusal is not None or entry.invitation is None or entry.access is None:
                return entry, None, unit.now
            access = entered(unit, entry.invitation, entry.access)
            return attrs.evolve(entry, refusal=Refusal.USED if access is None else None), access, unit.now

        entry, access, now = self._wiring.write(work)
        if access is None or entry.contact is None:
            self._refuse(entry, now)
        return self._session(entry.contact, access, since=now, now=now)

    def session(self, ticket: str) -> PortalSession:
        """
        Return who shows this ticket, and renew it: it is good for 12 hours of silence, and 30 days in all.

        The contact and their access are read each time (R-TOK-5), so whoever was deactivated or
        withdrawn is out at the next call (R-AUTH-4).

        Args:
            ticket: The ``ticket`` of the session before.

        Raises:
            PortalSessionEndedError: It is too old, or the contact may not come in any more.
        """
        claims = self._claims(ticket)
        with self._wiring.reading() as unit:
            access = access_by_handle(unit, claims.id)
            contact = None if access is None else contact_of(self._wiring, unit, access.contact.id)
            now = unit.now
        if access is None or access.state is not AccessState.ACTIVE or access.epoch != claims.generation:
            raise PortalSessionEndedError
        if contact is None or not contact.active or len(claims.extra) != 2:
            raise PortalSessionEndedError
        seen, since = claims.extra
        for start, longest in ((seen, _IDLE), (since, _WHOLE)):
            if not -_SKEW <= now.timestamp() - start < longest.total_seconds():
                raise PortalSessionEndedError
        return self._session(contact, access, since=datetime.fromtimestamp(since, now.tzinfo), now=now)

    def withdraw(self, contact: Contact, *, by: Principal) -> None:
        """
        Take a contact's access back: invitations and sessions end with this call.

        Withdrawing again changes nothing, and nobody has to have had access.

        Raises:
            NotFoundError: There is no such contact in this tenant.
            NotAllowedError: *by* may not.
        """

        def work(unit: Unit) -> None:
            require_active(unit, by)
            end_access(unit, known_contact(self._wiring, unit, contact), by)

        self._wiring.write(work)

    def access_of(self, contact: Contact) -> ContactAccess:
        """
        Return where a contact stands with the portal, for staff.

        Raises:
            NotFoundError: There is no such contact in this tenant.
        """
        with self._wiring.reading() as unit:
            known = known_contact(self._wiring, unit, contact)
            access = unit.get(PORTAL_ACCESS, portal_access_id(known))
            if access is None:
                return ContactAccess(contact=Contact(known.id))
            sent = None if access.invitation is None else unit.get(INVITATION, access.invitation)
            return ContactAccess(
                contact=Contact(known.id),
                state=access.state,
                invitation=None if sent is None else attrs.evolve(sent, as_of=unit.now),
                entered_at=access.entered_at,
                ended_at=access.ended_at,
            )

    def _session(
        self, contact: ContactProfile, access: PortalAccess, *, since: datetime, now: datetime
    ) -> PortalSession:
        seen = (int(now.timestamp()), int(since.timestamp()))
        claims = Claims(access.tenant, access.handle, access.epoch, seen)
        return PortalSession(
            contact=contact, ticket=self._wiring.seals.seal(Purpose.PORTAL_SESSION, claims), since=since
        )

    def _invitation_id(self, token: str) -> str:
        try:
            claims = self._wiring.seals.unseal(Purpose.INVITATION, token)
        except InvalidTokenError:
            raise InvitationUnavailableError from None
        if claims.tenant != self._wiring.tenant:
            raise InvitationUnavailableError
        return claims.id

    def _claims(self, ticket: str) -> Claims:
        try:
            claims = self._wiring.seals.unseal(Purpose.PORTAL_SESSION, ticket)
        except InvalidTokenError:
            raise PortalSessionEndedError from None
        if claims.tenant != self._wiring.tenant:
            raise PortalSessionEndedError
        return claims

    def _refuse(self, entry: Entry, now: datetime) -> NoReturn:
        reason = entry.refusal or Refusal.ABSENT
        if entry.invitation is not None:
            _log.info("invitation %s... refused: %s", entry.invitation.id[:4], reason)
            by = Contact(entry.invitation.contact.id)
            signals.invitation_refused.send(
                events.InvitationRefused(tenant=self._wiring.tenant, at=now, by=by, reason=str(reason))
            )
        raise InvitationUnavailableError(expired=reason is Refusal.EXPIRED)
