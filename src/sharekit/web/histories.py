"""
What adding somebody to a conversation would reveal, as a sentence for the member of staff who decides.
"""

from sharekit.errors import InvalidInputError
from sharekit.records.threads import HistoryPreview
from sharekit.web.locales import LANGUAGES, Language, language_of

__all__ = ["history_sentence"]


def history_sentence(preview: HistoryPreview, *, locale: str = "en") -> str:
    """
    Return what somebody would see in words, such as ``"Ana will see 7 of 12 messages, 2 files."`` for a start.

    A second sentence says what becomes of messages that are written from now on.

    Args:
        preview: What `Conversations.preview_history` returned.
        locale: The language of who reads, ``"de"`` or ``"de-AT"``.

    Raises:
        InvalidInputError: The pages do not speak that language.
    """
    language = language_of(locale)
    if language is None:
        raise InvalidInputError("locale", f"needs one of {', '.join(LANGUAGES)}")
    return f"{_past(preview, language)} {_future(preview, language)}"


def _past(preview: HistoryPreview, language: Language) -> str:
    _ = language.gettext
    if not preview.sees:
        return _("%(name)s will see none of the earlier messages.") % {"name": preview.name}
    messages = language.ngettext("%(seen)s of %(num)s message", "%(seen)s of %(num)s messages", preview.of)
    seen = messages % {"seen": preview.sees, "num": preview.of}
    if not preview.files:
        return _("%(name)s will see %(messages)s.") % {"name": preview.name, "messages": seen}
    files = language.ngettext("%(num)s file", "%(num)s files", preview.files) % {"num": preview.files}
    return _("%(name)s will see %(messages)s, %(files)s.") % {"name": preview.name, "messages": seen, "files": files}


def _future(preview: HistoryPreview, language: Language) -> str:
    _ = language.gettext
    if preview.follows:
        return _("What is written from now on will be visible, too.")
    return _("Of what is written from now on there will only be a notice.")
