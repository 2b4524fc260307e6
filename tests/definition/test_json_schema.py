"""The JSON Schema of definitions says what the reader says."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from kustui.check.checker import check
from kustui.config.severity import Severity
from kustui.definition.collection import Collection
from kustui.definition.json_schema import schema
from kustui.definition.platform import SCHEDULE_ACTION
from tests.support.definitions import ALWAYS, a_resource, a_workflow, document_of
from tests.support.strategies import JSON_SAMPLES, json_paths, mutated_samples
from tests.support.trees import SAMPLES

SCHEMA = Draft202012Validator(schema())
SHAPE = "invalid-shape"
NOT_JUDGED = {"unknown-key", "duplicate-step-id", "invalid-json"}
"""A mistyped key is not missing for the reader, a second step of an id is not looked into by every rule, and Infinity
is no JSON."""


def an_app(*workflows: Any, **members: Any) -> dict[str, Any]:
    return {"app": "shop", "version": "1.0.0", "title": "Shop", "workflows": list(workflows), **members}


def schedule(**params: Any) -> dict[str, Any]:
    return {"id": "a", "action": SCHEDULE_ACTION, "params": params, "transitions": []}


def reported(definition: Any) -> set[str]:
    """The rules of what is wrong with a definition; of ``invalid-shape`` only what is an error."""
    _, problems = check(Collection((document_of(definition),)))
    return {problem.rule for problem in problems if problem.rule != SHAPE or problem.severity is Severity.ERROR}


def refused(definition: Any) -> bool:
    return not SCHEMA.is_valid(definition)


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", sorted(SAMPLES.rglob("*.json")), ids=lambda path: path.name)
def test_it_takes_the_samples_but_for_those_of_a_wrong_shape(path: Path) -> None:
    if path.name.endswith(".scenario.json"):
        return
    try:
        definition = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return  # a sample of broken JSON
    assert refused(definition) == (SHAPE in reported(definition))


@pytest.mark.parametrize(
    "definition",
    [
        an_app(a_workflow()),
        an_app(a_resource()),
        an_app(workflows=None),
        an_app(a_workflow(enabled=None, description=None, steps=None)),
        {"workflows": [a_workflow()]},
        [a_workflow(), an_app()],
        {"trigger": None},
        {"steps": []},
        a_resource(),
        {"data": a_resource()},
        {"data": [a_resource()], "links": {"next": None}},
        {"type": "available-app", "attributes": {"name": "shop", "version": "1", "workflows": [{"name": "x"}]}},
        {"workflow": {"name": "x", "enabled": False}},
        an_app(a_workflow(trigger={"callable": True, "schema": {"order": "string"}, "transitions": []})),
        an_app(a_workflow(steps=[{"id": "a", "transitions": [
            {"target": "a", "condition": {"op": "new", "values": []}}]}])),
        an_app(a_workflow(steps=[{"id": "a", "transitions": [], "errorCases": [
            {"condition": ALWAYS, "errorAction": {"type": "a-later-one"}}]}])),
        an_app(a_workflow(steps=[schedule(workflowId="x", inputs="/#steps.1", runAt=5)])),
        an_app(actions=[{"name": None, "inputSchema": {"required": True}}]),
        {"app": {"title": "of translations"}, "workflows": {}},
        {},
        [],
        5,
        {"name": "a package", "version": "1.0.0", "scripts": {}},
    ],
    ids=lambda definition: json.dumps(definition)[:60],
)  # fmt: skip
def test_it_takes_every_shape_that_the_reader_takes(definition: Any) -> None:
    assert SHAPE not in reported(definition)
    assert not refused(definition)


@pytest.mark.parametrize(
    "definition",
    [
        an_app(workflows=5),
        an_app(5),
        an_app(version=None),
        {"app": "shop", "title": "Shop"},
        an_app({**a_workflow(), "name": None}),
        {"workflows": None},
        {"workflows": [{**a_resource(), "attributes": []}]},
        [{"trigger": 5}],
        {"data": {**a_resource(), "id": 5}},
        {"workflow": {"steps": [{"id": "a"}]}},
        an_app(a_workflow(trigger={"transitions": []})),
        an_app(a_workflow(trigger={"callable": "yes", "eventName": "x"})),
        an_app(a_workflow(steps=[{"id": "a", "transitions": [{"target": "a"}]}])),
        an_app(a_workflow(steps=[{"id": "a", "transitions": [{"target": "a", "condition": {"op": "eq"}}]}])),
        an_app(a_workflow(steps=[{"id": "a", "transitions": [
            {"target": "a", "condition": {"op": "and", "values": [True]}}]}])),
        an_app(a_workflow(steps=[{"id": "a", "transitions": [], "errorCases": [{"condition": ALWAYS}]}])),
        an_app(a_workflow(steps=[schedule(inputs={})])),
        an_app(a_workflow(steps=[schedule(workflowId=5)])),
        an_app(a_workflow(steps=[{"id": "a", "action": SCHEDULE_ACTION, "transitions": []}])),
        an_app(dependencies=[5]),
        an_app(actions=[{"name": 5}]),
        an_app(hooks=[None]),
    ],
    ids=lambda definition: json.dumps(definition)[-90:],
)  # fmt: skip
def test_it_refuses_every_shape_that_the_reader_reports(definition: Any) -> None:
    assert SHAPE in reported(definition)
    assert refused(definition)


WRONG = st.sampled_from([None, True, 0, 5, "", "text", [], {}, [None], [5], {"a": 1}, ["a"]])


@st.composite
def misshapen(draw: st.DrawFn) -> Any:
    """A sound definition of any shape with values of another type, and without some keys."""
    shapes = [
        an_app(a_workflow(), actions=[{"name": "a", "inputSchema": {}}], dependencies=["kustomer-^1.0.0"]),
        an_app(a_workflow(trigger={"callable": True, "eventName": "x", "transitions": [],
            "schema": {"properties": {"a": {"type": "string"}}, "required": ["a"]}}, response={"schema": {}})),
        {"workflows": [a_workflow(), a_resource()]},
        a_workflow(steps=[schedule(workflowId="x", inputs={"a": 1}, runAt={"type": "relative", "value": 5})]),
        a_workflow(steps=[{"id": "a", "meta": {}, "appVersion": "x-^1", "transitions": [], "errorCases": [
            {"target": "a", "condition": {"op": "and", "values": [ALWAYS, {"op": "or", "values": [ALWAYS]}]}},
            {"condition": ALWAYS, "errorAction": {"type": "continue"}}]}]),
        {"data": [a_resource()], "links": {}},
        {"type": "available-app", "id": "1", "attributes": {"name": "s", "version": "1", "workflows": [a_workflow()]}},
        {"workflow": a_workflow()},
    ]  # fmt: skip
    definition: Any = copy.deepcopy(draw(st.sampled_from([*shapes, *JSON_SAMPLES])))
    for _ in range(draw(st.integers(0, 2))):
        if not definition:
            break
        *above, last = draw(st.sampled_from([place for place in json_paths(definition) if place]))
        part = _at(definition, tuple(above))
        if draw(st.booleans()):
            part[last] = copy.deepcopy(draw(WRONG))
        else:
            del part[last]
    return definition


@given(definition=misshapen() | mutated_samples())
@settings(max_examples=150, deadline=None)
def test_it_judges_any_definition_as_the_reader_does(definition: Any) -> None:
    rules = reported(definition)
    if SHAPE in rules:
        assert refused(definition) or has_plain_inputs(definition)
    elif not rules & NOT_JUDGED:
        assert [error.message for error in SCHEMA.iter_errors(definition)] == []


def has_plain_inputs(value: Any) -> bool:
    """Whether a step is given text as its inputs, of which only the reader can tell whether it is a template."""
    return any(place[-2:] == ("params", "inputs") and isinstance(_at(value, place), str) for place in json_paths(value))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value
