"""
Show that the public face is typed throughout: nothing a caller meets is of an unknown type.

What derives from Django's own classes is left out: those have types by their stubs alone, which this
question does not look at. mypy and pyright, which do, check that part like everything else.

    python tests/typing/completeness.py
"""

import json
import subprocess
import sys

LEFT_OUT = ("sharekit.adapters.django", "sharekit.backends.django")
COMMAND = ["-m", "pyright", "--pythonpath", sys.executable, "--ignoreexternal", "--verifytypes", "sharekit"]


def main() -> None:
    """Print what is not known, and fail when there is something."""
    shown = subprocess.run(
        [sys.executable, *COMMAND, "--outputjson"], stdout=subprocess.PIPE, encoding="utf-8", check=False
    )
    found = json.loads(shown.stdout)["typeCompleteness"]
    unknown = [
        symbol
        for symbol in found["symbols"]
        if not (symbol["isTypeKnown"] and not symbol["isTypeAmbiguous"]) and not symbol["name"].startswith(LEFT_OUT)
    ]
    for symbol in unknown:
        print(symbol["name"], *(each["message"] for each in symbol["diagnostics"]), sep="\n    ")  # noqa: T201
    print(f"{len(found['symbols'])} symbols, {len(unknown)} of an unknown type")  # noqa: T201  # its one purpose
    if unknown or not found["symbols"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
