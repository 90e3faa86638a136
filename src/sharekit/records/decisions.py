"""
The answer of a policy: yes or no, and why.
"""

import attrs

__all__ = ["Decision"]


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
