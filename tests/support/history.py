"""A git repository with some commits of definitions."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from kustui.review.behaviour import Behaviour, compare_behaviour
from kustui.review.comparison import Comparison, old_snapshot, read_state
from kustui.review.states import states_of
from kustui.workspace.snapshot import check_snapshot


class History:
    """A repository, to commit to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        names = {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        environment = {**os.environ, **names, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        command = ["git", "-C", str(self.folder), *arguments]
        return subprocess.run(command, check=True, capture_output=True, env=environment, text=True).stdout.strip()

    def write(self, **files: Any) -> None:
        """Write files, ``a__b`` being ``a/b.json``; None takes one away."""
        for name, value in files.items():
            path = self.folder / f"{name.replace('__', '/')}.json"
            if value is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(value if isinstance(value, str) else json.dumps(value, indent=2))

    def commit(self, **files: Any) -> str:
        self.write(**files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "a commit")
        return self.git("rev-parse", "HEAD")


def commit_history(folder: Path, definition: Path) -> None:
    """Make a folder a repository in which a definition has changed in each of four commits, of which the last three
    are not in ``main``, and since then."""
    history, value = History(folder), json.loads(definition.read_text())
    workflow = value["workflows"][0] if "workflows" in value else value
    for number in range(5):
        workflow["description"] = f"Version {number}"
        definition.write_text(json.dumps(value, indent=2))
        if number == 1:
            history.git("checkout", "-q", "-b", "work")
        if number < 4:
            history.commit()


def behaviour_between(*words: str) -> Behaviour:
    """What behaves otherwise in the states that words name, as ``kustui diff`` takes them."""
    old_state, new_state = states_of(words, None)
    new = check_snapshot(read_state(new_state))
    return compare_behaviour(Comparison(old_state, new_state, check_snapshot(old_snapshot(old_state, new)), new))
