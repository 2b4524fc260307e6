"""Scenarios for paths: they go exactly the path they are for, also where a step has to fail in a certain way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kustui.check.rule import app, called, schedule, step, to, when, workflow
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.explore import build_path_scenario, chain_heads, explore_paths
from kustui.workspace.snapshot import check_snapshot, open_paths
from tests.support.runs import follows, handled, organisation

if TYPE_CHECKING:
    from kustui.simulate.scenarios.explore import ExploredPath

SAMPLES = Path(__file__).parents[3] / "samples"
ID = "5f8e148232731d0015c14657"
STATUS, MESSAGE, CODE = "/#error.statusCode", "/#error.message", "/#error.body.code"


@pytest.mark.slow
@pytest.mark.parametrize("chain", [False, True])
@pytest.mark.parametrize(
    ("path", "least"),
    [
        ("orders.json", 20),
        ("timer-chain.json", 15),
        ("scheduling-pair.json", 1),
        ("one-per-file", 15),
        ("broken", 20),
        ("error-actions.json", 10),
    ],
)
def test_the_scenario_of_every_path_of_a_sample_goes_exactly_that_path(path: str, least: int, chain: bool) -> None:
    snapshot = check_snapshot(open_paths([str(SAMPLES / path)]))
    stage = Organisation(snapshot.analyses, snapshot.by_entry)
    members = chain_heads(stage) if chain else [stage.analysis(entry.key) for entry in stage.collection.entries]
    went = 0
    for analysis in members:
        for edge in explore_paths(analysis, 40, stage if chain else None).paths:
            went += follows(stage, edge)
    assert went >= least


def failing(*conditions: Any, reads: Any = ()) -> tuple[Organisation, list[ExploredPath]]:
    """A step with an error case for each condition, which lead to steps s0, s1 …; and the paths that fail."""
    cases = [to(f"s{index}", condition) for index, condition in enumerate(conditions)]
    targets = [step(f"s{index}", *reads) for index in range(len(conditions))]
    stage = organisation(workflow("W", step("aB3", errorCases=cases), *targets))
    paths = explore_paths(stage.analysis(stage.collection.entries[0].key)).paths
    return stage, [path for path in handled(paths) if any(path_step.fails for path_step in path.workflow_path.steps)]


def failure(stage: Organisation, path: ExploredPath) -> dict[str, Any]:
    scenario = build_path_scenario(stage, path).scenario
    assert scenario is not None
    fails = scenario.mocks[0].fails
    assert fails is not None
    return fails.model_dump()


@pytest.mark.parametrize(
    ("condition", "status", "body"),
    [
        (when("eq", STATUS, 404), 404, {}),
        (when("eq", STATUS, "404"), 404, {}),
        (when("gte", STATUS, 500), 500, {}),
        (when("lt", STATUS, 500), 499, {}),
        (when("contains", STATUS, [409, 410]), 409, {}),
        (when("contains", STATUS, "4"), 404, {}),
        (when("dne", STATUS), None, {}),
        (when("exists", STATUS), 500, {}),
        (when("eq", MESSAGE, "gone"), 500, {"message": "gone"}),
        (when("eq", CODE, "E7"), 500, {"code": "E7"}),
        (when("eq", "/#error.code", "E7"), 500, {"code": "E7"}),
        (when("and", when("eq", STATUS, 429), when("gt", "/#error.body.n", 10)), 429, {"n": 11}),
    ],
)  # fmt: skip
def test_a_step_fails_as_an_error_case_asks(condition: Any, status: Any, body: dict[str, Any]) -> None:
    stage, (path,) = failing(condition)
    told = failure(stage, path)
    assert told["status"] == status
    assert body.items() <= told["body"].items()
    assert follows(stage, path)


def test_each_error_case_has_a_failure_of_its_own_which_those_before_do_not_take() -> None:
    stage, paths = failing(when("eq", STATUS, 404), when("gte", STATUS, 500), when("true", True))
    statuses = [failure(stage, path)["status"] for path in paths]
    assert statuses[0] == 404
    assert statuses[1] >= 500
    assert statuses[2] not in (404, *range(500, 600))
    assert all(follows(stage, path) for path in paths)


@pytest.mark.parametrize(
    ("one", "other", "contradicts"),
    [
        (when("eq", STATUS, 404), when("eq", STATUS, 500), True),
        (when("eq", STATUS, 404), when("lt", STATUS, 500), False),
        (when("eq", CODE, "a"), when("dne", CODE), True),
        (when("eq", CODE, "a"), when("eq", "/#error.code", "b"), True),
        (when("dne", MESSAGE), when("true", True), False),  # a body may say that its message is null
    ],
)
def test_what_an_error_is_asked_later_is_the_same_error(one: Any, other: Any, contradicts: bool) -> None:
    first = step("aB3", errorCases=[to("cD4", one)])
    stage = organisation(workflow("W", first, step("cD4", to("eF5", other)), step("eF5")))
    found = handled(explore_paths(stage.analysis(stage.collection.entries[0].key)).paths)
    (path,) = (path for path in found if path.nodes[-1] == "eF5")
    assert path.is_contradiction is contradicts
    assert follows(stage, path) or contradicts or one["op"] == "dne"


ERROR_ACTIONS = [
    ("continue", "aB3 cD4"),
    ("retry-action", "aB3 aB3 cD4"),
    ("retry-workflow", "aB3"),
    ("stop-processing", "aB3"),
]


@pytest.mark.parametrize(("type_", "nodes"), ERROR_ACTIONS)
def test_a_path_through_an_error_action_is_rehearsed_to_its_end(type_: str, nodes: str) -> None:
    case = {"condition": when("eq", STATUS, 503), "errorAction": {"type": type_}}
    stage = organisation(workflow("W", step("aB3", to("cD4"), errorCases=[case]), step("cD4")))
    paths = explore_paths(stage.analysis(stage.collection.entries[0].key)).paths
    (path,) = (path for path in handled(paths) if any(step.error_case for step in path.workflow_path.steps))
    assert " ".join(path.nodes[1:]) == nodes
    assert failure(stage, path)["status"] == 503
    built = build_path_scenario(stage, path)
    assert (built.forced, built.stops) == ((), "")


def test_after_a_continue_the_step_has_no_output() -> None:
    case = {"condition": when("true", True), "errorAction": {"type": "continue"}}
    asks = (to("cD4", when("exists", "/#steps.aB3.id")), to("eF5"))
    stage = organisation(workflow("W", step("aB3", *asks, errorCases=[case]), step("cD4"), step("eF5")))
    paths = explore_paths(stage.analysis(stage.collection.entries[0].key)).paths
    continued = [path for path in paths if any(step.error_case for step in path.workflow_path.steps)]
    assert {" ".join(path.nodes[1:]): path.is_contradiction for path in continued} == {
        "aB3 cD4": True, "aB3 eF5": False,
    }  # fmt: skip


def test_no_answer_has_a_status_beyond_what_http_knows() -> None:
    _, (path,) = failing(when("gt", STATUS, 700))
    assert path.is_contradiction


def test_the_error_that_is_read_is_that_of_the_step_that_failed_last() -> None:
    first = step("aB3", errorCases=[to("cD4", when("eq", STATUS, 404))])
    second = step("cD4", errorCases=[to("eF5", when("eq", STATUS, 500))])
    stage = organisation(workflow("W", first, second, step("eF5", to("gH6", when("eq", STATUS, 500))), step("gH6")))
    found = handled(explore_paths(stage.analysis(stage.collection.entries[0].key)).paths)
    twice = [path for path in found if path.nodes[-1] == "gH6"]
    assert [follows(stage, path) for path in twice] == [True]


def test_a_schedule_may_fail_too() -> None:
    calls = {**schedule("aB3", ID), "errorCases": [to("cD4", when("eq", STATUS, 404))]}
    stage = organisation(app(workflow("W", calls, step("cD4")), called("C", ID, step("eF5"))))
    paths = handled(explore_paths(stage.analysis(stage.collection.entries[0].key), follow=stage).paths)
    assert [[run.nodes[1:] for run in path.described_runs] for path in paths] == [
        [("aB3",), ("eF5",)],
        [("aB3", "cD4")],
    ]
    assert all(follows(stage, path) for path in paths)


def test_where_no_value_is_known_the_way_is_forced_and_what_comes_else_is_told() -> None:
    stage, paths = failing(when("eq", "{{toLower error.body.message}}", "E7"))
    (forced,) = build_path_scenario(stage, paths[0]).forced
    assert (forced.node, forced.why) == ("aB3", "the step failed and no error case holds")
    assert not follows(stage, paths[0])


def test_no_value_is_proposed_that_json_cannot_hold() -> None:
    stage = organisation(workflow("W", step("aB3", to("cD4", when("eq", "/#steps.aB3.a", 10**400))), step("cD4")))
    path, *_ = explore_paths(stage.analysis(stage.collection.entries[0].key)).paths
    assert [forced.node for forced in build_path_scenario(stage, path).forced] == ["aB3"]
    assert not follows(stage, path)


def test_what_has_to_be_missing_is_left_out_of_every_draft() -> None:
    asks = step("aB3", to("cD4", when("dne", "/#steps.aB3.at")), to("eF5"))
    reads = step("eF5", params={"x": "/#steps.aB3.at", "y": "/#steps.1.id"})
    entry = (to("aB3", when("dne", "/#steps.1.id")), to("eF5"))
    stage = organisation(workflow("W", asks, step("cD4"), reads, entry=entry))
    paths = handled(explore_paths(stage.analysis(stage.collection.entries[0].key)).paths)
    assert [path.nodes[1:] for path in paths] == [("aB3", "cD4"), ("aB3", "eF5"), ("eF5",)]
    assert all(follows(stage, path) for path in paths)


def test_a_broken_place_on_the_way_is_told() -> None:
    broken = schedule("aB3", ID, to("cD4"), runAt={"type": "relative", "value": "soon"})
    stage = organisation(app(workflow("W", broken, step("cD4")), called("C", ID, step("eF5"))))
    (path,) = handled(explore_paths(stage.analysis(stage.collection.entries[0].key)).paths)
    assert "runAt" in build_path_scenario(stage, path).stops
