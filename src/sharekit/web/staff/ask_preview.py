"""
What contacts would read of a request: it is looked at by the form that asks, before anything is sent.
"""

from collections.abc import Sequence

import attrs

from sharekit.kit import Sharekit
from sharekit.records.catalog import ResourceRef
from sharekit.records.parties import Contact
from sharekit.records.requests import RequestTemplate
from sharekit.records.submissions import ItemView, RequestView
from sharekit.web.locales import language_of
from sharekit.web.refusals import size_in
from sharekit.web.request_pages import due_in, types_in
from sharekit.web.staff.ask_form import AskForm, typed
from sharekit.web.staff.desk import Desk
from sharekit.web.staff.people import entered

__all__ = ["PreviewLine", "previewed"]


@attrs.frozen(kw_only=True)
class PreviewLine:
    """
    What one contact would read.

    Attributes:
        view: The request as they would see it.
        lang: The language in which they would read it, as a tag.
        due: Until when it is wanted, in their words, or None.
        items: What is asked for, each with what is taken, in their words.
    """

    view: RequestView
    lang: str
    due: str | None
    items: Sequence[tuple[ItemView, str, str]]


def previewed(desk: Desk, about: ResourceRef, form: AskForm, template: RequestTemplate | None) -> list[PreviewLine]:
    """
    Return what each contact of a form without problems would read, somebody new included; nothing of it is kept.

    Raises:
        SharekitError: Whatever asking itself would raise.
    """
    newcomer, views = form.newcomer, list[RequestView]()

    def look(kit: Sharekit, to: Sequence[Contact]) -> None:
        views[:] = kit.requests.preview(
            to=to,
            about=about,
            by=desk.by,
            items=form.items,
            **typed(form, template),
            due=form.due,
            template=None if template is None else template.name,
            locale=desk.language.tag,
        )

    if newcomer is None:
        look(desk.kit, form.contacts)
    else:
        desk.kit.access.plan(lambda kit: look(kit, [*form.contacts, entered(kit, newcomer, desk.by)]), by=desk.by)
    return [_line(desk, view) for view in views]


def _line(desk: Desk, view: RequestView) -> PreviewLine:
    language = language_of(view.locale) or desk.language
    formats = desk.pages.formats(language)
    return PreviewLine(
        view=view,
        lang=language.tag,
        due=due_in(view.due, formats),
        items=[(item, types_in(item, formats), size_in(item.max_bytes, formats)) for item in view.items],
    )
