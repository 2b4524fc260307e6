"""An entry of the trace as rows: what went in and out, which edges were tried with what result, and why it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kustui.analysis.condition_evaluation import Verdict
from kustui.analysis.names import path_namer
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.expressions import AllOf, AnyOf, Path, in_words
from kustui.definition.platform import RUNS_PER_WINDOW
from kustui.definition.values import MISSING, Undecided
from kustui.diagrams.labels import short_action
from kustui.simulate.engine import words
from kustui.simulate.engine.trace import EntryKind, OutputSource, TraceEntry, TriedEdge
from kustui.text.styled_lines import Line, Piece
from kustui.tui.widgets.rows import RowBuilder

SOURCE_LOOKS = {
    OutputSource.EVENT: "info",
    OutputSource.INPUTS: "info",
    OutputSource.COMPUTED: "good",
    OutputSource.MOCKED: "new",
    OutputSource.DRAFTED: "warning",
}
"""Where a value comes from is always said in a word; this is the look of the word."""
_WIDE = 64
"""Cells from which the comparisons of an edge stand below its step, not below the verdict."""
EDGE = "edge"
"""The first part of the link of a row that is an edge; the second is its pointer."""


def source_mark(entry: TraceEntry) -> Line:
    """Where the output of an entry comes from, for the right edge of a row."""
    return ((words.SOURCES[entry.source], SOURCE_LOOKS[entry.source]),) if entry.source is not None else ()


def add_heading(builder: RowBuilder, entry: TraceEntry, *, at_hand: bool) -> None:
    """The step with its action, or the trigger."""
    action: Line = ((f"  {short_action(entry.action)}", "muted"),) if entry.action else ()
    name = "trigger" if entry.kind is EntryKind.START else entry.name
    id_: Line = ((f" {entry.node}", "muted"),) if entry.kind is EntryKind.STEP and entry.name != entry.node else ()
    count = f"  time {entry.invocation}" if entry.invocation > 1 else ""
    sign = ("▶ next  ", "new") if at_hand else (f"{words.moment(entry.at)}  ", "muted")
    builder.add(sign, (name, "name"), *id_, *action, (count, "muted"))


def add_output(builder: RowBuilder, entry: TraceEntry) -> None:
    """The output of a step, or what the trigger is given, and where that comes from."""
    if entry.failure is not None:
        builder.labelled(
            "fails", ("mocked ", SOURCE_LOOKS[OutputSource.MOCKED]), (entry.failure.message, ""), look="error"
        )
    elif entry.output is not MISSING and entry.source is not None:
        verb = {
            EntryKind.EVENT: "payload",
            EntryKind.START: "inputs" if entry.source is OutputSource.INPUTS else "payload",
        }
        builder.labelled(
            verb.get(entry.kind, "returns"),
            (f"{words.SOURCES[entry.source]} ", SOURCE_LOOKS[entry.source]),
            (words.whole(entry.output), ""),
        )


def add_params(builder: RowBuilder, entry: TraceEntry) -> None:
    """The parameters as they are resolved."""
    label = "given"
    for name, value in entry.params.items() if isinstance(entry.params, dict) else ():
        look = "warning" if isinstance(value, Undecided) else ""
        builder.labelled(label, (f"{name} ", "key"), (words.value(value), look))
        label = ""
    for pointer in entry.omitted:
        name = pointer.partition("/params/")[2].replace("/", ".")
        builder.labelled(label, (f"{name} ", "key"), ("missing, so it is omitted", "warning"))
        label = ""


def add_effects(builder: RowBuilder, entry: TraceEntry) -> None:
    """What the step puts on the queue, and what else a person should know."""
    if entry.waited:
        wait = f"{words.elapsed(entry.waited)} for a window of {RUNS_PER_WINDOW:,} runs"
        builder.add(("  waited   ", "warning"), (wait, ""))
    if (scheduled := entry.scheduled) is not None:
        builder.add(
            ("  ⇒ schedules ", "link"),
            (scheduled.title, ""),
            (f" for {words.moment(scheduled.due)}", "info"),
            indent=11,
        )
        for name, value in scheduled.inputs.items():
            builder.add(("           ", ""), (f"{name} ", "key"), (words.value(value), ""), indent=13)
    if entry.published:
        builder.add(("  publishes ", "link"), (entry.published, ""), indent=11)
    written, event = words.caused(entry)
    if event:
        to_event = ((written, "name"), (" → ", "muted")) if written else ()
        builder.labelled("wrote" if written else "calls", *to_event, (event, ""), look="link")
    for note in entry.notes:
        builder.labelled("note", (note, ""), look="warning")


def add_end(builder: RowBuilder, entry: TraceEntry, *, at_hand: bool = False) -> None:
    """Why the run ends, or would end, here."""
    if entry.ended:
        look = "error" if entry.broken else "warning" if entry.left else "name"
        glyph = "✗ stops" if entry.broken else "? left" if entry.left else "◉ ends" if at_hand else "◉ ended"
        builder.labelled(glyph, (words.why(entry), look), look=look)


def add_problems(builder: RowBuilder, entry: TraceEntry) -> None:
    """Problems of the definition there, and what kustui assumes."""
    builder.problems(dict.fromkeys((*([entry.problem] if entry.problem else []), *entry.problems)))
    if entry.assumed:
        builder.labelled("assumed", ("; ".join(entry.assumed), "muted"))


def add_edges(
    builder: RowBuilder,
    analysis: WorkflowAnalysis,
    entry: TraceEntry,
    table: Sequence[TriedEdge] = (),
    *,
    links: bool = False,
) -> None:
    """The edges in the order in which they are tried, each with the values of its operands; after the one that is taken
    those of ``table`` that are no longer tried."""
    tried = {edge.pointer for edge in entry.tried}
    edges = (*entry.tried, *(edge for edge in table if edge.pointer not in tried))
    for edge in edges:
        verdict = _edge_verdict(entry, edge, tried=edge.pointer in tried)
        always = "always" if edge is edges[0] else "otherwise"  # as the flow says it
        after_failure = entry.failure is not None
        _add_edge(builder, analysis, edge, verdict, always=always, after_failure=after_failure, links=links)


def _edge_verdict(entry: TraceEntry, edge: TriedEdge, *, tried: bool) -> tuple[bool, Piece]:
    """Whether an edge is taken, and the sign that says what came of its condition."""
    outcome = words.outcome(edge)
    if not tried:
        return False, (f"  {'not tried' if outcome != '?' else '? not tried'}", "muted")
    if edge.pointer in (entry.taken, entry.error_case):
        return True, ("forced", "new") if entry.forced else ("✓ yes", "good")
    return False, {"yes": ("✓ yes", "good"), "no": ("∙ no", "muted")}.get(outcome, ("? undecided", "warning"))


def _add_edge(
    builder: RowBuilder,
    analysis: WorkflowAnalysis,
    edge: TriedEdge,
    verdict: tuple[bool, Piece],
    *,
    always: str,
    after_failure: bool,
    links: bool,
) -> None:
    """The edge with its condition; of a condition with several comparisons, each in a row of its own."""
    taken, (sign, look) = verdict
    namer = path_namer(analysis.flow)
    comparisons = [*edge.verdict.comparisons] if edge.verdict is not None else []
    single = len(comparisons) < 2
    column, indent = (13, 19) if builder.width >= _WIDE else (12, 8)
    link = (EDGE, edge.pointer) if links else ()
    builder.add(
        (f"  {sign:<{column}}", look),
        ("→ " if taken else "  ", look),
        *((("↯ ", "warning"),) if after_failure else ()),
        (edge.target_name, "name" if taken else ""),
        *(((f" “{edge.name}”", "muted"),) if edge.name else ()),
        *(
            _single_condition(edge, namer, always)
            if single
            else (("  ", "muted"), (_conjunction(edge.verdict), "muted"))
        ),
        indent=indent,
        link=link,
    )
    for comparison in comparisons if not single else ():
        sign, look = {True: ("✓ ", "good"), False: ("∙ ", "muted"), None: ("? ", "warning")}[comparison.holds]
        text = in_words(comparison.condition, namer)
        operands = _operands(comparison, namer)
        builder.add((" " * (indent - 2), ""), (sign, look), (text, ""), *operands, indent=indent + 2, link=link)


def _single_condition(edge: TriedEdge, namer: Callable[[Path], str], always: str) -> Iterator[Piece]:
    """When it is taken; ``always`` is the word where nothing has to hold."""
    condition = "no condition" if edge.verdict is None else in_words(edge.verdict.condition, namer)
    yield (f"  {'if ' if condition not in ('always', 'never') else ''}", "muted")
    yield (always if condition == "always" else condition, "")
    for comparison in edge.verdict.comparisons if edge.verdict is not None else ():
        yield from _operands(comparison, namer)


def _conjunction(verdict: Verdict | None) -> str:
    """How the comparisons of a group are taken together, where that is the same for all of them."""
    if verdict is None or any(part.parts for part in verdict.parts):
        return "if" if verdict is None else f"if {in_words(verdict.condition)}"
    return {AllOf: "if all of", AnyOf: "if any of"}.get(type(verdict.condition), "if not")


def _operands(verdict: Verdict, namer: Callable[[Path], str]) -> Iterator[Piece]:
    """The values of the operands that are no literals, why it is undecided, and whether a person answered it."""
    names: set[str] = set()
    for operand in verdict.operands:
        name = words.operand_name(operand, namer)
        if name and name not in names:
            yield ("; " if names else "  ", "muted")
            yield (f"{'' if names else '['}{name} = ", "muted")
            yield (words.value(operand.value), "error" if operand.value is MISSING else "string")
            names.add(name)
    if names:
        yield ("]", "muted")
    if verdict.why:
        yield (f"  ? {verdict.why}", "warning")
    if verdict.answered:
        yield ("  answered by hand", "new")
