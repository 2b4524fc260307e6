"""What came of a scenario compared with what it expects: the path, schedules, values, where runs are left, coverage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from msgspec import Struct

from kustui.definition.expressions import value_in_words
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.values import MISSING, UndecidedRecord, is_number, to_json_value
from kustui.groups import grouped
from kustui.simulate import MINUTE
from kustui.simulate.engine.history import Coverage
from kustui.simulate.engine.state import Run, State
from kustui.simulate.engine.trace import EntryKind, TraceEntry
from kustui.simulate.engine.words import moment
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.file import ResolvedScenario, ScenarioFile
from kustui.simulate.scenarios.model import Expectations, ExpectedCoverage, ExpectedRun, ExpectedSchedule, ExpectedValue
from kustui.text.messages import counted, hint_of, quoted


class Difference(Struct, frozen=True):
    """Something that differs from what a scenario expects."""

    pointer: str
    """Of the expectation, in the scenario."""
    message: str
    entry: int | None = None
    """The number of the entry where it shows; None where it is at the end."""
    undecided: bool = False
    """Whether a run was left there, because nobody could decide how it goes on."""


def differences_from(
    file: ScenarioFile, names: ResolvedScenario, state: State, entries: Sequence[TraceEntry], *, cut: bool
) -> Iterator[Difference]:
    """Every difference, those of the path first, each in the order in which it happened."""
    expect = file.scenario.expect
    ends = [*_unexpected_ends(file, names, entries)]
    unmet = [*ends, *_without_runs(file, state.organisation, entries), *_cut_short(file, state, entries, cut=cut)]
    reported = {difference.entry for difference in ends}
    if expect.path is not None:
        in_path = _in_path(names, expect.path, entries)
        unmet.extend(difference for difference in in_path if difference.entry not in reported)
    if expect.scheduled is not None:
        unmet.extend(_in_schedules(names, expect.scheduled, entries))
    unmet.extend(_in_values("/expect/outputs", expect.outputs, names.outputs, entries, "answers", "output"))
    unmet.extend(_in_values("/expect/params", expect.params, names.params, entries, "is given", "params"))
    unmet.extend(_unexpected_steps(names, entries))
    last = len(entries) + 1
    yield from sorted(unmet, key=lambda difference: last if difference.entry is None else difference.entry)
    if expect.coverage is not None and (state.taken or not unmet):
        yield from _in_coverage(expect.coverage, state)


def _unexpected_ends(
    file: ScenarioFile, names: ResolvedScenario, entries: Sequence[TraceEntry]
) -> Iterator[Difference]:
    """The runs that are left or break off where that is not expected, and the expected ones that do not."""
    expected = [*zip(names.left, file.scenario.expect.left, strict=True)]
    met: set[int] = set()
    for entry in entries:
        if not entry.left and not entry.broken:
            continue
        matching = {
            index
            for index, (place, end) in enumerate(expected)
            if place == (entry.key, entry.node) and end.invocation in (None, entry.invocation)
        }
        met |= matching
        if not matching:
            verb = "is left" if entry.left else "breaks off"
            message = f"the run of {quoted(entry.title)} {verb} at {_part(entry)}: {entry.ended}"
            yield Difference("/expect", message, entry.number, undecided=entry.left)
    for index, (_, end) in enumerate(expected):
        if index not in met:
            message = f"no run of {quoted(end.workflow)} is left at {quoted(end.step)}"
            yield Difference(f"/expect/left/{index}", message)


def _without_runs(
    file: ScenarioFile, organisation: Organisation, entries: Sequence[TraceEntry]
) -> Iterator[Difference]:
    """The starts that start nothing, unless a path says what runs; and that nothing is expected of no step."""
    scenario, expect = file.scenario, file.scenario.expect
    happened = [entry for entry in entries if entry.kind is EntryKind.EVENT and not entry.cause]
    order = sorted(range(len(scenario.start)), key=lambda index: round(scenario.start[index].after * MINUTE))
    unstarted = [(index, entry) for index, entry in zip(order, happened, strict=False) if not entry.started]
    for index, entry in unstarted if expect.path is None else ():
        hint = hint_of(entry.name, organisation.events, "events")
        message = f'"{entry.name}" starts no workflow here{f" ({hint})" if hint else ""}'
        yield Difference(f"/start/{index}/event", message, entry.number)
    idle = not any(entry.kind is EntryKind.STEP or entry.left for entry in entries)
    if not unstarted and expect == Expectations() and idle:
        yield Difference("", "no step runs, and nothing else is expected")


def _cut_short(file: ScenarioFile, state: State, entries: Sequence[TraceEntry], *, cut: bool) -> Iterator[Difference]:
    if file.scenario.expect.cut and not cut:
        yield Difference("/expect/cut", f"it ends after {counted(len(entries), 'step')}, before it is cut")
    elif cut and not file.scenario.expect.cut:
        run, place = state.run, "with runs still to come"
        if run is not None:
            place = f"at {_part(run)} of {quoted(state.organisation.analysis(run.key).title)}"
        yield Difference("/maxSteps", f"stopped after {counted(len(entries), 'step')}, before the end: {place}")


def _in_path(
    names: ResolvedScenario, expected: Sequence[ExpectedRun], entries: Sequence[TraceEntry]
) -> Iterator[Difference]:
    """The first difference only: the others follow from it."""
    runs = grouped((entry.run, entry) for entry in entries if entry.run)
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
        if (difference := _in_steps(place, names.path_steps[index], run)) is not None:
            yield difference
            return


def _in_steps(place: str, expected: Sequence[str], entries: Sequence[TraceEntry]) -> Difference | None:
    steps = [entry for entry in entries if entry.kind is EntryKind.STEP]
    for index, (step, entry) in enumerate(zip_longest(expected, steps)):
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
            message = f"{quoted(run.title)} is scheduled, not {quoted(schedule.workflow)}{names.hint(schedule)}"
            yield Difference(f"{place}/workflow", message, number)
            return
        if schedule.at is not None and round(schedule.at * MINUTE) != run.due:
            planned = moment(round(schedule.at * MINUTE))
            message = f"{quoted(run.title)} is due at {moment(run.due)}, not {planned}"
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
            yield Difference(f"{pointer}/{index}", f"{_part(entry)} {verb} nothing", entry.number)
        elif why := _mismatch(to_json_value(value), sent.value, "", exact=False):
            yield Difference(f"{pointer}/{index}/value", f"{_part(entry)} {verb} {why}", entry.number)


def _unexpected_steps(names: ResolvedScenario, entries: Sequence[TraceEntry]) -> Iterator[Difference]:
    """The steps that run and must not, each once."""
    for index, place in enumerate(names.not_run):
        entry = next((entry for entry in entries if _executes(entry, place)), None)
        if entry is not None:
            yield Difference(f"/expect/notRun/{index}", f"{_part(entry)} runs", entry.number)


def _part(at: TraceEntry | Run) -> str:
    """The step that an entry is about, or that is next, in words."""
    return "the trigger" if at.node == TRIGGER_ID else quoted(at.name if isinstance(at, TraceEntry) else at.node)


def _executes(entry: TraceEntry, place: tuple[str, str]) -> bool:
    return (entry.key, entry.node) == place and entry.kind in (EntryKind.STEP, EntryKind.START)


def _in_coverage(expected: ExpectedCoverage, state: State) -> Iterator[Difference]:
    coverage = Coverage.of(state)
    if not coverage.workflows:
        yield Difference("/expect/coverage", "no workflow runs")
        return
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

    Unless ``exact``, objects may have members that are not expected. Something undecided is only expected as
    ``{"undecided": why}``, for whatever reason.
    """
    where = f"{quoted(path)} as " if path else ""
    if isinstance(value, UndecidedRecord):
        says_so = isinstance(expected, Mapping) and expected.keys() == value.keys()
        return "" if says_so else f"{where}undecided ({value['undecided']}), not {value_in_words(expected)}"
    if isinstance(value, Mapping) and isinstance(expected, Mapping):
        return _mismatch_in_object(value, expected, path, exact=exact)
    if isinstance(value, list) and isinstance(expected, list) and len(value) == len(expected):
        pairs = enumerate(zip(value, expected, strict=True))
        reasons = (_mismatch(one, other, f"{path}[{index}]", exact=exact) for index, (one, other) in pairs)
        return next(filter(None, reasons), "")
    return "" if _is_same_scalar(value, expected) else f"{where}{value_in_words(value)}, not {value_in_words(expected)}"


def _mismatch_in_object(value: Mapping[str, Any], expected: Mapping[str, Any], path: str, *, exact: bool) -> str:
    prefix = f"{path}." if path else ""
    for name, member in expected.items():
        if name not in value:
            return f"no {quoted(f'{prefix}{name}')}"
        if why := _mismatch(value[name], member, f"{prefix}{name}", exact=exact):
            return why
    extra = next((name for name in value if name not in expected), None) if exact else None
    return f"{quoted(f'{prefix}{extra}')} as well" if extra is not None else ""


def _is_same_scalar(value: Any, expected: Any) -> bool:
    comparable = type(value) is type(expected) or (is_number(value) and is_number(expected))
    return comparable and not isinstance(value, list) and bool(value == expected)
