"""
Choosing people in a form: who is found and chosen, and somebody new who is added on the spot.
"""

from collections.abc import Callable, Mapping
from typing import Final

import attrs

from sharekit.errors import DuplicateContactError, InvalidInputError, NotAllowedError, NotFoundError
from sharekit.records.parties import Contact, Organization
from sharekit.web.locales import LANGUAGES
from sharekit.web.pages import Markup
from sharekit.web.staff.desk import Desk, Fields
from sharekit.web.staff.people import NewContact, PartyLine, entered, find, line_of, organizations, party_of

__all__ = ["Chooser", "ChosenPeople", "check_new", "refuse_new"]

_NEW: Final = ("name", "email", "locale", "organization", "tags")


@attrs.define(kw_only=True)
class ChosenPeople:
    """
    The part of a form that is about people.

    Attributes:
        search: What is looked for.
        chosen: Who was chosen, as far as they are known.
        new: The fields about somebody new, as they were typed.
        newcomer: Somebody new, when the fields about them say so and can be.
        problems: What is wrong, by field of the whole form.
    """

    search: str = ""
    chosen: list[PartyLine] = attrs.field(factory=list[PartyLine])
    new: dict[str, str] = attrs.field(factory=lambda: dict.fromkeys(_NEW, ""))
    newcomer: NewContact | None = None
    problems: dict[str, str] = attrs.field(factory=dict[str, str])

    @property
    def keys(self) -> frozenset[str]:
        """Who was chosen, as forms name them."""
        return frozenset(line.key for line in self.chosen)

    @property
    def names_somebody_new(self) -> bool:
        """Whether anything was typed about somebody new."""
        return bool(self.new["name"] or self.new["email"])

    def choose(self, line: PartyLine) -> None:
        """Have somebody be among those who were chosen, once."""
        if line.key not in self.keys:
            self.chosen.append(line)

    def forget_new(self) -> None:
        """Empty the fields about somebody new."""
        self.new |= {"name": "", "email": "", "tags": ""}
        self.newcomer = None


