"""
The headers of every response, in one place (requirements, section 5).
"""

from typing import Final

__all__ = ["ASSET_HEADERS", "BYTES_HEADERS", "PAGE_HEADERS", "SECURITY_HEADERS"]

# Everything a page may load comes from the portal itself; nothing runs or styles inline.
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

# An empty header says nothing to a browser: each feature gets an empty list.
_FEATURES: Final = (
    "accelerometer",
    "camera",
    "display-capture",
    "encrypted-media",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "publickey-credentials-get",
    "screen-wake-lock",
    "usb",
    "xr-spatial-tracking",
)

SECURITY_HEADERS: Final = (
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", ", ".join(f"{feature}=()" for feature in _FEATURES)),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Robots-Tag", "noindex, nofollow, noarchive"),
)
"""What every response has, whatever it says."""

PAGE_HEADERS: Final = (
    ("Cache-Control", "private, no-store"),
    ("Vary", "Accept-Language, Cookie, Authorization"),
    *SECURITY_HEADERS,
)
"""What every response has that depends on who asks: pages, refusals, redirects."""

ASSET_HEADERS: Final = SECURITY_HEADERS
"""What our own style sheet and script have besides their ``Cache-Control``."""

BYTES_HEADERS: Final = (
    ("Cache-Control", "private, no-store"),
    ("Vary", "Cookie, Authorization"),
    (
        "Content-Security-Policy",
        "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    *((name, value) for name, value in SECURITY_HEADERS if name != "Content-Security-Policy"),
)
"""What every response has that carries the bytes of somebody's file, or speaks of them: nothing in them runs."""
