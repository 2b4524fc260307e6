"""Every problem says in which workflow and step it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from kustui.check.rule import app, schedule, step, to, workflow
from tests.support.rules import only, problems_in
from tests.support.strategies import mutated_samples
from tests.support.trees import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from kustui.check.problems import Problem


def value_at(definition: Any, pointer: list[str]) -> Any:
    for key in pointer:
        definition = definition[int(key) if isinstance(definition, list) else key]
    return definition


def place_of(definition: Any, problem: Problem) -> tuple[str, str]:
    """The name of the workflow and the id of the step that the pointer of a problem lies in."""
    match problem.pointer.split("/")[1:]:
        case ["workflows", index, *rest]:
            inside = value_at(definition, ["workflows", index])
            if not isinstance(inside, dict):
                return "", ""
            name, id_ = inside.get("name"), inside.get("id")
            names = [text for text in (name, id_) if isinstance(text, str) and text]
            if rest[:1] == ["steps"] and len(rest) > 1:
                around = value_at(inside, rest[:2])
                id_ = around.get("id") if isinstance(around, dict) else ""
                return "".join(names[:1]), id_ if isinstance(id_, str) else ""
            return "".join(names[:1]), ""
    return "", ""


@pytest.mark.parametrize("path", sorted((SAMPLES / "broken").glob("*.json")), ids=lambda path: path.stem)
def test_a_problem_of_a_sample_names_its_workflow_and_step(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.stem not in ("invalid-json", "duplicate-key", "relaxed-json"):
        check_places(json.loads(text))


@given(mutated_samples())
@settings(max_examples=150, deadline=None)
def test_a_problem_inside_a_workflow_or_step_names_it(definition: Any) -> None:
    check_places(definition)


def check_places(definition: Any) -> None:
    for problem in problems_in(json.dumps(definition)):
        name, step_id = place_of(definition, problem)
        if name:
            assert problem.workflow_name == name, problem
        if step_id:
            assert problem.step == step_id, problem


def with_step(**members: object) -> Any:
    return app(workflow("Greet", step("aB3", to("cD4")), {**step("cD4"), **members}))


@pytest.mark.parametrize(
    "members",
    [
        {"transitions": {}},
        {"transitions": [3]},
        {"transitions": [{"target": "aB3"}]},
        {"errorCases": "none"},
        {"params": []},
        {"meta": 3},
        {"errorCases": [{"condition": {"op": "true", "values": [True]}, "errorAction": {"type": "again"}}]},
    ],
)
def test_a_value_of_the_wrong_kind_in_a_step_names_the_step(members: dict[str, object]) -> None:
    (problem, *_) = problems_in(with_step(**members))
    assert (problem.workflow_name, problem.step) == ("Greet", "cD4")


def test_a_key_given_twice_in_a_step_names_the_step() -> None:
    text = json.dumps(with_step()).replace('"id": "cD4",', '"id": "cD4", "action": "x", "action": "y",')
    problem = next(problem for problem in problems_in(text) if problem.rule == "duplicate-key")
    assert problem.step == "cD4"


@pytest.mark.parametrize("resource", [False, True])
def test_what_is_nested_too_deep_in_a_step_names_the_step(resource: bool) -> None:
    definition: Any = workflow("Greet", step("aB3", to("cD4")), step("cD4", params={"x": "DEEP"}))
    if resource:
        definition = {"type": "workflow", "id": "w1", "attributes": definition}
    problem = only(json.dumps(definition).replace('"DEEP"', "[" * 600 + "]" * 600))
    assert (problem.rule, problem.step) == ("invalid-json", "cD4")


def test_a_problem_between_workflows_names_the_step() -> None:
    problem = only(app(workflow("Watch", schedule("aB3", "nowhere"))))
    assert (problem.rule, problem.workflow_name, problem.step) == ("unknown-workflow", "Watch", "aB3")
