"""A host writes conditions of its own for the scope of its portal, and what it cannot answer denies."""

import logging
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from sharekit import Action, Contact, Order, ResourceRef, Sharekit, System, Visibility, errors, shared_with_me
from sharekit.ports import AllOf, Condition, Eq, Predicate, PredicateFacts, ReaderFacts
from sharekit.records.scopes import PortalScope, ScopePredicate, parse_scope
from sharekit.testing import kit
from sharekit.web.explanations import sentences
from tests.features.conftest import KEY, Agency, wrong

SETTINGS = System("settings")


@attrs.define
class Embargo:
    """A rule of the host: what is under embargo is not shown; it counts how often it was asked."""

    under: set[str] = attrs.field(factory=set[str])
    asked: int = 0

    def decide(self, facts: PredicateFacts) -> bool:
        """Say whether a thing is under embargo."""
        self.asked += 1
        return facts.entry.ref.id in self.under


def with_predicates(agency: Agency, *predicates: Predicate, scope: PortalScope = shared_with_me) -> Sharekit:
    """Return another kit on the same rows, as the next deployment of the host makes it."""
    kinds = agency.kit.kinds.values()
    return kit(
        records=agency.records,
        clock=agency.clock,
        kinds=kinds,
        secret_keys=[KEY],
        scope=scope,
        predicates=predicates,
    )


def open_kinds(_: ReaderFacts) -> Condition:
    """What everybody may see: things of this kind."""
    return Eq("kind", "project")


# Any: each story asks for another list.
def listed(kit: Sharekit, contact: Contact, **options: Any) -> list[str]:  # noqa: ANN401
    """The ids of a client's list, from its first page to its last."""
    found: list[str] = []
    after: str | None = None
    while True:
        page = kit.access.visible(contact, after=after, **options)
        found += [item.ref.id for item in page.items]
        after = page.next
        if after is None:
            return found


def fail(_: object) -> Any:  # noqa: ANN401  # it never returns
    """Be in trouble."""
    raise LookupError("the host's own trouble")


TROUBLES: dict[str, list[Predicate]] = {
    "unknown": [],
    "raises": [Predicate("embargo", decide=fail)],
    "answers nothing": [Predicate("embargo", decide=lambda _: wrong(None))],
    "raises a condition": [Predicate("embargo", condition=fail)],
    "wrong condition": [Predicate("embargo", condition=lambda _: Eq("no such key", 1))],
}


@pytest.fixture
def ana(agency: Agency) -> Contact:
    """A client with whom the project is shared."""
    ana = agency.person("Ana")
    agency.share(agency.relaunch, ana)
    return ana


def test_a_predicate_combines_with_scopes(agency: Agency, ana: Contact) -> None:
    """It narrows a scope by `&` and `~`, and widens one by `|`, for decisions and lists alike."""
    other = agency.thing("other", container=None)
    embargo = Embargo({"42"})
    under = Predicate("embargo", decide=embargo.decide)
    openly = Predicate("open-kinds", condition=open_kinds)
    seen: dict[str, list[str]] = {}
    for scope in (shared_with_me & ~under, shared_with_me & under, shared_with_me | openly, openly & ~under):
        own = with_predicates(agency, scope=scope)
        decided = [ref.id for ref in (agency.relaunch, other) if own.access.can(ana, Action.VIEW, ref)]
        seen[str(scope)] = decided

        assert sorted(decided) == sorted(listed(own, ana))
    assert seen == {
        "shared_with_me & ~host:embargo": [],
        "shared_with_me & host:embargo": ["42"],
        "shared_with_me | host:open-kinds": ["42", "other"],
        "host:open-kinds & ~host:embargo": ["other"],
    }
    assert (False, True) == (under.is_pushed_down, openly.is_pushed_down)


