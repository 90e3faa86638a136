"""
The firm's words on client pages, in the languages of its clients.
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["TITLES", "words"]

TITLES: Final[Mapping[str, Mapping[str, str]]] = {
    "case": {"nl": "Zaak", "de": "Mandat", "pl": "Sprawa", "es": "Asunto"},
    "standing": {"nl": "Stand van zaken", "de": "Sachstand", "pl": "Stan sprawy", "es": "Situación"},
    "dates": {"nl": "Agenda", "de": "Termine", "pl": "Terminy", "es": "Próximas fechas"},
    "documents": {"nl": "Stukken", "de": "Schriftstücke", "pl": "Pisma", "es": "Documentos"},
    "papers": {"nl": "Te openen stukken", "de": "Unterlagen zum Öffnen", "pl": "Pliki", "es": "Archivos"},
    "time": {"nl": "Tijd", "de": "Zeiten", "pl": "Czas pracy", "es": "Tiempo"},
}
"""Titles by section and language; the English ones stand where the sections are declared."""

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "reference": {"en": "Our reference", "nl": "Ons kenmerk", "de": "Unser Zeichen", "pl": "Sygnatura", "es": "Ref."},
    "lead": {"en": "Your lawyer", "nl": "Uw advocaat", "de": "Sachbearbeitung", "pl": "Prowadzi", "es": "Abogado"},
    "court": {"en": "Before", "nl": "Bij", "de": "Bei", "pl": "Przed", "es": "Ante"},
    "stage": {"en": "Now", "nl": "Nu", "de": "Stand", "pl": "Etap", "es": "Ahora"},
    "opened": {"en": "Since", "nl": "Sinds", "de": "Seit", "pl": "Od", "es": "Desde"},
    "day": {"en": "Day", "nl": "Dag", "de": "Tag", "pl": "Dzień", "es": "Día"},
    "what": {"en": "What", "nl": "Wat", "de": "Was", "pl": "Co", "es": "Qué"},
    "document": {"en": "Document", "nl": "Stuk", "de": "Schriftstück", "pl": "Pismo", "es": "Documento"},
    "sender": {"en": "From", "nl": "Van", "de": "Von", "pl": "Od", "es": "De"},
    "work": {"en": "Work", "nl": "Werk", "de": "Tätigkeit", "pl": "Czynność", "es": "Trabajo"},
    "time": {"en": "Time", "nl": "Tijd", "de": "Dauer", "pl": "Czas", "es": "Tiempo"},
}


def words(locale: str | None) -> Mapping[str, str]:
    """Return the firm's words in a language, or in English for one that it does not speak."""
    language = (locale or "en").partition("-")[0]
    return {name: texts.get(language, texts["en"]) for name, texts in _WORDS.items()}
