"""
The app ``sharekit``.
"""

from django.apps import AppConfig
from django.core import checks

__all__ = ["SharekitConfig"]


class SharekitConfig(AppConfig):
    """``INSTALLED_APPS = [..., "sharekit.adapters.django"]``."""

    name = "sharekit.adapters.django"
    label = "sharekit"
    verbose_name = "Client sharing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks; the setting is read later."""
        from sharekit.adapters.django.checks import check_databases, check_setting, check_urls

        checks.register(check_setting, "sharekit")
        checks.register(check_databases, "sharekit", checks.Tags.compatibility)
        checks.register(check_urls, checks.Tags.urls)
