"""What a late joiner would see, said in five languages before they are added."""

import pytest

from sharekit.errors import InvalidInputError
from sharekit.records.conversations import HistoryPolicy
from sharekit.records.threads import HistoryPreview
from sharekit.web.histories import history_sentence

SOME = HistoryPreview(
    party="contact:a", name="Ana", history=HistoryPolicy.SELECTED, sees=7, of=12, files=2, revealed=7, follows=True
)
ONE = HistoryPreview(
    party="contact:a", name="Ana", history=HistoryPolicy.FULL, sees=1, of=1, files=1, revealed=1, follows=True
)
BARE = HistoryPreview(
    party="contact:a", name="100% Ana", history=HistoryPolicy.FULL, sees=5, of=5, files=0, revealed=5, follows=True
)
NOTHING = HistoryPreview(
    party="contact:a", name="Ana", history=HistoryPolicy.NONE, sees=0, of=12, files=0, revealed=0, follows=False
)


@pytest.mark.parametrize(
    ("locale", "some", "one"),
    [
        ("en", "Ana will see 7 of 12 messages, 2 files.", "Ana will see 1 of 1 message, 1 file."),
        ("nl-BE", "Ana ziet 7 van de 12 berichten, 2 bestanden.", "Ana ziet 1 van 1 bericht, 1 bestand."),
        ("es", "Ana verá 7 de 12 mensajes, 2 archivos.", "Ana verá 1 de 1 mensaje, 1 archivo."),
        ("pl", "Ana zobaczy 7 z 12 wiadomości, 2 pliki.", "Ana zobaczy 1 z 1 wiadomości, 1 plik."),
        ("de-AT", "Ana sieht 7 von 12 Nachrichten, 2 Dateien.", "Ana sieht 1 von 1 Nachricht, 1 Datei."),
    ],
)
def test_it_is_said_in_words(locale: str, some: str, one: str) -> None:
    """Numbers, with the words in the form that they want (B3)."""
    assert history_sentence(SOME, locale=locale).startswith(f"{some} ")
    assert history_sentence(ONE, locale=locale).startswith(f"{one} ")


def test_what_comes_later_is_said_too() -> None:
    """Whether it will be read, or only told of; a name is taken as it is."""
    assert "100% Ana will see 5 of 5 messages. What is written from now on will be visible, too." == history_sentence(
        BARE
    )
    assert (
        "Ana will see none of the earlier messages. Of what is written from now on there will only be a notice."
        == history_sentence(NOTHING)
    )


def test_another_language_is_refused() -> None:
    """Rather than answered in English."""
    with pytest.raises(InvalidInputError):
        history_sentence(SOME, locale="fr")
