"""
Hashing of link passwords with scrypt (RFC 7914) from the standard library (R-LINK-9).
"""

import base64
import hashlib
import hmac
import secrets
import unicodedata

from sharekit.errors import IntegrityError, InvalidInputError
from sharekit.records import checks

__all__ = ["hash_password", "verify_password"]

_LOG_N, _R, _P = 15, 8, 3
_MAX_MEMORY = 64 * 1024 * 1024
_SALT_BYTES = 16
_MAX_PASSWORD = 1024


def hash_password(password: str) -> str:
    """
    Return a salted hash of *password* that `verify_password` understands.

    It costs about 100 milliseconds and 32 MiB, so call it outside transactions.

    Args:
        password: 1 to 1024 characters that are not only spaces; compared in Unicode form NFKC.

    Raises:
        InvalidInputError: The password is empty, too long, or no text.
    """
    checks.text("password", password)
    if not password.strip() or len(password) > _MAX_PASSWORD:
        raise InvalidInputError("password", f"needs 1 to {_MAX_PASSWORD} characters that are not only spaces")
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = _scrypt(password, salt, _LOG_N, _R, _P)
    return f"scrypt${_LOG_N}${_R}${_P}${_text(salt)}${_text(digest)}"


def verify_password(password: str | None, hashed: str) -> bool:
    """
    Say whether *password* is the one that was hashed, in the same time for right and wrong ones.

    Raises:
        IntegrityError: *hashed* was not made by `hash_password`.
    """
    try:
        scheme, log_n, r, p, salt, digest = hashed.split("$")
        if scheme != "scrypt":
            raise ValueError(scheme)
        given = password if password is not None and len(password) <= _MAX_PASSWORD else ""
        found = _scrypt(given, base64.b64decode(salt), int(log_n), int(r), int(p))
        return hmac.compare_digest(found, base64.b64decode(digest))
    except (ValueError, OverflowError, TypeError):
        raise IntegrityError("password hash", "it is not of a known form") from None


def _scrypt(password: str, salt: bytes, log_n: int, r: int, p: int) -> bytes:
    secret = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=1 << log_n, r=r, p=p, maxmem=_MAX_MEMORY, dklen=32)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
