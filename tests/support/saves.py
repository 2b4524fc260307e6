"""The ways in which editors and scripts save a file."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

_MOMENT = 0.05
"""Seconds between two parts of a save: far less than those after which what is missing is told, also where a busy
machine makes more of them."""


def save(path: Path, definition: Any) -> None:
    """Save text as it is, or anything else as JSON, through a temporary file that is renamed."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(definition if isinstance(definition, str) else json.dumps(definition, indent=2))
    part.rename(path)


def in_place(path: Path, new: str) -> None:
    path.write_text(new)


def atomically(path: Path, new: str) -> None:
    """Write a temporary file beside it and rename it: VS Code with some settings, most scripts, Helix."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(new)
    part.rename(path)


def as_vim(path: Path, new: str) -> None:
    """Rename the old file away, write a new one, delete the old one."""
    backup = path.with_name(f"{path.name}~")
    path.rename(backup)
    path.write_text(new)
    backup.unlink()


def as_emacs(path: Path, new: str) -> None:
    """Copy the old file away, then write in place."""
    shutil.copy(path, path.with_name(f"{path.name}~"))
    path.write_text(new)


def deleting(path: Path, new: str) -> None:
    """Delete the file and create it again a little later."""
    path.unlink()
    time.sleep(_MOMENT)
    path.write_text(new)


def in_pieces(path: Path, new: str) -> None:
    """Write slowly, so that a reader meanwhile sees half a file."""
    third = len(new) // 3
    with path.open("w") as file:
        for start in range(0, len(new), third):
            file.write(new[start : start + third])
            file.flush()
            time.sleep(_MOMENT)


WAYS_OF_SAVING = [in_place, atomically, as_vim, as_emacs, deleting, in_pieces]
