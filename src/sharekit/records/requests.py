"""
Requests: what clients are asked for, and how far each of them has come.
"""

import enum
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

import attrs

from sharekit.errors import InvalidInputError
from sharekit.ids import RequestId, RequestRecipientId, TenantId, deterministic_id
from sharekit.records import checks
from sharekit.records.catalog import ResourceRef
from sharekit.records.instants import utc
from sharekit.records.parties import Contact

__all__ = [
    "MAX_FILES",
    "MAX_TOTAL",
    "DocumentRequest",
    "RecipientKeys",
    "RequestItem",
    "RequestKeys",
    "RequestRecipient",
    "RequestState",
    "RequestTemplate",
    "RequestText",
    "TemplateKeys",
    "numbered",
    "template_id",
]

MIB: Final = 1024 * 1024
MAX_FILES: Final = 50
MAX_TOTAL: Final = 1024 * MIB
_MOST_FILES: Final = 1000
_MOST_BYTES: Final = 1024 * 1024 * MIB
_MOST_ITEMS: Final = 40
_LONGEST_BODY: Final = 10_000
_LONGEST_BUTTON: Final = 60
_MOST_DAYS: Final = 3650


class RequestState(enum.StrEnum):
    """How far a contact has come with what was asked of them; `sharekit.policies.requests` says what follows what."""

    OPEN = "open"
    """Nothing came yet."""
    PARTIAL = "partial"
    """Something came, and something is missing."""
    SUBMITTED = "submitted"
    """Everything came, or the contact said that this is all; staff look at it next."""
    ACCEPTED = "accepted"
    """Staff are content; nothing more is taken."""
    SENT_BACK = "sent-back"
    """Staff want something else, and said why."""
    CLOSED = "closed"
    """Staff want nothing more; what came stays as it is."""
    CANCELLED = "cancelled"
    """Staff took the request back."""

    @property
    def is_over(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self in {RequestState.CLOSED, RequestState.CANCELLED}

    @property
    def is_waiting(self) -> bool:
        """Whether it is the contact's turn."""
        return self in {RequestState.OPEN, RequestState.PARTIAL, RequestState.SENT_BACK}


# From what is furthest from its end; OPEN beside anything that has begun counts as PARTIAL.
_LEAST_FIRST: Final = (
    RequestState.SENT_BACK,
    RequestState.OPEN,
    RequestState.PARTIAL,
    RequestState.SUBMITTED,
    RequestState.ACCEPTED,
    RequestState.CLOSED,
    RequestState.CANCELLED,
)


def _slugs(given: Iterable[str]) -> frozenset[str]:
    checks.names("accept", given)
    return frozenset(given)


def _texts(given: Mapping[str, str]) -> Mapping[str, str]:
    if not isinstance(given, Mapping):
        raise InvalidInputError("titles", "needs texts by language, such as {'nl': 'Paspoort'}")
    for locale, title in given.items():
        checks.locale("titles", locale)
        checks.title("titles", title)
    return MappingProxyType(dict(given))


def _own(given: Mapping[str, str]) -> Mapping[str, str]:
    if not isinstance(given, Mapping):
        raise InvalidInputError("allow", "needs reasons by extension")
    return MappingProxyType(dict(given))


@attrs.frozen
class RequestItem:
    """
    One thing that a contact is asked for.

    Attributes:
        title: What it is, as the contact reads it: ``"ID card"``.
        key: What it is called in programs and addresses, a slug; by default made of its place in the request.
        accept: Which types of files are taken: names of presets, or of extensions; None for every type that
            clients may send.
        allow: Types that are refused by default, each with the reason why it is needed here.
        max_bytes: How large each file may be; None for as large as clients may send.
        min: How many files are needed; 0 for an item that may be left out.
        max: How many files are taken.
        note: A sentence that helps, or None.
        titles: The title in other languages, by language.

    Raises:
        InvalidInputError: One of them cannot be used.
    """

    title: str
    key: str = attrs.field(kw_only=True, default="")
    accept: frozenset[str] | None = attrs.field(kw_only=True, default=None, converter=attrs.converters.optional(_slugs))
    allow: Mapping[str, str] = attrs.field(kw_only=True, default=MappingProxyType({}), converter=_own)
    max_bytes: int | None = attrs.field(kw_only=True, default=None)
    min: int = attrs.field(kw_only=True, default=1)
    max: int = attrs.field(kw_only=True, default=10)
    note: str | None = attrs.field(kw_only=True, default=None)
    titles: Mapping[str, str] = attrs.field(kw_only=True, default=MappingProxyType({}), converter=_texts)

    def __attrs_post_init__(self) -> None:
        checks.title("title", self.title)
        if self.key:
            checks.slug("key", self.key)
        if self.accept is not None and not self.accept:
            raise InvalidInputError("accept", "needs at least one type; leave it out for every type")
        if self.max_bytes is not None:
            checks.whole("max_bytes", self.max_bytes, 1, _MOST_BYTES)
        checks.whole("max", self.max, 1, _MOST_FILES)
        checks.whole("min", self.min, 0, self.max)
        if self.note is not None:
            checks.prose("note", self.note, 500)

    def title_in(self, locale: str | None) -> str:
        """Return the title in this language, or the plain one."""
        if locale is None:
            return self.title
        return self.titles.get(locale) or self.titles.get(locale.split("-")[0], self.title)


@attrs.frozen(kw_only=True)
class RequestText:
    """
    The words of a request. ``{name}`` stands for the contact's name, ``{title}`` for that of what it is about.

    Attributes:
        subject: One line.
        body: Some paragraphs.
        button: What the button says that leads to the upload page.

    Raises:
        InvalidInputError: One of them is empty, too long, or names another variable.
    """

    subject: str
    body: str
    button: str

    def __attrs_post_init__(self) -> None:
        checks.title("subject", self.subject)
        checks.prose("body", self.body, _LONGEST_BODY)
        checks.title("button", self.button)
        if len(self.button) > _LONGEST_BUTTON:
            raise InvalidInputError("button", f"needs at most {_LONGEST_BUTTON} characters")
        for field in ("subject", "body", "button"):
            checks.variables(field, getattr(self, field), {"name", "title"})


def numbered(items: object) -> tuple[RequestItem, ...]:
    """Return items that all have a key of their own; refuse none, too many, and two with one key."""
    given: list[object] = list(items) if isinstance(items, Iterable) else []
    found = [item for item in given if isinstance(item, RequestItem)]
    if not 1 <= len(found) <= _MOST_ITEMS or len(found) < len(given):
        raise InvalidInputError("items", f"needs 1 to {_MOST_ITEMS} RequestItems")
    keyed = tuple(
        item if item.key else attrs.evolve(item, key=f"item-{place}") for place, item in enumerate(found, start=1)
    )
    if len({item.key for item in keyed}) < len(keyed):
        raise InvalidInputError("items", "has two items of one key")
    return keyed


class RequestKeys:
    """The queryable keys of `DocumentRequest`."""

    RESOURCE = "resource"
    CREATED_AT = "created_at"
    CREATED_BY = "created_by"


class RecipientKeys:
    """The queryable keys of `RequestRecipient`."""

    REQUEST = "request"
    CONTACT = "contact"
    STATE = "state"
    CREATED_AT = "created_at"
    FILES_TAKEN = "files_taken"
    FILES_RETURNED = "files_returned"
    BYTES_TAKEN = "bytes_taken"
    BYTES_RETURNED = "bytes_returned"
    REMINDERS = "reminders"
    RECEIVED = "received"


@attrs.frozen(kw_only=True)
class RequestRecipient:
    """
    One contact who was asked; each answers for themselves.

    Attributes:
        tenant: Where.
        id: Random, 168 bits. With the secret key it makes the token of the upload page.
        request: The id of the request.
        contact: Who was asked.
        access_epoch: The `PortalAccess.epoch` when they were asked; when access is withdrawn, this dies with it.
        generation: Raised when the request ends for them; tokens of an earlier one stay dead.
        state: How far they have come.
        reason: Why staff sent something back, the last time; None when they never did.
        created_at: When they were asked.
        changed_at: When the state last changed.
        last_reminded_at: When they were last reminded, or None.
        place: Where they were named among the recipients.
        files_taken: How many files were begun; what was given back is subtracted by `files_held`.
        files_returned: How many of these came to nothing.
        bytes_taken: How many bytes were set aside; what was given back is subtracted by `bytes_held`.
        bytes_returned: How many of these were not needed.
        reminders: How often they were reminded.
        received: How many files came.
    """

    tenant: TenantId
    id: RequestRecipientId = attrs.field(repr=lambda id_: f"{id_[:4]}...")
    request: RequestId
    contact: Contact
    access_epoch: int = 1
    generation: int = 1
    state: RequestState = RequestState.OPEN
    reason: str | None = attrs.field(default=None, repr=False)
    created_at: datetime
    changed_at: datetime
    last_reminded_at: datetime | None = None
    place: int = 0
    files_taken: int = 0
    files_returned: int = 0
    bytes_taken: int = 0
    bytes_returned: int = 0
    reminders: int = 0
    received: int = 0

    @property
    def files_held(self) -> int:
        """How many files have a place: those that came, and those on their way."""
        return self.files_taken - self.files_returned

    @property
    def bytes_held(self) -> int:
        """How many bytes have a place."""
        return self.bytes_taken - self.bytes_returned


@attrs.frozen(kw_only=True)
class DocumentRequest:
    """
    What some contacts were asked for.

    Attributes:
        tenant: Where.
        id: Random.
        about: What it is about, such as a case; what comes is filed there.
        incarnation: The `CatalogEntry.incarnation` it was made for.
        items: What is asked for, each with a key.
        text: Its words.
        texts: Its words in other languages, by language.
        due: Until when it is wanted; None for no date.
        expires_at: From this instant on nothing is taken.
        max_files: How many files each contact may send in all.
        max_total_bytes: How many bytes each contact may send in all.
        notify: The keys of the staff who hear of what comes; empty for whoever owns what it is about.
        created_at: When it was made.
        created_by: The key of its maker, who must go on being allowed to share what it is about.
        recipients: Who was asked, as they stood when this was read, in the order in which they were named.
    """

    tenant: TenantId
    id: RequestId
    about: ResourceRef
    incarnation: int = 1
    items: tuple[RequestItem, ...]
    text: RequestText
    texts: Mapping[str, RequestText] = attrs.field(factory=dict[str, RequestText])
    due: datetime | None = None
    expires_at: datetime
    max_files: int = MAX_FILES
    max_total_bytes: int = MAX_TOTAL
    notify: frozenset[str] = frozenset()
    created_at: datetime
    created_by: str
    recipients: tuple[RequestRecipient, ...] = attrs.field(default=(), eq=False)

    def __attrs_post_init__(self) -> None:
        checks.whole("max_files", self.max_files, 1, _MOST_FILES)
        checks.whole("max_total_bytes", self.max_total_bytes, 1, _MOST_BYTES)
        utc("expires_at", self.expires_at)
        if self.due is not None:
            utc("due", self.due)

    @property
    def state(self) -> RequestState:
        """How far it has come with all contacts: the one who is furthest behind counts."""
        states = {recipient.state for recipient in self.recipients}
        if not states:
            return RequestState.OPEN
        least = min(states, key=_LEAST_FIRST.index)
        begun = states - {RequestState.OPEN, RequestState.CANCELLED, RequestState.CLOSED}
        return RequestState.PARTIAL if least is RequestState.OPEN and begun else least

    def item(self, key: str) -> RequestItem:
        """Return the item of this key, or raise `InvalidInputError`."""
        found = next((item for item in self.items if item.key == key), None)
        if found is None:
            raise InvalidInputError("item", "is not among what was asked for")
        return found

    def text_in(self, locale: str | None) -> RequestText:
        """Return the words in this language, or the plain ones."""
        if locale is None:
            return self.text
        return self.texts.get(locale) or self.texts.get(locale.split("-")[0], self.text)


class TemplateKeys:
    """The queryable keys of `RequestTemplate`."""

    CASE_TYPE = "case_type"
    NAME = "name"


def template_id(name: str) -> str:
    """Return the id of the one template of this name."""
    return deterministic_id("request-template", name)


@attrs.frozen(kw_only=True)
class RequestTemplate:
    """
    A request to be made again and again.

    Attributes:
        tenant: Where.
        name: What it is called in programs, a slug such as ``"new-client"``; unique in the tenant.
        title: What staff call it.
        case_type: The type of case that it is meant for, in the host's own words; None for every type.
        items: What is asked for.
        text: Its words; None for the house's own, in the contact's language.
        texts: Its words in other languages, by language.
        due_days: How many days contacts have; None for no date.
        changed_at: When it was last saved.
    """

    tenant: TenantId
    name: str
    title: str
    case_type: str | None = None
    items: tuple[RequestItem, ...]
    text: RequestText | None = None
    texts: Mapping[str, RequestText] = attrs.field(factory=dict[str, RequestText])
    due_days: int | None = None
    changed_at: datetime

    def __attrs_post_init__(self) -> None:
        checks.slug("name", self.name)
        checks.title("title", self.title)
        if self.case_type is not None:
            checks.title("case_type", self.case_type)
        if self.due_days is not None:
            checks.whole("due_days", self.due_days, 1, _MOST_DAYS)

    @property
    def id(self) -> str:
        """The id of its row."""
        return template_id(self.name)
