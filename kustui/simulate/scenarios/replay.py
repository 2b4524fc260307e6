"""A scenario replayed, with every difference from what it expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from kustui.definition.expressions import value_in_words
from kustui.definition.values import MISSING, to_json_value
from kustui.simulate import DEFAULT_MAX_STEPS, MINUTE
from kustui.simulate.engine.engine import (
    AbandonRun,
    AnswerQuestion,
    Decision,
    ExecuteStep,
    ForceEdge,
    SetFailure,
    SetOutput,
    StartEvent,
    advance,
)
from kustui.simulate.engine.history import Coverage
from kustui.simulate.engine.state import State, initial_state
from kustui.simulate.engine.trace import EntryKind, TraceEntry
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.file import ResolvedScenario, ScenarioFile
from kustui.simulate.scenarios.model import ExpectedCoverage, ExpectedRun, ExpectedSchedule, ExpectedValue
from kustui.text.messages import quoted


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that differs from what a scenario expects."""

    pointer: str
    """Of the expectation, in the scenario."""
    message: str
    entry: int | None = None
    """The number of the entry where it shows; None where it is at the end."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The result of a scenario."""

    file: ScenarioFile
    state: State
    """The last."""
    entries: tuple[TraceEntry, ...]
    """All that happened, also what the state's own trace no longer has."""
    cut: bool
    """Whether it went on beyond the steps that are allowed."""
    differences: tuple[Difference, ...]
    """What differs from what is expected, in the order in which it happened."""

    @property
    def held(self) -> bool:
        return not self.differences


def replay(
    file: ScenarioFile,
    organisation: Organisation,
    most: int | None = None,
    on_state: Callable[[State], object] = lambda _: None,
) -> Replay:
    """Replay a scenario to its end, or until ``most`` steps were made. Raises ScenarioError for unknown names.

    ``on_state`` is called with every state, the first included.
    """
    names = ResolvedScenario(file, organisation)
    entries: list[TraceEntry] = []
    most = most or file.scenario.max_steps or DEFAULT_MAX_STEPS
    state = start_scenario(file, organisation, names)
    on_state(state)
    for after in replayed_states(state, names):
        state = after
        on_state(state)
        if state.last is not None and len(state.trace) > len(entries):
            entries.append(state.last)
            if len(entries) >= most and not state.finished:
                break
    cut = not state.finished
    return Replay(file, state, tuple(entries), cut, tuple(_differences(file, names, state, entries, cut=cut)))


def start_scenario(file: ScenarioFile, organisation: Organisation, names: ResolvedScenario) -> State:
    """The state in which everything that a scenario starts is on the queue."""
    scenario = file.scenario
    state = initial_state(organisation, scenario.seed, file.start_time, scenario.variables)
    for start, analysis in zip(scenario.start, names.starts, strict=True):
        after = round(start.after * MINUTE)
        key = analysis.key if analysis else ""
        state = advance(state, StartEvent(start.payload, start.event or "", key, after, start.drafted))
    return state


def replayed_states(state: State, names: ResolvedScenario) -> Iterator[State]:
    """Every state until nothing is left. A run whose question nobody answers is abandoned."""
    while not state.finished:
        state = next_state(state, names)
        yield state


def next_state(state: State, names: ResolvedScenario, *more: Decision) -> State:
    """The next state, with what a scenario decides about it, and more that is decided besides."""
    run = state.run
    for decision in (*decisions_for(state, names), *more):
        state = advance(state, decision)
    if run is None or state.run is not None:  # else a choice was to abandon it
        state = advance(state, ExecuteStep())
    return advance(state, AbandonRun()) if state.question is not None else state


def decisions_for(state: State, names: ResolvedScenario) -> Iterator[Decision]:
    """What a scenario decides about the next step, before it is executed."""
    run, analysis = state.run, state.analysis
    if run is None or analysis is None:
        return
    mock = names.mock(run.key, run.node, state.invocation)
    if mock is not None and mock.fails is not None:
        yield SetFailure(mock.fails.status, mock.fails.body)
    elif mock is not None:
        yield SetOutput(mock.returns, mock.drafted)
    for choice in names.choices_for(run.key, run.node, state.invocation):
        if choice.leave is not None:
            yield AbandonRun(choice.leave)
        elif choice.at is not None:
            yield AnswerQuestion(f"{analysis.entry.item.pointer}{choice.at}", choice.answer)
        else:
            fails = mock is not None and mock.fails is not None
            edges = analysis.flow.declared_edges.get(run.node, ())
            taken = (edge for edge in edges if edge.target == choice.take and edge.after_failure == fails)
            yield ForceEdge(next((edge.transition.pointer for edge in taken), ""))


