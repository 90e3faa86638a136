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

    def ready(self) -> None:
        """Tell sharekit which rows are things that can be shared."""
        from django_cases.office.sharing.catalog import register_models  # noqa: PLC0415  # models come after apps

        register_models()
