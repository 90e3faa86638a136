"""
Checks of values that callers give; each raises a sharekit error that names the field.
"""

import functools
import re
from collections.abc import Collection, Mapping
from datetime import timedelta

from sharekit.errors import InvalidInputError

__all__ = [
    "duration",
    "email",
    "flag",
    "identifier",
    "locale",
    "names",
    "optional_text",
    "phone",
    "prose",
    "slug",
    "tag",
    "text",
    "title",
    "variables",
    "whole",
]

_SLUG = re.compile(r"[a-z][a-z0-9]*([-._][a-z0-9]+)*")
_PLAIN_IDENTIFIER = re.compile(r"[A-Za-z0-9_.:-]{1,180}")
_EMAIL = re.compile(r"[^@\s<>(),;:\"\\]+@[^@\s<>(),;:\"\\]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_BREAKS = re.compile("[\t\r\n]")
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MAX_EMAIL = 254
_MAX_IDENTIFIER = 180
_MAX_SLUG = 60
_MAX_PHONE = 40
_MAX_TAG = 60
_MAX_TITLE = 200


def slug(field: str, value: object) -> None:
    """Refuse anything but a short lower-case slug."""
    if not isinstance(value, str) or not _is_slug(value):
        raise InvalidInputError(field, f"needs a lower-case slug of at most {_MAX_SLUG} characters")


def identifier(field: str, value: object) -> None:
    """Refuse ids that are empty, long, padded, or hold slashes or control characters."""
    if not isinstance(value, str):
        raise InvalidInputError(field, "needs text; turn other ids into text with str()")
    if _PLAIN_IDENTIFIER.fullmatch(value):
        return  # as nearly all are
    if not value or len(value) > _MAX_IDENTIFIER:
        raise InvalidInputError(field, f"needs 1 to {_MAX_IDENTIFIER} characters")
    if not value.isprintable() or "/" in value or "\\" in value or value[0] == " " or value[-1] == " ":
        raise InvalidInputError(field, "may not hold slashes, invisible or control characters, or outer spaces")


def text(field: str, value: object) -> None:
    """Refuse anything but text."""
    if not isinstance(value, str):
        raise InvalidInputError(field, "needs text")


def optional_text(field: str, value: object) -> None:
    """Refuse anything but text and None."""
    if value is not None:
        text(field, value)


def names(field: str, value: object) -> None:
    """Refuse anything but a collection of texts; one text is none, and the keys of a mapping are not meant."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Collection):
        raise InvalidInputError(field, "needs a set of names")
    if not all(isinstance(name, str) for name in value):
        raise InvalidInputError(field, "needs names that are text")


def title(field: str, value: object) -> None:
    """Refuse titles that are empty, long, or hold control characters."""
    if not isinstance(value, str):
        raise InvalidInputError(field, "needs text")
    if not value.strip() or len(value) > _MAX_TITLE:
        raise InvalidInputError(field, f"needs 1 to {_MAX_TITLE} characters that are not only spaces")
    if not value.isprintable() and _CONTROL.search(value):
        raise InvalidInputError(field, "may not hold control characters")


def prose(field: str, value: object, longest: int) -> None:
    """Refuse texts of several lines that are empty, longer than that, or hold control characters."""
    if not isinstance(value, str):
        raise InvalidInputError(field, "needs text")
    if not value.strip() or len(value) > longest:
        raise InvalidInputError(field, f"needs 1 to {longest} characters that are not only spaces")
    if _CONTROL.search(_BREAKS.sub("", value)):
        raise InvalidInputError(field, "may not hold control characters, but for tabs and line breaks")


def variables(field: str, value: str, known: Collection[str]) -> None:
    """Refuse texts with a ``{variable}`` that nothing fills."""
    if any(name not in known for name in _VARIABLE.findall(value)):
        listed = ", ".join(f"{{{name}}}" for name in sorted(known))
        raise InvalidInputError(field, f"names a variable that nobody fills; there are {listed}")


def email(field: str, value: object) -> None:
    """Refuse what cannot be one address of RFC 5321; whether it exists is not asked."""
    if not isinstance(value, str) or len(value) > _MAX_EMAIL or not _EMAIL.fullmatch(value):
        raise InvalidInputError(field, "needs one e-mail address")
    if not value.isprintable() or "/" in value:
        raise InvalidInputError(field, "may not hold slashes or control characters")


def locale(field: str, value: object) -> None:
    """Refuse anything but a language tag such as ``"nl"`` or ``"pt-BR"``."""
    if not isinstance(value, str) or not _LOCALE.fullmatch(value):
        raise InvalidInputError(field, "needs a language tag such as 'en' or 'pt-BR'")


def phone(field: str, value: object) -> None:
    """Refuse what cannot be read out as a telephone number; every country writes them in another way."""
    title(field, value)
    if len(str(value)) > _MAX_PHONE or not any(char.isdecimal() for char in str(value)):
        raise InvalidInputError(field, f"needs a telephone number of at most {_MAX_PHONE} characters")


def tag(field: str, value: object) -> None:
    """Refuse labels that are empty, long, or hold control characters."""
    title(field, value)
    if len(str(value)) > _MAX_TAG:
        raise InvalidInputError(field, f"needs labels of at most {_MAX_TAG} characters")


def whole(field: str, value: object, low: int, high: int) -> None:
    """Refuse anything but a whole number within these bounds, both included; True is no number."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise InvalidInputError(field, f"needs a whole number from {low} to {high}")


def duration(field: str, value: object, longest: timedelta) -> None:
    """Refuse anything but a timedelta above nothing, and of at most so long."""
    if not isinstance(value, timedelta) or not timedelta(0) < value <= longest:
        raise InvalidInputError(field, f"needs a timedelta above 0, of at most {longest.days} days")


def flag(field: str, value: object) -> None:
    """Refuse anything but True and False."""
    if not isinstance(value, bool):
        raise InvalidInputError(field, "needs True or False")


@functools.lru_cache(maxsize=1024)  # a host has few kinds and sections, and names them in every row
def _is_slug(value: str) -> bool:
    return len(value) <= _MAX_SLUG and _SLUG.fullmatch(value) is not None
