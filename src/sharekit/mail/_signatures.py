"""
How a mail ends that its writer did not end: signatures, and what telephones and mail programs put below.
"""

import re
from collections.abc import Sequence
from typing import Final

__all__ = ["signature_start"]

_MAX_LINE: Final = 160
_MAX_SIGNATURE: Final = 25  # lines with text
_MAX_BELOW: Final = 4
_MAX_FOOTER: Final = 8
_FOOTER: Final = re.compile(r"_{20,}\s*")  # what mailing lists put above their name
_DELIMITER: Final = re.compile(r"(?:--|\u2014|\u2013\u2013) ?\s*")
_DEVICES: Final = (
    r"(?:i(?:phone|pad|pod|mac)|ipad|android|samsung|galaxy|huawei|xiaomi|pixel|motorola|nokia|blackberry|smartphone"
    r"|mobile|phone|tablet|handy|mobiel|telefoon|móvil|movil|teléfono|telefonu|tel\.|komórk|windows|outlook|mail"
    r"|yahoo|gmx|web\.de|proton|tutanota|aol|gmail|k-9|fairemail|thunderbird|telekom|poczta|correo|wp\b|onet|interia)"
)
_LINK: Final = r"(?:<[^<>\s]{0,60}>)?"  # an address that stood behind a word
_SENT: Final = re.compile(
    r"\W{0,4}(?:"
    rf"(?:sent|send) (?:from|with|via|using) (?:my |the )?[^\n,;.!?]{{0,40}}{_DEVICES}"
    rf"|(?:verstuurd|verzonden|gestuurd) (?:vanaf|vanuit|van|met|via) (?:mijn |de )?[^\n,;.!?]{{0,40}}{_DEVICES}"
    rf"|enviado (?:desde|con|mediante|a través de) (?:mi |el )?[^\n,;.!?]{{0,40}}{_DEVICES}"
    rf"|(?:wysłane|wysłano|wysłana|wysłany) (?:z|ze|za pomocą|przez) (?:mojego |mojej )?[^\n,;.!?]{{0,40}}{_DEVICES}"
    rf"|(?:gesendet|geschickt|verschickt) (?:von|mit|über|via|aus) (?:meine[mnr] |de[rm] )?[^\n,;.!?]{{0,40}}{_DEVICES}"
    rf"|(?:von|mit) (?:meine[mnr] |unterwegs )?[^\n,;.!?]{{0,40}}{_DEVICES}[^\n,;.!?]{{0,40}}(?:gesendet|verschickt)"
    rf"|diese nachricht wurde von[^\n,;.!?]{{0,60}}{_DEVICES}[^\n,;.!?]{{0,40}}gesendet"
    rf"|get outlook for \w+|holen sie sich outlook für \w+|outlook für \w+{_LINK} herunterladen"
    r"|laden sie outlook für \w+"
    rf"|outlook voor \w+{_LINK} (?:downloaden|ophalen)|download outlook voor \w+|obtener outlook para \w+"
    r"|descargar outlook para \w+|pobierz (?:aplikację )?outlook (?:dla|na) [^\n]{0,20}"
    r"|von unterwegs gesendet|verstuurd vanaf mobiel|sent while mobile"
    r")[^\n]{0,60}",
    re.IGNORECASE,
)


def signature_start(lines: Sequence[str]) -> int:
    """Return where the signature begins below these lines; their number when there is none."""
    filled = [place for place, line in enumerate(lines) if line.strip()]
    end = len(lines)
    for below, place in enumerate(reversed(filled)):
        if below >= _MAX_SIGNATURE:
            break
        line = lines[place]
        if len(line) > _MAX_LINE:
            continue
        if _ends(line, below):
            end = place
    return end


def _ends(line: str, below: int) -> bool:
    """Say whether a signature begins at a line with so many lines of text below it."""
    if _DELIMITER.fullmatch(line) or (below < _MAX_FOOTER and _FOOTER.fullmatch(line)):
        return True
    return below < _MAX_BELOW and _SENT.fullmatch(line.strip()) is not None
