"""
Templates of requests: kept, removed, listed, and found by those who ask.
"""

from collections.abc import Mapping

from sharekit.codec.kinds_of_requests import REQUEST_TEMPLATE
from sharekit.errors import InvalidInputError, NotFoundError
from sharekit.features._facts import require_active, require_staff
from sharekit.features._request_facts import policy_for
from sharekit.features._unit import Unit, Wiring
from sharekit.ports import AllOf, AnyOf, Condition, Eq, IsNull, OrderBy
from sharekit.records import checks, events
from sharekit.records.parties import Principal
from sharekit.records.requests import RequestItem, RequestTemplate, RequestText, TemplateKeys, numbered, template_id
from sharekit.records.several import SeveralInOrder

__all__ = ["Templating", "template_named"]


class Templating:
    """The part of `Requests` that is about templates."""

    _wiring: Wiring

    def save_template(
        self,
        name: str,
        *,
        title: str,
        items: SeveralInOrder[RequestItem],
        by: Principal,
        case_type: str | None = None,
        text: RequestText | None = None,
        texts: Mapping[str, RequestText] | None = None,
        due_days: int | None = None,
    ) -> RequestTemplate:
        """
        Keep a request to be made again and again, in place of the template of this name if there is one.

        Args:
            name: What it is called in programs, a slug such as ``"new-client"``.
            title: What staff call it.
            items: What is asked for.
            by: Any active staff.
            case_type: The type of case that it is meant for, in the host's own words; None for every type.
            text: Its words; None for the house's own, in the contact's language.
            texts: Its words in other languages, by language.
            due_days: How many days contacts have; None for no date.

        Raises:
            InvalidInputError: An argument cannot be used; ``field`` names it.
            NotAllowedError: *by* is no active member of staff.
        """
        require_staff(by)
        wanted, words = numbered(items), _texts(text, texts)
        for item in wanted:
            policy_for(self._wiring, item)

        def work(unit: Unit) -> RequestTemplate:
            require_active(unit, by)
            template = RequestTemplate(
                tenant=unit.tenant,
                name=name,
                title=title,
                case_type=case_type,
                items=wanted,
                text=text,
                texts=words,
                due_days=due_days,
                changed_at=unit.now,
            )
            unit.get(REQUEST_TEMPLATE, template.id)
            unit.put(REQUEST_TEMPLATE, template)
            _said(unit, name, by, removed=False)
            return template

        return self._wiring.write(work)

    def remove_template(self, name: str, *, by: Principal) -> None:
        """
        Remove a template; requests that were made from it stay as they are.

        Raises:
            NotAllowedError: *by* is no active member of staff.
            NotFoundError: There is no template of this name.
        """
        require_staff(by)
        checks.slug("name", name)

        def work(unit: Unit) -> None:
            require_active(unit, by)
            unit.delete(REQUEST_TEMPLATE, template_named(unit, name).id)
            _said(unit, name, by, removed=True)

        self._wiring.write(work)

    def templates(self, *, case_type: str | None = None) -> list[RequestTemplate]:
        """Return the templates for a type of case, with those for every type; all of them for None; by title."""
        checks.optional_text("case_type", case_type)
        fits: Condition = AllOf(())
        if case_type is not None:
            fits = AnyOf((Eq(TemplateKeys.CASE_TYPE, case_type), IsNull(TemplateKeys.CASE_TYPE)))
        with self._wiring.reading() as unit:
            return unit.find(REQUEST_TEMPLATE, fits, order=OrderBy(TemplateKeys.NAME))


def template_named(unit: Unit, name: str) -> RequestTemplate:
    """Return the template of a name, which must be there."""
    found = unit.get(REQUEST_TEMPLATE, template_id(name))
    if found is None:
        raise NotFoundError(REQUEST_TEMPLATE.name)
    return found


def _texts(text: object, texts: object) -> Mapping[str, RequestText]:
    if text is not None and not isinstance(text, RequestText):
        raise InvalidInputError("text", "needs a RequestText, or None")
    if texts is None:
        return {}
    if not isinstance(texts, Mapping) or not all(isinstance(each, RequestText) for each in texts.values()):
        raise InvalidInputError("texts", "needs RequestTexts by language")
    if text is None and texts:
        raise InvalidInputError("text", "is needed beside words in other languages")
    for locale in texts:
        checks.locale("texts", locale)
    return dict(texts)


def _said(unit: Unit, name: str, by: Principal, *, removed: bool) -> None:
    unit.emit(events.RequestTemplateSaved(tenant=unit.tenant, at=unit.now, by=by, template=name, removed=removed))
