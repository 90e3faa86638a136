"""
What the people of the firm may do with a case, told to sharekit each time it asks.
"""

from django.contrib.auth.models import User
from sharekit import ResourceRef, Right, Staff
from sharekit.records.people import StaffInfo

from django_cases.office.models import Case

__all__ = ["OfficeDirectory", "may_share"]


class OfficeDirectory:
    """
    The firm's rule: who leads a case, and superusers, do everything with it; other staff look.

    It reads the firm's own tables, so a link dies when its maker leaves or hands the case over,
    and no link to a closed case opens. A closed case can still be handed over.
    """

    def rights(self, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
        """Return what this person may do with this case now."""
        user = User.objects.filter(pk=int(staff.id), is_active=True).first()
        case = Case.objects.filter(pk=int(ref.id)).first()
        if user is None or case is None:
            return frozenset()
        if user.is_superuser or case.lead == user:
            return frozenset(Right) if case.closed is None else frozenset({Right.VIEW, Right.MANAGE})
        return frozenset({Right.VIEW})

    def staff_info(self, id: str) -> StaffInfo | None:
        """Return what this person is called, for messages that clients read."""
        user = User.objects.filter(pk=int(id)).first() if id.isdecimal() else None
        if user is None:
            return None
        return StaffInfo(id=id, name=user.get_full_name() or user.get_username(), active=user.is_active)


def may_share(user: User, case: Case) -> bool:
    """Say whether somebody may share a case; the page then offers it."""
    return case.closed is None and (user.is_superuser or case.lead == user)
