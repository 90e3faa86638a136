"""
Puts sharekit together for the agency.
"""

from sharekit import Sharekit
from sharekit.ports import Clock, MailReader

from flask_portal.agency.database import Database
from flask_portal.keys import key_from
from flask_portal.settings import Settings
from flask_portal.sharing.rights import AgencyDirectory
from flask_portal.sharing.sections import project_kind

__all__ = ["make_kit"]


def make_kit(settings: Settings, db: Database, clock: Clock | None = None, inbox: MailReader | None = None) -> Sharekit:
    """Return the agency's kit; its records lie beside the agency's database, in a folder of their own."""
    return Sharekit.at(
        settings.data / "sharekit",
        secret_keys=[key_from(settings.data / "secret.key")],
        kinds=[project_kind(db)],
        directory=AgencyDirectory(db),
        clock=clock,
        inbox=inbox,
        undo_window=settings.undo,
    )
