"""
What the page about Django says is so.

Its code is parts of a project, which cannot run by themselves; the tests of the example run the like.
"""

import ast
import re
from pathlib import Path

from django.apps import apps

from sharekit.adapters.django import checks
from sharekit.adapters.django.settings import NAMES

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "use-django.md").read_text("utf-8")


def first_cells(heading: str) -> set[str]:
    """The names in code in the first column of the table below a heading."""
    table = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


def test_the_page_names_every_setting() -> None:
    """The table of the setting has just the names that there are."""
    assert first_cells("The setting") == set(NAMES)


def test_the_page_names_every_check() -> None:
    """The table of checks has just the ids that the checks can give."""
    given = set(re.findall(r"\"(sharekit\.[EW]\d{3})\"", Path(checks.__file__).read_text("utf-8")))

    assert first_cells("Checks") == given
    assert len(given) == 7


def test_the_code_on_the_page_is_code() -> None:
    """Each block compiles, and names of the setting in it are names that there are."""
    blocks = re.findall(r"```py\n(.*?)```", PAGE, re.DOTALL)
    for block in blocks:
        ast.parse(block)
    (setting,) = re.findall(r"SHAREKIT = \{.*?\n\}", PAGE, re.DOTALL)

    assert len(blocks) == 7
    assert set(re.findall(r'^    "(\w+)":', setting, re.MULTILINE)) <= set(NAMES)


def test_the_app_is_called_what_the_page_calls_it() -> None:
    """One app with the label `sharekit` and a name for people."""
    app = apps.get_app_config("sharekit")

    assert (app.name, app.verbose_name) == ("sharekit.adapters.django", "Client sharing")
