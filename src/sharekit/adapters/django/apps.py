"""
The app ``sharekit``.
"""

from django.apps import AppConfig

__all__ = ["SharekitConfig"]


class SharekitConfig(AppConfig):
    """``INSTALLED_APPS = [..., "sharekit.adapters.django"]``."""

    name = "sharekit.adapters.django"
    label = "sharekit"
    verbose_name = "Client sharing"
    default_auto_field = "django.db.models.BigAutoField"
