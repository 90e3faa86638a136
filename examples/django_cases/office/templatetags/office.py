"""
Filters of the templates.
"""

from django import template

__all__ = ["clock", "register"]

register = template.Library()


@register.filter
def clock(minutes: int) -> str:
    """Write minutes as hours and minutes."""
    hours, rest = divmod(minutes, 60)
    return f"{hours}:{rest:02}"
