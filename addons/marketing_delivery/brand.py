"""A colour of the company that stays readable on its pages."""

import re

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
DEFAULT = "#4a3b8f"
READABLE = 4.5  # WCAG 2.2, 1.4.3: text and background


def contrast(first, second):
    """Return the contrast ratio of two ``#rrggbb`` colours, 1 to 21."""
    lighter, darker = sorted(map(_luminance, (first, second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def get_accent(color):
    """Return the colour if white text is readable on it, else ours."""
    color = (color or "").strip()
    if _HEX.fullmatch(color) and contrast(color, "#ffffff") >= READABLE:
        return color.lower()
    return DEFAULT


def darken(color, share=0.75):
    """Return the colour with this share of its light, for a button under the mouse."""
    return "#" + "".join(f"{round(part * share):02x}" for part in _parts(color))


def _parts(color):
    return [int(color[place : place + 2], 16) for place in (1, 3, 5)]


def _luminance(color):
    red, green, blue = (_linear(part / 255) for part in _parts(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part):
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
