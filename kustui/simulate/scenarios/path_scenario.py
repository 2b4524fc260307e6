"""A scenario for a path through workflows: what it needs is drafted, and what it does not do by itself is forced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from kustui.analysis.evaluation import EvaluationContext, resolve
from kustui.analysis.reads import Fields
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.dates import parse_date
from kustui.definition.models import Step
from kustui.definition.platform import TRANSFORM_ACTION, TRIGGER_ID
from kustui.definition.values import MISSING, to_json_value
from kustui.simulate import DEFAULT_START
from kustui.simulate.engine.engine import ForceEdge
from kustui.simulate.engine.trace import TraceEntry
from kustui.simulate.engine.words import why
from kustui.simulate.organisation import Organisation
from kustui.simulate.paths.constraint_evaluation import failure_of
from kustui.simulate.paths.drafts import draft_output, draft_start
from kustui.simulate.paths.path_search import PathStep, WorkflowPath
from kustui.simulate.paths.solver import Solution
from kustui.simulate.paths.symbolic import NOT_CHOSEN, PathRun
from kustui.simulate.scenarios.file import ResolvedScenario, as_file, scenario_of
from kustui.simulate.scenarios.model import Scenario
from kustui.simulate.scenarios.record import record_scenario
from kustui.simulate.scenarios.replay import next_state, replay, start_scenario

_MAX_STEPS = 300
_MAX_REHEARSED = 3
"""Solutions that are rehearsed before a path is forced."""


class ForcedStep(NamedTuple):
    """A trigger or a step that no value is known to lead on from."""

    analysis: WorkflowAnalysis
    node: str
    why: str
    """What happens otherwise, in a clause."""


class PathScenario(Struct, frozen=True):
    """A scenario that takes a path, and how far."""

    scenario: Scenario | None
    """None where the path contradicts itself."""
    forced: tuple[ForcedStep, ...] = ()
    stops: str = ""
    """Why a rehearsal does not come to the path's end even so, in a clause; empty where it does."""


def scenario_for_path(organisation: Organisation, path: WorkflowPath, title: str) -> PathScenario:
    """A scenario that takes a path, its payload and outputs drafted, and the path forced where they lead elsewhere."""
    first: PathScenario | None = None
    for solution in path.solutions[:_MAX_REHEARSED]:
        result = _scenario_for_solution(organisation, path, solution, title)
        if not result.forced and not result.stops:
            return result
        first = first or result
        if solution.unsolved:
            break  # the others leave at least as much unsolved
    return first or PathScenario(None)


def with_expectations(organisation: Organisation, scenario: Scenario) -> Scenario:
    """The scenario with its result, the runs that it schedules included, as expectations; where it never ends, only
    that it is cut."""
    result = replay(as_file(scenario), organisation, _MAX_STEPS)
    if result.cut:
        cut = {"maxSteps": _MAX_STEPS, "expect": {"cut": True}}
        return scenario_of(scenario.model_dump(mode="json", by_alias=True, exclude_unset=True) | cut)
    return scenario_of(record_scenario(scenario.scenario, result.state, result.entries))


def _scenario_for_solution(
    organisation: Organisation, path: WorkflowPath, solution: Solution, title: str
) -> PathScenario:
    invocations = _invocations(path)
    draft = draft_for_solution(organisation, path, solution)
    forced: dict[int, ForcedStep] = {}
    stops = f"it has more than {_MAX_STEPS} steps"
    if len(path.steps) <= _MAX_STEPS:
        forced, stops = _rehearse(organisation, path, scenario_of({"scenario": title, **draft}))
    choices = [
        {
            "workflow": organisation.name_of(step.analysis.key),
            "step": step.node,
            "invocation": invocations[index],
            "take": path.steps[index].choice,
        }
        for index, step in forced.items()
    ]
    scenario = {"scenario": title, **draft, **({"choices": choices} if choices else {})}
    return PathScenario(scenario_of(scenario), tuple(forced.values()), stops)


def _invocations(path: WorkflowPath) -> list[int]:
    """Which time each trigger or step is executed, in the order of the path."""
    counts: dict[tuple[str, str], int] = {}
    invocations = []
    for step in path.steps:
        place = (path.runs[step.run].analysis.key, step.node)
        counts[place] = counts.get(place, 0) + 1
        invocations.append(counts[place])
    return invocations


# What is drafted


def draft_for_solution(organisation: Organisation, path: WorkflowPath, solution: Solution) -> dict[str, Any]:
    """The start and the mocks of a scenario that takes a path, as JSON."""
    start_time = parse_date(DEFAULT_START) or 0
    first, targets = path.runs[0].analysis, _targets(solution)
    payload = draft_start(first, start_time, targets.get((0, TRIGGER_ID), {}))
    failures = {origin: value for origin, value in solution.values.items() if origin.failure}
    data_of_runs = [_initial_data(payload)]
    mocks = []
    for path_step, invocation in zip(path.steps, _invocations(path), strict=True):
        run = path.runs[path_step.run]
        now = start_time + run.due
        if path_step.run == len(data_of_runs):
            data_of_runs.append(_scheduled_data(run, data_of_runs, now))
        step = run.analysis.flow.part(path_step.node)
        if not isinstance(step, Step) or step.action is None:
            continue
        place = {"workflow": organisation.name_of(run.analysis.key), "step": step.id, "invocation": invocation}
        if path_step.fails:
            failure = failure_of(failures, path_step.run, path_step.node)
            fails = {"status": failure.status, "body": failure.body}
            mocks.append({**place, "fails": {name: value for name, value in fails.items() if value is not None}})
        elif step.action == TRANSFORM_ACTION:
            data = data_of_runs[path_step.run]
            data["steps"][step.id] = {"output": resolve(step.params, EvaluationContext(data, now))}
        elif step.action not in NOT_CHOSEN:
            data, values = data_of_runs[path_step.run], targets.get((path_step.run, step.id), {})
            data["steps"][step.id] = output = _output(run.analysis, step, data, now, values)
            mocks.append({**place, "returns": to_json_value(output), "drafted": True})
    return {
        "start": [{"workflow": organisation.name_of(first.key), "payload": to_json_value(payload), "drafted": True}],
        **({"mocks": mocks} if mocks else {}),
    }


