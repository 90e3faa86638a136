"""
Looks at what a kit is given, before anything is done with it.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

from sharekit.errors import ConfigurationError, InvalidInputError
from sharekit.ids import TenantId, is_tenant_id
from sharekit.ports import Predicate
from sharekit.records.declarations import ResourceKind
from sharekit.records.documents import DOCUMENT, DOCUMENT_KIND
from sharekit.records.scopes import PortalScope, check_scope, parse_scope, predicates_in
from sharekit.records.uploads import UploadPolicy
from sharekit.screening import Detector

__all__ = [
    "check_folder",
    "check_parts",
    "detectors_given",
    "kinds_by_name",
    "largest_given",
    "policy_given",
    "predicates_given",
    "scope_given",
    "tenant_given",
    "window_given",
]


def check_folder(folder: object) -> None:
    if not isinstance(folder, str | Path) or "\0" in str(folder):
        raise ConfigurationError("folder", "needs the path of a folder")


def check_parts(**parts: object) -> None:
    methods = {
        "records": "transaction",
        "blobs": "write",
        "directory": "rights",
        "clock": "now",
        "rate_limiter": "acquire",
        "scanner": "scan",
        "inbox": "read",
        "notifier": "send",
        "webhook_caller": "call",
    }
    for setting, part in parts.items():
        if part is None and setting != "records":
            continue
        if isinstance(part, type) or not callable(getattr(part, methods[setting], None)):
            raise ConfigurationError(
                setting, f"needs an object with the method {methods[setting]}(), not {_named(part)}"
            )


def _named(part: object) -> str:
    return f"the class {part.__name__}" if isinstance(part, type) else f"one of {type(part).__name__}"


def scope_given(scope: object) -> PortalScope:
    try:
        check_scope(scope)
        return parse_scope(str(scope))
    except InvalidInputError as error:
        raise ConfigurationError("scope", "needs a PortalScope, such as shared_with_me") from error


def predicates_given(scope: PortalScope, given: object) -> Mapping[str, Predicate]:
    if not isinstance(given, Iterable):
        raise ConfigurationError("predicates", "needs a list of Predicates")
    named = predicates_in(scope)
    everything: list[object] = [*(one for one in named.values() if isinstance(one, Predicate)), *given]
    by_name: dict[str, Predicate] = {}
    for predicate in everything:
        if not isinstance(predicate, Predicate):
            raise ConfigurationError("predicates", "needs Predicates")
        if by_name.setdefault(predicate.name, predicate) is not predicate:
            raise ConfigurationError("predicates", f"has two by the name {predicate.name!r}")
    if not by_name.keys() >= named.keys():
        raise ConfigurationError("scope", f"names a predicate that is not given: {min(named.keys() - by_name.keys())}")
    return MappingProxyType(by_name)


def detectors_given(given: object) -> tuple[Detector, ...]:
    wanted = "needs a list of functions, such as [PuremagicDetector()]"
    if not isinstance(given, Iterable):
        raise ConfigurationError("detectors", wanted)
    detectors: tuple[Detector, ...] = tuple(given)
    every: tuple[object, ...] = detectors
    if not all(callable(one) and not isinstance(one, type) for one in every):
        raise ConfigurationError("detectors", wanted)
    return detectors


def policy_given(uploads: UploadPolicy | None) -> UploadPolicy:
    if uploads is not None and not isinstance(uploads, UploadPolicy):
        raise ConfigurationError("uploads", "needs an UploadPolicy")
    return UploadPolicy() if uploads is None else uploads


def largest_given(max_staff_bytes: object) -> int:
    if not isinstance(max_staff_bytes, int) or isinstance(max_staff_bytes, bool) or max_staff_bytes < 1:
        raise ConfigurationError("max_staff_bytes", "needs a number of bytes, at least 1")
    return max_staff_bytes


def window_given(undo_window: object) -> timedelta:
    if not isinstance(undo_window, timedelta) or not timedelta(0) <= undo_window <= timedelta(hours=1):
        raise ConfigurationError("undo_window", "needs a timedelta from 0 to an hour")
    return undo_window


def tenant_given(tenant: str) -> TenantId:
    if not is_tenant_id(tenant):
        raise ConfigurationError("tenant", "needs 1 to 64 letters, digits, '_' or '-'")
    return TenantId(tenant)


def kinds_by_name(kinds: object) -> MappingProxyType[str, ResourceKind]:
    by_name: dict[str, ResourceKind] = {}
    if not isinstance(kinds, Iterable):
        raise ConfigurationError("kinds", "needs a list of ResourceKinds")
    for kind in kinds:
        if not isinstance(kind, ResourceKind):
            raise ConfigurationError("kinds", "needs ResourceKinds")
        if kind.name in by_name:
            raise ConfigurationError("kinds", f"declares {kind.name!r} twice")
        by_name[kind.name] = kind
    by_name.setdefault(DOCUMENT, DOCUMENT_KIND)
    return MappingProxyType(by_name)
