"""What the host keeps beside sharekit's rows."""

from __future__ import annotations

from django.db import models


class Matter(models.Model):
    """Something that a host shares."""

    title: models.CharField[str, str] = models.CharField(max_length=100, unique=True)

    def __str__(self) -> str:
        return self.title
