"""
``manage.py sharekit``: links, the catalog and the host's rows, reviews, sending what waits, and taking mail in.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sharekit.adapters._link_commands import declared, line
from sharekit.adapters.django import kit
from sharekit.adapters.django._inbound import inbound, inbound_arguments
from sharekit.adapters.django.registration import ModelSource, registrations
from sharekit.errors import SharekitError
from sharekit.ids import ReadLinkId
from sharekit.kit import Sharekit
from sharekit.records.parties import System
from sharekit.records.reviews import as_csv, as_json
from sharekit.records.syncs import SyncReport

__all__ = ["Command"]

T = TypeVar("T")

_BY = System("cli")


class Command(BaseCommand):
    """The command with its subcommands."""

    help = "List and revoke links, keep the catalog in step with models, review, sweep, send what waits, take mail in."

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
        sync = verbs.add_parser("sync", help="bring the catalog in step with the rows of registered models")
        sync.add_argument("--check", action="store_true", help="change nothing, and fail when something is apart")
        sync.add_argument("--kind", action="append", metavar="KIND", help="only this kind; may be given several times")
        sweep = verbs.add_parser("sweep", help="say which blobs nothing names, and what else is over, in every tenant")
        sweep.add_argument("--delete", action="store_true", help="delete them; without it they are only named")
        sweep.add_argument("--hours", type=float, default=24.0, help="touch nothing younger; 24 by default")
        sweep.add_argument(
            "--days", type=float, default=30.0, help="keep documents of things that were removed so long; 30 by default"
        )
        prune = verbs.add_parser("prune", help="say how many old notices and deliveries there are, in every tenant")
        prune.add_argument("--delete", action="store_true", help="delete them; without it they are only counted")
        prune.add_argument("--days", type=float, default=180.0, help="keep what is younger; 180 by default")
        prune.add_argument(
            "--unseen-days", type=float, default=730.0, help="keep news so long that nobody saw; 730 by default"
        )
        prune.add_argument("--limit", type=int, default=10_000, help="at most so many in each tenant; 10000 by default")
        review = verbs.add_parser("review", help="list grants and links that may have outlived their reason")
        review.add_argument(
            "--format", choices=("csv", "json"), default="csv", help="how to write them; csv by default"
        )
        review.add_argument("--idle-days", type=float, default=90.0, help="how long counts as unused; 90 by default")
        review.add_argument("--expiring-days", type=float, default=14.0, help="how soon an end counts; 14 by default")
        verbs.add_parser("relay", help="send what waits in every tenant: letters, webhooks, seals")
        inbound_arguments(verbs.add_parser("inbound", help="take mail in from a mail server"))
        # An id may begin with a dash, which is no option then.
        one = verbs.add_parser("revoke", help="revoke one link by its id", prefix_chars="+", add_help=False)
        one.add_argument("link")

    def handle(self, *_: Any, **options: Any) -> None:  # Any: what was parsed
        """Do what was asked."""
        chosen = _tried(kit)
        if options["tenant"]:
            chosen = _tried(lambda: kit().for_tenant(options["tenant"]))
        if options["verb"] == "inbound":
            inbound(chosen, options, self.stdout)
            return
        verbs = {
            "links": self._links,
            "prune": self._prune,
            "relay": self._relay,
            "review": self._review,
            "revoke": self._revoke,
            "revoke-all": self._revoke_all,
            "sync": self._sync,
            "sweep": self._sweep,
        }
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

    def _relay(self, chosen: Sharekit, _: dict[str, Any]) -> None:  # Any: as above
        self.stdout.write(_tried(chosen.relay.run_once).line)

    def _review(self, chosen: Sharekit, options: dict[str, Any]) -> None:  # Any: as above
        idle, expiring = (timedelta(days=options[name]) for name in ("idle_days", "expiring_days"))
        items = _tried(lambda: list(chosen.access.review(idle=idle, expiring=expiring)))
        self.stdout.write(as_csv(items) if options["format"] == "csv" else as_json(items))

    def _sync(self, chosen: Sharekit, options: dict[str, Any]) -> None:  # Any: as above
        wanted, known = options["kind"], registrations()
        for kind in wanted or ():
            if kind not in {one.kind for one in known}:
                raise CommandError(f"no model is registered for the kind {kind!r}")
        if not known:
            raise CommandError("no model is registered; call sharekit.adapters.django.register in an AppConfig.ready")
        check, apart = options["check"], False
        for one in known:
            if not wanted or one.kind in wanted:
                source = ModelSource(one, lock=not check)
                report = _tried(partial(chosen.catalog.sync, one.kind, source, by=_BY, check=check))
                self._tell(report)
                apart |= not report.is_in_step
        if apart:
            raise CommandError("the catalog is not in step")

    def _sweep(self, chosen: Sharekit, options: dict[str, Any]) -> None:  # Any: as above
        report = _tried(
            lambda: chosen.sweep(
                dry_run=not options["delete"],
                grace=timedelta(hours=options["hours"]),
                removed_grace=timedelta(days=options["days"]),
            )
        )
        for key in (*report.blobs, *report.documents):
            self.stdout.write(key)
        self.stdout.write(f"{report}{'' if options['delete'] else '; do it with --delete'}")

    def _prune(self, chosen: Sharekit, options: dict[str, Any]) -> None:  # Any: as above
        report = _tried(
            lambda: chosen.relay.prune(
                dry_run=not options["delete"],
                older_than=timedelta(days=options["days"]),
                unseen_older_than=timedelta(days=options["unseen_days"]),
                limit=options["limit"],
            )
        )
        self.stdout.write(f"{report}{'' if options['delete'] else '; do it with --delete'}")

    def _tell(self, report: SyncReport) -> None:
        for drift in report.drift:
            about = drift.reason or ", ".join(drift.fields)
            self.stdout.write(f"{drift.kind}  {drift.ref.kind} {drift.ref.id}  {about}".rstrip())
        found = report.missing + report.differing + report.gone + report.failed
        if found > len(report.drift):
            self.stdout.write(f"... and {found - len(report.drift)} more")
        self.stdout.write(
            f"{report.kind}: {report.walked} rows; {report.missing} missing, {report.differing} differing,"
            f" {report.gone} gone, {report.failed} failed{'' if report.checked or not found else '; mended'}"
        )


def _tried(verb: Callable[[], T]) -> T:
    try:
        return verb()
    except SharekitError as error:
        raise CommandError(str(error)) from error
