"""
The secrets of webhooks: made of an id and the kit's key, so that neither the database nor the key alone has them.
"""

import base64
from datetime import datetime, timedelta
from typing import Final

from sharekit.records.webhooks import Webhook
from sharekit.tokens import Purpose, Seals

__all__ = ["secret_text", "secrets_of"]

_OVERLAP: Final = timedelta(days=1)
_PREFIX: Final = "whsec_"


def secrets_of(seals: Seals, webhook: Webhook, now: datetime) -> tuple[bytes, ...]:
    """
    Return every secret that signs a call now, the one that is shown first.

    For a day after a secret changed, the one before signs too; and as long as an older key of the kit is good,
    so are the secrets that are made of it.
    """
    generations = [webhook.generation]
    if webhook.rotated_at is not None and now < webhook.rotated_at + _OVERLAP:
        generations.append(webhook.generation - 1)
    return tuple(secret for each in generations for secret in _derived(seals, webhook, each))


def secret_text(seals: Seals, webhook: Webhook) -> str:
    """Return the secret as receivers are given it."""
    return _PREFIX + base64.b64encode(_derived(seals, webhook, webhook.generation)[0]).decode("ascii")


def _derived(seals: Seals, webhook: Webhook, generation: int) -> tuple[bytes, ...]:
    return seals.derive(Purpose.WEBHOOK, webhook.tenant, webhook.id, str(generation))
