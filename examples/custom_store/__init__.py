"""A record store written by a stranger: see ``store.py`` and ``docs/how-to/write-a-record-store.md``."""
