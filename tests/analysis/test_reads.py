"""Which strings of a workflow read which step."""

from __future__ import annotations

from typing import Any

import pytest

from kustui.analysis.reads import reads_from, reads_of
from tests.support.definitions import ALWAYS
from tests.support.flows import flow, flow_of, step, workflow


def places(params: Any) -> list[str]:
    """Where the params of a step read something, without what all of them begin with."""
    return [read.pointer.removeprefix("/steps/0/params") for read in reads_of(flow("a", step("a", params=params)))]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, []),
        ({"x": "plain", "n": 1, "b": True, "z": None}, []),
        ({"x": "/#steps.1.name"}, ["/x"]),
        ({"x": {"y": [{"z": "/#steps.1"}]}}, ["/x/y/0/z"]),
        ({"a/b": {"~": "{{steps.1.name}}"}}, ["/a~1b/~0"]),
        ({"x": "/#fn:parseInt,steps.1.n"}, ["/x"]),
        ({"x": "Order {{{steps.1.id}}} of {{steps.1.name}}"}, ["/x"]),
        ({"/#steps.1": 1}, []),
        ({"x": "sent to /#steps.1.name"}, ["/x"]),
    ],
    ids=[
        "none", "literals", "reference", "any depth", "escaped keys", "function", "template",
        "a key is no expression", "embedded",
    ],
)  # fmt: skip
def test_params_are_read_at_any_depth(params: Any, found: list[str]) -> None:
    assert places(params) == found


def test_conditions_are_read_however_they_are_nested_and_say_whose_they_are() -> None:
    condition = {
        "op": "and",
        "values": [
            {"op": "eq", "values": ["/#steps.1.status", "open"]},
            {"op": "or", "values": [{"op": "contains", "values": ["/#steps.1.tags", "/#steps.a.tag"]}]},
        ],
    }
    found = flow("a", step("a", transitions=[{"target": "b", "condition": condition}]), step("b"))
    reads = list(reads_of(found))
    base = "/steps/0/transitions/0/condition/values"
    assert [read.pointer for read in reads] == [
        f"{base}/0/values/0",
        f"{base}/1/values/0/values/0",
        f"{base}/1/values/0/values/1",
    ]
    assert {read.node for read in reads} == {"a"}
    assert all(read.transition is found.steps["a"].transitions[0] for read in reads)


def test_error_cases_are_read_as_transitions_are() -> None:
    condition = {"op": "eq", "values": ["/#steps.a.status", 404]}
    found = flow("a", step("a", errorCases=[{"target": "b", "condition": condition}]), step("b"))
    (read,) = reads_of(found)
    assert read.pointer == "/steps/0/errorCases/0/condition/values/0"
    assert read.transition is found.steps["a"].error_cases[0]


def test_the_triggers_transitions_are_read_first() -> None:
    definition = workflow("", step("a", params={"x": "/#steps.1.x"}))
    definition["trigger"]["transitions"] = [
        {"target": "a", "condition": ALWAYS},
        {"target": "a", "condition": {"op": "exists", "values": ["/#steps.1.y"]}},
    ]
    found = [(read.node, read.pointer) for read in reads_of(flow_of(definition))]
    assert found == [
        ("1", "/trigger/transitions/1/condition/values/0"),
        ("a", "/steps/0/params/x"),
    ]


def test_who_reads_a_step_is_found_by_its_id_the_trigger_by_each_of_its_ids() -> None:
    definition = workflow(
        "a",
        step("a", "b", params={"x": "/#steps.start.name", "y": "{{steps.1.id}} {{steps.b.id}}"}),
        step("b", params={"z": "/#fn:parseInt,steps.a.n", "v": "/#variables.steps", "w": "/#steps.gone.x"}),
    )
    definition["trigger"]["id"] = "start"
    found = flow_of(definition)
    reads = list(reads_of(found))
    readers = {node: [read.pointer for read in reads_from(reads, found, node)] for node in ("1", "a", "b", "gone")}
    assert readers == {
        "1": ["/steps/0/params/x", "/steps/0/params/y"],
        "a": ["/steps/1/params/z"],
        "b": ["/steps/0/params/y"],
        "gone": [],
    }


def test_a_workflow_without_a_trigger_reads_what_its_steps_read() -> None:
    found = flow_of({"name": "w", "steps": [step("a", params={"x": "/#steps.1.name"})]})
    assert [read.node for read in reads_of(found)] == ["a"]
