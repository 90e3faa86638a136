"""
Start the portal: ``python -m flask_portal [--port N] [--data DIR] [--https] [--check]``.
"""

import argparse
import sys
from contextlib import closing
from pathlib import Path

from flask_portal.agency import staff
from flask_portal.agency.database import Database
from flask_portal.app import create_app
from flask_portal.server import HOST, PortTakenError, listen, server_for
from flask_portal.settings import Settings
from flask_portal.walk import walk

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Read the arguments, and serve or check."""
    parser = argparse.ArgumentParser(prog="portal", description="An agency's portal with demo data.")
    parser.add_argument("--port", type=_port, default=8000, help="the port on this machine (8000)")
    parser.add_argument("--data", type=Path, default=Path("portal-data"), help="the folder for all data (portal-data)")
    parser.add_argument("--https", action="store_true", help="browsers come by https: mark cookies secure")
    parser.add_argument("--check", action="store_true", help="walk through the portal with data of its own, and exit")
    chosen = parser.parse_args(arguments)
    if chosen.check:
        return walk()
    try:
        with closing(listen(chosen.port)) as taken:
            app = create_app(Settings(data=chosen.data, https=chosen.https))
            _greet(chosen.data, chosen.port)
            with closing(app.extensions["flask_portal"].kit):
                server_for(app, taken).serve_forever()
    except PortTakenError as error:
        print(f"{error} Choose another one, for example --port {chosen.port + 1}.")
        return 1
    print("\nThe portal has stopped.")
    return 0


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:  # the end of the port numbers
        raise argparse.ArgumentTypeError("needs a number from 1 to 65535")
    return int(text)


def _greet(data: Path, port: int) -> None:
    print(f"The portal runs at http://{HOST}:{port}/ (end it with Ctrl-C)")
    print(f"Its data is in {data.resolve()}; delete that folder for fresh demo data.")
    print("Sign in as:")
    for person in staff.everybody(Database(data / "agency.sqlite3")):
        print(f"  {person.name:<14} {person.job}{', may share every project' if person.is_admin else ''}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
