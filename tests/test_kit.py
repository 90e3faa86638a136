from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sharekit import Audience, ResourceKind, ResourceRef, Right, Section, SectionContext, Sharekit, Staff, errors
from sharekit.backends.memory import MemoryRecordStore
from sharekit.ids import BlobKey
from sharekit.testing import FrozenClock, kit, project_kind
from tests.features.conftest import KEY

REF, MARIA = ResourceRef("project", "1"), Staff("maria")


def test_a_folder_is_all_it_takes(tmp_path: Path) -> None:
    """What one kit wrote, the next one at the same folder reads; the folder is made, and private."""
    folder = tmp_path / "not" / "yet there"
    first = Sharekit.at(folder, secret_keys=[KEY], kinds=[project_kind()])
    first.catalog.put(REF, title="x", client_title="y", by=MARIA)
    token = first.links.token(first.links.create(REF, by=MARIA, sections={"notes"}))
    first.close()

    second = Sharekit.at(str(folder), secret_keys=[KEY], kinds=[project_kind()])
    title = second.links.open(token).title
    second.close()

    assert "y" == title
    assert [0o600] == [(folder / "records.sqlite3").stat().st_mode & 0o777]


def test_tenants_are_views_of_one_kit() -> None:
    """A view is cheap, has its own records, and shares everything else."""
    own = kit()
    other = own.for_tenant("other")
    own.catalog.put(REF, title="x", by=MARIA)

    assert ("default", "other") == (own.tenant, other.tenant)
    assert own.kinds is other.kinds
    assert own.rate_limiter is other.rate_limiter
    with pytest.raises(errors.NotFoundError):
        other.catalog.get(REF)


@pytest.mark.parametrize("tenant", ["", "a/b", "a.b", "ä", "x" * 65, None, "a b"])
def test_a_bad_tenant_refuses_to_start(tenant: str) -> None:
    """A tenant's name has to fit into tokens and keys."""
    with pytest.raises(errors.ConfigurationError) as refused:
        kit(tenant=tenant)
    with pytest.raises(errors.ConfigurationError):
        kit().for_tenant(tenant)

    assert "tenant" == refused.value.setting


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("undo_window", 10),
        ("undo_window", None),
        ("undo_window", timedelta(seconds=-1)),
        ("undo_window", timedelta(hours=1, seconds=1)),
        ("plan_allows", "enterprise"),
        ("plan_allows", True),
    ],
)
def test_a_bad_setting_for_messages_refuses_to_start(setting: str, value: Any) -> None:  # noqa: ANN401  # all are wrong
    """How long messages may be taken back, and what the plan includes, is known when the kit is made."""
    with pytest.raises(errors.ConfigurationError) as refused:
        kit(**{setting: value})

    assert setting == refused.value.setting


def test_a_message_can_be_taken_back_for_ten_seconds_by_default(tmp_path: Path) -> None:
    """Unless the kit is told otherwise."""
    at = Sharekit.at(tmp_path, secret_keys=[KEY], kinds=[project_kind()])
    opened = at.conversations.start(subject="s", by=MARIA)
    said = at.conversations.post(opened, "Hello", audience=Audience.INTERNAL, by=MARIA)
    at.close()

    assert timedelta(seconds=10) == said.settled_at - said.at


def test_a_kit_in_a_folder_keeps_bytes_beside_its_records(tmp_path: Path) -> None:
    """`Sharekit.at` keeps blobs in a folder of their own, and all its tenants share the store."""
    at = Sharekit.at(tmp_path, secret_keys=[KEY], kinds=[project_kind()])
    at.for_tenant("other")._wiring.blob_store().write(BlobKey("tenant/some-random-key"), [b"bytes"])
    at.close()

    assert b"bytes" == (tmp_path / "blobs" / "tenant" / "some-random-key").read_bytes()


def test_bytes_need_a_store() -> None:
    """A kit without a blob store says so when one is needed; another object is refused at once."""
    without = Sharekit(records=MemoryRecordStore(), secret_keys=[KEY], kinds=[project_kind()])
    wrong: Any = object()
    with pytest.raises(errors.ConfigurationError) as missing:
        without._wiring.blob_store()
    with pytest.raises(errors.ConfigurationError) as refused:
        kit(blobs=wrong)

    assert "blobs" == missing.value.setting == refused.value.setting


def test_bad_kinds_refuse_to_start() -> None:
    """A kind is declared once, and is a ResourceKind."""
    wrong: list[Any] = [[project_kind(), project_kind()], ["project"]]
    for kinds in wrong:
        with pytest.raises(errors.ConfigurationError) as refused:
            Sharekit(records=MemoryRecordStore(), secret_keys=[KEY], kinds=kinds)

        assert "kinds" == refused.value.setting


def test_loaders_are_checked_when_they_are_declared() -> None:
    """A loader takes the reference, or the reference and the context; nothing else starts."""

    class Loaders:
        def plain(self, ref: ResourceRef) -> object:
            return ref.id

        def asking(self, ref: ResourceRef, context: SectionContext) -> object:
            return context.tenant

        def optional(self, ref: ResourceRef, limit: int = 3) -> object:
            return limit

        def none(self) -> object:
            return 0

        def three(self, ref: ResourceRef, context: SectionContext, more: int) -> object:
            return more

    loaders, clock = Loaders(), FrozenClock()
    context = SectionContext(kit().tenant, MARIA, clock.now())

    assert "1" == Section("A", load=loaders.plain).content(REF, context)
    assert "default" == Section("A", load=loaders.asking).content(REF, context)
    assert 3 == Section("A", load=loaders.optional).content(REF, context)
    assert "project:1" == Section("A", load=lambda ref: ref.key).content(REF, context)
    wrong: list[Any] = [loaders.none, loaders.three, "progress", None]
    for bad in wrong:
        with pytest.raises(errors.ConfigurationError):
            Section("A", load=bad)


@pytest.mark.parametrize("name", ["", "Hours", "hours!", "a b", "x" * 61, "ho/urs", 7])
def test_names_of_kinds_and_sections_are_slugs(name: str) -> None:
    """They become file names and parts of keys."""
    section = Section("A", load=lambda ref: ref)
    with pytest.raises(errors.InvalidInputError):
        ResourceKind(name, title="T")
    with pytest.raises(errors.InvalidInputError):
        ResourceKind("project", title="T", sections={name: section})


def test_a_directory_can_answer_for_each_tenant(tmp_path: Path) -> None:
    """Where ids mean something else in each tenant, rights do not cross over."""

    class Teams:
        def __init__(self, tenant: str = "default") -> None:
            self.tenant = tenant

        def for_tenant(self, tenant: str) -> "Teams":
            return Teams(tenant)

        def rights(self, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
            return frozenset(Right) if self.tenant == "default" else frozenset()

    own = kit(directory=Teams())
    own.catalog.put(REF, title="x", by=MARIA)

    with pytest.raises(errors.NotAllowedError):
        own.for_tenant("other").catalog.put(REF, title="x", by=MARIA)
    assert "x" == own.for_tenant("default").catalog.put(REF, title="x", by=MARIA).title
