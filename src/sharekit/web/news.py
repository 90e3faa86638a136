"""
What happens where a contact reads what is new, chooses how to hear of it, and ends letters by one click.
"""

from collections.abc import Mapping
from datetime import time
from typing import Final

import attrs

from sharekit.errors import (
    InvalidInputError,
    InvalidTokenError,
    InvitationUnavailableError,
    NotFoundError,
    TooManyAttemptsError,
)
from sharekit.features.notifications import Notifications
from sharekit.ids import RequestId, TenantId
from sharekit.records.catalog import ResourceRef
from sharekit.records.notices import Cadence, FeedItem, FeedPage
from sharekit.web._guard import read_form
from sharekit.web.answers import Answers
from sharekit.web.calls import Call
from sharekit.web.choices import CHOSEN, choices_page
from sharekit.web.feeds import feed_page
from sharekit.web.inside import Entrance, Inside
from sharekit.web.listing import item_path
from sharekit.web.messages import WebResponse
from sharekit.web.routes import CHOICES, NEWS, SUBSCRIBE, UPLOAD
from sharekit.web.talks import fields_of, looks

__all__ = ["NewsEndpoints"]

_PAGE: Final = 30
_MOST_MUTED: Final = 10  # at a time: a form of ours holds no more


@attrs.frozen(kw_only=True)
class NewsEndpoints:
    """
    Answers calls about news.

    Attributes:
        entrance: What lets contacts through who came in.
    """

    entrance: Entrance

    @property
    def answers(self) -> Answers:
        """What makes responses."""
        return self.entrance.answers

    def feed(self, call: Call) -> WebResponse:
        """Show what is new; whoever looks at it has seen it."""
        return self.entrance.page(call, lambda inside: self._feed(call, inside))

    def mark_seen(self, call: Call) -> WebResponse:
        """Have the contact have seen everything."""
        read_form(call.request)

        def seen(inside: Inside) -> WebResponse:
            inside.kit.notifications.mark_seen(inside.session.contact)
            return self.answers.see_other(inside.reader.root + NEWS.path)

        return self.entrance.page(call, seen)

    def choices(self, call: Call) -> WebResponse:
        """Show how the contact wants to hear of things."""
        saved = fields_of(call.request).get("saved") == "1"
        return self.entrance.page(call, lambda inside: self._choices(inside, 200, saved=saved))

    def choose(self, call: Call) -> WebResponse:
        """Keep what the contact chose."""
        fields = read_form(call.request)
        return self.entrance.page(call, lambda inside: self._choose(inside, fields))

    def mute(self, call: Call) -> WebResponse:
        """End letters about one thing, or have them come again."""
        fields = read_form(call.request)
        return self.entrance.page(call, lambda inside: self._mute(inside, fields))

    def ask(self, call: Call) -> WebResponse:
        """Ask whether letters are to end; nothing is changed, and nothing read."""
        self._ending(call)
        return self.answers.unsubscribe(call.reader)

    def unsubscribe(self, call: Call) -> WebResponse:
        """End them. What a mail program sends along, and in which form, does not matter: the address says all."""
        token = call.places["token"]
        try:
            self._ending(call).unsubscribe(token)
        except InvalidTokenError as error:
            raise InvitationUnavailableError from error
        return self.answers.unsubscribe(call.reader, again=SUBSCRIBE.fill(token=token))

    def subscribe(self, call: Call) -> WebResponse:
        """Have a letter ask whether those letters are to come again; it goes to whoever reads the mail."""
        try:
            self._ending(call).subscribe(call.places["token"])
        except (InvalidTokenError, NotFoundError) as error:
            raise InvitationUnavailableError from error
        return self.answers.subscription(call.reader, "sent")

    def ask_to_confirm(self, call: Call) -> WebResponse:
        """Ask whether letters are to come again; nothing is changed."""
        try:
            view = self._confirming(call).subscription(call.places["token"])
        except InvalidTokenError:
            return self.answers.subscription(call.reader, "over", 410)
        news = [str(kind) for kind in CHOSEN if kind in view.news]
        return self.answers.subscription(call.reader.speaking(view.locale), "ask", news=news)

    def confirm(self, call: Call) -> WebResponse:
        """Have them come."""
        read_form(call.request)
        try:
            self._confirming(call).confirm(call.places["token"])
        except InvalidTokenError:
            return self.answers.subscription(call.reader, "over", 410)
        return self.answers.subscription(call.reader, "done")

    def _ending(self, call: Call) -> Notifications:
        return self._notifications(call, self.entrance.kit.notifications.tenant_of(call.places["token"]))

    def _confirming(self, call: Call) -> Notifications:
        return self._notifications(call, self.entrance.kit.notifications.subscription_tenant_of(call.places["token"]))

    def _notifications(self, call: Call, named: TenantId | None) -> Notifications:
        """Return the news of the tenant that a token names, where that is the one here."""
        if named is None or not self.entrance.is_here(call, named):
            raise InvitationUnavailableError  # looks like any unknown address, and is counted as a guess
        return self.entrance.kit_for(named).notifications

    def _feed(self, call: Call, inside: Inside) -> WebResponse:
        contact = inside.session.contact
        try:
            page = inside.kit.notifications.feed(
                contact, after=fields_of(call.request).get("after") or None, limit=_PAGE
            )
        except (InvalidInputError, InvalidTokenError):  # an address is typed, cut and kept
            return self.answers.see_other(inside.reader.root + NEWS.path)
        unseen = [item for item in page.items if not item.seen]
        if unseen and looks(call.request):
            inside.kit.notifications.mark_seen(contact, unseen)
        return self._shown(inside, page)

    def _shown(self, inside: Inside, page: FeedPage) -> WebResponse:
        client, requests = inside.client, inside.kit.requests

        def upload_path(item: FeedItem) -> str | None:
            try:
                token = requests.token(RequestId(item.details["request"]), inside.session.contact)
            except NotFoundError:
                return None
            return UPLOAD.fill(token=token)

        shown = feed_page(page, self.answers.formats_of(client), root=inside.reader.root, upload_path=upload_path)
        return self.answers.for_client(200, "news", client, page=shown)

    def _choices(self, inside: Inside, status: int, *, saved: bool = False, problem: str | None = None) -> WebResponse:
        kept = inside.kit.notifications.preferences(inside.session.contact)
        page = choices_page(
            kept,
            muted=[(key, self._title(inside, key)) for key in sorted(kept.muted)[:_MOST_MUTED]],
            awaited=kept.awaited(inside.kit.clock.now()),
            saved=saved,
            problem=problem,
        )
        return self.answers.for_client(status, "choices", inside.client, page=page)

    def _title(self, inside: Inside, key: str) -> str | None:
        ref = ResourceRef.parse(key)
        try:
            return inside.kit.access.view(inside.session.contact, ref, locale=inside.reader.language.tag).title
        except (InvalidInputError, NotFoundError):
            return None

    def _choose(self, inside: Inside, fields: Mapping[str, str]) -> WebResponse:
        contact, notifications = inside.session.contact, inside.kit.notifications
        if fields.get("again") == "1":
            return self._ask_again(inside)
        given = {news: fields.get(f"when-{news}", "") for news in CHOSEN}
        start, end = _time(fields.get("quiet-from", "")), _time(fields.get("quiet-until", ""))
        daily, zone = _time(fields.get("daily-at", "")), fields.get("zone", "").strip()
        if (start is None) is not (end is None):
            said = inside.reader.language.gettext("Give both times, or neither.")
            return self._choices(inside, 400, problem=said)
        try:
            kept = notifications.choose(
                contact,
                by=contact,
                cadences={news: Cadence(value) for news, value in given.items() if value in set(Cadence)},
                quiet=None if start is None or end is None else (start, end),
                daily_at=time(8) if daily is None else daily,
                time_zone=zone or None,
            )
        except InvalidInputError:
            said = inside.reader.language.gettext("This time zone is not known. Choose one of the list.")
            return self._choices(inside, 400, problem=said)
        except TooManyAttemptsError:
            return self._too_often(inside)
        for key in kept.muted:
            if fields.get(f"again-{key}") == "1":
                notifications.unmute(contact, ResourceRef.parse(key), by=contact)
        return self.answers.see_other(f"{inside.reader.root}{CHOICES.path}?saved=1")

    def _ask_again(self, inside: Inside) -> WebResponse:
        contact = inside.session.contact
        try:
            inside.kit.notifications.ask_again(contact, by=contact)
        except TooManyAttemptsError:
            return self._too_often(inside)
        return self.answers.see_other(inside.reader.root + CHOICES.path)

    def _too_often(self, inside: Inside) -> WebResponse:
        said = inside.reader.language.gettext(
            "We have sent you several letters that ask you to confirm. Look for the last one, or try again tomorrow."
        )
        return self._choices(inside, 429, problem=said)

    def _mute(self, inside: Inside, fields: Mapping[str, str]) -> WebResponse:
        contact = inside.session.contact
        try:
            ref = ResourceRef(fields.get("kind", ""), fields.get("id", ""))
            if ref.kind not in inside.kit.kinds:
                raise NotFoundError("resource")
            inside.kit.access.view(contact, ref)
        except (InvalidInputError, NotFoundError):
            return self.answers.absent(inside.client)
        change = inside.kit.notifications.mute if fields.get("mute") == "1" else inside.kit.notifications.unmute
        change(contact, ref, by=contact)
        return self.answers.see_other(inside.reader.root + item_path(ref))


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None) if text else None
    except ValueError:
        return None
