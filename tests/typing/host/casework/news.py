"""What the firm does when something was shared or taken back."""

from sharekit import signals
from sharekit.records.events import Event, LinkCreated, LinkRevoked

log: list[str] = []


@signals.link_created.connect
def on_created(event: LinkCreated) -> None:
    """Read typed facts."""
    ends = "never" if event.expires_at is None else event.expires_at.isoformat()
    log.append(f"{event.by.key} shared {event.ref.key} ({', '.join(sorted(event.sections))}), ends {ends}")


@signals.link_revoked.connect
def on_revoked(event: LinkRevoked) -> int:
    """Return something, which nobody minds."""
    return len(event.ref.id)


def on_any(event: Event) -> None:
    """Take every event."""
    log.append(event.name)


signals.link_viewed.connect(on_any)
signals.link_viewed.disconnect(on_any)
with signals.contact_added.connected(on_any):
    log.append("listening")
