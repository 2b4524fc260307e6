"""Whatever a definition holds, every row of it can be told, described and shown as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kustui.text.styled_lines import width_of
from kustui.tui.copy_menu import copyables
from kustui.tui.explorer.detail import detail_rows
from kustui.tui.explorer.selection import of_key, of_node
from kustui.tui.explorer.source_lines import SourceLines
from kustui.tui.explorer.source_rows import FoldedSource, ProblemPlaces
from kustui.tui.tree.places import link_of
from kustui.tui.tree.row_order import RowOrder
from kustui.tui.tree.tree_rows import TreeRows
from kustui.tui.widgets.rows import Row, Target, laid_out
from kustui.workspace.snapshot import Snapshot
from tests.support.strategies import WORKFLOW_VALUES, mutated_samples
from tests.support.trees import SAMPLE_PATHS, all_open, sample_examined, snapshot_of

if TYPE_CHECKING:
    from kustui.tui.tree.tree_state import TreeState

pytestmark = pytest.mark.slow


def look_at_everything(tree: TreeState, *widths: int) -> None:
    for index, node in enumerate(tree.nodes):
        laid_out(TreeRows(tree).row(index), 60)
        link_of(tree, node)
        for width in widths:
            for row in detail_rows(tree, node, width):
                assert width_of(laid_out(row, width)) <= width
        document, lines = node.document, SourceLines(node.document, node.pointer)
        source = FoldedSource(lines, ProblemPlaces(document, tree.problems(node)))
        for number in range(source.count):
            laid_out(Row((source.number(number), *source.pieces(number)), mark=source.sign(number)), 60)
        numbers = range(min(lines.count, 12) if document.source.data.strip() else 0)
        values = (Target(document, lines.pointer_at(line), lines.begin(line)) for line in numbers)
        for selected in (of_node(node), of_key(tree, node.key), *values):
            assert selected is None or all(item.make() for item in copyables(selected))
    for by in (1, -1):
        if problem := RowOrder(tree).problem_beyond(0, by):
            assert tree.reveal(tree.key_at(problem.document, problem.pointer)) is not None


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(mutated_samples())
def test_a_mutilated_definition_is_shown_all_the_same(definition: Any) -> None:
    look_at_everything(all_open(snapshot_of(definition)), 38)


@settings(deadline=None)
@given(WORKFLOW_VALUES)
def test_any_json_is_shown(value: Any) -> None:
    look_at_everything(all_open(snapshot_of(value)), 38)
    look_at_everything(all_open(snapshot_of({"workflows": [{"name": "w", "trigger": value, "steps": [value]}]})), 38)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_shown(data: bytes) -> None:
    look_at_everything(all_open(snapshot_of(data)), 38)


@pytest.mark.parametrize("name", SAMPLE_PATHS)
def test_a_sample_is_shown_before_and_after_it_is_examined(name: str) -> None:
    found = sample_examined(name)
    look_at_everything(all_open(Snapshot(found.collection)), 20)
    look_at_everything(all_open(found), 20, 90)


STEP = {"id": "a", "action": "kustomer.note.create", "transitions": [{"target": "zz", "condition": {}}]}
SHAPES = [
    {"app": "shop", "version": "1.0.0", "title": "Shop", "hooks": [{"name": "paid"}], "actions": [{"name": "pay"}]},
    {"app": "shop", "version": "1.0.0", "title": "Shop", "colour": 5},
    {"data": {"type": "available-app", "attributes": {"name": "shop", "version": "1.0.0", "title": None}}},
    [{"type": "app", "attributes": {"name": name, "workflows": [{"name": "w", "steps": [STEP]}]}} for name in "ab"],
    {"workflow": {"steps": [STEP]}},
    {"workflow": {"name": "w"}},
    {"steps": [STEP]},
    {"trigger": {"eventName": "e", "transitions": STEP["transitions"]}},
    {"data": {"type": "workflow", "attributes": {"enabled": False}}, "links": {"next": "?page=2"}},
]


def test_every_shape_of_a_file_is_shown() -> None:
    for shape in SHAPES:
        look_at_everything(all_open(snapshot_of(shape)), 38)
    for separator in ("\n", "", "\n{]\n", "\n, \n"):
        stream = separator.join(json.dumps(shape) for shape in SHAPES)
        look_at_everything(all_open(snapshot_of(stream.encode())), 38)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.mark.parametrize("depth", [90, 240, 480, 900, 2_000, 100_000])
@pytest.mark.parametrize("where", ["params", "extra", "condition", "app", "meta"])
def test_depth_is_no_end(depth: int, where: str) -> None:
    deep = nested(depth)
    step = {
        "params": f'"params": {{"x": {deep}}}, "transitions": []',
        "extra": f'"x": {deep}, "transitions": []',
        "condition": f'"transitions": [{{"target": "a", "condition": {{"op": "eq", "values": {deep}}}}}]',
        "app": '"transitions": []',
        "meta": f'"meta": {{"x": {deep}}}, "transitions": []',
    }[where]
    app = f'"x": {deep}, ' if where == "app" else ""
    text = f"""{{"app": "a", "version": "1.0.0", "title": "t", {app} "workflows": [{{"name": "w",
        "trigger": {{"id": "1", "eventName": "e", "transitions": []}}, "steps": [{{"id": "a", {step}}}]}}]}}"""
    look_at_everything(all_open(snapshot_of(text)), 38)
    look_at_everything(all_open(snapshot_of(text + " " * 3_000 + "\n")), 38)


@pytest.mark.parametrize("number", ["1" * 5_000, "-" + "9" * 5_000, "1e999", "NaN", "0." + "1" * 5_000])
def test_a_number_of_any_length_is_shown(number: str) -> None:
    text = f"""{{"name": "w", "extra": {number}, "trigger": {{"id": "1", "eventName": "e", "transitions":
        [{{"target": "a", "condition": {{"op": "eq", "values": [{number}, 1]}}}}]}},
        "steps": [{{"id": "a", "action": "kustomer.app.scheduler.schedule-workflow",
        "params": {{"x": {number}, "runAt": {{"type": "relative", "value": {number}}}}}, "transitions": []}}]}}"""
    look_at_everything(all_open(snapshot_of(text)), 38)


def test_ids_that_clash_in_every_way_are_shown() -> None:
    edges = [{"target": target, "condition": {"op": "true", "values": [True]}} for target in ("1", "T", "a")]
    read = {"x": "/#steps.T.y {{steps.1.z}}", "y": "/#steps.T", "z": "/#steps.1", "v": "/#steps.a"}
    steps = [
        {"id": id_, "action": None, "transitions": edges, "errorCases": edges, "params": read}
        for id_ in ("1", "T", "a", "a", "", "trigger", "a/b~c", "\x00")
    ]
    trigger = {"id": "T", "eventName": "e", "transitions": edges}
    look_at_everything(all_open(snapshot_of({"name": "w", "trigger": trigger, "steps": steps})), 38)
