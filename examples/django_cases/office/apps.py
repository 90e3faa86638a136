"""
The app ``office``.
"""

from django.apps import AppConfig

__all__ = ["OfficeConfig"]


class OfficeConfig(AppConfig):
    """The firm's own app."""

    name = "django_cases.office"
    label = "office"
    verbose_name = "Office"
