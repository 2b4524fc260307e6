"""Where a person's own files are."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

_ELSEWHERE = {"config": (".config",), "state": (".local", "state")}


def own_folder(kind: Literal["config", "state"]) -> Path:
    """kustui's folder among a person's configurations, or in what is kept for them, whether it is there or not."""
    if (folder := os.environ.get(f"XDG_{kind.upper()}_HOME", "")) and Path(folder).is_absolute():
        return Path(folder) / "kustui"
    if sys.platform in ("darwin", "win32"):
        import platformdirs  # slow to import, and elsewhere the folder is as below

        find = platformdirs.user_config_path if kind == "config" else platformdirs.user_state_path
        return find("kustui", appauthor=False)
    return Path.home().joinpath(*_ELSEWHERE[kind], "kustui")
