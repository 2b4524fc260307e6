"""Error cases that say what to do instead of where to go: retry, continue, stop (format.md §2)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kustui.check.rule import app, step, to, when, workflow
from kustui.simulate.engine.engine import ExecuteStep, SetFailure, SetOutput, advance, preview_edges
from kustui.simulate.engine.history import Coverage
from kustui.simulate.engine.state import State
from kustui.simulate.engine.step_execution import MAX_RETRIES
from kustui.simulate.scenarios.file import read
from kustui.simulate.scenarios.record import record_scenario
from kustui.simulate.scenarios.replay import Replay, replay
from tests.support.runs import EVENT, organisation, started

GONE = when("eq", "/#error.statusCode", 404)


def case(type_: str, *conditions: Any) -> dict[str, Any]:
    """An error case as the API has it."""
    return {"condition": {"op": "and", "values": [*conditions, when("true", True)]}, "errorAction": {"type": type_}}


def definition(*cases: Any) -> dict[str, Any]:
    return app(
        workflow(
            "W",
            step("aB3", to("cD4")),
            step("cD4", to("eF5", when("dne", "/#steps.cD4.id")), to("gH6"), errorCases=[*cases]),
            step("eF5"),
            step("gH6"),
        )
    )


def run(*cases: Any, mocks: Any = (), **more: Any) -> Replay:
    """A run in which ``cD4`` fails each time that no mock says otherwise."""
    fails = {"workflow": "W", "step": "cD4", "fails": {"status": 404, "body": {"message": "gone"}}}
    scenario = {"scenario": "x", "start": [{"event": EVENT, "payload": {"id": "c1"}}], "mocks": [*mocks, fails], **more}
    return replay(read("s.scenario.json", json.dumps(scenario).encode()), organisation(definition(*cases)))


def nodes(replayed: Replay) -> list[str]:
    return [entry.node for entry in replayed.entries if entry.run]


SECOND = {"workflow": "W", "step": "cD4", "invocation": 2, "returns": {"id": "x"}}


def test_a_step_is_retried_and_its_next_mock_answers() -> None:
    replayed = run(case("retry-action"), mocks=[SECOND])
    assert nodes(replayed) == ["1", "aB3", "cD4", "cD4", "gH6"]
    first, second = replayed.entries[3:5]
    assert (first.failure is not None, first.error_action, first.invocation) == (True, "retry-action", 1)
    assert (second.failure, second.output, second.invocation) == (None, {"id": "x"}, 2)
    assert replayed.held


def test_the_whole_run_is_retried_with_what_it_was_given() -> None:
    replayed = run(case("retry-workflow", GONE), mocks=[SECOND])
    assert nodes(replayed) == ["1", "aB3", "cD4", "1", "aB3", "cD4", "gH6"]
    assert {entry.run for entry in replayed.entries if entry.node} == {1}
    assert replayed.state.last_run is not None
    assert replayed.state.last_run.data.keys() == {"steps", "variables"}  # nothing of the failure
    assert replayed.held


@pytest.mark.parametrize("type_", ["retry-action", "retry-workflow"])
def test_retries_have_a_bound_and_the_run_is_left_there(type_: str) -> None:
    replayed = run(case(type_))
    assert nodes(replayed).count("cD4") == MAX_RETRIES + 1
    assert replayed.entries[-1].left
    assert not replayed.held
    assert "retried 10 times" in replayed.differences[0].message


def test_a_run_continues_without_the_output_of_the_step() -> None:
    replayed = run(case("retry-action", when("eq", "/#error.statusCode", 500)), case("continue", GONE))
    assert nodes(replayed) == ["1", "aB3", "cD4", "eF5"]
    entry = replayed.entries[3]
    assert [tried.target for tried in entry.tried] == ["retry-action", "continue", "eF5"]
    assert (entry.target, entry.error_action) == ("eF5", "continue")
    covered = Coverage.of(replayed.state).workflows[0]
    assert [edge.destination for edge in covered.untaken_edges] == ["gH6", "retry the step"]


def test_a_run_that_continues_may_end_for_want_of_a_transition() -> None:
    last = app(
        workflow(
            "W", step("aB3", to("cD4", when("exists", "/#steps.aB3.x")), errorCases=[case("continue")]), step("cD4")
        )
    )
    state = advance(advance(started(last), ExecuteStep()), ExecuteStep())
    after = advance(advance(state, SetFailure(500)), ExecuteStep())
    assert after.last is not None
    assert (after.last.ended, after.last.left) == ("no transition holds", False)


def test_a_run_is_stopped() -> None:
    replayed = run(case("stop-processing"))
    assert nodes(replayed) == ["1", "aB3", "cD4"]
    assert replayed.entries[-1].ended == "the step failed and an error case stops the run"
    assert replayed.held


def test_a_target_comes_before_an_error_action_in_the_order_that_is_written() -> None:
    assert nodes(run(to("gH6", GONE), case("stop-processing")))[-1] == "gH6"
    assert nodes(run(case("stop-processing"), to("gH6", GONE)))[-1] == "cD4"


def test_an_error_action_that_is_not_known_leaves_the_run() -> None:
    replayed = run(case("try-later"))
    assert replayed.entries[-1].left
    assert 'the error action "try-later" does is not known' in replayed.differences[0].message


def test_an_error_action_is_forced_and_saved_so() -> None:
    choice = {"workflow": "W", "step": "cD4", "take": "stop-processing"}
    replayed = run(case("retry-action"), case("stop-processing"), choices=[choice])
    assert nodes(replayed) == ["1", "aB3", "cD4"]
    assert not replayed.notes
    written = record_scenario("again", replayed.state, replayed.entries)
    assert written["choices"][0]["take"] == "stop-processing"
    again = replay(read("s.scenario.json", json.dumps(written).encode()), replayed.state.organisation)
    assert again.held
    assert nodes(again) == nodes(replayed)


def test_the_error_actions_are_among_the_edges_that_come_next() -> None:
    state: State = started(definition(case("retry-action", GONE), case("continue")))
    for _ in range(3):
        state = advance(state, ExecuteStep())
    failing = advance(state, SetFailure(500))
    assert [(edge.target_name, edge.verdict and edge.verdict.holds) for edge in preview_edges(failing)] == [
        ("retry the step", False), ("continue", True),
    ]  # fmt: skip
    assert [edge.target for edge in preview_edges(advance(failing, SetOutput({})))] == ["eF5", "gH6"]
