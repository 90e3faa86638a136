"""
How mail programs begin what they quote, in English, Dutch, Spanish, Polish and German.

Every pattern is asked of a text of at most `MAX_HEAD` characters, so that what a line costs has a bound.
"""

import enum
import re
from collections.abc import Sequence
from typing import Final

__all__ = ["MARKER", "MAX_HEAD", "Head", "attribution", "has_marker", "is_header_block", "is_original", "is_rule"]

MARKER: Final = "##~"
"""What begins the line above which people reply; it survives wrapping, quoting and every language."""

MAX_HEAD: Final = 400
_MAX_LINES: Final = 5
_MAX_BLOCK: Final = 14

# The verb of "... wrote:", also as programs in other languages write it.
_VERBS: Final = (
    "wrote|writes|schreef|geschreven|escribió|escribio|escribe|escrito|napisał|napisała|napisal|napisane|pisze"
    "|schrieb|schreibt|geschrieben|a écrit|ha scritto|escreveu|skrev|napsal|napisana przez"
)
_VERB: Final = re.compile(rf"(?<!\w)(?:{_VERBS})(?!\w)(?!\s+(?:you|u|te|ci|dir|ihnen)\b)", re.IGNORECASE)
_WEEKDAYS: Final = (
    "mon|tue|wed|thu|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    "|ma|di|wo|do|vr|za|zo|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag"
    "|lun|mar|mié|mie|jue|vie|sáb|sab|dom|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
    "|pon|wt|śr|czw|pt|sob|niedz|ndz|poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela"
    "|mo|mi|fr|sa|so|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag"
)
_OPENER: Final = re.compile(
    r"[-\s*]{0,12}(?:on|op|el|am|w\s+dniu|dnia|le|il|em|den|wiadomość\s+napisana|z\s+dnia)\s"
    rf"|(?:{_WEEKDAYS})\.?,?\s+[^\n]{{0,30}}\d|\d{{1,4}}[-./]\d{{1,2}}[-./]\d{{1,4}}[\s,]"
    r"|\d{1,2}\.?\s+[^\W\d_]{3,12}\.?\s+\d{4}[\s,]",
    re.IGNORECASE,
)
_MAIL: Final = re.compile(r"[^\s<>()\[\]@]{1,64}@[^\s<>()\[\]@]{2,120}")
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2}(?!\d)")
_TIME: Final = re.compile(r"(?<!\d)\d{1,2}[:.]\d\d(?!\d)")
_VERBLESS: Final = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}[^\n]{0,200}<[^<>@\s]{1,64}@[^<>\s]{1,120}>:")
_ZOHO: Final = re.compile(r"-{2,}\s*on\s[^\n]{5,300}\swrote\s*-{2,}", re.IGNORECASE)
_END: Final = re.compile(r"(?::|-{3,})\s*$")

_ORIGINALS: Final = (
    "original message|original email|original appointment|forwarded message|ursprüngliche nachricht"
    "|original-?nachricht|originalnachricht|ursprüngliche mail|weitergeleitete nachricht|oorspronkelijk bericht"
    "|origineel bericht|doorgestuurd bericht|oorspronkelijke e-mail|mensaje original|mensaje reenviado|correo original"
    "|wiadomość oryginalna|oryginalna wiadomość|pierwotna wiadomość|wiadomość przekazana|przekazana wiadomość"
    "|treść przekazanej wiadomości|treść oryginalnej wiadomości|message d'origine|messaggio originale"
)
_ORIGINAL: Final = re.compile(rf"[\s*_=-]{{2,80}}(?:{_ORIGINALS})[\s*_=:-]{{0,80}}", re.IGNORECASE)
_FORWARDED: Final = re.compile(
    r"\*{0,2}(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|begin doorgestuurd bericht"
    r"|inicio del mensaje reenviado|początek przekazywanej wiadomości)\s*:\*{0,2}\s*",
    re.IGNORECASE,
)
_RULE: Final = re.compile(r"\s*(?:_{8,}|-{20,}|={8,}|\*{8,})\s*")

