"""``text``: for a person. A rehearsal step by step: its params, its output, the edge it took and why; or the paths of
workflows with what each needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from textwrap import wrap

from kustui.analysis.names import node_name
from kustui.definition.platform import RUNS_PER_WINDOW, TRIGGER_ID
from kustui.definition.values import MISSING
from kustui.groups import grouped
from kustui.simulate.engine import words
from kustui.simulate.engine.history import Coverage, CoverageRatio, WorkflowCoverage
from kustui.simulate.engine.trace import EntryKind, OutputSource, TraceEntry, TriedEdge
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.differences import Difference
from kustui.simulate.scenarios.explore import (
    MAX_PATHS,
    DescribedRun,
    Exploration,
    ExploredPath,
    build_path_scenario,
)
from kustui.simulate.scenarios.replay import Replay
from kustui.simulate.scenarios.suite import Outcome, PlacedDifference, ScenarioResult
from kustui.text.messages import counted, shortened, some_of
from kustui.text.terminal_safe import Paint, painter, terminal_safe

_WIDTH = 80
_LOOKS = {
    "heading": "1",
    "time": "36",
    "yes": "1;32",
    "no": "2",
    "?": "1;33",
    "wrong": "1;31",
    "mark": "33",
    "aside": "2",
}
_MAX_UNTAKEN = 5
_LONGEST_TITLE = 100
_MAX_PASSED = 20
"""Results beyond which those that passed are only counted, unless their steps are shown."""


def report(
    results: Sequence[ScenarioResult],
    coverage: Coverage | None = None,
    *,
    shown: Collection[str] | None = None,
    colour: bool = False,
) -> Iterator[str]:
    paint = painter(_LOOKS, colour=colour)
    is_long = len(results if shown is None else shown) > _MAX_PASSED
    for result in results:
        if shown is not None and result.path not in shown:
            yield from _verdict(result, paint) if not result.passed else ()
        elif not (is_long and result.passed and not result.text and not result.notes):
            yield from _result(result, paint)
    if len(results) > 1:
        yield "\n"
        if coverage is not None:
            yield from _coverage(coverage)
        yield f"{_summary(results, paint)}\n"


def _result(result: ScenarioResult, paint: Paint) -> Iterator[str]:
    """Whether a scenario of a file held, and what is worth knowing; a rehearsal without one only ends."""
    yield result.text
    if not result.path:
        return
    for line in result.errors:
        yield f"{paint('wrong', '!!')} {terminal_safe(line)}\n"
    for difference in result.differences if not result.text else ():
        yield f"{paint('wrong', '!!')} {_placed(result, difference)}\n"
    for note in result.notes:
        yield f"{paint('?', 'note')} {_placed(result, note)}\n"
    yield from _verdict(result, paint)


def _placed(result: ScenarioResult, placed: PlacedDifference) -> str:
    return f"{terminal_safe(result.path)}:{placed.line}:{placed.column}: {terminal_safe(placed.message)}"


def _verdict(result: ScenarioResult, paint: Paint) -> Iterator[str]:
    title = f": {terminal_safe(shortened(result.title, _LONGEST_TITLE))}" if result.title else ""
    look, word, why = {
        Outcome.PASSED: ("yes", "passed", ""),
        Outcome.FAILED: ("wrong", "failed", f": {counted(len(result.differences), 'difference')}"),
        Outcome.UNREADABLE: ("wrong", "error", ": it cannot be replayed"),
    }[result.outcome]
    yield f"{paint(look, word)} {terminal_safe(result.path)}{title}{why}\n"


def _summary(results: Sequence[ScenarioResult], paint: Paint) -> str:
    """``12 scenarios: 1 failed, 11 passed``."""
    counts = Counter(result.outcome for result in results)
    undecided = sum(result.undecided for result in results)
    left = f" ({undecided} left undecided)" if undecided else ""
    parts = [
        (counts[Outcome.FAILED], "wrong", f"failed{left}"),
        (counts[Outcome.UNREADABLE], "wrong", "cannot be replayed"),
        (counts[Outcome.PASSED], "yes", "passed"),
    ]
    words = ", ".join(paint(look, f"{count:,} {word}") for count, look, word in parts if count)
    return f"{counted(len(results), 'scenario')}: {words}"


def render(replay: Replay, *, colour: bool = False) -> str:
    """Every step of a rehearsal, each difference where it shows, and the coverage."""
    return "".join(_replay(replay, painter(_LOOKS, colour=colour)))


def _replay(replay: Replay, paint: Paint) -> Iterator[str]:
    at = grouped((difference.entry, difference) for difference in (replay.differences if replay.file.path else ()))
    assumptions: set[str] = set()
    for entry in replay.entries:
        yield from _entry_lines(entry, assumptions, paint)
        for difference in at.get(entry.number, ()):
            yield f"   {paint('wrong', '!!')} {_difference(replay, difference)}\n"
    for difference in at.get(None, ()):
        yield f"{paint('wrong', '!!')} {_difference(replay, difference)}\n"
    yield "\n"
    if replay.cut:
        count = len(replay.entries)
        yield f"stopped after {counted(count, 'step')} with runs still pending: --max-steps allows more\n"
    yield from _coverage(Coverage.of(replay.state))
    if not replay.file.path:
        for note in replay.notes:
            yield from _wrapped(f"note: {note.message}", "?", paint)
        if not replay.file.faithful:
            yield from _wrapped("the recorded run does not happen again", "wrong", paint)


def _difference(replay: Replay, difference: Difference) -> str:
    return f"{terminal_safe(replay.file.place(difference.pointer))}: {terminal_safe(difference.message)}"


# One entry.


def _entry_lines(entry: TraceEntry, assumptions: set[str], paint: Paint) -> Iterator[str]:
    """An entry of the trace, the first line with its time. ``assumptions`` are those of earlier entries."""
    begins = entry.kind in (EntryKind.EVENT, EntryKind.START, EntryKind.SKIPPED)
    if begins:
        yield "\n" if entry.number > 1 else ""
        yield f"{paint('time', words.moment(entry.at))}  {paint('heading', terminal_safe(words.heading(entry)))}\n"
    else:
        action = f"  {paint('aside', terminal_safe(entry.action))}" if entry.action else ""
        yield f"   {paint('heading', terminal_safe(words.heading(entry)))}{action}\n"
    for text, look in _details(entry):
        yield from _wrapped(text, look, paint)
    for tried in entry.tried:
        yield from _tried(entry, tried, paint)
    if entry.ended:
        verb, look = ("left", "?") if entry.left else ("ended", "wrong" if entry.broken else "heading")
        yield from _wrapped(f"{verb}: {words.why(entry)}", look, paint)
    if entry.problem is not None:
        place = f"{entry.problem.path}:{entry.problem.span().start}"
        yield from _wrapped(f"problem: {place} [{entry.problem.rule}]", "wrong", paint)
        if entry.problem.hint:
            yield from _wrapped(f"hint: {entry.problem.hint}", "wrong", paint)
    if assumed := [text for text in entry.assumed if text not in assumptions]:
        assumptions.update(assumed)
        yield from _wrapped(f"assumed: {'; '.join(assumed)}", "aside", paint)


def _details(entry: TraceEntry) -> Iterator[tuple[str, str]]:
    if entry.waited:
        yield (
            f"waited {words.elapsed(entry.waited)} for a window: each earlier one had {RUNS_PER_WINDOW:,} runs",
            "?",
        )
    if entry.caused_by and entry.kind is not EntryKind.EVENT:
        yield f"because: {entry.cause}", "?"
    if isinstance(entry.params, dict):
        for name, value in entry.params.items():
            yield f"{name}: {words.value(value)}", ""
    for pointer in entry.omitted:
        yield f"{_below_params(pointer)}: missing, so it is omitted", "?"
    if entry.failure is not None:
        yield f"fails (mocked): {entry.failure.message}", "mark"
    elif entry.output is not MISSING and entry.source is not None and _has_output(entry):
        yield f"{_verb(entry)} ({words.SOURCES[entry.source]}): {words.whole(entry.output)}", "mark"
    yield from ((text, "heading") for text in _effects(entry))
    for note in entry.notes:
        yield f"note: {note}", "?"
    for problem in entry.problems:
        if problem is not entry.problem:
            place = f"{problem.path}:{problem.span().start}"
            yield f"{problem.severity}: {place}: {problem.message} [{problem.rule}]", "?"


def _effects(entry: TraceEntry) -> Iterator[str]:
    if (run := entry.scheduled) is not None:
        yield f"schedules {run.title} for {words.moment(run.due)}"
    if entry.published:
        yield f"publishes {entry.published}"
    written, event = words.caused(entry)
    if event:
        yield f"{f'wrote {written} -> ' if written else ''}{event}"


def _has_output(entry: TraceEntry) -> bool:
    """Whether its output is shown: not an empty one that nobody gave, nor that of an event once more."""
    if entry.kind is EntryKind.START and entry.source is not OutputSource.INPUTS:
        return False
    return bool(entry.output) or entry.source is OutputSource.MOCKED


def _verb(entry: TraceEntry) -> str:
    return {EntryKind.EVENT: "payload", EntryKind.START: "inputs"}.get(entry.kind, "returns")


def _below_params(pointer: str) -> str:
    return pointer.partition("/params/")[2].replace("/", ".")


def _tried(entry: TraceEntry, tried: TriedEdge, paint: Paint) -> Iterator[str]:
    taken = tried.pointer in (entry.taken, entry.error_case)
    outcome = "forced" if taken and entry.forced else words.outcome(tried)
    answered = tried.verdict is not None and any(part.answered for part in tried.verdict.comparisons)
    name = f'"{tried.name}": ' if tried.name else ""
    operands = ", ".join(words.operands(tried.verdict)) if tried.verdict is not None else ""
    text = (
        f"{outcome:<4}{'->' if taken else '  '} {tried.target_name}  {name}{words.condition(tried.verdict)}"
        f"{f'  [{operands}]' if operands else ''}{' (answered by hand)' if answered else ''}"
    )
    yield from _wrapped(text, "yes" if taken else "no" if outcome == "no" else "?", paint)


def _wrapped(text: str, look: str, paint: Paint) -> Iterator[str]:
    for index, line in enumerate(wrap(terminal_safe(text), _WIDTH - 10, break_on_hyphens=False) or [""]):
        yield f"{'      ' if index == 0 else '          '}{paint(look, line)}\n"


# Coverage.


def _coverage(coverage: Coverage) -> Iterator[str]:
    if not coverage.workflows:
        return
    yield f"coverage: {_share(coverage.steps, 'steps')}, {_share(coverage.edges, 'transitions')}\n"
    for covered in coverage.workflows:
        yield from _untaken(covered)


def _untaken(covered: WorkflowCoverage) -> Iterator[str]:
    flow, never = covered.analysis.flow, {*covered.untaken_steps}
    untaken = [flow.name_of(flow.steps[id_]) for id_ in covered.untaken_steps]
    untaken += [f"{edge.source} to {edge.destination}" for edge in covered.untaken_edges if edge.source not in never]
    if untaken:
        text = f"{covered.analysis.title}: never {some_of(untaken, _MAX_UNTAKEN)}"
        for index, line in enumerate(wrap(terminal_safe(text), _WIDTH - 6, break_on_hyphens=False)):
            yield f"{'  ' if index == 0 else '      '}{line}\n"


def _share(share: CoverageRatio, noun: str) -> str:
    return f"{share.taken} of {share.total} {noun}"


# Paths


def paths_report(
    organisation: Organisation, explorations: Iterable[Exploration], *, chain: bool = False, colour: bool = False
) -> Iterator[str]:
    """Every path with its steps and what has to hold, one workflow after the other."""
    paint = painter(_LOOKS, colour=colour)
    for index, exploration in enumerate(explorations):
        more = ", and there are more" if exploration.cut else ""
        through = " through its chain" if chain else ""
        yield "\n" if index else ""
        heading = f"{exploration.analysis.title}: {exploration.summary(through)}{more}"
        yield f"{paint('heading', terminal_safe(heading))}\n"
        starts: dict[tuple[str, ...], int] = {}
        for number, path in enumerate(exploration.paths, start=1):
            yield from _path_runs(number, path, starts, paint)
            yield from _feasibility(organisation, path, paint)
        if exploration.cut:
            yield f"  cut: at most {MAX_PATHS} paths are listed\n"


def _path_runs(number: int, path: ExploredPath, starts: dict[tuple[str, ...], int], paint: Paint) -> Iterator[str]:
    """``starts`` are the first runs of the paths so far, each with the number of the path that showed them."""
    runs = path.described_runs
    keys = [_key(run) for run in runs]
    shared = max(count for count in range(len(keys)) if not count or tuple(keys[:count]) in starts)
    for index, run in enumerate(runs):
        earlier = starts.setdefault(tuple(keys[: index + 1]), number)
        if index < shared:
            if index == shared - 1:
                yield from _path_line(f"{number:>3}  same as {earlier} up to {run.analysis.title}, then", "", paint)
            continue
        margin = f"{number:>3}  " if not index else "     "
        steps = " -> ".join(run.name(node) for node in run.nodes if node != TRIGGER_ID) or "no step"
        start = f"{words.moment(run.path_run.due)}  {run.analysis.title}: " if index else ""
        yield from _path_line(f"{margin}{start}{steps}", "", paint)
        for need in run.needs:
            yield from _path_line(f"       if {need}", "aside", paint)
    for reason in path.not_followed:
        yield from _path_line(f"     {reason}", "aside", paint)


def _feasibility(organisation: Organisation, path: ExploredPath, paint: Paint) -> Iterator[str]:
    """Why a path cannot be taken, or where it has to be forced; nothing where values lead along it."""
    if path.is_contradiction:
        yield from _path_line(f"       cannot hold: {path.contradiction}", "wrong", paint)
        return
    if not path.workflow_path.solutions:
        yield from _path_line("       no value found: not every combination was tried", "?", paint)
        return
    path_scenario = build_path_scenario(organisation, path)
    for condition in path.unsolved if path_scenario.forced or path_scenario.stops else ():
        yield from _path_line(f"       no value found: {condition}", "?", paint)
    for forced in path_scenario.forced:
        where = f"{forced.analysis.title}, " if len(path.workflow_path.runs) > 1 else ""
        place = f"{where}{node_name(forced.analysis.flow, forced.node)}"
        yield from _path_line(f"       must be forced at {place}, else {forced.why}", "?", paint)
    if path_scenario.stops:
        yield from _path_line(f"       cannot be rehearsed to its end: {path_scenario.stops}", "wrong", paint)


def _key(run: DescribedRun) -> str:
    return repr((run.analysis.key, run.nodes, run.needs))


def _path_line(line: str, look: str, paint: Paint) -> Iterator[str]:
    for part in wrap(
        terminal_safe(line), _WIDTH, subsequent_indent=" " * 10, break_on_hyphens=False, drop_whitespace=False
    ):
        yield f"{paint(look, part.rstrip())}\n"
