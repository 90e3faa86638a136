"""
The host's accent colour as a style sheet.
"""

from sharekit.colours import Accent, contrast

__all__ = ["contrast", "theme_css"]


def theme_css(accent: str) -> str:
    """
    Return the style sheet that brings an accent colour in, one shade for each style.

    Args:
        accent: ``"#rrggbb"``.

    Raises:
        ConfigurationError: It is written in another way.
    """
    shades = Accent.of(accent)
    return (
        f":root {{ --accent: {shades.light}; --on-accent: {shades.on_light}; }}\n"
        "@media (prefers-color-scheme: dark) {\n"
        f"  :root {{ --accent: {shades.dark}; --on-accent: {shades.on_dark}; }}\n"
        "}\n"
    )
