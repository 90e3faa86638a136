"""
The agency's own words on client pages, in the languages that its clients speak.
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["TITLES", "words"]

TITLES: Final[Mapping[str, Mapping[str, str]]] = {
    "project": {"nl": "Project", "de": "Projekt", "pl": "Projekt", "es": "Proyecto"},
    "progress": {"nl": "Voortgang", "de": "Fortschritt", "pl": "Postęp", "es": "Progreso"},
    "hours": {"nl": "Uren", "de": "Stunden", "pl": "Godziny", "es": "Horas"},
    "milestones": {"nl": "Mijlpalen", "de": "Meilensteine", "pl": "Kamienie milowe", "es": "Hitos"},
    "updates": {"nl": "Berichten", "de": "Neuigkeiten", "pl": "Wiadomości", "es": "Novedades"},
    "papers": {"nl": "Documenten", "de": "Dokumente", "pl": "Dokumenty", "es": "Documentos"},
    "budget": {"nl": "Budget", "de": "Budget", "pl": "Budżet", "es": "Presupuesto"},
    "lead": {
        "nl": "Projectleider",
        "de": "Projektleitung",
        "pl": "Kierownik projektu",
        "es": "Responsable del proyecto",
    },
    "started": {"nl": "Begonnen op", "de": "Begonnen am", "pl": "Rozpoczęto", "es": "Inicio"},
}
"""Titles by section or property, and language; the English ones stand where the sections are declared."""

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "done": {"en": "done", "nl": "gereed", "de": "fertig", "pl": "gotowe", "es": "hecho"},
    "day": {"en": "Day", "nl": "Dag", "de": "Tag", "pl": "Dzień", "es": "Día"},
    "work": {"en": "Work", "nl": "Werk", "de": "Tätigkeit", "pl": "Praca", "es": "Trabajo"},
    "time": {"en": "Time", "nl": "Tijd", "de": "Zeit", "pl": "Czas", "es": "Tiempo"},
    "total": {"en": "Total", "nl": "Totaal", "de": "Summe", "pl": "Razem", "es": "Total"},
    "week": {"en": "Week of", "nl": "Week van", "de": "Woche ab", "pl": "Tydzień od", "es": "Semana del"},
    "milestone": {"en": "Milestone", "nl": "Mijlpaal", "de": "Meilenstein", "pl": "Kamień milowy", "es": "Hito"},
    "due": {"en": "Due", "nl": "Datum", "de": "Termin", "pl": "Termin", "es": "Fecha"},
    "reached": {"en": "Reached", "nl": "Gehaald", "de": "Erreicht", "pl": "Osiągnięty", "es": "Alcanzado"},
    "news": {"en": "Update", "nl": "Bericht", "de": "Nachricht", "pl": "Wiadomość", "es": "Novedad"},
    "agreed": {"en": "Agreed", "nl": "Afgesproken", "de": "Vereinbart", "pl": "Uzgodniono", "es": "Acordado"},
    "used": {"en": "Used", "nl": "Besteed", "de": "Verbraucht", "pl": "Wykorzystano", "es": "Usado"},
    "left": {"en": "Left", "nl": "Over", "de": "Übrig", "pl": "Pozostało", "es": "Queda"},
    "none": {
        "en": "No hours have been logged yet.",
        "nl": "Er zijn nog geen uren geschreven.",
        "de": "Es wurden noch keine Stunden erfasst.",
        "pl": "Nie zapisano jeszcze godzin.",
        "es": "Todavía no hay horas anotadas.",
    },
}


def words(locale: str | None) -> Mapping[str, str]:
    """Return the agency's words in a language, or in English for one that it does not speak."""
    language = (locale or "en").partition("-")[0]
    return {name: texts.get(language, texts["en"]) for name, texts in _WORDS.items()}
