"""
Documents: files that are put into things, shared, replaced, read, and taken away again.
"""

from sharekit.features._document_changing import Changing
from sharekit.features._document_finding import Finding
from sharekit.features._document_handing import Handing
from sharekit.features._document_sights import DocumentGlances
from sharekit.features._scanning import scan_waiting
from sharekit.features._unit import Wiring
from sharekit.records import checks

__all__ = ["Documents"]


class Documents(Changing, Finding, Handing):
    """
    The documents of one tenant.

    A document is a thing like any other, of the kind ``"sharekit.document"``: it lies in a thing of the host,
    and `Shares`, `Access` and `Catalog.move` work on ``document.ref``. Its name, its bytes and its end are here.
    """

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._glances = wiring.guesses.prepared(DocumentGlances, wiring.records)

    def scan_waiting(self, *, limit: int = 100) -> int:
        """
        Ask the scanner about files that wait for it, and return how many it made up its mind about.

        Call it now and then where a scanner may fail, or takes its time.

        Raises:
            ConfigurationError: The kit has no scanner.
        """
        checks.whole("limit", limit, 1, 10_000)
        return scan_waiting(self._wiring, limit)
