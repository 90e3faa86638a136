"""
The app ``sharekit``.
"""

from types import ModuleType
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.core import checks

if TYPE_CHECKING:
    from sharekit.adapters.django.registration import Registration

__all__ = ["SharekitConfig"]


class SharekitConfig(AppConfig):
    """
    ``INSTALLED_APPS = [..., "sharekit.adapters.django"]``.

    Attributes:
        registrations: The models whose rows are in the catalog, by kind.
    """

    name = "sharekit.adapters.django"
    label = "sharekit"
    verbose_name = "Client sharing"
    default_auto_field = "django.db.models.BigAutoField"

    def __init__(self, app_name: str, app_module: ModuleType | None) -> None:
        super().__init__(app_name, app_module)
        self.registrations: dict[str, Registration[Any]] = {}  # Any: of every model

    def ready(self) -> None:
        """Register the system checks; the setting is read later."""
        from sharekit.adapters.django.checks import check_databases, check_models, check_setting, check_urls

        checks.register(check_setting, "sharekit")
        checks.register(check_models, checks.Tags.models)
        checks.register(check_databases, "sharekit", checks.Tags.compatibility)
        checks.register(check_urls, checks.Tags.urls)
