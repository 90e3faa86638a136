"""
What sharekit needs to call a webhook: something that sends one POST, and goes nowhere that it must not.
"""

from collections.abc import Mapping
from typing import Protocol

__all__ = ["WebhookCaller"]


class WebhookCaller(Protocol):
    """
    Something that calls addresses that staff gave.

    Laws:

    - W1: when `call` returns, the address answered with a status from 200 to 299.
    - W2: a failure that may pass raises `TemporaryDeliveryError`, and one that will not raises
      `PermanentDeliveryError`, with ``recipient=True`` when the address says that it is gone (410). Exceptions of
      its own never escape; they are the ``__cause__``.
    - W3: it goes to no address of a private network, of this machine or of a provider's own services, unless its
      maker allowed that; by name, after a redirect, and when a name is resolved anew alike.
    - W4: it returns within a time that it states, reads no more of the answer than it must, and does not call the kit.
    - W5: several threads may call at once.
    - W6: neither its log nor its exceptions hold the body or the headers.

    `sharekit.testing.WebhookCallerContract` has a test for each.
    """

    def call(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Send one POST."""
        ...
