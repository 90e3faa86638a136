"""
The firm's tables in Django's admin.
"""

from django.contrib import admin

from django_cases.office.models import Case, Client, Document, NextDate, TimeEntry

__all__ = ["CaseAdmin"]


class _Dates(admin.TabularInline):  # type: ignore[type-arg]  # Django's class takes no arguments at run time
    model = NextDate
    extra = 0


@admin.register(Case)
class CaseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # the same
    """Cases; a change takes its entry in sharekit's catalog along, in the admin's own transaction."""

    list_display = ("reference", "title", "client", "lead", "opened", "closed")
    list_filter = ("lead", "closed")
    search_fields = ("reference", "title")
    inlines = (_Dates,)


admin.site.register([Client, Document, TimeEntry])
