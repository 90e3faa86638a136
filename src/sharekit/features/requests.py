"""
Requests: ask contacts for documents, follow what comes, and answer it.
"""

import json
from datetime import datetime
from typing import Final

from sharekit.codec.kinds_of_requests import DOCUMENT_REQUEST, REQUEST_RECIPIENT
from sharekit.errors import InvalidInputError, InvalidTokenError, NotFoundError
from sharekit.features._facts import chain_of
from sharekit.features._parties import known_contact
from sharekit.features._request_answering import Answering
from sharekit.features._request_facts import find_request, request_facts, request_view, submissions_of, told
from sharekit.features._request_making import Making
from sharekit.features._request_templates import Templating
from sharekit.features._request_uploads import Uploading
from sharekit.features._unit import Wiring
from sharekit.ids import RequestId, SubmissionId, TenantId
from sharekit.ports import AllOf, Condition, Eq, In, InSelect, OrderBy, Position, Select
from sharekit.records import checks
from sharekit.records.catalog import ResourceRef
from sharekit.records.parties import Contact, Principal, parse_party
from sharekit.records.requests import DocumentRequest, RecipientKeys, RequestKeys, RequestRecipient, RequestState
from sharekit.records.several import Several
from sharekit.records.submissions import Receipt, RequestView, Submission
from sharekit.tokens import Claims, Purpose

__all__ = ["Requests"]

_MOST: Final = 200
_WAITING: Final = tuple(state for state in RequestState if state.is_waiting)


