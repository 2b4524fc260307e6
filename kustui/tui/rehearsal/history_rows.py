"""The rows of the right-hand panes: clock and queue, the log of all that happened, and what was covered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.definition.dates import iso_date
from kustui.diagrams.labels import condition_text, node_label
from kustui.diagrams.styled_lines import width_of
from kustui.simulate.engine import words
from kustui.simulate.engine.trace import EntryKind
from kustui.tui.rehearsal.step_rows import event_name
from kustui.tui.rehearsal.trace_rows import put_answer, put_asides, put_effects, put_given, put_over, put_ways
from kustui.tui.widgets.rows import Row, RowBuilder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kustui.diagrams.styled_lines import Line
    from kustui.simulate.engine.history import CoverageRatio, WorkflowCoverage
    from kustui.simulate.engine.state import QueueItem, State
    from kustui.simulate.engine.trace import TraceEntry
    from kustui.simulate.organisation import Organisation
    from kustui.tui.rehearsal.session import Session

MOST = 100
"""Runs that are listed on either side of now."""
ENTRY = "entry"
"""The first of the link of a row that is something that happened: behind it its number."""
_BEGINS = (EntryKind.EVENT, EntryKind.START, EntryKind.SKIPPED)


def queue_rows(session: Session) -> tuple[list[Row], int]:
    """The rows, and which of them is now."""
    state = session.state
    was = [entry for entry in state.trace if entry.kind in _BEGINS]
    rows = [*_more(len(was) - MOST, "before"), *(_was(session, entry) for entry in was[-MOST:])]
    now = len(rows)
    rows.append(_now(state))
    for run in state.waiting:
        title = session.organisation.analysis(run.key).title
        rows.append(Row((*_time(state.clock), ("◷ ", "info"), (f"run {run.number} ", "muted"), (title, ""))))
    coming = sorted((*state.queue.runs[:MOST], *state.queue.events[:MOST]), key=lambda due: (due.at, due.number))
    rows.extend(_coming(session, state, due) for due in coming[:MOST])
    count = len(state.queue.runs) + len(state.queue.events)
    rows.extend(_more(count - MOST, "after"))
    if not count and not state.waiting and state.run is None:
        rows.append(Row((*_time(None), ("nothing is due", "muted"))))
    return rows, now


def _more(count: int, where: str) -> Iterator[Row]:
    if count > 0:
        yield Row((*_time(None), (f"and {count:,} more {where}", "muted")))


def _was(session: Session, entry: TraceEntry) -> Row:
    link = (ENTRY, str(entry.number))
    if entry.kind is EntryKind.EVENT:
        name = entry.name or entry.title
        return Row((*_time(entry.at), ("◆ ", "event"), (name, "event"), (" happened", "muted")), link=link)
    if entry.kind is EntryKind.SKIPPED:
        line: Line = (("✗ ", "warning"), (entry.title, ""), (f" {entry.ended}", "warning"))
        return Row((*_time(entry.at), *line), link=link)
    over = session.state.run is None or session.state.run.number != entry.run
    sign = ("✓ ", "good") if over else ("▶ ", "new")
    cause = f"  ← {entry.cause}" if entry.cause else ""
    return Row((*_time(entry.at), sign, (f"run {entry.run} ", "muted"), (entry.title, ""), (cause, "muted")), link=link)


def _now(state: State) -> Row:
    date = iso_date(state.now)[:16].replace("T", " ")
    return Row((*_time(state.clock), ("━━ now ", "new"), (f"{date} UTC", "new")))


def _coming(session: Session, state: State, due: QueueItem) -> Row:
    wait = due.at - state.clock
    when = f"  in {words.moment(wait)[2:]}" if wait > 0 else "  at once"
    if due.key:
        title = session.organisation.analysis(due.key).title
        cause = f"  ← {due.cause}" if due.cause else ""
        return Row((*_time(due.at), ("⇒ ", "link"), (title, ""), (when, "info"), (cause, "muted")))
    drafted = " drafted" if due.drafted else ""
    return Row((*_time(due.at), ("◆ ", "event"), (event_name(session, due), "event"), (f"{when}{drafted}", "info")))


def _time(milliseconds: int | None) -> Line:
    return ((f"{'' if milliseconds is None else words.moment(milliseconds):>14}  ", "muted"),)


MOST = 500
"""Entries that are told; of a longer rehearsal the latest."""


class Log:
    """The rows of a rehearsal's entries, of which only those are made anew that have not been told."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[TraceEntry, tuple[Row, ...]]] = {}
        self._width = 0

    def rows(self, session: Session, width: int) -> list[Row]:
        if width != self._width:
            self._known.clear()
            self._width = width
        differences = _differences(session)
        entries = [*session.state.trace]
        hidden = len(session.state.trace) - min(len(entries), MOST)
        rows = [Row(((f"{hidden:,} entries before are not shown", "muted"),))] if hidden else []
        for entry in entries[-MOST:]:
            known = self._known.get(entry.number)
            if known is None or known[0] is not entry:
                known = self._known[entry.number] = (entry, tuple(entry_rows(session.organisation, entry, width)))
            rows.extend(known[1])
            rows.extend(
                Row((("  !! ", "error"), (message, "error")), link=(ENTRY, str(entry.number)))
                for message in differences.get(entry.number, ())
            )
        return rows


