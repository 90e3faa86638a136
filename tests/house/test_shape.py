"""The house keeps its shape: modules of a readable size, rooms with names, a small window."""

import ast
import re
from pathlib import Path

import pytest

import sharekit

PACKAGE = Path(__file__).parents[2] / "src" / "sharekit"
GENERATED = PACKAGE / "adapters" / "django" / "migrations"  # as long as Django writes it, for Django to read
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if GENERATED not in path.parents)
HARD_LIMIT = 500
NAMELESS = {"utils", "util", "helpers", "helper", "common", "base", "misc"}


def test_there_are_modules() -> None:
    """The other tests of this file look at something."""
    assert len(MODULES) > 20


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_is_short_enough_to_read(module: Path) -> None:
    """No module is longer than the hard limit, but for a migration, which Django writes."""
    if module.parent.name == "migrations" and module.name[0].isdigit():
        return

    assert len(module.read_text("utf-8").splitlines()) <= HARD_LIMIT


def test_every_room_has_a_name() -> None:
    """No file or folder is named after having no name."""
    paths = [path.relative_to(PACKAGE) for path in PACKAGE.rglob("*")]
    named = {part.removesuffix(".py").strip("_") for path in paths for part in path.parts}

    assert not named & NAMELESS


def test_the_window_is_small() -> None:
    """`sharekit` offers at most sixty names, each of them once, sorted, and there."""
    names = sharekit.__all__

    assert len(names) <= 60
    assert len(set(names)) == len(names)
    assert not [name for name in names if not hasattr(sharekit, name)]


def test_the_window_has_no_logic() -> None:
    """`sharekit/__init__.py` holds a docstring, imports and `__all__`, nothing else."""
    body = ast.parse((PACKAGE / "__init__.py").read_text("utf-8")).body
    statements = [node for node in body[1:] if not isinstance(node, ast.ImportFrom)]

    assert isinstance(body[0], ast.Expr)
    assert [ast.unparse(node.targets[0]) for node in statements if isinstance(node, ast.Assign)] == ["__all__"]
    assert len(statements) == 1


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_suppression_names_its_rule(module: Path) -> None:
    """A silenced linter or type checker is told which rule is silenced."""
    bare = re.compile(r"#\s*(noqa(?!:\s*[A-Z])|type:\s*ignore(?!\[)|pyright:\s*ignore(?!\[))")

    assert not bare.search(module.read_text("utf-8"))
