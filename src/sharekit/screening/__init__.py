"""
The gate: which names and files of outsiders are safe to take.

A file passes when its type is wanted, when its bytes are proved to be of that type, and when they are
of no other. Nothing is unpacked to disk, no program is started, and no foreign library decides.
"""

from sharekit.screening._dispositions import content_disposition, disposition_name
from sharekit.screening._gate import Detector, early_refusal, reading_of, verify, verify_staff
from sharekit.screening._limits import MAX_PIXELS
from sharekit.screening._names import clean_name
from sharekit.screening._readings import Reading
from sharekit.screening._verdicts import FileName, Refusal, RefusalReason, Verdict

__all__ = [
    "MAX_PIXELS",
    "Detector",
    "FileName",
    "Reading",
    "Refusal",
    "RefusalReason",
    "Verdict",
    "clean_name",
    "content_disposition",
    "disposition_name",
    "early_refusal",
    "reading_of",
    "verify",
    "verify_staff",
]
