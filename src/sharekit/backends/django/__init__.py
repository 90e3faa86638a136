"""
A record store on Django's ORM, in the host's own database and transactions, and a notifier on its mail system.

`DjangoRecordStore` keeps rows in the tables of the app ``sharekit.adapters.django``; `DjangoNotifier` hands letters
to the host's mail backend. Needs the extra ``django``.
"""

from sharekit.errors import MissingExtraError

try:
    from sharekit.backends.django.notifier import DjangoNotifier
    from sharekit.backends.django.store import DjangoRecordStore
    from sharekit.backends.django.tables import model_of
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    if (_missing.name or "").partition(".")[0] != "django":
        raise
    raise MissingExtraError("django", "django") from _missing

__all__ = ["DjangoNotifier", "DjangoRecordStore", "model_of"]
