"""The rows of the right-hand panes: the queue on the virtual clock, the log of what happened, the coverage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from kustui.definition.dates import iso_date
from kustui.diagrams.labels import condition_text, node_label
from kustui.groups import grouped
from kustui.simulate.engine import words
from kustui.simulate.engine.history import CoverageRatio, WorkflowCoverage
from kustui.simulate.engine.queue import QueueItem
from kustui.simulate.engine.state import State
from kustui.simulate.engine.trace import EntryKind, TraceEntry
from kustui.simulate.organisation import Organisation
from kustui.text.styled_lines import Line, width_of
from kustui.tui.rehearsal.session import Session
from kustui.tui.rehearsal.step_rows import event_title
from kustui.tui.rehearsal.trace_rows import add_edges, add_effects, add_end, add_output, add_params, add_problems
from kustui.tui.widgets.rows import Row, RowBuilder

MAX_DUE = 100
"""Runs that are listed on either side of now."""
MAX_ENTRIES = 500
"""Entries of the log that are shown; of a longer rehearsal the latest."""
ENTRY = "entry"
"""The first part of the link of a row that shows an entry of the trace; the second is its number."""
_BAR_LENGTH = 10
_BEGINNINGS = (EntryKind.EVENT, EntryKind.START, EntryKind.SKIPPED)


def queue_rows(session: Session) -> tuple[list[Row], int]:
    """Clock and queue as one line of time: what has begun, now, what is due; and the index of the row that is now."""
    state = session.state
    past = [entry for entry in state.trace if entry.kind in _BEGINNINGS]
    rows = [
        *_more_row(len(past) - MAX_DUE, "earlier"),
        *(row for entry in past[-MAX_DUE:] for row in _past_rows(session, entry)),
    ]
    now = len(rows)
    rows.append(_now_row(state))
    for run in state.waiting:
        title = session.organisation.analysis(run.key).title
        cause = _cause(run.cause if run.caused_by else "")
        rows.append(Row((*_time(state.clock), ("◷ ", "info"), (f"run {run.number} ", "muted"), (title, ""), *cause)))
    due = islice(state.queue, MAX_DUE)
    rows.extend(row for item in due for row in _due_rows(session, state, item))
    count = len(state.queue)
    rows.extend(_more_row(count - MAX_DUE, "later"))
    if not count and not state.waiting and state.run is None:
        rows.append(Row((*_time(None), ("nothing is due", "muted"))))
    return rows, now


def _more_row(count: int, where: str) -> Iterator[Row]:
    if count > 0:
        yield Row((*_time(None), (f"and {count:,} more {where}", "muted")))


def _past_rows(session: Session, entry: TraceEntry) -> Iterator[Row]:
    link = (ENTRY, str(entry.number))
    if entry.kind is EntryKind.EVENT:
        name = entry.name or entry.title
        yield Row((*_time(entry.at), ("◆ ", "event"), (name, "event"), (" happened", "muted")), link=link)
        if entry.caused_by:
            yield Row((*_time(None), *_cause(entry.cause)), link=link)
    elif entry.kind is EntryKind.SKIPPED:
        line: Line = (("✗ ", "warning"), (entry.title, ""), (f" {entry.ended}", "warning"))
        yield Row((*_time(entry.at), *line), link=link)
    else:
        over = session.state.run is None or session.state.run.number != entry.run
        sign = ("✓ ", "good") if over else ("▶ ", "new")
        line = (sign, (f"run {entry.run} ", "muted"), (entry.title, ""), *_cause(entry.cause))
        yield Row((*_time(entry.at), *line), link=link)


def _cause(cause: str) -> Line:
    return ((f"  ← {cause}", "muted"),) if cause else ()


def _now_row(state: State) -> Row:
    date = iso_date(state.now)[:16].replace("T", " ")
    return Row((*_time(state.clock), ("━━ now ", "new"), (f"{date} UTC", "new")))


def _due_rows(session: Session, state: State, due: QueueItem) -> Iterator[Row]:
    wait = due.at - state.clock
    when = f"  in {words.elapsed(wait)}" if wait > 0 else "  at once"
    if due.key:
        title = session.organisation.analysis(due.key).title
        yield Row((*_time(due.at), ("⇒ ", "link"), (title, ""), (when, "info"), *_cause(due.cause)))
        return
    drafted = " drafted" if due.drafted else ""
    yield Row((*_time(due.at), ("◆ ", "event"), (event_title(session, due), "event"), (f"{when}{drafted}", "info")))
    if due.caused_by:
        yield Row((*_time(None), *_cause(f"{due.cause} (assumed)")))


def _time(milliseconds: int | None) -> Line:
    return ((f"{'' if milliseconds is None else words.moment(milliseconds):>14}  ", "muted"),)


class LogRows:
    """Makes the rows of the log, and keeps those of each entry while the entry and the width stay the same."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[TraceEntry, tuple[Row, ...]]] = {}
        self._width = 0

    def rows(self, session: Session, width: int) -> list[Row]:
        if width != self._width:
            self._kept.clear()
            self._width = width
        differences = _differences(session)
        entries = [*session.state.trace]
        hidden = len(session.state.trace) - min(len(entries), MAX_ENTRIES)
        rows = [Row(((f"{hidden:,} earlier entries are not shown", "muted"),))] if hidden else []
        for entry in entries[-MAX_ENTRIES:]:
            kept = self._kept.get(entry.number)
            if kept is None or kept[0] is not entry:
                kept = self._kept[entry.number] = (entry, tuple(entry_rows(session.organisation, entry, width)))
            rows.extend(kept[1])
            rows.extend(
                Row((("  !! ", "error"), (message, "error")), link=(ENTRY, str(entry.number)))
                for message in differences.get(entry.number, ())
            )
        return rows


