"""The flow at the keyboard: it follows the tree, and the tree follows it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from kustui.tui.diagrams.rail_view import RailView
from kustui.workspace.snapshot import examined, open_paths
from tests.support.flows import step, workflow
from tests.support.trees import SAMPLES
from tests.tui.explorer.test_explorer import Eye, explorer

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ORDERS = SAMPLES / "orders.json"


def flow(eye: Eye) -> RailView:
    return eye.explorer.query_one("#flow", RailView)


def drawn(eye: Eye) -> list[str]:
    view = flow(eye)
    return ["".join(segment.text for segment in view.render_line(y)).rstrip() for y in range(view.size.height)]


async def test_the_flow_of_the_selected_workflow_is_drawn_beside_the_tree() -> None:
    async with explorer(ORDERS, size=(80, 24)) as eye:
        assert "▌" not in "".join(drawn(eye))
        assert drawn(eye)[1].startswith(" ●╌│╌╮ Find the customer")
        await eye.go_to("order-shipped")
        assert "Find the order" in drawn(eye)[1]


async def test_the_tree_follows_the_flow_and_the_flow_the_tree() -> None:
    async with explorer(ORDERS, size=(80, 24)) as eye:
        await eye.press("5", "j", "j")
        assert eye.focus == "flow"
        assert eye.here == "▸ ● Create the customer"
        await eye.press("1", "j")
        assert flow(eye).node == eye.explorer.tree_view.node.key[2].removeprefix("step ")  # type: ignore[union-attr]


async def test_the_cursor_stays_while_the_tree_is_yet_to_follow_it() -> None:
    async with explorer(ORDERS, size=(80, 24)) as eye:
        await eye.press("5", "j")
        view = flow(eye)
        view.action_down()
        view._rested()  # the tree is sent there, and tells once more where it was before it goes
        eye.explorer.told = None
        eye.explorer.tell()
        assert "Create the customer" in drawn(eye)[view.cursor]
        await eye.rest()
        assert eye.here == "▸ ● Create the customer"
        assert view.cursor == 2
        eye.explorer.tree_view.go_to(eye.explorer.tree_view.state.nodes[2].key)  # type: ignore[union-attr]
        await eye.rest()
        assert view.cursor == 0, "where the tree goes by itself is followed"


async def test_enter_leads_to_the_detail_and_from_a_schedule_to_what_it_schedules() -> None:
    async with explorer(ORDERS, size=(80, 24)) as eye:
        await eye.press("5", "j", "enter")
        assert eye.focus == "detail"
        await eye.go_to("order-shipped")
        await eye.press("5", *"jjjjj", "enter")
        assert eye.focus == "flow"
        assert "check-delivery" in eye.here
        assert "Where is it now?" in drawn(eye)[1]
        await eye.press("left_square_bracket")
        assert "Check delivery in three days" in eye.here


async def test_a_branch_folds_and_unfolds() -> None:
    async with explorer(ORDERS, size=(160, 48)) as eye:
        await eye.press("5", "j", "j", "j")
        before = drawn(eye)
        await eye.press("space")
        assert "steps" not in "".join(before)
        assert any("Known or new?" in row and "+4 steps" in row for row in drawn(eye))
        await eye.press("space")
        assert drawn(eye) == before


async def test_a_step_that_is_folded_away_comes_back_when_it_is_selected_elsewhere() -> None:
    async with explorer(ORDERS, size=(160, 48)) as eye:
        await eye.press("5", "j", "j", "j", "space")
        await eye.go_to("● Add to the timeline")
        assert flow(eye).node == eye.explorer.tree_view.node.key[2].removeprefix("step ")  # type: ignore[union-attr]
        assert any("Add to the timeline" in row for row in drawn(eye))


async def test_another_snapshot_keeps_the_place_and_what_is_folded(tmp_path: Path) -> None:
    steps = [step("a", "b c"), step("b", "d"), step("c"), step("d")]
    path = tmp_path / "app.json"
    path.write_text(json.dumps(workflow("c a", *steps)))
    async with explorer(path) as eye:
        await eye.press("5")
        while flow(eye).node != "b":
            await eye.press("j")
        await eye.press("space")
        assert flow(eye).drawn.nodes == ("1", "a", "b", "c")  # type: ignore[union-attr]
        path.write_text(json.dumps(workflow("e a", *steps, step("e", "c"))))
        again = examined(open_paths([str(path)]))
        assert again is not None
        eye.explorer.take(again)
        await eye.rest()
        assert flow(eye).drawn.nodes == ("1", "e", "a", "b", "c")  # type: ignore[union-attr]
        assert flow(eye).node == "b"


async def test_lanes_scroll_sideways_and_the_node_of_the_cursor_stays_in_view(tmp_path: Path) -> None:
    targets = [f"s{index}" for index in range(40)]
    path = tmp_path / "wide.json"
    path.write_text(json.dumps(workflow("a", step("a", " ".join(targets)), *(step(each) for each in targets))))
    async with explorer(path, size=(80, 24)) as eye:
        await eye.press("5", "j")
        here = drawn(eye)[1]
        assert "›" in here
        assert "note.create" in here
        await eye.press("l")
        assert drawn(eye)[1] != here
        await eye.press("j", "j")
        view = flow(eye)
        assert view.drawn is not None
        column = view.drawn.rail.stops[view.cursor].column
        assert view._first <= column < view._first + view._columns


async def test_whoever_goes_there_before_the_tree_rests_finds_the_workflow_of_its_cursor() -> None:
    async with explorer(ORDERS, size=(80, 24)) as eye:
        await eye.go_to("order-shipped")
        eye.explorer.tree_view.action_first()
        while "order-created" not in eye.here:
            eye.explorer.tree_view.action_down()
        eye.explorer.action_flow()
        assert drawn(eye)[1].startswith(" ●╌│╌╮ Find the customer")


async def test_the_flow_is_not_sent_back_by_a_tree_that_follows_while_its_cursor_goes_on() -> None:
    async with explorer(ORDERS, size=(160, 48)) as eye:
        await eye.press("5")
        places = []
        for _ in range(4):
            flow(eye).action_down()
            while eye.explorer.tree_view.node.key != flow(eye).pointed_at:  # type: ignore[union-attr]
                await asyncio.sleep(0.001)  # it goes on as soon as the tree has followed
                places.append(flow(eye).cursor)
        await eye.rest()
        assert [*places, flow(eye).cursor] == sorted([*places, 4])


async def test_leaving_before_the_cursor_rests_takes_the_tree_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kustui.tui.diagrams.diagram_view.REST", 30.0)
    async with explorer(SAMPLES / "orders.json") as eye:
        await eye.press("5", "G", "1")
        assert "Report the order without a customer" in eye.here
        await eye.press("slash", *"shipped")
        assert [row for row in eye.tree if "order-" in row] == ["▸ order-shipped"]


async def test_below_the_rows_the_one_of_the_cursor_is_told_in_full_and_what_signs_mean() -> None:
    async with explorer(ORDERS, size=(80, 24)) as eye:
        await eye.go_to("check-delivery")
        await eye.press("5", "j", "j")
        *_, first, second, legend = drawn(eye)
        assert f"{first} {second.strip()}" == (
            ' kobject.update dFiHu-DIc  “Delivered” if Where is it now?.body.status is "delivered"'
        )
        assert legend == " ◆ start  ● step  ⇒ schedule  ╌ on failure"
        await eye.press("g")
        assert drawn(eye)[-2:] == ["", legend]


async def test_rows_are_never_hidden_by_what_stands_below_them() -> None:
    async with explorer(ORDERS, size=(80, 13)) as eye:
        await eye.go_to("check-delivery")
        await eye.press("5")
        assert "Remember the failure" in drawn(eye)[8]
        assert "start" not in "".join(drawn(eye))
