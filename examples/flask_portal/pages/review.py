"""
The review of access: what was shared and may have outlived its reason, to be kept, taken back or extended.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sharekit import Sharekit, end_of_day
from sharekit.errors import NotAllowedError
from sharekit.records.reviews import ReviewItem, ReviewReason, as_csv
from werkzeug.wrappers import Response as AnyResponse

from flask_portal.pages.desk import portal, signed_in_as, today
from flask_portal.pages.guard import guard

__all__ = ["pages"]

pages = Blueprint("review", __name__, url_prefix="/review")
guard(pages, sign_in=True)

_WORDS: Final[Mapping[ReviewReason, str]] = {
    ReviewReason.REMOVED: "The thing is not there any more.",
    ReviewReason.LEFT: "Whom it is for is gone or not active.",
    ReviewReason.MAKER: "Whoever made the link may not share this any more, so it opens nothing.",
    ReviewReason.EXPIRED: "It has ended.",
    ReviewReason.EXPIRING: "It ends soon.",
    ReviewReason.UNUSED: "Nobody used it for long.",
}
_LONGER: Final = timedelta(days=90)


@pages.get("")
def index() -> str:
    """List what needs a look."""
    return render_template("review.html", items=_items(portal().kit), words=_WORDS, longer=_LONGER.days)


@pages.get("/access.csv")
def table() -> Response:
    """Send the list for a spreadsheet."""
    headers = {"Content-Disposition": 'attachment; filename="access.csv"'}
    return Response(as_csv(_items(portal().kit)), mimetype="text/csv", headers=headers)


@pages.post("")
def answer() -> AnyResponse:
    """Keep, take back or extend what was chosen: all of it, or nothing."""
    kit, by = portal().kit, signed_in_as()
    ids = set(request.form.getlist("item"))
    chosen = [item for item in _items(kit) if item.subject.id in ids]
    try:
        match request.form.get("do"):
            case "keep":
                done, said = kit.access.keep(chosen, by=by), "kept"
            case "revoke":
                done, said = kit.access.revoke(chosen, by=by), "taken back"
            case "extend":
                ends = end_of_day(today() + _LONGER, portal().settings.zone)
                done, said = kit.access.extend(chosen, expires_at=ends, by=by), "extended"
            case _:
                done, said = [], "changed"
    except NotAllowedError:
        flash("You may not share all of these, so nothing was changed.")
    else:
        flash(f"{len(done)} {said}." if done else "Nothing was changed.")
    return redirect(url_for(".index"))


def _items(kit: Sharekit) -> list[ReviewItem]:
    return list(kit.access.review(by=signed_in_as()))
