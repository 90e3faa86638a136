"""Finding people while somebody types, against a plain oracle."""

import re
import unicodedata
from collections.abc import Collection
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit import Contact, ContactProfile, Organization, Staff, errors
from sharekit.backends.memory import MemoryRecordStore
from sharekit.codec import fold
from sharekit.codec.kinds import CONTACT
from sharekit.codec.kinds_of_people import CONTACT_TAG
from sharekit.ids import TenantId
from sharekit.ports import Query, Row
from sharekit.records.people import ContactTag
from sharekit.testing import kit
from sharekit.testing.plant import plant
from tests.features.conftest import Agency

MARIA = Staff("maria")


def add(agency: Agency, name: str, email: str, tags: Collection[str] = ()) -> ContactProfile:
    """Add a contact."""
    return agency.kit.people.add_contact(name, email, tags=tags, by=agency.maria)


def names(agency: Agency, text: str, **options: Any) -> list[str]:  # noqa: ANN401  # any option of a search
    """Return the names that a search gives."""
    return [person.name for person in agency.kit.people.search(text, **options)]


@pytest.fixture
def town(agency: Agency) -> Agency:
    """An agency with the people of several countries."""
    add(agency, "Ana García", "ana@acme.test", {"Key account"})
    add(agency, "Łukasz Wójcik", "lukasz.wojcik@firma.test", {"VIP"})
    add(agency, "Søren Đurić", "s.duric@nord.test")
    add(agency, "Jan de Vries", "jan@devries.test", {"vip"})
    add(agency, "Sean O'Brien", "sean@obrien.test")
    add(agency, "Anna-Lena Groß", "al@gross.test")
    add(agency, "100% Design", "hello@percent.test")
    add(agency, "Zoe An_derson", "zoe@under.test")
    agency.kit.people.add_organization("Anderson & Söhne", by=agency.maria)
    agency.kit.people.add_organization("Vries Logistics", by=agency.maria)
    return agency


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("an", ["Ana García", "Anderson & Söhne", "Anna-Lena Groß", "Zoe An_derson"]),
        ("ANA G", ["Ana García"]),
        ("garcia ana", ["Ana García"]),
        ("lukasz", ["Łukasz Wójcik"]),
        ("WÓJCIK", ["Łukasz Wójcik"]),
        ("soren djuric", []),
        ("soren duric", ["Søren Đurić"]),
        ("gross", ["Anna-Lena Groß"]),
        ("lena", ["Anna-Lena Groß"]),
        ("anna-l", ["Anna-Lena Groß"]),
        ("o'b", ["Sean O'Brien"]),
        ("vries", ["Vries Logistics", "Jan de Vries"]),
        ("vip", ["Jan de Vries", "Łukasz Wójcik"]),
        ("acc", ["Ana García"]),
        ("vip luk", ["Łukasz Wójcik"]),
        ("jan@dev", ["Jan de Vries"]),
        ("nord.t", ["Søren Đurić"]),
        ("ana acme", ["Ana García"]),
        ("%", ["100% Design"]),
        ("100%", ["100% Design"]),
        ("_", ["Zoe An_derson"]),
        ("an_", ["Zoe An_derson"]),
        ("*", []),
        ("rcia", []),
        ("nobody", []),
    ],
)
def test_people_find_whom_they_mean(town: Agency, text: str, found: list[str]) -> None:
    """By the beginnings of words, by address, by tag; names that begin with the text come first."""
    assert found == names(town, text)


def test_nothing_typed_gives_the_first_by_name(town: Agency) -> None:
    """Contacts and organizations in one list, by name as people read it."""
    first = ["100% Design", "Ana García", "Anderson & Söhne", "Anna-Lena Groß"]

    assert first == names(town, "", limit=4)
    assert first == names(town, " \t\n ", limit=4)


