"""
The firm's tables in Django's admin.
"""

from django.contrib import admin

from django_cases.office.casework import keep_catalog
from django_cases.office.models import Case, Client, Document, NextDate, TimeEntry

__all__ = ["CaseAdmin"]


class _Dates(admin.TabularInline):  # type: ignore[type-arg]  # Django's class takes no arguments at run time
    model = NextDate
    extra = 0


@admin.register(Case)
class CaseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # the same
    """Cases; what is changed here is told to sharekit's catalog in the same transaction."""

    list_display = ("reference", "title", "client", "lead", "opened", "closed")
    list_filter = ("lead", "closed")
    search_fields = ("reference", "title")
    inlines = (_Dates,)

    def save_model(self, request: object, obj: Case, form: object, change: object) -> None:
        """Save the case and its entry in the catalog: the admin has an `atomic` around both."""
        obj.save()
        keep_catalog(obj)


admin.site.register([Client, Document, TimeEntry])
