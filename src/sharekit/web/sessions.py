"""
The cookie that carries the session of a contact who came into the portal.
"""

from typing import Final

import attrs

from sharekit.web.messages import WebRequest

__all__ = ["SessionCookie"]

_IDLE_SECONDS: Final = 12 * 60 * 60  # as long as a ticket is good without being renewed


@attrs.frozen
class SessionCookie:
    """
    Reads and writes the cookie; its value is the ticket of a `PortalSession`.

    Attributes:
        secure: Whether it travels by HTTPS alone and is bound to exactly this host.
    """

    secure: bool

    @property
    def name(self) -> str:
        """The name of the cookie."""
        return "__Host-sharekit-portal" if self.secure else "sharekit-portal"

    def ticket(self, request: WebRequest) -> str | None:
        """Return the ticket that the browser sent, or None."""
        return request.cookies.get(self.name) or None

    def carry(self, ticket: str) -> tuple[str, str]:
        """Return the header that keeps a ticket, for as long as it is good."""
        return self._set(ticket, _IDLE_SECONDS)

    def forget(self) -> tuple[str, str]:
        """Return the header that makes the browser forget the ticket."""
        return self._set("", 0)

    def _set(self, value: str, seconds: int) -> tuple[str, str]:
        secure = "; Secure" if self.secure else ""
        return "Set-Cookie", f"{self.name}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax{secure}"
