"""
The words of requests: the house's own, and what fills their variables.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from sharekit.records.requests import RequestText

__all__ = ["OwnWords", "filled", "said_by_staff", "worded"]

_VARIABLE: Final = re.compile(r"\{(name|title)\}")

_PLAIN: Final = RequestText(
    subject="Documents for {title}",
    body=(
        "Hello {name},\n\nWe need some documents from you for {title}."
        " You can send them on a safe page, without an account.\n\nThank you."
    ),
    button="Upload documents",
)

# By language; a contact of any other reads the plain ones.
_OWN: Final[Mapping[str, RequestText]] = MappingProxyType(
    {
        "de": RequestText(
            subject="Dokumente für {title}",
            body=(
                "Guten Tag {name},\n\nfür {title} brauchen wir noch Dokumente von Ihnen."
                " Sie können sie auf einer sicheren Seite hochladen, ohne Konto.\n\nVielen Dank."
            ),
            button="Dokumente hochladen",
        ),
        "es": RequestText(
            subject="Documentos para {title}",
            body=(
                "Hola, {name}:\n\nNecesitamos algunos documentos para {title}."
                " Puede enviarlos en una página segura, sin necesidad de cuenta.\n\nMuchas gracias."
            ),
            button="Subir documentos",
        ),
        "nl": RequestText(
            subject="Documenten voor {title}",
            body=(
                "Beste {name},\n\nVoor {title} hebben we nog documenten van u nodig."
                " U kunt ze op een veilige pagina uploaden, zonder account.\n\nHartelijk dank."
            ),
            button="Documenten uploaden",
        ),
        "pl": RequestText(
            subject="Dokumenty: {title}",
            body=(
                "Dzień dobry, {name}!\n\nPotrzebujemy od Państwa dokumentów. Sprawa: {title}."
                " Można je przesłać na bezpiecznej stronie, bez zakładania konta.\n\nDziękujemy."
            ),
            button="Prześlij dokumenty",
        ),
    }
)


def worded(
    text: RequestText | None,
    texts: Mapping[str, RequestText],
    *,
    subject: str | None,
    body: str | None,
    button: str | None,
) -> tuple[RequestText, Mapping[str, RequestText]]:
    """
    Return the words of a request: the plain ones, and those by language.

    Args:
        text: The words of a template; None for the house's own.
        texts: The template's words in other languages.
        subject: What every contact reads instead, whatever their language.
        body: The same.
        button: The same.
    """
    plain, others = (_PLAIN, _OWN) if text is None else (text, texts)
    given = {
        name: words for name, words in (("subject", subject), ("body", body), ("button", button)) if words is not None
    }
    if len(given) == 3:
        others = {}
    return attrs.evolve(plain, **given), {locale: attrs.evolve(each, **given) for locale, each in others.items()}


def filled(text: RequestText, *, name: str, title: str) -> RequestText:
    """Return words with their variables filled in; what is filled in is taken as it is."""
    values = {"name": name, "title": title}

    def fill(words: str) -> str:
        return _VARIABLE.sub(lambda found: values[found[1]], words)

    # Past the checks: a name may hold what no author may write, such as a brace.
    return _Filled(subject=fill(text.subject), body=fill(text.body), button=fill(text.button))


@attrs.frozen(kw_only=True)
class OwnWords:
    """
    What staff wrote themselves, for a letter: its holes are ``{reader}`` and ``{about}``; None for the house's words.

    Attributes:
        subject: The subject.
        text: The body without its greeting, since a letter has one.
        button: The words on the button.
    """

    subject: str | None
    text: str | None
    button: str | None


def said_by_staff(text: RequestText, locale: str | None) -> OwnWords:
    """Return which words of a request are not the house's own."""
    ours = _OWN.get((locale or "").split("-")[0], _PLAIN)

    def own(words: str, house: str) -> str | None:
        if words in {house, *(getattr(_PLAIN, name) for name in ("subject", "body", "button"))}:
            return None
        return words.replace("{name}", "{reader}").replace("{title}", "{about}")

    body = own(text.body, ours.body)
    return OwnWords(
        subject=own(text.subject, ours.subject),
        text=None if body is None else _without_greeting(body),
        button=own(text.button, ours.button),
    )


def _without_greeting(body: str) -> str:
    """Return a body without a first paragraph of one line that names its reader, when there are others."""
    first, _, rest = body.partition("\n\n")
    return rest if rest.strip() and "\n" not in first and "{reader}" in first else body


@attrs.frozen(kw_only=True)
class _Filled(RequestText):
    def __attrs_post_init__(self) -> None:
        pass
