"""Tables for any kinds, as a test needs them, and a way to their rows behind the store's back."""

from datetime import datetime

from django.apps.registry import Apps
from django.db import connections
from django.db.models import Model

from sharekit.backends.django import model_of
from sharekit.ids import TenantId
from sharekit.ports import Bool, KeyValue, KindSpec, Row, Time
from sharekit.ports.evaluate import micros_of, time_of


class MadeTables:
    """Makes a model for each kind that is asked for, and the table or the columns that are missing."""

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self._there: dict[str, set[str]] | None = None

    def __call__(self, spec: KindSpec) -> type[Model]:
        """Return the model of a kind."""
        model = model_of(spec, module=__name__, app_label="lent", apps=Apps())
        options = model._meta
        if self._there is None:
            self._there = _columns(self._alias)
        there = self._there.get(options.db_table)
        self._there[options.db_table] = {str(field.column) for field in options.local_fields}
        missing = [field for field in options.local_fields if field.column not in (there or ())]
        if missing:
            with connections[self._alias].schema_editor() as editor:
                if there is None:
                    editor.create_model(model)
                else:
                    for field in missing:
                        editor.add_field(model, field)
                    for index in options.indexes:
                        if {*index.fields} & {field.name for field in missing}:
                            editor.add_index(model, index)
        return model


def _columns(alias: str) -> dict[str, set[str]]:
    """Return the columns of each table that is there."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        return {
            table: {column.name for column in connection.introspection.get_table_description(cursor, table)}
            for table in connection.introspection.table_names(cursor)
        }


class TableDoor:
    """The rows as plain SQL sees them, on a connection of its own."""

    def __init__(self, alias: str, kinds: tuple[KindSpec, ...]) -> None:
        self._alias = alias
        self._specs = {spec.kind: spec for spec in kinds}

    def read(self, tenant: TenantId, kind: str, id: str) -> Row | None:
        """Read the columns of the kind's table."""
        spec = self._specs[kind]
        columns = ["revision", "schema", "body", *spec.keys]
        quote = connections[self._alias].ops.quote_name
        sql = f"SELECT {', '.join(map(quote, columns))} FROM {_table(kind)} WHERE tenant = %s AND id = %s"  # noqa: S608  # a table of the contract
        with connections[self._alias].cursor() as cursor:
            cursor.execute(sql, [tenant, id])
            found = cursor.fetchone()
        if found is None:
            return None
        revision, schema, body, *held = found
        keys = {key: _value(spec, key, value) for key, value in zip(spec.keys, held, strict=True)}
        return Row(tenant=tenant, kind=kind, id=id, keys=keys, revision=revision, schema=schema, body=body)

    def write(self, row: Row) -> None:
        """Insert the columns."""
        keys = {key: micros_of(value) if isinstance(value, datetime) else value for key, value in row.keys.items()}
        columns: dict[str, str | int | None] = {
            "tenant": row.tenant,
            "id": row.id,
            "revision": row.revision,
            "schema": row.schema,
        }
        columns |= {"body": row.body, **keys}
        quote = connections[self._alias].ops.quote_name
        sql = f"INSERT INTO {_table(row.kind)} ({', '.join(map(quote, columns))}) VALUES ({', '.join(['%s'] * len(columns))})"  # noqa: S608,E501  # the same
        with connections[self._alias].cursor() as cursor:
            cursor.execute(sql, [*columns.values()])

    def drop(self) -> None:
        """Drop a table behind the store's back."""
        with connections[self._alias].cursor() as cursor:
            cursor.execute("DROP TABLE sharekit_thing")

    def clear(self) -> None:
        """Empty the tables that an earlier test has left, and drop those that it has changed."""
        connection = connections[self._alias]
        expected = {_table(kind): {*_COLUMNS, *spec.keys} for kind, spec in self._specs.items()}
        for table, columns in _columns(self._alias).items():
            verb = "DELETE FROM" if expected.get(table) == columns else "DROP TABLE"
            with connection.cursor() as cursor:
                cursor.execute(f"{verb} {connection.ops.quote_name(table)}")


_COLUMNS = ("serial", "tenant", "id", "revision", "schema", "body")


def _table(kind: str) -> str:
    return f"sharekit_{kind.replace('-', '_')}"


def _value(spec: KindSpec, key: str, value: str | int | None) -> KeyValue:
    if isinstance(value, int) and spec.keys[key] is Time:
        return time_of(value)
    return bool(value) if isinstance(value, int) and spec.keys[key] is Bool else value