def _differences(session: Session) -> Mapping[int, Sequence[str]]:
    """The differences from the scenario, by the number of the entry where each shows."""
    return grouped(
        (difference.entry, f"{difference.message} (scenario)")
        for difference in (session.scenario.differences if session.scenario is not None else ())
        if difference.entry is not None
    )


def entry_rows(organisation: Organisation, entry: TraceEntry, width: int) -> list[Row]:
    """The rows of one entry; the first says the time where a run or an event begins."""
    builder = RowBuilder(width)
    link = (ENTRY, str(entry.number))
    if entry.kind in (EntryKind.EVENT, EntryKind.START, EntryKind.SKIPPED):
        builder.add((f"{words.moment(entry.at)}  ", "info"), (words.heading(entry), "heading"))
        if entry.cause:
            builder.labelled("because", (entry.cause, "muted"))
    else:
        forced = (("  forced", "new"),) if entry.forced else ()
        builder.add(("● ", "action"), (words.heading(entry), "name"), *forced)
    if entry.kind is not EntryKind.START or entry.source is not None:
        add_output(builder, entry)
    add_params(builder, entry)
    add_effects(builder, entry)
    if entry.run and entry.key in organisation.collection.by_key:
        add_edges(builder, organisation.analysis(entry.key), entry)
    add_end(builder, entry)
    add_problems(builder, entry)
    return [row._replace(link=link) for row in builder.rows if row.line]


def coverage_rows(session: Session, width: int) -> list[Row]:
    """How much of each workflow ran, on every attempt of the rehearsal, and what never did."""
    builder = RowBuilder(width)
    coverage = session.coverage
    _add_ratios(builder, coverage.steps, coverage.edges)
    for covered in coverage.workflows:
        _add_workflow(builder, covered)
    return builder.rows


def _add_workflow(builder: RowBuilder, covered: WorkflowCoverage) -> None:
    flow = covered.analysis.flow
    builder.heading(covered.analysis.title)
    _add_ratios(builder, covered.steps, covered.edges, indent=2)
    for id_ in covered.untaken_steps:
        builder.add(("  ○ never ", "warning"), *node_label(flow, id_), indent=10)
    for edge in covered.untaken_edges:
        sign = "↯" if edge.after_failure else "→"
        name: Line = ((f" “{edge.transition.label}”", "muted"),) if edge.transition.label else ()
        builder.add(
            (f"  {sign} never ", "warning"),
            *node_label(flow, edge.source),
            (" → ", "muted"),
            *node_label(flow, edge.destination),
            *name,
            (f"  {condition_text(flow, edge.transition)}", "muted"),
            indent=10,
        )
    if not covered.untaken_steps and not covered.untaken_edges:
        builder.add(("  ✓ everything ran", "good"))


def _add_ratios(builder: RowBuilder, steps: CoverageRatio, edges: CoverageRatio, indent: int = 0) -> None:
    """Beside each other where there is room for both."""
    margin, one, other = (" " * indent, ""), _ratio("steps", steps), _ratio("transitions", edges)
    both: Line = (margin, *one, ("   ", ""), *other)
    if width_of(both) <= builder.width:
        builder.add(*both)
    else:
        builder.add(margin, *one)
        builder.add(margin, *other)


def _ratio(noun: str, ratio: CoverageRatio) -> Line:
    full = round(_BAR_LENGTH * ratio.percent / 100) if ratio.total else 0
    bar = "█" * full + "▁" * (_BAR_LENGTH - full)
    look = "good" if ratio.taken == ratio.total > 0 else "warning"
    return ((f"{noun} ", "muted"), (bar, look), (f" {ratio.taken} of {ratio.total}", ""))
