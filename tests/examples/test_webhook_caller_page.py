"""The caller that the page of webhook callers shows keeps every law."""

import re
from pathlib import Path
from typing import Any, Final

PAGE: Final = (Path(__file__).parents[2] / "docs/how-to/write-a-webhook-caller.md").read_text("utf-8")
_SHOWN: dict[str, Any] = {}  # what the page defines
for _block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
    exec(_block, _SHOWN)  # noqa: S102  # the code of the page, as its readers run it

TestListedHosts = _SHOWN["TestListedHosts"]
