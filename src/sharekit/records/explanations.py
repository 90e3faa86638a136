"""
Explanations: why somebody may see a thing or not, and who may.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from sharekit.ids import ConversationId
from sharekit.records.catalog import ResourceRef
from sharekit.records.decisions import Decision
from sharekit.records.grants import Access, Grant
from sharekit.records.links import ReadLink
from sharekit.records.parties import Contact, Organization
from sharekit.records.requests import DocumentRequest

__all__ = [
    "Cause",
    "Correspondent",
    "Explanation",
    "NearMiss",
    "Onlooker",
    "Onlookers",
    "OtherOnlooker",
    "OtherOnlookers",
]


@attrs.frozen(kw_only=True)
class Cause:
    """
    One thing that speaks for access.

    Attributes:
        reason: A stable slug, such as ``"in-shared-project"``.
        access: What it lets its reader do.
        grant: The grant that it rests on, or None.
        wording: What the host says of it, by language, where it is a predicate of the host's.
    """

    reason: str
    access: Access | None = None
    grant: Grant | None = None
    wording: Mapping[str, str] = MappingProxyType({})


@attrs.frozen(kw_only=True)
class NearMiss:
    """
    A grant that does not count, or a predicate of the host's that stands in the way.

    Attributes:
        reason: Why not, as a stable slug, such as ``"grant-expired"``.
        grant: The grant; None for a predicate.
        wording: What the host says of it, by language, where it is a predicate of the host's.
    """

    reason: str
    grant: Grant | None = None
    wording: Mapping[str, str] = MappingProxyType({})


@attrs.frozen(kw_only=True)
class Explanation:
    """
    A decision with everything that it rests on; for staff, never for the client.

    Attributes:
        decision: What `Access.decide` says.
        causes: What speaks for access, the strongest first.
        near_misses: What nearly would, the nearest first.
    """

    decision: Decision
    causes: tuple[Cause, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()

    def __bool__(self) -> bool:
        return self.decision.allowed


@attrs.frozen(kw_only=True)
class Onlooker:
    """
    A contact or an organisation that can see a thing.

    Attributes:
        party: Who. An organisation stands for those of its members for whom its grants count.
        ref: What they were let into: the thing itself, or something that it lies in.
        causes: Why they can.
    """

    party: Contact | Organization
    ref: ResourceRef
    causes: tuple[Cause, ...]


@attrs.frozen(kw_only=True)
class Correspondent:
    """
    Somebody outside who can answer by mail in a conversation.

    Attributes:
        party: Who.
        conversation: Where the answer is posted, if they may write there then.
        until: When the address takes no more; each letter that names it puts that off.
    """

    party: Contact
    conversation: ConversationId
    until: datetime


@attrs.frozen(kw_only=True)
class Onlookers:
    """
    Everybody outside who can see a thing now, and what else they hold for it (R-LINK-8).

    Attributes:
        parties: Contacts and organisations.
        links: The read links that open now.
        requests: The requests for documents whose upload pages are there, each with those for whom they are.
            Such a page shows what was asked and what its reader sent, and nothing else of the thing.
        correspondents: Who can answer by mail in a conversation about the thing.
    """

    parties: tuple[Onlooker, ...]
    links: tuple[ReadLink, ...]
    requests: tuple[DocumentRequest, ...] = ()
    correspondents: tuple[Correspondent, ...] = ()


@attrs.frozen(kw_only=True)
class OtherOnlooker:
    """
    Somebody who can see a thing, as another client is told of them: by name, and by nothing else.

    Attributes:
        name: The name of a contact or an organisation.
        is_organization: Whether it is one.
        is_own: Whether it is an organisation of the reader's.
    """

    name: str
    is_organization: bool
    is_own: bool = False


@attrs.frozen(kw_only=True)
class OtherOnlookers:
    """
    Who else sees a thing, for a client who sees it.

    Attributes:
        told: Whether clients are told that of things of this kind; if not, nobody is named.
        named: Contacts and organisations that see it, by name.
        more: Whether there may be others, who are not named since these are many.
    """

    told: bool
    named: tuple[OtherOnlooker, ...] = ()
    more: bool = False
