"""The themes by name; their colours are the screen's affair."""

from __future__ import annotations

DEFAULT = "dark"
THEMES = {
    DEFAULT: "light on dark",
    "light": "dark on light",
    "terminal": "the terminal's own 16 colours, on its own background",
    "high-contrast": "every text at least 7:1 against what is behind it",
    "monochrome": "no colour at all, as with NO_COLOR",
}
