"""
What a change would reveal and hide, said before it is made.
"""

from collections.abc import Iterator

import attrs

from sharekit.ids import ReadLinkId
from sharekit.records.catalog import ResourceRef
from sharekit.records.parties import Contact

__all__ = ["AccessChange", "AccessDiff"]

_FIRST = 100


@attrs.frozen(order=False)
class AccessChange:
    """
    One client who would come to see a thing, or cease to.

    Attributes:
        contact: Who.
        ref: What.
    """

    contact: Contact
    ref: ResourceRef


@attrs.frozen(kw_only=True)
class AccessDiff:
    """
    The difference that a change would make to what clients see.

    Attributes:
        gains: Who would come to see what: the first 100; `iter_all` has every one.
        losses: Who would cease to see what: the first 100.
        gain_count: How many gains there are.
        loss_count: How many losses there are.
        titles: The internal titles that clients would read.
        ended_links: The read links that would be taken back, or open nothing any more.
        opened_links: The read links that would be made.
    """

    every_gain: tuple[AccessChange, ...] = attrs.field(default=(), repr=False)
    every_loss: tuple[AccessChange, ...] = attrs.field(default=(), repr=False)
    titles: tuple[str, ...] = ()
    ended_links: tuple[ReadLinkId, ...] = ()
    opened_links: tuple[ReadLinkId, ...] = ()

    @property
    def gains(self) -> tuple[AccessChange, ...]:
        """The first 100 gains."""
        return self.every_gain[:_FIRST]

    @property
    def losses(self) -> tuple[AccessChange, ...]:
        """The first 100 losses."""
        return self.every_loss[:_FIRST]

    @property
    def gain_count(self) -> int:
        """How many gains there are."""
        return len(self.every_gain)

    @property
    def loss_count(self) -> int:
        """How many losses there are."""
        return len(self.every_loss)

    def __bool__(self) -> bool:
        return bool(self.every_gain or self.every_loss or self.ended_links or self.opened_links)

    def iter_all(self) -> Iterator[tuple[str, AccessChange]]:
        """Yield every gain as ``("gain", change)``, then every loss as ``("loss", change)``."""
        yield from (("gain", change) for change in self.every_gain)
        yield from (("loss", change) for change in self.every_loss)
