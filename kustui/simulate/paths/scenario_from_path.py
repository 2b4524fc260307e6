"""A scenario for a way through workflows: what it needs is drafted, and whatever it does not do by itself is forced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from kustui.definition.dates import parse_date
from kustui.definition.models import Step
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.values import MISSING, to_json_value
from kustui.simulate.engine.decisions import ForceEdge
from kustui.simulate.engine.state import DEFAULT_START
from kustui.simulate.engine.trace import EntryKind
from kustui.simulate.paths import drafts
from kustui.simulate.paths.path_search import COMPUTED, PathStep, WorkflowPath
from kustui.simulate.paths.provenance import failure_of
from kustui.simulate.reports.words import why
from kustui.simulate.scenarios.model import Scenario
from kustui.simulate.scenarios.read import ResolvedScenario, as_file
from kustui.simulate.scenarios.record import record_scenario
from kustui.simulate.scenarios.replay import next_state, replay, start_scenario
from kustui.simulate.values.evaluation import EvaluationContext, resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kustui.analysis.inferred_fields import Fields
    from kustui.simulate.engine.organisation import Member, Organisation
    from kustui.simulate.engine.trace import TraceEntry
    from kustui.simulate.paths.path_runs import PathRun
    from kustui.simulate.paths.path_search import SolvedConstraints

_MOST_STEPS = 300
_MOST_WORLDS = 3
"""Combinations that are rehearsed before a way is forced."""


class ForcedStep(NamedTuple):
    """A trigger or a step that no value is known to lead on from."""

    member: Member
    node: str
    why: str
    """What comes of it otherwise, in a clause."""


@dataclass(frozen=True, slots=True)
class PathScenario:
    """A scenario that goes a way, and how far."""

    scenario: Scenario | None
    """None where the way contradicts itself."""
    forced: tuple[ForcedStep, ...] = ()
    stops: str = ""
    """Why a rehearsal does not come to the way's end even so, in a clause; empty where it does."""


def scenario_for_path(organisation: Organisation, path: WorkflowPath, title: str) -> PathScenario:
    """A scenario that goes a way, its payload and answers drafted, and where they lead elsewhere the way forced."""
    first: PathScenario | None = None
    for solved in path.solutions[:_MOST_WORLDS]:
        found = _proposed(organisation, path, solved, title)
        if not found.forced and not found.stops:
            return found
        first = first or found
        if solved.solution.open:
            break  # the others leave open as much
    return first or PathScenario(None)


def _proposed(organisation: Organisation, path: WorkflowPath, solved: SolvedConstraints, title: str) -> PathScenario:
    written = _drafted(organisation, path, solved, title)
    forced, stops = _gone(organisation, path, Scenario.model_validate(written))
    counts = _invocations(path)
    choices = []
    for index in forced:
        path_step = path.steps[index]
        place = {"workflow": organisation.name_of(path.runs[path_step.run].member.key), "step": path_step.node}
        target = path_step.edge.target if path_step.edge is not None else None
        choices.append({**place, "invocation": counts[index], "take": target})
    scenario = Scenario.model_validate({**written, **({"choices": choices} if choices else {})})
    return PathScenario(scenario, tuple(forced.values()), stops)


def with_expectations(organisation: Organisation, scenario: Scenario) -> Scenario:
    """The same with all that comes of it, what it schedules included, written down; as it is where that never ends."""
    came = replay(as_file(scenario), organisation, _MOST_STEPS)
    if came.cut:
        return scenario
    return Scenario.model_validate(record_scenario(scenario.scenario, came.state, came.entries))


def _invocations(path: WorkflowPath) -> list[int]:
    """Which time each leg's trigger or step is carried out, in the order of the way."""
    counts: dict[tuple[str, str], int] = {}
    found = []
    for path_step in path.steps:
        place = (path.runs[path_step.run].member.key, path_step.node)
        counts[place] = counts.get(place, 0) + 1
        found.append(counts[place])
    return found


