"""
Two tables of the same papers: one guarded by guardian's generic tables, one by tables of its own.

guardian may be missing where the types are checked, so that its classes are bases that are looked up.
"""
# ruff: noqa: ANN401  # libraries that may be missing where types are checked are untyped

import importlib
from typing import Any

from django.db import models

_guardian: Any = importlib.import_module("guardian.models")  # untyped


class GenericPaper(models.Model):
    """A paper whose permissions stand in the tables of all kinds."""

    title: Any = models.CharField(max_length=255)
    folded: Any = models.CharField(max_length=255)
    shown: Any = models.BooleanField()

    class Meta:
        app_label = "_access_guardian"
        indexes = (models.Index(fields=["shown", "folded"]),)

    def __str__(self) -> str:
        return str(self.title)


class DirectPaper(models.Model):
    """A paper whose permissions stand in tables of its own."""

    title: Any = models.CharField(max_length=255)
    folded: Any = models.CharField(max_length=255)
    shown: Any = models.BooleanField()

    class Meta:
        app_label = "_access_guardian"
        indexes = (models.Index(fields=["shown", "folded"]),)

    def __str__(self) -> str:
        return str(self.title)


def _of_papers(name: str, base: str) -> Any:  # a model of guardian's
    content_object: Any = models.ForeignKey(DirectPaper, on_delete=models.CASCADE)
    return type(name, (getattr(_guardian, base),), {"__module__": __name__, "content_object": content_object})


DirectPaperUserPermission = _of_papers("DirectPaperUserPermission", "UserObjectPermissionBase")
DirectPaperGroupPermission = _of_papers("DirectPaperGroupPermission", "GroupObjectPermissionBase")
