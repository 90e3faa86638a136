"""
Records in the host's own database, through SQLAlchemy. Needs the extra ``sqlalchemy``.

    upgrade(engine)  # once with each deployment
    kit = Sharekit(records=SqlAlchemyRecordStore(engine), secret_keys=[key], kinds=[project])
    kit.joined(session).links.create(...)  # in the transaction of the host
"""

from sharekit.errors import MissingExtraError

try:
    import sqlalchemy as _sqlalchemy
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("sqlalchemy", "sqlalchemy") from _missing

from sharekit.backends.sqlalchemy._schema import include_name
from sharekit.backends.sqlalchemy._store import SqlAlchemyRecordStore
from sharekit.backends.sqlalchemy._upgrade import drift, upgrade

__all__ = ["SqlAlchemyRecordStore", "drift", "include_name", "upgrade"]

del _sqlalchemy
