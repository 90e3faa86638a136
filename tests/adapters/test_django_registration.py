"""The rows of a registered model and their entries in the catalog are in step."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.test import override_settings

from sharekit import CatalogItem, ResourceRef, Staff, System, errors
from sharekit.adapters.django import kit, ref_of, register, unregister
from sharekit.adapters.django.registration import ModelSource, find
from tests.django_host import project, sharing
from tests.django_host.models import Matter

SYNC = System("sync")


class QuietMatter(Matter):
    """The same rows under another name, as an admin has them."""

    class Meta:
        """No table of its own."""

        app_label = "django_host"
        proxy = True


class StoppedError(Exception):
    """What ends a request early."""


def said(matter: Matter) -> str:
    """What the part before the bar is: the title for clients."""
    return matter.title.partition("|")[0] if "|" in matter.title else ""


def lead(matter: Matter) -> Staff | None:
    """Who answers for it: what stands behind the bar."""
    name = matter.title.partition("|")[2]
    return Staff(name) if name else None


def above(matter: Matter) -> ResourceRef | None:
    """What it lies in: the matter whose number follows the last "in"."""
    number = matter.title.rpartition(" in ")[2]
    return ResourceRef("matter", number) if number.isdigit() else None


@pytest.fixture
def registered(host: None) -> Iterator[None]:
    """A host whose matters are in the catalog."""
    with override_settings(SHAREKIT={"SECRET_KEYS": sharing.KEYS, "KINDS": sharing.KINDS}):
        register(Matter, client_title=said, owner=lead, container=above)
        yield
        unregister(Matter)


def entry(matter: Matter) -> tuple[str, str | None, str | None] | None:
    """What the catalog says of a matter."""
    try:
        found = kit().catalog.get(ResourceRef("matter", str(matter.pk)))
    except errors.NotFoundError:
        return None
    return found.title, found.client_title, found.owner


def sync(*options: str) -> list[str]:
    """Run the command and return what it prints."""
    out = StringIO()
    call_command("sharekit", "sync", *options, stdout=out)
    return out.getvalue().splitlines()


def test_a_row_takes_its_entry_along(registered: None) -> None:
    """Saving enters it and brings it up to date, deleting removes it; also through a proxy, and by a query set."""
    matter = Matter.objects.create(title="Lease|maria")
    first = entry(matter)
    matter.title = "Lease dispute|"
    matter.save()
    second = entry(matter)
    by_proxy = QuietMatter.objects.create(title="Quiet")
    third = entry(by_proxy)
    Matter.objects.filter(pk=matter.pk).delete()
    by_proxy_pk = by_proxy.pk
    by_proxy.delete()

    assert ("Lease|maria", "Lease", "staff:maria") == first
    assert ("Lease dispute|", "Lease dispute", None) == second
    assert ("Quiet", None, None) == third
    assert [None, None] == [entry(matter), entry(Matter(pk=by_proxy_pk))]
    assert ResourceRef("matter", str(by_proxy_pk)) == ref_of(QuietMatter(pk=by_proxy_pk))


def test_row_and_entry_have_one_fate(registered: None) -> None:
    """What is rolled back takes the entry along, and what sharekit refuses takes the row along."""
    lost = Matter(title="Lost")

    def stop_midway() -> None:
        with transaction.atomic():
            lost.save()
            assert entry(lost) is not None
            raise StoppedError

    with pytest.raises(StoppedError):
        stop_midway()
    with pytest.raises(errors.NotFoundError), transaction.atomic():
        Matter.objects.create(title="Inner in 987654")

    assert entry(lost) is None
    assert not Matter.objects.exists()


def test_a_row_that_lies_elsewhere_is_moved(registered: None) -> None:
    """The entry lies in what the row says, or in nothing."""
    one = Matter.objects.create(title="One")
    two = Matter.objects.create(title="Two")
    inner = Matter.objects.create(title=f"Inner in {one.pk}")
    containers = [kit().catalog.get(ref_of(inner)).container]
    for title in (f"Inner in {two.pk}", "Inner"):
        inner.title = title
        inner.save()
        containers.append(kit().catalog.get(ref_of(inner)).container)

    assert [ref_of(one), ref_of(two), None] == containers


def test_rows_that_are_left_out_have_no_entry(registered: None) -> None:
    """Where only some rows are things, one that is none any more leaves the catalog, and comes back."""
    unregister(Matter)
    register(Matter, rows=lambda: Matter.objects.exclude(title__startswith="Deleted"))
    matter = Matter.objects.create(title="Lease")
    seen = [entry(matter)]
    for title in ("Deleted lease", "Lease"):
        matter.title = title
        matter.save()
        seen.append(entry(matter))

    assert [("Lease", None, None), None, ("Lease", None, None)] == seen


def test_sync_mends_what_signals_do_not_tell(registered: None) -> None:
    """`bulk_create`, `update()` and SQL are seen by the command alone; it says what it did, and then finds nothing."""
    kept, changed, gone = (Matter.objects.create(title=title) for title in ("Kept", "Changed", "Gone"))
    (made,) = Matter.objects.bulk_create([Matter(title="Made|maria")])
    made = Matter.objects.get(title="Made|maria")
    Matter.objects.filter(pk=changed.pk).update(title="New|ben")
    with connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM django_host_matter WHERE id = %s", [gone.pk])
    before = [entry(matter) for matter in (made, changed, gone)]
    with pytest.raises(CommandError, match="not in step"):
        sync("--check")
    unchanged = [entry(matter) for matter in (made, changed, gone)]
    told = sync()

    assert [None, ("Changed", None, None), ("Gone", None, None)] == before == unchanged
    assert [
        f"differs  matter {changed.pk}  title, client_title, owner",
        f"missing  matter {made.pk}",
        f"gone  matter {gone.pk}",
        "matter: 3 rows; 1 missing, 1 differing, 1 gone, 0 failed; mended",
    ] == told
    assert ("Made|maria", "Made", "staff:maria") == entry(made)
    assert ("New|ben", "New", "staff:ben") == entry(changed)
    assert entry(gone) is None
    assert ("Kept", None, None) == entry(kept)
    assert ["matter: 3 rows; 0 missing, 0 differing, 0 gone, 0 failed"] == sync("--check", "--kind", "matter")


def test_sync_walks_over_many_rows(registered: None) -> None:
    """More than fit into one chunk, each once."""
    Matter.objects.bulk_create([Matter(title=f"Matter {number:04}") for number in range(1203)])
    told = sync()
    numbers = {int(item.ref.id) for item in ModelSource(find(Matter()), lock=False).items()}

    assert "... and 1103 more" == told[-2]
    assert told[-1].startswith("matter: 1203 rows; 1203 missing")
    assert set(Matter.objects.values_list("pk", flat=True)) == numbers
    assert 1203 == len(numbers)


def test_an_id_that_is_no_key_is_gone(registered: None) -> None:
    """An entry that somebody put by hand, of an id that no row can have, is removed and does not stop the run."""
    for id_ in ("none", "9" * 40, "07"):
        kit().catalog.put(ResourceRef("matter", id_), title="By hand", by=SYNC)

    assert "matter: 0 rows; 0 missing, 0 differing, 3 gone, 0 failed; mended" == sync()[-1]


def test_a_row_that_cannot_be_told_is_named(registered: None) -> None:
    """A title that no entry can have stops the command, with the row, and no save passes it by."""
    Matter.objects.bulk_create([Matter(title="")])
    pk = Matter.objects.get().pk
    with pytest.raises(CommandError, match=f"title: of matter:{pk}"):
        sync()
    with pytest.raises(errors.InvalidInputError), transaction.atomic():
        Matter.objects.create(title=" ")

    assert 1 == Matter.objects.count()


def test_fixtures_are_left_to_sync(registered: None, tmp_path: Path) -> None:
    """A fixture's rows may name what is not there yet."""
    file = tmp_path / "matters.json"
    file.write_text('[{"model": "django_host.matter", "pk": 7, "fields": {"title": "Inner in 8"}}]', "utf-8")
    call_command("loaddata", file, verbosity=0)

    assert entry(Matter(pk=7)) is None