def test_settings_keep_its_name(agency: Agency, ana: Contact) -> None:
    """A scope with a predicate is configured at run time, and read back by every kit that was given it."""
    embargo = Embargo()
    under = Predicate("embargo", decide=embargo.decide)
    with_predicates(agency, under).portal.configure(scope=shared_with_me & ~under, by=SETTINGS)
    next_one = with_predicates(agency, under)
    before = next_one.access.can(ana, Action.VIEW, agency.relaunch)
    embargo.under.add("42")

    assert "shared_with_me & ~host:embargo" == next_one.portal.settings().scope
    assert (True, False) == (before, next_one.access.can(ana, Action.VIEW, agency.relaunch))


@pytest.mark.parametrize(
    ("scope", "sees"),
    [
        ("shared_with_me & host:embargo", False),
        ("shared_with_me & ~host:embargo", False),
        ("~(shared_with_me & host:embargo)", False),
        ("~(~shared_with_me | ~host:embargo)", False),
        ("shared_with_me | host:embargo", True),
        ("shared_with_me | ~host:embargo", True),
    ],
)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_cannot_be_answered_denies(agency: Agency, ana: Contact, scope: str, sees: bool, trouble: str) -> None:
    """A name that is gone, and a function that fails, give nothing in any place, and take nothing else away."""
    good = Predicate("embargo", condition=lambda _: AllOf())
    with_predicates(agency, good).portal.configure(scope=parse_scope(scope), by=SETTINGS)
    own = with_predicates(agency, *TROUBLES[trouble])

    assert sees is own.access.can(ana, Action.VIEW, agency.relaunch)
    assert (["42"] if sees else []) == listed(own, ana)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_cannot_be_answered_is_logged(
    agency: Agency, ana: Contact, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The operator learns which predicate denies, by the log `sharekit.access`."""
    good = Predicate("embargo", condition=lambda _: AllOf())
    with_predicates(agency, good).portal.configure(scope=good, by=SETTINGS)
    caplog.set_level(logging.ERROR, "sharekit.access")
    with_predicates(agency, *TROUBLES[trouble]).access.decide(ana, Action.VIEW, agency.relaunch)

    assert "'embargo'" in caplog.text


def test_long_lists_are_judged_a_page_at_a_time(agency: Agency, ana: Contact) -> None:
    """What only the host can judge is left out of pages, which go on where they ended, in both directions."""
    ids = [f"n{number:03}" for number in range(450)]
    for id_ in ids:
        agency.share(agency.thing(id_), ana)
    embargo = Embargo({"42", *(id_ for id_ in ids if id_[-1] != "7")})
    own = with_predicates(agency, scope=shared_with_me & ~Predicate("embargo", decide=embargo.decide))
    wanted = [id_ for id_ in ids if id_[-1] == "7"]
    first = own.access.visible(ana, limit=20, count=True)
    second = own.access.visible(ana, limit=20, after=first.next)
    back = own.access.visible(ana, limit=20, after=second.previous)

    assert wanted == listed(own, ana, limit=20)
    assert wanted[::-1] == listed(own, ana, limit=7, descending=True)
    assert sorted(wanted) == sorted(listed(own, ana, limit=50, order=Order.CREATED))
    assert (45, False) == (first.total, first.total_is_capped)
    assert first.items == back.items
    assert ["n017"] == listed(own, ana, search="N017")
    assert [] == listed(own, ana, search="n018")


def test_what_is_pushed_down_is_asked_once(agency: Agency, ana: Contact) -> None:
    """A list asks for the condition, and not thing by thing; what clients never see is asked about by nobody."""
    for number in range(30):
        agency.thing(f"n{number}")
    secret = agency.thing("secret", visibility=Visibility.INTERNAL)
    asked: list[ReaderFacts] = []
    embargo = Embargo()

    def note(reader: ReaderFacts) -> Condition:
        asked.append(reader)
        return open_kinds(reader)

    listed(with_predicates(agency, scope=Predicate("open-kinds", condition=note)), ana)
    own = with_predicates(agency, scope=~Predicate("embargo", decide=embargo.decide))
    own.access.can(ana, Action.VIEW, secret)

    assert 1 == len(asked)
    assert (ana, agency.clock.now()) == (asked[0].contact, asked[0].now)
    assert 0 == embargo.asked


def test_staff_are_told_in_the_words_of_the_host(agency: Agency, ana: Contact) -> None:
    """What speaks for a client, and what stands in the way, has the host's own words in the reader's language."""
    embargo = Embargo()
    under = Predicate(
        "embargo", decide=embargo.decide, reasons={"en": "It is under embargo.", "nl": "Er rust een embargo op."}
    )
    openly = Predicate(
        "open-kinds", condition=lambda _: Eq("kind", "contract"), reasons={"en": "Open."}, misses={"en": "Not open."}
    )
    narrow, wide = with_predicates(agency, scope=shared_with_me & ~under), with_predicates(agency, scope=openly)
    fine = narrow.access.explain(ana, Action.VIEW, agency.relaunch)
    embargo.under.add("42")
    barred = narrow.access.explain(ana, Action.VIEW, agency.relaunch)
    unmet = wide.access.explain(ana, Action.VIEW, agency.relaunch)
    contract = agency.thing("c", kind="contract", container=None)
    met = wide.access.explain(ana, Action.VIEW, contract)

    assert ["shared-with-me"] == [cause.reason for cause in fine.causes]
    assert [("host:embargo", None)] == [(miss.reason, miss.grant) for miss in barred.near_misses][:1]
    assert ["It is under embargo.", "Er rust een embargo op."] == [
        sentences(barred, locale=locale)[1] for locale in ("de", "nl")
    ]
    assert "Not open." in sentences(unmet)
    assert ("host:open-kinds", ["Open."]) == (met.decision.reason, sentences(met))
    assert [("host:open-kinds",)] == [item.reasons for item in wide.access.what_can_see(ana).items]


def test_who_can_see_asks_for_everybody(agency: Agency, ana: Contact) -> None:
    """A predicate may let in somebody with whom nothing is shared, each by name; a plan knows of them too."""
    ben = agency.person("Ben")
    acme = agency.company("Acme", ben)
    only = Predicate("bens", decide=lambda facts: facts.contact == ben and acme in facts.organizations)
    own = with_predicates(agency, scope=shared_with_me | only)
    fresh = ResourceRef("project", "fresh")

    def put(rehearsal: Sharekit) -> None:
        rehearsal.catalog.put(fresh, title="Fresh", client_title="Fresh", by=agency.maria)

    assert {ana, ben} == {onlooker.party for onlooker in own.access.who_can_see(agency.relaunch).parties}
    assert [(ben, fresh)] == [(gain.contact, gain.ref) for gain in own.access.plan(put).gains]


def test_wrong_predicates_are_refused(agency: Agency) -> None:
    """Neither function or both, a name that is no slug, two by one name, and a scope that names what was not given."""
    decide, condition = Embargo().decide, open_kinds
    for options in (
        {},
        {"decide": decide, "condition": condition},
        {"decide": "text"},
        {"decide": decide, "misses": 1},
    ):
        with pytest.raises(errors.ConfigurationError):
            Predicate("embargo", **wrong(options))
    with pytest.raises(errors.InvalidInputError):
        Predicate("An embargo", decide=decide)
    one, two = Predicate("same", decide=decide), Predicate("same", condition=condition)
    refusals: list[Callable[[], object]] = [
        lambda: with_predicates(agency, two, scope=shared_with_me & one),
        lambda: with_predicates(agency, scope=ScopePredicate("gone")),
        lambda: with_predicates(agency, wrong(shared_with_me)),
        lambda: kit(predicates=wrong(7)),
    ]
    for refused in refusals:
        with pytest.raises(errors.ConfigurationError):
            refused()
    with pytest.raises(errors.InvalidInputError, match="scope: names 'same'"):
        agency.kit.portal.configure(scope=shared_with_me & one, by=SETTINGS)
    with pytest.raises(errors.InvalidInputError):
        parse_scope("host:")
