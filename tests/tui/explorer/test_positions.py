"""Which one of how many the cursor is on, as the line above the keys says it."""

from __future__ import annotations

import re

import pytest

from kustui.tui.diagrams.diagram_view import DiagramView
from kustui.tui.widgets.rows_view import RowsView
from tests.support.explorer import CHAIN, ExplorerPilot, explorer
from tests.support.trees import SAMPLES, text_of


def position(ui: ExplorerPilot) -> str:
    match = re.search(r"(\w+ )?[\d,]+ of [\d,]+", ui.status)
    return match.group().strip() if match else ""


@pytest.mark.parametrize("key", ["2", "7", "8", "9"])
async def test_a_pane_counts_its_rows_alike_when_it_is_first_shown_and_later(key: str) -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await ui.press("j", "j", "u" if key == "9" else key)
        first = position(ui)
        count = ui.app.focused.rows.count  # type: ignore[union-attr]
        assert first.endswith(f" of {count:,}")
        await ui.press("down")
        assert position(ui).rpartition(" of ")[2] == first.rpartition(" of ")[2]


async def test_the_list_of_chains_is_counted_when_it_is_first_shown() -> None:
    async with explorer(SAMPLES, size=(80, 24)) as ui:
        await ui.press("7", "o")
        count = ui.app.focused.rows.count  # type: ignore[union-attr]
        assert position(ui).endswith(f" of {count:,}")


async def test_on_a_step_the_tree_counts_the_steps_and_the_boxes_are_counted_too() -> None:
    async with explorer(SAMPLES / "orders.json", size=(80, 24)) as ui:
        assert re.fullmatch(r"1 of \d+", position(ui).rpartition("  ")[2])
        await ui.go_to("Known or new?")
        node = ui.explorer.tree_view.node
        assert node is not None
        assert node.entry is not None
        steps = ui.explorer.tree_view.state.analysis(node.entry).flow.order
        at = next(index for index, step in enumerate(steps, 1) if step.name == "Known or new?")
        assert position(ui) == f"step {at} of {len(steps)}"
        await ui.press("6")
        first = position(ui)
        assert first.endswith(f" of {len(steps) + 1}")
        await ui.press("down")
        assert position(ui) != first


def pane_text(ui: ExplorerPilot) -> list[str]:
    pane = ui.app.focused
    assert isinstance(pane, RowsView | DiagramView)
    return [text_of(line) for line in pane.whole()]


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (160, 48)])
async def test_a_pane_that_was_hidden_meanwhile_is_as_wide_as_it_is(size: tuple[int, int]) -> None:
    path, keys = SAMPLES / "orders.json", "2678"
    expected = {}
    async with explorer(path, size=size) as ui:
        await ui.go_to("check-delivery")
        for key in keys:
            await ui.press(key)
            expected[key] = pane_text(ui)
    async with explorer(path, size=size) as ui:
        await ui.press(*keys, "5", "escape")
        await ui.go_to("check-delivery")
        for key in keys:
            await ui.press(key)
            assert pane_text(ui) == expected[key], key
            await ui.press("5", "escape")
