"""
Webhooks: addresses of the host's other systems that are told what happens.
"""

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import attrs

from sharekit.errors import InvalidInputError
from sharekit.ids import TenantId
from sharekit.records import checks

__all__ = ["Webhook", "WebhookKeys", "check_webhook_url"]

_LONGEST: Final = 2000


class WebhookKeys:
    """The queryable keys of `Webhook`."""

    ACTIVE = "active"
    CREATED_AT = "created_at"


def check_webhook_url(url: object) -> None:
    """Refuse anything but a whole http or https address without a name, a password and a fragment."""
    checks.text("url", url)
    text = str(url)
    if len(text) > _LONGEST or not text.isascii() or not text.isprintable() or " " in text:
        raise InvalidInputError("url", f"needs at most {_LONGEST} printable ASCII characters")
    try:
        parts = urlsplit(text)
        fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise InvalidInputError("url", "needs an http or https address") from error
    if not fine or parts.username is not None or parts.password is not None or parts.fragment:
        raise InvalidInputError("url", "needs an http or https address without a name, a password and a fragment")


@attrs.frozen(kw_only=True)
class Webhook:
    """
    One address that is told what happens. Its secret is made of its id and the kit's key, and never stored.

    Attributes:
        tenant: Where.
        id: Random, 168 bits.
        url: Where events are sent.
        events: The names of the events; empty for every one that anybody can be notified of.
        generation: Raised when its secret changes.
        rotated_at: When its secret changed last, or None; the one before signs along for a day.
        active: Whether it is told anything.
        created_at: When it was made.
        created_by: The party key of who made it.
    """

    tenant: TenantId
    id: str = attrs.field(repr=lambda id_: f"{id_[:4]}...")
    url: str
    events: frozenset[str] = frozenset()
    generation: int = 1
    rotated_at: datetime | None = None
    active: bool = True
    created_at: datetime
    created_by: str

    def __attrs_post_init__(self) -> None:
        check_webhook_url(self.url)

    def hears(self, event: str) -> bool:
        """Say whether it is told of events of this name."""
        return self.active and (not self.events or event in self.events)
