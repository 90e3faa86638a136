"""
Finds out where in a host's application the portal is mounted, from what ASGI tells about a path.

A server tells the path as it came, and a ``root_path`` that should begin it. Routers differ in what
they pass on: Starlette and FastAPI add their mount to ``root_path`` and leave the path whole; others
cut the path and leave ``root_path`` alone; Litestar also tidies the slashes of what it cut. A proxy
that removes a prefix of which the server is told leaves a path that ``root_path`` does not begin.
"""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

__all__ = ["place_of"]

_SEGMENT: Final = re.compile(r"[^/]+")


def place_of(path: str, raw_path: bytes | None, root_path: str) -> tuple[str, str | None]:
    """
    Return the path below the mount, and the mount as the browser sees it, both decoded; None for an unknown mount.

    Args:
        path: As the scope has it.
        raw_path: The whole path as it came, which no router touches; None from servers that do not tell.
        root_path: As the scope has it.
    """
    outer = root_path.rstrip("/")
    whole = path if raw_path is None else unquote_to_bytes(raw_path).decode("utf-8", "replace")
    below = _beneath(path, outer)
    if not whole.endswith(below):
        below = _as_it_came(whole, below)
    below = below if below.startswith("/") else f"/{below}"
    mount = whole.rstrip("/") if below == "/" else whole.removesuffix(below)
    if mount == whole:  # the path was rewritten, and what it was says nothing
        return below, outer or None
    if _begins(mount, outer):
        return below, mount.rstrip("/")
    return below, outer if outer.endswith(mount) else outer + mount


def _beneath(path: str, outer: str) -> str:
    """Cut what begins the path: all of the root path, or its end where a proxy removed the rest."""
    start = 0
    while start >= 0 and outer:
        end = outer[start:]
        if _begins(path, end):
            return path[len(end) :]
        start = outer.find("/", start + 1)
    return path


def _begins(path: str, mount: str) -> bool:
    return path.startswith(mount) and path[len(mount) : len(mount) + 1] in {"", "/"}


def _as_it_came(whole: str, tidied: str) -> str:
    """Return the end of the whole path of which a router made a tidied one, or that, when it made something else."""
    segments, kept = list(_SEGMENT.finditer(whole)), _SEGMENT.findall(tidied)
    first = len(segments) - len(kept)
    if first < 0 or [segment[0] for segment in segments[first:]] != kept:
        return tidied
    return whole[segments[first - 1].end() :] if first else whole
