"""
Explanations in sentences: why somebody may see a thing or not, in the language of the staff who asks.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sharekit.errors import InvalidInputError
from sharekit.records.explanations import Explanation
from sharekit.web.locales import LANGUAGES, Language, language_of

__all__ = ["reason_in", "sentences"]


def reason_in(language: Language, slug: str, wording: Mapping[str, str] = MappingProxyType({})) -> str:
    """
    Return a reason for or against access as a sentence.

    Args:
        language: Of who reads.
        slug: The reason.
        wording: What the host says of it, by language, where it is a predicate of the host's.
    """
    return _said(_reasons(language), slug, language, wording)


def sentences(explanation: Explanation, *, locale: str = "en") -> list[str]:
    """
    Return an explanation as sentences: what was decided, what else speaks for it, and what nearly would.

    They are for staff: a client is never told why something is not available.

    Args:
        explanation: What `Access.explain` returned.
        locale: The language of who reads, ``"de"`` or ``"de-AT"``.

    Raises:
        InvalidInputError: The pages do not speak that language.
    """
    language = language_of(locale)
    if language is None:
        raise InvalidInputError("locale", f"needs one of {', '.join(LANGUAGES)}")
    reasons, missed = _reasons(language), _misses(language)
    hosts = {cause.reason: cause.wording for cause in explanation.causes}
    decided = explanation.decision.reason
    found = [_said(reasons, decided, language, hosts.get(decided, {}))]
    if explanation.decision:
        found += [_said(reasons, cause.reason, language, cause.wording) for cause in explanation.causes]
    found += [_said(missed, miss.reason, language, miss.wording) for miss in explanation.near_misses]
    return list(dict.fromkeys(found))


def _said(texts: Mapping[str, str], slug: str, language: Language, hosts: Mapping[str, str]) -> str:
    if slug.startswith("host:"):
        # The host's own words; without any, the name that it chose.
        return hosts.get(language.tag) or hosts.get("en") or next(iter(hosts.values()), slug.removeprefix("host:"))
    if slug.startswith("has-"):
        return language.gettext("They have the right to do this.")
    if slug.startswith("needs-"):
        return language.gettext("They lack the right to do this.")
    return texts[slug]


# Spelt out for the tools that look for texts to translate.
def _reasons(language: Language) -> Mapping[str, str]:
    return {
        "shared-with-me": language.gettext("It is shared with them."),
        "in-shared-project": language.gettext("It lies in something that is shared with them."),
        "requested-by-me": language.gettext("They asked for it."),
        "requested-by-my-organization": language.gettext("Somebody in their organization asked for it."),
        "in-scope": language.gettext("The portal shows it to everybody whom its settings do not exclude."),
        "absent": language.gettext("There is no such thing in the catalog."),
        "removed": language.gettext("It was removed."),
        "internal": language.gettext("It is internal."),
        "inside-internal": language.gettext("It lies in something that is internal or was removed."),
        "inactive": language.gettext("They are not known here, or not active."),
        "out-of-scope": language.gettext("Nothing that the portal goes by lets them see it."),
        "access-too-low": language.gettext("What they were given does not allow this."),
        "being-moved": language.gettext(
            "It is being moved, and may be seen only where both places allow it until that is done."
        ),
        "unknown-action": language.gettext("Clients never do this."),
        "unknown-principal": language.gettext("Access is given to contacts and staff only."),
    }


def _misses(language: Language) -> Mapping[str, str]:
    return {
        "grant-is-internal": language.gettext("It is filed under them for staff only."),
        "grant-expired": language.gettext("It was shared with them, and that time is over."),
        "grant-revoked": language.gettext("It was shared with them, and taken back."),
        "grant-declined": language.gettext("It was shared with them, and they declined."),
        "grant-on-container-only": language.gettext("What it lies in is shared with them, but not what lies in there."),
        "restricted": language.gettext("What it lies in is shared with them, but this was kept apart."),
        "organization-not-counted": language.gettext(
            "It is shared with their organization, whose shares do not count for them."
        ),
        "confidential": language.gettext("It is confidential, so an organization gives no access to it."),
        "out-of-scope": language.gettext("It is shared with them, but the settings of the portal do not show it."),
    }
