"""``d`` to what is named, ``u`` to whoever uses it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.definitions import write_json
from tests.support.explorer import CHAIN, ExplorerPilot, explorer

if TYPE_CHECKING:
    from pathlib import Path

    from kustui.tui.widgets.rows_view import RowsView


def uses(ui: ExplorerPilot) -> RowsView:
    found = ui.explorer.panes.uses
    assert found is not None
    return found


def title(ui: ExplorerPilot) -> str:
    return str(uses(ui).border_title)


async def test_d_on_a_transition_goes_to_its_step_and_on_a_schedule_to_its_workflow() -> None:
    async with explorer(CHAIN) as ui:
        await ui.go_to("Whose conversation")
        await ui.press("l")
        await ui.go_to("→ Look again in an hour")
        await ui.press("d")
        assert ui.cursor_row.startswith("● Look again in an hour")
        await ui.press("j", "d")
        assert ui.cursor_row.startswith("▸ followup-timer-2")
        await ui.press("left_square_bracket", "left_square_bracket")
        assert ui.cursor_row.startswith("→ Look again in an hour")


async def test_d_in_the_source_goes_to_what_the_line_names() -> None:
    async with explorer(CHAIN, size=(160, 48)) as ui:
        await ui.go_to("Look again in an hour")
        await ui.press("3", "slash", *"workflowId", "enter", "d")
        assert ui.cursor_row.startswith("▸ followup-timer-2")


async def test_d_on_a_parameter_in_the_detail_goes_to_the_step_that_it_reads() -> None:
    async with explorer(CHAIN, size=(160, 48)) as ui:
        await ui.go_to("Tag for the VIP queue")
        await ui.press("2")
        detail = ui.explorer.side.detail
        detail.cursor = next(index for index, row in enumerate(ui.detail) if row.startswith("id ←"))
        await ui.press("d")
        assert ui.cursor_row.startswith("▸ ◆ on conversation.update")


async def test_d_where_much_is_named_lists_it_and_enter_goes_there() -> None:
    async with explorer(CHAIN, size=(160, 48)) as ui:
        await ui.go_to("Whose conversation")
        before = ui.cursor_row
        await ui.press("d")
        assert title(ui) == "9:Named here"
        assert ui.focus == "uses"
        rows = ui.rows(uses(ui))
        assert "transition Tag for the VIP queue" in rows
        await ui.press(*("j",) * rows.index("transition Tag for the VIP queue"), "enter")
        assert ui.cursor_row.startswith("▸ ● Tag for the VIP queue")
        await ui.press("left_square_bracket")
        assert ui.cursor_row == before


async def test_d_where_nothing_is_named_says_so(tmp_path: Path) -> None:
    nothing = {"name": "x", "trigger": {"eventName": "e"}, "steps": []}
    async with explorer(write_json(tmp_path / "a.json", nothing)) as ui:
        await ui.press("d")
        assert "nothing is named here" in ui.keys
        await ui.press("u")
        assert "nothing uses x" in ui.keys


async def test_u_lists_who_uses_a_step_and_enter_goes_there() -> None:
    async with explorer(CHAIN, size=(160, 48)) as ui:
        await ui.go_to("Whose conversation")
        await ui.press("u")
        assert title(ui) == "9:Uses of Whose conversation (2)"
        assert [row.split()[0] for row in ui.rows(uses(ui))] == ["→", "←"]
        await ui.press("enter")
        assert ui.cursor_row.startswith("→ Whose conversation")
        assert "uses" not in (ui.focus or "")
        assert uses(ui).display  # for the next of them


async def test_u_on_a_workflow_lists_who_schedules_it_and_escape_goes_back() -> None:
    async with explorer(CHAIN, size=(160, 48)) as ui:
        await ui.go_to("followup-timer-3")
        await ui.press("3", "u")
        assert title(ui).startswith("9:Uses of followup-timer-3")
        assert any("scheduled by followup-timer-2" in row for row in ui.rows(uses(ui)))
        await ui.press("escape")
        assert ui.focus == "source"
        assert not uses(ui).display


async def test_u_on_a_name_lists_the_uses_of_what_it_names() -> None:
    async with explorer(CHAIN, size=(160, 48)) as ui:
        await ui.go_to("Look again in an hour")
        await ui.press("3", "slash", *"workflowId", "enter", "u")
        assert title(ui).startswith("9:Uses of followup-timer-2")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 48)])
async def test_the_list_stands_below_and_can_be_maximised(size: tuple[int, int]) -> None:
    async with explorer(CHAIN, size=size) as ui:
        await ui.go_to("Whose conversation")
        await ui.press("u")
        assert 3 < uses(ui).region.height < size[1] * 2 // 3
        await ui.press("z")
        assert uses(ui).region.height > size[1] * 2 // 3
        await ui.press("escape")
        assert not uses(ui).display
        assert "tree" in ui.panes
        await ui.press("u", "4")
        assert not uses(ui).display
        assert ui.focus == "problems"


async def test_a_list_of_uses_survives_that_its_file_becomes_another(tmp_path: Path) -> None:
    definition = json.loads(CHAIN.read_text())
    path = write_json(tmp_path / "chain.json", definition)
    async with explorer(path) as ui:
        await ui.go_to("Whose conversation")
        await ui.press("u")
        before = ui.explorer.snapshot
        definition["title"] = "another"
        write_json(path, definition)
        await ui.wait_until(lambda: ui.explorer.snapshot is not before)
        await ui.press("enter")
        assert ui.cursor_row.startswith("→ Whose conversation")
