"""``text``: for a person, every step with what it was given, what it answered and which way it went, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from kustui.definition.platform import RUNS_PER_WINDOW
from kustui.definition.values import MISSING
from kustui.simulate.engine.coverage import Coverage, WorkflowCoverage
from kustui.simulate.engine.trace import EntryKind, OutputSource
from kustui.simulate.reports import words
from kustui.text.quantities import counted
from kustui.text.terminal_safe import terminal_safe

if TYPE_CHECKING:
    from kustui.simulate.engine.coverage import CoverageRatio
    from kustui.simulate.engine.trace import TraceEntry, TriedEdge
    from kustui.simulate.scenarios.assertions import Difference
    from kustui.simulate.scenarios.replay import Replay

WIDTH = 80
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
_MOST_LEFT = 5

Painter = Callable[[str, str], str]


def report(replays: Sequence[Replay], *, told: bool = True, colour: bool = False) -> Iterator[str]:
    paint = painter(colour)
    for replay in replays:
        if told or not replay.held:
            yield from _replay(replay, paint)
        yield from _verdict(replay, paint)
    if len(replays) > 1:
        yield "\n"
        yield from _coverage(Coverage.of(*(replay.state for replay in replays)))
        held = sum(replay.held for replay in replays)
        yield f"{held} of {len(replays)} scenarios held\n"


def _replay(replay: Replay, paint: Painter) -> Iterator[str]:
    at: dict[int | None, list[Difference]] = {}
    for difference in replay.differences:
        at.setdefault(difference.entry, []).append(difference)
    for entry in replay.entries:
        yield from lines(entry, paint)
        for difference in at.get(entry.number, ()):
            yield f"   {paint('wrong', '!!')} {_difference(replay, difference)}\n"
    for difference in at.get(None, ()):
        yield f"{paint('wrong', '!!')} {_difference(replay, difference)}\n"
    yield "\n"
    if replay.cut:
        count = len(replay.entries)
        yield f"cut after {counted(count, 'step')} with runs still to come: --max-steps allows more\n"
    yield from _coverage(Coverage.of(replay.state))


def _difference(replay: Replay, difference: Difference) -> str:
    return f"{terminal_safe(replay.file.place(difference.pointer))}: {terminal_safe(difference.message)}"


def _verdict(replay: Replay, paint: Painter) -> Iterator[str]:
    """Whether a scenario of a file held; a rehearsal without one only ends."""
    if not replay.file.path:
        return
    title = f"{terminal_safe(replay.file.path)}: {terminal_safe(replay.file.scenario.scenario)}"
    if replay.held:
        yield f"{paint('yes', 'held')} {title}\n"
        return
    count = len(replay.differences)
    yield f"{paint('wrong', 'did not hold')} {title}: {counted(count, 'difference')}\n"


# One entry.


def lines(entry: TraceEntry, paint: Painter) -> Iterator[str]:
    """An entry of the trace, the first line with its time."""
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
        yield from _wrapped(f"over: {words.why(entry)}", "wrong" if entry.broken else "heading", paint)
    if entry.problem is not None:
        place = f"{entry.problem.document.path}:{entry.problem.span().start}"
        yield from _wrapped(f"problem: {place} [{entry.problem.rule}]", "wrong", paint)
        if entry.problem.hint:
            yield from _wrapped(f"hint: {entry.problem.hint}", "wrong", paint)
    if entry.assumed:
        yield from _wrapped(f"assumed: {'; '.join(entry.assumed)}", "aside", paint)


def _details(entry: TraceEntry) -> Iterator[tuple[str, str]]:
    if entry.waited:
        yield (
            f"waited {words.moment(entry.waited)[2:]} for a window: {RUNS_PER_WINDOW:,} runs had begun in each before",
            "?",
        )
    if isinstance(entry.params, dict):
        for name, value in entry.params.items():
            yield f"{name}: {words.value(value)}", ""
    for pointer in entry.left_out:
        yield f"{_below_params(pointer)}: missing, so it is left out", "?"
    if entry.failure is not None:
        yield f"fails (mocked): {entry.failure.message}", "mark"
    elif entry.output is not MISSING and entry.mark is not None and _is_told(entry):
        yield f"{_verb(entry)} ({words.MARKS[entry.mark]}): {words.whole(entry.output)}", "mark"
    if (told := entry.scheduled) is not None:
        yield f"schedules {told.title} for {words.moment(told.due)}", "heading"
    if entry.published:
        yield f"publishes {entry.published}", "heading"
    for note in entry.notes:
        yield f"note: {note}", "?"
    for problem in entry.problems:
        if problem is not entry.problem:
            place = f"{problem.document.path}:{problem.span().start}"
            yield f"{problem.severity}: {place}: {problem.message} [{problem.rule}]", "?"


def _is_told(entry: TraceEntry) -> bool:
    """An output that nothing is in, and that nobody gave, tells nothing; that of an event is told with the event."""
    if entry.kind is EntryKind.START and entry.mark is not OutputSource.INPUTS:
        return False
    return bool(entry.output) or entry.mark is OutputSource.MOCKED


def _verb(entry: TraceEntry) -> str:
    return {EntryKind.EVENT: "payload", EntryKind.START: "inputs"}.get(entry.kind, "answers")


def _below_params(pointer: str) -> str:
    return pointer.partition("/params/")[2].replace("/", ".")


def _tried(entry: TraceEntry, tried: TriedEdge, paint: Painter) -> Iterator[str]:
    taken = tried.pointer == entry.taken
    outcome = "forced" if taken and entry.forced else words.outcome(tried)
    answered = tried.verdict is not None and any(each.answered for each in tried.verdict.comparisons)
    name = f'"{tried.name}": ' if tried.name else ""
    operands = ", ".join(words.operands(tried.verdict)) if tried.verdict is not None else ""
    text = (
        f"{outcome:<4}{'->' if taken else '  '} {tried.target_name}  {name}{words.condition(tried.verdict)}"
        f"{f'  [{operands}]' if operands else ''}{' (answered by hand)' if answered else ''}"
    )
    yield from _wrapped(text, "yes" if taken else "no" if outcome == "no" else "?", paint)


def _wrapped(text: str, look: str, paint: Painter) -> Iterator[str]:
    for index, line in enumerate(wrap(terminal_safe(text), WIDTH - 10, break_on_hyphens=False) or [""]):
        yield f"{'      ' if index == 0 else '          '}{paint(look, line)}\n"


# Coverage.


def _coverage(coverage: Coverage) -> Iterator[str]:
    if not coverage.workflows:
        return
    yield f"coverage: {_share(coverage.steps, 'steps')}, {_share(coverage.edges, 'transitions')}\n"
    for covered in coverage.workflows:
        yield from _never(covered)


def _never(covered: WorkflowCoverage) -> Iterator[str]:
    flow = covered.member.flow
    left = [flow.steps[id_].name for id_ in covered.untaken_steps]
    left += [
        f"{edge.source} to {edge.target}" for edge in covered.untaken_edges if edge.source not in covered.untaken_steps
    ]
    if left:
        rest = f" and {len(left) - _MOST_LEFT} more" if len(left) > _MOST_LEFT else ""
        named = ", ".join(left[:_MOST_LEFT])
        for index, line in enumerate(
            wrap(terminal_safe(f"{covered.member.title}: never {named}{rest}"), WIDTH - 6, break_on_hyphens=False)
        ):
            yield f"{'  ' if index == 0 else '      '}{line}\n"


def _share(share: CoverageRatio, noun: str) -> str:
    return f"{share.taken} of {share.of} {noun}"


def painter(colour: bool) -> Painter:
    """Puts a text into one of the looks of a report, or leaves it."""
    if not colour:
        return lambda _, text: text
    return lambda look, text: f"\x1b[{_LOOKS[look]}m{text}\x1b[0m" if look else text
