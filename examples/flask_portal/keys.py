"""
Secrets of this installation, made on the first start.
"""

import os
import secrets
from pathlib import Path

__all__ = ["key_from"]


def key_from(file: Path) -> str:
    """Return the key in a file that only its owner may read, and make it when there is none."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text("ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(secrets.token_urlsafe(48))
    return file.read_text("ascii")
