"""Scenarios as tests in a real terminal: a save breaks one, which is said at once; it is accepted, and undone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.saves import atomically
from tests.support.scenarios import BOTH, STOPPED, watched_folder
from tests.support.terminal_explorer import open_explorer

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("options", [(), ("--ascii", "--poll")], ids=["watched", "polled, in ASCII"])
def test_a_save_that_breaks_a_scenario_is_said_and_what_came_is_accepted(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    definition = watched_folder(tmp_path, good=BOTH)
    path = tmp_path / "good.scenario.json"
    before = path.read_text()
    failed, passed = ("!", "v") if options else ("✗", "✓")
    with open_explorer("--no-state", *options, definition.name, cwd=tmp_path, columns=80, rows=24) as terminal:
        terminal.press("T")
        terminal.wait_for(f"{passed} Both steps run")
        terminal.press("T")
        terminal.wait_until(lambda: f"{passed} Both" not in terminal.text, "the list closed")
        atomically(definition, json.dumps(STOPPED))
        terminal.wait_for("1 scenario fails")
        terminal.wait_for(f"{failed} Both steps run: the run ends before")
        terminal.press("T")
        terminal.wait_for("1 failed")
        terminal.press("a")
        terminal.wait_for("Accept what came as what is expected")
        assert path.read_text() == before
        terminal.press("\r")
        terminal.wait_for("done: expect what came of")
        terminal.wait_for(f"{passed} Both steps run")
        assert json.loads(path.read_text())["expect"]["path"] == [{"workflow": "watch", "steps": ["a"]}]
        terminal.press("U")
        terminal.wait_for("undone: ")
        terminal.wait_for("1 scenario fails")
        assert path.read_text() == before
        terminal.press("q")
        assert terminal.ended() == 0
