"""Mail that nobody can prove, as it comes to an example."""

from sharekit import Contact, Sharekit
from sharekit.features._reply_addresses import reply_code
from sharekit.ids import ConversationId
from sharekit.mail.addresses import reply_address
from tests.features._mail import DOMAIN, mail

__all__ = ["bring"]


def bring(kit: Sharekit, sender: str, talk: str, text: str) -> str:
    """Take in what somebody answers to a letter, from a server that could not tell who sent it; return the verdict."""
    person, wiring = kit.people.find(sender), kit._wiring
    assert person is not None
    party = Contact(person.id).key
    code = wiring.write(lambda unit: reply_code(wiring, unit, party=party, conversation=ConversationId(talk)))
    raw = mail(reply_address(code, DOMAIN), text, f"Somebody <{sender}>", dmarc="fail")
    return str(kit.conversations.receive_email(raw).verdict)
