"""
The answer of a policy: yes or no, and why.
"""

import enum

import attrs

__all__ = ["Action", "Decision", "Revision"]


class Action(enum.StrEnum):
    """What somebody may want to do with a thing."""

    VIEW = "view"
    COMMENT = "comment"
    CONTRIBUTE = "contribute"
    """Add documents to it."""
    EDIT = "edit"
    SHARE = "share"
    MANAGE = "manage"


@attrs.frozen
class Revision:
    """
    A point in the life of a record, to be asked for where a store may be behind.

    Attributes:
        kind: The kind of the record.
        id: Its id.
        number: The turn that must be reached.
    """

    kind: str
    id: str
    number: int


@attrs.frozen
class Decision:
    """
    Whether something may be done.

    It is true or false as itself, so ``if decision:`` reads well.

    Attributes:
        allowed: Yes or no.
        reason: A stable slug that says why, for staff and logs.
    """

    allowed: bool
    reason: str

    def __bool__(self) -> bool:
        return self.allowed
