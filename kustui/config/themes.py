"""The themes by name, and the one that was chosen last; the colours themselves belong to the screen."""

from __future__ import annotations

from contextlib import suppress

from kustui.errors import KustuiError
from kustui.files import own_folder, read_file, write_file
from kustui.text.messages import hint_of

DEFAULT_THEME = "dark"
THEMES = {
    DEFAULT_THEME: "light on dark",
    "light": "dark on light",
    "terminal": "the terminal's own 16 colours, on its own background",
    "high-contrast": "every text at least 7:1 against what is behind it",
    "monochrome": "no colour at all, as with NO_COLOR",
}
"""Each theme with a description."""


def unknown_theme(name: str) -> str:
    """The message about a theme that does not exist."""
    return f'unknown theme "{name}": {hint_of(name, THEMES, "known themes")}'


def load_theme() -> str:
    """The theme that was chosen last; an empty string where none was."""
    with suppress(KustuiError, UnicodeDecodeError):
        name = read_file(own_folder("state") / "theme").decode().strip()
        return name if name in THEMES else ""
    return ""


def save_theme(name: str) -> None:
    """Remember the theme for the next time, where that is possible at all."""
    folder = own_folder("state")
    with suppress(KustuiError, OSError):
        folder.mkdir(parents=True, exist_ok=True)
        write_file(folder / "theme", [f"{name}\n"], replace=True)
