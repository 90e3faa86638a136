"""
What people outside hold for a thing besides its links: upload pages, and addresses to which they answer.
"""

import attrs

from sharekit.codec.kinds_of_conversations import CONVERSATION
from sharekit.codec.kinds_of_mail import REPLY_ADDRESS
from sharekit.codec.kinds_of_requests import DOCUMENT_REQUEST
from sharekit.features._request_facts import recipients_of, request_facts
from sharekit.features._unit import Unit, Wiring
from sharekit.ports import Eq, OrderBy
from sharekit.records.catalog import CatalogEntry
from sharekit.records.conversations import ConversationKeys
from sharekit.records.explanations import Correspondent
from sharekit.records.held_mail import ReplyAddressKeys
from sharekit.records.parties import Contact, parse_party
from sharekit.records.requests import DocumentRequest, RequestKeys

__all__ = ["correspondents_on", "requests_on"]


def requests_on(wiring: Wiring, unit: Unit, entry: CatalogEntry) -> tuple[DocumentRequest, ...]:
    """Return the requests about a thing whose upload pages are there, each with those for whom they are."""
    about = Eq(RequestKeys.RESOURCE, entry.id)
    found = unit.find(DOCUMENT_REQUEST, about, order=OrderBy(RequestKeys.CREATED_AT, descending=True))
    asked = [
        attrs.evolve(
            request,
            recipients=tuple(
                each
                for each in recipients_of(unit, request.id)
                if request_facts(wiring, unit, each, each.generation).refusal is None
            ),
        )
        for request in found
    ]
    return tuple(request for request in asked if request.recipients)


def correspondents_on(unit: Unit, entry: CatalogEntry) -> tuple[Correspondent, ...]:
    """Return who has an address that takes answers to a conversation about a thing."""
    talks = unit.find(CONVERSATION, Eq(ConversationKeys.NODE, entry.node))
    found: list[Correspondent] = []
    for talk in talks:
        for address in unit.find(REPLY_ADDRESS, Eq(ReplyAddressKeys.CONVERSATION, talk.id)):
            party = parse_party(address.party)
            if isinstance(party, Contact) and address.revoked_at is None and unit.now < address.expires_at:
                found.append(Correspondent(party=party, conversation=talk.id, until=address.expires_at))
    return tuple(found)
