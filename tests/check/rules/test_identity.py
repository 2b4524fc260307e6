"""Ids, names, and the event that calls a workflow."""

from __future__ import annotations

from typing import Any

import pytest

from kustui.check.rule import app, called, schedule, step, to, workflow
from kustui.config.severity import Severity
from tests.support.rules import only, place, places, rules_of, told

ID = "5f8e148232731d0015c14657"
OTHER = "60e7c927171e7a6abdc56982"


def caller(id_: str = ID, name: str = "Watch") -> dict[str, Any]:
    return workflow(name, schedule("aB3", id_))


def with_trigger(definition: dict[str, Any], **members: object) -> dict[str, Any]:
    return {**definition, "trigger": {**definition["trigger"], **members}}


def without(definition: dict[str, Any], key: str) -> dict[str, Any]:
    return {each: value for each, value in definition.items() if each != key}


def short(id_: str, name: str) -> str:
    return f'{{"id": "{id_}", "name": "{name}", "trigger": {{"eventName": "e", "transitions": [{ONWARD}]}}, {STEPS}}}'


ONWARD = '{"target": "a", "condition": {"op": "true", "values": [true]}}'
STEPS = '"steps": [{"id": "a", "transitions": []}]'


# Ids of workflows.


def test_a_second_workflow_of_an_id_is_told_with_the_first() -> None:
    problem = only(f"[{short('x1', 'One')},\n {short('x1', 'Two')}]")
    assert (problem.rule, place(problem)) == ("duplicate-workflow-id", "2:9-2:13")
    assert problem.message == '"One" already has the id "x1"'
    assert places(problem) == ["first given here 1:9"]


def test_ids_are_unique_across_files_and_the_third_is_told_too() -> None:
    files = [workflow(name, step("a")) | {"id": "x1"} for name in ("One", "Two", "Three")]
    assert rules_of(*files) == ["duplicate-workflow-id"] * 2


def test_the_id_of_a_resource_is_beside_its_attributes() -> None:
    resource = {"type": "workflow", "id": "x1", "attributes": workflow("One", step("a"))}
    assert told({"data": [resource, resource]}) == [
        'duplicate-workflow-id at /data/1/id: "One" already has the id "x1"'
    ]


def test_a_workflow_copied_whole_is_one_mistake() -> None:
    target = called("Remind", ID, step("cD4"))
    assert rules_of(app(caller(), target, target)) == ["duplicate-workflow-id"]


def test_a_copy_whose_id_was_forgotten_is_one_mistake() -> None:
    copy = with_trigger(called("Remind too", ID, step("cD4")), eventName=f"kustomer.workflow.{OTHER}.call")
    assert rules_of(app(caller(), caller(OTHER, "Too"), called("Remind", ID, step("cD4")), copy)) == [
        "duplicate-workflow-id"
    ]


# Names.


def test_a_second_workflow_of_a_name_is_told_with_the_first() -> None:
    head = '{"app": "a", "version": "1.0.0", "title": "A", "workflows": [\n'
    problem = only(f"{head}{short('x1', 'One')},\n{short('x2', 'One')}]}}")
    assert (problem.rule, place(problem)) == ("duplicate-workflow-name", "3:22-3:27")
    assert problem.message == 'the app already has a workflow called "One"'
    assert places(problem) == ["first given here 2:22"]


def test_names_may_be_the_same_in_two_apps_and_in_what_is_no_app() -> None:
    one = workflow("One", step("a"))
    assert rules_of(app(one), app(one)) == []
    assert rules_of([one, one]) == []
    assert rules_of([app(one), one]) == []


def test_workflows_without_a_name_do_not_share_one() -> None:
    nameless = without(workflow("One", step("a")), "name")
    assert rules_of(app(nameless, nameless)) == ["invalid-shape"] * 2


# Ids of steps.


def test_a_second_step_of_an_id_is_told_with_the_first() -> None:
    problem = only(
        f'{{"name": "One", "trigger": {{"eventName": "e", "transitions": [{ONWARD}]}},\n'
        ' "steps": [{"id": "a", "transitions": []},\n  {"id": "a", "transitions": []}]}'
    )
    assert (problem.rule, place(problem), problem.step) == ("duplicate-step-id", "3:10-3:13", "a")
    assert problem.message == 'an earlier step already has the id "a"'
    assert places(problem) == ["first given here 2:19"]