# What is expected


def _differences(
    file: ScenarioFile, names: ResolvedScenario, state: State, entries: Sequence[TraceEntry], *, cut: bool
) -> Iterator[Difference]:
    """Every difference, those of the path first, each in the order in which it happened."""
    expect = file.scenario.expect
    unmet: list[Difference] = []
    if expect.path is not None:
        unmet.extend(_in_path(names, expect.path, entries))
    if expect.scheduled is not None:
        unmet.extend(_in_schedules(names, expect.scheduled, entries))
    unmet.extend(_in_values("/expect/outputs", expect.outputs, names.outputs, entries, "answers", "output"))
    unmet.extend(_in_values("/expect/params", expect.params, names.params, entries, "is given", "params"))
    unmet.extend(_unexpected_steps(names, entries))
    if cut and (expect.path is not None or expect.scheduled is not None):
        unmet.append(Difference("", f"stopped after {len(entries):,} steps, before the end"))
    last = len(entries) + 1
    yield from sorted(unmet, key=lambda difference: last if difference.entry is None else difference.entry)
    if expect.coverage is not None:
        yield from _in_coverage(expect.coverage, state)


def _in_path(
    names: ResolvedScenario, expected: Sequence[ExpectedRun], entries: Sequence[TraceEntry]
) -> Iterator[Difference]:
    """The first difference only: the others follow from it."""
    runs: dict[int, list[TraceEntry]] = {}
    for entry in entries:
        if entry.run:
            runs.setdefault(entry.run, []).append(entry)
    # In the order in which they begin, which is not that in which they were queued.
    for index, (path, run) in enumerate(zip_longest(expected, runs.values())):
        place = f"/expect/path/{index}"
        if path is None:
            message = f"{quoted(run[0].title)} runs, but no more runs are expected"
            yield Difference("/expect/path", message, run[0].number)
            return
        analysis = names.paths[index]
        assert analysis is not None, "looked up before"
        if run is None:
            yield Difference(f"{place}/workflow", f"{quoted(analysis.title)} does not run")
            return
        if run[0].key != analysis.key:
            message = f"{quoted(run[0].title)} runs, not {quoted(analysis.title)}"
            yield Difference(f"{place}/workflow", message, run[0].number)
            return
        if (difference := _in_steps(place, path, run)) is not None:
            yield difference
            return


def _in_steps(place: str, expected: ExpectedRun, entries: Sequence[TraceEntry]) -> Difference | None:
    steps = [entry for entry in entries if entry.kind is EntryKind.STEP]
    for index, (step, entry) in enumerate(zip_longest(expected.steps, steps)):
        if step is None:
            message = f"{quoted(entry.node)} runs, but the run is expected to have ended"
            return Difference(f"{place}/steps", message, entry.number)
        if entry is None:
            last = entries[-1]
            why = f": {last.ended}" if last.ended else ""
            return Difference(f"{place}/steps/{index}", f"the run ends before {quoted(step)}{why}", last.number)
        if entry.node != step:
            return Difference(f"{place}/steps/{index}", f"{quoted(entry.node)} runs, not {quoted(step)}", entry.number)
    return None


def _in_schedules(
    names: ResolvedScenario, expected: Sequence[ExpectedSchedule], entries: Sequence[TraceEntry]
) -> Iterator[Difference]:
    scheduling = [(entry.number, entry.scheduled) for entry in entries if entry.scheduled is not None]
    for index, schedule in enumerate(expected):
        place = f"/expect/scheduled/{index}"
        if index >= len(scheduling):
            yield Difference(place, f"{quoted(schedule.workflow)} is not scheduled")
            return
        number, run = scheduling[index]
        if run.workflow_id != names.scheduled_id(schedule):
            message = f"{quoted(run.title)} is scheduled, not {quoted(schedule.workflow)}"
            yield Difference(f"{place}/workflow", message, number)
            return
        if schedule.at is not None and round(schedule.at * MINUTE) != run.due:
            message = f"{quoted(run.title)} is due at T+{run.due / MINUTE:g} min, not T+{schedule.at:g} min"
            yield Difference(f"{place}/at", message, number)
        if schedule.inputs is not None and (
            why := _mismatch(to_json_value(run.inputs), schedule.inputs, "", exact=True)
        ):
            yield Difference(f"{place}/inputs", f"{quoted(run.title)} receives {why}", number)
    for number, run in scheduling[len(expected) : len(expected) + 1]:
        message = f"{quoted(run.title)} is scheduled, but nothing more is expected"
        yield Difference("/expect/scheduled", message, number)


