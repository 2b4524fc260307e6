"""What came of a scenario, held against what it expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from kustui.definition.expressions import value_in_words
from kustui.definition.values import MISSING, to_json_value
from kustui.simulate.engine.coverage import Coverage
from kustui.simulate.engine.trace import EntryKind, TraceEntry
from kustui.text.json_words import quoted

if TYPE_CHECKING:
    from kustui.simulate.engine.state import State
    from kustui.simulate.scenarios.model import RunPath, Schedule, Sent
    from kustui.simulate.scenarios.read import ResolvedScenario, ScenarioFile

_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that came otherwise than a scenario says."""

    pointer: str
    """Of the expectation, in the scenario."""
    message: str
    entry: int | None = None
    """The number of the entry where it shows; None where it is at the end."""


def differences(
    file: ScenarioFile, cast: ResolvedScenario, state: State, entries: Sequence[TraceEntry], *, cut: bool
) -> Iterator[Difference]:
    """Every difference, those of the path first, each in the order in which it happened."""
    expect = file.scenario.expect
    found: list[Difference] = []
    if expect.path is not None:
        found.extend(_of_path(cast, expect.path, entries))
    if expect.scheduled is not None:
        found.extend(_of_schedules(cast, expect.scheduled, entries))
    found.extend(_of_values("/expect/outputs", expect.outputs, cast.outputs, entries, "answers", "output"))
    found.extend(_of_values("/expect/params", expect.params, cast.params, entries, "is given", "params"))
    for index, place in enumerate(cast.not_run):
        for entry in entries:
            if (entry.key, entry.node) == place and entry.kind in (EntryKind.STEP, EntryKind.START):
                found.append(Difference(f"/expect/notRun/{index}", f"{quoted(entry.name)} runs", entry.number))
                break
    if cut and (expect.path is not None or expect.scheduled is not None):
        found.append(Difference("", f"it was cut after {len(entries):,} steps, and has not come to its end"))
    last = len(entries) + 1
    yield from sorted(found, key=lambda each: last if each.entry is None else each.entry)
    if expect.coverage is not None:
        covered = Coverage.of(state)
        for noun, least, share in (
            ("steps", expect.coverage.steps, covered.steps.percent),
            ("transitions", expect.coverage.transitions, covered.edges.percent),
        ):
            if share < least:
                message = f"{share:.4g} % of the {noun} are taken, not {least:.4g} %"
                yield Difference(f"/expect/coverage/{noun}", message)


def _of_path(
    cast: ResolvedScenario, expected: Sequence[RunPath], entries: Sequence[TraceEntry]
) -> Iterator[Difference]:
    """The first difference: all that follows, follows from it."""
    runs: dict[int, list[TraceEntry]] = {}
    for entry in entries:
        if entry.run:
            runs.setdefault(entry.run, []).append(entry)
    # In the order in which they begin, which is not that in which they were made.
    for index, (wanted, came) in enumerate(zip_longest(expected, runs.values())):
        place = f"/expect/path/{index}"
        if wanted is None:
            yield Difference(
                "/expect/path", f"{quoted(came[0].title)} runs, and no more runs are expected", came[0].number
            )
            return
        member = cast.paths[index]
        assert member is not None, "looked up before"
        if came is None:
            yield Difference(f"{place}/workflow", f"{quoted(member.title)} does not run")
            return
        if came[0].key != member.key:
            message = f"{quoted(came[0].title)} runs, not {quoted(member.title)}"
            yield Difference(f"{place}/workflow", message, came[0].number)
            return
        if (difference := _of_steps(place, wanted, came)) is not None:
            yield difference
            return


def _of_steps(place: str, wanted: RunPath, came: Sequence[TraceEntry]) -> Difference | None:
    steps = [entry for entry in came if entry.kind is EntryKind.STEP]
    for index, (step, entry) in enumerate(zip_longest(wanted.steps, steps)):
        if step is None:
            return Difference(
                f"{place}/steps", f"{quoted(entry.node)} runs, and the run is expected to be over", entry.number
            )
        if entry is None:
            last = came[-1]
            why = f": {last.ended}" if last.ended else ""
            message = f"the run is over before {quoted(step)}{why}"
            return Difference(f"{place}/steps/{index}", message, last.number)
        if entry.node != step:
            return Difference(f"{place}/steps/{index}", f"{quoted(entry.node)} runs, not {quoted(step)}", entry.number)
    return None


