"""``kustui --since``: from a real terminal, what changed since a revision of git."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.flows import step, workflow
from tests.support.history import History
from tests.support.terminal import Terminal

OLD = workflow("a", step("a", "b", meta={"displayName": "Ask"}), step("b", meta={"displayName": "Bye"}), name="Order")
NEW = workflow("a", step("a", "c", meta={"displayName": "Ask"}), step("c", meta={"displayName": "Call"}), name="Order")


@pytest.fixture
def history(tmp_path: Path) -> History:
    history = History(tmp_path)
    history.commit(order=OLD)
    history.write(order=NEW)
    return history


def test_what_changed_is_marked_and_listed_and_a_save_is_compared_too(history: History) -> None:
    with Terminal(["--no-state", "--since", "HEAD", "order.json"], cwd=history.folder, is_loaded=True) as terminal:
        terminal.wait_for("Review: 3 changes since HEAD")
        terminal.wait_for("- Bye")
        terminal.wait_for("+ Call")
        (history.folder / "order.json").write_text(json.dumps(OLD))
        terminal.wait_for("Review: 0 changes since HEAD")
        terminal.press("q")
        assert terminal.ended() == 0


def test_keys_that_are_typed_before_the_first_paint_find_the_review(history: History) -> None:
    with Terminal(["--no-state", "--since", "HEAD", "order.json"], cwd=history.folder) as terminal:
        terminal.press("G\r")
        terminal.wait_for("Review: 3 changes since HEAD")
        terminal.wait_for("● Call")
        terminal.settle()
        terminal.press("q")
        assert terminal.ended() == 0


@pytest.mark.parametrize(
    ("arguments", "env", "words"),
    [
        (["--since", "no-such-revision", "order.json"], {}, "kustui: no-such-revision: no such revision"),
        (["--since", "HEAD", "../outside/order.json"], {}, "kustui: ../outside/order.json: not in a git repository"),
        (["--since", "HEAD", "order.json"], {"PATH": "/nonexistent"}, "kustui: git is not installed"),
        (["--since", "HEAD", "-"], {}, "kustui: --since: standard input"),
    ],
)
def test_what_cannot_be_compared_is_one_line_and_exit_status_2(
    tmp_path: Path, arguments: list[str], env: dict[str, str], words: str
) -> None:
    folders: dict[str, Any] = {name: tmp_path / name for name in ("inside", "outside")}
    for folder in folders.values():
        folder.mkdir()
    history = History(folders["inside"])
    history.commit(order=OLD)
    (folders["outside"] / "order.json").write_text(json.dumps(OLD))
    env = {"GIT_CEILING_DIRECTORIES": str(tmp_path), **env}
    with Terminal(["--no-state", *arguments], cwd=history.folder, env=env, columns=200, is_loaded=True) as terminal:
        assert terminal.ended() == 2
        lines = [line for line in terminal.lines if line.strip()]
        assert len(lines) == 1, lines
        assert lines[0].startswith(words)
