"""What holds whatever is rehearsed: back after forward is identity, a saved scenario makes the same trace, and no
input raises."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from kustui.definition.collection import Collection, read_document
from kustui.simulate.engine.engine import (
    AbandonRun,
    AnswerQuestion,
    ClearOverrides,
    ExecuteStep,
    ForceEdge,
    SetFailure,
    SetOutput,
    StartEvent,
    advance,
    preview,
)
from kustui.simulate.engine.history import Coverage
from kustui.simulate.engine.state import initial_state
from kustui.simulate.organisation import Organisation
from kustui.simulate.reports import FORMATS, render_of, report_of
from kustui.simulate.reports.json import entry_record
from kustui.simulate.reports.text import paths_report
from kustui.simulate.scenarios.explore import build_path_scenario, chain_heads, expected_path_scenario, explore_paths
from kustui.simulate.scenarios.file import ScenarioError, as_file, read, scenario_of
from kustui.simulate.scenarios.model import Expectations
from kustui.simulate.scenarios.record import default_scenario, record_scenario
from kustui.simulate.scenarios.replay import replay
from kustui.simulate.scenarios.suite import result_of
from kustui.workspace.snapshot import Snapshot, check_snapshot
from tests.support.random_apps import ERROR_CASES, ID, LITERALS, VALUES, apps
from tests.support.runs import EVENT, compact, follows

if TYPE_CHECKING:
    from kustui.simulate.engine.state import State
    from kustui.simulate.scenarios.explore import ExploredPath


def organisations(error_cases: st.SearchStrategy[Any]) -> st.SearchStrategy[Organisation]:
    """A workflow that an event starts, and one that can be scheduled, with mistakes in both."""
    documents = apps(error_cases).map(lambda definition: read_document("0.json", json.dumps(definition).encode()))
    return documents.map(lambda document: _organisation(Collection((document,))))


def _organisation(collection: Collection) -> Organisation:
    snapshot = check_snapshot(Snapshot(collection))
    assert snapshot is not None
    return Organisation(snapshot.analyses, snapshot.by_entry)


PAYLOADS = st.dictionaries(st.sampled_from(["a", "b", "id"]), LITERALS | st.recursive(LITERALS, st.lists, max_leaves=4))
DECISIONS = (
    st.just(ExecuteStep())
    | st.just(ExecuteStep())
    | st.builds(SetOutput, LITERALS)
    | st.builds(SetFailure, st.none() | st.integers(100, 599), LITERALS)
    | st.builds(
        ForceEdge,
        st.sampled_from(["", "/x", "/workflows/0/trigger/transitions/0", "/workflows/0/steps/0/transitions/0"]),
    )
    | st.builds(StartEvent, PAYLOADS, st.sampled_from([EVENT, "other", ""]), st.sampled_from(["", "0.json#W", "none"]))
    | st.just(AbandonRun())
    | st.just(ClearOverrides())
    | st.just("answer")
)


def decided(state: State, decision: Any) -> State:
    if decision == "answer":
        question = state.question
        return advance(state, AnswerQuestion(question.pointer, True)) if question is not None else state
    return advance(state, decision)


SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(organisations(ERROR_CASES), PAYLOADS, st.lists(DECISIONS, max_size=25), st.booleans())
def test_stepping_on_never_raises_and_going_back_finds_what_was_there(
    stage: Organisation, payload: Any, decisions: list[Any], follow_events: bool
) -> None:
    states = [advance(initial_state(stage, "s", follows_events=follow_events), StartEvent(payload, EVENT))]
    for decision in decisions:
        preview(states[-1])
        states.append(decided(states[-1], decision))
    told = [[entry_record(entry) for entry in state.trace] for state in states]
    for at, decision in enumerate(decisions):  # from each state again, which nothing has changed meanwhile
        again = decided(states[at], decision)
        assert json.dumps([entry_record(entry) for entry in again.trace]) == json.dumps(told[at + 1])
        assert (again.clock, again.question, len(again.waiting)) == (
            states[at + 1].clock, states[at + 1].question, len(states[at + 1].waiting),
        )  # fmt: skip
    Coverage.of(*states)


@SLOW
@given(organisations(ERROR_CASES), PAYLOADS, st.booleans())
def test_a_rehearsal_that_is_saved_and_replayed_makes_the_same_trace(
    stage: Organisation, payload: Any, follow_events: bool
) -> None:
    try:
        file = default_scenario(stage, payload=("event.json", json.dumps(payload).encode()), seed="s")
    except ScenarioError:
        return
    first = replay(file, stage, 60, follow_events=follow_events)
    written = json.dumps(record_scenario("again", first.state, first.entries, cut=first.cut))
    again = replay(read("again.scenario.json", written.encode()), stage, 60)
    assert compact(again) == compact(first)
    assert again.held, again.differences
    assert not again.notes
    without = replace(again.file, scenario=again.file.scenario.model_copy(update={"expect": Expectations()}))
    if first.cut or any(entry.left for entry in first.entries):
        assert not replay(without, stage, 60, follow_events=follow_events).held
    parts = {**again.file.scenario.model_dump(exclude_unset=True, by_alias=True)}
    parts["expect"] = {key: value for key, value in parts["expect"].items() if key != "left"}
    result = result_of(replay(as_file(scenario_of(parts)), stage, 60, follow_events=follow_events))
    assert result.undecided is any(entry.left for entry in first.entries)
    assert not (result.undecided and result.passed)
    for name in FORMATS:
        render = render_of(name)
        "".join(report_of(name)([result_of(first, render), result_of(again, render)]))


@SLOW
@given(organisations(ERROR_CASES))
def test_every_path_that_is_found_can_be_gone(stage: Organisation) -> None:
    for entry in stage.collection.entries:
        exploration = explore_paths(stage.analysis(entry.key), most=15)
        "".join(paths_report(stage, [exploration]))
        for path in exploration.paths:
            expected_path_scenario(stage, path)


STATUSES = st.sampled_from([404, 500]) | st.integers(100, 599)
OUTPUTS = st.dictionaries(
    st.sampled_from(["a", "b"]), LITERALS | st.sampled_from([[{"b": "x"}], "2", 2, ["open", "vip"], "other than open"])
)


SAMPLES = Path(__file__).parents[2] / "samples"
WRITTEN = [
    json.loads((SAMPLES / name).read_text(encoding="utf-8"))
    for name in ("timer-chain.json", "orders.json", "scheduling-pair.json", "broken/missing-input.json")
]
ANYTHING = (
    LITERALS | VALUES | st.sampled_from([ID, "1", "aB3", [None], [[]], {"": {}}, {"id": None}, -1, 0.5, "/#", "{{"])
)


@st.composite
def damaged(draw: Any) -> bytes:
    """A sample of which some values are others, or gone, wherever they stand."""
    found = copy.deepcopy(draw(st.sampled_from(WRITTEN)))
    for _ in range(draw(st.integers(1, 6))):
        part: Any = found
        for _ in range(draw(st.integers(0, 9))):
            inner = [each for each in _keys(part) if isinstance(part[each], dict | list) and part[each]]
            if not inner:
                break
            part = part[draw(st.sampled_from(inner))]
        if part:
            key = draw(st.sampled_from(_keys(part)))
            if draw(st.booleans()):
                part[key] = copy.deepcopy(draw(ANYTHING))
            else:
                del part[key]
    return json.dumps(found).encode()


def _keys(part: Any) -> list[Any]:
    return list(part) if isinstance(part, dict) else list(range(len(part)))


@settings(SLOW, max_examples=25)
@given(damaged(), PAYLOADS)
def test_no_definition_raises_however_it_is_damaged(raw: bytes, payload: Any) -> None:
    collection = Collection((read_document("0.json", raw),))
    stage = _organisation(collection)
    note(raw.decode())
    for entry in collection.entries:
        state = advance(initial_state(stage, follows_events=True), StartEvent(payload, key=entry.key))
        for _ in range(30):
            state = advance(state, ExecuteStep())
            if state.question is not None:
                state = advance(state, AbandonRun())
        for follow in (None, stage):
            "".join(paths_report(stage, [explore_paths(stage.analysis(entry.key), 3, follow)]))
    [*chain_heads(stage)]


ANSWERS = (
    st.builds(SetOutput, OUTPUTS)
    | st.builds(SetOutput, OUTPUTS)
    | st.builds(SetFailure, st.none() | STATUSES, LITERALS | OUTPUTS)
)


@SLOW
@given(organisations(ERROR_CASES), OUTPUTS, st.lists(ANSWERS, min_size=8, max_size=8), st.booleans())
def test_no_run_goes_a_path_that_is_said_to_contradict_itself(
    stage: Organisation, payload: Any, answers: list[Any], chain: bool
) -> None:
    key = stage.collection.entries[0].key
    exploration = explore_paths(stage.analysis(key), follow=stage if chain else None)
    impossible = [_runs_of(path) for path in exploration.paths if path.is_contradiction]
    note(f"{stage.collection.documents[0].source.data.decode()} {impossible}")
    state = advance(initial_state(stage), StartEvent(payload, key=key))
    left = iter(answers)
    for _ in range(40):
        if state.run is not None and state.run.node != "1" and (answer := next(left, None)) is not None:
            state = advance(state, answer)
        state = advance(state, ExecuteStep())
        if state.question is not None or state.finished or (state.last_run is not None and not chain):
            break
    runs: dict[int, list[Any]] = {}
    for entry in (state.before or state).trace:  # what asks has taken no edge yet
        if entry.run and not entry.broken and not entry.left:
            runs.setdefault(entry.run, []).append(
                (entry.key, entry.error_case or entry.taken, entry.failure is not None)
            )
    went = [tuple(each) for each in runs.values()]
    for path in impossible:
        *whole, last = path
        assert not (went[: len(whole)] == whole and _begins(went[len(whole) :], last)), went
    ended = next((entry.ended for entry in state.trace if entry.run == 1 and entry.ended), "")
    if ended in ("no further steps", "no transition holds") and not exploration.cut:  # neither broken nor failed
        assert went[0] in [_runs_of(path)[0] for path in exploration.paths]


def _runs_of(path: ExploredPath) -> list[tuple[tuple[str, str, bool], ...]]:
    """The ways that a path takes in each of its runs, with the keys of their workflows, and whether after a failure."""
    steps = path.workflow_path.steps
    return [
        tuple(
            (run.analysis.key, path_step.edge.transition.pointer if path_step.edge is not None else "", path_step.fails)
            for path_step in steps
            if path_step.run == number
        )
        for number, run in enumerate(path.workflow_path.runs)
    ]


def _begins(runs: list[tuple[Any, ...]], beginning_: tuple[Any, ...]) -> bool:
    return bool(runs) and runs[0][: len(beginning_)] == beginning_


@given(
    st.recursive(LITERALS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner), max_leaves=8)
)
def test_no_scenario_raises_but_to_say_what_is_wrong_with_it(value: Any) -> None:
    for written in (value, {"scenario": "x", "start": value, "expect": value, "mocks": value}):
        told: tuple[str, ...] = ()
        try:
            read("s.scenario.json", json.dumps(written).encode())
        except ScenarioError as error:
            told = error.lines
        assert all(line.startswith("s.scenario.json:") for line in told)


@SLOW
@given(organisations(ERROR_CASES), st.booleans())
def test_the_scenario_of_a_path_goes_exactly_that_path_or_it_is_said_why_not(stage: Organisation, chain: bool) -> None:
    for entry in stage.collection.entries:
        for path in explore_paths(stage.analysis(entry.key), most=10, follow=stage if chain else None).paths:
            note(f"{stage.collection.documents[0].source.data.decode()} {path.needs}")
            went = follows(stage, path)
            solutions = path.workflow_path.solutions
            if (
                solutions
                and path.workflow_path.complete
                and not solutions[0].unsolved
                and not path.workflow_path.not_followed
            ):
                assert went or build_path_scenario(stage, path).stops
