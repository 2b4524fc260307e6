"""Two states of a workflow as one flow: what is marked, and that every diagram draws it."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.collection import Collection
from kustui.diagrams.box_drawing import BoxDrawing
from kustui.diagrams.diagram import DiagramSet, flow_diagram
from kustui.diagrams.formats.graph_languages import dot, mermaid
from kustui.diagrams.formats.svg import svg
from kustui.diagrams.rail_drawing import RailDrawing
from kustui.review.merged_flow import MergedWorkflow
from kustui.review.value_changes import Identities
from kustui.text.terminal_safe import pieces_to_ascii
from tests.support.definitions import document_of
from tests.support.flows import edge, step, workflow

Definition = dict[str, Any]


def analysis(definition: Mapping[str, Any]) -> WorkflowAnalysis:
    document = document_of(definition)
    return WorkflowAnalysis(Collection((document,)), document.entries[0])


def merged(old: Definition | None, new: Definition | None, **renamed: str) -> MergedWorkflow:
    before, now = (analysis(definition) if definition is not None else None for definition in (old, new))
    return MergedWorkflow.of(before, now, Identities(renamed))


def when(target: str, value: str) -> Definition:
    return {"target": target, "condition": {"op": "eq", "values": ["/#steps.1.status", value]}}


def marked_edges(merged: MergedWorkflow) -> set[tuple[str, str, str]]:
    edges = (edge for edges in merged.flow.declared_edges.values() for edge in edges)
    marks = merged.changes.edges
    return {
        (marks[edge.transition.pointer], edge.source, edge.destination)
        for edge in edges
        if edge.transition.pointer in marks
    }


def rail(merged: MergedWorkflow, width: int = 76) -> list[str]:
    drawing = RailDrawing(merged, changes=merged.changes)
    lines = (drawing.row(index, width=width).arranged(width) for index in range(len(drawing.nodes)))
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def boxes(merged: MergedWorkflow) -> str:
    drawing = BoxDrawing.of(flow_diagram(merged, merged.changes), room=76)
    return "\n".join("".join(text for text, _ in drawing.row(y)) for y in range(drawing.layout.height))


def named(id_: str, name: str, targets: str = "", **members: Any) -> Definition:
    return step(id_, targets, meta={"displayName": name}, **members)


OLD = workflow(
    "a",
    named("a", "Ask", transitions=[when("b", "open"), edge("x")]),
    named("b", "Tell", "d", params={"priority": 1}),
    named("x", "Log", "d"),
    named("d", "Close", errorCases=[edge("b")]),
)
NEW = workflow(
    "a",
    named("a", "Ask", transitions=[when("b", "new"), edge("n")]),
    named("b", "Tell", "d", params={"priority": 2}),
    named("n", "Note", "d"),
    named("d", "Close"),
)


def test_steps_and_edges_of_both_are_there_and_marked() -> None:
    both = merged(OLD, NEW)
    assert set(both.flow.steps) == {"a", "b", "x", "n", "d"}
    assert both.changes.nodes == {"b": "changed", "n": "added", "x": "removed"}
    assert marked_edges(both) == {
        ("changed", "a", "b"), ("added", "a", "n"), ("added", "n", "d"),
        ("removed", "a", "x"), ("removed", "x", "d"), ("removed", "d", "b"),
    }  # fmt: skip


def test_the_rail_has_signs_and_lines_of_their_own_for_what_came_and_went() -> None:
    text = "\n".join(rail(merged(OLD, NEW)))
    assert [" ".join(row[8:].split()[:2]) for row in rail(merged(OLD, NEW))] == [
        "on conversation.create", "Ask note.create", "- Log", "~ Tell", "+ Note", "Close ↺",
    ]  # fmt: skip
    assert "↺ back to - “Tell”" in text
    assert {"┃", "━", "┈"} <= set(text), "lanes that came and went"
    assert '~ if status is "new" (was: if status is "open")' in text
    assert "never reached" not in text, "the flow that is gone led there"
    assert "".join(pieces_to_ascii([text])).isascii()


def test_an_edge_that_is_gone_takes_nothing_from_those_that_there_are() -> None:
    old = workflow("a", step("a", transitions=[edge("b")]), step("b"))
    new = workflow("a", step("a", transitions=[when("b", "x"), edge("c")]), step("b"), step("c"))
    both = merged(old, new)
    assert not any(both.flow.is_never_reached(node) for node in both.flow.steps)
    labels = {(edge.target, edge.label) for edge in flow_diagram(both, both.changes).edges if edge.source == "a"}
    assert labels == {("b", '~ if status is "x" (was: always)'), ("c", "+ otherwise")}


def test_a_retargeted_edge_went_from_one_step_and_came_to_another() -> None:
    old = workflow("a", step("a", transitions=[when("b", "x")]), step("b"), step("c"))
    new = workflow("a", step("a", transitions=[when("c", "x")]), step("b"), step("c"))
    assert marked_edges(merged(old, new)) == {("removed", "a", "b"), ("added", "a", "c")}


def test_an_edge_is_compared_with_the_one_of_its_condition_also_in_another_order_and_of_another_name() -> None:
    def labelled(value: str, name: str) -> Definition:
        return {**when("b", value), "meta": {"name": name}}

    old = workflow("a", step("a", transitions=[labelled("x", "one"), labelled("y", "two")]), step("b"))
    new = workflow("a", step("a", transitions=[labelled("y", "new"), labelled("x", "one")]), step("b"))
    both = merged(old, new)
    assert marked_edges(both) == {("changed", "a", "b")}
    assert [*both.changes.labels_before.values()] == ['“two” if status is "y"']


def test_a_renamed_step_is_one_step() -> None:
    reads = {"target": "c", "condition": {"op": "eq", "values": ["/#steps.b.output.id", 1]}}
    old = workflow("a", step("a", "b"), step("b", transitions=[reads]), step("c"))
    new = json_renamed(old, "b", "better")
    both = merged(old, new, b="better")
    assert both.changes.nodes == {"better": "changed"}
    assert marked_edges(both) == set(), "what names it is the same as before"
    assert set(both.flow.steps) == {"a", "better", "c"}


def json_renamed(definition: Any, before: str, now: str) -> Any:
    if isinstance(definition, dict):
        return {key: json_renamed(value, before, now) for key, value in definition.items()}
    if isinstance(definition, list):
        return [json_renamed(value, before, now) for value in definition]
    if isinstance(definition, str):
        return now if definition == before else definition.replace(f"steps.{before}.", f"steps.{now}.")
    return definition


def test_the_order_in_which_edges_are_tried_is_a_change_of_their_step() -> None:
    other = {"target": "c", "condition": {"op": "eq", "values": ["/#steps.1.channel", "y"]}}
    old = workflow("a", step("a", transitions=[when("b", "x"), other]), step("b"), step("c"))
    new = workflow("a", step("a", transitions=[other, when("b", "x")]), step("b"), step("c"))
    both = merged(old, new)
    assert (both.changes.nodes, both.changes.edges) == ({"a": "changed"}, {})


def test_what_the_words_say_nothing_of_is_not_marked() -> None:
    one, two = (when("b", value)["condition"] for value in ("x", "y"))
    conditions = ({"op": "or", "values": parts} for parts in ([one, two], [two, one]))
    old, new = (
        workflow("a", step("a", transitions=[{"target": "b", "condition": condition}]), step("b"))
        for condition in conditions
    )
    both = merged(old, new)
    assert (both.changes.nodes, both.changes.edges) == ({}, {})


def test_bookkeeping_keys_of_steps_are_no_change() -> None:
    new = copy.deepcopy(OLD)
    for number, each in enumerate(new["steps"]):
        each["_id"] = f"{number}"
    assert merged(OLD, new).changes.nodes == {}


@pytest.mark.parametrize(("old", "new", "mark"), [(OLD, None, "removed"), (None, NEW, "added")])
def test_a_workflow_that_came_or_went_is_marked_whole(old: Any, new: Any, mark: str) -> None:
    both = merged(old, new)
    assert set(both.changes.nodes.values()) == {mark}
    assert set(both.changes.nodes) == {"1", *both.flow.steps}
    assert {sign for sign, _, _ in marked_edges(both)} == {mark}


def test_mermaid_has_classes_and_signs_that_are_no_list() -> None:
    both = merged(OLD, NEW)
    text = "".join(mermaid(DiagramSet((flow_diagram(both, both.changes),))))
    for mark in ("added", "removed", "changed"):
        assert f"classDef {mark} " in text
        assert f" {mark}\n" in text
    assert "linkStyle " in text
    assert not re.search('"[+-] ', text), "Mermaid would take it for a list, and refuse it"
    assert '"#45; Log<' in text
    assert '"#43; Note<' in text


def test_the_other_languages_say_it_too() -> None:
    both = merged(OLD, NEW)
    diagrams = DiagramSet((flow_diagram(both, both.changes),))
    graphviz = "".join(dot(diagrams))
    assert '"- Log' in graphviz
    assert "style=dotted" in graphviz
    assert "stroke-dasharray" in "".join(svg(diagrams))


@st.composite
def flows(draw: st.DrawFn) -> Definition:
    ids = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=5, unique=True))
    targets = st.sampled_from(ids)

    def edges() -> Iterable[Definition]:
        return draw(st.lists(st.builds(when, targets, st.sampled_from("xy")), max_size=3))

    steps = [step(id_, transitions=edges(), errorCases=edges()) for id_ in ids]
    return workflow(draw(targets), *steps)


@given(flows(), flows())
def test_of_any_two_flows_each_step_and_edge_is_there_once(old: Definition, new: Definition) -> None:
    both = merged(old, new)
    before, now = {one["id"] for one in old["steps"]}, {one["id"] for one in new["steps"]}
    assert set(both.flow.steps) == before | now
    marks = both.changes.nodes
    assert {node for node in marks if marks[node] == "added"} == now - before
    assert {node for node in marks if marks[node] == "removed"} == before - now
    edges = [edge.transition.pointer for edges in both.flow.declared_edges.values() for edge in edges]
    assert len(edges) == len(set(edges)), "each has a pointer of its own"
    there = [edge for edge in edges if both.changes.edges.get(edge) != "removed"]
    assert len(there) == sum(len(one) for one in analysis(new).flow.declared_edges.values())
    kept = [edge for edge in edges if both.changes.edges.get(edge) != "added"]
    assert len(kept) == sum(len(one) for one in analysis(old).flow.declared_edges.values())
    assert boxes(both)
    assert rail(both)


@given(flows())
def test_a_flow_and_itself_differ_in_nothing(flow: Definition) -> None:
    both = merged(flow, copy.deepcopy(flow))
    assert (both.changes.nodes, both.changes.edges) == ({}, {})
    plain = analysis(flow)
    assert flow_diagram(both, both.changes) == flow_diagram(plain)
    rows = RailDrawing(plain)
    assert rail(both) == [
        "".join(text for text, _ in rows.row(index, width=76).arranged(76)).rstrip() for index in range(len(rows.nodes))
    ]