def test_the_command_says_what_it_lacks(registered: None) -> None:
    """A kind that nobody registered, and no registration at all."""
    with pytest.raises(CommandError, match="'case'"):
        sync("--kind", "case")
    unregister(Matter)
    with pytest.raises(CommandError, match="no model is registered"):
        sync()
    with pytest.raises(errors.ConfigurationError, match="not registered"):
        ref_of(Matter(pk=1))
    Matter.objects.create(title="Nobody listens")

    assert entry(Matter.objects.get()) is None


def test_wrong_registrations_are_refused(registered: None) -> None:
    """Twice the same model or kind, and a model without a table; a kind that is not declared is found by the checks."""
    for model, kind in ((Matter, "other"), (User, "matter"), (QuietMatter, "quiet")):
        with pytest.raises(errors.ConfigurationError):
            register(model, kind=kind)
    register(Permission, kind="permission")
    try:
        found = [error.id for error in run_checks() if error.id == "sharekit.E005"]
    finally:
        unregister(Permission)

    assert ["sharekit.E005"] == found
    assert "sharekit.E005" not in [error.id for error in run_checks()]


@pytest.mark.slow
@pytest.mark.parametrize("server", ["postgres_database", "mariadb_database"])
def test_who_saves_beneath_a_running_sync_has_the_last_word(
    server: str, registered: None, request: pytest.FixtureRequest
) -> None:
    """The row that is being mended is locked, so a save waits for that, and is not undone by it."""
    url = request.getfixturevalue(server)
    with project.database(project.server_settings(url)) as alias:
        call_command("migrate", database=alias, verbosity=0)
        given = {"SECRET_KEYS": sharing.KEYS, "KINDS": sharing.KINDS, "DATABASE": alias}
        unregister(Matter)
        register(Matter, rows=lambda: Matter.objects.using(alias))
        with override_settings(SHAREKIT=given), ThreadPoolExecutor(1) as pool:
            matter = Matter(title="Before")
            matter.save(using=alias)
            Matter.objects.using(alias).update(title="Drifted")
            saving: list[Future[None]] = []

            def save() -> None:
                mine = Matter.objects.using(alias).get(pk=matter.pk)
                mine.title = "After"
                with transaction.atomic(alias):
                    mine.save(using=alias)
                connections[alias].close()

            source = Beneath(ModelSource(find(matter), lock=True), lambda: saving.append(pool.submit(save)))
            report = kit().catalog.sync("matter", source, by=SYNC)
            saving[0].result(60)
            titles = kit().catalog.get(ref_of(matter)).title, Matter.objects.using(alias).get().title
            call_command("flush", database=alias, verbosity=0, interactive=False)

    assert 1 == report.differing
    assert ("After", "After") == titles


class Beneath:
    """A source beneath which something happens, once, when the first rows have been looked up."""

    def __init__(self, source: ModelSource[Matter], happen: Callable[[], None]) -> None:
        self.items = source.items
        self._source = source
        self._happen: list[Callable[[], None]] = [happen]

    def look_up(self, ids: Sequence[str]) -> list[CatalogItem]:
        """Look up, and let it happen."""
        found = self._source.look_up(ids)
        while self._happen:
            self._happen.pop()()
        return found
