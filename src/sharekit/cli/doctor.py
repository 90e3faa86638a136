"""
Looks at an installation and says what is wrong with it.
"""

import json
import sqlite3
import sys
from importlib import import_module, metadata, util
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

import attrs

import sharekit

__all__ = ["Finding", "examine"]

_OURS: Final = "sharekit-core"
_NAMESAKE: Final = "sharekit"  # an unrelated distribution that installs a package of the same name
_MIN_PYTHON: Final = (3, 11)
_MIN_SQLITE: Final = (3, 35, 0)  # UPDATE ... RETURNING
_EXTRAS: Final = {
    "pages": ("jinja2", "babel"),
    "flask": ("flask", "jinja2", "babel"),
    "testing": ("pytest", "hypothesis"),
}


@attrs.frozen
class Finding:
    """
    One thing that was looked at.

    Attributes:
        fine: Whether it is as it should be.
        text: What was found, and what to do when it is not fine.
    """

    fine: bool
    text: str


def examine(kit: str | None = None) -> list[Finding]:
    """
    Look at everything.

    Args:
        kit: Where the host keeps its kit, ``"package.module:name"``; the name of the kit, or of a
            function that returns it. Without it only the installation is looked at.
    """
    findings = [_python(), _sqlite(), _distribution(), _namesake(), *map(_extra, _EXTRAS)]
    return findings if kit is None else [*findings, *_kit(kit)]


def _kit(place: str) -> list[Finding]:
    """Say which sections and properties nobody has classified: clients do not see them."""
    module, _, name = place.partition(":")
    try:
        found: object = getattr(import_module(module), name)
        kit = found() if callable(found) else found
    except Exception as error:  # noqa: BLE001  # whatever the host's code raises is the finding
        return [Finding(fine=False, text=f"no kit at {place}: {type(error).__name__}: {error}")]
    if not isinstance(kit, sharekit.Sharekit):
        return [Finding(fine=False, text=f"{place} is no Sharekit, and no function that returns one")]
    unclassified = kit.portal.unclassified()
    if not unclassified:
        return [Finding(fine=True, text="every section and property is classified")]
    how = "name the kind in kit.portal.configure(properties=...), or declare client=True or False"
    return [
        Finding(fine=False, text=f"{kind}: clients do not see {', '.join(names)}, and nobody said so; {how}")
        for kind, names in unclassified.items()
    ]


def _python() -> Finding:
    version = sys.version_info[:3]
    return Finding(version >= _MIN_PYTHON, f"Python {_dotted(version)} (needs {_dotted(_MIN_PYTHON)})")


def _sqlite() -> Finding:
    version = sqlite3.sqlite_version_info
    return Finding(version >= _MIN_SQLITE, f"SQLite {_dotted(version)} (needs {_dotted(_MIN_SQLITE)})")


def _distribution() -> Finding:
    """Say whether the imported package is the one that `sharekit-core` installed."""
    here = Path(sharekit.__file__).resolve()
    try:
        ours = metadata.distribution(_OURS)
    except metadata.PackageNotFoundError:
        return Finding(fine=False, text=f"{_OURS} is not installed; sharekit was imported from {here.parent}")
    installed = Path(str(ours.locate_file("sharekit/__init__.py"))).resolve()
    source = _editable_source(ours)
    if here == installed or (source is not None and here.is_relative_to(source)):
        how = "installed" if source is None else "installed for development"
        return Finding(fine=True, text=f"{_OURS} {ours.version}, {how}, in {here.parent}")
    return Finding(
        fine=False, text=f"sharekit was imported from {here.parent}, but {_OURS} {ours.version} is installed elsewhere"
    )


def _editable_source(distribution: metadata.Distribution) -> Path | None:
    """Return the checkout that an editable installation points at."""
    recorded = distribution.read_text("direct_url.json")
    direct = json.loads(recorded) if recorded else {}
    if not direct.get("dir_info", {}).get("editable"):
        return None
    return Path(url2pathname(urlsplit(direct["url"]).path)).resolve()


def _namesake() -> Finding:
    try:
        version = metadata.version(_NAMESAKE)
    except metadata.PackageNotFoundError:
        return Finding(fine=True, text=f"the unrelated distribution {_NAMESAKE!r} is not installed")
    return Finding(
        fine=False,
        text=(
            f"the unrelated distribution {_NAMESAKE!r} {version} is installed and overwrites our package:"
            f" pip uninstall {_NAMESAKE}, then pip install --force-reinstall {_OURS}"
        ),
    )


def _extra(extra: str) -> Finding:
    missing = [package for package in _EXTRAS[extra] if util.find_spec(package) is None]
    if missing:
        return Finding(fine=True, text=f"extra [{extra}] is not installed ({', '.join(missing)} missing)")
    versions = ", ".join(f"{package} {metadata.version(package)}" for package in _EXTRAS[extra])
    return Finding(fine=True, text=f"extra [{extra}]: {versions}")


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
