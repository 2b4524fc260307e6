"""``d`` to what is named, ``u`` to whoever uses it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.tui.explorer.test_explorer import CHAIN, Eye, explorer, written

if TYPE_CHECKING:
    from pathlib import Path

    from kustui.tui.widgets.rows_view import RowsView


def uses(eye: Eye) -> RowsView:
    found = eye.explorer.uses
    assert found is not None
    return found


def title(eye: Eye) -> str:
    return str(uses(eye).border_title)


async def test_d_on_a_transition_goes_to_its_step_and_on_a_schedule_to_its_workflow() -> None:
    async with explorer(CHAIN) as eye:
        await eye.go_to("Whose conversation")
        await eye.press("l")
        await eye.go_to("→ Look again in an hour")
        await eye.press("d")
        assert eye.here.startswith("▸ ● Look again in an hour")
        await eye.press("j", "d")
        assert eye.here.startswith("▸ followup-timer-2")
        await eye.press("left_square_bracket", "left_square_bracket")
        assert eye.here.startswith("→ Look again in an hour")


async def test_d_in_the_source_goes_to_what_the_line_names() -> None:
    async with explorer(CHAIN, size=(160, 48)) as eye:
        await eye.go_to("Look again in an hour")
        await eye.press("3", "slash", *"workflowId", "enter", "d")
        assert eye.here.startswith("▸ followup-timer-2")


async def test_d_on_a_parameter_in_the_detail_goes_to_the_step_that_it_reads() -> None:
    async with explorer(CHAIN, size=(160, 48)) as eye:
        await eye.go_to("Tag for the VIP queue")
        await eye.press("2")
        detail = eye.explorer.detail
        detail.cursor = next(index for index, row in enumerate(eye.detail) if row.startswith("id ←"))
        await eye.press("d")
        assert eye.here.startswith("▸ ◆ on conversation.update")


async def test_d_where_much_is_named_lists_it_and_enter_goes_there() -> None:
    async with explorer(CHAIN, size=(160, 48)) as eye:
        await eye.go_to("Whose conversation")
        before = eye.here
        await eye.press("d")
        assert title(eye) == "9 Named here"
        assert eye.focus == "uses"
        rows = eye.rows(uses(eye))
        assert "transition Tag for the VIP queue" in rows
        await eye.press(*("j",) * rows.index("transition Tag for the VIP queue"), "enter")
        assert eye.here.startswith("▸ ● Tag for the VIP queue")
        await eye.press("left_square_bracket")
        assert eye.here == before


async def test_d_where_nothing_is_named_says_so(tmp_path: Path) -> None:
    nothing = {"name": "x", "trigger": {"eventName": "e"}, "steps": []}
    async with explorer(written(tmp_path / "a.json", nothing)) as eye:
        await eye.press("d")
        assert "nothing is named here" in eye.keys
        await eye.press("u")
        assert "nothing uses x" in eye.keys


async def test_u_lists_who_uses_a_step_and_enter_goes_there() -> None:
    async with explorer(CHAIN, size=(160, 48)) as eye:
        await eye.go_to("Whose conversation")
        await eye.press("u")
        assert title(eye) == "9 Uses of Whose conversation   2"
        assert [row.split()[0] for row in eye.rows(uses(eye))] == ["→", "←"]
        await eye.press("enter")
        assert eye.here.startswith("→ Whose conversation")
        assert "uses" not in (eye.focus or "")
        assert uses(eye).display  # for the next of them


async def test_u_on_a_workflow_lists_who_schedules_it_and_escape_goes_back() -> None:
    async with explorer(CHAIN, size=(160, 48)) as eye:
        await eye.go_to("followup-timer-3")
        await eye.press("3", "u")
        assert title(eye).startswith("9 Uses of followup-timer-3")
        assert any("scheduled by followup-timer-2" in row for row in eye.rows(uses(eye)))
        await eye.press("escape")
        assert eye.focus == "source"
        assert not uses(eye).display


async def test_u_on_a_name_lists_the_uses_of_what_it_names() -> None:
    async with explorer(CHAIN, size=(160, 48)) as eye:
        await eye.go_to("Look again in an hour")
        await eye.press("3", "slash", *"workflowId", "enter", "u")
        assert title(eye).startswith("9 Uses of followup-timer-2")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 48)])
async def test_the_list_stands_below_and_can_be_maximised(size: tuple[int, int]) -> None:
    async with explorer(CHAIN, size=size) as eye:
        await eye.go_to("Whose conversation")
        await eye.press("u")
        assert 3 < uses(eye).region.height < size[1] * 2 // 3
        await eye.press("z")
        assert uses(eye).region.height > size[1] * 2 // 3
        await eye.press("escape")
        assert not uses(eye).display
        assert "tree" in eye.panes
        await eye.press("u", "4")
        assert not uses(eye).display
        assert eye.focus == "problems"


async def test_a_list_of_uses_survives_that_its_file_becomes_another(tmp_path: Path) -> None:
    definition = json.loads(CHAIN.read_text())
    path = written(tmp_path / "chain.json", definition)
    async with explorer(path) as eye:
        await eye.go_to("Whose conversation")
        await eye.press("u")
        before = eye.explorer.snapshot
        definition["title"] = "another"
        written(path, definition)
        for _ in range(500):
            if eye.explorer.snapshot is not before:
                break
            await eye.pilot.pause(0.01)
        await eye.press("enter")
        assert eye.here.startswith("→ Whose conversation")
