"""The two lines that say at once what is seen: which workflow, which run, what time it is there, and what is next."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kustui.diagrams.labels import node_label, short_action
from kustui.simulate.engine.engine import preview
from kustui.simulate.engine.trace import EntryKind
from kustui.simulate.reports import words
from kustui.tui.rehearsal.step_rows import event_name
from kustui.tui.rehearsal.trace_rows import MARK_LOOKS
from kustui.tui.widgets.rows import Row

if TYPE_CHECKING:
    from kustui.diagrams.styled_lines import Line
    from kustui.simulate.engine.state import State
    from kustui.tui.rehearsal.session import Session


def heading_rows(session: Session) -> tuple[Row, Row]:
    state, history = session.state, session.history
    title = session.organisation.member(session.place[0]).title
    run = state.run.number if state.run is not None else state.last.run if state.last is not None else 0
    first: Line = (
        ("Rehearsal ", "heading"),
        (title, "name"),
        (f"  run {run} of {session.runs}" if run else "", ""),
        (f"  {words.moment(state.clock)}", "info"),
    )
    ahead = f" of {len(history.states) - 1}" if history.can_go_forward else ""
    return Row(first, ((_date(state.now), "muted"),), ((f"step {history.at}{ahead}", "muted"),)), _now(session, state)


def _date(milliseconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%a %Y-%m-%d %H:%M}"
    except (ValueError, OverflowError, OSError):  # a scenario may begin, or come to an end, in any year
        return ""


def _now(session: Session, state: State) -> Row:
    run, member = state.run, state.member
    if run is None or member is None:
        return _between(session, state)
    if state.question is not None:
        return Row((("? asks: ", "warning"), (state.question.words, "name"), (f"  {state.question.why}", "muted")))
    line: Line = (("▶ next: ", "new"), *node_label(member.flow, run.at))
    found = preview(state)
    if found is None:
        return Row(line, mark=(("asks something", "warning"),))
    if found.broken:
        return Row(line, mark=(("✗ stops here", "error"),))
    aside: Line = ((short_action(found.action), "muted"),) if found.action and found.name != found.node else ()
    if found.failure is not None:
        return Row(line, aside, (("fails, mocked", "error"),))
    mark: Line = ()
    if found.mark is not None and (found.action or found.kind is EntryKind.START):
        mark = ((words.MARKS[found.mark], MARK_LOOKS[found.mark]),)
    return Row(line, aside, (*mark, *((("  forced", "new"),) if found.forced else ())))


def _between(session: Session, state: State) -> Row:
    line: Line = ()
    last = state.last
    if last is not None and last.ended:
        look = "error" if last.broken else "warning" if "missing" in words.why(last) else "muted"
        sign = "✗ stopped: " if last.broken else "■ over: "
        line = ((sign, look), (words.why(last), look))
    if state.waiting:
        title = session.organisation.member(state.waiting[0].key).title
        return Row((*line, ("  ▶ next: " if line else "▶ next: ", "new"), (title, "name"), (" begins", "")))
    taken = state.queue.next(state.clock)
    if taken is None:
        return Row(line or (("■ nothing is left to happen", "muted"),), mark=(("finished", "good"),))
    at = f" at {words.moment(taken.clock)}" if taken.clock > state.clock else ""
    if taken.due.key:
        title = session.organisation.member(taken.due.key).title
        following: Line = ((title, "name"), (at, "info"))
    else:
        following = ((event_name(session, taken.due), "event"), (f" happens{at}", "info"))
    mark = (("payload drafted", "warning"),) if taken.due.drafted else ()
    return Row((*line, ("  ▶ next: " if line else "▶ next: ", "new"), *following), mark=mark)
