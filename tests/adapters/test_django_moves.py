"""A large thing that moves inside the host's `atomic`."""

import pytest
from django.db import transaction

from sharekit import Contact, ResourceRef
from sharekit.adapters.django import kit
from sharekit.features._unit import Unit
from tests.adapters.test_django_joined import BY, STOP, HostError, alias, template

__all__ = ["alias", "template"]

OLD, NEW, BOX, *CONTENT = (ResourceRef("matter", str(number)) for number in range(1, 10))


def test_a_large_move_belongs_to_the_hosts_transaction(alias: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a thing brings along in parts is rolled back with the host's work, or committed with it."""
    monkeypatch.setattr(Unit, "at_once", 2)
    for ref, container in ((OLD, None), (NEW, None), (BOX, OLD), *((ref, BOX) for ref in CONTENT)):
        kit().catalog.put(ref, title="A matter", container=container, by=BY)
    ana = Contact(kit().people.add_contact("Ana", "ana@x.test", by=BY).id)
    kit().shares.grant(NEW, to=ana, by=BY)

    def state() -> tuple[int, ResourceRef | None, tuple[str, ...]]:
        seen = len(kit().access.visible(ana).items)
        return seen, kit().catalog.get(BOX).container, kit().portal.settings().moving

    def move_and_fail() -> None:
        with transaction.atomic(using=alias):
            kit().catalog.move(BOX, NEW, by=BY)
            within.append(state())
            raise HostError(STOP)

    within: list[tuple[int, ResourceRef | None, tuple[str, ...]]] = []
    with pytest.raises(HostError):
        move_and_fail()
    rolled_back = state()
    with transaction.atomic(using=alias):
        kit().catalog.move(BOX, NEW, by=BY)

    assert within == [(len(CONTENT) + 2, NEW, ())]
    assert rolled_back == (1, OLD, ())
    assert state() == within[0]
