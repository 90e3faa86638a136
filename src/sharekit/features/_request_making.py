"""
Asking: requests are looked at beforehand and made, by hand or from a template, once for each idempotency key.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs

from sharekit.codec.kinds_of_requests import DOCUMENT_REQUEST, REQUEST_RECIPIENT
from sharekit.errors import InvalidInputError
from sharekit.features._documents import Once
from sharekit.features._facts import chain_of, require_staff
from sharekit.features._link_rules import require_sharing
from sharekit.features._parties import active_contact
from sharekit.features._request_facts import find_request, policy_for, request_view
from sharekit.features._request_rules import contacts_given, epoch_now, staff_keys, times
from sharekit.features._request_templates import template_named
from sharekit.features._request_wording import worded
from sharekit.features._tree import held
from sharekit.features._unit import Unit, Wiring
from sharekit.ids import RequestId, RequestRecipientId, random_id
from sharekit.records import checks, events
from sharekit.records.catalog import CatalogEntry, ResourceRef
from sharekit.records.instants import utc
from sharekit.records.parties import Contact, ContactProfile, Principal, Staff
from sharekit.records.requests import (
    MAX_FILES,
    MAX_TOTAL,
    DocumentRequest,
    RequestItem,
    RequestRecipient,
    numbered,
)
from sharekit.records.several import Several, SeveralInOrder
from sharekit.records.submissions import RequestView

__all__ = ["Making"]


@attrs.frozen(kw_only=True)
class _Draft:
    """What is going to be asked, and of whom."""

    request: DocumentRequest
    asked: list[tuple[RequestRecipient, ContactProfile]]
    entry: CatalogEntry


def _items(given: object) -> tuple[RequestItem, ...] | None:
    return None if given is None else numbered(given)


def _due(given: object) -> datetime | None:
    return None if given is None else utc("due", given)


def _end(given: object) -> datetime | None:
    return None if given is None else utc("expires_at", given)


@attrs.frozen(kw_only=True)
class _Wish:
    """What somebody wants to ask, as far as it can be checked without reading anything."""

    to: list[Contact] = attrs.field(converter=contacts_given)
    about: ResourceRef
    by: Principal
    items: tuple[RequestItem, ...] | None = attrs.field(converter=_items)
    subject: str | None
    body: str | None
    button: str | None
    due: datetime | None = attrs.field(converter=_due)
    expires_at: datetime | None = attrs.field(converter=_end)
    max_files: int
    max_total_bytes: int
    notify: frozenset[str] = attrs.field(converter=staff_keys)
    template: str | None

    @property
    def content(self) -> str:
        """Everything that is asked, as one text; a retry says the same."""
        return json.dumps(attrs.asdict(self, value_serializer=_plain), sort_keys=True, default=repr)


def _plain(_: object, __: object, value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    return value.isoformat() if isinstance(value, datetime) else value


class Making:
    """The part of `Requests` that is about asking."""

    _wiring: Wiring

    def preview(
        self,
        *,
        to: Contact | Several[Contact],
        about: ResourceRef,
        by: Principal,
        items: SeveralInOrder[RequestItem] | None = None,
        subject: str | None = None,
        body: str | None = None,
        button: str | None = None,
        due: datetime | None = None,
        expires_at: datetime | None = None,
        max_files: int = MAX_FILES,
        max_total_bytes: int = MAX_TOTAL,
        notify: Staff | Several[Staff] | None = None,
        template: str | None = None,
        locale: str | None = None,
    ) -> list[RequestView]:
        """
        Show what each contact would read if `create` were called with the same arguments; nothing is written.

        Args:
            to: As for `create`, and so are the others.
            about: What it is about.
            by: Who wants to ask.
            items: What is asked for.
            subject: One line.
            body: Some paragraphs.
            button: What the button says.
            due: Until when it is wanted.
            expires_at: From when on nothing is taken.
            max_files: How many files each contact may send in all.
            max_total_bytes: How many bytes each contact may send in all.
            notify: Who hears of what comes.
            template: The name of a template.
            locale: The language of contacts of whom none is known.

        Raises:
            InvalidInputError: As for `create`, and so are the others.
            NotAllowedError: *by* may not ask this.
            NotFoundError: Something is not there.
        """
        checks.optional_text("locale", locale)
        require_staff(by)
        wish = self._checked(
            _Wish(
                to=to,
                about=about,
                by=by,
                items=items,
                subject=subject,
                body=body,
                button=button,
                due=due,
                expires_at=expires_at,
                max_files=max_files,
                max_total_bytes=max_total_bytes,
                notify=notify,
                template=template,
            )
        )
        with self._wiring.reading() as unit:
            draft = self._drafted(unit, wish, self._may_ask(unit, wish))
            return [
                request_view(
                    self._wiring,
                    draft.request,
                    recipient,
                    contact=contact,
                    entry=draft.entry,
                    submissions=(),
                    locale=locale,
                    at=unit.now,
                )
                for recipient, contact in draft.asked
            ]

    def create(
        self,
        *,
        to: Contact | Several[Contact],
        about: ResourceRef,
        by: Principal,
        items: SeveralInOrder[RequestItem] | None = None,
        subject: str | None = None,
        body: str | None = None,
        button: str | None = None,
        due: datetime | None = None,
        expires_at: datetime | None = None,
        max_files: int = MAX_FILES,
        max_total_bytes: int = MAX_TOTAL,
        notify: Staff | Several[Staff] | None = None,
        template: str | None = None,
        idempotency_key: str | None = None,
    ) -> DocumentRequest:
        """
        Ask one or several contacts for documents; each answers for themselves.

        Args:
            to: Whom: 1 to 100 active contacts.
            about: What it is about, such as a case; what comes becomes documents in it.
            by: Who asks; needs the rights SHARE and VIEW on it, now and while files come.
            items: What is asked for, 1 to 40 items; those of the template by default.
            subject: One line that every contact reads; without it the template's, or the house's own words
                in the contact's language. ``{name}`` and ``{title}`` are filled in.
            body: Some paragraphs, in the same way.
            button: What the button says that leads to the upload page, in the same way.
            due: An aware time until which it is wanted, which contacts read. See `end_of_day`.
            expires_at: An aware time from which on nothing is taken; by default 30 days after *due*, or
                90 days from now.
            max_files: How many files each contact may send in all, those that are sent back included.
            max_total_bytes: How many bytes each contact may send in all.
            notify: Who hears of what comes; by default whoever owns what it is about at that moment.
            template: The name of a template.
            idempotency_key: Any short text of the asker's own: asking the same again with the same key within
                24 hours returns the first request, as it is by then, and tells nobody anew.

        Returns:
            The request with its recipients; `token` gives each one's upload page.

        Raises:
            InvalidInputError: An argument cannot be used; ``field`` names it.
            NotAllowedError: *by* may not share this, or clients may never see it.
            NotFoundError: A contact, the template, or what it is about, is not there.
            MergedContactError: A contact was merged; ``into`` names the other.
            KeyReusedError: The idempotency key was used for something else.
        """
        require_staff(by)
        wish = self._checked(
            _Wish(
                to=to,
                about=about,
                by=by,
                items=items,
                subject=subject,
                body=body,
                button=button,
                due=due,
                expires_at=expires_at,
                max_files=max_files,
                max_total_bytes=max_total_bytes,
                notify=notify,
                template=template,
            )
        )

        once = Once.checked("ask", by, idempotency_key)
        if idempotency_key is not None:
            once = once.of(wish.content)

        def work(unit: Unit) -> DocumentRequest:
            held(unit, wish.about)
            chain = self._may_ask(unit, wish)
            earlier = once.earlier(unit)
            if earlier is not None:
                return find_request(unit, RequestId(earlier))
            draft = self._drafted(unit, wish, chain)
            request = draft.request
            unit.put(DOCUMENT_REQUEST, request)
            for recipient in request.recipients:
                unit.put(REQUEST_RECIPIENT, recipient)
            once.note(unit, request.id)
            unit.emit(
                events.RequestCreated(
                    tenant=unit.tenant,
                    at=unit.now,
                    by=by,
                    ref=request.about,
                    request=request.id,
                    parties=frozenset(recipient.contact.key for recipient in request.recipients),
                    items=len(request.items),
                    due=request.due,
                    expires_at=request.expires_at,
                )
            )
            return request

        return self._wiring.write(work)

    def _checked(self, wish: _Wish) -> _Wish:
        self._wiring.kind_of(wish.about)
        if wish.items is None and wish.template is None:
            raise InvalidInputError("items", "needs what is asked for, or a template")
        if wish.template is not None:
            checks.slug("template", wish.template)
        for item in wish.items or ():
            policy_for(self._wiring, item)
        return wish

    def _may_ask(self, unit: Unit, wish: _Wish) -> tuple[CatalogEntry, ...]:
        chain = chain_of(unit, wish.about)
        require_sharing(self._wiring, unit, wish.by, chain, wish.about)
        return chain

    def _drafted(self, unit: Unit, wish: _Wish, chain: tuple[CatalogEntry, ...]) -> _Draft:
        template = None if wish.template is None else template_named(unit, wish.template)
        due = wish.due
        if due is None and template is not None and template.due_days is not None:
            due = unit.now + timedelta(days=template.due_days)
        wanted, ends = times(unit.now, due, wish.expires_at)
        text, texts = worded(
            None if template is None else template.text,
            {} if template is None else template.texts,
            subject=wish.subject,
            body=wish.body,
            button=wish.button,
        )
        id_ = RequestId(random_id())
        asked = [self._asked(unit, id_, place, contact) for place, contact in enumerate(wish.to)]
        items = wish.items or (() if template is None else template.items)
        for item in items:
            policy_for(self._wiring, item)
        request = DocumentRequest(
            tenant=unit.tenant,
            id=id_,
            about=wish.about,
            incarnation=chain[0].incarnation,
            items=items,
            text=text,
            texts=texts,
            due=wanted,
            expires_at=ends,
            max_files=wish.max_files,
            max_total_bytes=wish.max_total_bytes,
            notify=wish.notify,
            created_at=unit.now,
            created_by=wish.by.key,
            recipients=tuple(recipient for recipient, _ in asked),
        )
        return _Draft(request=request, asked=asked, entry=chain[0])

    def _asked(
        self, unit: Unit, request: RequestId, place: int, contact: Contact
    ) -> tuple[RequestRecipient, ContactProfile]:
        profile = active_contact(self._wiring, unit, contact, field="to")
        recipient = RequestRecipient(
            tenant=unit.tenant,
            id=RequestRecipientId(random_id()),
            request=request,
            contact=Contact(profile.id),
            access_epoch=epoch_now(unit, profile),
            created_at=unit.now,
            changed_at=unit.now,
            place=place,
        )
        return recipient, profile