def _differences(session: Session) -> Mapping[int, list[str]]:
    """What came otherwise than the scenario says, by the entry where it shows."""
    found: dict[int, list[str]] = {}
    for each in session.follows.differences if session.follows is not None else ():
        if each.entry is not None:
            found.setdefault(each.entry, []).append(f"{each.message}, says the scenario")
    return found


def entry_rows(organisation: Organisation, entry: TraceEntry, width: int) -> list[Row]:
    """One entry, its first row with the time where something begins."""
    builder = RowBuilder(width)
    link = (ENTRY, str(entry.number))
    if entry.kind in (EntryKind.EVENT, EntryKind.START, EntryKind.SKIPPED):
        builder.add((f"{words.moment(entry.at)}  ", "info"), (words.heading(entry), "heading"))
        if entry.cause:
            builder.add(("  because  ", "muted"), (entry.cause, "muted"), indent=11)
    else:
        forced = (("  forced", "new"),) if entry.forced else ()
        builder.add(("● ", "action"), (words.heading(entry), "name"), *forced)
    if entry.kind is not EntryKind.START or entry.source is not None:
        put_answer(builder, entry)
    put_given(builder, entry)
    put_effects(builder, entry)
    if entry.run and entry.key in organisation.collection.by_key:
        put_ways(builder, organisation.analysis(entry.key), entry)
    put_over(builder, entry)
    put_asides(builder, entry)
    return [row._replace(link=link) for row in builder.rows if row.line]


_BAR = 10


def coverage_rows(session: Session, width: int) -> list[Row]:
    builder = RowBuilder(width)
    coverage = session.coverage
    _shares(builder, coverage.steps, coverage.edges)
    for covered in coverage.workflows:
        _workflow(builder, covered)
    return builder.rows


def _workflow(builder: RowBuilder, covered: WorkflowCoverage) -> None:
    flow = covered.analysis.flow
    builder.heading(covered.analysis.title)
    _shares(builder, covered.steps, covered.edges, indent=2)
    for id_ in covered.untaken_steps:
        builder.add(("  ○ never ", "warning"), *node_label(flow, id_), indent=10)
    for edge in covered.untaken_edges:
        sign = "↯" if edge.after_failure else "→"
        name: Line = ((f" “{edge.transition.label}”", "muted"),) if edge.transition.label else ()
        builder.add(
            (f"  {sign} never ", "warning"),
            *node_label(flow, edge.source),
            (" → ", "muted"),
            *node_label(flow, edge.target),
            *name,
            (f"  {condition_text(flow, edge.transition)}", "muted"),
            indent=10,
        )
    if not covered.untaken_steps and not covered.untaken_edges:
        builder.add(("  ✓ everything was taken", "good"))


def _shares(builder: RowBuilder, steps: CoverageRatio, edges: CoverageRatio, indent: int = 0) -> None:
    """Beside each other where there is room for both."""
    margin, one, other = (" " * indent, ""), _share("steps", steps), _share("transitions", edges)
    both: Line = (margin, *one, ("   ", ""), *other)
    if width_of(both) <= builder.width:
        builder.add(*both)
    else:
        builder.add(margin, *one)
        builder.add(margin, *other)


def _share(noun: str, share: CoverageRatio) -> Line:
    full = round(_BAR * share.percent / 100)
    bar = "█" * full + "▁" * (_BAR - full)
    look = "good" if share.taken == share.total else "warning"
    return ((f"{noun} ", "muted"), (bar, look), (f" {share.taken} of {share.total}", ""))