def _in_values(
    pointer: str,
    expected: Sequence[ExpectedValue],
    places: Sequence[tuple[str, str]],
    entries: Sequence[TraceEntry],
    verb: str,
    attribute: str,
) -> Iterator[Difference]:
    """The differences of outputs or params, which are the ``attribute`` of an entry."""
    for index, (sent, place) in enumerate(zip(expected, places, strict=True)):
        at_place = [entry for entry in entries if _executes(entry, place)]
        if sent.invocation is not None:
            at_place = [entry for entry in at_place if entry.invocation == sent.invocation]
        if not at_place:
            yield Difference(f"{pointer}/{index}", f"{quoted(sent.step)} does not run")
            continue
        entry = at_place[-1]
        value = getattr(entry, attribute)
        if value is MISSING:
            yield Difference(f"{pointer}/{index}", f"{quoted(entry.name)} {verb} nothing", entry.number)
        elif why := _mismatch(to_json_value(value), sent.value, "", exact=False):
            yield Difference(f"{pointer}/{index}/value", f"{quoted(entry.name)} {verb} {why}", entry.number)


def _unexpected_steps(names: ResolvedScenario, entries: Sequence[TraceEntry]) -> Iterator[Difference]:
    """The steps that run and must not, each once."""
    for index, place in enumerate(names.not_run):
        entry = next((entry for entry in entries if _executes(entry, place)), None)
        if entry is not None:
            yield Difference(f"/expect/notRun/{index}", f"{quoted(entry.name)} runs", entry.number)


def _executes(entry: TraceEntry, place: tuple[str, str]) -> bool:
    return (entry.key, entry.node) == place and entry.kind in (EntryKind.STEP, EntryKind.START)


def _in_coverage(expected: ExpectedCoverage, state: State) -> Iterator[Difference]:
    coverage = Coverage.of(state)
    for noun, least, percent in (
        ("steps", expected.steps, coverage.steps.percent),
        ("transitions", expected.transitions, coverage.edges.percent),
    ):
        if percent < least:
            message = f"{percent:.4g} % of the {noun} are taken, not {least:.4g} %"
            yield Difference(f"/expect/coverage/{noun}", message)


# Values


def _mismatch(value: Any, expected: Any, path: str, *, exact: bool) -> str:
    """How a JSON value differs from the expected one, in words; an empty string where it does not.

    Unless ``exact``, objects may have members that are not expected.
    """
    if isinstance(value, Mapping) and isinstance(expected, Mapping):
        return _mismatch_in_object(value, expected, path, exact=exact)
    if isinstance(value, list) and isinstance(expected, list) and len(value) == len(expected):
        pairs = enumerate(zip(value, expected, strict=True))
        reasons = (_mismatch(one, other, f"{path}[{index}]", exact=exact) for index, (one, other) in pairs)
        return next(filter(None, reasons), "")
    comparable = type(value) is type(expected) or (_is_number(value) and _is_number(expected))
    if comparable and not isinstance(value, list) and value == expected:
        return ""
    where = f"{quoted(path)} as " if path else ""
    return f"{where}{value_in_words(value)}, not {value_in_words(expected)}"


def _mismatch_in_object(value: Mapping[str, Any], expected: Mapping[str, Any], path: str, *, exact: bool) -> str:
    prefix = f"{path}." if path else ""
    for name, member in expected.items():
        if name not in value:
            return f"no {quoted(f'{prefix}{name}')}"
        if why := _mismatch(value[name], member, f"{prefix}{name}", exact=exact):
            return why
    extra = next((name for name in value if name not in expected), None) if exact else None
    return f"{quoted(f'{prefix}{extra}')} as well" if extra is not None else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
