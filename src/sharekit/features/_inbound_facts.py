"""
Gathers what decides about a mail that came in (R-MAIL-1 to R-MAIL-4).
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import attrs

from sharekit.codec.kinds_of_conversations import CONVERSATION, MESSAGE
from sharekit.codec.kinds_of_mail import HELD_MAIL, REPLY_ADDRESS
from sharekit.errors import ConfigurationError, InvalidInputError, InvalidTokenError
from sharekit.features._conversation_facts import reader_of, standing_in
from sharekit.features._parties import contact_of
from sharekit.features._reaching import plan_of
from sharekit.features._readers import reader_of as addressee_of
from sharekit.features._unit import Unit, Wiring
from sharekit.policies.conversations import judge_talk
from sharekit.policies.mail import MAX_ACCEPTED_AN_HOUR
from sharekit.ports import AllOf, Eq, IsNull, MailReader, Not, Range, SupportsTenants
from sharekit.records.catalog import Audience
from sharekit.records.conversations import Conversation, MessageKeys
from sharekit.records.held_mail import ReplyAddress, held_mail_id
from sharekit.records.mail import InboundMail, ReplyFacts, ReplyPerson
from sharekit.records.parties import Contact, Staff, parse_party
from sharekit.tokens import Claims

__all__ = ["Case", "addresses_behind", "case_of", "genuine", "in_tenant", "inbox_of", "mail_id_of", "person_at"]

_MOST_CODES: Final = 20
_AN_HOUR: Final = timedelta(hours=1)
_KEY: Final = 255


@attrs.frozen(kw_only=True)
class Case:
    """
    A mail, and what is known of it.

    Attributes:
        facts: What the verdict goes by.
        address: The address of ours that it came to, or None.
        conversation: In which it would be posted, or None.
        author: Who is taken to have written it, if it is accepted, or None.
    """

    facts: ReplyFacts
    address: ReplyAddress | None = None
    conversation: Conversation | None = None
    author: Contact | Staff | None = None


def inbox_of(wiring: Wiring) -> MailReader:
    """Return what reads mail, or raise `ConfigurationError` when the kit was given nothing."""
    if wiring.inbox is None:
        raise ConfigurationError("inbox", "needs a sharekit.mail.inbox.MailInbox to take mail in")
    return wiring.inbox


def genuine(wiring: Wiring, codes: Sequence[str]) -> list[Claims]:
    """Return what those of some reply codes say that are signed by us, whichever tenant they are of."""
    tenants = wiring.records.tenants(REPLY_ADDRESS.name) if codes else ()
    found: list[Claims] = []
    for code in codes[:_MOST_CODES]:
        try:
            found.append(wiring.seals.unseal_reply(code, among=tenants))
        except InvalidTokenError:
            continue
    return found


def in_tenant(wiring: Wiring, claims: Claims) -> Wiring:
    """Return this wiring in the tenant of a reply code."""
    if claims.tenant == wiring.tenant:
        return wiring
    directory: object = wiring.directory
    if isinstance(directory, SupportsTenants):
        return attrs.evolve(wiring, tenant=claims.tenant, directory=directory.for_tenant(claims.tenant))
    return attrs.evolve(wiring, tenant=claims.tenant)


def mail_id_of(mail: InboundMail) -> str:
    """Return the Message-ID of a mail, or what stands for one."""
    return mail.message_id or f"<{mail.digest}@nowhere.invalid>"


def case_of(wiring: Wiring, unit: Unit, mail: InboundMail, claims: Sequence[Claims]) -> Case:
    """
    Return what is known of a mail now.

    Args:
        wiring: In the tenant of the first of the claims.
        unit: A transaction in that tenant.
        mail: The mail.
        claims: What its genuine reply codes say.
    """
    inbox = inbox_of(wiring)
    facts = ReplyFacts(
        mail=mail,
        people=(),
        now=unit.now,
        own_addresses=inbox.own_addresses,
        proof_needed=inbox.proof_needed,
    )
    ours = [each.id for each in claims if each.tenant == unit.tenant]
    known = [(address, person_at(wiring, unit, address)) for address in unit.get_many(REPLY_ADDRESS, ours)]
    there = [(address, found) for address, found in known if found is not None]
    if not there:
        return Case(facts=facts)
    address, (author, conversation, person) = there[0]
    # An address of another tenant makes it unclear for whom a mail is, and that is all that it says here.
    others = len(claims) - len(ours)
    return Case(
        facts=attrs.evolve(
            facts,
            people=(*(found[2] for _, found in there), *(person for _ in range(others))),
            seen_before=_seen(unit, mail, address, conversation, author.key),
            accepted_lately=_accepted(unit, author.key),
        ),
        address=address,
        conversation=conversation,
        author=author,
    )


def person_at(
    wiring: Wiring, unit: Unit, address: ReplyAddress
) -> tuple[Contact | Staff, Conversation, ReplyPerson] | None:
    """Return whom an address stands for, and where, as they are now; None when it stands for no conversation."""
    conversation = None if address.conversation is None else unit.get(CONVERSATION, address.conversation)
    try:
        party = parse_party(address.party)
    except InvalidInputError:
        return None
    if conversation is None or not isinstance(party, Contact | Staff):
        return None
    author, addresses, active = (
        _contact(wiring, unit, party) if isinstance(party, Contact) else _staff(wiring, unit, party)
    )
    standing = standing_in(wiring, unit, reader_of(wiring, unit, author), conversation)
    person = ReplyPerson(
        addresses=addresses,
        staff=isinstance(author, Staff),
        active=active,
        may_write=judge_talk(standing).allowed,
        open=conversation.is_open,
        expires_at=address.expires_at,
        revoked=address.revoked_at is not None,
        planned=address.audience is Audience.INTERNAL or plan_of(wiring).allowed,
    )
    return author, conversation, person


def addresses_behind(wiring: Wiring, unit: Unit, party: str) -> tuple[str, ...]:
    """Return the mail addresses of a contact or a member of staff now."""
    found = parse_party(party)
    if isinstance(found, Contact):
        return _contact(wiring, unit, found)[1]
    return _staff(wiring, unit, found)[1] if isinstance(found, Staff) else ()


def _contact(wiring: Wiring, unit: Unit, contact: Contact) -> tuple[Contact, tuple[str, ...], bool]:
    profile = contact_of(wiring, unit, contact.id)
    if profile is not None and profile.merged_into is not None:
        contact = Contact(profile.merged_into.id)
        profile = contact_of(wiring, unit, contact.id)
    if profile is None:
        return contact, (), False
    return Contact(contact.id), (profile.email,), profile.active and profile.merged_into is None


def _staff(wiring: Wiring, unit: Unit, staff: Staff) -> tuple[Staff, tuple[str, ...], bool]:
    found = addressee_of(wiring, unit, staff.key)  # nobody who was deactivated, here or by the host
    emails = () if found is None or found.email is None else (found.email,)
    return Staff(staff.id), emails, found is not None


def _seen(unit: Unit, mail: InboundMail, address: ReplyAddress, conversation: Conversation, author: str) -> bool:
    if unit.get(HELD_MAIL, held_mail_id(unit.tenant, address.id, mail.digest)) is not None:
        return True
    mail_id = mail_id_of(mail)
    where = AllOf((Eq(MessageKeys.MAIL_ID, mail_id[:_KEY]), Eq(MessageKeys.CONVERSATION, conversation.id)))
    return any(each.mail_id == mail_id and each.author == author for each in unit.find(MESSAGE, where))


def _accepted(unit: Unit, party: str) -> int:
    by_mail = Not(IsNull(MessageKeys.MAIL_ID))
    lately = Range(MessageKeys.AT, above=unit.now - _AN_HOUR)
    return unit.count(MESSAGE, AllOf((Eq(MessageKeys.AUTHOR, party), lately, by_mail)), MAX_ACCEPTED_AN_HOUR)
