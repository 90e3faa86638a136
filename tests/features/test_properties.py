"""Properties: values of a thing that are shown one by one, and hidden until somebody said otherwise (B8, b10)."""

import sys
from types import ModuleType

import attrs
import pytest

from sharekit import Contact, Property, ResourceKind, ResourceRef, Section, Sharekit, Staff, System, errors
from sharekit.backends.memory import MemoryRecordStore
from sharekit.cli import main
from sharekit.testing import FrozenClock, kit
from tests.features.conftest import wrong

MARIA, ROOT = Staff("maria"), System("setup")
CASE = ResourceRef("case", "1")


@attrs.define
class Host:
    """A host whose kind of thing grows from release to release."""

    records: MemoryRecordStore = attrs.field(factory=MemoryRecordStore)
    loads: list[str] = attrs.field(factory=list[str])

    def value(self, name: str, *, client: bool | None = None) -> Property:
        """Declare a property that notes when it is loaded."""

        def load(ref: ResourceRef) -> object:
            self.loads.append(name)
            return f"{name} of {ref.id}"

        return Property(name.title(), load=load, client=client, titles={"de": f"{name} (de)"})

    def kit(self, **properties: bool | None) -> Sharekit:
        """Put a kit together whose cases have these properties."""
        made = {name: self.value(name, client=client) for name, client in properties.items()}
        log = Section("Log", load=lambda ref: [ref.id], client=False)
        kind = ResourceKind("case", title="Case", sections={"log": log}, properties=made)
        return kit(records=self.records, kinds=[kind], clock=FrozenClock())


@pytest.fixture
def host() -> Host:
    """A host with one case, shared with Ana."""
    made = Host()
    first = made.kit()
    first.catalog.put(CASE, title="Internal", client_title="Case 1", by=MARIA)
    return made


def client(sharekit: Sharekit) -> Contact:
    """Return a contact with whom the case is shared."""
    ana = sharekit.people.add_contact("Ana", "ana@x.test", by=MARIA)
    sharekit.shares.grant(CASE, to=ana, by=MARIA)
    return ana


def test_a_client_sees_declared_properties_in_order(host: Host) -> None:
    """Each with its title and value in the reader's language; hidden ones are absent and were not loaded."""
    sharekit = host.kit(due=True, cost=None, status=True, margin=False)

    seen = sharekit.access.view(client(sharekit), CASE, locale="de")

    assert [("due", "due (de)", "due of 1"), ("status", "status (de)", "status of 1")] == [
        (name, each.title, each.value) for name, each in seen.properties.items()
    ]
    assert ["due", "status"] == host.loads
    assert ["due", "cost", "status", "margin"] == list(sharekit.access.view(MARIA, CASE).properties)


def test_settings_choose_among_properties_and_sections(host: Host) -> None:
    """One list by kind names both; what it does not name is hidden, whatever the declaration says."""
    sharekit = host.kit(due=True, cost=None)
    ana = client(sharekit)
    sharekit.portal.configure(properties={"case": {"cost", "log"}}, by=ROOT)

    seen = sharekit.access.view(ana, CASE)

    assert (["log"], ["cost"]) == (list(seen.sections), list(seen.properties))
    with pytest.raises(errors.UnknownSectionError):
        sharekit.portal.configure(properties={"case": {"price"}}, by=ROOT)


def test_what_is_declared_later_is_hidden_until_somebody_classifies_it(host: Host) -> None:
    """Also when it is declared for clients: the list of the settings is closed."""
    old = host.kit(due=True)
    ana = client(old)
    old.portal.configure(properties={"case": {"due"}}, by=ROOT)

    new = host.kit(due=True, cost=True, margin=None, rate=False)

    assert (["due"], {"case": ("cost", "margin")}) == (
        list(new.access.view(ana, CASE).properties),
        new.portal.unclassified(),
    )
    new.portal.configure(properties={"case": {"due", "cost"}}, by=ROOT)
    assert (["due", "cost"], {}) == (list(new.access.view(ana, CASE).properties), new.portal.unclassified())


def test_without_settings_the_declaration_classifies(host: Host) -> None:
    """Only what says neither yes nor no is named."""
    assert {"case": ("cost",)} == host.kit(due=True, cost=None, margin=False).portal.unclassified()


def test_a_property_that_fails_spoils_itself_alone(host: Host) -> None:
    """The others are shown, and the page can say so in its place."""

    def fail(ref: ResourceRef) -> object:
        raise OSError(ref.id)

    kind = ResourceKind(
        "case",
        title="Case",
        properties={"bad": Property("Bad", load=fail, client=True), "due": host.value("due", client=True)},
    )
    sharekit = kit(records=host.records, kinds=[kind])

    seen = sharekit.access.view(client(sharekit), CASE).properties

    assert [(False, None), (True, "due of 1")] == [(each.available, each.value) for each in seen.values()]


def test_a_name_is_a_section_or_a_property() -> None:
    """Settings name both in one list, so it could not be told which is meant."""
    with pytest.raises(errors.ConfigurationError):
        ResourceKind(
            "case",
            title="Case",
            sections={"due": Section("Due", load=str)},
            properties={"due": Property("Due", load=str)},
        )
    with pytest.raises(errors.ConfigurationError):
        ResourceKind("case", title="Case", properties={"due": wrong(Section("Due", load=str))})
    with pytest.raises(errors.InvalidInputError):
        Property("Due", load=str, client=wrong("yes"))


def test_the_doctor_names_what_nobody_classified(
    host: Host, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that a deployment stops before clients miss something, or staff wonder."""
    module = ModuleType("host_of_the_doctor")
    vars(module).update(open_kit=host.kit(cost=None), good=lambda: host.kit(due=True), other=5)
    monkeypatch.setitem(sys.modules, module.__name__, module)

    codes = {name: main(["doctor", "--kit", f"{module.__name__}:{name}"]) for name in ("open_kit", "other", "missing")}

    said = capsys.readouterr().out
    assert {1} == set(codes.values())
    assert "case: clients do not see cost" in said
    assert "is no Sharekit" in said
    assert "no kit at" in said
    main(["doctor", "--kit", f"{module.__name__}:good"])
    assert "every section and property is classified" in capsys.readouterr().out
