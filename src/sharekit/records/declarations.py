"""
What the host declares of its things: their kinds, and what can be shown of them part by part.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from sharekit.errors import ConfigurationError
from sharekit.ids import TenantId
from sharekit.records import checks
from sharekit.records.catalog import ResourceRef
from sharekit.records.parties import Principal

__all__ = ["Part", "Property", "ResourceKind", "Section", "SectionContext"]


@attrs.frozen
class SectionContext:
    """
    What a section's loader may know of the reader.

    Attributes:
        tenant: The tenant whose kit asks.
        principal: Who reads: the `LinkHolder`, also while staff preview what that one will see.
        at: The instant of reading.
        locale: The language the page is shown in, or None when it is not known.
    """

    tenant: TenantId
    principal: Principal
    at: datetime
    locale: str | None = None


# What a section shows is the host's own data, which only the host's template understands.
LoaderInContext = Callable[[ResourceRef, SectionContext], object]
Loader = Callable[[ResourceRef], object] | LoaderInContext


def _check_mapping(setting: str, given: object, of: type, wanted: str) -> None:
    if not isinstance(given, Mapping) or not all(isinstance(value, of) for value in given.values()):
        raise ConfigurationError(setting, f"needs {wanted}")


def _texts(given: Mapping[str, str]) -> Mapping[str, str]:
    _check_mapping("titles", given, str, "texts by language, such as {'nl': 'Uren'}")
    return MappingProxyType(dict(given))


@attrs.frozen
class Part:
    """
    What can be shown or hidden of a resource by itself; see `Section` and `Property`.

    Raises:
        ConfigurationError: The loader takes neither one nor two positional arguments.
    """

    title: str
    load: Loader = attrs.field(kw_only=True)
    client: bool | None = attrs.field(kw_only=True, default=None)
    titles: Mapping[str, str] = attrs.field(kw_only=True, default=MappingProxyType({}), converter=_texts)
    content: LoaderInContext = attrs.field(init=False, eq=False, repr=False)
    """Calls the loader in the form it wants."""

    def __attrs_post_init__(self) -> None:
        checks.title(f"{type(self).__name__.lower()} title", self.title)
        if self.client is not None:
            checks.flag("client", self.client)
        object.__setattr__(self, "content", _in_context(self.load))

    def title_in(self, locale: str | None) -> str:
        """Return the title in this language, or the plain one."""
        return self.title if locale is None else _translated(self.title, self.titles, locale)


@attrs.frozen
class Section(Part):
    """
    A part of a resource that can be shown or hidden as a whole.

    Attributes:
        title: As pages show it.
        load: ``load(ref)`` or ``load(ref, context)``; returns the content. It is called only
            for a section that is shown, at each reading, outside any transaction of sharekit.
        client: Whether clients whom the resource is shared with see it, where the settings of the
            portal say nothing of its kind. None for "nobody said": it is hidden, and
            `PortalRules.unclassified` names it. Links name their sections themselves.
        titles: The title in other languages, by language: ``{"de": "Stunden"}``.

    Raises:
        ConfigurationError: The loader takes neither one nor two positional arguments.
    """


@attrs.frozen
class Property(Part):
    """
    One value of a resource that can be shown or hidden by itself, such as its due date.

    Attributes:
        title: As pages show it.
        load: As for a `Section`; returns the value.
        client: As for a `Section`.
        titles: As for a `Section`.

    Raises:
        ConfigurationError: The loader takes neither one nor two positional arguments.
    """


def _sections(given: Mapping[str, Section]) -> Mapping[str, Section]:
    _check_mapping("sections", given, Section, "Sections by name")
    return MappingProxyType(dict(given))


def _properties(given: Mapping[str, Property]) -> Mapping[str, Property]:
    _check_mapping("properties", given, Property, "Properties by name")
    return MappingProxyType(dict(given))


@attrs.frozen
class ResourceKind:
    """
    A kind of thing that the host shares.

    Attributes:
        name: The `ResourceRef.kind` of its resources, a slug.
        title: What one of them is called, ``"Project"``; shown where no client may read its title.
        sections: The parts that can be shown one by one, in the order of the page.
        properties: The values that can be shown one by one, in the order of the page.
        titles: The title in other languages, by language.
        confidential: Whether its resources are never reached through an organisation.

    Raises:
        InvalidInputError: A name is malformed.
        ConfigurationError: A section and a property have one name.
    """

    name: str
    title: str = attrs.field(kw_only=True)
    sections: Mapping[str, Section] = attrs.field(kw_only=True, default=MappingProxyType({}), converter=_sections)
    properties: Mapping[str, Property] = attrs.field(kw_only=True, default=MappingProxyType({}), converter=_properties)
    titles: Mapping[str, str] = attrs.field(kw_only=True, default=MappingProxyType({}), converter=_texts)
    confidential: bool = attrs.field(kw_only=True, default=False)

    def __attrs_post_init__(self) -> None:
        checks.flag("confidential", self.confidential)
        checks.slug("kind", self.name)
        checks.title("kind title", self.title)
        for name in self.sections:
            checks.slug("section name", name)
        for name in self.properties:
            checks.slug("property name", name)
            if name in self.sections:
                raise ConfigurationError("properties", f"{name!r} is a section, too")

    @property
    def parts(self) -> Mapping[str, Part]:
        """The sections and the properties by name."""
        return {**self.sections, **self.properties}

    def title_in(self, locale: str | None) -> str:
        """Return the title in this language, or the plain one."""
        return self.title if locale is None else _translated(self.title, self.titles, locale)


# The parameters of a host's function are what is looked at here.
def _in_context(load: Callable[..., object]) -> LoaderInContext:
    if not callable(load):
        raise ConfigurationError("section", "load needs a function of (ref) or (ref, context)")
    if inspect.iscoroutinefunction(load):
        raise ConfigurationError("section", "load needs a plain function; an async one would never be awaited")
    try:
        signature = inspect.signature(load)
    except ValueError:  # a builtin without a signature
        return lambda ref, _: load(ref)
    if _accepts(signature, 1) and not _has_context(signature.parameters.values()):
        return lambda ref, _: load(ref)
    if _accepts(signature, 2):
        return load
    raise ConfigurationError("section", "load needs a function of (ref) or (ref, context)")


def _accepts(signature: inspect.Signature, count: int) -> bool:
    try:
        signature.bind(*[None] * count)
    except TypeError:
        return False
    return True


def _has_context(parameters: Iterable[inspect.Parameter]) -> bool:
    positional = [
        p for p in parameters if p.kind in {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
    ]
    return len(positional) > 1 and positional[1].name == "context"


def _translated(plain: str, others: Mapping[str, str], locale: str) -> str:
    return others.get(locale) or others.get(locale.partition("-")[0], plain)
