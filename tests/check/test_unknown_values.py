"""What only a run of a module knows is never judged, nor is anything that depends on it."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from kustui.check.checker import check
from kustui.check.problems import Problem
from kustui.definition.collection import Collection, read_document
from kustui.definition.source.positions import scan

SAMPLES = Path(__file__).parents[2] / "samples"
_MOST = 120
_AT_ONCE = 6
_UNKNOWN = {"[": ["call()", "[...call()]"], "{": ["call()", "{ ...call() }"]}
"""What stands in the place of a list and of an object."""


class _Place(NamedTuple):
    pointer: str
    start: int
    end: int
    unknown: str


def problems_of(text: str) -> tuple[Problem, ...]:
    return check(Collection((read_document("app.js", text.encode()),)))[1]


def module_of(definition: str, start: int, end: int, unknown: str) -> str:
    return f"module.exports = {definition[:start]}{unknown}{definition[end:]};"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["scheduling-pair", "timer-chain", "orders", "error-actions"])
def test_a_value_that_is_not_known_makes_no_problem(name: str) -> None:
    text = json.dumps(json.loads((SAMPLES / f"{name}.json").read_bytes()))
    before = {(problem.rule, problem.pointer) for problem in problems_of(f"module.exports = {text};")}
    spots = [*scan(text.encode()).spots.items()][1:]
    places = [
        _Place(at, *spot.value, how) for at, spot in spots for how in _UNKNOWN.get(text[spot.value.start], ["call()"])
    ]
    rest = random.Random(0).sample(places, min(_MOST, len(places)))
    while rest:
        together = _apart(rest)
        rest = [place for place in rest if place not in together]
        changed = text
        for _, start, end, unknown in sorted(together, key=lambda place: place.start, reverse=True):
            changed = f"{changed[:start]}{unknown}{changed[end:]}"
        problems = problems_of(f"module.exports = {changed};")
        new = [(problem.rule, problem.pointer, problem.message) for problem in problems
               if (problem.rule, problem.pointer) not in before]  # fmt: skip
        assert new == [], together


def _apart(places: Sequence[_Place]) -> list[_Place]:
    """The first few of some places of which none is in another."""
    found: list[_Place] = []
    for place in places:
        if len(found) < _AT_ONCE and all(place.end <= other.start or other.end <= place.start for other in found):
            found.append(place)
    return found


@pytest.mark.parametrize(
    ("name", "pointer"),
    [
        ("scheduling-pair", "/dependencies"),
        ("scheduling-pair", "/workflows/0/steps"),
        ("scheduling-pair", "/workflows/1/trigger/transitions"),
        ("timer-chain", "/actions"),
        ("timer-chain", "/workflows/3/id"),
        ("orders", "/triggers"),
        ("orders", "/workflows/0/steps"),
    ],
)
def test_what_may_be_among_members_that_are_not_known_is_not_missing(name: str, pointer: str) -> None:
    text = json.dumps(json.loads((SAMPLES / f"{name}.json").read_bytes()))
    before = {(problem.rule, problem.pointer) for problem in problems_of(f"module.exports = {text};")}
    spot = scan(text.encode()).spots[pointer]
    problems = problems_of(module_of(text, spot.begin, spot.value.end, "...base()"))
    assert [problem for problem in problems if (problem.rule, problem.pointer) not in before] == []


def test_a_callable_workflow_may_have_its_id_among_members_that_are_not_known() -> None:
    workflow = '{ ...base(), name: "called", trigger: { callable: true, transitions: [] }, steps: [] }'
    assert not [problem for problem in problems_of(f"module.exports = {workflow};") if problem.rule.endswith("-id")]


@pytest.mark.parametrize("member", ["...base()", "[key()]: true", "callable: base()"])
def test_a_trigger_of_which_not_all_is_known_may_be_callable(member: str) -> None:
    trigger = f'{{ id: "1", {member}, eventName: "kustomer.workflow.5f8e148232731d0015c14657.call", transitions: [] }}'
    workflow = f'{{ id: "5f8e148232731d0015c14657", name: "called", trigger: {trigger}, steps: [] }}'
    problems = problems_of(f"module.exports = {workflow};")
    assert not [problem for problem in problems if problem.rule == "event-name-mismatch"]


@pytest.mark.parametrize("member", ["...base()", "[key()]: []"])
def test_steps_that_are_not_known_may_be_led_to(member: str) -> None:
    to_a = '{ target: "a", condition: { op: "true", values: [true] } }'
    trigger = f'{{ id: "1", eventName: "kustomer.conversation.update", transitions: [{to_a}] }}'
    problems = problems_of(f'module.exports = {{ name: "one", trigger: {trigger}, {member} }};')
    assert not [problem for problem in problems if problem.rule == "unknown-target"]
