"""
Secrets of this installation, made on the first start.
"""

import os
import secrets
from pathlib import Path

__all__ = ["key_in"]


def key_in(file: Path) -> str:
    """Return the key that a file holds, which only its owner may read; the first call makes it."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text("ascii")
    key = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(key)
    return key
