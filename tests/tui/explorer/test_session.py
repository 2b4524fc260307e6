"""The place somebody was at, when the same is opened again."""

from __future__ import annotations

import json
import re
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kustui.tui.explorer.session import read_session, session_file
from tests.support.definitions import write_json
from tests.support.explorer import CHAIN, ExplorerPilot, explorer
from tests.support.terminal import Terminal
from tests.support.terminal_explorer import wait_for_cursor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.slow


@asynccontextmanager
async def at(*paths: Path | str, keeps: bool = True, size: tuple[int, int] = (160, 48)) -> AsyncIterator[ExplorerPilot]:
    """The explorer that keeps its place when it is left."""
    async with explorer(*paths, size=size, keeps_session=keeps) as ui:
        yield ui
        await ui.strike("q")  # after which no pane follows any cursor


async def test_selection_what_is_open_pane_drawing_filter_and_marks_are_there_again() -> None:
    async with at(CHAIN) as ui:
        await ui.go_to("Look again in an hour")
        await ui.press("l", "m", "a")
        await ui.go_to("followup-timer-4")
        await ui.press("l", "j", "slash", *"timer", "enter", "7", "3")
        here, tree, focus = ui.cursor_row, ui.tree, ui.focus
    async with at(CHAIN) as ui:
        assert (ui.cursor_row, ui.tree, ui.focus) == (here, tree, focus) == (here, tree, "source")
        assert ui.explorer.side.diagram_name == "chains"
        assert ui.explorer.tree_view.state is not None
        assert ui.explorer.tree_view.state.filter == "timer"
        await ui.press("1", "apostrophe", "a")
        assert "Look again in an hour" in ui.cursor_row


async def test_boxes_are_as_large_as_they_were() -> None:
    async with at(CHAIN) as ui:
        await ui.press("6", "minus", "minus")
    async with at(CHAIN) as ui:
        assert ui.explorer.side.diagrams["boxes"].title == "6 Boxes overview"


async def test_what_was_closed_stays_closed(tmp_path: Path) -> None:
    async with at(CHAIN) as ui:
        await ui.press("h", "h", "h")
        assert len(ui.tree) == 1
    async with at(CHAIN) as ui:
        assert len(ui.tree) == 1


async def test_it_is_the_same_from_another_folder_and_with_another_spelling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_json(tmp_path / "chain.json", json.loads(CHAIN.read_text()))
    monkeypatch.chdir(tmp_path)
    async with at("chain.json") as ui:
        await ui.go_to("followup-timer-3")
    monkeypatch.chdir("/")
    async with at(tmp_path / "chain.json") as ui:
        assert "followup-timer-3" in ui.cursor_row


async def test_what_is_gone_leads_to_what_it_stood_below(tmp_path: Path) -> None:
    definition = json.loads(CHAIN.read_text())
    path = write_json(tmp_path / "chain.json", definition)
    async with at(path) as ui:
        await ui.go_to("Look again in an hour")
        await ui.press("m", "a")
        await ui.go_to("followup-timer-4")
        await ui.press("m", "b")
        await ui.go_to("Look again in an hour")
    definition["workflows"][0]["steps"] = []
    del definition["workflows"][3]
    write_json(path, definition)
    async with at(path) as ui:
        assert "followup-timer-1" in ui.cursor_row
        await ui.press("apostrophe", "b")
        assert "chain.json" in ui.cursor_row


async def test_nothing_is_kept_unless_it_is_asked_for() -> None:
    async with at(CHAIN, keeps=False) as ui:
        await ui.go_to("followup-timer-4")
    assert read_session(session_file([str(CHAIN)])) is None


async def test_nothing_of_the_definition_is_kept_but_ids() -> None:
    async with at(CHAIN) as ui:
        await ui.go_to("Whose conversation")
        await ui.press("E", "m", "a")
    file = session_file([str(CHAIN)])
    assert file is not None
    place = read_session(file)
    assert place is not None
    known = {"trigger", "schedule"}
    for name in (place.selected, *place.open, *place.marks.values()):
        path, *rest = name
        assert path == str(CHAIN)
        for part in rest:
            assert part in known or re.fullmatch(r"#[0-9a-f]{24}|~[0-9a-f]{16}|(step|way|fault) \S+", part), part
    assert "Whose conversation" not in file.read_text()
    assert "followup" not in file.read_text()


@pytest.mark.parametrize("foreign", ['{"version": 1, "selected": ["/etc/passwd", "x"], "pane": "nowhere"}', "{"])
async def test_a_file_of_somebody_else_does_no_harm(foreign: str) -> None:
    file = session_file([str(CHAIN)])
    assert file is not None
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(foreign)
    async with at(CHAIN) as ui:
        assert ui.focus == "tree"
        assert ui.explorer.tree_view.node is not None
        await ui.go_to("followup-timer-2")
    async with at(CHAIN) as ui:
        assert "followup-timer-2" in ui.cursor_row


def leave_at_the_last(*options: str, folder: Path, opens_at: str) -> None:
    """Open the explorer, which is to open at a row, and leave it from the last row."""
    with Terminal([CHAIN, *options], env={"XDG_STATE_HOME": str(folder)}, is_loaded=True) as terminal:
        terminal.wait_for("◆")  # the first workflow is open: now, or when it was left
        wait_for_cursor(terminal, opens_at)
        terminal.press("G")
        wait_for_cursor(terminal, "followup-timer-4")
        terminal.press("q")
        terminal.ended()


def test_the_installed_command_comes_back_to_the_place_and_with_no_state_it_does_not(tmp_path: Path) -> None:
    leave_at_the_last("--no-state", folder=tmp_path, opens_at="followup-timer-1")
    assert list(tmp_path.rglob("*.json")) == []
    leave_at_the_last(folder=tmp_path, opens_at="followup-timer-1")
    assert len(list(tmp_path.rglob("*.json"))) == 1
    leave_at_the_last(folder=tmp_path, opens_at="followup-timer-4")
    leave_at_the_last("--no-state", folder=tmp_path, opens_at="followup-timer-1")


async def test_marks_of_two_sessions_are_both_kept() -> None:
    async with at(CHAIN) as first:
        await first.go_to("followup-timer-1")
        await first.press("m", "a")
        async with at(CHAIN) as second:
            await second.go_to("followup-timer-2")
            await second.press("m", "b", "m", "a")
        await first.go_to("followup-timer-3")
        await first.press("m", "c")
    async with at(CHAIN) as ui:
        for letter, name in (("a", "followup-timer-2"), ("b", "followup-timer-2"), ("c", "followup-timer-3")):
            await ui.press("apostrophe", letter)
            assert name in ui.cursor_row, letter


async def test_a_mark_that_is_removed_does_not_come_back() -> None:
    async with at(CHAIN) as first, at(CHAIN) as second:
        await first.press("m", "a")
        await second.press("m", "b")
        await first.press("apostrophe", "delete", "escape")
        assert not first.explorer.navigator.marks
    place = read_session(session_file([str(CHAIN)]))
    assert place is not None
    assert set(place.marks) == {"b"}
