"""A stranger's notifier keeps every law, and the page that explains it shows all of it."""

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs
import pytest

from custom_notifier.program import ProgramNotifier
from sharekit.errors import ConfigurationError, PermanentDeliveryError, TemporaryDeliveryError
from sharekit.mail.composing import compose
from sharekit.ports import Mailbox, Notifier
from sharekit.testing import NotifierContract
from sharekit.testing.notifier import LETTER, Delivered, Refusal, Refusing

ROOT = Path(__file__).parents[2]
CODE = ROOT / "examples" / "custom_notifier" / "program.py"
PAGE = (ROOT / "docs" / "how-to" / "write-a-notifier.md").read_text("utf-8")
KEEP = """
import sys, tempfile
with tempfile.NamedTemporaryFile(dir=sys.argv[1], delete=False) as file:
    file.write(sys.argv[-1].encode() + b"\\0" + sys.stdin.buffer.read())
"""


def ending(code: int) -> ProgramNotifier:
    """Return a notifier whose program ends with this code."""
    return ProgramNotifier([sys.executable, "-c", f"raise SystemExit({code})"])


class TestProgramNotifier(NotifierContract):
    """`ProgramNotifier` keeps the contract."""

    @pytest.fixture
    def notifier(self, tmp_path: Path) -> Notifier:
        """A program that keeps letters in a folder."""
        return ProgramNotifier([sys.executable, "-c", KEEP, str(tmp_path)])

    @pytest.fixture
    def delivered(self, tmp_path: Path) -> Callable[[], Sequence[Delivered]]:
        """What it kept."""

        def look() -> list[Delivered]:
            taken = (file.read_bytes().partition(b"\0") for file in tmp_path.iterdir())
            return [Delivered((recipient.decode(),), message) for recipient, _, message in taken]

        return look

    @pytest.fixture
    def refusing(self) -> Refusing:
        """A program that ends with a code of refusal."""
        codes = {Refusal.FOR_NOW: 75, Refusal.FOR_GOOD: 65}
        return lambda refusal: ending(codes[refusal])


def test_an_exit_code_says_whose_fault_it_is() -> None:
    """An unknown address, a program that is not there, and one that hangs."""
    with pytest.raises(PermanentDeliveryError) as refused:
        ending(67).send(LETTER, compose(LETTER))
    with pytest.raises(PermanentDeliveryError) as unwritten:
        ending(0).send(attrs.evolve(LETTER, recipient=Mailbox("x" * 65 + "@acme.example")), b"")
    with pytest.raises(TemporaryDeliveryError, match="cannot be run"):
        ProgramNotifier(["/nowhere/sendmail"]).send(LETTER, b"")
    with pytest.raises(TemporaryDeliveryError, match="too long"):
        ProgramNotifier([sys.executable, "-c", "import time; time.sleep(3600)"], timeout=0.01).send(LETTER, b"")
    with pytest.raises(ConfigurationError):
        ProgramNotifier("sendmail -i")

    assert refused.value.recipient
    assert unwritten.value.recipient


def test_the_page_shows_the_whole_notifier() -> None:
    """What the page explains piece by piece is the code that is tested here."""
    pieces = re.findall(r"<!-- part of examples/custom_notifier/program.py -->\n\n```python\n(.*?)```", PAGE, re.DOTALL)
    shown = [line for piece in pieces for line in piece.splitlines() if line]
    code = CODE.read_text("utf-8").partition('"""\n\n')[2]

    assert [line for line in code.splitlines() if line] == shown
