"""The current step: the pane that shows it, and the lines at the top and the bottom of the screen that sum it up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec.structs import replace

from kustui.definition.platform import TRIGGER_ID
from kustui.diagrams.labels import node_label, short_action
from kustui.simulate.engine import words
from kustui.simulate.engine.engine import preview, preview_edges
from kustui.simulate.engine.queue import QueueItem
from kustui.simulate.engine.state import State
from kustui.simulate.engine.trace import EntryKind, OutputSource, TraceEntry, TriedEdge
from kustui.text.messages import counted
from kustui.text.styled_lines import Line
from kustui.tui.bindings import BY_ID, Action, key_names
from kustui.tui.rehearsal.session import Session
from kustui.tui.rehearsal.trace_rows import (
    SOURCE_LOOKS,
    add_edges,
    add_effects,
    add_end,
    add_heading,
    add_output,
    add_params,
    add_problems,
    source_mark,
)
from kustui.tui.widgets.rows import Row, RowBuilder


def step_rows(session: Session, node: str, width: int, actions: Mapping[str, Action] = BY_ID) -> list[Row]:
    """The rows for a node of the workflow on the screen: the current one, or another under the cursor of the rail."""
    builder = RowBuilder(width)
    state = session.state
    key, here = session.position
    if state.run is not None and node == here:
        _add_current(builder, session, state, actions)
    elif (entry := session.last_entry_of(key, node)) is not None:
        _add_past(builder, session, entry)
        if state.run is None and node == here:
            _add_next(builder, session, state, actions)
    elif state.run is None and node == here:
        _add_next(builder, session, state, actions)
    else:
        analysis = session.organisation.analysis(key)
        builder.add(*node_label(analysis.flow, node))
        builder.add(("  not reached in this run", "muted"))
    return builder.rows


def _add_current(builder: RowBuilder, session: Session, state: State, actions: Mapping[str, Action]) -> None:
    analysis = state.analysis
    assert analysis is not None, "a run has one"
    if state.question is not None:
        ran = "the step has run, and what comes next " if state.before is not None else ""
        builder.add(("? ", "warning"), (f"{ran}cannot be decided without Kustomer", "warning"))
        builder.labelled("asked", (state.question.words, "name"))
        builder.labelled("because", (state.question.why, ""))
        for id_ in ("rehearse.answer", "rehearse.force", "rehearse.leave-run"):
            names = key_names(actions[id_]) or ("",)
            builder.labelled(names[0], (BY_ID[id_].help, "muted"), look="key")
    entry = preview(state)
    if entry is None:
        if state.question is None:
            builder.add(("▶ next  ", "new"), *node_label(analysis.flow, state.run.node if state.run else TRIGGER_ID))
            builder.add(("  it asks a question: step to see it", "warning"))
        _add_edges_only(builder, state)
        return
    add_heading(builder, entry, at_hand=state.before is None)
    _add_entry(builder, session, entry, preview_edges(state), at_hand=True)
    if entry.kind is EntryKind.START and entry.source is OutputSource.DRAFTED:
        _add_draft_hint(builder, actions)


def _add_entry(
    builder: RowBuilder,
    session: Session,
    entry: TraceEntry,
    edges: tuple[TriedEdge, ...] = (),
    *,
    at_hand: bool = False,
) -> None:
    """What a person wants to know first comes first: that the run ends and why, the output, which edge is taken."""
    add_end(builder, entry, at_hand=at_hand)
    if entry.broken:
        add_problems(builder, entry)
    _add_cause(builder, session, entry)
    if entry.caused_by:
        builder.labelled("because", (entry.cause, ""))
    if entry.kind is not EntryKind.START:
        add_output(builder, entry)
    add_edges(builder, session.organisation.analysis(entry.key), entry, edges, links=at_hand)
    if entry.kind is EntryKind.START:  # where it leads, before a payload of many lines
        add_output(builder, entry)
    add_effects(builder, entry)
    add_params(builder, entry)
    if not entry.broken:
        add_problems(builder, entry)


def _add_cause(builder: RowBuilder, session: Session, entry: TraceEntry) -> None:
    """Where a run ends for lack of a value: what was wrong with the inputs that it was passed."""
    if not entry.ended or words.why(entry) == entry.ended:
        return
    start, scheduling = session.start_entry(entry.run), session.scheduling_entry(entry.run)
    for note in start.notes if start is not None else ():
        builder.labelled("because", (note, ""), look="warning")
    if scheduling is not None:
        builder.add(("  ← ", "link"), (f"passed by {scheduling.title}, {scheduling.name}", ""), indent=4)
        builder.problems(scheduling.problems)


def _add_edges_only(builder: RowBuilder, state: State) -> None:
    """The table of transitions where the step itself does not come to its end."""
    analysis = state.analysis
    assert analysis is not None, "a run has one"
    edges = preview_edges(replace(state, question=None))
    if edges:
        failure = state.overrides.failure
        add_edges(
            builder, analysis, TraceEntry(0, EntryKind.STEP, state.clock, tried=edges, failure=failure), links=True
        )


def _add_past(builder: RowBuilder, session: Session, entry: TraceEntry) -> None:
    add_heading(builder, entry, at_hand=False)
    _add_entry(builder, session, entry)


def _add_next(builder: RowBuilder, session: Session, state: State, actions: Mapping[str, Action]) -> None:
    """What happens next where no run is in progress."""
    if state.waiting:
        run = state.waiting.first
        title = session.organisation.analysis(run.key).title
        builder.add(("▶ next  ", "new"), (f"run {run.number} of ", ""), (title, "name"), (" begins", ""))
        return
    taken = state.queue.next(state.clock)
    if taken is None:
        builder.add(("◉ ", "name"), ("the rehearsal is over", "name"))
        return
    due = taken.item
    wait = f" after {words.elapsed(taken.clock - state.clock)}" if taken.clock > state.clock else ""
    if due.key:
        title = session.organisation.analysis(due.key).title
        builder.add(("▶ next  ", "new"), ("a scheduled run of ", ""), (title, "name"), (wait, "info"))
        _add_payload(builder, "inputs", OutputSource.INPUTS, due)
        return
    happens = (" happens", "")
    builder.add(("▶ next  ", "new"), ("the event ", ""), (event_title(session, due), "event"), happens, (wait, "info"))
    if due.caused_by:
        builder.labelled("because", (f"{due.cause} (assumed)", ""))
    mark = OutputSource.COMPUTED if due.caused_by else OutputSource.DRAFTED if due.drafted else OutputSource.EVENT
    _add_payload(builder, "payload", mark, due)
    if due.drafted:
        _add_draft_hint(builder, actions)


def _add_draft_hint(builder: RowBuilder, actions: Mapping[str, Action]) -> None:
    changes = [((key, "key"), (" changes it", "muted")) for key in key_names(actions["rehearse.edit-event"])[:1]]
    builder.add(("  made up from the fields the workflow reads: ", "muted"), *(changes[0] if changes else ()), indent=2)


def _add_payload(builder: RowBuilder, label: str, mark: OutputSource, due: QueueItem) -> None:
    source = (f"{words.SOURCES[mark]} ", SOURCE_LOOKS[mark])
    builder.labelled(label, source, (words.whole(due.payload), ""))


def event_title(session: Session, due: QueueItem) -> str:
    """What people call an event: its own name, or that of the only workflow that it starts."""
    if not due.only_workflow:
        return due.event
    entry = session.organisation.collection.by_key.get(due.only_workflow)
    return (entry.item.event or entry.title) if entry is not None else due.only_workflow


def heading_rows(session: Session) -> tuple[Row, Row]:
    """Which workflow, which run, what time it is there; and what is next."""
    state = session.state
    title = session.organisation.analysis(session.position[0]).title
    run = state.run.number if state.run is not None else state.last.run if state.last is not None else 0
    first: Line = (
        ("Rehearsal ", "heading"),
        (title, "name"),
        (f"  run {run} of {session.runs}" if run else "", ""),
        (f"  {words.moment(state.clock)}", "info"),
    )
    taken, following = session.step_counts
    ahead = f" of {taken + following}" if following else ""
    top = Row(first, ((_date(state.now), "muted"),), ((f"step {taken}{ahead}", "muted"),))
    return top, _current_row(session, state)


def _date(milliseconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%a %Y-%m-%d %H:%M}"
    except (ValueError, OverflowError, OSError):  # a scenario may begin, or come to an end, in any year
        return ""


def _current_row(session: Session, state: State) -> Row:
    run, analysis = state.run, state.analysis
    if run is None or analysis is None:
        return _next_row(session, state)
    if state.question is not None:
        return Row((("? asks: ", "warning"), (state.question.words, "name"), (f"  {state.question.why}", "muted")))
    line: Line = (("▶ next: ", "new"), *node_label(analysis.flow, run.node))
    entry = preview(state)
    if entry is None:
        return Row(line, mark=(("asks a question", "warning"),))
    if entry.broken:
        return Row(line, mark=(("✗ stops here", "error"),))
    if entry.target:
        line = (*line, (" → ", "muted"), *node_label(analysis.flow, entry.target))
    elif entry.ended:
        line = (*line, ("  ◉ then the run ends", "muted"))
    aside: Line = ((short_action(entry.action), "muted"),) if entry.action and entry.name != entry.node else ()
    if entry.failure is not None:
        return Row(line, aside, (("fails, mocked", "error"),))
    source = source_mark(entry) if entry.action or entry.kind is EntryKind.START else ()
    return Row(line, aside, (*source, *((("  forced", "new"),) if entry.forced else ())))


def _ended(last: TraceEntry) -> Line:
    look = "error" if last.broken else "warning" if last.left or "missing" in words.why(last) else "muted"
    sign = "✗ stopped: " if last.broken else "? left: " if last.left else "◉ ended: "
    return ((sign, look), (words.why(last), look))


def _next_row(session: Session, state: State) -> Row:
    line = _ended(state.last) if state.last is not None and state.last.ended else ()
    if state.waiting:
        title = session.organisation.analysis(state.waiting.first.key).title
        return Row((*line, ("  ▶ next: " if line else "▶ next: ", "new"), (title, "name"), (" begins", "")))
    taken = state.queue.next(state.clock)
    if taken is None:
        return Row(line or (("◉ the rehearsal is over", "muted"),), mark=(("finished", "good"),))
    at = f" at {words.moment(taken.clock)}" if taken.clock > state.clock else ""
    if taken.item.key:
        title = session.organisation.analysis(taken.item.key).title
        following: Line = ((title, "name"), (at, "info"))
    else:
        following = ((event_title(session, taken.item), "event"), (f" happens{at}", "info"))
    mark = (("payload drafted", "warning"),) if taken.item.drafted else ()
    return Row((*line, ("  ▶ next: " if line else "▶ next: ", "new"), *following), mark=mark)


def status_row(session: Session) -> Row:
    """The scenario that is followed and whether it held; at the right, how many steps were taken."""
    scenario = session.scenario
    line: Line = (("nothing is sent; outputs are drafted, or yours", "muted"),)
    if scenario is not None:
        verdict: Line = ()
        if scenario.replayed:
            count = len(scenario.differences)
            verdict = ((f" {counted(count, 'difference')}", "error") if count else (" held", "good"),)
        line = (
            (scenario.file.path or "the path", "name"),
            (f"  {scenario.file.scenario.scenario}", "muted"),
            *verdict,
        )
    if session.state.follows_events:
        line = (("follows events (assumed)", "new"), ("  ", ""), *line)
    coverage = session.coverage
    steps = f"covered {coverage.steps.taken} of {coverage.steps.total} steps"
    return Row(line, mark=((steps, "info"),) if coverage.workflows else ())
