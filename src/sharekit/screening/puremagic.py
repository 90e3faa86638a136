"""
A second opinion about files that outsiders send: what puremagic takes their first bytes for. Needs the extra ``magic``.

    kit = Sharekit(..., detectors=[PuremagicDetector()])

It is asked last, about files that passed, and can refuse and nothing else.
"""

from typing import BinaryIO, Final

from sharekit.errors import MissingExtraError
from sharekit.screening import FileName

try:
    import puremagic as _puremagic
except ImportError as _missing:  # pragma: no cover  # shown in a process of its own
    raise MissingExtraError("puremagic", "magic") from _missing

__all__ = ["PuremagicDetector"]

_BEGINNING: Final = 64 * 1024
_SHORTEST: Final = 4  # two letters begin many an honest text

# What is never taken under another name. Of pictures, texts and office files it knows less than our own proofs.
_NEVER: Final = ("audio/", "video/", "font/")
_NEVER_NAMES: Final = """
    arj font-woff gzip java ogg postscript vnd.microsoft.portable-executable
    vnd.ms-cab-compressed vnd.rar vnd.squashfs vnd.tcpdump.pcap x-7z-compressed x-apple-diskimage x-bzip2
    x-debian-package
    x-dosexec x-elf x-executable x-font-otf x-font-ttf x-gzip x-iso9660-image x-java-class x-lha x-lzh x-lzip
    x-mach-binary x-ms-installer x-msdownload x-ms-shortcut x-rar x-rar-compressed x-rpm x-sharedlib x-shockwave-flash
    x-sqlite3 x-tar x-xz zstd
"""
_NEVER_TYPES: Final = frozenset(f"application/{name}" for name in _NEVER_NAMES.split())


class PuremagicDetector:
    """
    Refuses what begins as sound, film, a font, a program or an archive, whatever else it may be as well.

    It reads no more than the first 64 KiB, so that it costs the same for every file.
    """

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def __call__(self, name: FileName, file: BinaryIO, size: int) -> str | None:
        """Return the type that a file seems to be of, when that is never taken; else None."""
        try:
            found = _puremagic.magic_string(file.read(min(size, _BEGINNING)))
        except _puremagic.PureError:
            return None  # it knows no such type, which is no sign against it
        if any(match.extension.removeprefix(".") == name.extension for match in found):
            return None
        for match in found:
            known = match.mime_type.startswith(_NEVER) or match.mime_type in _NEVER_TYPES
            if known and len(match.byte_match) >= _SHORTEST and not _may_be(name.extension, match.mime_type, found):
                return str(match.mime_type)
        return None


def _may_be(extension: str, mime_type: str, found: "list[_puremagic.PureMagicWithConfidence]") -> bool:
    """A picture of a phone has the box of a film around it."""
    boxed = extension in {"heic", "heif", "hif", "avif"} and mime_type == "video/mp4"
    return boxed and any(match.mime_type.startswith("image/") for match in found)
