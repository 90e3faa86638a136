"""
Rows as plain JSON values, for stores that keep a row in one piece: in a file, a document, a value by key.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sharekit.errors import IntegrityError, InvalidQueryError
from sharekit.ids import TenantId
from sharekit.ports.evaluate import check_row
from sharekit.ports.rows import KeyType, KeyValue, KindSpec, Row

__all__ = ["Packed", "pack", "unpack"]

Packed = dict[str, Any]  # Any: JSON as `json.loads` gives it, judged by `unpack`
"""A row without its tenant, kind and id, which are its address; a time is ISO 8601 text."""


def pack(row: Row) -> Packed:
    """Return what is to be kept of a row besides its address, as a value that `json.dumps` takes."""
    keys = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in row.keys.items()}
    return {"revision": row.revision, "schema": row.schema, "keys": keys, "body": row.body}


def unpack(packed: object, tenant: TenantId, spec: KindSpec, id_: str) -> Row:
    """
    Return the row that was packed, with exactly the keys that are declared now (law S1).

    Args:
        packed: What `pack` returned, after any number of turns through JSON.
        tenant: Whose row it is.
        spec: Its kind.
        id_: Its id.

    Raises:
        IntegrityError: It is not what `pack` makes of a row of this kind.
    """
    try:
        match packed:
            case {"revision": revision, "schema": schema, "keys": Mapping() as keys, "body": body, **rest} if not rest:
                found = {key: _unpacked(of, keys.get(key)) for key, of in spec.keys.items()}
                row = Row(
                    tenant=tenant, kind=spec.kind, id=id_, revision=revision, schema=schema, keys=found, body=body
                )
                return check_row(row, spec)
            case _:
                raise IntegrityError(spec.kind, "it is no packed row")
    except (InvalidQueryError, ValueError) as error:
        raise IntegrityError(spec.kind, "a value has not the type that its kind declares") from error


# Any: a value that JSON gave, of whatever type; `check_row` judges it.
def _unpacked(of: KeyType, value: Any) -> KeyValue:  # noqa: ANN401
    return datetime.fromisoformat(value) if of is KeyType.TIME and isinstance(value, str) else value