def _drafted(organisation: Organisation, path: WorkflowPath, solved: SolvedConstraints, title: str) -> dict[str, Any]:
    values = solved.solution.values
    began = parse_date(DEFAULT_START) or 0
    member = path.runs[0].member
    payload = drafts.payload(member, began, _aims(solved, 0, TRIGGER_ID))
    datas = [_data(payload)]
    mocks = []
    for path_step, invocation in zip(path.steps, _invocations(path), strict=True):
        path_run = path.runs[path_step.run]
        now = began + path_run.due
        if path_step.run == len(datas):
            datas.append(_handed(path_run, datas, now))
        step = path_run.member.flow.part(path_step.node)
        if not isinstance(step, Step) or step.action is None:
            continue
        place = {"workflow": organisation.name_of(path_run.member.key), "step": step.id, "invocation": invocation}
        if path_step.fails:
            failure = failure_of(values, path_step.run, path_step.node)
            told = {"status": failure.status, "body": failure.body}
            mocks.append({**place, "fails": {name: value for name, value in told.items() if value is not None}})
        elif step.action not in COMPUTED:
            output = _output(path_run.member, step, datas[path_step.run], now, _aims(solved, path_step.run, step.id))
            datas[path_step.run]["steps"][step.id] = output
            mocks.append({**place, "returns": to_json_value(output), "drafted": True})
    return {
        "scenario": title,
        "start": [{"workflow": organisation.name_of(member.key), "payload": to_json_value(payload), "drafted": True}],
        **({"mocks": mocks} if mocks else {}),
    }


def _data(payload: Any) -> dict[str, Any]:
    return {"steps": {TRIGGER_ID: payload}, "variables": {}}


def _handed(path_run: PathRun, datas: Sequence[Mapping[str, Any]], now: int) -> dict[str, Any]:
    scope = path_run.scheduled_in
    assert scope is not None, "all but the first are scheduled"
    handed = resolve(path_run.inputs, EvaluationContext(datas[scope.run], now))
    return _data(handed if isinstance(handed, Mapping) else {})


def _output(member: Member, step: Step, data: Mapping[str, Any], now: int, targets: Mapping[Fields, Any]) -> Any:
    if () in targets and targets[()] != {}:
        return None if targets[()] is MISSING else targets[()]
    return drafts.output(member, step, data, now, {fields: value for fields, value in targets.items() if fields})


def _aims(solved: SolvedConstraints, run: int, node: str) -> Mapping[Fields, Any]:
    return {
        origin.fields: value
        for origin, value in solved.solution.values.items()
        if (origin.run, origin.node, origin.failure) == (run, node, False)
    }


def _gone(organisation: Organisation, path: WorkflowPath, scenario: Scenario) -> tuple[dict[int, ForcedStep], str]:
    """The legs at which the rehearsal of a scenario has to be forced, by their place on the way; and why it does not
    come to the way's end even so, or an empty string."""
    file = as_file(scenario)
    cast = ResolvedScenario(file, organisation)
    itinerary = _Itinerary(path)
    forced: dict[int, ForcedStep] = {}
    state = start_scenario(file, organisation, cast)
    while not state.finished and len(state.trace) < _MOST_STEPS and not itinerary.done:
        after = next_state(state, cast)
        entry = after.last if len(after.trace) > len(state.trace) else None
        index = itinerary.place_of(entry) if entry is not None else None
        if entry is not None and index is not None and not _goes(entry, path.steps[index]):
            path_step = path.steps[index]
            after = next_state(
                state, cast, ForceEdge(path_step.edge.transition.pointer if path_step.edge is not None else "")
            )
            if after.last is None or not _goes(after.last, path_step):  # not even that helps
                return forced, _instead(after.last or entry)
            forced[index] = ForcedStep(path.runs[path_step.run].member, path_step.node, _instead(entry))
        state = after
    return forced, "" if itinerary.done else "a run of it does not begin"


class _Itinerary:
    """Which leg of a way is gone with each entry of a rehearsal, in which other runs may come between."""

    def __init__(self, path: WorkflowPath) -> None:
        self._runs = path.runs
        self._ahead: list[list[int]] = [[] for _ in path.runs]
        for index, path_step in enumerate(path.steps):
            self._ahead[path_step.run].append(index)
        self._begun = 0
        self._numbers: dict[int, int | None] = {}

    @property
    def done(self) -> bool:
        return not any(self._ahead)

    def place_of(self, entry: TraceEntry) -> int | None:
        """The place of the leg on the way; None where the entry is none of it."""
        if not entry.run:
            return None
        if entry.run not in self._numbers:
            wanted = self._begun < len(self._runs) and self._runs[self._begun].member.key == entry.key
            self._numbers[entry.run] = self._begun if wanted else None
            self._begun += wanted
        number = self._numbers[entry.run]
        return self._ahead[number].pop(0) if number is not None and self._ahead[number] else None


def _instead(entry: TraceEntry) -> str:
    taken = next((each for each in entry.tried if each.pointer == entry.taken), None)
    return why(entry) or f"it goes to {taken.target_name if taken is not None else entry.target}"


def _goes(entry: TraceEntry, path_step: PathStep) -> bool:
    if entry.kind is EntryKind.LEFT or (entry.failure is not None) is not path_step.fails:
        return False
    if path_step.edge is None:
        return not entry.taken and not entry.broken
    return entry.taken == path_step.edge.transition.pointer
