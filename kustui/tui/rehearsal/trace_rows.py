"""What happened, or is about to, put down on a builder: what was given and answered, which ways were tried, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.definition.expressions import in_words, value_in_words
from kustui.definition.expressions.parse import Literal
from kustui.definition.platform import RUNS_PER_WINDOW
from kustui.definition.values import MISSING, Undecided
from kustui.diagrams.labels import path_namer, short_action
from kustui.simulate.engine import words
from kustui.simulate.engine.trace import EntryKind, OutputSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.definition.expressions import Path
    from kustui.diagrams.styled_lines import Line
    from kustui.simulate.engine.trace import TraceEntry, TriedEdge
    from kustui.simulate.values.condition_evaluation import OperandValue, Verdict
    from kustui.tui.widgets.rows import RowBuilder

MARK_LOOKS = {
    OutputSource.EVENT: "info",
    OutputSource.INPUTS: "info",
    OutputSource.COMPUTED: "good",
    OutputSource.MOCKED: "new",
    OutputSource.DRAFTED: "warning",
}
"""Where a value comes from is always said in a word; this is the look of the word."""
_WIDE = 64
"""Cells from which what is told of a way stands below its step, not below the verdict."""
EDGE = "way"
"""The first of the link of a row that is a way out: behind it its pointer."""


def put_heading(builder: RowBuilder, entry: TraceEntry, *, at_hand: bool) -> None:
    """What it is about: the step with its action, or the trigger."""
    action: Line = ((f"  {short_action(entry.action)}", "muted"),) if entry.action else ()
    name = "trigger" if entry.kind is EntryKind.START else entry.name
    id_: Line = ((f" {entry.node}", "muted"),) if entry.kind is EntryKind.STEP and entry.name != entry.node else ()
    count = f"  time {entry.invocation}" if entry.invocation > 1 else ""
    sign = ("▶ next  ", "new") if at_hand else (f"{words.moment(entry.at)}  ", "muted")
    builder.add(sign, (name, "name"), *id_, *action, (count, "muted"))


def put_answer(builder: RowBuilder, entry: TraceEntry) -> None:
    """What it answers or is given to start with, with the word for where that comes from."""
    if entry.failure is not None:
        builder.add(
            ("  fails    ", "error"),
            ("mocked ", MARK_LOOKS[OutputSource.MOCKED]),
            (entry.failure.message, ""),
            indent=11,
        )
    elif entry.output is not MISSING and entry.source is not None:
        verb = {
            EntryKind.EVENT: "payload",
            EntryKind.START: "inputs" if entry.source is OutputSource.INPUTS else "payload",
        }
        builder.add(
            (f"  {verb.get(entry.kind, 'answers'):<9}", "muted"),
            (f"{words.SOURCES[entry.source]} ", MARK_LOOKS[entry.source]),
            (words.whole(entry.output), ""),
            indent=11,
        )


def put_given(builder: RowBuilder, entry: TraceEntry) -> None:
    """The params as they are resolved."""
    label = "given"
    for name, value in entry.params.items() if isinstance(entry.params, dict) else ():
        look = "warning" if isinstance(value, Undecided) else ""
        builder.add((f"  {label:<9}", "muted"), (f"{name} ", "key"), (words.value(value), look), indent=11)
        label = ""
    for pointer in entry.omitted:
        name = pointer.partition("/params/")[2].replace("/", ".")
        builder.add(
            (f"  {label:<9}", "muted"), (f"{name} ", "key"), ("missing, so it is left out", "warning"), indent=11
        )
        label = ""


def put_effects(builder: RowBuilder, entry: TraceEntry) -> None:
    """What it puts on the queue, and what else a person should know."""
    if entry.waited:
        builder.add(
            ("  waited   ", "warning"),
            (f"{words.moment(entry.waited)[2:]} for a window of {RUNS_PER_WINDOW:,} runs", ""),
        )
    if (told := entry.scheduled) is not None:
        builder.add(("  ⇒ schedules ", "link"), (told.title, ""), (f" for {words.moment(told.due)}", "info"), indent=11)
        for name, value in told.inputs.items():
            builder.add(("           ", ""), (f"{name} ", "key"), (words.value(value), ""), indent=13)
    if entry.published:
        builder.add(("  publishes ", "link"), (entry.published, ""), indent=11)
    for note in entry.notes:
        builder.add(("  note     ", "warning"), (note, ""), indent=11)


def put_over(builder: RowBuilder, entry: TraceEntry, *, at_hand: bool = False) -> None:
    """Why the run is over, if it is, or would be."""
    if entry.ended:
        look = "error" if entry.broken else "name"
        glyph = "✗ stops" if entry.broken else "■ ends" if at_hand else "■ over"
        builder.add((f"  {glyph:<9}", look), (words.why(entry), look), indent=11)


def put_asides(builder: RowBuilder, entry: TraceEntry) -> None:
    """What is wrong with the definition there, and what in this is our reading."""
    builder.problems(dict.fromkeys((*([entry.problem] if entry.problem else []), *entry.problems)))
    if entry.assumed:
        builder.add(("  assumed  ", "muted"), ("; ".join(entry.assumed), "muted"), indent=11)


def put_ways(
    builder: RowBuilder,
    analysis: WorkflowAnalysis,
    entry: TraceEntry,
    table: Sequence[TriedEdge] = (),
    *,
    links: bool = False,
) -> None:
    """The ways out in the order in which they are tried, each with what its operands are; behind the one that wins
    those of ``table`` that are not tried any more."""
    tried = {each.pointer for each in entry.tried}
    for each in (*entry.tried, *(each for each in table if each.pointer not in tried)):
        put_way(builder, analysis, entry, each, tried=each.pointer in tried, links=links)


def put_way(
    builder: RowBuilder, analysis: WorkflowAnalysis, entry: TraceEntry, edge: TriedEdge, *, tried: bool, links: bool
) -> None:
    told_by = path_namer(analysis.flow)
    taken = tried and edge.pointer == entry.taken
    outcome = words.outcome(edge)
    if taken and entry.forced:
        sign, look = "! forced", "new"
    elif taken:
        sign, look = "✓ yes", "good"
    elif not tried:
        sign, look = f"  {'not tried' if outcome != '?' else '? not tried'}", "muted"
    else:
        sign, look = {"yes": ("✓ yes", "good"), "no": ("∙ no", "muted")}.get(outcome, ("? undecided", "warning"))
    link = (EDGE, edge.pointer) if links else ()
    arrow = "→ " if taken else "  "
    name: Line = ((f" “{edge.name}”", "muted"),) if edge.name else ()
    failing: Line = (("↯ ", "warning"),) if entry.failure is not None else ()
    comparisons = [*edge.verdict.comparisons] if edge.verdict is not None else []
    condition = "no condition" if edge.verdict is None else in_words(edge.verdict.condition, told_by)
    alone = len(comparisons) < 2
    column, further = (13, 19) if builder.width >= _WIDE else (12, 8)
    builder.add(
        (f"  {sign:<{column}}", look),
        (arrow, look),
        *failing,
        (edge.target_name, "name" if taken else ""),
        *name,
        (f"  {'if ' if alone and condition not in ('always', 'never') else ''}", "muted"),
        (condition if alone else _joint(edge.verdict), "" if alone else "muted"),
        *(_seen(comparisons[0], told_by) if alone and comparisons else ()),
        indent=further,
        link=link,
    )
    for each in comparisons if not alone else ():
        holds = {True: ("✓ ", "good"), False: ("∙ ", "muted"), None: ("? ", "warning")}[each.holds]
        builder.add(
            (" " * (further - 2), ""),
            holds,
            (in_words(each.condition, told_by), ""),
            *_seen(each, told_by),
            indent=further + 2,
            link=link,
        )


def _joint(verdict: Verdict | None) -> str:
    """How the comparisons of a group are taken together, where that is the same for all of them."""
    from kustui.definition.expressions import AllOf, AnyOf

    if verdict is None or any(part.parts for part in verdict.parts):
        return "if" if verdict is None else f"if {in_words(verdict.condition)}"
    return {AllOf: "if all of", AnyOf: "if any of"}.get(type(verdict.condition), "if not")


def _seen(verdict: Verdict, told_by: Callable[[Path], str]) -> Iterator[tuple[str, str]]:
    """What the operands stood for that are not written down, why it is undecided, and whether a person said so."""
    told: set[str] = set()
    for seen in verdict.operands:
        name = _name(seen, told_by)
        if name and name not in told:
            yield ("; " if told else "  ", "muted")
            yield (f"{'' if told else '['}{name} = ", "muted")
            yield (words.value(seen.value), "error" if seen.value is MISSING else "string")
            told.add(name)
    if told:
        yield ("]", "muted")
    if verdict.why:
        yield (f"  ? {verdict.why}", "warning")
    if verdict.answered:
        yield ("  answered by hand", "new")


def _name(seen: OperandValue, told_by: Callable[[Path], str]) -> str:
    if seen.operand.expression is None or isinstance(seen.operand.expression, Literal):
        return ""
    return value_in_words(seen.operand.value, told_by)
