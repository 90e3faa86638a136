"""
What the stories of notices have in common: an agency whose letters are kept, so that they can be read.
"""

from datetime import timedelta
from typing import Any, Final

import attrs

from sharekit import Contact, Sharekit, Staff
from sharekit.backends.memory import MemoryRecordStore
from sharekit.backends.outbox import MemoryOutbox
from sharekit.mail.writing import LetterWriter
from sharekit.ports import Letter, Mailbox, RecordStore
from sharekit.records.parties import System
from sharekit.relay import Post, RelayReport
from sharekit.testing import FrozenClock, kit, project_kind

KEY: Final = b"0123456789abcdef0123456789abcdef"
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
WRITER: Final = LetterWriter(site_name="Studio")


@attrs.frozen(kw_only=True)
class Mailroom:
    """
    An agency with one project of Maria's, and letters that are kept.

    Attributes:
        kit: Its kit.
        records: Its store.
        clock: Its clock.
        outbox: Where letters go.
    """

    kit: Sharekit
    records: RecordStore
    clock: FrozenClock
    outbox: MemoryOutbox
    maria: Staff = Staff("maria")
    root: System = System("setup")

    def run(self, after: timedelta = 3 * MINUTE) -> RelayReport:
        """Wait a little, longer than letters wait for more of the same, and run the relay."""
        self.clock.advance(after)
        return self.kit.relay.run_once()

    def letters(self, to: str | None = None) -> list[Letter]:
        """Return the letters that were sent, or those to one address, in their order."""
        return [letter for letter, _ in self.outbox.sent if to is None or letter.recipient.address == to]

    def person(self, name: str, **options: Any) -> Contact:  # noqa: ANN401  # each story passes others
        """Add a contact with an address made of the name."""
        return self.kit.people.add_contact(name, f"{name.lower()}@acme.test", by=self.maria, **options)


# Any: what a kit and a post take.
def mailroom(records: RecordStore | None = None, *, post: dict[str, Any] | None = None, **options: Any) -> Mailroom:  # noqa: ANN401
    """Return an agency; each part of its kit and its post can be replaced."""
    store, clock, outbox = records or MemoryRecordStore(), FrozenClock(), MemoryOutbox()
    parts: dict[str, Any] = {
        "writer": WRITER,
        "sender": Mailbox("portal@studio.test", "Studio"),
        "pages": "https://studio.test/portal",
    }
    chosen: dict[str, Any] = {
        "records": store,
        "clock": clock,
        "secret_keys": [KEY],
        "kinds": [project_kind()],
        "notifier": outbox,
        "post": Post(**(parts | (post or {}))),
    }
    room = Mailroom(kit=kit(**(chosen | options)), records=store, clock=clock, outbox=outbox)
    room.kit.people.add_staff(room.maria, name="Maria", by=room.root, email="maria@studio.test")
    return room
