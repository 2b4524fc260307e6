"""What the path search says of a path is what a rehearsal of it does, tried over every event of a small domain."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from kustui.analysis.condition_evaluation import evaluate_condition
from kustui.check.rule import step, to, when, workflow
from kustui.definition.operators import OPERATORS, Family
from kustui.simulate.engine.engine import ExecuteStep, StartEvent, advance
from kustui.simulate.engine.state import initial_state
from kustui.simulate.scenarios.explore import build_path_scenario, explore_paths
from tests.support.runs import EVENT, UNJUDGED, ends_in_unhandled_failure, follows, handled, organisation, to_the_end

if TYPE_CHECKING:
    from kustui.simulate.organisation import Organisation

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
GONE = object()
DATES = ["2026-01-01", "2026-06-01T12:00:00Z"]
VALUES: list[Any] = [GONE, None, True, False, 0, 1, 5, 6, "5", "", "open", "done", *DATES, ["vip"], [], ["vip", "new"]]
LITERALS = st.sampled_from([True, False, 1, 5, "5", "6", "open", "done", "vip", "", *DATES, ["vip"], ["open", "done"]])
FIELDS = st.sampled_from(["/#steps.1.a", "/#steps.1.b"])
READS = FIELDS | st.sampled_from(
    ["/#steps.1.a.length", "/#steps.1.a.0", "{{steps.1.a}}", "{{steps.1.a}}-{{steps.1.b}}", "/#fn:parseInt,steps.1.a"]
)
COMPARED = sorted(name for name, operator in OPERATORS.items() if operator.family is not Family.GROUP)
COMPARISONS = st.builds(when, st.sampled_from(COMPARED), READS, LITERALS | READS) | st.builds(
    when, st.sampled_from(COMPARED), LITERALS, FIELDS
)
CONDITIONS = COMPARISONS | st.builds(
    lambda op, parts: when(op, *parts), st.sampled_from(["and", "or"]), st.lists(COMPARISONS, min_size=1, max_size=3)
)


@st.composite
def branching(draw: Any) -> dict[str, Any]:
    """A workflow that only reads its event: steps without an action, each with one or two conditions."""
    steps = []
    for index in range(3):
        targets = st.integers(index + 1, 3).map(lambda number: f"s{number}")
        ways = draw(st.lists(st.builds(to, targets, CONDITIONS), min_size=1, max_size=2))
        steps.append({"id": f"s{index}", "transitions": ways})
    return workflow("W", *steps, {"id": "s3", "transitions": []})


def taken_by(stage: Organisation, payload: dict[str, Any]) -> tuple[tuple[str, ...], bool]:
    """The transitions that a run takes, and whether it came to its end."""
    state = advance(initial_state(stage), StartEvent(payload, EVENT))
    end = to_the_end(advance(state, ExecuteStep()))
    pointers = tuple(entry.taken for entry in end.trace if entry.run)
    return pointers, end.question is None


@SLOW
@given(branching())
def test_no_event_takes_a_path_that_cannot_hold_and_each_takes_one_that_is_listed(definition: dict[str, Any]) -> None:
    stage = organisation(definition, settings=UNJUDGED)
    found = explore_paths(stage.analysis(stage.collection.entries[0].key))
    pointers = {tuple(step.pointer for step in path.workflow_path.steps): path for path in found.paths}
    impossible = {taken for taken, path in pointers.items() if path.is_contradiction}
    note(str([(path.nodes, path.contradiction) for path in found.paths if path.is_contradiction]))
    for a, b in product(VALUES, (GONE, 5, "open")):
        payload = {name: value for name, value in (("a", a), ("b", b)) if value is not GONE}
        taken, ended = taken_by(stage, payload)
        for length in range(1, len(taken) + 1):
            assert taken[:length] not in impossible or not taken[length - 1], payload
        if ended and not found.cut:
            assert taken in pointers, payload
            assert taken not in impossible, payload


@SLOW
@given(branching())
def test_the_event_of_a_path_takes_it_where_nothing_is_forced(definition: dict[str, Any]) -> None:
    stage = organisation(definition, settings=UNJUDGED)
    for path in explore_paths(stage.analysis(stage.collection.entries[0].key), most=12).paths:
        went = follows(stage, path)
        solutions = path.workflow_path.solutions
        assert went or not solutions or solutions[0].unsolved or not path.workflow_path.complete
        if solutions and not solutions[0].unsolved:
            assert not build_path_scenario(stage, path).forced


A, TAGS, NAME = "/#steps.1.a", "/#steps.1.tags", "/#steps.1.name"


@pytest.mark.parametrize(
    "conditions",
    [
        (when("exists", TAGS), when("gt", "/#steps.1.tags.length", 2)),
        (when("gt", "/#steps.1.tags.length", 1), when("contains", TAGS, "vip")),
        (when("contains", TAGS, ["vip", "new"]), when("eq", "/#steps.1.tags.length", 3)),
        (when("eq", "/#steps.1.tags.length", 0), when("exists", TAGS)),
        (when("dne", TAGS), when("not-contains", TAGS, "vip")),
        (when("exists", TAGS), when("not-contains", TAGS, "vip"), when("gte", "/#steps.1.tags.length", 1)),
        (when("exists", "/#steps.1.body"), when("eq", "/#steps.1.body.id", "x")),
        (when("exists", "/#steps.1.body.items"), when("eq", "/#steps.1.body.items.0.id", "x")),
        (when("gt", "/#steps.1.items.length", 60), when("exists", "/#steps.1.items.59")),
        (when("eq", "{{steps.1.name}}", "Ann"),),
        (when("eq", "Order {{steps.1.id}}", "Order 7"),),
        (when("eq", "{{{steps.1.first}}} {{{steps.1.last}}}", "Ann Lee"), when("exists", "/#steps.1.last")),
        (when("eq", "{{{steps.1.first}}}, {{{steps.1.last}}}!", "Tom & Ann, Lee!"),),
        (when("eq", "{{steps.1.first}}", "Tom &amp; Ann"),),
        (when("contains", "Order {{steps.1.id}} for {{steps.1.name}}", "Ann"),),
        (when("not-contains", "Order {{steps.1.id}}", "7"), when("exists", "/#steps.1.id")),
        (when("eq", "Order {{steps.1.id}}", "Order 7"), when("eq", "/#steps.1.id", 7)),
        (when("lt-date", A, "2026-01-01"), when("gt-date", A, "2025-01-01")),
        (when("gt-date", A, "2026-01-01"), when("neq", A, "2026-01-02T00:00:00.000Z")),
        (when("lt-date", "2026-01-01", A),),
        (when("gt-date", A, "/#steps.1.b"), when("gt-date", "/#steps.1.b", "2026-01-01")),
        (when("lt-date", A, 1_767_225_600_000),),
        (when("gt", A, "2026-01-01"),),
        (when("gt", A, "/#steps.1.b"), when("lt", A, 0)),
        (when("neq", A, "/#steps.1.b"), when("exists", A), when("exists", "/#steps.1.b")),
        (when("eq", A, "/#steps.1.b"), when("gt", A, 3), when("lt", "/#steps.1.b", 5)),
        (when("contains", ["open", "done"], A), when("neq", A, "open")),
        (when("gt", 10, A), when("exists", A)),
        (when("contains", NAME, "Ann"), when("contains", NAME, "Lee")),
        (when("eq", "/#fn:parseInt,steps.1.a", 7), when("neq", A, 8)),
    ],
)
def test_values_are_found_for(conditions: tuple[dict[str, Any], ...]) -> None:
    steps = [{"id": f"s{index}", "transitions": [to(f"s{index + 1}", each)]} for index, each in enumerate(conditions)]
    stage = organisation(workflow("W", *steps, {"id": f"s{len(steps)}", "transitions": []}))
    path = explore_paths(stage.analysis(stage.collection.entries[0].key)).paths[0]
    assert path.nodes[-1] == f"s{len(steps)}"
    assert build_path_scenario(stage, path).forced == ()
    assert follows(stage, path)


@pytest.mark.parametrize(
    ("conditions", "impossible"),
    [
        ((when("lt-date", A, "2026-01-01"), when("gt-date", A, "2026-02-01")), True),
        ((when("lt-date", A, "2026-02-01"), when("gt-date", A, "2026-01-01")), False),
        ((when("lt-date", A, "soon"), when("exists", A)), False),  # nobody knows
        ((when("gt", A, "m"),), False),  # how texts are put in order is not known
        ((when("gt", A, "200"), when("lt", A, "100")), False),  # likewise, for what is no number
        ((when("gt", A, "200"), when("lte", A, "200")), True),
        ((when("gt", A, 200), when("lt", A, 100)), True),
        ((when("gt", A, 200), when("eq", A, "open")), False),  # the rehearsal cannot decide it either
        ((when("dne", "/#steps.1.body"), when("eq", "/#steps.1.body.id", "x")), True),
        ((when("dne", "/#steps.1.body"), when("neq", "/#steps.1.body.id", "x")), False),
        ((when("eq", "{{steps.1.a}}", "open"), when("eq", "{{steps.1.a}}", "done")), True),
        ((when("eq", "{{steps.1.a}}", "open"), when("neq", A, "open")), False),  # a list of it
        ((when("eq", A, "open"), when("neq", A, "open")), True),
        ((when("eq", A, 5), when("neq", A, "5")), False),  # "5.0"
        ((when("eq", "x{{steps.1.a}}", "open"),), False),  # it cannot, but that is not proved
        ((when("gt", "/#steps.1.a.length", 10_000),), False),
        ((when("startsWith", A, "a"), when("startsWith", A, "b")), False),
        ((when("eq", "/#variables.v", 1), when("eq", "/#variables.v", 2)), False),
    ],
)
def test_only_what_is_proved_cannot_hold(conditions: tuple[dict[str, Any], ...], impossible: bool) -> None:
    steps = [{"id": f"s{index}", "transitions": [to(f"s{index + 1}", each)]} for index, each in enumerate(conditions)]
    stage = organisation(workflow("W", *steps, {"id": f"s{len(steps)}", "transitions": []}))
    path = explore_paths(stage.analysis(stage.collection.entries[0].key)).paths[0]
    assert path.nodes[-1] == f"s{len(steps)}"
    assert path.is_contradiction is impossible
    assert (path.contradiction != "") is impossible


@pytest.mark.slow
def test_what_cannot_hold_takes_no_place_of_what_can() -> None:
    forks = [to(f"s{index}", when("eq", A, index)) for index in range(30)]
    steps = [
        {"id": f"s{index}", "transitions": [to(f"t{other}", when("eq", A, other)) for other in range(30)]}
        for index in range(30)
    ]
    ends = [{"id": f"t{index}", "transitions": []} for index in range(30)]
    stage = organisation(workflow("W", *steps, *ends, entry=tuple(forks)))
    found = explore_paths(stage.analysis(stage.collection.entries[0].key))
    possible = {path.nodes for path in found.paths if not path.is_contradiction}
    assert {("1", f"s{index}", f"t{index}") for index in range(30)} <= possible


def test_of_many_conditions_the_two_that_contradict_each_other_are_named() -> None:
    forks = [to(f"s{index}", when("gt", A, index)) for index in range(40)]
    ends = [{"id": f"s{index}", "transitions": []} for index in range(40)]
    stage = organisation(workflow("W", *ends, entry=tuple(forks)))
    found = explore_paths(stage.analysis(stage.collection.entries[0].key)).paths
    impossible = [path for path in found if path.is_contradiction]
    assert len(impossible) == 39
    assert impossible[-1].contradiction == "not a > 0 and a > 39"


@pytest.mark.parametrize("cases", [[], [to("eF5", when("eq", "/#error.statusCode", 404))]])
def test_a_step_may_fail_without_an_error_case_that_follows(cases: list[Any]) -> None:
    stage = organisation(workflow("W", step("aB3", to("cD4"), errorCases=cases), {"id": "cD4"}, {"id": "eF5"}))
    paths = explore_paths(stage.analysis(stage.collection.entries[0].key)).paths
    (unhandled,) = (path for path in paths if ends_in_unhandled_failure(path))
    assert unhandled.nodes == ("1", "aB3")
    assert follows(stage, unhandled)


TRANSFORM = "kustomer.transform.generic"


def test_values_are_followed_through_what_only_passes_them_on() -> None:
    first = step("aB3", to("cD4"), action=TRANSFORM, params={"n": "/#steps.1.n", "text": "for {{steps.1.name}}"})
    asks = when("and", when("gt", "/#steps.aB3.output.n", 5), when("eq", "/#steps.cD4.output.again", "for Ann"))
    second = step("cD4", to("eF5", asks), action=TRANSFORM, params={"again": "/#steps.aB3.output.text"})
    third = step("eF5", to("gH6", when("lt", "/#steps.1.n", 5)))
    stage = organisation(workflow("W", first, second, third, step("gH6")))
    found = explore_paths(stage.analysis(stage.collection.entries[0].key)).paths
    paths = {path.nodes[1:]: path for path in handled(found)}
    assert follows(stage, paths["aB3", "cD4", "eF5"])
    assert build_path_scenario(stage, paths["aB3", "cD4", "eF5"]).forced == ()
    assert paths["aB3", "cD4", "eF5", "gH6"].is_contradiction


def test_a_transform_of_itself_is_followed_no_further_than_it_is_long() -> None:
    itself = step("aB3", to("cD4", when("eq", "/#steps.aB3.output.x", 1)), action=TRANSFORM)
    itself["params"] = {"x": "/#steps.aB3.output.x", "y": "{{steps.aB3.output.y}}{{steps.aB3.output.y}}"}
    stage = organisation(workflow("W", itself, step("cD4")))
    assert not explore_paths(stage.analysis(stage.collection.entries[0].key)).paths[0].is_contradiction


def test_a_long_path_takes_no_more_work_for_each_step_than_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []

    def counted(*arguments: Any) -> Any:
        counts[-1] += 1
        return evaluate_condition(*arguments)

    monkeypatch.setattr("kustui.simulate.paths.constraint_evaluation.evaluate_condition", counted)
    for length in (50, 200):
        counts.append(0)
        ladder = [
            step(f"s{index}", to(f"s{index + 1}", when("eq", f"/#steps.s{index}.a", 1)), to(f"s{index + 1}"))
            for index in range(length)
        ]
        stage = organisation(workflow("W", *ladder, step(f"s{length}")))
        found = explore_paths(stage.analysis(stage.collection.entries[0].key), 20)
        assert (len(found.paths), found.cut) == (20, True)
    assert counts[1] < 5 * counts[0]


def test_of_more_paths_than_are_listed_some_differ_early() -> None:
    ladder = [
        step(f"s{index}", to(f"s{index + 1}", when("eq", f"/#steps.s{index}.a", 1)), to(f"s{index + 1}"))
        for index in range(12)
    ]
    stage = organisation(workflow("W", *ladder, step("s12")))
    found = explore_paths(stage.analysis(stage.collection.entries[0].key), 20)
    first = found.paths[0].workflow_path.steps
    differ = {
        next(at for at, (one, other) in enumerate(zip(first, path.workflow_path.steps, strict=False)) if one != other)
        for path in found.paths[1:]
    }
    assert (len(found.paths), found.cut) == (20, True)
    assert min(differ) < 4
    assert len(differ) > 7
