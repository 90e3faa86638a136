"""An office whose clients answer by mail."""

from collections.abc import Sequence
from email.message import EmailMessage
from typing import Final

import attrs

from sharekit import Audience, Contact, ContactProfile, Principal, ResourceRef, Sharekit, Staff
from sharekit.features._reply_addresses import reply_code
from sharekit.mail.addresses import reply_address
from sharekit.mail.authentication import Trust
from sharekit.mail.inbox import MailInbox
from sharekit.records.conversations import Conversation
from sharekit.testing import FrozenClock, kit

SERVER: Final = "mx.studio.example"
DOMAIN: Final = "in.studio.example"
WEBHOOK_KEY: Final = b"a key of thirty-two bytes or more"
PROJECT: Final = ResourceRef("project", "42")
INBOX: Final = MailInbox(
    trust=Trust(servers={SERVER}), own_addresses={"portal@studio.example"}, webhook_keys=[WEBHOOK_KEY]
)


@attrs.frozen(kw_only=True)
class Office:
    """A kit with one conversation between Maria and Ana."""

    kit: Sharekit
    clock: FrozenClock
    maria: Staff
    ana: ContactProfile
    talk: Conversation

    def address(
        self, who: Principal | None = None, *, audience: Audience = Audience.CLIENT, reports: bool = False
    ) -> str:
        """Return the address to which somebody replies, Ana unless told otherwise; or where reports come about them."""
        wiring = self.kit._wiring
        key = (who or Contact(self.ana.id)).key
        talk = None if reports else self.talk.id
        code = wiring.write(lambda unit: reply_code(wiring, unit, party=key, conversation=talk, audience=audience))
        return reply_address(code, DOMAIN)

    def texts(self, by: Principal | None = None) -> list[str]:
        """Return what somebody reads in the conversation, Maria unless told otherwise."""
        return [view.text for view in self.kit.conversations.thread(self.talk.id, by=by or self.maria).messages]


def office(made: Sharekit | None = None, *, about: bool = False) -> Office:
    """Return an office in memory, or with this kit, whose clock is not asked for then; it can talk about a project."""
    clock = FrozenClock()
    ours = made or kit(clock=clock, inbox=INBOX)
    maria = Staff("maria")
    ana = ours.people.add_contact("Ana", "ana@acme.example", by=maria)
    if about:
        ours.catalog.put(PROJECT, title="Relaunch", owner=maria, by=maria)
    talk = ours.conversations.start(
        subject="Two drafts", by=maria, with_=[Contact(ana.id)], about=PROJECT if about else None
    )
    return Office(kit=ours, clock=clock, maria=maria, ana=ana, talk=talk)


def mail(  # a mail has many parts
    to: str,
    text: str = "The second one, please.",
    sender: str = "Ana Pereira <ana@acme.example>",
    *,
    dmarc: str | None = "pass",
    message_id: str | None = "<m1@acme.example>",
    files: Sequence[tuple[str, bytes, str]] = (),
    headers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """Return a mail as the office's own server hands it over."""
    made = EmailMessage()
    if dmarc is not None:
        domain = sender.rpartition("@")[2].strip("> ")
        made["Authentication-Results"] = f"{SERVER}; dmarc={dmarc} header.from={domain}"
    made["From"] = sender
    made["To"] = to
    made["Subject"] = "Re: Two drafts"
    if message_id is not None:
        made["Message-ID"] = message_id
    for name, value in headers:
        made[name] = value
    made.set_content(text + "\n\nOn Mon, Mar 2, 2026 at 9:30 AM Studio <portal@studio.example> wrote:\n> Which?\n")
    for name, content, kind in files:
        maintype, _, subtype = kind.partition("/")
        made.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    return made.as_bytes()
