"""What is remembered from one time to the next, without anybody having written it down."""

from __future__ import annotations

from contextlib import suppress

from kustui.config.folders import own_folder
from kustui.config.themes import THEMES

_THEME = "theme"


def remembered_theme() -> str:
    """The theme that was chosen last; an empty string where none was."""
    with suppress(OSError, UnicodeDecodeError):
        name = (own_folder("state") / _THEME).read_text(encoding="utf-8").strip()
        return name if name in THEMES else ""
    return ""


def remember_theme(name: str) -> None:
    """Keep it for the next time, where that can be kept at all."""
    with suppress(OSError):
        own_folder("state").mkdir(parents=True, exist_ok=True)
        (own_folder("state") / _THEME).write_text(f"{name}\n", encoding="utf-8")
