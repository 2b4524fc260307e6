"""The heading of a rehearsal and the pane of the step at hand: what is next, what it is given, and its ways out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kustui.definition.platform import TRIGGER_ID
from kustui.diagrams.labels import node_label, short_action
from kustui.simulate.engine import words
from kustui.simulate.engine.engine import preview, preview_edges
from kustui.simulate.engine.trace import EntryKind, OutputSource
from kustui.tui.bindings import BY_ID, key_names
from kustui.tui.rehearsal.trace_rows import (
    MARK_LOOKS,
    put_answer,
    put_asides,
    put_effects,
    put_given,
    put_heading,
    put_over,
    put_ways,
)
from kustui.tui.widgets.rows import Row, RowBuilder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kustui.diagrams.styled_lines import Line
    from kustui.simulate.engine.state import QueueItem, State
    from kustui.simulate.engine.trace import TraceEntry, TriedEdge
    from kustui.tui.bindings import Action
    from kustui.tui.rehearsal.session import Session


def step_rows(session: Session, node: str, width: int, actions: Mapping[str, Action] = BY_ID) -> list[Row]:
    """The rows for a node of the workflow that is drawn: the one at hand, or another that somebody looks at."""
    builder = RowBuilder(width)
    state = session.state
    key, here = session.place
    if state.run is not None and node == here:
        _at_hand(builder, session, state, actions)
    elif (entry := session.entry_of(key, node)) is not None:
        _happened(builder, session, entry)
        if state.run is None and node == here:
            _between(builder, session, state, actions)
    elif state.run is None and node == here:
        _between(builder, session, state, actions)
    else:
        analysis = session.organisation.analysis(key)
        builder.add(*node_label(analysis.flow, node))
        builder.add(("  it has not run in this run", "muted"))
    return builder.rows


def _at_hand(builder: RowBuilder, session: Session, state: State, actions: Mapping[str, Action]) -> None:
    analysis = state.analysis
    assert analysis is not None, "a run has one"
    if state.question is not None:
        builder.add(("? ", "warning"), ("this cannot be decided without Kustomer", "warning"))
        builder.add(("  asked    ", "muted"), (state.question.words, "name"), indent=11)
        builder.add(("  because  ", "muted"), (state.question.why, ""), indent=11)
        for id_ in ("rehearse.answer", "rehearse.force", "rehearse.leave-run"):
            names = key_names(actions[id_]) or ("",)
            builder.add((f"  {names[0]:<9}", "key"), (BY_ID[id_].help, "muted"), indent=11)
    entry = preview(state)
    if entry is None:
        if state.question is None:
            builder.add(("▶ next  ", "new"), *node_label(analysis.flow, state.run.node if state.run else TRIGGER_ID))
            builder.add(("  it asks something: step on to see what", "warning"))
        _ways_alone(builder, session, state)
        return
    put_heading(builder, entry, at_hand=True)
    _told(builder, session, entry, preview_edges(state), at_hand=True)


def _told(
    builder: RowBuilder,
    session: Session,
    entry: TraceEntry,
    edges: tuple[TriedEdge, ...] = (),
    *,
    at_hand: bool = False,
) -> None:
    """What a person wants to know first comes first: that it is over and why, what it answers, which way it goes."""
    put_over(builder, entry, at_hand=at_hand)
    if entry.broken:
        put_asides(builder, entry)
    put_answer(builder, entry)
    put_ways(builder, session.organisation.analysis(entry.key), entry, edges, links=at_hand)
    _put_cause(builder, session, entry)
    put_effects(builder, entry)
    put_given(builder, entry)
    if not entry.broken:
        put_asides(builder, entry)


def _put_cause(builder: RowBuilder, session: Session, entry: TraceEntry) -> None:
    """Where a run is over for want of a value: what was wrong with what it was handed over."""
    if not entry.ended or words.why(entry) == entry.ended:
        return
    scheduling = session.scheduling(entry.run)
    for note in session.notes_of(entry.run):
        builder.add(("  because  ", "warning"), (note, ""), indent=11)
    if scheduling is not None:
        builder.add(("  ← ", "link"), (f"handed over by {scheduling.title}, {scheduling.name}", ""), indent=4)
        builder.problems(scheduling.problems)


def _ways_alone(builder: RowBuilder, session: Session, state: State) -> None:
    """The table where the step itself does not come to its end."""
    from dataclasses import replace

    from kustui.simulate.engine.trace import EntryKind, TraceEntry

    analysis = state.analysis
    assert analysis is not None, "a run has one"
    found = preview_edges(replace(state, question=None))
    if found:
        failure = state.overrides.failure
        put_ways(
            builder, analysis, TraceEntry(0, EntryKind.STEP, state.clock, tried=found, failure=failure), links=True
        )


def _happened(builder: RowBuilder, session: Session, entry: TraceEntry) -> None:
    put_heading(builder, entry, at_hand=False)
    _told(builder, session, entry)


def _between(builder: RowBuilder, session: Session, state: State, actions: Mapping[str, Action]) -> None:
    """What is next where no run is at hand."""
    if state.waiting:
        title = session.organisation.analysis(state.waiting[0].key).title
        builder.add(("▶ next  ", "new"), (f"run {state.waiting[0].number} of ", ""), (title, "name"), (" begins", ""))
        return
    taken = state.queue.next(state.clock)
    if taken is None:
        builder.add(("■ ", "name"), ("nothing is left to happen", "name"))
        return
    due = taken.item
    wait = f" after {words.moment(taken.clock - state.clock)[2:]}" if taken.clock > state.clock else ""
    if due.key:
        title = session.organisation.analysis(due.key).title
        builder.add(("▶ next  ", "new"), ("a scheduled run of ", ""), (title, "name"), (wait, "info"))
        _payload(builder, "inputs", OutputSource.INPUTS, due)
        return
    happens = (" happens", "")
    builder.add(("▶ next  ", "new"), ("the event ", ""), (event_name(session, due), "event"), happens, (wait, "info"))
    _payload(builder, "payload", OutputSource.DRAFTED if due.drafted else OutputSource.EVENT, due)
    if due.drafted:
        changes = [((key, "key"), (" changes it", "muted")) for key in key_names(actions["rehearse.edit-event"])[:1]]
        builder.add(("  made up from what the workflow reads: ", "muted"), *(changes[0] if changes else ()), indent=2)


def _payload(builder: RowBuilder, label: str, mark: OutputSource, due: QueueItem) -> None:
    come_from = (f"{words.SOURCES[mark]} ", MARK_LOOKS[mark])
    builder.add((f"  {label:<9}", "muted"), come_from, (words.whole(due.payload), ""), indent=11)


def event_name(session: Session, due: QueueItem) -> str:
    """What people call an event: its own name, or that of the workflow that is started by itself."""
    if not due.only_workflow:
        return due.event
    entry = session.organisation.collection.by_key.get(due.only_workflow)
    return (entry.item.event or entry.title) if entry is not None else due.only_workflow


def heading_rows(session: Session) -> tuple[Row, Row]:
    state, history = session.state, session.history
    title = session.organisation.analysis(session.place[0]).title
    run = state.run.number if state.run is not None else state.last.run if state.last is not None else 0
    first: Line = (
        ("Rehearsal ", "heading"),
        (title, "name"),
        (f"  run {run} of {session.runs}" if run else "", ""),
        (f"  {words.moment(state.clock)}", "info"),
    )
    ahead = f" of {len(history.states) - 1}" if history.can_go_forward else ""
    return Row(first, ((_date(state.now), "muted"),), ((f"step {history.at}{ahead}", "muted"),)), _at_hand_row(
        session, state
    )


def _date(milliseconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%a %Y-%m-%d %H:%M}"
    except (ValueError, OverflowError, OSError):  # a scenario may begin, or come to an end, in any year
        return ""


def _at_hand_row(session: Session, state: State) -> Row:
    run, analysis = state.run, state.analysis
    if run is None or analysis is None:
        return _next_row(session, state)
    if state.question is not None:
        return Row((("? asks: ", "warning"), (state.question.words, "name"), (f"  {state.question.why}", "muted")))
    line: Line = (("▶ next: ", "new"), *node_label(analysis.flow, run.node))
    found = preview(state)
    if found is None:
        return Row(line, mark=(("asks something", "warning"),))
    if found.broken:
        return Row(line, mark=(("✗ stops here", "error"),))
    aside: Line = ((short_action(found.action), "muted"),) if found.action and found.name != found.node else ()
    if found.failure is not None:
        return Row(line, aside, (("fails, mocked", "error"),))
    mark: Line = ()
    if found.source is not None and (found.action or found.kind is EntryKind.START):
        mark = ((words.SOURCES[found.source], MARK_LOOKS[found.source]),)
    return Row(line, aside, (*mark, *((("  forced", "new"),) if found.forced else ())))


def _next_row(session: Session, state: State) -> Row:
    line: Line = ()
    last = state.last
    if last is not None and last.ended:
        look = "error" if last.broken else "warning" if "missing" in words.why(last) else "muted"
        sign = "✗ stopped: " if last.broken else "■ over: "
        line = ((sign, look), (words.why(last), look))
    if state.waiting:
        title = session.organisation.analysis(state.waiting[0].key).title
        return Row((*line, ("  ▶ next: " if line else "▶ next: ", "new"), (title, "name"), (" begins", "")))
    taken = state.queue.next(state.clock)
    if taken is None:
        return Row(line or (("■ nothing is left to happen", "muted"),), mark=(("finished", "good"),))
    at = f" at {words.moment(taken.clock)}" if taken.clock > state.clock else ""
    if taken.item.key:
        title = session.organisation.analysis(taken.item.key).title
        following: Line = ((title, "name"), (at, "info"))
    else:
        following = ((event_name(session, taken.item), "event"), (f" happens{at}", "info"))
    mark = (("payload drafted", "warning"),) if taken.item.drafted else ()
    return Row((*line, ("  ▶ next: " if line else "▶ next: ", "new"), *following), mark=mark)
