"""The flow at the keyboard: it follows the tree, and the tree follows it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from kustui.text.styled_lines import Line
from kustui.tui.diagrams.diagram_view import NodeSelected
from kustui.tui.diagrams.rail_view import RailView
from kustui.workspace.snapshot import check_snapshot, open_paths
from tests.support.explorer import ExplorerPilot, explorer
from tests.support.flows import step, workflow
from tests.support.trees import SAMPLES, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest


ORDERS = SAMPLES / "orders.json"


def flow(ui: ExplorerPilot) -> RailView:
    return ui.explorer.query_one("#flow", RailView)


def drawn(ui: ExplorerPilot) -> list[str]:
    view = flow(ui)
    return ["".join(segment.text for segment in view.render_line(y)).rstrip() for y in range(view.size.height)]


async def test_the_flow_of_the_selected_workflow_is_drawn_beside_the_tree() -> None:
    async with explorer(ORDERS, size=(80, 24)) as ui:
        assert "▌" not in "".join(drawn(ui))
        assert drawn(ui)[1].startswith(" ●╌│╌╮ Find the customer")
        await ui.go_to("order-shipped")
        assert "Find the order" in drawn(ui)[1]


async def test_the_tree_follows_the_flow_and_the_flow_the_tree() -> None:
    async with explorer(ORDERS, size=(80, 24)) as ui:
        await ui.press("5", "j", "j")
        assert ui.focus == "flow"
        assert ui.cursor_row == "▸ ● Create the customer"
        await ui.press("1", "j")
        assert flow(ui).node == ui.explorer.tree_view.node.key[2].removeprefix("step ")  # type: ignore[union-attr]


async def test_the_cursor_stays_while_the_tree_is_yet_to_follow_it() -> None:
    async with explorer(ORDERS, size=(80, 24)) as ui:
        await ui.press("5", "j")
        view = flow(ui)
        view.action_move(1)
        view.post_message(NodeSelected(view))  # the tree is sent there, and tells once more where it was before it goes
        ui.explorer.presenter.show_again()
        assert "Create the customer" in drawn(ui)[view.cursor]
        await ui.rest()
        assert ui.cursor_row == "▸ ● Create the customer"
        assert view.cursor == 2
        ui.explorer.tree_view.go_to(ui.explorer.tree_view.state.nodes[2].key)
        await ui.rest()
        assert view.cursor == 0, "where the tree goes by itself is followed"


async def test_enter_leads_to_the_detail_and_from_a_schedule_to_what_it_schedules() -> None:
    async with explorer(ORDERS, size=(80, 24)) as ui:
        await ui.press("5", "j", "enter")
        assert ui.focus == "detail"
        await ui.go_to("order-shipped")
        await ui.press("5", *"jjjjj", "enter")
        assert ui.focus == "flow"
        assert "check-delivery" in ui.cursor_row
        assert "Where is it now?" in drawn(ui)[1]
        await ui.press("left_square_bracket")
        assert "Check delivery in three days" in ui.cursor_row


async def test_a_branch_folds_and_unfolds() -> None:
    async with explorer(ORDERS, size=(160, 48)) as ui:
        await ui.press("5", "j", "j", "j")
        before = drawn(ui)
        await ui.press("space")
        assert "steps" not in "".join(before)
        assert any("Known or new?" in row and "+4 steps" in row for row in drawn(ui))
        await ui.press("space")
        assert drawn(ui) == before


async def test_a_step_that_is_folded_away_comes_back_when_it_is_selected_elsewhere() -> None:
    async with explorer(ORDERS, size=(160, 48)) as ui:
        await ui.press("5", "j", "j", "j", "space")
        await ui.go_to("● Add to the timeline")
        assert flow(ui).node == ui.explorer.tree_view.node.key[2].removeprefix("step ")  # type: ignore[union-attr]
        assert any("Add to the timeline" in row for row in drawn(ui))


async def test_another_snapshot_keeps_the_place_and_what_is_folded(tmp_path: Path) -> None:
    steps = [step("a", "b c"), step("b", "d"), step("c"), step("d")]
    path = tmp_path / "app.json"
    path.write_text(json.dumps(workflow("c a", *steps)))
    async with explorer(path) as ui:
        await ui.press("5")
        while flow(ui).node != "b":
            await ui.press("j")
        await ui.press("space")
        assert flow(ui).drawing.nodes == ("1", "a", "b", "c")  # type: ignore[union-attr]
        path.write_text(json.dumps(workflow("e a", *steps, step("e", "c"))))
        again = check_snapshot(open_paths([str(path)]))
        assert again is not None
        ui.explorer.take(again)
        await ui.rest()
        assert flow(ui).drawing.nodes == ("1", "e", "a", "b", "c")  # type: ignore[union-attr]
        assert flow(ui).node == "b"


async def test_lanes_scroll_sideways_and_the_node_of_the_cursor_stays_in_view(tmp_path: Path) -> None:
    targets = [f"s{index}" for index in range(40)]
    path = tmp_path / "wide.json"
    path.write_text(json.dumps(workflow("a", step("a", " ".join(targets)), *(step(each) for each in targets))))
    async with explorer(path, size=(80, 24)) as ui:
        await ui.press("5", "j")
        here = drawn(ui)[1]
        assert "›" in here
        assert "note.create" in here
        await ui.press("l")
        assert drawn(ui)[1] != here
        await ui.press("j", "j")
        view = flow(ui)
        assert "◉" in drawn(ui)[view.cursor], "the lane of the cursor's step is in view"


async def test_lanes_stay_where_they_were_scrolled_when_the_tree_follows_the_cursor(tmp_path: Path) -> None:
    path = tmp_path / "wide.json"
    names = [f"s{index}" for index in range(40)]
    path.write_text(json.dumps(workflow("a", step("a", " ".join(names)), *(step(name) for name in names))))
    async with explorer(path, size=(80, 24)) as ui:
        await ui.press("5", "j", "l")
        scrolled = drawn(ui)
        ui.explorer.presenter.show_again()  # the tree follows once more, as on a slow machine after the key
        assert drawn(ui) == scrolled
        await ui.press("h")
        assert drawn(ui) != scrolled


async def test_whoever_goes_there_before_the_tree_rests_finds_the_workflow_of_its_cursor() -> None:
    async with explorer(ORDERS, size=(80, 24)) as ui:
        await ui.go_to("order-shipped")
        ui.explorer.tree_view.action_first()
        while "order-created" not in ui.cursor_row:
            ui.explorer.tree_view.action_move(1)
        ui.explorer.panes.enter("flow")
        assert drawn(ui)[1].startswith(" ●╌│╌╮ Find the customer")


async def test_the_flow_is_not_sent_back_by_a_tree_that_follows_while_its_cursor_goes_on() -> None:
    async with explorer(ORDERS, size=(160, 48)) as ui:
        await ui.press("5")
        places = []
        for _ in range(4):
            flow(ui).action_move(1)
            while ui.explorer.tree_view.node.key != flow(ui).selected_key:  # type: ignore[union-attr]
                await asyncio.sleep(0.001)  # it goes on as soon as the tree has followed
                places.append(flow(ui).cursor)
        await ui.rest()
        assert [*places, flow(ui).cursor] == sorted([*places, 4])


async def test_leaving_before_the_cursor_rests_takes_the_tree_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kustui.tui.diagrams.diagram_view.REST", 30.0)
    async with explorer(SAMPLES / "orders.json") as ui:
        await ui.press("5", "G", "1")
        assert "Report the order without a customer" in ui.cursor_row
        await ui.press("slash", *"shipped")
        assert [row for row in ui.tree if "order-" in row] == ["▾ order-shipped"]


async def test_below_the_rows_the_one_of_the_cursor_is_told_in_full_and_what_signs_mean() -> None:
    async with explorer(ORDERS, size=(80, 24)) as ui:
        await ui.go_to("check-delivery")
        await ui.press("5", "j", "j")
        *_, first, second, third, fourth, legend = drawn(ui)
        assert " ".join(line.strip() for line in (first, second, third, fourth)) == (
            'custom.statusStr = "delivered", custom.deliveredAt = {Where is it now?.body.deliveredAt} dFiHu-DIc '
            '“Delivered” if Where is it now?.body.status is "delivered"'
        )
        assert legend == " ◆ start  ● step  ◉ end  ⇒ schedule  ╌ on failure"
        await ui.press("g")
        assert drawn(ui)[-2:] == ["", legend]


async def test_rows_are_never_hidden_by_what_stands_below_them() -> None:
    async with explorer(ORDERS, size=(80, 13)) as ui:
        await ui.go_to("check-delivery")
        await ui.press("5")
        assert "Remember the failure" in drawn(ui)[8]
        assert "start" not in "".join(drawn(ui))


async def test_the_foot_says_all_of_a_row_where_rows_are_free() -> None:
    async with explorer(ORDERS, size=(80, 24)) as ui:
        await ui.go_to("tags = ")
        view = flow(ui)
        assert view.drawing is not None
        full = "".join(text_of(view.drawing.full_line(view.cursor)).split())
        assert len(full) > 3 * view.size.width
        assert full in "".join("".join(drawn(ui)[view.rows.count :]).split())


async def test_the_foot_is_made_once_for_each_time_that_it_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    made, foot = [], RailView.foot

    def counted(view: RailView, width: int) -> Sequence[Line]:
        made.append(view.cursor)
        return foot(view, width)

    monkeypatch.setattr(RailView, "foot", counted)
    async with explorer(ORDERS, size=(100, 60)) as ui:
        await ui.press("5")
        made.clear()
        await ui.press("j")
        assert flow(ui).size.height - flow(ui).rows.count > 6
        assert 1 <= len(made) <= 4, "not for every line below the rows"
