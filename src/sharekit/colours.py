"""
A host's accent colour, made readable: whatever colour is chosen, text keeps its contrast.
"""

import colorsys
import re
from typing import Final

import attrs

from sharekit.errors import ConfigurationError

__all__ = ["Accent", "Colour", "contrast"]

_HEX: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_ENOUGH: Final = 4.6  # WCAG AA asks for 4.5
_LIGHT: Final = (1.0, 1.0, 1.0)
_TINT: Final = (0.957, 0.965, 0.973)  # the lightest ground of the light style that is not white
_DARK: Final = (0.125, 0.145, 0.176)  # the lightest ground of the dark style

Colour = tuple[float, float, float]
"""Red, green and blue from 0 to 1."""


@attrs.frozen(kw_only=True)
class Accent:
    """
    One shade of a colour for each style, and the ink that can be read on it; all as ``"#rrggbb"``.

    Attributes:
        light: In the light style.
        on_light: Text on it.
        dark: In the dark style.
        on_dark: Text on it.
    """

    light: str
    on_light: str
    dark: str
    on_dark: str

    @classmethod
    def of(cls, accent: str) -> "Accent":
        """
        Return the shades of a colour.

        Raises:
            ConfigurationError: It is not written as ``"#rrggbb"``.
        """
        if not _HEX.fullmatch(accent):
            raise ConfigurationError("accent", "needs a colour such as '#1f6feb'")
        colour = _colour(accent)
        light = _shaded(colour, _TINT, darker=True)
        dark = _shaded(colour, _DARK, darker=False)
        return cls(light=_hex(light), on_light=_hex(_ink(light)), dark=_hex(dark), on_dark=_hex(_ink(dark)))


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours as WCAG defines it, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _shaded(colour: Colour, ground: Colour, *, darker: bool) -> Colour:
    hue, lightness, saturation = colorsys.rgb_to_hls(*colour)
    while contrast(colour, ground) < _ENOUGH:
        lightness += -0.01 if darker else 0.01
        colour = colorsys.hls_to_rgb(hue, min(1.0, max(0.0, lightness)), saturation)
    return colour


def _ink(ground: Colour) -> Colour:
    black = (0.05, 0.06, 0.08)
    return max((_LIGHT, black), key=lambda ink: contrast(ink, ground))


def _luminance(colour: Colour) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _colour(text: str) -> Colour:
    return int(text[1:3], 16) / 255, int(text[3:5], 16) / 255, int(text[5:7], 16) / 255


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)
