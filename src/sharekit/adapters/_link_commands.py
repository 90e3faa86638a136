"""
What the command lines of the frameworks have in common: how a link is listed, and what a resource is named by.
"""

from sharekit.errors import InvalidInputError
from sharekit.kit import Sharekit
from sharekit.records.catalog import ResourceRef
from sharekit.records.links import ReadLink

__all__ = ["declared", "line"]


def declared(kit: Sharekit, kind: str, id_: str) -> ResourceRef:
    """
    Return the reference to a resource of a declared kind.

    A mistyped kind has no links, which would look as if all had been revoked.

    Raises:
        InvalidInputError: The kind was not declared, or the id is malformed.
    """
    if kind not in kit.kinds:
        raise InvalidInputError("kind", f"{kind!r} is not among {', '.join(kit.kinds)}")
    return ResourceRef(kind, id_)


def line(link: ReadLink) -> str:
    """Return what a list says of a link."""
    ends = link.expires_at.isoformat(timespec="minutes") if link.expires_at else "never"
    uses = f"{link.uses}/{link.max_uses}" if link.max_uses else str(link.uses)
    shown = ",".join(sorted(link.sections))
    return f"{link.id}  {link.state:9}  ends {ends}  uses {uses}  views {link.views}  {shown}"
