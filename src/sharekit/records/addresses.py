"""
Mail addresses as they are compared and as servers know them.
"""

import re
import unicodedata
from typing import Final

from sharekit.errors import InvalidInputError

__all__ = ["ascii_address", "ascii_domain", "domain_of", "folded_address"]

_MAX_LOCAL: Final = 64
_NAME: Final = re.compile(r"[a-z0-9._\[\]:-]+")
# The older rules for domains, which the standard library has, take these for other letters.
_KEPT_LETTERS: Final = frozenset("\u00df\u03c2\u200c\u200d")


def ascii_domain(domain: str) -> str | None:
    """Return a domain in ASCII and lower case, or None when it cannot be one."""
    name = unicodedata.normalize("NFC", domain.strip().rstrip(".").lower())
    try:
        plain = ".".join(map(_ascii_label, name.split(".")))
    except UnicodeError:
        return None
    return plain if _NAME.fullmatch(plain) else None


def ascii_address(address: str) -> str:
    """
    Return an address with its domain in ASCII; its local part stays as it is.

    Raises:
        InvalidInputError: The domain cannot be written, or the local part is too long.
    """
    local, _, domain = address.rpartition("@")
    plain = ascii_domain(domain)
    if plain is None:
        raise InvalidInputError("address", "has a domain that cannot be written in ASCII")
    if len(local.encode("utf-8")) > _MAX_LOCAL:
        raise InvalidInputError("address", f"has more than {_MAX_LOCAL} octets before the @")
    return f"{local}@{plain}"


def domain_of(address: str) -> str:
    """Return the domain of an address in ASCII and lower case, or nothing."""
    return ascii_domain(address.rpartition("@")[2]) or ""


def folded_address(address: str) -> str:
    """Return an address as it is compared: in lower case, its domain in ASCII. Different people stay different."""
    local, _, domain = address.strip().rpartition("@")
    return f"{local.lower()}@{ascii_domain(domain) or domain.lower()}"


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label
    if _KEPT_LETTERS & set(label):
        return "xn--" + label.encode("punycode").decode("ascii")
    return label.encode("idna").decode("ascii").lower()
