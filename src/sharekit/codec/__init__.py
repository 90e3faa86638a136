"""
The shapes: how a record becomes a row and a row a record again.
"""

from sharekit.codec._converter import plain
from sharekit.codec.folding import fold, words
from sharekit.codec.kind import Kept, RecordKind

__all__ = ["Kept", "RecordKind", "fold", "plain", "words"]
