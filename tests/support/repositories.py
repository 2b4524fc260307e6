"""A git repository with a history, for commands that read one."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def commit_history(folder: Path, definition: Path) -> None:
    """Make a folder a repository in which a definition has changed in each of four commits, of which the last three
    are not in ``main``, and since then."""
    value = json.loads(definition.read_text())
    workflow = value["workflows"][0] if "workflows" in value else value
    _git(folder, "init", "-q", "-b", "main")
    for number in range(5):
        workflow["description"] = f"Version {number}"
        definition.write_text(json.dumps(value, indent=2))
        if number == 1:
            _git(folder, "checkout", "-q", "-b", "work")
        if number < 4:
            _git(folder, "add", "-A")
            _git(folder, "commit", "-q", "-m", f"Version {number}")


def _git(folder: Path, *arguments: str) -> None:
    author = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", "-C", str(folder), *author, *arguments], check=True, capture_output=True)
