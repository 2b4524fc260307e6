"""The boxes at the keyboard and with the mouse."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from textual import events

from kustui.diagrams.box_drawing import BoxDrawing
from kustui.tui.diagrams.boxes_view import BoxesView
from tests.support.definitions import write_json
from tests.support.explorer import ExplorerPilot, explorer
from tests.support.flows import step, workflow
from tests.support.patience import PATIENCE
from tests.support.trees import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ORDERS = SAMPLES / "orders.json"


def boxes(ui: ExplorerPilot) -> BoxesView:
    return ui.explorer.query_one("#boxes", BoxesView)


def drawn(ui: ExplorerPilot) -> list[str]:
    view = boxes(ui)
    return ["".join(segment.text for segment in view.render_line(y)).rstrip() for y in range(view.size.height)]


def step_selected_in_the_tree(ui: ExplorerPilot) -> str:
    node = ui.explorer.tree_view.node
    assert node is not None
    return node.key[2].removeprefix("step ")


async def test_the_boxes_follow_the_tree_and_the_tree_the_boxes() -> None:
    async with explorer(ORDERS, size=(160, 48)) as ui:
        await ui.press("6")
        assert ui.focus == "boxes"
        assert any("┏" in row for row in drawn(ui))
        await ui.press("j", "j")
        assert boxes(ui).selected == step_selected_in_the_tree(ui)
        await ui.go_to("● Add to the new timeline")
        assert boxes(ui).selected == step_selected_in_the_tree(ui)


async def test_the_selected_box_is_in_view_until_the_window_is_moved() -> None:
    async with explorer(ORDERS, size=(80, 24)) as ui:
        await ui.press("6", "G")
        assert any("┏" in row for row in drawn(ui))
        before = drawn(ui)
        await ui.press("K", "K")
        assert drawn(ui)[8:-5] == before[:-13], "but for what stands below the picture"
        await ui.press("L")
        assert boxes(ui).left > 0
        await ui.press("g")
        assert any("┏" in row for row in drawn(ui))


async def test_the_window_stays_on_the_picture() -> None:
    async with explorer(ORDERS, size=(80, 24)) as ui:
        await ui.press("6", *("K", "H") * 20)
        assert (boxes(ui).left, boxes(ui).top) == (0, 0)
        await ui.press(*("J", "L") * 30)
        view, drawing = boxes(ui), boxes(ui).drawing
        assert drawing is not None
        assert view.left == max(0, drawing.layout.width - view.size.width)
        assert view.top == max(0, drawing.layout.height - view.size.height)


async def test_a_sign_stands_where_the_picture_goes_on_out_of_sight() -> None:
    async with explorer(ORDERS, size=(80, 24)) as ui:
        await ui.press("6", *"HHHHHHHH")
        assert any(row.endswith("›") for row in drawn(ui))
        assert not any(row.startswith("‹") for row in drawn(ui))
        while boxes(ui).left + boxes(ui).size.width < boxes(ui).drawing.layout.width:  # type: ignore[union-attr]
            await ui.press("L")
        assert any(row.startswith("‹") for row in drawn(ui))
        assert not any(row.endswith("›") for row in drawn(ui))


async def test_a_large_picture_is_drawn_while_the_keys_go_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ready, lay_out = threading.Event(), BoxDrawing.of

    def lay_out_late(*arguments: Any) -> BoxDrawing:
        ready.wait(PATIENCE)
        return lay_out(*arguments)

    monkeypatch.setattr(BoxDrawing, "of", lay_out_late)
    steps = [step(f"s{number}", f"s{number + 1}" if number < 399 else "") for number in range(400)]
    async with explorer(write_json(tmp_path / "a.json", workflow("s0", *steps)), size=(80, 24)) as ui:
        await ui.strike("6")
        await ui.wait_until(lambda: any("drawing 400 boxes …" in row for row in drawn(ui)))
        await ui.strike("2")
        assert ui.focus == "detail"
        ready.set()
        await ui.strike("6")
        await ui.wait_until(lambda: any("┏" in row for row in drawn(ui)))
        await ui.press("G")
        assert "s399" in step_selected_in_the_tree(ui)


async def test_h_and_l_go_to_the_boxes_beside_and_enter_to_the_detail() -> None:
    async with explorer(ORDERS, size=(160, 48)) as ui:
        await ui.press("6", "g", "j", "h")
        first = boxes(ui).selected
        await ui.press("l")
        assert boxes(ui).selected != first
        await ui.press("h", "enter")
        assert (boxes(ui).selected, ui.focus) == (first, "detail")


async def test_enter_leads_to_the_detail_of_a_box_that_was_only_just_selected() -> None:
    async with explorer(ORDERS, size=(160, 48)) as ui:
        await ui.press("6", "g")
        await ui.strike("j", "enter")
        await ui.rest()
        assert ui.focus == "detail"
        assert boxes(ui).selected == step_selected_in_the_tree(ui) != "1"


async def test_a_small_picture_says_what_its_signs_mean() -> None:
    async with explorer(SAMPLES / "scheduling-pair.json", size=(160, 48)) as ui:
        await ui.press("6", "z")
        assert drawn(ui)[-1] == " ◆ start  ◉ end  ⇒ schedule"


async def test_zooming_out_shows_names_only_and_then_the_whole_workflow() -> None:
    async with explorer(ORDERS, size=(80, 24)) as ui:
        await ui.press("6", "z", "j", "j")
        selected = boxes(ui).selected
        await ui.press("minus")
        assert boxes(ui).title == "6 Boxes compact"
        assert not any("if " in row for row in drawn(ui)[:12]), "no condition stands in a box"
        foot = " ".join(" ".join(drawn(ui)[-5:]).split())
        assert 'name = "{attributes.data.order.firstName} {attributes.data.order.lastName}"' in foot, "below, all of it"
        await ui.press("minus", "minus")
        assert boxes(ui).title == "6 Boxes overview"
        assert [row.replace("▌", " ") for row in drawn(ui)[:3]] == [" ◆", " ● ◉", "▶●"]
        assert any("▌" in row for row in drawn(ui)), "a bar beside what is in view"
        await ui.press("j")
        assert drawn(ui)[3] == "▶◇"
        await ui.pilot.click(BoxesView, offset=(3, 2))
        await ui.rest()
        assert drawn(ui)[1].endswith("●▶◉")
        assert step_selected_in_the_tree(ui) == boxes(ui).selected != selected
        await ui.press("plus", "plus", "plus", "plus")
        assert boxes(ui).title == "6 Boxes full"
        assert not any("if …" in row for row in drawn(ui)), "no condition is cut"


async def test_what_does_not_stand_in_the_selected_box_stands_below() -> None:
    async with explorer(ORDERS, size=(80, 24)) as ui:
        await ui.press("6", "z", "minus", "g")
        foot = " ".join(" ".join(drawn(ui)[-5:]).split())
        assert "“Order with an email address” if attributes.data.order.email exists" in foot
        await ui.press("plus")
        assert "─" * 80 not in drawn(ui), "the box says it all"


async def test_the_zoom_is_kept_for_another_workflow() -> None:
    async with explorer(ORDERS, size=(80, 24)) as ui:
        await ui.press("6", "minus", "1")
        await ui.go_to("order-shipped")
        await ui.press("6")
        assert boxes(ui).title == "6 Boxes compact"


async def test_boxes_are_laid_out_again_for_a_wider_pane() -> None:
    async with explorer(ORDERS, size=(80, 24)) as ui:
        await ui.press("6", "z")
        await ui.wait_until(lambda: boxes(ui).size.width == 80)
        narrow = boxes(ui).drawing
        await ui.resize(200, 48)
        await ui.wait_until(lambda: boxes(ui).size.width == 200)
        wide = boxes(ui).drawing
        assert narrow is not None
        assert wide is not None
        assert (narrow.layout.width, wide.layout.width) == (80, 96)


async def test_a_click_is_on_the_box_that_the_mouse_was_pressed_on() -> None:
    async with explorer(ORDERS, size=(80, 24)) as ui:
        await ui.press("j", "6", "1")
        view = boxes(ui)
        left = view.region.x
        assert view.drawing is not None
        box = view.drawing.layout.box_of["KUGbgU8yn"]
        x, y = left + box.right - view.left - 3, box.y - view.top + 2
        for event in (events.MouseDown, events.MouseUp):
            ui.app.post_message(event(None, x, y, 0, 0, 1, False, False, False, x, y))
            await ui.rest()
            assert view.region.x < left, "it has the keys, and more room"
        assert view.selected == box.node


async def test_a_click_selects_and_dragging_moves_the_window() -> None:
    async with explorer(ORDERS, size=(80, 24)) as ui:
        await ui.press("6", "g")
        view = boxes(ui)
        assert view.drawing is not None
        box = view.drawing.layout.box_of["KUGbgU8yn"]
        await ui.pilot.click("#boxes", offset=(box.right - view.left - 3, box.y - view.top + 2))
        await ui.rest()
        assert view.selected == box.node
        top = view.top
        await ui.pilot.mouse_down("#boxes", offset=(5, 10))
        await ui.pilot.hover("#boxes", offset=(5, 4))
        await ui.pilot.mouse_up("#boxes", offset=(5, 4))
        assert view.top == top + 6


async def test_a_step_that_is_not_there_can_be_selected_and_leads_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "lost.json"
    path.write_text(json.dumps(workflow("a", step("a", "gone"))))
    async with explorer(path, size=(160, 48)) as ui:
        await ui.press("6", "G")
        assert boxes(ui).selected == "gone"
        await ui.press("enter")
        assert ui.focus == "boxes"


async def test_a_file_has_no_boxes() -> None:
    async with explorer(ORDERS, size=(160, 48)) as ui:
        await ui.press("6", "1", "g")
        assert drawn(ui)[0] == "select a workflow to draw its boxes here"
