"""
What happens where a contact gives back what was shared with them: a page that asks, and the form that does it.
"""

from urllib.parse import quote

import attrs

from sharekit.errors import InvalidInputError, NotFoundError
from sharekit.records.catalog import ResourceRef
from sharekit.web._guard import read_form
from sharekit.web.answers import Answers
from sharekit.web.calls import Call
from sharekit.web.inside import Entrance, Inside
from sharekit.web.listing import item_path
from sharekit.web.messages import WebResponse
from sharekit.web.routes import DECLINE, HOME

__all__ = ["DecliningEndpoints", "decline_url"]


def decline_url(inside: Inside, ref: ResourceRef) -> str | None:
    """Return where a contact is asked whether they give a thing back, or None where they have nothing to give."""
    if inside.kit.shares.declinable(ref, by=inside.session.contact) is None:
        return None
    return inside.reader.root + DECLINE.fill(kind=ref.kind, id=quote(ref.id, safe=""))


@attrs.frozen(kw_only=True)
class DecliningEndpoints:
    """
    Answers calls about giving back.

    Attributes:
        entrance: What lets contacts through who came in.
    """

    entrance: Entrance

    @property
    def answers(self) -> Answers:
        """What makes responses."""
        return self.entrance.answers

    def ask(self, call: Call) -> WebResponse:
        """Ask whether the contact means it; nothing is changed."""
        return self.entrance.page(call, lambda inside: self._present(call, inside, really=False))

    def decline(self, call: Call) -> WebResponse:
        """Give back what was shared with the contact."""
        read_form(call.request)
        return self.entrance.page(call, lambda inside: self._present(call, inside, really=True))

    def _present(self, call: Call, inside: Inside, *, really: bool) -> WebResponse:
        """Answer, and say of what is not there, not for this contact, and not theirs to give back the same."""
        try:
            ref = ResourceRef(call.places["kind"], call.places["id"])
            return self._done(inside, ref) if really else self._asked(inside, ref)
        except (InvalidInputError, NotFoundError):
            return self.answers.absent(inside.client)

    def _asked(self, inside: Inside, ref: ResourceRef) -> WebResponse:
        contact = inside.session.contact
        found = inside.kit.shares.declinable(ref, by=contact)
        if found is None:
            raise NotFoundError("grant")
        shown = inside.kit.access.view(contact, ref, locale=inside.reader.language.tag)
        about = {"about": shown, "still_sees": found.still_sees}
        urls = {"url": decline_url(inside, ref), "about_url": inside.reader.root + item_path(ref)}
        return self.answers.for_client(200, "decline", inside.client, **about, **urls)

    def _done(self, inside: Inside, ref: ResourceRef) -> WebResponse:
        found = inside.kit.shares.declinable(ref, by=inside.session.contact)
        if found is None:
            raise NotFoundError("grant")
        inside.kit.shares.decline(found.grant, by=inside.session.contact)
        path = item_path(ref) if found.still_sees else f"{HOME.path}?given-back=1"
        return self.answers.see_other(inside.reader.root + path)