_FIELDS: Final = {
    "from": "from|von|van|de|od|nadawca|absender|da",
    "date": (
        "sent|date|gesendet|gesendet am|datum|verzonden|verzonden op|verstuurd|enviado|enviado el|enviada|fecha"
        "|wysłano|wysłane|wysłany|data|data wysłania"
    ),
    "to": "to|an|aan|para|do|adresat|empfänger|a",
    "copy": "cc|bcc|kopie|kopia|dw|udw|kopie (?:cc)|con copia a",
    "subject": "subject|betreff|betrifft|onderwerp|asunto|temat",
    "reply": "reply-to|reply to|antwort an|antwoord aan|responder a|odpowiedz do|importance|priorität|wichtigkeit",
}
_FIELD: Final = re.compile(
    r"[\s*_>|]{0,8}(?:"
    + "|".join(rf"(?P<{name}>{keys})" for name, keys in _FIELDS.items())
    + r")[*_]{0,2}\s?:[*_]{0,2}"
    r"(?:\s|$)",
    re.IGNORECASE,
)


class Head(enum.IntEnum):
    """How sure it is that lines begin a quotation."""

    NONE = 0
    WEAK = 1
    """Only when what is quoted is marked as such."""
    STRONG = 2
    """In any case; all below is quoted when nothing is marked."""


def has_marker(line: str) -> bool:
    """Say whether a line is the one above which people reply."""
    return MARKER in line[:MAX_HEAD] and line[:MAX_HEAD].lstrip("> \t|*_\xa0").startswith(MARKER)


def attribution(lines: Sequence[str], start: int, *, after_blank: bool) -> tuple[Head, int]:
    """
    Say whether an attribution such as "On Monday Ana wrote:" begins at a line, and how many lines it takes.

    Args:
        lines: All lines.
        start: Where it would begin.
        after_blank: Whether the line before is empty; only then it may begin with a name and go on.
    """
    first = lines[start].strip()
    if not first or len(first) > MAX_HEAD:
        return Head.NONE, 0
    opens = _OPENER.match(first) is not None
    joined = ""
    for count in range(1, (_MAX_LINES if opens or after_blank else 1) + 1):
        if start + count > len(lines):
            break
        line = lines[start + count - 1].strip()
        if not line or line.startswith(">") or len(joined) + len(line) > MAX_HEAD:
            break
        if joined and not _goes_on(joined, line, opens=opens):
            break
        joined = f"{joined} {line}" if joined else line
        if _END.search(joined[-10:]):
            head = _judged(joined, opens=opens)
            if head or not opens:
                return head, count
    return Head.NONE, 0


def is_header_block(lines: Sequence[str], start: int) -> bool:
    """Say whether the copied headers of a message begin at a line: sender, date, recipient, subject, in any order."""
    if not _FIELD.match(lines[start][:MAX_HEAD]):
        return False
    seen: set[str] = set()
    strange = 0
    for line in lines[start : start + _MAX_BLOCK]:
        found = _FIELD.match(line[:MAX_HEAD])
        if found is not None and found.lastgroup is not None:
            seen.add(found.lastgroup)
            strange = 0
        else:  # an empty line between paragraphs, or a value that goes on
            strange += 1
        if strange > 2 or len(seen) >= 4:
            break
    return "from" in seen and len(seen & {"date", "to", "subject"}) >= 2


def is_original(line: str) -> bool:
    """Say whether a line such as "-----Original Message-----" stands above what is quoted."""
    head = line.strip()
    if len(head) > MAX_HEAD:
        return False
    return bool(_ORIGINAL.fullmatch(head) or _FORWARDED.fullmatch(head) or _ZOHO.fullmatch(head))


def is_rule(line: str) -> bool:
    """Say whether a line is drawn across."""
    return len(line) <= MAX_HEAD and _RULE.fullmatch(line) is not None


def _goes_on(begun: str, line: str, *, opens: bool) -> bool:
    """Say whether a line can belong to a head that began above; a head that begins with a name holds an address."""
    if _OPENER.match(line):
        return False
    return opens or "<" in begun or "@" in begun or line.startswith("<")


def _judged(text: str, *, opens: bool) -> Head:
    if _VERBLESS.fullmatch(text):
        return Head.STRONG
    verb = _VERB.search(text)
    if verb is None:
        return Head.NONE
    dated = bool(_YEAR.search(text)) + bool(_TIME.search(text))
    mail = _MAIL.search(text) is not None
    if (dated and mail) or (dated == 2 and opens) or (dated and opens and len(text) < 120):
        return Head.STRONG
    if dated or mail or len(text.split()) <= 6:
        return Head.WEAK
    return Head.NONE