def _initial_data(payload: Any) -> dict[str, Any]:
    return {"steps": {TRIGGER_ID: payload}, "variables": {}}


def _scheduled_data(run: PathRun, data_of_runs: Sequence[Mapping[str, Any]], now: int) -> dict[str, Any]:
    """What a scheduled run begins with."""
    scope = run.scheduled_in
    assert scope is not None, "all but the first are scheduled"
    inputs = resolve(run.inputs, EvaluationContext(data_of_runs[scope.run], now))
    return _initial_data(inputs if isinstance(inputs, Mapping) else {})


def _output(
    analysis: WorkflowAnalysis, step: Step, data: Mapping[str, Any], now: int, targets: Mapping[Fields, Any]
) -> Any:
    if () in targets and targets[()] != {}:  # the whole output
        return None if targets[()] is MISSING else targets[()]
    return draft_output(analysis, step, data, now, {fields: value for fields, value in targets.items() if fields})


def _targets(solution: Solution) -> Mapping[tuple[int, str], dict[Fields, Any]]:
    """The values that fields have to have, by run and by the node whose output they are of."""
    targets: dict[tuple[int, str], dict[Fields, Any]] = {}
    for origin, value in solution.values.items():
        if not origin.failure:
            targets.setdefault((origin.run, origin.node), {})[origin.fields] = value
    return targets


# What has to be forced


def _rehearse(organisation: Organisation, path: WorkflowPath, scenario: Scenario) -> tuple[dict[int, ForcedStep], str]:
    """The steps at which the rehearsal of a scenario has to be forced, by their index in the path; and why it does not
    come to the path's end even so, or an empty string."""
    file = as_file(scenario)
    names = ResolvedScenario(file, organisation)
    progress = _Progress(path)
    forced: dict[int, ForcedStep] = {}
    state = start_scenario(file, organisation, names)
    while not state.finished and len(state.trace) < _MAX_STEPS and not progress.done:
        after = next_state(state, names)
        entry = after.last if len(after.trace) > len(state.trace) else None
        index = progress.step_of(entry) if entry is not None else None
        if entry is not None and index is not None and not _follows(entry, path.steps[index]):
            step = path.steps[index]
            after = next_state(state, names, ForceEdge(_forced_edge(entry, step)))
            if after.last is None or not _follows(after.last, step):  # not even that helps
                return forced, _outcome(after.last or entry)
            forced[index] = ForcedStep(path.runs[step.run].analysis, step.node, _outcome(entry))
        state = after
    if progress.done:
        return forced, ""
    cut = len(state.trace) >= _MAX_STEPS
    return forced, f"only {_MAX_STEPS} steps are rehearsed" if cut else "a run of it does not begin"


class _Progress:
    """How far a rehearsal has come on a path, in which other runs may come between."""

    def __init__(self, path: WorkflowPath) -> None:
        self._runs = path.runs
        self._ahead: list[list[int]] = [[] for _ in path.runs]
        for index, step in enumerate(path.steps):
            self._ahead[step.run].append(index)
        self._started = 0
        self._run_numbers: dict[int, int | None] = {}

    @property
    def done(self) -> bool:
        return not any(self._ahead)

    def step_of(self, entry: TraceEntry) -> int | None:
        """The index of the path's step that an entry is about; None where it is about none of it."""
        if not entry.run:
            return None
        if entry.run not in self._run_numbers:
            is_next = self._started < len(self._runs) and self._runs[self._started].analysis.key == entry.key
            self._run_numbers[entry.run] = self._started if is_next else None
            self._started += is_next
        number = self._run_numbers[entry.run]
        return self._ahead[number].pop(0) if number is not None and self._ahead[number] else None


def _outcome(entry: TraceEntry) -> str:
    taken = next((edge for edge in entry.tried if edge.pointer == entry.taken), None)
    return why(entry) or f"it goes to {taken.target_name if taken is not None else entry.target}"


def _forced_edge(entry: TraceEntry, step: PathStep) -> str:
    """The pointer of the error case or transition that has to be forced for what the path's step says."""
    error_case = step.error_case.transition.pointer if step.error_case is not None else ""
    return error_case if error_case and entry.error_case != error_case else step.pointer


def _follows(entry: TraceEntry, step: PathStep) -> bool:
    """Whether what happened is what the path's step says."""
    if entry.left or (entry.failure is not None) is not step.fails:
        return False
    if step.error_case is not None and entry.error_case != step.error_case.transition.pointer:
        return False
    if step.edge is None:
        return not entry.taken and not entry.broken
    return entry.taken == step.pointer
