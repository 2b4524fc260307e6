"""From bytes to models, losing no more than the part that is wrong."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kustui.definition.folders import is_definition
from kustui.definition.models import ErrorCase, Schema, Step, Trigger, Workflow
from kustui.definition.source.outline import Shape
from kustui.definition.source.positions import MAX_DEPTH
from tests.support.definitions import ALWAYS, a_resource, a_workflow, all_faults, document_of, only_fault, told
from tests.support.strategies import JSON_VALUES

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustui.definition.collection import Document
    from kustui.definition.parsed_workflow import ParsedWorkflow


def read(definition: object) -> ParsedWorkflow:
    (entry,) = document_of(definition).entries
    return entry.parse()


def with_trigger(**members: Any) -> dict[str, Any]:
    workflow = a_workflow()
    return {**workflow, "trigger": {**workflow["trigger"], **members}}


def with_step(**members: Any) -> dict[str, Any]:
    return a_workflow(steps=[{"id": "a", "action": "kustomer.note.create", "transitions": [], **members}])


def edge(target: Any = "a", **members: Any) -> dict[str, Any]:
    return {"target": target, "condition": ALWAYS, **members}


# What is right.


def test_a_workflow_is_read_whole() -> None:
    reading = read(
        {
            "id": "timer",
            "name": "Timer",
            "description": "waits",
            "enabled": False,
            "meta": {"displayName": "A timer"},
            "trigger": {
                "id": "1",
                "eventName": "kustomer.workflow.timer.call",
                "callable": True,
                "schema": {"properties": {"n": {"type": "number"}}, "required": ["n"]},
                "transitions": [edge("a", meta={"name": "go"})],
                "appVersion": "scheduler-^1.0.1",
            },
            "steps": [
                {
                    "id": "a",
                    "action": "kustomer.rest-api.json",
                    "params": {"uri": "/v1"},
                    "transitions": [edge("b")],
                    "errorCases": [edge("b")],
                    "appVersion": "kustomer-^1.4.8",
                    "meta": {"displayName": "Ask", "description": "asks"},
                },
                {"id": "b", "transitions": []},
            ],
            "response": {"schema": {"properties": {"ok": {"type": "boolean"}}}},
        }
    )
    workflow = reading.workflow
    assert reading.faults == ()
    assert (workflow.id, workflow.name, workflow.description) == ("timer", "Timer", "waits")
    assert (workflow.enabled, workflow.callable) == (False, True)
    trigger, (ask, branch) = workflow.trigger, workflow.steps
    assert trigger
    assert trigger.input_schema
    assert (trigger.input_schema.required, trigger.input_schema.type_of("n")) == (("n",), "number")
    assert (trigger.event_name, trigger.app_version) == ("kustomer.workflow.timer.call", "scheduler-^1.0.1")
    assert trigger.transitions[0].label == "go"
    assert (ask.name, ask.description, ask.app_version) == ("Ask", "asks", "kustomer-^1.4.8")
    assert [type(each).__name__ for each in ask.edges] == ["Transition", "ErrorCase"]
    assert isinstance(ask.error_cases[0], ErrorCase)
    assert ask.transitions[0].condition
    assert (ask.transitions[0].condition.op, ask.transitions[0].condition.values) == ("true", (True,))
    assert (branch.action, branch.params, branch.name) == (None, {}, "b")
    assert workflow.response
    assert workflow.response.output_schema
    assert workflow.response.output_schema.type_of("ok") == "boolean"


def test_every_part_knows_its_pointer() -> None:
    workflow = with_trigger()
    workflow["steps"] = [{"id": "a", "transitions": [edge(), edge()], "errorCases": [edge()]}]
    found = document_of({"workflows": [a_workflow(), workflow]}).entries[1].workflow
    assert found.pointer == "/workflows/1"
    assert found.trigger
    assert found.trigger.pointer == "/workflows/1/trigger"
    assert found.trigger.transitions[0].pointer == "/workflows/1/trigger/transitions/0"
    assert found.steps[0].pointer == "/workflows/1/steps/0"
    assert found.steps[0].transitions[1].pointer == "/workflows/1/steps/0/transitions/1"
    assert found.steps[0].error_cases[0].pointer == "/workflows/1/steps/0/errorCases/0"


def test_the_parts_of_a_resource_stand_below_its_attributes() -> None:
    workflow = read({"data": [a_resource()]}).workflow
    assert workflow.pointer == "/data/0/attributes"
    assert workflow.steps[0].pointer == "/data/0/attributes/steps/0"


def test_unknown_keys_are_kept_on_every_level_and_nothing_else() -> None:
    workflow = with_trigger(kind="t", errorCases=[edge()])
    workflow["steps"] = [{"id": "a", "_id": "s", "transitions": [edge(note="w")]}]
    workflow.update(rev=7, schedules=[], callable="?", steps_=1)
    found = read(workflow).workflow
    assert found.others == {"rev": 7, "schedules": [], "callable": "?", "steps_": 1}
    assert found.trigger
    assert found.trigger.others == {"kind": "t", "errorCases": [edge()]}
    assert found.steps[0].others == {"_id": "s"}
    assert found.steps[0].transitions[0].others == {"note": "w"}


@pytest.mark.parametrize(
    "key",
    ["pointer", "error_cases", "app_version", "\x7fpointer", "ways", "schedule", "model_config", "__class__"],
)
def test_a_key_that_happens_to_be_a_name_of_ours_means_nothing(key: str) -> None:
    reading = read(with_step(**{key: 7}))
    (step,) = reading.workflow.steps
    assert {fault.rule for fault in reading.faults} <= {"unknown-key"}
    assert (step.pointer, step.error_cases, step.app_version) == ("/steps/0", (), None)
    assert key == "\x7fpointer" or step.others[key] == 7


@pytest.mark.parametrize("key", ["\x7fpointer", "\x7fothers", "\x7fgiven"])
def test_a_key_that_is_used_inside_leads_no_fault_astray(key: str) -> None:
    wrong = {"op": "true", "values": 1, key: [7]}
    (fault,) = read(with_step(transitions=[{"target": "a", "condition": wrong}])).faults
    assert fault.pointer == "/steps/0/transitions/0/condition/values"


def test_models_cannot_be_changed() -> None:
    step = read(a_workflow()).workflow.steps[0]
    with pytest.raises(AttributeError):
        setattr(step, "id", "b")  # noqa: B010  # as no type checker would let it pass


@pytest.mark.parametrize(
    ("schema", "types"),
    [
        ({"properties": {"a": {"type": "string"}}, "required": ["a"]}, {"a": "string"}),
        ({"a": "string", "b": "number"}, {"a": "string", "b": "number"}),
        ({"a": {"type": "string"}, "b": 5}, {"a": "string", "b": ""}),
        ({"type": "string", "id": "string"}, {"type": "string", "id": "string"}),
        ({"type": "object", "additionalProperties": False}, {}),
        (
            {"properties": {"a": "string", "b": {}, "c": {"type": ["string", "null"]}}},
            {"a": "string", "b": "", "c": ""},
        ),
        ({}, {}),
    ],
)
def test_a_schema_may_be_a_bare_map(schema: dict[str, Any], types: dict[str, str]) -> None:
    reading = read(with_trigger(schema=schema))
    assert reading.faults == ()
    assert reading.workflow.trigger
    found = reading.workflow.trigger.input_schema
    assert found
    assert {name: found.type_of(name) for name in found.properties} == types
    assert found.type_of("none") == ""


@pytest.mark.parametrize(
    ("meta", "name"),
    [
        (None, "a"),
        ({}, "a"),
        ({"displayName": "Say hi"}, "Say hi"),
        ({"name": "Say hi"}, "Say hi"),
        ({"displayName": "", "name": "Say hi"}, "Say hi"),
        ({"displayName": 5}, "a"),
    ],
)
def test_a_step_is_called_by_its_display_name_or_its_id(meta: Any, name: str) -> None:
    assert read(with_step(meta=meta)).workflow.steps[0].name == name


def test_a_schedule_call_is_read_from_the_params_of_its_action() -> None:
    params = {
        "workflowId": "w",
        "runAt": {"type": "relative", "value": 60, "unit": "?"},
        "inputs": {"a": "/#steps.1.a"},
    }
    (step,) = read(with_step(action="kustomer.app.scheduler.schedule-workflow", params=params)).workflow.steps
    call = step.schedule
    assert call
    assert call.run_at
    assert (call.workflow_id, call.run_at.type, call.run_at.value) == ("w", "relative", 60)
    assert call.inputs == {"a": "/#steps.1.a"}


def test_what_is_odd_in_a_schedule_call_is_left_to_the_rules() -> None:
    params = {"workflowId": 5, "runAt": "soon", "inputs": ["a"]}
    reading = read(with_step(action="kustomer.app.scheduler.schedule-workflow", params=params))
    call = reading.workflow.steps[0].schedule
    assert call
    assert (call.workflow_id, call.run_at, call.inputs) == (5, None, {})
    assert reading.faults == ()
    assert read(with_step(params=params)).workflow.steps[0].schedule is None


def test_an_app_is_read_without_its_workflows() -> None:
    found = document_of(
        {"app": "shop", "version": "1.0.0", "title": "Shop", "env": {"x": 1}, "workflows": [a_workflow()]}
    )
    assert (found.apps[0].app.app, found.apps[0].app.version, found.apps[0].app.title) == ("shop", "1.0.0", "Shop")
    assert found.apps[0].app.others == {"env": {"x": 1}}
    assert found.app_faults == ()
    assert document_of({"workflows": []}).apps == ()


# What is wrong, and what it costs.

FAULTS: list[tuple[dict[str, Any], str, str]] = [
    # the workflow's own
    (a_workflow(name=None), "", "the workflow has no name"),
    (a_workflow(name=5), "/name", "name must be text in quotes, found the number 5"),
    (a_workflow(id=["x"]), "/id", "id must be text in quotes, found a list"),
    (a_workflow(description={}), "/description", "description must be text in quotes, found an object"),
    (a_workflow(enabled="yes"), "/enabled", 'enabled must be true or false, found the text "yes"'),
    (a_workflow(meta=""), "/meta", "meta must be an object, found an empty text"),
    (a_workflow(trigger=[]), "/trigger", "trigger must be an object, found a list"),
    (a_workflow(steps={"a": {}}), "/steps", "steps must be a list, found an object"),
    (a_workflow(response=True), "/response", "response must be an object, found true"),
    (a_workflow(response={"schema": 1}), "/response/schema", "schema must be an object, found the number 1"),
    # the trigger's
    (with_trigger(eventName=None), "/trigger", "the trigger has no eventName"),
    (with_trigger(eventName=5), "/trigger/eventName", "eventName must be text in quotes, found the number 5"),
    (with_trigger(id=1), "/trigger/id", "id must be text in quotes, found the number 1"),
    (with_trigger(callable=1), "/trigger/callable", "callable must be true or false, found the number 1"),
    (with_trigger(schema=[]), "/trigger/schema", "schema must be an object, found a list"),
    (
        with_trigger(schema={"properties": []}),
        "/trigger/schema/properties",
        "properties must be an object, found a list",
    ),
    (
        with_trigger(schema={"required": "a"}),
        "/trigger/schema/required",
        'required must be a list, found the text "a"',
    ),
    (
        with_trigger(schema={"required": ["a", 5]}),
        "/trigger/schema/required/1",
        "every element of required must be text in quotes, found the number 5",
    ),
    (with_trigger(transitions={}), "/trigger/transitions", "transitions must be a list, found an object"),
    (
        with_trigger(transitions=["a"]),
        "/trigger/transitions/0",
        'transition must be an object, found the text "a"',
    ),
    # a step's
    (a_workflow(steps=["a"]), "/steps/0", 'step must be an object, found the text "a"'),
    (a_workflow(steps=[{"action": "x"}]), "/steps/0", "the step has no id"),
    (a_workflow(steps=[{"id": 5}]), "/steps/0/id", "id must be text in quotes, found the number 5"),
    (with_step(action=7), "/steps/0/action", "action must be text in quotes, found the number 7"),
    (with_step(params=[]), "/steps/0/params", "params must be an object, found a list"),
    (with_step(errorCases={}), "/steps/0/errorCases", "errorCases must be a list, found an object"),
    (with_step(errorCases=[3]), "/steps/0/errorCases/0", "error case must be an object, found the number 3"),
    # a transition's
    (with_step(transitions=[{"condition": ALWAYS}]), "/steps/0/transitions/0", "the transition has no target"),
    (with_step(errorCases=[{"condition": ALWAYS}]), "/steps/0/errorCases/0", "the error case has no target"),
    (with_step(transitions=[{"target": "a"}]), "/steps/0/transitions/0", "the transition has no condition"),
    (with_step(errorCases=[edge(condition=None)]), "/steps/0/errorCases/0", "the error case has no condition"),
    (
        with_step(transitions=[edge(5)]),
        "/steps/0/transitions/0/target",
        "target must be text in quotes, found the number 5",
    ),
    (
        with_step(errorCases=[{"condition": ALWAYS, "errorAction": "continue"}]),
        "/steps/0/errorCases/0/errorAction",
        'errorAction must be an object, found the text "continue"',
    ),
    (
        with_step(errorCases=[{"condition": ALWAYS, "errorAction": {"type": None}}]),
        "/steps/0/errorCases/0/errorAction/type",
        "type must be text in quotes, found null",
    ),
    (
        with_step(errorCases=[{"condition": ALWAYS, "errorAction": {"kind": "continue"}}]),
        "/steps/0/errorCases/0/errorAction",
        "the error action has no type",
    ),
    # a condition's
    (
        with_step(transitions=[edge(condition="true")]),
        "/steps/0/transitions/0/condition",
        'condition must be an object, found the text "true"',
    ),
    (
        with_step(transitions=[edge(condition={"values": []})]),
        "/steps/0/transitions/0/condition",
        "the condition has no op",
    ),
    (
        with_step(transitions=[edge(condition={"op": "eq"})]),
        "/steps/0/transitions/0/condition",
        "the condition has no values",
    ),
    (
        with_step(transitions=[edge(condition={})]),
        "/steps/0/transitions/0/condition",
        "the condition has no op or values",
    ),
    (
        with_step(errorCases=[edge(condition={"op": "eq", "values": "x"})]),
        "/steps/0/errorCases/0/condition/values",
        'values must be a list, found the text "x"',
    ),
]

NULLS: list[dict[str, Any]] = [
    *(a_workflow(**{key: None}) for key in ("id", "description", "enabled", "trigger", "steps", "meta", "response")),
    a_workflow(response={"schema": None}),
    *(with_trigger(**{key: None}) for key in ("id", "transitions", "callable", "schema", "appVersion", "meta")),
    with_trigger(callable=True, eventName=None),
    with_trigger(callable=True, schema={"properties": None, "required": None}),
    *(with_step(**{key: None}) for key in ("action", "params", "errorCases", "appVersion", "meta")),
    with_step(transitions=[edge(meta=None)]),
    with_step(errorCases=[edge(errorAction=None)]),
    with_step(errorCases=[{"target": None, "condition": ALWAYS, "errorAction": {"type": "continue"}}]),
]


@pytest.mark.parametrize("definition", NULLS)
def test_null_is_nothing_where_nothing_need_be(definition: dict[str, Any]) -> None:
    assert told(document_of({"workflows": [definition]})) == []


PYDANTIC = (
    "pydantic",
    "input should",
    "validation",
    "field required",
    "valid string",
    "valid list",
    "of another kind",
)


@pytest.mark.parametrize(("definition", "pointer", "message"), FAULTS)
def test_a_part_at_fault_is_told_once_in_words_at_its_place(
    definition: dict[str, Any], pointer: str, message: str
) -> None:
    found = document_of(json.dumps({"before": "é日😀", "workflows": [definition]}, ensure_ascii=False))
    fault = only_fault(found)
    assert (fault.rule, fault.message, fault.pointer) == ("invalid-shape", message, f"/workflows/0{pointer}")
    part: Any = definition
    for key in pointer.split("/")[1:]:
        part = part[int(key) if key.isdigit() else key]
    assert json.loads(found.source.text(found.fault_extent(fault))) == part


# The body of an update has only some keys of a workflow.
OUTSIDE_APPS = [fault for fault in FAULTS if fault[2] != "the workflow has no name"]


@pytest.mark.parametrize(("definition", "pointer", "message"), OUTSIDE_APPS)
def test_a_part_at_fault_in_an_api_resource_is_told_below_its_attributes(
    definition: dict[str, Any], pointer: str, message: str
) -> None:
    fault = only_fault(document_of({"data": [{"type": "workflow", "attributes": definition}]}))
    assert (fault.message, fault.pointer) == (message, f"/data/0/attributes{pointer}")


@pytest.mark.parametrize(("definition", "pointer", "message"), FAULTS)
def test_nobody_is_told_in_the_words_of_a_library(definition: dict[str, Any], pointer: str, message: str) -> None:
    said = f"{message} {only_fault(document_of({'workflows': [definition]})).hint}".lower()
    assert not [word for word in PYDANTIC if word in said]


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda body: body,
        lambda body: [body],
        lambda body: {"workflow": body},
        lambda body: {"data": body},
        lambda body: {"type": "workflow", "id": "x", "attributes": body},
        lambda body: {"data": {"attributes": body}},
        lambda body: {"workflow": {"type": "workflow", "attributes": body}},
    ],
)
@pytest.mark.parametrize("keys", ["steps", "trigger", "name steps", "name trigger", "steps description", "id steps"])
def test_nothing_is_said_of_what_the_body_of_an_update_does_not_have(wrapped: Any, keys: str) -> None:
    body = {"description": "", **a_workflow()}
    found = document_of(wrapped({key: body[key] for key in keys.split()}))
    assert len(found.entries) == 1
    assert list(all_faults(found)) == []
    found = document_of(wrapped({key: body[key] for key in keys.split()} | {"enabled": 5}))
    assert [fault.message for fault in all_faults(found)] == ["enabled must be true or false, found the number 5"]


def test_a_fault_has_its_line_and_its_column_in_characters() -> None:
    text = "\r\n".join(
        (
            "{",
            '\t"é日": 1, "name": 5,',
            '\t"trigger": {"eventName": "😀", "callable": "ja"},',
            '\t"steps": [{"id": []}]}',
        )
    )
    assert sorted(told(document_of(text))) == [
        "2:19-2:20 name must be text in quotes, found the number 5",
        '3:44-3:48 callable must be true or false, found the text "ja"',
        "4:19-4:21 id must be text in quotes, found a list",
    ]


def test_a_step_at_fault_costs_that_step() -> None:
    nothing: dict[str, Any] = {"transitions": []}
    steps = [{"id": "a"}, "b", {"action": "x"}, {"id": "d", **nothing}, {"id": 5}, {"id": "f", "params": 3, **nothing}]
    reading = read(a_workflow(steps=steps))
    assert [(step.id, step.pointer) for step in reading.workflow.steps] == [
        ("a", "/steps/0"),
        ("d", "/steps/3"),
        ("f", "/steps/5"),
    ]
    assert sorted(fault.pointer for fault in reading.faults) == [
        "/steps/0",
        "/steps/1",
        "/steps/2",
        "/steps/4/id",
        "/steps/5/params",
    ]


def test_a_transition_at_fault_costs_that_transition() -> None:
    edges = [edge("b"), 7, {}, edge("c"), {"target": "d"}, edge("e", condition={"op": 1, "values": 2})]
    reading = read(with_step(transitions=edges))
    kept = reading.workflow.steps[0].transitions
    assert [(each.target, each.pointer[-1], each.condition is None) for each in kept] == [
        ("b", "0", False),
        ("c", "3", False),
        ("d", "4", True),
        ("e", "5", True),
    ]
    assert sorted(fault.pointer.removeprefix("/steps/0/transitions/") for fault in reading.faults) == [
        "1",
        "2",
        "4",
        "5/condition/op",
        "5/condition/values",
    ]


def test_a_workflow_at_fault_leaves_the_others_alone() -> None:
    found = document_of([a_workflow("one"), {"trigger": 5, "steps": 6}, a_workflow("three")])
    assert [entry.title for entry in found.entries] == [
        "one",
        f"unnamed workflow at {found.span('/1').start}",
        "three",
    ]
    assert found.entries[2].parsed.faults == ()


def test_a_transition_at_fault_keeps_its_step_and_a_trigger_at_fault_its_workflow() -> None:
    reading = read(a_workflow(trigger={"eventName": 5, "transitions": [{}]}))
    assert reading.workflow.trigger == Trigger(pointer="/trigger", given=frozenset({"transitions"}))
    assert [step.id for step in reading.workflow.steps] == ["a"]


@pytest.mark.parametrize("attributes", [None, 5, "x", [], True])
def test_a_resource_without_attributes_is_told_once(attributes: Any) -> None:
    fault = only_fault(document_of({"type": "workflow", "id": "x", "attributes": attributes}))
    assert fault.message.startswith("attributes must be an object, found")
    assert fault.pointer == "/attributes"


def test_a_resource_whose_id_is_no_text_is_told_beside_its_attributes() -> None:
    fault = only_fault(document_of(a_resource(id_=17)))
    assert (fault.message, fault.pointer) == ("id must be text in quotes, found the number 17", "/id")


@pytest.mark.parametrize(
    ("app", "pointer", "message"),
    [
        ({"app": "a", "title": "A"}, "", "the app definition has no version"),
        ({"app": "a", "version": "1"}, "", "the app definition has no title"),
        ({"app": "a", "version": None, "title": None}, "", "the app definition has no version or title"),
        ({"app": 5, "version": "1", "title": "A"}, "/app", "app must be text in quotes, found the number 5"),
        (
            {"app": "a", "version": 1.5, "title": "A"},
            "/version",
            "version must be text in quotes, found the number 1.5",
        ),
        (
            {"app": "a", "version": "1", "title": "A", "dependencies": ["x", 5]},
            "/dependencies/1",
            "every element of dependencies must be text in quotes, found the number 5",
        ),
        (
            {"app": "a", "version": "1", "title": "A", "actions": {}},
            "/actions",
            "actions must be a list, found an object",
        ),
    ],
)
def test_a_part_of_an_app_at_fault_is_told_and_left_out(app: dict[str, Any], pointer: str, message: str) -> None:
    found = document_of([{**app, "workflows": [a_workflow()]}])
    (fault,) = found.app_faults
    assert (fault.message, fault.pointer) == (message, f"/0{pointer}")
    assert len(list(all_faults(found))) == 1
    assert found.apps[0].app.pointer == "/0"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("a\x1b[2J\u202e\n", r'the text "a\u001b[2J\u202e\n"'),
        ("x" * 1000, f'the text "{"x" * 23}…"'),
        ('"', r'the text "\""'),
        (10**300, "a huge number"),
        (-1.5, "the number -1.5"),
        (False, "false"),
    ],
)
def test_what_was_found_is_shortened_and_harmless(value: Any, said: str) -> None:
    message = only_fault(document_of([a_workflow(steps=value)])).message
    assert message == f"steps must be a list, found {said}"
    assert message.isprintable()


# Keys given twice, depth, numbers.


_KEYS = st.sampled_from(('"a"', '"a\\\\"', '"\\"a"', '"b:"', '": b"', '"\\\\\\": c"', '"d\\": \\\\"'))
_MEMBERS = st.lists(
    st.tuples(_KEYS, st.sampled_from((":", " :", "\n: ", " \t:")), st.one_of(_KEYS, st.just('{"a":1}'))).map("".join),
    max_size=4,
)


@given(_MEMBERS)
def test_a_key_given_twice_is_seen_however_it_is_written(members: list[str]) -> None:
    params = f"{{{', '.join(members)}}}"
    text = json.dumps(with_step(params="HERE")).replace('"HERE"', params)
    keys = [key for key, _ in json.loads(params, object_pairs_hook=list)]
    assert bool(read(text).faults) == (len(set(keys)) < len(keys))


def test_a_key_given_twice_in_a_workflow_keeps_the_last_and_is_told_with_both_places() -> None:
    first = '[{"name": "é", "trigger": {"eventName": "x"},'
    text = first + '\r\n "steps": [{"id": "a", "n\\u0061me": 1, "name": 2}], "name": "b"}]'
    (entry,) = document_of(text).entries
    assert entry.workflow.name == "b"
    assert told(document_of(text)) == [
        '2:40-2:46 the key "name" is given twice in one object',
        '2:53-2:59 the key "name" is given twice in one object',
        "2:12-2:50 the step has no transitions",
    ]
    inner, outer, _ = entry.parsed.faults
    assert inner.earlier
    assert outer.earlier
    assert str(entry.source.place(inner.earlier.start)) == "2:24"
    assert str(entry.source.place(outer.earlier.start)) == "1:3"
    assert (inner.pointer, outer.pointer) == ("/0/steps/0/name", "/0/name")


def test_a_key_that_needs_escapes_is_told_as_it_is_written() -> None:
    (fault,) = read(with_step(params={"a/b~c": 1}) | {}).faults or (None,)
    assert fault is None
    text = json.dumps(a_workflow(meta={"K": 1, "L": 2})).replace('"K"', '"a/b~\\u001b"').replace('"L"', '"a/b~\\u001b"')
    fault = only_fault(document_of(text))
    assert fault.message == r'the key "a/b~\u001b" is given twice in one object'


def deep(levels: int, opening: str = "[", closing: str = "]") -> str:
    return opening * levels + "1" + closing * levels


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
@pytest.mark.parametrize("levels", [MAX_DEPTH - 50, MAX_DEPTH, MAX_DEPTH + 100, 700, 850, 950, 3_000, 100_000])
def test_a_workflow_nested_too_deep_is_told_where_it_passes_what_is_read(
    levels: int, opening: str, closing: str
) -> None:
    text = json.dumps({"workflows": [with_step(params={"x": "DEEP"})]})
    found = document_of(text.replace('"DEEP"', deep(levels // len(closing), opening, closing)))
    for entry in found.entries:
        entry.spot("/workflows/0/steps/0/params/x")
    if levels < MAX_DEPTH:
        assert told(found) == []
    else:
        (line,) = told(found)
        assert line.endswith(f"nested more than {MAX_DEPTH} levels deep from here on")
        fault = only_fault(found)
        assert fault.extent
        assert found.source.text(fault.extent) in ("[", "{")
        assert found.shape is Shape.BROKEN or found.entries[0].title == "greet"


def test_an_app_nested_too_deep_loses_that_member() -> None:
    text = '{"app": "a", "version": "1", "title": "A", "settings": DEEP, "dependencies": ["x-^1.0.0"]}'
    found = document_of(text.replace("DEEP", deep(MAX_DEPTH + 100)))
    assert found.apps[0].app.dependencies == ("x-^1.0.0",)
    (fault,) = all_faults(found)
    assert (fault.rule, fault.pointer) == ("invalid-json", "/settings")


def test_a_big_workflow_is_not_mistaken_for_a_deep_one() -> None:
    steps = [{"id": str(number), "params": {"x": [[{}]]}} for number in range(1_000)]
    assert len(read(a_workflow(steps=steps)).workflow.steps) == 1_000


def test_whole_numbers_of_any_length_are_read_and_the_others_stay_whole() -> None:
    text = json.dumps(with_step(params={"huge": 0, "long": 10**350, "small": 3})).replace(
        '"huge": 0', '"huge": ' + "9" * 5000
    )
    params = read(text).workflow.steps[0].params
    assert params == {"huge": float("inf"), "long": 10**350, "small": 3}
    assert isinstance(params["small"], int)


# Whatever it is given, it answers.


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every value inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    return [path, *(found for key, part in inner for found in places(part, (*path, key)))]


RICH = {
    "app": "shop",
    "version": "1.0.0",
    "title": "Shop",
    "dependencies": ["kustomer-^1.4.8"],
    "actions": [{"name": "pay", "inputSchema": {"properties": {}}}],
    "workflows": [
        with_trigger(callable=True, schema={"properties": {"a": {"type": "string"}}, "required": ["a"]}),
        with_step(transitions=[edge(meta={"name": "n"})], errorCases=[edge()], meta={"displayName": "d"}),
        a_resource("three"),
    ],
}
ODD: st.SearchStrategy[Any] = JSON_VALUES | st.sampled_from(
    [None, True, "", [], {}, [[]], [{}], {"a": 1}, "\ud800", "\x00", 10**400, -0.0]
)
SAMPLES = sorted(path for path in (Path(__file__).parents[2] / "samples").rglob("*.json") if is_definition(path.name))


@st.composite
def mutated(draw: Callable[..., Any]) -> Any:
    """A definition in which a few values are others or gone."""
    value: Any = copy.deepcopy(draw(st.sampled_from([RICH, RICH["workflows"], a_resource(), {"data": [a_resource()]}])))
    for _ in range(draw(st.integers(1, 4))):
        *path, last = draw(st.sampled_from(places(value)[1:] or [(None,)]))
        part = value
        for key in path:
            part = part[key]
        match draw(st.sampled_from(["replace", "delete", "add"])):
            case _ if last is None:
                return copy.deepcopy(draw(ODD))
            case "delete":
                del part[last]
            case "add" if isinstance(part, dict):
                part[draw(st.sampled_from(["pointer", "\x7fpointer", "attributes", "app", "data", "x/~"]))] = (
                    copy.deepcopy(draw(ODD))
                )
            case _:
                part[last] = copy.deepcopy(draw(ODD))
    return value


def answers(found: Document) -> None:
    """Everything that can be asked of a file is answered, with places inside it."""
    size = len(found.source.data)
    for fault in all_faults(found):
        extent = found.fault_extent(fault)
        assert 0 <= extent.start <= extent.end <= size
        assert fault.earlier is None or 0 <= fault.earlier.start < fault.earlier.end <= size
        assert fault.message.isprintable()
        assert not [word for word in PYDANTIC if word in fault.message.lower()]
        found.source.span(extent)
    assert len({entry.key for entry in found.entries}) == len(found.entries)
    for entry in found.entries:
        assert entry.title
        assert entry.item.extent.end <= size
        own_id = entry.item.id if entry.item.declares_id else None
        assert own_id == (entry.workflow.id or None) or entry.parsed.faults
        assert entry.item.name == entry.workflow.name or entry.parsed.faults
        for step in entry.workflow.steps:
            assert found.spot(step.pointer).value.end <= entry.item.extent.end
            assert step.schedule is None or step.schedules
            repr(step)


@given(mutated())
@settings(max_examples=300)
def test_any_definition_with_wrong_parts_is_read(definition: Any) -> None:
    answers(document_of(definition))


@given(st.sampled_from([RICH, a_resource(), [a_workflow()]]), st.data())
@settings(max_examples=300)
def test_any_definition_with_wrong_bytes_is_read(definition: Any, data: st.DataObject) -> None:
    raw = bytearray(json.dumps(definition, indent=data.draw(st.sampled_from([None, 1]))).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw)))
        match data.draw(st.sampled_from(["truncate", "flip", "insert", "remove"])):
            case "truncate":
                del raw[at:]
            case "flip" if at < len(raw):
                raw[at] ^= 1 << data.draw(st.integers(0, 7))
            case "insert":
                raw[at:at] = data.draw(st.binary(max_size=3) | st.sampled_from([b'"', b"{", b"]", b"\\ud800", b"NaN"]))
            case _:
                del raw[at : at + 1]
    answers(document_of(bytes(raw)))


@given(st.binary(max_size=60))
def test_any_bytes_are_read(raw: bytes) -> None:
    answers(document_of(raw))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_samples_are_read(path: Path) -> None:
    found = document_of(path.read_bytes(), str(path))
    answers(found)
    if "broken" not in path.parts:
        assert not list(all_faults(found))


@pytest.mark.parametrize("path", [path for path in SAMPLES if "broken" not in path.parts], ids=lambda path: path.name)
def test_a_sample_cut_off_anywhere_is_read(path: Path) -> None:
    raw = path.read_bytes()
    for end in range(0, len(raw), max(1, len(raw) // 40)):
        answers(document_of(raw[:end]))


def test_parts_can_be_made_by_hand() -> None:
    workflow = Workflow(
        name="w", trigger=Trigger(event_name="e", input_schema=Schema(required=("a",))), steps=(Step(id="a"),)
    )
    assert workflow.trigger
    assert workflow.trigger.input_schema
    assert workflow.trigger.input_schema.required == ("a",)
