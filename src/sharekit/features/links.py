"""
Read links: make them, hand them out, open them, and take them back.
"""

from datetime import datetime
from typing import TypeVar

import attrs

from sharekit.codec.kinds import READ_LINK
from sharekit.errors import (
    InvalidInputError,
    InvalidTokenError,
    NotAllowedError,
    NotFoundError,
)
from sharekit.features._facts import chain_of, require_staff
from sharekit.features._link_memory import LinkMemory
from sharekit.features._link_reading import LinkReading
from sharekit.features._link_retries import check_retry, made_before, retry_of
from sharekit.features._link_rules import (
    changed_fields,
    changed_sections,
    future,
    links_of,
    links_to,
    require_recipient,
    require_revoking,
    require_sharing,
    take_back,
    titled,
)
from sharekit.features._link_visits import Visits
from sharekit.features._tree import held
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import ReadLinkId, TenantId, random_id
from sharekit.passwords import hash_password
from sharekit.policies.sections import SectionPolicy
from sharekit.ports import OrderBy
from sharekit.records import checks, events
from sharekit.records.catalog import ResourceRef
from sharekit.records.decisions import Decision
from sharekit.records.links import LinkState, ReadLink, ReadLinkKeys
from sharekit.records.parties import Contact, Organization, Party, Principal
from sharekit.records.several import Several
from sharekit.records.unset import UNSET, Unset
from sharekit.records.views import LinkPreview
from sharekit.tokens import Claims, Purpose

__all__ = ["Links"]

T = TypeVar("T")


