"""
``manage.py sharekit``: list and revoke read links.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sharekit.adapters._link_commands import declared, line
from sharekit.adapters.django import kit
from sharekit.errors import SharekitError
from sharekit.ids import ReadLinkId
from sharekit.kit import Sharekit
from sharekit.records.parties import System

__all__ = ["Command"]

T = TypeVar("T")

_BY = System("cli")


class Command(BaseCommand):
    """The command with its three subcommands."""

    help = "List and revoke read links."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the subcommands."""
        parser.add_argument("--tenant", help="the tenant; by default that of the setting")
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        for name, text in (
            ("links", "list the links of a resource"),
            ("revoke-all", "revoke every link of a resource"),
        ):
            verb = verbs.add_parser(name, help=text)
            verb.add_argument("kind")
            verb.add_argument("id")
        # An id may begin with a dash, which is no option then.
        one = verbs.add_parser("revoke", help="revoke one link by its id", prefix_chars="+", add_help=False)
        one.add_argument("link")

    def handle(self, *_: Any, **options: Any) -> None:  # Any: what was parsed
        """Do what was asked."""
        chosen = _tried(kit)
        if options["tenant"]:
            chosen = _tried(lambda: kit().for_tenant(options["tenant"]))
        verbs = {"links": self._links, "revoke": self._revoke, "revoke-all": self._revoke_all}
        verbs[options["verb"]](chosen, options)

    def _links(self, chosen: Sharekit, options: dict[str, Any]) -> None:  # Any: as above
        for link in _tried(lambda: chosen.links.of(declared(chosen, options["kind"], options["id"]))):
            self.stdout.write(line(link))

    def _revoke(self, chosen: Sharekit, options: dict[str, Any]) -> None:  # Any: as above
        link = _tried(lambda: chosen.links.revoke(ReadLinkId(options["link"]), by=_BY))
        self.stdout.write(f"{link.id}  {link.state}")

    def _revoke_all(self, chosen: Sharekit, options: dict[str, Any]) -> None:  # Any: as above
        revoked = _tried(lambda: chosen.links.revoke_all(declared(chosen, options["kind"], options["id"]), by=_BY))
        self.stdout.write(f"revoked {len(revoked)}")


def _tried(verb: Callable[[], T]) -> T:
    try:
        return verb()
    except SharekitError as error:
        raise CommandError(str(error)) from error