def test_the_id_of_the_trigger_counts() -> None:
    assert told(workflow("One", step("a", to("b")), step("b"), step("1"))) == [
        'duplicate-step-id at /steps/2/id: the trigger already has the id "1"'
    ]


def test_two_workflows_may_have_steps_of_one_id() -> None:
    assert rules_of(app(workflow("One", step("a")), workflow("Two", step("a")))) == []


# Callable workflows without an id.


def test_a_callable_workflow_without_an_id_is_told_once() -> None:
    problem = only(f'{{"name": "One", {STEPS}, "trigger":\n {{"callable": true, "transitions": [{ONWARD}]}}}}')
    assert (problem.rule, place(problem)) == ("missing-workflow-id", "2:15-2:19")
    assert problem.severity is Severity.WARNING
    assert problem.message == "a callable workflow without an id: no other workflow can schedule it"
    assert problem.hint == 'add an "id" that no other workflow has'


@pytest.mark.parametrize("id_", [{}, {"id": ""}, {"id": None}])
def test_the_id_of_a_callable_workflow_may_stand_in_its_event_name_alone(id_: dict[str, Any]) -> None:
    target = {**without(called("Remind", ID, step("cD4")), "id"), **id_}
    assert rules_of(app(caller(), target)) == []
    assert rules_of([caller(), target]) == []


def test_an_id_that_a_workflow_declares_wins_over_one_that_stands_in_an_event_name() -> None:
    copied = {**without(called("Copied", ID, step("cD4")), "id")}
    problem = only(app(caller(), copied, called("Remind", ID, step("cD4"))))
    assert problem.rule == "duplicate-workflow-id"
    assert problem.pointer == "/workflows/1/trigger/eventName"
    assert problem.workflow_name == "Copied"


def test_an_id_of_the_wrong_kind_is_not_missing() -> None:
    assert rules_of(app(caller(), {**called("Remind", ID, step("cD4")), "id": 5})) == ["invalid-shape"]


def test_a_workflow_that_an_event_starts_needs_no_id() -> None:
    assert rules_of(workflow("One", step("a"))) == []


# Events that call a workflow.


def test_the_event_of_a_callable_workflow_has_its_id() -> None:
    target = with_trigger(called("Remind", ID, step("cD4")), eventName=f"kustomer.workflow.{OTHER}.call")
    problem = only(app(caller(), target))
    assert problem.rule == "event-name-mismatch"
    assert problem.pointer == "/workflows/1/trigger/eventName"
    assert problem.message == f'the eventName of this callable workflow must be "kustomer.workflow.{ID}.call"'
    assert problem.hint == f'it names another id, "{OTHER}"'


def test_the_event_of_a_callable_workflow_is_a_call() -> None:
    target = with_trigger(called("Remind", ID, step("cD4")), eventName="kustomer.conversation.create")
    assert only(app(caller(), target)).hint == 'found "kustomer.conversation.create"'


def test_a_call_is_the_event_of_a_callable_workflow_only() -> None:
    target = with_trigger(called("Remind", ID, step("cD4")), callable=False)
    problem = only(app(caller(), target))
    assert problem.rule == "event-name-mismatch"
    assert problem.message == f'only a callable workflow starts on "kustomer.workflow.{ID}.call"'


def test_calls_by_the_id_in_the_event_follow_from_a_misspelt_id() -> None:
    target = {**called("Remind", ID, step("cD4")), "id": OTHER}
    assert rules_of(app(caller(), target)) == ["event-name-mismatch"]


@pytest.mark.parametrize("trigger", [{"callable": "true"}, {"eventName": 5}])
def test_a_trigger_that_cannot_be_read_does_not_mismatch(trigger: dict[str, Any]) -> None:
    assert rules_of(app(caller(), with_trigger(called("Remind", ID, step("cD4")), **trigger))) == ["invalid-shape"]
