"""
The cookie that carries a visit to a redeemed link.

Each link has a cookie of its own, so that several can be open in one browser. Cookie and address
are named by a public digest; the ticket is in the cookie alone.
"""

import re
from typing import Final

import attrs

from sharekit.ids import deterministic_id
from sharekit.web.messages import WebRequest

__all__ = ["VisitCookies", "handle_of"]

_IDLE_SECONDS: Final = 30 * 60  # as long as a ticket is good without being renewed
_HANDLE_LENGTH: Final = 20  # 80 bits: two links in one browser do not share a handle
_HANDLE: Final = re.compile(rf"[0-9a-f]{{{_HANDLE_LENGTH}}}")


def handle_of(token: str) -> str:
    """Return the public name of the visit that begins with a token; the token cannot be found from it."""
    return deterministic_id("sharekit.visit", token)[:_HANDLE_LENGTH]


@attrs.frozen
class VisitCookies:
    """
    Reads and writes the cookies.

    Attributes:
        secure: Whether they travel by HTTPS alone and are bound to exactly this host.
    """

    secure: bool

    def name(self, handle: str) -> str:
        """Return the name of the cookie of a visit."""
        return f"__Host-sharekit-{handle}" if self.secure else f"sharekit-{handle}"

    def ticket(self, request: WebRequest, handle: str) -> str | None:
        """Return the ticket that the browser sent, or None; for what is no handle at all, never one."""
        if _HANDLE.fullmatch(handle) is None:  # it comes from the address, and would name a cookie
            return None
        return request.cookies.get(self.name(handle)) or None

    def carry(self, handle: str, ticket: str) -> tuple[str, str]:
        """Return the header that keeps a ticket, for as long as it is good."""
        secure = "; Secure" if self.secure else ""
        return (
            "Set-Cookie",
            f"{self.name(handle)}={ticket}; Max-Age={_IDLE_SECONDS}; Path=/; HttpOnly; SameSite=Lax{secure}",
        )