def _of_schedules(
    cast: ResolvedScenario, expected: Sequence[Schedule], entries: Sequence[TraceEntry]
) -> Iterator[Difference]:
    came = [entry for entry in entries if entry.scheduled is not None]
    for index, (wanted, entry) in enumerate(zip_longest(expected, came)):
        place = f"/expect/scheduled/{index}"
        if entry is None:
            yield Difference(place, f"{quoted(wanted.workflow)} is not scheduled")
            return
        told = entry.scheduled
        assert told is not None, "only those that schedule are looked at"
        if wanted is None:
            message = f"{quoted(told.title)} is scheduled, and nothing more is expected to be"
            yield Difference("/expect/scheduled", message, entry.number)
            return
        if told.workflow_id != cast.scheduled_id(wanted):
            message = f"{quoted(told.title)} is scheduled, not {quoted(wanted.workflow)}"
            yield Difference(f"{place}/workflow", message, entry.number)
            return
        if wanted.at is not None and round(wanted.at * _MINUTE) != told.due:
            message = f"{quoted(told.title)} is due at T+{told.due / _MINUTE:g} min, not T+{wanted.at:g} min"
            yield Difference(f"{place}/at", message, entry.number)
        if wanted.inputs is not None and (why := _unlike(to_json_value(told.inputs), wanted.inputs, "", exact=True)):
            yield Difference(f"{place}/inputs", f"{quoted(told.title)} is handed over {why}", entry.number)


def _of_values(
    pointer: str,
    expected: Sequence[Sent],
    places: Sequence[tuple[str, str]],
    entries: Sequence[TraceEntry],
    verb: str,
    what: str,
) -> Iterator[Difference]:
    for index, (wanted, place) in enumerate(zip(expected, places, strict=True)):
        came = [
            entry
            for entry in entries
            if (entry.key, entry.node) == place and entry.kind in (EntryKind.STEP, EntryKind.START)
        ]
        if wanted.invocation is not None:
            came = [entry for entry in came if entry.invocation == wanted.invocation]
        if not came:
            yield Difference(f"{pointer}/{index}", f"{quoted(wanted.step)} does not run")
            continue
        entry = came[-1]
        value = getattr(entry, what)
        if value is MISSING:
            yield Difference(f"{pointer}/{index}", f"{quoted(entry.name)} {verb} nothing", entry.number)
        elif why := _unlike(to_json_value(value), wanted.value, "", exact=False):
            yield Difference(f"{pointer}/{index}/value", f"{quoted(entry.name)} {verb} {why}", entry.number)


def _unlike(value: Any, wanted: Any, path: str, *, exact: bool) -> str:
    """How a value differs from what is wanted, in words; an empty string where it does not."""
    if isinstance(value, Mapping) and isinstance(wanted, Mapping):
        for name, each in wanted.items():
            inner = f"{path}.{name}" if path else str(name)
            if name not in value:
                return f"no {quoted(inner)}"
            if why := _unlike(value[name], each, inner, exact=exact):
                return why
        for name in value if exact else ():
            if name not in wanted:
                return f"{quoted(f'{path}.{name}' if path else str(name))} as well"
        return ""
    if type(value) is type(wanted) or (_is_number(value) and _is_number(wanted)):
        if isinstance(value, list):
            if len(value) == len(wanted):
                pairs = enumerate(zip(value, wanted, strict=True))
                reasons = (_unlike(one, other, f"{path}[{at}]", exact=exact) for at, (one, other) in pairs)
                return next(filter(None, reasons), "")
        elif value == wanted:
            return ""
    where = f"{quoted(path)} as " if path else ""
    return f"{where}{value_in_words(value)}, not {value_in_words(wanted)}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