def test_a_list_is_the_beginning_of_a_longer_one(town: Agency) -> None:
    """Whatever the limit is, the order is the same."""
    for text in ("", "an", "vip", "s"):
        whole = names(town, text, limit=100)
        for limit in range(1, len(whole) + 1):
            assert whole[:limit] == names(town, text, limit=limit)


def test_what_is_found_can_be_passed_on(town: Agency) -> None:
    """Each line names a party, and what tells it apart."""
    ana, anderson, *_ = town.kit.people.search("an")

    assert isinstance(ana.party, Contact)
    assert isinstance(anderson.party, Organization)
    assert ("ana@acme.test", True) == (ana.email, ana.active)
    assert anderson.email is None
    assert "Ana García" == town.kit.people.get(ana.party).name


def test_a_search_can_be_narrowed(town: Agency) -> None:
    """To one sort, to the members of an organization, to those with access, to the active ones."""
    people = town.kit.people
    ana, anderson, anna, zoe = (person.party for person in people.search("an"))
    assert isinstance(ana, Contact)
    assert isinstance(anna, Contact)
    assert isinstance(zoe, Contact)
    assert isinstance(anderson, Organization)
    people.join(anna, anderson, by=town.maria)
    people.invite(ana, by=town.maria)
    people.enter(people.invitation_token(people.invite(zoe, by=town.maria)))

    assert ["Anderson & Söhne"] == names(town, "an", kinds={"organization"})
    assert ["Ana García", "Anna-Lena Groß", "Zoe An_derson"] == names(town, "an", kinds={"contact"})
    assert ["Anna-Lena Groß"] == names(town, "", organization=anderson)
    assert [] == names(town, "ana", organization=anderson)
    assert ["Ana García", "Zoe An_derson"] == names(town, "", with_access=True)
    assert ["Anna-Lena Groß"] == names(town, "an", with_access=False)

    people.withdraw(zoe, by=town.maria)
    people.deactivate(ana, by=town.maria)

    assert [] == names(town, "", with_access=True)
    assert ["Anderson & Söhne", "Anna-Lena Groß", "Zoe An_derson"] == names(town, "an")
    assert ["Ana García"] == names(town, "an", active=False)
    assert ["Ana García", "Anderson & Söhne", "Anna-Lena Groß", "Zoe An_derson"] == names(town, "an", active=None)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"text": "x" * 10_000}, "text"),
        ({"text": "x" * 201}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"text": 7}, "text"),
        ({"text": None}, "text"),
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"limit": True}, "limit"),
        ({"kinds": ()}, "kinds"),
        ({"kinds": "contact"}, "kinds"),
        ({"kinds": {"staff"}}, "kinds"),
        ({"organization": "acme"}, "organization"),
        ({"with_access": 1}, "with_access"),
        ({"active": "yes"}, "active"),
    ],
)
def test_bad_searches_are_refused(agency: Agency, options: dict[str, Any], field: str) -> None:
    """The argument at fault is named."""
    with pytest.raises(errors.InvalidInputError) as refused:
        agency.kit.people.search(**{"text": "", **options})

    assert field == refused.value.field


def test_the_longest_text_is_answered(agency: Agency) -> None:
    """A hundred words are as good as one."""
    text = " ".join(f"{letter}" for letter in map(chr, range(0x4E00, 0x4E00 + 100)))
    add(agency, text, "long@acme.test")

    assert 199 == len(text)
    assert [text] == names(agency, text)
    assert [] == names(agency, " ".join("abcdefghijklmnopqrstuvwxyz" * 3))


