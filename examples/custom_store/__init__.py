"""
Stores written by a stranger, each explained by a page of ``docs/how-to``.

``store.py`` keeps records (``write-a-record-store.md``), and ``blobs.py`` bytes (``write-a-blob-store.md``).
"""
