"""Clock and queue as one line of time: the runs and events that were, now, and what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.definition.dates import iso
from kustui.simulate.engine.trace import EntryKind
from kustui.simulate.reports import words
from kustui.tui.rehearsal.step_rows import event_name
from kustui.tui.widgets.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kustui.diagrams.styled_lines import Line
    from kustui.simulate.engine.queue import QueueItem
    from kustui.simulate.engine.state import State
    from kustui.simulate.engine.trace import TraceEntry
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
        title = session.organisation.member(run.key).title
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
    date = iso(state.now)[:16].replace("T", " ")
    return Row((*_time(state.clock), ("━━ now ", "new"), (f"{date} UTC", "new")))


def _coming(session: Session, state: State, due: QueueItem) -> Row:
    wait = due.at - state.clock
    when = f"  in {words.moment(wait)[2:]}" if wait > 0 else "  at once"
    if due.key:
        title = session.organisation.member(due.key).title
        cause = f"  ← {due.cause}" if due.cause else ""
        return Row((*_time(due.at), ("⇒ ", "link"), (title, ""), (when, "info"), (cause, "muted")))
    drafted = " drafted" if due.drafted else ""
    return Row((*_time(due.at), ("◆ ", "event"), (event_name(session, due), "event"), (f"{when}{drafted}", "info")))


def _time(milliseconds: int | None) -> Line:
    return ((f"{'' if milliseconds is None else words.moment(milliseconds):>14}  ", "muted"),)
