"""The committed migrations are those of the kinds, and none may change without one."""

from collections.abc import Iterable

import attrs
import pytest
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import connections
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from sharekit.backends.django import model_of
from sharekit.codec.kinds import ALL
from sharekit.errors import ConfigurationError
from sharekit.ports import Int, KindSpec, Ref, Text

SPECS = [kind.spec for kind in ALL]
LINK = next(spec for spec in SPECS if spec.kind == "read-link")


def missing(specs: Iterable[KindSpec]) -> list[str]:
    """What a new migration would have to do for these kinds."""
    loader = MigrationLoader(None)
    before = loader.project_state()
    after = ProjectState(dict(before.models))
    for label, name in [*after.models]:
        if label == "sharekit":
            del after.models[label, name]
    for spec in specs:
        after.add_model(ModelState.from_model(model_of(spec, module=__name__, apps=Apps())))
    changes = MigrationAutodetector(before, after).changes(loader.graph)
    return [operation.describe() for migration in changes.get("sharekit", []) for operation in migration.operations]


def test_there_is_a_migration_for_everything() -> None:
    """`makemigrations --check` finds nothing to do."""
    call_command("makemigrations", "sharekit", check_changes=True, dry_run=True, verbosity=0)

    assert missing(SPECS) == []


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ([*SPECS, KindSpec("parcel", {"weight": Int})], "Parcel"),
        ([*SPECS[1:], attrs.evolve(SPECS[0], keys={**SPECS[0].keys, "colour": Text})], "colour"),
        ([*SPECS[1:], attrs.evolve(SPECS[0], indexes=[*SPECS[0].indexes, ("kind",)])], "sk_catalog_entry"),
        ([spec for spec in SPECS if spec is not LINK], "ReadLink"),
        ([*[s for s in SPECS if s is not LINK], attrs.evolve(LINK, keys={**LINK.keys, "uses": Ref})], "uses"),
    ],
    ids=["a kind more", "a key more", "an index more", "a kind less", "another type"],
)
def test_a_change_of_the_kinds_wants_a_migration(changed: list[KindSpec], word: str) -> None:
    """A kind, a key or an index that no migration knows is noticed and named."""
    found = missing(changed)

    assert found
    assert any(word in operation for operation in found)


def test_the_tables_can_be_taken_away_again(host: None) -> None:
    """Migrating to nothing drops every table of the app, and migrating again brings them back."""

    def tables() -> set[str]:
        names = connections["default"].introspection.table_names()
        return {name for name in names if name.startswith("sharekit_")}

    full = tables()
    call_command("migrate", "sharekit", "zero", verbosity=0)
    none = tables()
    call_command("migrate", "sharekit", verbosity=0)

    assert none == set()
    assert tables() == full == {f"sharekit_{spec.kind.replace('-', '_')}" for spec in SPECS}


@pytest.mark.parametrize("key", ["pk", "save", "objects", "a__b", "a_", "serial"])
def test_a_key_that_no_field_can_be_named_after_is_refused(key: str) -> None:
    """A model is not made of a kind whose key would break it."""
    with pytest.raises(ConfigurationError, match=key):
        model_of(KindSpec("parcel", {key: Text}), module=__name__, apps=Apps())
