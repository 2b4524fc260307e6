"""Faults of writing, and keys that are mistyped or unknown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kustui.check.rule import app, called, schedule, step, to, when, workflow
from kustui.config.check_settings import Settings
from kustui.config.severity import Severity
from tests.support.rules import only, place, places, problems_in, rules_of, told

ID = "5f8e148232731d0015c14657"
HEAD = '{"app": "a", "version": "1.0.0", "title": "A"'


def test_text_that_is_not_json_is_told_at_its_first_fault() -> None:
    problem = only('{"app": "a",\n "version" "1"}')
    assert (problem.rule, problem.severity, place(problem)) == ("invalid-json", Severity.ERROR, "2:12-2:13")
    assert problem.message == 'a colon is missing before "'


def test_nothing_follows_from_a_file_that_is_not_json() -> None:
    caller = workflow("Watch", schedule("aB3", ID))
    assert rules_of(app(caller, called("Remind", ID[::-1], step("cD4"))), '{"workflows": [') == ["invalid-json"]


def test_a_key_given_twice_is_told_at_the_second_with_the_first() -> None:
    problem = only(HEAD + ',\n "title": "B"}')
    assert (problem.rule, place(problem)) == ("duplicate-key", "2:2-2:9")
    assert places(problem) == ["first given here 1:34"]


def test_no_input_is_missing_where_one_is_given_twice() -> None:
    target = called("Remind", ID, step("cD4"), inputs={"a": "string", "b": "string"}, required=("a", "b"))
    twice = json.dumps(app(workflow("Watch", schedule("aB3", ID, inputs={"a": 1, "b": 2})), target))
    assert rules_of(twice.replace('"b": 2', '"a": 2')) == ["duplicate-key"]


def test_a_missing_field_is_told_at_the_part_that_lacks_it() -> None:
    problem = only(HEAD + ', "workflows": [\n  {"trigger": {"eventName": "e", "transitions": []}, "steps": []}]}')
    assert (problem.rule, place(problem)) == ("invalid-shape", "2:3-2:66")
    assert problem.message == "the workflow has no name"


def test_what_is_nested_in_a_condition_and_is_none_is_of_the_wrong_shape() -> None:
    nested = {"op": "and", "values": [when("eq", "/#steps.1.a", 1), "yes"]}
    assert told(app(workflow("Greet", step("aB3"), entry=(to("aB3", nested),)))) == [
        "invalid-shape at /workflows/0/trigger/transitions/0/condition/values/1: "
        "a condition is expected here: an object with op and values"
    ]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, "invalid-shape at {}: a schedule step that names no workflow"),
        ({"workflowId": None}, "invalid-shape at {}: a schedule step that names no workflow"),
        (
            {"workflowID": ID},
            'invalid-shape at {}/workflowID: unknown key "workflowID" in params: '
            "a schedule step that names no workflow",
        ),
        ({"workflowId": 7}, "invalid-shape at {}/workflowId: workflowId must be text in quotes, found the number 7"),
        (
            {"workflowId": "{{steps.1.next}}", "inputs": ["a"]},
            "invalid-shape at {}/inputs: inputs must be an object, found a list",
        ),
    ],
)
def test_a_schedule_step_that_cannot_be_read_is_of_the_wrong_shape(params: dict[str, Any], expected: str) -> None:
    if params:
        params = {"runAt": {"type": "relative", "value": 60}, **params}
    scheduling = step("aB3", action="kustomer.app.scheduler.schedule-workflow", params=params)
    assert told(app(workflow("Watch", scheduling))) == [expected.format("/workflows/0/steps/0/params")]


def test_inputs_that_a_run_works_out_are_of_the_right_shape() -> None:
    target = called("Remind", ID, step("cD4"), inputs={"a": "string"}, required=("a",))
    assert told(app(workflow("Watch", schedule("aB3", ID, inputs="/#steps.1.inputs")), target)) == []


def test_an_unknown_key_is_told_at_the_key_with_the_closest() -> None:
    problem = only(HEAD + ',\n "dependancies": []}')
    assert (problem.rule, problem.severity, place(problem)) == ("unknown-key", Severity.WARNING, "2:2-2:16")
    assert problem.message == 'unknown key "dependancies" in an app definition'
    assert problem.hint == 'did you mean "dependencies"?'


@pytest.mark.parametrize("key", ["publisher", "x", "a/b~c", "App"])
def test_a_key_that_is_close_to_none_may_be_removed(key: str) -> None:
    problem = only(app(**{key: 1}))
    assert (problem.rule, problem.hint) == ("unknown-key", "remove it, if Kustomer does not know it either")


@pytest.mark.parametrize(("needed", "written"), [("title", "tittle"), ("version", "versoin")])
def test_a_needed_key_that_is_misspelt_is_told_as_missing_only(needed: str, written: str) -> None:
    problem = only({written if key == needed else key: value for key, value in app().items()})
    assert (problem.rule, problem.pointer, problem.on_key) == ("invalid-shape", f"/{written}", True)
    assert problem.message == f'unknown key "{written}" in an app definition, which has no {needed}'
    assert problem.hint == f'did you mean "{needed}"?'


def test_only_app_definitions_have_known_keys() -> None:
    one = workflow("Greet", step("aB3"))
    assert told({"workflows": [one], "extra": 1}) == []
    assert told({**one, "extra": 1}) == []


def test_keys_of_an_app_in_a_list_are_told_at_their_place() -> None:
    assert told([app(extra=1)])[0].startswith("unknown-key at /0/extra:")


def test_faults_of_reading_can_be_switched_off() -> None:
    assert rules_of(HEAD + ', "title": "B"}', settings=Settings(severities={"duplicate-key": None})) == []


FULL = app(
    {
        **workflow("Watch", schedule("aB3", ID, to("cD4"), inputs={"round": 1})),
        "description": "Watches.",
        "enabled": True,
        "meta": {"displayName": "Watch"},
    },
    {**called("Remind", ID, step("cD4", meta={"displayName": "Note"}), inputs={"round": "number"}), "response": {}},
)
FULL["workflows"][0]["steps"].append(step("cD4", errorCases=[to("eF5", when("and", when("true", True)))], params={}))
FULL["workflows"][0]["steps"].append(step("eF5", appVersion="kustomer-^1.9.2"))
ELSEWHERE = {"body", "round", "workflowId", "runAt", "inputs"}
"""Names that people give, and keys whose absence is an error of another rule."""


def keys_of(value: Any, pointer: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Every key below a value, with the place of its object."""
    if isinstance(value, list):
        for index, element in enumerate(value):
            yield from keys_of(element, (*pointer, index))
    elif isinstance(value, dict):
        for key, member in value.items():
            yield pointer, key
            yield from keys_of(member, (*pointer, key))


