"""
News in a line each, for letters that gather several.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["NEWS_LINES"]


def _(text: str) -> str:
    return text


# Of each event: with the name of who did it, and without.
NEWS_LINES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "resource-shared": (_("%(actor)s shared this with you"), _("This was shared with you")),
        "link-created": (_("%(actor)s made a link for you"), _("There is a link for you")),
        "document-added": (_("%(actor)s added this document"), _("This document is new")),
        "document-replaced": (_("%(actor)s added a new version"), _("There is a new version")),
        "request-created": (_("%(actor)s asks you for documents"), _("You are asked for documents")),
        "request-reminded": (_("Documents are still missing"), _("Documents are still missing")),
        "request-sent-back": (_("Something has to be sent again"), _("Something has to be sent again")),
        "request-accepted": (_("Your documents are complete"), _("Your documents are complete")),
        "submission-received": (_("%(actor)s sent a document"), _("A document arrived")),
        "request-submitted": (_("%(actor)s sent what was asked for"), _("What was asked for arrived")),
        "access-requested": (_("%(actor)s asks for access"), _("Somebody asks for access")),
        "access-answered": (_("You have access now"), _("You have access now")),
        "message-posted": (_("%(actor)s wrote to you"), _("There is a new message")),
        "mail-held": (
            _("A mail came that waits for somebody to look at it"),
            _("A mail came that waits for somebody to look at it"),
        ),
        "participant-added": (
            _("%(actor)s added you to this conversation"),
            _("You take part in this conversation now"),
        ),
    }
)
