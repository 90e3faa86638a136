"""The Django host with its tables, for each test that asks for it."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command

from tests.django_host import project

project.set_up()  # models can be imported from here on


@pytest.fixture(scope="session")
def migrated() -> None:
    """The host's default database has its tables, those of sharekit included."""
    call_command("migrate", verbosity=0)


@pytest.fixture
def host(migrated: None) -> Iterator[None]:
    """The host's tables are empty before the test and after it."""
    yield
    call_command("flush", verbosity=0, interactive=False)