def mistyped(key: str) -> Iterator[str]:
    yield from (key.upper(), f"{key[0].upper()}{key[1:]}")
    if len(key) > 3:
        yield from (f"{key[:-2]}{key[-1]}{key[-2]}", key[:-1], f"{key[:2]}{key[3:]}", f"{key}s")


@pytest.mark.parametrize(("place", "key"), keys_of(FULL["workflows"], ("workflows",)))
def test_a_key_that_is_mistyped_is_one_problem(place: tuple[Any, ...], key: str) -> None:
    for other in mistyped(key) if key not in ELSEWHERE else ():
        definition = part = json.loads(json.dumps(FULL))
        for step_ in place:
            part = part[step_]
        members = [(other if name == key else name, member) for name, member in part.items()]
        part.clear()
        part.update(members)
        (problem,) = [each for each in problems_in(definition) if each.severity is not Severity.INFO]
        assert (problem.rule, problem.on_key, problem.hint) == ("unknown-key", True, f'did you mean "{key}"?')


@pytest.mark.parametrize(
    ("trigger", "rule"),
    [
        ({"transitions": {}}, "invalid-shape"),
        ({"callabel": True}, "unknown-key"),
        ({"eventName": None}, "invalid-shape"),
        ({"eventName": f"kustomer.workflow.{ID}.call"}, "event-name-mismatch"),
        ({"transitions": []}, "no-entry"),
    ],
)
def test_a_problem_inside_the_trigger_names_it_as_its_step(trigger: dict[str, Any], rule: str) -> None:
    greet = workflow("Greet", step("aB3"))
    problem = only({**greet, "trigger": {**greet["trigger"], **trigger}})
    assert (problem.rule, problem.step) == (rule, "1")
