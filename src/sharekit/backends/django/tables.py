"""The Django model of one kind, and the way between rows and columns."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import attrs
from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.core.exceptions import AppRegistryNotReady
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.base import ModelBase

from sharekit.backends.django.columns import BodyText, CodePointText
from sharekit.errors import ConfigurationError, IntegrityError
from sharekit.ids import TenantId
from sharekit.ports.evaluate import micros_of, time_of
from sharekit.ports.rows import KeyType, KeyValue, KindSpec, Row, new_row

__all__ = ["ModelOf", "Table", "installed_model", "model_of"]

ModelOf = Callable[[KindSpec], type[models.Model]]
"""Gives the model whose table keeps a kind."""

_APP: Final = "sharekit"
_PRIMARY: Final = "serial"
_MAX_TENANT: Final = 64
_MAX_TEXT: Final = 255
_WIDEST_INDEX: Final = 3072 // 4  # characters of text that MariaDB takes into one index


def model_of(spec: KindSpec, *, module: str, app_label: str = _APP, apps: Apps | None = None) -> type[models.Model]:
    """
    Return a new model for the rows of a kind: a column for each key, and the declared indexes.

    Args:
        spec: The kind.
        module: The module that the model belongs to.
        app_label: The app that it belongs to.
        apps: The registry that it enters; that of the project by default.

    Raises:
        ConfigurationError: A key has a name that no field of a Django model can have.
    """
    for key in spec.keys:
        _check_name(key)
    table = _table_name(spec.kind)
    own_apps = {} if apps is None else {"apps": apps}
    indexes = [models.Index(fields=fields, name=_index_name(table, fields)) for fields in _indexes(spec)]
    unique = models.UniqueConstraint(fields=("tenant", "id"), name=_index_name(table, ["unique"]))
    meta = {
        "app_label": app_label,
        "db_table": table,
        "indexes": indexes,
        "constraints": [unique],
        "default_permissions": ("view",),
        "verbose_name": spec.kind.replace("-", " "),
        "verbose_name_plural": _plural(spec.kind.replace("-", " ")),
        **own_apps,
    }
    name = "".join(part.capitalize() for part in spec.kind.split("-"))
    space = {
        "__module__": module,
        "__qualname__": name,
        "__doc__": f"Rows of the kind {spec.kind!r}; read them, and leave changing them to sharekit.",
        "Meta": type("Meta", (), meta),
        _PRIMARY: models.BigAutoField(primary_key=True),
        "tenant": CodePointText(max_length=_MAX_TENANT),
        "id": CodePointText(max_length=_MAX_TEXT),
        **{key: _FIELDS[of]() for key, of in spec.keys.items()},
        "revision": models.BigIntegerField(),
        "schema": models.BigIntegerField(),
        "body": BodyText(),
    }
    model = ModelBase(name, (models.Model,), space)
    assert issubclass(model, models.Model)  # noqa: S101  # for the type checkers: it was given as its base
    return model


def installed_model(spec: KindSpec) -> type[models.Model]:
    """
    Return the model that the installed app has for a kind.

    Raises:
        ConfigurationError: The app is not installed, or has no such model.
    """
    try:
        config = installed_apps.get_app_config(_APP)
    except (LookupError, AppRegistryNotReady) as error:
        problem = "needs 'sharekit.adapters.django' in INSTALLED_APPS, and Django set up"
        raise ConfigurationError("records", problem) from error
    for model in config.get_models():
        if model._meta.db_table == _table_name(spec.kind):
            return model
    raise ConfigurationError("records", f"the app {_APP!r} has no model for the kind {spec.kind!r}")


class Table:
    """
    Where the rows of one kind are kept.

    Attributes:
        spec: The kind.
        model: Its model.
        columns: What `row` takes, in that order.
    """

    def __init__(self, spec: KindSpec, model: type[models.Model]) -> None:
        self.spec = spec
        self.model = model
        self.columns: tuple[str, ...] = ("id", *spec.keys, "revision", "schema", "body")
        missing = {*self.columns} - {field.name for field in model._meta.fields}
        if missing:
            raise ConfigurationError("records", f"the model of {spec.kind!r} has no column for {sorted(missing)}")
        self._readers = [(key, READERS[of]) for key, of in spec.keys.items() if of in READERS]

    def row(self, tenant: TenantId, values: Sequence[Any]) -> Row:  # Any: a database gives what was stored
        """Return the row that the `columns` hold."""
        id_, *held, revision, schema, body = values
        keys: dict[str, KeyValue] = dict(zip(self.spec.keys, held, strict=True))
        for key, reader in self._readers:
            if keys[key] is not None:
                try:
                    keys[key] = reader(keys[key])
                except (OverflowError, TypeError) as error:
                    raise IntegrityError(self.spec.kind, f"the key {key!r} is not what was stored") from error
        return new_row(
            tenant=tenant, kind=self.spec.kind, id=id_, keys=keys, revision=revision, schema=schema, body=body
        )

    def of_instance(self, instance: models.Model) -> Row:
        """Return the row that an instance of the model holds."""
        held: dict[str, Any] = vars(instance)  # Any: as in `row`
        return self.row(TenantId(held["tenant"]), [held[column] for column in self.columns])

    def written(self, row: Row, revision: int) -> dict[str, str | int | None]:
        """Return what a checked row holds at its new revision, by column; tenant and id excepted."""
        keys = {key: param(value) for key, value in row.keys.items()}
        return {**keys, "revision": revision, "schema": row.schema, "body": row.body}

    def insert(self, connection: BaseDatabaseWrapper, row: Row, revision: int) -> tuple[str, list[Any]]:
        """
        Return the INSERT of a checked row, and its parameters.

        Where a database knows how, the statement does nothing when the id is taken: an error would
        end the transaction in PostgreSQL.
        """
        given = {"tenant": row.tenant, "id": row.id, **self.written(row, revision)}
        fields = {field.name: field for field in self.model._meta.fields}
        quote = connection.ops.quote_name
        columns = ", ".join(quote(fields[name].column or name) for name in given)
        sql = f"INSERT INTO {self._name(connection)} ({columns}) VALUES ({', '.join(['%s'] * len(given))})"  # noqa: S608  # names of checked kinds
        if connection.vendor != "mysql":
            sql += " ON CONFLICT DO NOTHING"
        return sql, [fields[name].get_db_prep_save(value, connection) for name, value in given.items()]

    def delete(self, connection: BaseDatabaseWrapper) -> str:
        """Return the DELETE of a row; it takes tenant, id and revision."""
        quote = connection.ops.quote_name
        where = " AND ".join(f"{quote(name)} = %s" for name in ("tenant", "id", "revision"))
        return f"DELETE FROM {self._name(connection)} WHERE {where}"  # noqa: S608  # names of checked kinds

    def _name(self, connection: BaseDatabaseWrapper) -> str:
        return connection.ops.quote_name(self.model._meta.db_table)


@attrs.frozen
class Tables:
    """The tables of every kind that a store knows; it is replaced, never changed."""

    by_kind: Mapping[str, Table] = attrs.field(factory=dict[str, Table])
    specs: Mapping[str, KindSpec] = attrs.field(factory=dict[str, KindSpec])

    def extended(self, kinds: Sequence[KindSpec], model_of_kind: ModelOf) -> "Tables":
        """Return these tables with those of more kinds, or of kinds declared anew."""
        added = {spec.kind: Table(spec, model_of_kind(spec)) for spec in kinds}
        return Tables({**self.by_kind, **added}, {**self.specs, **{spec.kind: spec for spec in kinds}})


def param(value: KeyValue) -> str | int | None:
    """Return the value as its column holds it."""
    return micros_of(value) if isinstance(value, datetime) else value


def _text() -> "models.Field[Any, Any]":
    return CodePointText(max_length=_MAX_TEXT, null=True)


def _number() -> "models.Field[Any, Any]":
    return models.BigIntegerField(null=True)


def _time() -> "models.Field[Any, Any]":
    return models.BigIntegerField(null=True, help_text="microseconds since 1970 in UTC")


def _truth() -> "models.Field[Any, Any]":
    return models.BooleanField(null=True)


_FIELDS: Final[Mapping[KeyType, Callable[[], "models.Field[Any, Any]"]]] = {  # Any: a field of any Python type
    KeyType.TEXT: _text,
    KeyType.REF: _text,
    KeyType.INT: _number,
    KeyType.TIME: _time,
    KeyType.BOOL: _truth,
}
READERS: Final[Mapping[KeyType, Callable[[Any], KeyValue]]] = {KeyType.TIME: time_of}  # Any: as in `Table.row`


def _check_name(key: str) -> None:
    if key in {"pk", "objects", _PRIMARY} or "__" in key or key.endswith("_") or hasattr(models.Model, key):
        raise ConfigurationError("keys", f"{key!r} cannot name a field of a Django model")


def _table_name(kind: str) -> str:
    return f"{_APP}_{kind.replace('-', '_')}"


def _index_name(table: str, fields: Sequence[str]) -> str:
    """Return a name of at most 30 characters, which is what Django allows, and the same at every call."""
    digest = sha256("/".join([table, *fields]).encode()).hexdigest()[:8]
    return f"sk_{table.removeprefix(f'{_APP}_')[:16]}_{digest}"


def _indexes(spec: KindSpec) -> list[list[str]]:
    """Return the fields of each declared index: from the tenant on, to the id where that still fits."""
    return [["tenant", *index, *(["id"] if _width(spec, index) <= _WIDEST_INDEX else [])] for index in spec.indexes]


def _width(spec: KindSpec, index: Sequence[str]) -> int:
    texts = sum(spec.keys[key] in {KeyType.TEXT, KeyType.REF} for key in index)
    return _MAX_TENANT + (texts + 1) * _MAX_TEXT + 2 * (len(index) - texts)


def _plural(noun: str) -> str:
    return f"{noun[:-1]}ies" if noun.endswith("y") else noun if noun == "staff" else f"{noun}s"
