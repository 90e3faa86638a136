"""
Models of the host whose rows are things in the catalog.

A row that is saved or deleted takes its entry along, in the same transaction where there is one.
What sends no signals is seen by ``manage.py sharekit sync`` alone: ``bulk_create``, ``bulk_update``,
``update()``, fixtures, and SQL.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final, Generic, TypeVar, cast

import attrs
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import Error, connections, models
from django.db.models.signals import post_delete, post_save

from sharekit.adapters.django import kit
from sharekit.adapters.django._process import database
from sharekit.adapters.django.apps import SharekitConfig
from sharekit.backends.django._errors import is_passing
from sharekit.errors import ConfigurationError, InvalidInputError, NotFoundError, RetryTransaction
from sharekit.records.catalog import CatalogItem, ResourceRef, Visibility
from sharekit.records.parties import Contact, Staff, System
from sharekit.records.unset import UNSET

__all__ = ["ModelSource", "Registration", "find", "registrations", "take_in", "take_out"]

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")

_BY: Final = System("django")
_AT_ONCE: Final = 500


@attrs.frozen(kw_only=True, eq=False)
class Registration(Generic[M]):
    """
    How the rows of a model are things of a kind; the arguments of `sharekit.adapters.django.register`.

    Attributes:
        model: The model.
        kind: The name of the kind.
        rows: The rows that are in the catalog; None for all.
    """

    model: type[M]
    kind: str
    title: Callable[[M], str]
    client_title: Callable[[M], str | None] | None = None
    container: Callable[[M], ResourceRef | None] | None = None
    owner: Callable[[M], Staff | None] | None = None
    requester: Callable[[M], Contact | None] | None = None
    visibility: Callable[[M], Visibility] | None = None
    rows: "Callable[[], models.QuerySet[M]] | None" = None

    def ref_of(self, instance: M) -> ResourceRef:
        """Return what sharekit calls a row."""
        return ResourceRef(self.kind, str(instance.pk))

    def item_of(self, instance: M) -> CatalogItem:
        """Return what the catalog should say of a row."""
        ref = self.ref_of(instance)

        def said(of: Callable[[M], T] | None) -> Any:  # what CatalogItem takes, or that nothing is said
            return UNSET if of is None else of(instance)

        try:
            return CatalogItem(
                ref,
                title=self.title(instance),
                # An empty text is what Django keeps where there is none.
                client_title=said(self.client_title) or None,
                container=said(self.container),
                owner=said(self.owner),
                requester=said(self.requester),
                visibility=said(self.visibility),
            )
        except InvalidInputError as error:
            raise InvalidInputError(error.field, f"of {ref.key}: {error.problem}") from error

    def all_rows(self) -> "models.QuerySet[M]":
        """Return the rows that are in the catalog."""
        if self.rows is not None:
            return self.rows()
        return self.model._base_manager.all()  # noqa: SLF001  # as Django documents it

    def keep(self, instance: M, using: str) -> None:
        """Let the entry say what a row says now."""
        if self.rows is not None and not self.rows().using(using).filter(pk=instance.pk).exists():
            self.drop(instance)
            return
        catalog, item = kit().catalog, self.item_of(instance)
        try:
            before = catalog.get(item.ref)
        except NotFoundError:
            catalog.put_many([item], by=_BY)
            return
        container = item.container
        if (container is None or isinstance(container, ResourceRef)) and container != before.container:
            catalog.move(item.ref, container, by=_BY)
        catalog.put_many([attrs.evolve(item, container=UNSET)], by=_BY)

    def drop(self, instance: M) -> None:
        """Take the entry of a row out of the catalog."""
        try:
            kit().catalog.remove(self.ref_of(instance), by=_BY)
        except NotFoundError:
            return  # it was never entered


class ModelSource(Generic[M]):
    """
    The rows of a registered model, as `Catalog.sync` asks for them.

    Rows that are about to be mended are locked where the database can, so that whoever saves one
    waits, and then has the last word.
    """

    def __init__(self, registration: Registration[M], *, lock: bool) -> None:
        self._registration = registration
        self._connection = connections[registration.all_rows().db]
        self._lock = lock and self._connection.alias == database()
        self._joined = self._connection.in_atomic_block

    def items(self) -> Iterator[CatalogItem]:
        """Walk over the rows in the order of their keys."""
        rows = self._registration.all_rows().order_by("pk")
        chunk = list(rows[:_AT_ONCE])
        while chunk:
            for row in chunk:
                yield self._registration.item_of(row)
            chunk = list(rows.filter(pk__gt=chunk[-1].pk)[:_AT_ONCE])

    def look_up(self, ids: Sequence[str]) -> list[CatalogItem]:
        """Return those that are there now."""
        keys = [key for key in map(self._key, ids) if key is not None]
        rows = self._registration.all_rows().filter(pk__in=keys)
        features = self._connection.features
        if self._lock and self._connection.in_atomic_block and features.has_select_for_update:
            rows = rows.select_for_update(of=("self",) if features.has_select_for_update_of else ())
        try:
            return [self._registration.item_of(row) for row in rows]
        except Error as error:
            if is_passing(error):
                raise RetryTransaction(joined=self._joined) from error
            raise

    def _key(self, id_: str) -> object:
        field = self._registration.model._meta.pk
        try:
            key: object = field.to_python(id_)
            field.run_validators(key)  # a number may be too large for its column
        except (ValidationError, ValueError, OverflowError):
            return None
        return key


def registrations() -> list[Registration[Any]]:  # Any: of every model
    """Return every registration, in the order in which they were made."""
    return list(_config().registrations.values())


def find(instance: M) -> Registration[M]:
    """Return the registration of a row's model."""
    for registration in registrations():
        if isinstance(instance, registration.model):
            return cast("Registration[M]", registration)  # which is of this model
    raise ConfigurationError("model", f"{type(instance).__name__} is not registered")