class Requests(Making, Templating, Answering, Uploading):
    """The requests for documents of one tenant."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def token(self, request: DocumentRequest | RequestId, contact: Contact) -> str:
        """
        Return the secret of a contact's upload page, the same at every call; the page's address holds it.

        It is computed, never stored. It lets files in and none out, and lets nobody in once the request
        is over for this contact.

        Raises:
            NotFoundError: There is no such request in this tenant, or the contact was not asked.
        """
        if not isinstance(contact, Contact):
            raise InvalidInputError("contact", "needs a Contact")
        with self._wiring.reading() as unit:
            parts = [part for part in find_request(unit, request).recipients if part.contact == contact]
        if not parts:
            raise NotFoundError(REQUEST_RECIPIENT.name)
        part = next((each for each in parts if not each.state.is_over), parts[0])
        return self._wiring.seals.seal(Purpose.UPLOAD, Claims(part.tenant, part.id, part.generation))

    def tenant_of(self, token: str) -> TenantId | None:
        """Return the tenant that a genuine token names, or None for any other text; reads nothing."""
        try:
            return self._wiring.seals.unseal(Purpose.UPLOAD, token).tenant
        except InvalidTokenError:
            return None

    def get(self, request: DocumentRequest | RequestId) -> DocumentRequest:
        """
        Return a request as it is now, with its recipients.

        Raises:
            NotFoundError: There is no such request in this tenant.
        """
        with self._wiring.reading() as unit:
            return find_request(unit, request)

    def of(self, ref: ResourceRef) -> list[DocumentRequest]:
        """Return every request about a thing, those that are over too, the newest first."""
        self._wiring.kind_of(ref)
        return self._found([Eq(RequestKeys.RESOURCE, ref.key)], None, None)

    def find(
        self,
        *,
        states: Several[RequestState] | None = None,
        contact: Contact | None = None,
        maker: Principal | None = None,
        after: DocumentRequest | None = None,
        limit: int = 50,
    ) -> list[DocumentRequest]:
        """
        Return the requests of all things, the newest first.

        Args:
            states: Only those in which somebody has come that far.
            contact: Only those in which this contact was asked.
            maker: Only those that this principal made.
            after: The last one of the page before.
            limit: At most so many, 1 to 200.

        Raises:
            InvalidInputError: An argument is of another type, or the limit is out of bounds.
        """
        checks.whole("limit", limit, 1, _MOST)
        for field, value, wanted in (
            ("contact", contact, Contact),
            ("maker", maker, Principal),
            ("after", after, DocumentRequest),
        ):
            if value is not None and not isinstance(value, wanted):
                raise InvalidInputError(field, f"needs a {wanted.__name__}, or None")
        parts: list[Condition] = []
        if states is not None:
            if isinstance(states, str) or not all(isinstance(state, RequestState) for state in states):
                raise InvalidInputError("states", "needs RequestStates")
            parts.append(In(RecipientKeys.STATE, [str(state) for state in states]))
        if contact is not None:
            parts.append(Eq(RecipientKeys.CONTACT, contact.id))
        where: list[Condition] = []
        if parts:
            where.append(InSelect("id", Select(REQUEST_RECIPIENT.name, RecipientKeys.REQUEST, AllOf(parts))))
        if maker is not None:
            where.append(Eq(RequestKeys.CREATED_BY, maker.key))
        return self._found(where, after, limit)

    def _found(self, where: list[Condition], after: DocumentRequest | None, limit: int | None) -> list[DocumentRequest]:
        with self._wiring.reading() as unit:
            found = unit.find(
                DOCUMENT_REQUEST,
                AllOf(where),
                order=OrderBy(RequestKeys.CREATED_AT, descending=True),
                after=None if after is None else Position(after.created_at, after.id),
                limit=limit,
            )
            return [find_request(unit, request) for request in found]

    def submissions(self, what: DocumentRequest | RequestRecipient) -> list[Submission]:
        """
        Return what came, of one contact or of all, the oldest first.

        Raises:
            NotFoundError: There is no such request in this tenant.
        """
        with self._wiring.reading() as unit:
            if isinstance(what, RequestRecipient):
                part = unit.get(REQUEST_RECIPIENT, what.id) if what.tenant == unit.tenant else None
                if part is None:
                    raise NotFoundError(REQUEST_RECIPIENT.name)
                return submissions_of(unit, part)
            found = [each for part in find_request(unit, what).recipients for each in submissions_of(unit, part)]
            return sorted(found, key=lambda each: (each.at, each.number))

    def outstanding(self, contact: Contact, *, locale: str | None = None) -> list[RequestView]:
        """
        Return what is still wanted of a contact, over all things, what is due first first.

        Args:
            contact: Who.
            locale: Their language when none is known.

        Raises:
            NotFoundError: The contact is unknown.
        """
        checks.optional_text("locale", locale)
        with self._wiring.reading() as unit:
            known_contact(self._wiring, unit, contact)
            where = AllOf([Eq(RecipientKeys.CONTACT, contact.id), In(RecipientKeys.STATE, [str(s) for s in _WAITING])])
            views: list[RequestView] = []
            for part in unit.find(REQUEST_RECIPIENT, where, order=OrderBy(RecipientKeys.CREATED_AT)):
                facts = request_facts(self._wiring, unit, part, part.generation)
                if facts.refusal is None and facts.contact is not None:
                    views.append(
                        request_view(
                            self._wiring,
                            facts.request,
                            part,
                            contact=facts.contact,
                            entry=facts.chain[0],
                            submissions=submissions_of(unit, part),
                            locale=locale,
                            at=unit.now,
                        )
                    )
        return sorted(views, key=lambda view: view.due or view.expires_at)

    def told(self, request: DocumentRequest | RequestId) -> list[Principal]:
        """
        Return the staff who hear of what comes: those named, else who owns what the request is about now (C7).

        Raises:
            NotFoundError: There is no such request in this tenant.
        """
        with self._wiring.reading() as unit:
            found = find_request(unit, request)
            return [parse_party(key) for key in sorted(told(found, chain_of(unit, found.about)))]

    def verify_receipt(self, text: str) -> Receipt:
        """
        Return what a receipt says that this kit gave out; it is genuine also when the file is not there any more.

        Raises:
            InvalidTokenError: It is not ours, not whole, or another tenant's.
        """
        facts = json.loads(self._wiring.seals.unseal_text(Purpose.RECEIPT, text))
        if facts["tenant"] != self._wiring.tenant:
            raise InvalidTokenError
        return Receipt(
            submission=SubmissionId(facts["submission"]),
            request=RequestId(facts["request"]),
            name=facts["name"],
            size=facts["size"],
            sha256=facts["sha256"],
            at=datetime.fromisoformat(facts["at"]),
            item=facts["item"],
            text=text,
        )