@attrs.frozen(kw_only=True)
class Chooser:
    """
    What chooses people and adds somebody new, for a panel.

    Attributes:
        desk: Who is at work.
        add_contact: What makes somebody new known; by default the kit's own directory.
        organization: Whose people are shown first, and what somebody new belongs to unless it is changed.
        only_contacts: Whether organizations cannot be chosen.
    """

    desk: Desk
    add_contact: Callable[[NewContact], Contact] | None
    organization: Organization | None
    only_contacts: bool = False

    def begin(self, form: ChosenPeople) -> None:
        """Fill in what somebody new most likely is."""
        home = self.desk.language.texts if self.organization is None else self._language_of(self.organization)
        form.new |= {"locale": home, "organization": "" if self.organization is None else self.organization.key}

    def read(self, fields: Fields, form: ChosenPeople) -> None:
        """Read whom a form names, as far as they can be taken."""
        form.search = fields.one("q")
        form.new = {name: fields.one(f"new-{name}") for name in _NEW}
        gettext = self.desk.gettext
        for key in dict.fromkeys(fields.many("to")):
            party = party_of(key)
            fits = isinstance(party, Contact) or (party is not None and not self.only_contacts)
            line = line_of(self.desk.kit, party) if party is not None and fits else None
            if line is None:
                form.problems["to"] = gettext("Somebody whom you chose is not known any more, and was left out.")
            elif not line.active:
                form.problems["to"] = gettext("%(name)s is not active any more, and was left out.", name=line.name)
            else:
                form.choose(line)

    def add(self, form: ChosenPeople) -> None:
        """Have somebody new be known and chosen, or note why not."""
        check_new(self.desk, form)
        self.recognize(form)
        if not form.problems:
            try:
                self.added(form)
            except NotAllowedError:
                self.note_refusal(form)

    def recognize(self, form: ChosenPeople) -> None:
        """Choose who is known by the address already instead of adding them; if the name is another, ask first."""
        new = form.newcomer
        known = None if new is None or form.problems else self.desk.kit.people.find(new.email)
        if new is None or known is None:
            return
        line = line_of(self.desk.kit, Contact(known.id))
        if line is None or not line.active:
            form.problems["new-email"] = self.desk.gettext(
                "This address belongs to %(name)s, who is not active any more.", name=known.name
            )
            return
        form.choose(line)
        form.forget_new()
        # The same form a second time is no mistake.
        if line.name.casefold() != new.name.casefold():
            form.problems["new-email"] = self.desk.gettext(
                "This address belongs to %(name)s, who is chosen now.", name=line.name
            )

    def added(self, form: ChosenPeople) -> bool:
        """Have somebody new be known and chosen, and say whether nobody is left to be added."""
        if form.newcomer is None:
            return True
        try:
            contact = self._make(form.newcomer)
        except DuplicateContactError:  # somebody else was faster
            self.recognize(form)
            return not form.problems
        except InvalidInputError as error:
            refuse_new(self.desk, form, error.field)
            return False
        line = line_of(self.desk.kit, contact)
        if line is not None:
            form.choose(line)
            form.forget_new()
        return line is not None

    def note_refusal(self, form: ChosenPeople) -> None:
        """Say at somebody new that where people are the host's alone, nobody is added here."""
        if form.newcomer is not None:
            form.problems["new-name"] = (
                self.desk.gettext("Somebody new cannot be added here.")
                if self.add_contact is None
                else self.desk.gettext("Add them first, then choose what else you want.")
            )

    def found(self, form: ChosenPeople) -> Markup:
        """Return the list of those who can be chosen, which the script asks for."""
        return self.desk.render("found", found=self._candidates(form), search=form.search)

    def shown(self, form: ChosenPeople) -> Mapping[str, object]:
        """Return what the template of a panel shows of it."""
        return {
            "found": self._candidates(form),
            "search": form.search,
            "languages": {code: self.desk.formats.language_name(code) for code in LANGUAGES},
            "organizations": organizations(self.desk.kit),
        }

    def _candidates(self, form: ChosenPeople) -> list[PartyLine]:
        return find(self.desk.kit, form.search, form.keys, self.organization, only_contacts=self.only_contacts)

    def _make(self, new: NewContact) -> Contact:
        if self.add_contact is not None:
            return self.add_contact(new)
        return entered(self.desk.kit, new, self.desk.by)

    def _language_of(self, organization: Organization) -> str:
        """Return the language that people of an organization speak: that of the first of them."""
        try:
            members = self.desk.kit.people.members(organization, limit=1)
        except (NotAllowedError, NotFoundError):
            members = []
        spoken = (members[0].contact.locale or "").partition("-")[0] if members else ""
        return spoken if spoken in LANGUAGES else self.desk.language.texts


def check_new(desk: Desk, form: ChosenPeople) -> None:
    """Read what was typed about somebody new, and note what is wrong with it."""
    for name, value in (("name", form.new["name"]), ("email", form.new["email"])):
        if not value:
            refuse_new(desk, form, name)
    locale, company = form.new["locale"], _company(desk, form.new["organization"])
    if locale not in LANGUAGES:
        refuse_new(desk, form, "locale")
    if form.new["organization"] and company is None:
        refuse_new(desk, form, "organization")
    try:
        form.newcomer = NewContact(
            name=form.new["name"],
            email=form.new["email"],
            locale=locale,
            tags=frozenset(tag.strip() for tag in form.new["tags"].split(",") if tag.strip()),
            organization=company,
        )
    except InvalidInputError as error:
        refuse_new(desk, form, error.field)


def refuse_new(desk: Desk, form: ChosenPeople, field: str) -> None:
    """Say in words what is wrong with somebody new, at the field that it is about."""
    words = {
        "name": desk.gettext("Write a name of at most 200 characters."),
        "email": desk.gettext("Write one e-mail address."),
        "locale": desk.gettext("Choose one of the languages."),
        "organization": desk.gettext("Choose an organization that is known and active."),
        "tags": desk.gettext("Write at most 50 short labels, with commas between them."),
    }
    known = field in words
    form.problems[f"new-{field}" if known else "to"] = (
        words[field] if known else desk.gettext("Choose somebody, or add a contact.")
    )


def _company(desk: Desk, key: str) -> Organization | None:
    """Return the organization that a form names, or None unless it is known and active."""
    party = party_of(key)
    line = line_of(desk.kit, party) if isinstance(party, Organization) else None
    return Organization(line.party.id) if line is not None and line.active else None
