"""A workflow as a rail: what stands in the lanes, what each row says, and what folding hides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.collection import Collection
from kustui.diagrams.box_drawing import BoxDrawing
from kustui.diagrams.diagram import DiagramSet, flow_diagram
from kustui.diagrams.formats.graph_languages import dot, mermaid
from kustui.diagrams.formats.svg import svg
from kustui.diagrams.glyphs import NodeKind
from kustui.diagrams.rail_drawing import RailDrawing
from kustui.text.terminal_safe import pieces_to_ascii, terminal_safe
from tests.benchmarks.growth import counted
from tests.support.definitions import ALWAYS, document_of
from tests.support.flows import edge, step, workflow

if TYPE_CHECKING:
    from collections.abc import Mapping


def rail_of(definition: Mapping[str, Any], folded: str = "") -> RailDrawing:
    document = document_of(definition)
    entry = document.entries[0]
    analysis = WorkflowAnalysis(Collection((document,)), entry)
    return RailDrawing(analysis, folded=frozenset(folded.split()))


def drawn(rail: RailDrawing, width: int = 60) -> list[str]:
    return [
        "".join(text for text, _ in rail.row(index, width=width).arranged(width)) for index in range(len(rail.nodes))
    ]


def lanes(rail: RailDrawing, first: int = 0, columns: int = 99) -> list[str]:
    return ["".join(text for text, _ in rail.lanes(index, first, columns)).rstrip() for index in range(len(rail.nodes))]


def named(id_: str, name: str, targets: str = "", **members: Any) -> dict[str, Any]:
    return step(id_, targets, meta={"displayName": name}, **members)


def when(target: str, value: str, **members: Any) -> dict[str, Any]:
    condition = {"op": "eq", "values": ["/#steps.1.status", value]}
    return {"target": target, "condition": condition, **members}


BRANCHING = workflow(
    "a",
    step("a", transitions=[when("b", "open"), edge("c")]),
    named("b", "Tell the team", "d"),
    step("c", "d"),
    step("d"),
)


def test_a_branch_splits_and_joins() -> None:
    assert lanes(rail_of(BRANCHING)) == ["◆", "●─╮", "● │", "├─●", "◉"]


def test_a_row_says_what_the_step_does_and_under_which_condition_a_run_comes_to_it() -> None:
    rows = drawn(rail_of(BRANCHING))
    assert rows[2] == '● │ Tell the team  if status is "open"           note.create'
    assert rows[3] == "├─● note.create c  otherwise"
    assert rows[4] == "◉   note.create d"


def test_a_step_that_ends_looks_different_from_one_that_leads_to_the_next_row() -> None:
    definition = workflow("a", step("a", "b c"), step("b", failing="c"), step("c"))
    rail = rail_of(definition)
    assert [row[0] for row in lanes(rail)] == ["◆", "●", "●", "◉"], "b goes on after a failure"
    assert ("◉ ", "action") in rail.legend
    document = document_of(definition)
    diagram = flow_diagram(WorkflowAnalysis(Collection((document,)), document.entries[0]))
    assert [node.id for node in diagram.nodes if node.ends] == ["c"]
    boxes, drawings = BoxDrawing.of(diagram), DiagramSet((diagram,))
    text = "\n".join("".join(text for text, _ in boxes.row(y)) for y in range(boxes.layout.height))
    assert text.count("◉") == 1
    assert "".join(mermaid(drawings)).count(":::last") == 1
    assert "".join(dot(drawings)).count("peripheries=2") == 1
    assert "".join(svg(drawings)).count('stroke-width="3"') == 1
    assert "$" in "".join(pieces_to_ascii([text]))


@pytest.mark.parametrize("target", ["1", "start"])
def test_the_trigger_as_a_target_is_the_trigger(target: str) -> None:
    definition = workflow("a", step("a", "b"), step("b", target))
    definition["trigger"]["id"] = "start"
    rail = rail_of(definition)
    assert drawn(rail)[2].startswith("●─↺ note.create b ↺ back to “the trigger”")
    diagram = flow_diagram(rail.analysis)
    assert [node.kind for node in diagram.nodes] == [NodeKind.TRIGGER, NodeKind.STEP, NodeKind.STEP]
    assert (diagram.edges[-1].source, diagram.edges[-1].target) == ("b", "1")
    assert "w0n2 --> w0n0" in "".join(mermaid(DiagramSet((diagram,))))


def test_a_name_that_people_gave_a_way_comes_first() -> None:
    rail = rail_of(workflow("a", step("a", transitions=[when("b", "open", meta={"name": "Yes"})]), step("b")))
    assert '“Yes” if status is "open"' in drawn(rail)[2]


def test_the_way_after_a_failure_is_drawn_and_told_as_one() -> None:
    rail = rail_of(workflow("a", step("a", "b", "c"), step("b"), step("c")))
    assert lanes(rail) == ["◆", "●╌╮", "◉ ╎", "◉╌╯"]
    assert "after a failure of a" in drawn(rail)[3]
    assert "↯" not in "".join(drawn(rail)), "that says what is done when the step itself fails"
    assert "".join(pieces_to_ascii(["".join(lanes(rail))])).isascii()


def test_a_way_back_is_told_where_it_leads() -> None:
    rows = drawn(rail_of(workflow("a", named("a", "Ask", "b"), step("b", "a b"))), 90)
    assert rows[2].startswith("●─↺ note.create b ↺ back to “Ask”, itself")


def test_where_a_way_leads_back_to_has_room_whatever_else_there_is_to_say() -> None:
    long = "The customer's last order, and the one before it, with all that is in them"
    again = when("a", "a value that is long enough to need most of an eighty column line")
    definition = workflow(
        "a", named("a", "Ask", transitions=[when("b", "open " * 20)]), named("b", long, transitions=[again])
    )
    for width in (60, 80):
        row = drawn(rail_of(definition), width)[2]
        assert "↺ back to “Ask”" in row
        assert "The customer's last" in row
    to_it = workflow("a", named("a", long, "b"), named("b", "Try", transitions=[again]))
    (*_, row) = drawn(rail_of(to_it), 80)
    assert "Try ↺ back to “The customer's last ord…”" in row
    assert "”  ↺ if status is" in row


def test_a_way_to_a_step_that_is_not_there_ends_in_a_cross() -> None:
    rows = drawn(rail_of(workflow("a", step("a", "gone"))))
    assert rows[1].startswith("●─✗ ")
    assert "✗ no step gone" in rows[1]


def test_a_step_that_nothing_leads_to_says_so() -> None:
    assert "never reached" in drawn(rail_of(workflow("a", step("a"), step("b"))))[2]
    assert not any("never reached" in row for row in drawn(rail_of({"steps": [step("a"), step("b")]}))), "who knows"


def test_a_condition_that_always_or_never_holds_is_drawn_as_such_in_every_spelling() -> None:
    always = {"target": "b", "condition": {"op": "exists", "values": ["true", ""]}}
    never = {"target": "c", "condition": {"op": "eq", "values": ["a", "b"]}}
    definition = workflow(
        "a", step("a", transitions=[never, always, when("d", "open")]), step("b"), step("c"), step("d")
    )
    rows = {row.split()[1]: row for row in drawn(rail_of(definition), 80)[2:] for row in [row.strip(" │├╰╮╯─●◉◇○")]}
    assert "never" in rows["c"]
    assert "never reached" in rows["c"]
    assert "otherwise" not in rows["b"]
    assert "never reached" in rows["d"]


def test_a_step_that_schedules_says_what_and_when() -> None:
    params = {"workflowId": "w", "runAt": {"type": "relative", "value": 60}}
    rail = rail_of(workflow("a", step("a", action="kustomer.app.scheduler.schedule-workflow", params=params)))
    assert "⇒ w after 60 min" in drawn(rail)[1]
    called = rail.analysis.scheduled_by("a")
    assert called is not None
    assert called.title == "w"


def test_folding_hides_what_only_that_step_leads_to() -> None:
    definition = workflow("a", step("a", "b e"), step("b", "c"), step("c", "d"), step("d", "e"), step("e"))
    folded = rail_of(definition, "b")
    assert folded.nodes == ("1", "a", "b", "e")
    assert "+2 steps" in drawn(folded)[2]
    assert lanes(folded) == ["◆", "●─╮", "◈─┤", "◉─╯"]
    assert folded.row_of["d"] == 2


def test_folding_within_what_is_folded_changes_nothing_on_the_screen() -> None:
    definition = workflow("a", step("a", "b"), step("b", "c"), step("c", "d"), step("d"))
    assert drawn(rail_of(definition, "b c")) == drawn(rail_of(definition, "b"))


def test_lanes_out_of_sight_are_hinted_at() -> None:
    targets = [f"s{index}" for index in range(8)]
    rail = rail_of(workflow("a", step("a", " ".join(targets)), *(step(each) for each in targets)))
    assert all(len(row) <= 8 for row in lanes(rail, 0, 4))
    assert lanes(rail, 0, 4)[1] == "●─┬─┬─┬›"
    assert lanes(rail, 4, 4)[1] == "‹─┬─┬─╮"
    assert lanes(rail, 4, 4)[3].startswith("‹ │")


def test_a_name_is_shown_and_never_obeyed() -> None:
    rail = rail_of(workflow("a", named("a", "x\x1b[31m\u202e[red]")))
    assert "x^[[31m<U+202E>[red]" in terminal_safe(drawn(rail)[1])


ERROR_ACTIONS = workflow(
    "a",
    step("a", "b", errorCases=[
        {"condition": {"op": "gte", "values": ["/#error.statusCode", 500]}, "errorAction": {"type": "retry-action"}},
        {"condition": ALWAYS, "errorAction": {"type": "continue"}},
    ]),
    step("b", errorCases=[{"condition": ALWAYS, "errorAction": {"type": "retry-workflow"}}]),
)  # fmt: skip


def test_what_is_done_after_a_failure_stands_beside_the_step_and_no_lane_leads_away_for_it() -> None:
    rail = rail_of(ERROR_ACTIONS)
    assert lanes(rail) == ["◆", "●", "◉"]
    rows = drawn(rail, 80)
    assert rows[1].startswith("● note.create a ↯ retry the step, continue  ↯ retry the step if error.status")
    assert rows[2] == "◉ note.create b ↯ retry the workflow"
    assert "".join(pieces_to_ascii([rows[2]])) == "$ note.create b & retry the workflow"


def test_a_single_error_action_is_named_once_and_the_legend_says_what_its_sign_is() -> None:
    on_conflict = {"op": "eq", "values": ["/#error.statusCode", 409]}
    cases = [{"condition": on_conflict, "errorAction": {"type": "retry-workflow"}}]
    rail = rail_of(workflow("a", step("a", errorCases=cases)))
    assert drawn(rail, 90)[1] == "◉ note.create a ↯ retry the workflow  ↯ if error.statusCode is 409"
    assert "↯ if it fails" in "".join(text for text, _ in rail.legend)


def test_what_is_done_after_a_failure_stands_in_every_format() -> None:
    document = document_of(ERROR_ACTIONS)
    diagram = flow_diagram(WorkflowAnalysis(Collection((document,)), document.entries[0]))
    assert [(edge.source, edge.target) for edge in diagram.edges] == [("1", "a"), ("a", "b")]
    drawings = DiagramSet((diagram,))
    boxes = BoxDrawing.of(diagram)
    text = "\n".join("".join(text for text, _ in boxes.row(y)) for y in range(boxes.layout.height))
    assert "↯ on failure: retry the workflow" in text
    assert "↯ on failure: continue otherwise" in text
    assert "on failure#58; retry the workflow" in "".join(mermaid(drawings))
    assert "\\non failure: retry the workflow" in "".join(dot(drawings))
    assert ">on failure: retry the workflow<" in "".join(svg(drawings))


def test_what_leads_to_a_step_is_put_into_words_once() -> None:
    condition = {"op": "and", "values": [{"op": "eq", "values": [f"/#steps.1.f{at}", at]} for at in range(100)]}
    rail = rail_of(
        workflow("first", step("first") | {"transitions": [edge("last") | {"condition": condition}]}, step("last"))
    )
    first = counted(lambda: rail.row(2, width=40))
    assert counted(lambda: rail.row(2, width=40)) < first / 4


def test_of_a_long_condition_a_row_says_as_much_as_it_has_room_for() -> None:
    parts = [{"op": "eq", "values": [f"/#steps.1.f{at}", at]} for at in range(4_000)]
    to_last = edge("last") | {"condition": {"op": "and", "values": parts}}
    rail = rail_of(workflow("first", step("first") | {"transitions": [to_last]}, step("last")))
    rail.row(1)
    assert counted(lambda: rail.row(2, width=40)) < 40_000  # 120,000 to put all of it into words
    assert sum(len(text) for text, _ in rail.row(2).line) < 4_100
