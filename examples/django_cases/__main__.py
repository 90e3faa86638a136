"""
Start the case files: ``python -m django_cases [--port N] [--data DIR] [--https]``.
"""

import argparse
import os
import sys
from pathlib import Path

__all__ = ["main"]

HOST = "127.0.0.1"


def main(arguments: list[str] | None = None) -> int:
    """Read the arguments, make the database on the first start, and serve."""
    parser = argparse.ArgumentParser(prog="django_cases", description="A law firm's case files with demo data.")
    parser.add_argument("--port", type=int, default=8001, help="the port on this machine (8001); 0 for any")
    parser.add_argument("--data", type=Path, default=Path("cases-data"), help="the folder for all data (cases-data)")
    parser.add_argument("--https", action="store_true", help="browsers come by https: mark cookies secure")
    chosen = parser.parse_args(arguments)
    os.environ["CASES_DATA"] = str(chosen.data)
    os.environ["CASES_HTTPS"] = "1" if chosen.https else "0"
    os.environ["DJANGO_SETTINGS_MODULE"] = "django_cases.settings"

    import django  # noqa: PLC0415  # it reads its settings from what was just set

    django.setup()
    from django_cases.server import PortTakenError, prepare, serving  # noqa: PLC0415  # the same

    people = prepare()
    try:
        with serving(HOST, chosen.port) as server:
            print(f"The case files are at http://{HOST}:{server.server_port}/ (end it with Ctrl-C)")
            print(f"Their data is in {chosen.data.resolve()}; delete that folder for fresh demo data.")
            print(f"Sign in with the password {people.password!r} as:")
            for name, job in people.jobs.items():
                print(f"  {name:<8} {job}")
            sys.stdout.flush()
            server.serve_forever(poll_interval=0.2)
    except PortTakenError as error:
        print(f"{error} Choose another one, for example --port {chosen.port + 1}.")
        return 1
    except KeyboardInterrupt:
        print("\nThe case files are closed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
