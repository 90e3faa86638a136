"""
Upload policies: what outsiders may send.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

import attrs

from sharekit.errors import InvalidInputError
from sharekit.records import checks
from sharekit.records.file_types import FILE_TYPES, GROUPS, OPT_IN

__all__ = ["MiB", "UploadPolicy"]

# The unit's own spelling.
MiB = 1024 * 1024

_LARGEST = 4096 * MiB
_LONGEST_REASON = 500


def _accepted(given: Collection[str]) -> frozenset[str]:
    checks.names("accept", given)
    for name in given:
        if name in OPT_IN:
            raise InvalidInputError("accept", f"{name!r} needs a reason: allow={{{name!r}: 'why it is needed'}}")
        if name not in GROUPS and name not in FILE_TYPES:
            raise InvalidInputError(
                "accept",
                f"knows no {name!r}; it takes groups ({', '.join(sorted(GROUPS))}) and extensions such as 'pdf'",
            )
    return frozenset(given)


def _allowed(given: Mapping[str, str]) -> Mapping[str, str]:
    if not isinstance(given, Mapping):
        raise InvalidInputError("allow", "needs reasons by extension")
    for extension, reason in given.items():
        if extension not in OPT_IN:
            raise InvalidInputError("allow", f"can only add {', '.join(sorted(OPT_IN))}; other types go into accept=")
        checks.text("allow", reason)
        if not reason.strip() or len(reason) > _LONGEST_REASON:
            raise InvalidInputError("allow", f"needs a reason of 1 to {_LONGEST_REASON} characters for {extension!r}")
    return MappingProxyType(dict(given))


@attrs.frozen(kw_only=True)
class UploadPolicy:
    """
    What outsiders may send (R-UP-6).

    Attributes:
        accept: Groups such as ``"pdf"``, ``"images"`` and ``"documents"``, and single extensions.
        allow: Types that are refused by default, each with the reason why it is needed here.
        max_bytes: The largest file that is taken; a file of exactly so many bytes is.
    """

    accept: frozenset[str] = attrs.field(default=frozenset({"documents", "images"}), converter=_accepted)
    allow: Mapping[str, str] = attrs.field(default=MappingProxyType({}), converter=_allowed, hash=False)
    max_bytes: int = attrs.field(default=20 * MiB)

    def __attrs_post_init__(self) -> None:
        """Refuse a limit that is none, and a policy that takes nothing."""
        checks.whole("max_bytes", self.max_bytes, 1, _LARGEST)
        if not self.accept and not self.allow:
            raise InvalidInputError("accept", "needs at least one group or extension")

    @classmethod
    def documents(cls, *, allow: Mapping[str, str] = MappingProxyType({}), max_bytes: int = 20 * MiB) -> "UploadPolicy":
        """Take PDF, office documents, text and tables."""
        return cls(accept=frozenset({"documents"}), allow=allow, max_bytes=max_bytes)

    @classmethod
    def images(cls, *, allow: Mapping[str, str] = MappingProxyType({}), max_bytes: int = 20 * MiB) -> "UploadPolicy":
        """Take pictures."""
        return cls(accept=frozenset({"images"}), allow=allow, max_bytes=max_bytes)

    @classmethod
    def any_safe(cls, *, allow: Mapping[str, str] = MappingProxyType({}), max_bytes: int = 20 * MiB) -> "UploadPolicy":
        """Take everything that needs no reason: documents and pictures."""
        return cls(accept=frozenset({"documents", "images"}), allow=allow, max_bytes=max_bytes)

    @property
    def extensions(self) -> frozenset[str]:
        """Every extension that is taken, for example for the ``accept`` attribute of a file field."""
        named = (GROUPS.get(name, frozenset({name})) for name in self.accept)
        return frozenset().union(*named, self.allow)