def take_in(registration: Registration[M]) -> None:
    """Register a model, and listen to its rows."""
    model, known = registration.model, _config().registrations
    if model._meta.abstract or model._meta.proxy:
        raise ConfigurationError("model", f"{model.__name__} has no table of its own")
    if registration.kind in known or any(other.model is model for other in known.values()):
        raise ConfigurationError("model", f"{model.__name__}, or the kind {registration.kind!r}, is registered already")
    known[registration.kind] = registration
    for sender in _with_subclasses(model):
        uid = _uid(registration.kind)
        post_save.connect(partial(_saved, registration), sender=sender, weak=False, dispatch_uid=uid)
        post_delete.connect(partial(_deleted, registration), sender=sender, weak=False, dispatch_uid=uid)


def take_out(model: type[models.Model]) -> None:
    """Forget a model."""
    known = _config().registrations
    for registration in [other for other in known.values() if other.model is model]:
        del known[registration.kind]
        for sender in _with_subclasses(model):
            for signal in (post_save, post_delete):
                signal.disconnect(sender=sender, dispatch_uid=_uid(registration.kind))


def _saved(registration: Registration[M], *, instance: M, raw: bool, using: str, **_: object) -> None:
    if not raw:  # a fixture, whose other rows may not be there yet
        registration.keep(instance, using)


def _deleted(registration: Registration[M], *, instance: M, **_: object) -> None:
    registration.drop(instance)


def _with_subclasses(model: type[models.Model]) -> Iterator[type[models.Model]]:
    # Django names the class that was asked, which may be a proxy, as many an admin has it.
    yield model
    for child in model.__subclasses__():
        yield from _with_subclasses(child)


def _uid(kind: str) -> str:
    return f"sharekit.{kind}"


def _config() -> SharekitConfig:
    config = apps.get_app_config("sharekit")
    if not isinstance(config, SharekitConfig):  # pragma: no cover  # another app of that label
        raise ConfigurationError("INSTALLED_APPS", "has another app with the label 'sharekit'")
    return config
