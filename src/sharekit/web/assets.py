"""
Our own style sheets and scripts, for clients and for staff: the only files that the portal serves.
"""

import hashlib
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Final

import attrs

from sharekit.web.theme import theme_css

__all__ = ["Asset", "load_assets"]

_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_FILES: Final = ("portal.css", "portal.js", "staff.css", "staff.js", "upload.js")


@attrs.frozen
class Asset:
    """
    One file.

    Attributes:
        name: The last part of its address.
        body: Its bytes.
        version: A digest of the bytes; in the query of the address it lets browsers keep the file for good.
    """

    name: str
    body: bytes = attrs.field(repr=False)
    version: str

    @property
    def content_type(self) -> str:
        """The value of its ``Content-Type``."""
        return _TYPES[self.name[self.name.rindex(".") :]]


def load_assets(accent: str | None) -> Mapping[str, Asset]:
    """Return the files by name: ours, and the colours of the host when it chose an accent."""
    folder = resources.files("sharekit.web") / "static"
    bodies = {name: (folder / name).read_bytes() for name in _FILES}
    if accent is not None:
        bodies["theme.css"] = theme_css(accent).encode()
    return MappingProxyType(
        {name: Asset(name, body, hashlib.sha256(body).hexdigest()[:12]) for name, body in bodies.items()}
    )
