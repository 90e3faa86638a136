"""
One model for each kind of record.
"""

from django.db.models import Model

from sharekit.backends.django import model_of
from sharekit.codec.kinds import ALL

__all__ = ["MODELS"]

MODELS: dict[str, type[Model]] = {kind.spec.kind: model_of(kind.spec, module=__name__) for kind in ALL}
"""The model of each kind, by the kind's name."""

# Where Django looks for them, and its shell.
globals().update({model.__name__: model for model in MODELS.values()})
