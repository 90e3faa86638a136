"""
Moves what a contact uploaded to the contact that they turned out to be.
"""

import attrs

from sharekit.codec.kinds_of_documents import DOCUMENT_ROW
from sharekit.features._unit import Unit
from sharekit.ports import Eq
from sharekit.records.documents import DocumentKeys
from sharekit.records.parties import ContactProfile, Principal

__all__ = ["move_uploads"]


def move_uploads(unit: Unit, contact: ContactProfile, into: ContactProfile, _: Principal) -> None:
    """Have what the first contact uploaded be the second's; who sent it stays on record."""
    for document in unit.find_readable(DOCUMENT_ROW, Eq(DocumentKeys.UPLOADER, contact.key)):
        unit.put(DOCUMENT_ROW, attrs.evolve(document, uploader=into.key))
