"""
Show that the installed package works, without extras and without the checkout: one link, from made to dead.

Run it with the interpreter of an environment into which only the built wheel was installed.
"""

import importlib
import importlib.util
import tempfile
from importlib.metadata import distribution
from pathlib import Path

import sharekit
from sharekit import ResourceKind, ResourceRef, Section, Sharekit, Staff, System, Visibility
from sharekit.errors import LinkUnavailableError, MissingExtraError


def opens(kit: Sharekit, token: str) -> bool:
    """Say whether a link still opens."""
    try:
        kit.links.open(token)
    except LinkUnavailableError:
        return False
    return True


def main() -> None:
    """Make a link, open it, revoke it, and look at what was installed."""
    home = Path(sharekit.__file__).parent
    assert "site-packages" in home.parts, f"this is the checkout, not the wheel: {home}"
    installed = distribution("sharekit-core")
    names = {str(path) for path in installed.files or ()}
    assert "sharekit/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "examples/", "src/"))]
    assert installed.metadata["License-Expression"] == "MIT"

    project = ResourceKind("project", title="Project", sections={"hours": Section("Hours", load=lambda _: "12")})
    ref, anna, host = ResourceRef("project", "1"), Staff("anna"), System("host")
    with tempfile.TemporaryDirectory() as folder:
        kit = Sharekit.at(folder, secret_keys=["correct horse battery staple, and then some"], kinds=[project])
        kit.catalog.put(ref, title="Relaunch", owner=anna, visibility=Visibility.CLIENT, by=host)
        link = kit.links.create(ref, by=anna, sections={"hours"}, client_title="Your project")
        token = kit.links.token(link)
        assert opens(kit, token)
        kit.links.revoke(link, by=anna)
        assert not opens(kit, token)
        kit.close()

    try:
        importlib.import_module("sharekit.adapters.flask")
    except MissingExtraError as error:
        lacking = error.extra
    else:
        lacking = None
    expected = None if importlib.util.find_spec("flask") else "flask"
    assert lacking == expected, f"the Flask door lacks {lacking}, expected {expected}"
    print(f"sharekit-core {installed.version} works" + (f" without {lacking}" if lacking else " with its Flask door"))


main()
