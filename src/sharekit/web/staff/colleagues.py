"""
The colleagues whom staff choose among, so that they hear of a conversation: whom the host offers, and no others.
"""

from collections.abc import Collection

import attrs

from sharekit.records.parties import Staff
from sharekit.web.staff.desk import Desk
from sharekit.web.staff.people import sender_name

__all__ = ["ColleagueLine", "chosen_colleagues", "colleague_lines"]


@attrs.frozen(kw_only=True)
class ColleagueLine:
    """
    A member of staff who can be chosen.

    Attributes:
        key: What a form sends for them.
        name: What the host calls them.
        chosen: Whether they were chosen already.
    """

    key: str
    name: str
    chosen: bool


def colleague_lines(
    desk: Desk, chosen: Collection[Staff] = (), without: Collection[str | None] = ()
) -> list[ColleagueLine]:
    """Return whom a form offers, by name: neither those who look nor those with these keys."""
    known = {desk.by.key, *without}
    offered = [each for each in dict.fromkeys(desk.colleagues()) if each.key not in known]
    lines = [ColleagueLine(key=each.key, name=sender_name(desk, each.key), chosen=each in chosen) for each in offered]
    return sorted(lines, key=lambda line: line.name.casefold())


def chosen_colleagues(desk: Desk, keys: Collection[str]) -> tuple[Staff, ...]:
    """Return those whom a form names, as far as they are offered."""
    return tuple(each for each in dict.fromkeys(desk.colleagues()) if each.key in keys) if keys else ()