def test_ten_thousand_contacts_are_searched_by_the_store(agency: Agency) -> None:
    """What is found among many is right, and takes two questions for each sort, whoever is looked for."""
    tenant = agency.kit.tenant
    planted = [
        ContactProfile(id=f"c{number:05}", tenant=tenant, name=f"Nr{number} Person", email=f"p{number}@many.test")
        for number in range(10_000)
    ]
    tag = ContactTag(tenant=tenant, contact=Contact("c07777"), label="needle")
    plant(agency.records, [*(CONTACT.dump(tenant, one, 0) for one in planted), CONTACT_TAG.dump(tenant, tag, 0)])
    asked: list[Query] = []
    wiring = agency.kit._wiring
    with wiring.reading() as unit:
        find = unit.tx.find
        cls = type(unit.tx)

    def counted(self: object, query: Query) -> list[Row]:
        asked.append(query)
        return list(real(self, query))

    real: Any = cls.find  # a method of either store
    del find
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cls, "find", counted)
        by_name, by_tag = names(agency, "person nr9999"), names(agency, "needle")
        by_mail, first = names(agency, "p1234@"), names(agency, "nr", limit=3)

    assert (["Nr9999 Person"], ["Nr7777 Person"], ["Nr1234 Person"]) == (by_name, by_tag, by_mail)
    assert ["Nr0 Person", "Nr1 Person", "Nr10 Person"] == first
    assert len(asked) <= 4 * 4
    assert all(query.limit is not None and query.limit <= 20 for query in asked)


# --- the oracle ------------------------------------------------------------------------------


@attrs.frozen
class Somebody:
    """A contact as the oracle sees them."""

    name: str
    email: str
    tags: tuple[str, ...]


def plain(text: str) -> str:
    """Return a text as people compare it, written down without looking at the library."""
    letters = {"ł": "l", "ø": "o", "đ": "d"}
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letters.get(char, char) for char in parts if not unicodedata.combining(char))


def begins_a_word(text: str, term: str) -> bool:
    """Say whether the term stands in the text at the beginning of a word, or at a sign; spaces at signs are nothing."""
    text = re.sub(r"\s*([^\w\s]|_)\s*", r"\1", text)
    places = [found.start() for found in re.finditer(re.escape(term), text)]
    return any(place == 0 or not text[place - 1].isalnum() or not text[place].isalnum() for place in places)


def is_found(person: Somebody, text: str) -> bool:
    """Say whether each word of the text finds the person."""
    address = plain(person.email)
    return all(
        any(begins_a_word(plain(part), term) for part in (person.name, *person.tags))
        or address.startswith(term)
        or f"@{term}" in address
        for term in plain(text).split()
    )


LETTERS = "aAbŁłøđéñ -'%_"
typed = st.text(LETTERS, max_size=6)
full_names = st.text(LETTERS, min_size=1, max_size=10).filter(str.strip)
somebodies = st.builds(
    lambda name, local, tags: (name, local, tags),
    full_names,
    st.text("ab.%_-", min_size=1, max_size=4),
    st.lists(full_names, max_size=2),
)


@given(st.lists(somebodies, max_size=8), st.lists(typed, min_size=1, max_size=6), st.integers(1, 5))
def test_a_search_is_what_its_words_say(people: list[tuple[str, str, list[str]]], texts: list[str], limit: int) -> None:
    """Whoever should be found is, nobody else is, and the order is the one that was promised."""
    own = kit(records=MemoryRecordStore())
    there = [Somebody(name, f"{local}{n}@ab.test", tuple(tags)) for n, (name, local, tags) in enumerate(people)]
    for person in there:
        own.people.add_contact(person.name, person.email, tags=person.tags, by=MARIA)

    for text in texts:
        start = " ".join(plain(text).split())
        wanted = sorted(
            (person for person in there if is_found(person, text)),
            key=lambda person: (not plain(person.name).startswith(start), plain(person.name)),
        )
        found = own.people.search(text, limit=100)
        assert {person.email for person in wanted} == {person.email for person in found}
        assert [plain(person.name) for person in wanted] == [plain(person.name) for person in found]
        assert found[:limit] == own.people.search(text, limit=limit)


def test_names_in_a_fold_are_compared_as_folded() -> None:
    """The oracle and the library mean the same by a folded text."""
    assert [plain(text) for text in ("Łódź", "Ñandú", "Đurić")] == [fold(text) for text in ("Łódź", "Ñandú", "Đurić")]
    assert TenantId("default") == kit().tenant