class Links(LinkReading):
    """The read links of one tenant."""

    def __init__(self, wiring: Wiring, memory: LinkMemory) -> None:
        self._wiring = wiring
        self._visits = Visits(wiring, memory)

    def may_create(self, ref: ResourceRef, *, by: Principal) -> Decision:
        """
        Say beforehand whether *by* could make a link to a resource, for a page that shows or greys a button.

        Returns:
            A refusal names the reason that `create` would raise.

        Raises:
            InvalidInputError: The kind of the resource was not declared.
        """
        self._wiring.kind_of(ref)
        try:
            require_staff(by)
            with self._wiring.reading() as unit:
                require_sharing(self._wiring, unit, by, chain_of(unit, ref), ref)
        except NotAllowedError as refused:
            return Decision(allowed=False, reason=refused.reason)
        except NotFoundError:
            return Decision(allowed=False, reason="not-in-catalog")
        return Decision(allowed=True, reason="may-share")

    def create(
        self,
        ref: ResourceRef,
        *,
        by: Principal,
        sections: Several[str],
        client_title: str | None = None,
        accept_internal_title: bool = False,
        expires_at: datetime | None = None,
        max_uses: int | None = None,
        password: str | None = None,
        recipient: Contact | None = None,
        idempotency_key: str | None = None,
    ) -> ReadLink:
        """
        Make a link that shows some sections of a resource to whoever holds it.

        Every call makes another link, but for a retry; one that was revoked stays dead.

        Args:
            ref: A resource that is in the catalog.
            by: Who shares; needs the rights SHARE and VIEW on the resource, now and at every later use.
            sections: The names of the sections that the client sees.
            client_title: What the client reads instead of the entry's own client title.
            accept_internal_title: Whether the client may read the internal title when there is no other;
                that title, as it is now, and not what it is changed to later.
            expires_at: An aware time; from then on the link is expired. See `end_of_day`.
            max_uses: How many times the link can be redeemed.
            password: What a client must know besides the link.
            recipient: The contact that the link is for; pages speak their language, and the link
                dies when they are deactivated.
            idempotency_key: Any short text, so that a retry within 24 hours finds what was made, as it is now.

        Raises:
            KeyReusedError: The idempotency key was used for something else.
            InternalTitleError: The client would read the internal title.
            UnknownSectionError: A section is not declared.
            InvalidInputError: Another argument cannot be used; ``field`` names it.
            NotAllowedError: *by* may not share this, or clients may never see it.
            NotFoundError: The resource is not in the catalog, or the recipient is unknown.
        """
        require_staff(by)
        kind = self._wiring.kind_of(ref)
        shown = frozenset(SectionPolicy.checked(kind, sections).shown)
        ends = None if expires_at is None else future(self._wiring, expires_at)
        hashed = None if password is None else hash_password(password)
        asked = (client_title, accept_internal_title, ends, max_uses, password is None, recipient)
        once = retry_of(by, idempotency_key, ref, shown, asked)
        check_retry(self._wiring, once, password)

        def work(unit: Unit) -> ReadLink:
            held(unit, ref)
            chain = chain_of(unit, ref)
            require_sharing(self._wiring, unit, by, chain, ref)
            if recipient is not None:
                require_recipient(self._wiring, unit, recipient)
            earlier = made_before(unit, once)
            if earlier is not None:
                return earlier
            link = ReadLink(
                tenant=unit.tenant,
                id=ReadLinkId(random_id()),
                ref=ref,
                incarnation=chain[0].incarnation,
                sections=shown,
                created_at=unit.now,
                created_by=by.key,
                expires_at=ends,
                max_uses=max_uses,
                password_hash=hashed,
                recipient=None if recipient is None else Contact(recipient.id),
                as_of=unit.now,
            )
            link = titled(link, chain[0], client_title=client_title, accept_internal_title=accept_internal_title)
            unit.put(READ_LINK, link)
            once.note(unit, link.id)
            unit.emit(
                events.LinkCreated(
                    tenant=unit.tenant,
                    at=unit.now,
                    by=by,
                    ref=ref,
                    link=link.id,
                    sections=shown,
                    expires_at=ends,
                    max_uses=max_uses,
                    password=hashed is not None,
                    recipient=None if recipient is None else recipient.key,
                    internal_title=client_title is None and chain[0].client_title is None,
                )
            )
            return link

        return self._wiring.write(work)

    def token(self, link: ReadLink) -> str:
        """
        Return the secret that opens a link, the same at every call; a link's address ends with it.

        It is computed, never stored. The token of a revoked link opens nothing.

        Raises:
            NotFoundError: The link belongs to another tenant.
        """
        self._own(link)
        return self._wiring.seals.seal(Purpose.LINK, Claims(link.tenant, link.id, link.generation))

    def tenant_of(self, token: str) -> TenantId | None:
        """Return the tenant that a genuine token or ticket names, or None for any other text; reads nothing."""
        for purpose in (Purpose.LINK, Purpose.LINK_SESSION):
            try:
                return self._wiring.seals.unseal(purpose, token).tenant
            except InvalidTokenError:
                continue
        return None

    def get(self, link: ReadLinkId | ReadLink) -> ReadLink:
        """
        Return a link as it is now.

        Raises:
            NotFoundError: There is no such link in this tenant.
        """
        with self._wiring.reading() as unit:
            return attrs.evolve(self._find(unit, link), as_of=unit.now)

    def of(self, ref: ResourceRef) -> list[ReadLink]:
        """
        Return every link to a resource, dead ones too, the newest first.

        A record that is damaged opens nothing; it is logged and left out.
        """
        with self._wiring.reading() as unit:
            found = unit.find_readable(
                READ_LINK,
                links_of(ref),
                order=OrderBy(ReadLinkKeys.CREATED_AT, descending=True),
            )
            return [attrs.evolve(link, as_of=unit.now) for link in found]

    def problem(self, link: ReadLinkId | ReadLink) -> str | None:
        """
        Say why a link opens nothing now, as a stable slug, or None when it opens; loads no section.

        Unlike `ReadLink.state` it knows what became of the resource, the maker and the recipient.

        Raises:
            NotFoundError: There is no such link in this tenant.
        """
        return self._visits.problem(self._id(link))

    def preview(self, link: ReadLinkId | ReadLink, *, locale: str | None = None) -> LinkPreview:
        """
        Show staff what the client will see: all sections, the hidden ones named, marked and not loaded.

        It counts nothing, and works for links that are dead.

        Raises:
            NotFoundError: There is no such link in this tenant.
        """
        checks.optional_text("locale", locale)
        return self._visits.preview(self._id(link), locale)

    def update(
        self,
        link: ReadLinkId | ReadLink,
        *,
        by: Principal,
        sections: Several[str] | Unset = UNSET,
        add_sections: Several[str] = (),
        client_title: str | None | Unset = UNSET,
        accept_internal_title: bool | Unset = UNSET,
        expires_at: datetime | None | Unset = UNSET,
        password: str | None | Unset = UNSET,
    ) -> ReadLink:
        """
        Change a link that was not revoked; what is not named stays as it is.

        Args:
            link: The link or its id.
            by: Who changes it; needs the rights SHARE and VIEW on the resource.
            sections: The sections that stay visible, a subset of the present ones.
            add_sections: The sections that become visible besides.
            client_title: What the client reads, or None for the entry's own client title.
            accept_internal_title: Whether the client may read the internal title when there is no other.
            expires_at: The new end, or None for none.
            password: The new password, or None for none; either ends every visit at once.

        Raises:
            WideningError: *sections* names one that is hidden now; name it in *add_sections*.
            InternalTitleError: The client would read the internal title.
            InvalidInputError: Another argument cannot be used, or the link was revoked.
            NotAllowedError: *by* may not share this.
            NotFoundError: There is no such link in this tenant.
        """
        require_staff(by)
        link_id = self._id(link)
        ends = expires_at if expires_at is None or expires_at is UNSET else future(self._wiring, expires_at)
        hashed = password if password is None or password is UNSET else hash_password(password)

        def work(unit: Unit) -> ReadLink:
            before = self._find(unit, link_id)
            chain = chain_of(unit, before.ref)
            require_sharing(self._wiring, unit, by, chain, before.ref)
            if before.state_at(unit.now) is LinkState.REVOKED:
                raise InvalidInputError("link", "was revoked and stays dead; create another one")
            after = attrs.evolve(
                before,
                sections=changed_sections(self._wiring.kind_of(before.ref), before, sections, add_sections),
                expires_at=_given(ends, before.expires_at),
            )
            if hashed is not UNSET and (hashed is not None or before.has_password):
                after = attrs.evolve(after, password_hash=hashed, password_epoch=before.password_epoch + 1)
            if client_title is not UNSET or accept_internal_title is not UNSET:
                after = titled(
                    after,
                    chain[0],
                    client_title=_given(client_title, before.client_title),
                    accept_internal_title=_given(accept_internal_title, before.accepted_title is not None),
                )
            changed = changed_fields(before, after)
            if changed:
                unit.put(READ_LINK, after)
                unit.emit(
                    events.LinkUpdated(
                        tenant=unit.tenant,
                        at=unit.now,
                        by=by,
                        ref=after.ref,
                        link=after.id,
                        changed=changed,
                        sections=after.sections,
                        added_sections=after.sections - before.sections,
                        expires_at=after.expires_at,
                    )
                )
            return attrs.evolve(after, as_of=unit.now)

        return self._wiring.write(work)

    def revoke(self, link: ReadLinkId | ReadLink, *, by: Principal) -> ReadLink:
        """
        Take a link back: after this returns nobody gets in, by the link or by any visit that began with it.

        Revoking again changes nothing.

        Args:
            link: The link or its id.
            by: Who takes it back: its maker, or anybody with the right SHARE on the resource.

        Raises:
            NotAllowedError: *by* may not.
            NotFoundError: There is no such link in this tenant.
        """
        require_staff(by)
        link_id = self._id(link)

        def work(unit: Unit) -> ReadLink:
            found = self._find(unit, link_id)
            require_revoking(self._wiring, unit, by, [found])
            return take_back(unit, found, by)

        return self._wiring.write(work)

    def revoke_all(self, target: ResourceRef | Party | Organization, *, by: Principal) -> list[ReadLink]:
        """
        Take back every live link to a resource, for a contact, or made by a member of staff, in one transaction.

        Args:
            target: The resource, the recipient, the organization whose members now are recipients, or the maker.
            by: Who takes them back: each link's maker, or with the right SHARE on each resource.

        Returns:
            The links that were taken back by this call.

        Raises:
            NotAllowedError: *by* may not take back one of them; none was.
            NotFoundError: Nobody knows the organization.
        """
        require_staff(by)

        def work(unit: Unit) -> list[ReadLink]:
            where = links_to(self._wiring, unit, target)
            live = [found for found in unit.find_readable(READ_LINK, where) if found.revoked_at is None]
            require_revoking(self._wiring, unit, by, live)
            return [take_back(unit, found, by) for found in live]

        return self._wiring.write(work)

    def _id(self, link: ReadLinkId | ReadLink) -> ReadLinkId:
        if isinstance(link, ReadLink):
            self._own(link)
            return link.id
        if not isinstance(link, str):
            raise InvalidInputError("link", "needs a ReadLink or its id")
        try:
            checks.identifier("link", link)
        except InvalidInputError:
            raise NotFoundError(READ_LINK.name) from None
        return link

    def _own(self, link: ReadLink) -> None:
        if not isinstance(link, ReadLink):
            raise InvalidInputError("link", "needs a ReadLink")
        if link.tenant != self._wiring.tenant:
            raise NotFoundError(READ_LINK.name)

    def _find(self, unit: Unit, link: ReadLinkId | ReadLink) -> ReadLink:
        found = unit.get(READ_LINK, self._id(link))
        if found is None:
            raise NotFoundError(READ_LINK.name)
        return found


def _given(value: T | Unset, before: T) -> T:
    return before if isinstance(value, Unset) else value
