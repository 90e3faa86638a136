"""
The types of files that a house can take from outsiders, by the ending of their names.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import attrs

__all__ = ["FILE_TYPES", "GROUPS", "OPT_IN", "FileType"]

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."


@attrs.frozen
class FileType:
    """
    One type of file.

    Attributes:
        extension: The ending of its names, in lower case and without a dot.
        group: The group it belongs to, for example ``"images"``.
        media_type: The type that it is served as.
        inline: Whether a browser may show it in its own window, on an origin apart.
        opt_in: Whether it is taken only where a policy allows it with a reason.
    """

    extension: str
    group: str
    media_type: str
    inline: bool = attrs.field(default=False, kw_only=True)
    opt_in: bool = attrs.field(default=False, kw_only=True)


def _types() -> Iterable[FileType]:
    yield FileType("pdf", "pdf", "application/pdf", inline=True)
    for extensions, kind, inline in (
        ("png", "png", True),
        ("jpg jpeg jpe jfif", "jpeg", True),
        ("gif", "gif", True),
        ("webp", "webp", True),
        ("tif tiff", "tiff", False),
        ("bmp dib", "bmp", False),
        ("heic", "heic", False),
        ("heif hif", "heif", False),
        ("avif", "avif", False),
    ):
        for extension in extensions.split():
            yield FileType(extension, "images", f"image/{kind}", inline=inline)
    for extension, kind in (
        ("docx", "wordprocessingml.document"),
        ("dotx", "wordprocessingml.template"),
        ("xlsx", "spreadsheetml.sheet"),
        ("xltx", "spreadsheetml.template"),
        ("pptx", "presentationml.presentation"),
        ("potx", "presentationml.template"),
        ("ppsx", "presentationml.slideshow"),
    ):
        yield FileType(extension, "office", _OOXML + kind)
    for extension, kind in (
        ("odt", "text"),
        ("ott", "text-template"),
        ("ods", "spreadsheet"),
        ("ots", "spreadsheet-template"),
        ("odp", "presentation"),
        ("otp", "presentation-template"),
        ("odg", "graphics"),
        ("otg", "graphics-template"),
    ):
        yield FileType(extension, "office", _ODF + kind)
    for extensions, kind in (("doc dot", "msword"), ("xls xlt", "vnd.ms-excel"), ("ppt pot pps", "vnd.ms-powerpoint")):
        for extension in extensions.split():
            yield FileType(extension, "office", f"application/{kind}")
    yield FileType("rtf", "office", "application/rtf")
    yield FileType("txt", "text", "text/plain")
    yield FileType("log", "text", "text/plain")
    yield FileType("md", "text", "text/markdown")
    yield FileType("csv", "csv", "text/csv")
    yield FileType("tsv", "csv", "text/tab-separated-values")
    for extension, group, media_type in (
        ("zip", "archives", "application/zip"),
        ("epub", "e-books", "application/epub+zip"),
        ("xml", "data", "application/xml"),
        ("json", "data", "application/json"),
        ("eml", "e-mails", "message/rfc822"),
        ("msg", "e-mails", "application/vnd.ms-outlook"),
        ("ics", "calendars", "text/calendar"),
        ("vcf", "contacts", "text/vcard"),
        ("dwg", "drawings", "image/vnd.dwg"),
        ("dxf", "drawings", "image/vnd.dxf"),
    ):
        yield FileType(extension, group, media_type, opt_in=True)


FILE_TYPES: Mapping[str, FileType] = MappingProxyType({each.extension: each for each in _types()})
"""Every type that can be verified, by its extension."""

OPT_IN = frozenset(each.extension for each in FILE_TYPES.values() if each.opt_in)
"""The extensions that a policy takes only with a reason."""


def _groups() -> Mapping[str, frozenset[str]]:
    ordinary = [each for each in FILE_TYPES.values() if not each.opt_in]
    groups = {
        name: frozenset(each.extension for each in ordinary if each.group == name)
        for name in {each.group for each in ordinary}
    }
    groups["documents"] = groups["pdf"] | groups["office"] | groups["text"] | groups["csv"]
    return MappingProxyType(groups)


GROUPS: Mapping[str, frozenset[str]] = _groups()
"""The extensions of each group that needs no reason; ``documents`` is all of them but the images."""
