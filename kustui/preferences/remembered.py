"""What is remembered from one time to the next, without anybody having written it down."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from kustui.preferences.themes import THEMES

_THEME = "theme"


def state_folder() -> Path:
    """Where that is kept, whether it is there or not."""
    if (folder := os.environ.get("XDG_STATE_HOME", "")) and Path(folder).is_absolute():
        return Path(folder) / "kustui"
    if sys.platform in ("darwin", "win32"):
        from platformdirs import user_state_path  # slow to import, and elsewhere the folder is as below

        return user_state_path("kustui", appauthor=False)
    return Path.home() / ".local" / "state" / "kustui"


def remembered_theme() -> str:
    """The theme that was chosen last; an empty string where none was."""
    with suppress(OSError, UnicodeDecodeError):
        name = (state_folder() / _THEME).read_text(encoding="utf-8").strip()
        return name if name in THEMES else ""
    return ""


def remember_theme(name: str) -> None:
    """Keep it for the next time, where that can be kept at all."""
    with suppress(OSError):
        state_folder().mkdir(parents=True, exist_ok=True)
        (state_folder() / _THEME).write_text(f"{name}\n", encoding="utf-8")
